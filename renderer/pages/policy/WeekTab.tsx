/** The week: the plan hour by hour with the tariff under it, the blocks it is made of, and what the coming week would come to. */
import { useId, useState } from 'react'
import type { ScheduleBlock } from '../../../shared/policy.ts'
import { FailedReading } from '../../components/FailedReading.tsx'
import { detectionOf } from '../../components/Looking.tsx'
import { Section } from '../../components/Page.tsx'
import { TextEntry } from '../../components/TextEntry.tsx'
import { drawnGpus } from '../../state/gpu-slots.ts'
import { modeWords } from '../../state/policy.ts'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'
import { spelledZone, zoneNames } from '../settings/zones.ts'
import { BlockList } from './BlockList.tsx'
import { PolicyChoice } from './fields.tsx'
import { usePolicyChange } from './use-policy-change.ts'
import { useWeek } from './use-week.ts'
import { WeekOutcome } from './WeekOutcome.tsx'
import { mostBlocks } from './week-plan.ts'
import { WeekPlan } from './WeekPlan.tsx'

const zones = zoneNames()
const everyCard = ''

export function WeekTab() {
  const { settings, zone } = usePart('policy')
  const names = useNames()
  const cards = drawnGpus(detectionOf(usePart('gpus'))?.gpus ?? []).cards.map((gpu) => gpu.id)
  const id = useId()
  const change = usePolicyChange()
  const [chosen, setChosen] = useState(everyCard)
  const gpuId = chosen === everyCard ? null : chosen
  const week = useWeek(gpuId)
  const withBlocks = settings.schedule.flatMap((block) => block.gpuId ?? [])
  const choices = [...new Set([...cards, ...withBlocks])]

  async function keep(schedule: ScheduleBlock[]): Promise<string | null> {
    if (schedule.length > mostBlocks) return `That would take ${schedule.length} blocks, and ${mostBlocks} are the most. Set longer stretches.`
    return change({ schedule })
  }
  return (
    <>
      <Section title="The week" aside={`by the clock of ${zone}`}>
        {choices.length > 1 || withBlocks.length > 0 ? (
          <p className="plan-choice">
            <label htmlFor={id}>Plan for</label>
            <select id={id} className="select select-small" value={chosen} onChange={(event) => setChosen(event.target.value)}>
              <option value={everyCard}>every card</option>
              {choices.map((card) => (
                <option key={card} value={card}>
                  {names.card(card)} alone
                </option>
              ))}
            </select>
          </p>
        ) : null}
        <WeekPlan gpuId={gpuId} outlook={week.outlook} keep={keep} />
        <BlockList gpuId={gpuId} keep={keep} />
        <div className="settings plan-settings">
          <PolicyChoice
            name="otherwise"
            label="Outside of every block"
            choices={[
              { value: 'when-idle', title: modeWords['when-idle'] },
              { value: 'always', title: modeWords.always },
              { value: 'never', title: modeWords.never },
            ]}
            help="When idle: only while nobody is there. Always: while somebody is there as well."
          />
          <TextEntry
            label="Time zone of the week"
            value={settings.zone}
            placeholder={settings.zone === null ? zone : 'this machine’s own'}
            choices={zones}
            read={(typed) => {
              const spelled = typed === '' ? null : spelledZone(typed)
              return typed !== '' && spelled === null ? { value: null, problem: `There is no time zone “${typed.slice(0, 60)}”. Names look like Europe/Berlin.` } : { value: spelled }
            }}
            save={(next) => change({ zone: next })}
            help="Empty: this machine’s own. Where the clocks change, each block still happens once on each of its days."
          />
        </div>
      </Section>
      <Section title="What the coming week would come to" aside={gpuId === null ? null : names.card(gpuId)}>
        <FailedReading failure={week.failure} onAgain={week.readAgain} small>
          {week.outlook ? <p>What is shown is the last that was worked out.</p> : null}
        </FailedReading>
        {week.outlook ? (
          <WeekOutcome outlook={week.outlook} isReading={week.isReading} />
        ) : week.isReading ? (
          <p role="status" className="muted">
            Working out the coming week …
          </p>
        ) : null}
      </Section>
    </>
  )
}
