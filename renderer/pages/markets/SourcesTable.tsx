/** Sources of public data: on or off, how the last try went, how old the last good answer is, and asking one now. */
import { useState } from 'react'
import type { SourceStatus } from '../../../shared/market-data.ts'
import { Icon } from '../../components/Icon.tsx'
import { Age, Moment } from '../../components/Moment.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { formatMoment, formatSpan } from '../../format/time.ts'
import { asSentence } from '../../format/words.ts'
import { writeRoute } from '../../state/route.ts'
import { useAsk, useNow, usePart } from '../../state/window-context.ts'
import { bySubject, isOfWallet, nextWords, phaseWords } from './source-words.ts'

export interface SourcesTableProps {
  sources: readonly SourceStatus[]
  label: string
  /** Under a heading each, by network; left out: one list. */
  grouped?: boolean
  /** Shows the requests that were made for a source; left out: no such button. */
  onRequests?: (sourceId: string) => void
}

export function SourcesTable({ sources, label, grouped = false, onRequests }: SourcesTableProps) {
  const { networks } = usePart('networks')
  const groups = grouped ? bySubject(sources, networks) : [{ title: null, sources: [...sources] }]
  const switching = useSwitching()
  return (
    <ScrollBox label={label}>
      <table className="table table-small sources">
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">Asked</th>
            <th scope="col">Source</th>
            <th scope="col">How it is</th>
            <th scope="col">Next</th>
            <th scope="col">
              <span className="visually-hidden">Act</span>
            </th>
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group.title ?? ''}>
            {group.title === null ? null : (
              <tr className="group-row">
                <th scope="rowgroup" colSpan={5}>
                  {group.title}
                </th>
              </tr>
            )}
            {group.sources.map((source) => (
              <SourceRow key={source.id} source={source} switching={switching} onRequests={onRequests} />
            ))}
          </tbody>
        ))}
      </table>
    </ScrollBox>
  )
}

interface Switching {
  isOn(source: SourceStatus): boolean
  problemOf(sourceId: string): string | null
  change(sourceId: string, isOn: boolean): Promise<void>
}

/** The setting is one list of all that are off, so what is on its way is sent along with every change. */
function useSwitching(): Switching {
  const ask = useAsk()
  const { values } = usePart('settings')
  const [chosen, setChosen] = useState<Record<string, boolean>>({})
  const [problems, setProblems] = useState<Record<string, string>>({})

  async function change(sourceId: string, isOn: boolean): Promise<void> {
    const next = { ...chosen, [sourceId]: isOn }
    setChosen(next)
    setProblems(({ [sourceId]: _, ...others }) => others)
    const off = new Set(values.sourcesOff)
    for (const [id, on] of Object.entries(next)) {
      if (on) off.delete(id)
      else off.add(id)
    }
    const reply = await ask('settings.change', { sourcesOff: [...off].sort() })
    setChosen(({ [sourceId]: _, ...others }) => others)
    if (!reply.ok) setProblems((before) => ({ ...before, [sourceId]: reply.failure.message }))
  }

  return {
    isOn: (source) => chosen[source.id] ?? !values.sourcesOff.includes(source.id),
    problemOf: (sourceId) => problems[sourceId] ?? null,
    change,
  }
}

function SourceRow({ source, switching, onRequests }: { source: SourceStatus; switching: Switching; onRequests: SourcesTableProps['onRequests'] }) {
  const ask = useAsk()
  const now = useNow()
  const { values } = usePart('settings')
  const [failure, setFailure] = useState<string | null>(null)
  const isOn = switching.isOn(source)
  const canAsk = isOn && source.isOn && values.asksOutside && source.phase !== 'asking'
  const problem = switching.problemOf(source.id) ?? failure

  async function askNow(): Promise<void> {
    // A button that is disabled while it works would lose the focus.
    if (!canAsk) return
    const reply = await ask('markets.refresh', { sourceIds: [source.id] })
    setFailure(reply.ok ? null : reply.failure.message)
  }

  return (
    <tr className={isOn ? undefined : 'row-faint'}>
      <td>
        <input type="checkbox" className="source-switch" aria-label={`Ask ${source.title}`} checked={isOn} onChange={(event) => void switching.change(source.id, event.target.checked)} />
      </td>
      <th scope="row" className="wrap">
        {source.title}
        <span className="row-sub">asked for {source.what}</span>
        <span className="row-sub source-hosts">{source.hosts.join(', ')}</span>
      </th>
      <td className="wrap">
        <SourceState source={source} isOn={isOn} />
        {problem === null ? null : (
          <span className="row-sub field-problem" role="alert">
            {problem}
          </span>
        )}
      </td>
      <td>
        {!isOn || !values.asksOutside || source.nextAt === null ? <span className="muted">not by itself</span> : <time dateTime={new Date(source.nextAt).toISOString()} title={formatMoment(source.nextAt)}>{nextWords(source.nextAt, now)}</time>}
        <span className="row-sub">{source.shelfLifeMs > 0 ? `fresh for ${formatSpan(source.shelfLifeMs)}` : ''}</span>
      </td>
      <td>
        <span className="source-acts">
          {isOfWallet(source) ? (
            <a className="button button-small" href={writeRoute('ledger', 'wallets')}>
              Wallets<span className="visually-hidden">: the address of {source.title}</span>
            </a>
          ) : (
            <button type="button" className="button button-small" aria-disabled={canAsk ? undefined : true} onClick={() => void askNow()}>
              Ask now<span className="visually-hidden"> for {source.title}</span>
            </button>
          )}
          {onRequests ? (
            <button type="button" className="button button-small" onClick={() => onRequests(source.id)}>
              Requests<span className="visually-hidden"> for {source.title}</span>
            </button>
          ) : null}
        </span>
      </td>
    </tr>
  )
}

function SourceState({ source, isOn }: { source: SourceStatus; isOn: boolean }) {
  const phase = phaseWords[isOn ? source.phase : 'off']
  return (
    <>
      <span className={`verdict verdict-${phase.tone}`}>
        <Icon name={phase.icon} />
        {phase.word}
      </span>
      {source.isStale && source.lastGoodAt !== null ? <> <span className="chip chip-warning">out of date</span></> : null}
      {isOn && source.phase === 'failing' && source.fault !== null ? <span className="row-sub source-fault">{asSentence(source.fault)}</span> : null}
      {source.remark && (source.isOn || !isOn) ? <span className="row-sub">{asSentence(source.remark)}</span> : null}
      {source.lastGoodAt === null ? (
        <NeverGood source={source} />
      ) : (
        <span className="row-sub">
          last good answer <Moment at={source.lastGoodAt} />, <Age at={source.lastGoodAt} />
        </span>
      )}
    </>
  )
}

/** A wallet has nothing that could have come with Idlewatt, and what stands in for another says so itself. */
function NeverGood({ source }: { source: SourceStatus }) {
  if (isOfWallet(source)) return source.lastTriedAt === null ? <span className="row-sub">Asked once you set an address of yours.</span> : null
  if (source.phase === 'waiting' && source.remark) return null
  return <span className="row-sub">No good answer yet; what came with Idlewatt is in use.</span>
}
