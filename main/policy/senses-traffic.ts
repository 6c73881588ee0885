/** How much went over the network since midnight: counters that a restart of the machine sets back, kept in a small file so that a restart of Idlewatt loses nothing. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { dayOf, spanOfDay } from '../system/zone.ts'
import type { CounterReader } from './senses-counters.ts'

/** Bytes since the system started, by interface, or by interface and direction. */
export type Counters = Record<string, number>

const keptSchema = z.object({
  day: z.string(),
  bytes: z.number().min(0),
  /** Since when they were counted: after midnight where Idlewatt was not there to see it. */
  since: z.number(),
  boot: z.string(),
  counters: z.record(z.string(), z.number()),
  /** When they were last looked at; left out in files of earlier versions. */
  at: z.number().optional(),
})
export type KeptTraffic = z.infer<typeof keptSchema>

/** A look so soon after midnight still tells what is today's. */
const midnightMs = 5 * 60_000

/** The day's sum after another look. A counter that went back began anew. The first look ever counts what was since the start of the machine, where that was today. Pure. */
export function countTraffic(kept: KeptTraffic | null, counters: Counters, now: { at: number; zone: string; boot: string; bootedAt: number | null }): KeptTraffic {
  const { at, boot } = now
  const day = dayOf(at, now.zone)
  const midnight = spanOfDay(day, now.zone).from
  const isBootToday = now.bootedAt !== null && now.bootedAt >= midnight
  if (kept === null) return { day, bytes: isBootToday ? sumOf(counters, {}) : 0, since: isBootToday ? midnight : at, boot, counters, at }
  const isSameBoot = kept.boot === boot
  // What an interface that is gone for a moment had counted is not counted again when it is back.
  const known = isSameBoot ? { ...kept.counters, ...counters } : counters
  if (!isSameBoot && !isBootToday) return kept.day === day ? { ...kept, boot, counters, at } : { day, bytes: 0, since: at, boot, counters, at }
  const more = sumOf(counters, isSameBoot ? kept.counters : {})
  if (kept.day === day) return { ...kept, bytes: kept.bytes + more, boot, counters: known, at }
  // Nobody looked at midnight: how much of it was before is not known.
  const isAcross = isSameBoot && !(kept.at !== undefined && midnight - kept.at <= midnightMs)
  return { day, bytes: isAcross ? 0 : more, since: isAcross ? at : midnight, boot, counters: known, at }
}

function sumOf(counters: Counters, before: Counters): number {
  return Object.entries(counters).reduce((sum, [name, bytes]) => {
    const was = before[name] ?? 0
    return sum + (bytes >= was ? bytes - was : bytes)
  }, 0)
}

export interface TrafficBook {
  /** null: the system does not tell. */
  count(): Promise<KeptTraffic | null>
  save(): void
}

const savesEveryMs = 60_000
/** Two starts of a system are further apart; its clock, and how it counts since its start, drift by less while Idlewatt does not run. */
const sameBootMs = 10 * 60_000

export function createTrafficBook(options: { counters: Pick<CounterReader, 'look'>; dataFolder: string; now(): number; zone(): string }): TrafficBook {
  const path = join(options.dataFolder, 'traffic.json')
  let kept = read(path)
  let savedAt = 0
  /** For a system that has no name for it. While this process lives the system is not started again, whatever is done to its clock. */
  let bootHere: string | null = null

  function bootSince(bootedAt: number | null): string {
    const last = Number(/^since (\d+)$/.exec(kept?.boot ?? '')?.[1])
    const isSame = bootedAt !== null && Math.abs(bootedAt - last) < sameBootMs
    return isSame ? (kept?.boot as string) : `since ${Math.round(bootedAt ?? 0)}`
  }

  function save(): void {
    if (kept === null) return
    try {
      writeFileSync(`${path}.new`, JSON.stringify(kept))
      renameSync(`${path}.new`, path)
      savedAt = options.now()
    } catch {
      // A data folder that cannot be written is told of elsewhere; counting goes on.
    }
  }

  return {
    save,
    async count() {
      const seen = await options.counters.look()
      if (seen === null) return null
      const boot = seen.boot ?? (bootHere ??= bootSince(seen.bootedAt))
      const at = options.now()
      kept = countTraffic(kept, seen.counters, { at, zone: options.zone(), boot, bootedAt: seen.bootedAt })
      if (Math.abs(at - savedAt) >= savesEveryMs) save()
      return kept
    },
  }
}

/** A file that cannot be read or is none begins the count anew. */
function read(path: string): KeptTraffic | null {
  try {
    const answer = keptSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return answer.success ? answer.data : null
  } catch {
    return null
  }
}
