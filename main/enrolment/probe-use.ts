/** Finds out which of the machine's readings a judge looks at, so that only those are taken anew before it judges. */
import type { Known, MachineReadings, ReadingId } from '../../shared/preflight.ts'

export interface ReadingsUsed {
  ids: Set<ReadingId>
  /** Names whose address was wanted. */
  names: Set<string>
  /** "host:port" that was to be reached. */
  reaches: Set<string>
}

/** The same readings, with a note of every part that is looked at. */
export function watchedReadings(readings: MachineReadings): { readings: MachineReadings; used: ReadingsUsed } {
  const used: ReadingsUsed = { ids: new Set(), names: new Set(), reaches: new Set() }
  const noted = <T>(table: Record<string, Known<T>>, keys: Set<string>): Record<string, Known<T>> =>
    new Proxy(table, {
      get(target, key) {
        if (typeof key === 'string') keys.add(key)
        return Reflect.get(target, key) as unknown
      },
    })
  const names = noted(readings.names, used.names)
  const reaches = noted(readings.reaches, used.reaches)
  const watched = new Proxy(readings, {
    get(target, key) {
      if (key === 'names') return names
      if (key === 'reaches') return reaches
      if (typeof key === 'string' && key !== 'measuredAt') used.ids.add(key as ReadingId)
      return Reflect.get(target, key) as unknown
    },
  })
  return { readings: watched, used }
}
