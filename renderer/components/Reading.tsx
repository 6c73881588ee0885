/** One reading with its unit; what is not known is drawn as unknown, with the reason. */
import type { GpuReadings, GpuSample } from '../../shared/telemetry.ts'
import { whyUnknown } from './why-unknown.ts'

export function Unknown({ why }: { why: string }) {
  return (
    <span className="unknown" title={why}>
      unknown<span className="visually-hidden">: {why}</span>
    </span>
  )
}

export function Reading({ sample, field, format }: { sample: GpuSample | null; field: keyof GpuReadings; format: (value: number) => string }) {
  const value = sample?.[field] ?? null
  return value === null ? <Unknown why={whyUnknown(sample, field)} /> : <>{format(value)}</>
}

/** A level from 0 to 1 as a thin bar beside its number. */
export function Level({ value, tone = 'normal' }: { value: number | null; tone?: 'normal' | 'high' }) {
  return (
    <span className={`level level-${tone}`} aria-hidden="true">
      {value === null ? <span className="level-unknown" /> : <span className="level-fill" style={{ width: `${Math.min(100, Math.max(0, value * 100))}%` }} />}
    </span>
  )
}
