/** A time, local, with its zone on hover; or its age in words. */
import { formatAge, formatMoment, formatMomentExact, formatShortMoment, formatWithZone } from '../format/time.ts'
import { useNow } from '../state/window-context.ts'

export function Moment({ at, withSeconds = false }: { at: number; withSeconds?: boolean }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatWithZone(at)}>
      {withSeconds ? formatMomentExact(at) : formatMoment(at)}
    </time>
  )
}

export function Age({ at }: { at: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={formatWithZone(at)}>
      {formatAge(at, now)}
    </time>
  )
}

/** The clock time alone where it is of today. */
export function ShortMoment({ at }: { at: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={formatWithZone(at)}>
      {formatShortMoment(at, now)}
    </time>
  )
}
