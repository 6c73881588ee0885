/** One line for each card: whether it may work, its own limits of heat and fan, and the programmes that may have it. */
import { cardPolicySchema, type CardPolicy, type RunMode } from '../../../shared/policy.ts'
import { ChoiceEntry } from '../../components/ChoiceEntry.tsx'
import { detectionOf } from '../../components/Looking.tsx'
import { NumberEntry } from '../../components/NumberEntry.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { SwitchEntry } from '../../components/SwitchEntry.tsx'
import { readNumber } from '../../format/typed-number.ts'
import { drawnGpus } from '../../state/gpu-slots.ts'
import { decisionsToSay } from '../../state/policy.ts'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'
import { scaled } from './fields.tsx'
import { usePolicyChange } from './use-policy-change.ts'

const asScheduled = 'schedule'
const modes: { value: RunMode | typeof asScheduled; title: string }[] = [
  { value: asScheduled, title: 'as the week says' },
  { value: 'always', title: 'always' },
  { value: 'when-idle', title: 'when idle' },
  { value: 'never', title: 'never this card' },
]
const own: CardPolicy = cardPolicySchema.parse({})

export function CardRules() {
  const { settings, cards } = usePart('policy')
  const here = drawnGpus(detectionOf(usePart('gpus'))?.gpus ?? []).cards.map(({ id }) => id)
  const known = [...new Set([...here, ...cards.map(({ gpuId }) => gpuId)])]
  const gone = Object.keys(settings.cards).filter((id) => !known.includes(id))
  if (known.length + gone.length === 0) return <p className="unknown-block">No card was found in this machine, so there is none to set anything for.</p>
  return (
    <ScrollBox label="Rules for each card">
      <table className="table card-rules">
        <thead>
          <tr>
            <th scope="col">Card</th>
            <th scope="col">May work</th>
            <th scope="col">Stops at</th>
            <th scope="col">Fan at most</th>
            <th scope="col">Its programmes</th>
          </tr>
        </thead>
        <tbody>
          {known.map((gpuId) => (
            <Line key={gpuId} gpuId={gpuId} />
          ))}
          {gone.map((gpuId) => (
            <Gone key={gpuId} gpuId={gpuId} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function Line({ gpuId }: { gpuId: string }) {
  const { settings, cards } = usePart('policy')
  const names = useNames()
  const save = usePolicyChange()
  const name = names.card(gpuId)
  const card = settings.cards[gpuId] ?? own
  const reading = cards.find((one) => one.gpuId === gpuId)
  const change = (next: Partial<CardPolicy>): Promise<string | null> => save({ cards: { [gpuId]: { ...card, ...next } } })
  return (
    <tr>
      <th scope="row">
        {name}
        <span className="row-sub">{reading === undefined ? '' : displayWords(reading.drivesDisplay.value)}</span>
      </th>
      <td>
        <ChoiceEntry label={`${name}: may work`} isLabelHidden value={card.may ?? asScheduled} choices={modes} save={(next) => change({ may: next === asScheduled ? null : next })} />
      </td>
      <td>
        <NumberEntry label={`${name}: stops at`} isLabelHidden unit="°C" value={card.maxTemperatureC} placeholder={placeholderC(settings.maxTemperatureC, reading?.slowdownC ?? null)} read={(typed) => readNumber(cardPolicySchema.shape.maxTemperatureC.unwrap(), typed)} save={(maxTemperatureC) => change({ maxTemperatureC })} />
      </td>
      <td>
        <NumberEntry
          label={`${name}: fan at most`}
          isLabelHidden
          unit="%"
          value={card.maxFan === null ? null : scaled(card.maxFan, 100)}
          placeholder={settings.maxFan === null ? 'no limit' : String(scaled(settings.maxFan, 100))}
          read={(typed) => {
            const found = readNumber(cardPolicySchema.shape.maxFan.unwrap(), typed, { scale: 100 })
            return { ...found, value: found.value === null ? null : scaled(found.value, 100) }
          }}
          save={(percent) => change({ maxFan: percent === null ? null : scaled(percent, 0.01) })}
        />
      </td>
      <td>
        <ProgrammesOf card={card} name={name} change={change} />
      </td>
    </tr>
  )
}

function displayWords(drives: boolean | null): string {
  return drives === null ? 'whether it drives a display is not known' : drives ? 'drives a display' : 'drives no display'
}

function placeholderC(ofAll: number | null, slowdownC: number | null): string {
  return String(ofAll ?? (slowdownC === null ? 83 : slowdownC - 5))
}

function ProgrammesOf({ card, name, change }: { card: CardPolicy; name: string; change: (next: Partial<CardPolicy>) => Promise<string | null> }) {
  const policy = usePart('policy')
  const setUp = new Set(decisionsToSay(policy).map(({ programmeId }) => programmeId))
  const names = useNames()
  // What no longer is set up stays chosen, and can be taken away.
  const ids = [...new Set([...policy.programmes.filter(({ programmeId, demands }) => demands.cards !== 'none' && setUp.has(programmeId)).map(({ programmeId }) => programmeId), ...(card.programmes ?? [])])]
  const chosen = card.programmes ?? ids
  if (ids.length === 0) return <span className="muted">none is set up</span>
  function allow(id: string, isAllowed: boolean): Promise<string | null> {
    const next = isAllowed ? [...chosen, id] : chosen.filter((one) => one !== id)
    return change({ programmes: ids.every((one) => next.includes(one)) ? null : next })
  }
  return (
    <details className="folded">
      <summary>
        {card.programmes === null ? 'all' : chosen.length === 0 ? 'none' : chosen.map(names.programme).join(', ')}
        <span className="visually-hidden"> programmes may have {name}</span>
      </summary>
      {ids.map((id) => (
        <SwitchEntry key={id} label={names.programme(id)} value={chosen.includes(id)} save={(isAllowed) => allow(id, isAllowed)} />
      ))}
    </details>
  )
}

function Gone({ gpuId }: { gpuId: string }) {
  const names = useNames()
  const save = usePolicyChange()
  return (
    <tr>
      <th scope="row">
        {names.card(gpuId)}
        <span className="row-sub wrap">{gpuId}</span>
      </th>
      <td colSpan={3} className="muted">
        It is not in this machine any more; its rules are kept for when it comes back.
      </td>
      <td>
        <button type="button" className="button button-small" onClick={() => void save({ cards: { [gpuId]: null } })}>
          Forget its rules
        </button>
      </td>
    </tr>
  )
}
