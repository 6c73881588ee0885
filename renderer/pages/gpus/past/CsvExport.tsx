/** Saves the range that is shown as a CSV file, with how far it is and a way out. */
import { useEffect, useId, useRef, useState } from 'react'
import { historyLevels } from '../../../../shared/history.ts'
import { count } from '../../../format/numbers.ts'
import { useAsk, useMachineNow } from '../../../state/window-context.ts'
import { csvName, readCsv } from './csv.ts'
import { saveFile } from '../../../components/save-file.ts'
import type { Bounds } from './ranges.ts'

type Saving = { phase: 'idle' } | { phase: 'reading'; share: number } | { phase: 'saved'; name: string } | { phase: 'failed'; sentence: string }

export function CsvExport({ gpuId, title, bounds, drawnStepSeconds, finestStepSeconds }: { gpuId: string; title: string; bounds: Bounds; drawnStepSeconds: number; finestStepSeconds: number }) {
  const id = useId()
  const ask = useAsk()
  const machineNow = useMachineNow()
  const [saving, setSaving] = useState<Saving>({ phase: 'idle' })
  const [step, setStep] = useState('finest')
  const isStopped = useRef(false)
  useEffect(() => {
    isStopped.current = false
    return () => void (isStopped.current = true)
  }, [])
  const isEven = !becomesFiner(finestStepSeconds, machineNow() - bounds.to)
  const steps = [...new Set([drawnStepSeconds, ...historyLevels.map((level) => level.stepSeconds), 3600, 86_400])].filter((one) => (isEven ? one > finestStepSeconds : one >= finestStepSeconds)).sort((a, b) => a - b)

  async function save(): Promise<void> {
    isStopped.current = false
    setSaving({ phase: 'reading', share: 0 })
    const stepSeconds = step === 'finest' ? undefined : Number(step)
    const outcome = await readCsv(
      { gpuId, from: Math.floor(bounds.from), to: Math.ceil(bounds.to), ...(stepSeconds === undefined ? {} : { stepSeconds }) },
      { ask: (question) => ask('history.csv', question), onProgress: (share) => setSaving({ phase: 'reading', share }), isStopped: () => isStopped.current },
    )
    if (outcome.kind === 'stopped') return setSaving({ phase: 'idle' })
    if (outcome.kind === 'failed') return setSaving({ phase: 'failed', sentence: outcome.sentence })
    const name = csvName(title, bounds.from, bounds.to)
    saveFile(name, 'text/csv;charset=utf-8', outcome.pieces)
    setSaving({ phase: 'saved', name })
  }

  return (
    <div className="csv">
      <div className="field">
        <label htmlFor={id}>A line of the file for every</label>
        <select id={id} className="select" value={step} onChange={(event) => setStep(event.target.value)}>
          <option value="finest">{isEven ? `${stepTitle(finestStepSeconds)}, the finest kept` : `what is kept: ${stepTitle(finestStepSeconds)} at first, then finer`}</option>
          {steps.map((one) => (
            <option key={one} value={one}>
              {stepTitle(one)}
              {one === drawnStepSeconds ? ', as drawn' : ''}
            </option>
          ))}
        </select>
      </div>
      {saving.phase === 'reading' ? (
        <button type="button" className="button" onClick={() => void (isStopped.current = true)}>
          Stop
        </button>
      ) : (
        <button type="button" className="button" onClick={() => void save()}>
          Save this range as CSV
        </button>
      )}
      <span role="status" className="muted small">
        {saving.phase === 'reading' ? `Reading, ${Math.floor(saving.share * 100)} %` : saving.phase === 'saved' ? `Saved as ${saving.name}.` : ''}
      </span>
      {saving.phase === 'failed' ? (
        <span role="alert" className="field-problem">
          {saving.sentence}
        </span>
      ) : null}
    </div>
  )
}

/** The nearer the past, the finer it is kept: a long range, and its file, may end finer than it begins. */
export function becomesFiner(finestStepSeconds: number, endedMsAgo: number): boolean {
  return historyLevels.some((level) => level.stepSeconds < finestStepSeconds && level.keptSeconds !== null && level.keptSeconds * 1000 > endedMsAgo)
}

function stepTitle(seconds: number): string {
  if (seconds % 86_400 === 0) return count(seconds / 86_400, 'day')
  if (seconds % 3600 === 0) return count(seconds / 3600, 'hour')
  return seconds % 60 === 0 ? count(seconds / 60, 'minute') : count(seconds, 'second')
}
