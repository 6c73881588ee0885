/** Works factor and offset out of what a plug meter shows beside what the cards report. */
import { useRef, useState, type FormEvent } from 'react'
import type { Settings } from '../../../shared/settings.ts'
import { NumberField } from '../../components/NumberField.tsx'
import { formatExact, gap } from '../../format/numbers.ts'
import { parseNumber } from '../../format/typed-number.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { useAsk, usePart } from '../../state/window-context.ts'

type Wall = Pick<Settings, 'wallPowerFactor' | 'wallPowerOffsetW'>
type Pair = { gpu: string; wall: string }
const none: Pair = { gpu: '', wall: '' }

export function Calibration() {
  useTelemetry()
  const ask = useAsk()
  const { values } = usePart('settings')
  const { samples } = usePart('telemetry')
  const [idle, setIdle] = useState<Pair>(none)
  const [busy, setBusy] = useState<Pair>(none)
  const button = useRef<HTMLButtonElement>(null)
  const [said, setSaid] = useState<{ ok: boolean; sentence: string } | null>(null)
  /** What was set before the last calibration that changed it; null: nothing to take back. */
  const [before, setBefore] = useState<Wall | null>(null)
  const known = Object.values(samples).map((sample) => sample.powerW)
  const reported = known.length > 0 && known.every((watts) => watts !== null) ? known.reduce<number>((sum, watts) => sum + (watts ?? 0), 0) : null

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const pairs = [idle, busy].filter((pair) => pair.gpu.trim() !== '' || pair.wall.trim() !== '').map((pair) => ({ gpuW: parseNumber(pair.gpu), wallW: parseNumber(pair.wall) }))
    const whole = pairs.flatMap(({ gpuW, wallW }) => (typeof gpuW === 'number' && typeof wallW === 'number' ? [{ gpuW, wallW }] : []))
    if (whole.length === 0 || whole.length < pairs.length) return setSaid({ ok: false, sentence: 'Each line needs both numbers.' })
    const old: Wall = { wallPowerFactor: values.wallPowerFactor, wallPowerOffsetW: values.wallPowerOffsetW }
    const reply = await ask('power.calibrate', { pairs: whole })
    if (!reply.ok) return setSaid({ ok: false, sentence: reply.failure.message })
    const { factor, offsetW, sentence } = reply.value
    const found: Wall = { wallPowerFactor: factor, wallPowerOffsetW: offsetW }
    const isNew = wallWords(old) !== wallWords(found)
    setBefore(isNew ? old : null)
    setSaid({ ok: true, sentence: `${sentence} ${isNew ? `Saved: ${wallWords(found)}. Before: ${wallWords(old)}.` : `That is what was set already: ${wallWords(old)}.`}` })
  }
  async function takeBack(): Promise<void> {
    if (before === null) return
    const reply = await ask('settings.change', before)
    setSaid(reply.ok ? { ok: true, sentence: `Set again: ${wallWords(before)}.` } : { ok: false, sentence: reply.failure.message })
    if (!reply.ok) return
    setBefore(null)
    button.current?.focus()
  }

  return (
    <form className="calibration" onSubmit={(event) => void submit(event)} noValidate>
      <p className="muted section-note">
        With a plug meter: note both numbers once while the cards idle and once while they work (a sustained run on Measure does).
        {reported === null ? '' : ` The cards report ${Math.round(reported)} W right now.`}
      </p>
      <PairFields title="Idle" pair={idle} onChange={setIdle} />
      <PairFields title="At work" pair={busy} onChange={setBusy} />
      <span className="field-box">
        <button ref={button} type="submit" className="button button-small">
          Work it out and save it
        </button>
        {before === null ? null : (
          <button type="button" className="button button-small" onClick={() => void takeBack()}>
            Take back what was before
          </button>
        )}
        <span role="status" className={said?.ok === false ? 'field-problem' : 'small'}>
          {said?.sentence ?? ''}
        </span>
      </span>
    </form>
  )
}

function wallWords({ wallPowerFactor, wallPowerOffsetW }: Wall): string {
  return `factor ${formatExact(wallPowerFactor)}, offset ${formatExact(wallPowerOffsetW)}${gap}W`
}

function PairFields({ title, pair, onChange }: { title: string; pair: Pair; onChange: (pair: Pair) => void }) {
  return (
    <fieldset className="calibration-pair">
      <legend>{title}</legend>
      <NumberField label="All cards report" unit="W" size="small" value={pair.gpu} onChange={(gpu) => onChange({ ...pair, gpu })} />
      <NumberField label="The meter shows" unit="W" size="small" value={pair.wall} onChange={(wall) => onChange({ ...pair, wall })} />
    </fieldset>
  )
}
