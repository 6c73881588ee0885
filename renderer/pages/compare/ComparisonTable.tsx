/** The comparison: three groups on one shared axis; a row opens to how its number is made. */
import { useTable, type Row } from '@tanstack/react-table'
import { Fragment, useMemo, useState } from 'react'
import type { Gpu } from '../../../shared/machine.ts'
import { groupOf, type Estimate, type EstimateGroup } from '../../../shared/earnings.ts'
import { BandAxis } from '../../components/Band.tsx'
import { sharedAxis, type Axis } from '../../components/band-geometry.ts'
import { Hint } from '../../components/Hint.tsx'
import { Icon } from '../../components/Icon.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { inMoney, moneyFormat } from '../../format/money.ts'
import { cardsKey, rowKey } from '../../state/programmes.ts'
import { usePart } from '../../state/window-context.ts'
import { canLeaveOut, cardGroups, shownGroups, type CardChoice, type CardGroup } from './card-groups.ts'
import { comparisonColumns, features, type ColumnId, type ComparisonFeatures } from './columns.ts'
import { ComparisonRow } from './ComparisonRow.tsx'

const groupTitles: Record<EstimateGroup, { title: string; note: string }> = {
  ranked: { title: 'Ranked', note: 'by what is expected after power; what cannot be joined comes last' },
  'pay-rule-not-published': { title: 'Pay rule not published', note: 'only the ends of a band can be defended, so these are not ranked among the others' },
  'no-figure': { title: 'No figure', note: 'nobody can honestly say what these pay' },
}

const columnIds: ColumnId[] = ['programme', 'verdict', 'net', 'capital', 'confidence']
/** The sorted columns and the band between them. */
const columnCount = columnIds.length + 1

export interface ComparisonTableProps {
  label: string
  estimates: Estimate[]
  /** The machine's cards; empty in a what-if. */
  gpus: readonly Gpu[]
  open: string | null
  onToggle: (key: string) => void
}

export function ComparisonTable({ label, estimates, gpus, open, onToggle }: ComparisonTableProps) {
  const { programmes } = usePart('networks')
  const settings = usePart('settings')
  const money = moneyFormat(settings)
  const columns = useMemo(() => comparisonColumns(programmes), [programmes])
  const table = useTable({ features, columns, data: estimates, getRowId: rowKey })
  // What cannot be joined may run off the axis; it must not flatten what can.
  const bandsOf = (some: Estimate[]) => some.filter((estimate) => groupOf(estimate) !== 'no-figure').map((estimate) => inMoney(estimate.net, money))
  const groups = useMemo(() => cardGroups(estimates, gpus), [estimates, gpus])
  // An address may lead to a row of a card that is left out at first.
  const [wanted, setWanted] = useState<CardChoice>(() => (groups.some((group) => !group.isWorth && estimates.some((one) => rowKey(one) === open && cardsKey(one) === group.key)) ? 'all' : 'worth'))
  const { choice, shown } = shownGroups(groups, wanted)
  const isShown = (estimate: Estimate) => shown.some((group) => group.key === cardsKey(estimate))
  const visible = estimates.filter(isShown)
  const axis = sharedAxis(bandsOf(visible.filter((estimate) => estimate.verdict !== 'not-eligible')), bandsOf(visible.filter((estimate) => estimate.verdict === 'not-eligible')))
  const rows = table.getRowModel().rows.filter((row) => isShown(row.original))
  const nameOf = (estimate: Estimate) => (shown.length > 1 ? (shown.find((group) => group.key === cardsKey(estimate))?.name ?? null) : null)
  const sorted = table.state.sorting.length > 0

  function rowsOf(group: EstimateGroup): typeof rows {
    const ofGroup = rows.filter((row) => groupOf(row.original) === group)
    if (sorted) return ofGroup
    const cannot = (row: (typeof rows)[number]) => row.original.verdict === 'not-eligible'
    return [...ofGroup.filter((row) => !cannot(row)), ...ofGroup.filter(cannot)]
  }

  return (
    <>
      {groups.length > 1 ? <CardFilter groups={groups} choice={choice} onChoice={setWanted} /> : null}
      <ScrollBox label={label}>
        <table className="table comparison">
          <caption className="visually-hidden">{label}, {money.code} per day and GPU</caption>
          <thead>
            <tr>
              {columnIds.map((id) => {
                  const column = table.getColumn(id)
                  const direction = column?.getIsSorted() ?? false
                  return (
                    <Fragment key={id}>
                      {id === 'net' ? <AxisHead axis={axis} code={money.code} /> : null}
                      <th scope="col" className={`column-${id}`} aria-sort={direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : undefined}>
                        <button type="button" className="sort-button" onClick={() => column?.toggleSorting()}>
                          {id === 'net' ? `${money.code}/day` : String(column?.columnDef.header ?? '')}
                          <Icon name={direction === 'asc' ? 'up' : direction === 'desc' ? 'down' : 'sort'} className={direction ? '' : 'icon-faint'} />
                        </button>
                      </th>
                    </Fragment>
                  )
              })}
            </tr>
          </thead>
          {(['ranked', 'pay-rule-not-published', 'no-figure'] as EstimateGroup[]).map((group) => (
            <Group key={group} group={group} sorted={sorted} rows={rowsOf(group)} axis={axis} nameOf={nameOf} open={open} onToggle={onToggle} />
          ))}
        </table>
      </ScrollBox>
      <p className="legend muted small">
        <span className="legend-bar" aria-hidden="true" /> from the cautious to the hopeful case
        <span className="legend-tick" aria-hidden="true" /> expected
        <span className="legend-loss" aria-hidden="true" /> loss, left of zero
        <Hint text={money.about}>amounts in {money.code}</Hint>
      </p>
    </>
  )
}

function AxisHead({ axis, code }: { axis: Axis; code: string }) {
  return (
    <th scope="col" className="column-band">
      <span className="visually-hidden">Band in {code} per day</span>
      <BandAxis axis={axis} />
    </th>
  )
}

interface GroupProps {
  group: EstimateGroup
  rows: Row<ComparisonFeatures, Estimate>[]
  sorted: boolean
  axis: Axis
  nameOf: (estimate: Estimate) => string | null
  open: string | null
  onToggle: (key: string) => void
}

function Group({ group, rows, sorted, axis, nameOf, open, onToggle }: GroupProps) {
  if (rows.length === 0) return null
  const { title, note } = groupTitles[group]
  return (
    <tbody>
      <tr className="group-row">
        <th scope="rowgroup" colSpan={columnCount}>
          {title} <span className="group-note">{group === 'ranked' && sorted ? 'in the order you chose' : note}</span>
        </th>
      </tr>
      {rows.map((row) => (
        <ComparisonRow key={row.id} estimate={row.original} axis={axis} cards={nameOf(row.original)} isOpen={open === row.id} onToggle={() => onToggle(row.id)} />
      ))}
    </tbody>
  )
}

function CardFilter({ groups, choice, onChoice }: { groups: CardGroup[]; choice: CardChoice; onChoice: (choice: CardChoice) => void }) {
  const leftOut = groups.filter((group) => !group.isWorth)
  return (
    <p className="card-filter">
      <label htmlFor="card-filter">Show</label>
      <select id="card-filter" className="select" value={choice} onChange={(event) => onChoice(event.target.value)}>
        {canLeaveOut(groups) ? <option value="worth">cards worth comparing</option> : null}
        <option value="all">all cards</option>
        {groups.map((group) => (
          <option key={group.key} value={group.key}>
            {group.name}
          </option>
        ))}
      </select>
      {choice === 'worth' ? <span className="muted small">left out: {leftOut.map((group) => group.name).join(', ')}</span> : null}
    </p>
  )
}
