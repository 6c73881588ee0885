/** Which cards to measure, how long, and what that does to the machine. */
import { useState, type FormEvent } from 'react'
import { runSeconds, secondsAtMost, sustainedMinutes, type BenchmarkMode } from '../../../shared/benchmark.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { NumberField } from '../../components/NumberField.tsx'
import { Section } from '../../components/Page.tsx'
import { modeWords } from '../../format/benchmark-words.ts'
import { count } from '../../format/numbers.ts'
import { usePart } from '../../state/window-context.ts'
import { CardChoice } from './CardChoice.tsx'
import { WorkloadChoice } from './WorkloadChoice.tsx'
import { chosenOf, durationWords, fullMinutes, readStart, type StartChoice, type StartInput, type StartProblems } from './start-form.ts'

const modes: { mode: BenchmarkMode; takes: string; does: string }[] = [
  { mode: 'quick', takes: `at most ${runSeconds.quick} s a card`, does: 'Compute, memory bandwidth and, where a card has them, tensor cores: enough for the estimates.' },
  { mode: 'full', takes: `about ${fullMinutes} min a card`, does: 'Every workload: precisions, caches, latencies, transfers, and work like that of customers.' },
  { mode: 'sustained', takes: `${sustainedMinutes.least} to ${sustainedMinutes.most} min a card`, does: 'Full load for minutes: does the figure hold once the card is hot, and if not, why?' },
  { mode: 'memory', takes: `at most ${secondsAtMost('memory', 0, null) / 60} min a card`, does: 'Patterns over all free memory: are there cells that give back something else?' },
]

const effects: Record<BenchmarkMode, string> = {
  quick: 'The card works at full load; a screen on it may stutter.',
  full: 'The card works at full load; a screen on it may stutter, and its fans will be heard.',
  sustained: 'The card becomes as hot and as loud as it can, and draws all the power it may. It stops by itself before the card would slow down for its heat.',
  memory: 'Free memory of the card is filled; programs that want more of it meanwhile may fail. Memory in use is not touched.',
}

export interface StartFormProps {
  gpus: Gpu[]
  choice: StartChoice
  onChange: (choice: StartChoice) => void
  onStart: (input: StartInput) => void
}

export function StartForm({ gpus, choice, onChange, onStart }: StartFormProps) {
  const { holds } = usePart('benchmark')
  const { values } = usePart('settings')
  const [problems, setProblems] = useState<StartProblems>({})
  const [isMore, setMore] = useState(false)
  const chosen = chosenOf(choice, gpus, holds)
  function set(change: Partial<StartChoice>): void {
    setProblems({})
    onChange({ ...choice, ...change })
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (chosen.length === 0) return
    const read = readStart(choice, chosen, values.temperatureUnit)
    setProblems(read.problems)
    if (read.problems.workloads || read.problems.maxTemperature) setMore(true)
    if (read.input) onStart(read.input)
  }

  return (
    <Section title="New measurement">
      <form className="start" onSubmit={submit} noValidate>
        <fieldset className="modes">
          <legend>How thoroughly</legend>
          {modes.map(({ mode, takes, does }) => (
            <label key={mode} className="mode">
              <input type="radio" name="mode" value={mode} checked={choice.mode === mode} onChange={() => set({ mode })} />
              <span>
                <span className="mode-name">{modeWords[mode]}</span> <span className="muted small mode-takes">{takes}</span>
                <span className="row-sub">{does}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <CardChoice gpus={gpus} choice={choice} holds={holds} onChange={set} />
        {choice.mode === 'sustained' ? <NumberField label="For how long" unit="min" value={choice.minutes} onChange={(minutes) => set({ minutes })} problem={problems.minutes} size="small" /> : null}
        <details className="folded" open={isMore} onToggle={(event) => setMore(event.currentTarget.open)}>
          <summary>More choices{choice.without.size > 0 || choice.maxTemperature !== '' || choice.kept !== 'fp32-compute' ? ' (changed)' : ''}</summary>
          <div className="start-more">
            <WorkloadChoice choice={choice} problem={problems.workloads} onChange={set} />
            <NumberField label="Stop at a temperature of" unit={`°${values.temperatureUnit}`} value={choice.maxTemperature} onChange={(maxTemperature) => set({ maxTemperature })} problem={problems.maxTemperature} placeholder="by the card" help="Left empty: 3 °C under the point at which the card slows itself down, or 84 °C where it tells none." />
          </div>
        </details>
        <p className="form-go">
          <button type="submit" className="button button-main" disabled={chosen.length === 0}>
            {chosen.length > 1 ? `Measure ${count(chosen.length, 'card')}` : 'Measure'}
          </button>
          <span className="muted form-effect">{chosen.length === 0 ? 'No card is chosen.' : `${sentenceOf(durationWords(choice, chosen.length))}${effects[choice.mode]} It can be cancelled at any time.`}</span>
        </p>
      </form>
    </Section>
  )
}

function sentenceOf(words: string): string {
  return words === '' ? '' : `${words}. `
}
