/** One line for each programme: whether it runs by itself, when it may, which goes first, and what it demands. */
import { programmePolicySchema, type ProgrammePolicy, type RunMode } from '../../../shared/policy.ts'
import type { PolicyState } from '../../../shared/policy-state.ts'
import { ChoiceEntry } from '../../components/ChoiceEntry.tsx'
import { NumberEntry } from '../../components/NumberEntry.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { count, formatShare } from '../../format/numbers.ts'
import { readNumber } from '../../format/typed-number.ts'
import { asSentence } from '../../format/words.ts'
import { decisionsToSay } from '../../state/policy.ts'
import { writeRoute } from '../../state/route.ts'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'
import { usePolicyChange } from './use-policy-change.ts'

const asElse = 'else'
const modes: { value: RunMode | typeof asElse; title: string }[] = [
  { value: asElse, title: 'as week and card say' },
  { value: 'always', title: 'always: it has a duty of uptime' },
  { value: 'when-idle', title: 'when idle' },
  { value: 'never', title: 'never' },
]
const own: ProgrammePolicy = programmePolicySchema.parse({})
type Known = PolicyState['programmes'][number]

export function ProgrammeRules() {
  const policy = usePart('policy')
  const setUp = new Set(decisionsToSay(policy).map(({ programmeId }) => programmeId))
  const programmes = policy.programmes.filter(({ programmeId }) => setUp.has(programmeId))
  if (programmes.length === 0) {
    return (
      <p className="unknown-block">
        No programme is set up. <a href={writeRoute('networks')}>See which could be</a>.
      </p>
    )
  }
  return (
    <>
      {programmes.length > 1 ? <p className="muted section-note">Of two that cannot share a card, the one with the greater rank has it; with the same rank, the one that pays more.</p> : null}
      <ul className="programme-rules">
        {programmes.map((known) => (
          <Line key={known.programmeId} known={known} />
        ))}
      </ul>
    </>
  )
}

function Line({ known }: { known: Known }) {
  const { settings } = usePart('policy')
  const names = useNames()
  const save = usePolicyChange()
  const { programmeId, gpuIds, demands } = known
  const name = names.programme(programmeId)
  const programme = settings.programmes[programmeId] ?? own
  const change = (next: Partial<ProgrammePolicy>): Promise<string | null> => save({ programmes: { [programmeId]: next } })
  return (
    <li>
      <div className="programme-rule-head">
        <h3>
          <a href={writeRoute('networks', programmeId)}>{name}</a>
        </h3>
        <span className="muted small">{demands.cards === 'none' ? 'uses no card' : gpuIds.length === 0 ? 'there is no card for it here' : gpuIds.length > 3 ? <span title={gpuIds.map(names.card).join(', ')}>{count(gpuIds.length, 'card')}</span> : gpuIds.map(names.card).join(', ')}</span>
      </div>
      <p>{programme.isArmed ? 'You started it: it runs whenever it may.' : 'It is not started by itself. Start it on its page, and from then on it runs whenever it may.'}</p>
      <div className="programme-rule-fields">
        <ChoiceEntry label="May run" value={programme.may ?? asElse} choices={modes} save={(next) => change({ may: next === asElse ? null : next })} />
        <NumberEntry label="Rank" value={programme.priority} read={(typed) => readNumber(programmePolicySchema.shape.priority.unwrap(), typed, { required: true })} save={(priority) => change({ priority: priority ?? 0 })} />
      </div>
      <Demands known={known} />
    </li>
  )
}

function Demands({ known: { demands, stopPrice } }: { known: Known }) {
  const { exclusive, ceilings, uptime, interruption } = demands
  const lines = [
    exclusive === 'free' ? null : <>{asSentence(demands.exclusiveWhy)} <SourceLink source={demands.exclusiveSource} /></>,
    ...ceilings.map((ceiling) => (
      <>
        While it waits for work, at most {formatShare(ceiling.gpu)} of {ceiling.models === null ? 'a card' : ceiling.models.join(', ')}
        {ceiling.processor === null ? '' : ` and ${formatShare(ceiling.processor)} of the processor`} may be in use by others; more is punished. <SourceLink source={ceiling.source} />
      </>
    )),
    uptime === null ? null : <>{asSentence(uptime.sentence)} <SourceLink source={uptime.source} /></>,
    interruption === 'free' ? <>It is made to be interrupted.</> : interruption === 'costly' ? <>An interruption costs pay or uptime.</> : <>An interruption is punished: a deposit or its standing is cut.</>,
    stopPrice.sentence === '' ? null : <>{stopPrice.sentence}</>,
  ].filter((line) => line !== null)
  return (
    <details className="folded">
      <summary>What it demands</summary>
      <ul className="duties">
        {lines.map((line, i) => (
          <li key={i}>{line}</li>
        ))}
      </ul>
    </details>
  )
}
