/** Follows every rule for every card and for the machine, and hands out what changed. The clock of lengths never jumps. */
import type { Alert } from '../../shared/health.ts'
import type { HistoryEvent, RecordingStatus } from '../../shared/history.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { Settings } from '../../shared/settings.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import type { DiskSpace } from '../system/disk-space.ts'
import type { Log } from '../system/log.ts'
import type { AnyRule, CardLook, WatchedProvider } from './rule.ts'
import { cardRules, listingRules, machineRules } from './rules.ts'
import { oneLine } from './words.ts'
import { end, follow, newTrack, resumedTrack, type Step, type Subject, type Track } from './track.ts'

/** A card that is neither listed nor sampled for so long was forgotten. */
const forgottenAfterMs = 60_000
/** A card was not sampled for so long (a laptop's sleeps, or nobody samples): what its samples said is no longer known to be so. */
const unwatchedAfterMs = 10 * 60_000

const sampledRules = new Set(cardRules.map((rule) => rule.id))

export interface AlertChange {
  change: NonNullable<Step['change']>
  alert: Alert
  lastedMs: number
}

export interface Watch {
  take(turn: SampleTurn, steadyMs: number): AlertChange[]
  /** Between samples: the machine, and what the list of cards says. */
  tick(now: { at: number; steadyMs: number; recording: RecordingStatus; disk: DiskSpace; events: HistoryEvent[]; clockJumpMs: number | null; providers: readonly WatchedProvider[] }): AlertChange[]
  open(): Alert[]
  /** Sets when the owner was told; false: it is over meanwhile. */
  setTold(id: string, since: number, toldAt: number): Alert | null
}

export function createWatch(options: { cards(): Gpu[]; settings(): Settings; log: Log; saved: readonly Alert[]; at: number }): Watch {
  const { log } = options
  const tracks = new Map<string, Track>()
  const faulty = new Set<string>()
  const absentSinceMs = new Map<string, number>()
  /** Steady time of each card's last turn. */
  const heardAtMs = new Map<string, number>()
  // Between looks the list stays the same one: names are made once for it, not every second.
  let named: { cards: readonly Gpu[]; names: Map<string, string> } | null = null

  for (const alert of options.saved) resume(alert)

  function namesFor(cards: readonly Gpu[]): Map<string, string> {
    if (named?.cards !== cards) named = { cards, names: namesOf(cards) }
    return named.names
  }

  function resume(alert: Alert): void {
    const rules: readonly AnyRule<never>[] = alert.gpuId === null ? machineRules : [...cardRules, ...listingRules]
    const rule = rules.find((one) => one.id === alert.rule)
    // A rule of another version of Idlewatt: nobody would ever end its alert.
    if (rule && alert.until === null) tracks.set(alert.id, resumedTrack(rule, alert, options.at, 0))
  }

  /** A rule that fails is logged once and left out: the others go on. */
  function step<Look extends { at: number; steadyMs: number }>(rule: AnyRule<Look>, look: Look, subject: Subject): AlertChange[] {
    const id = `${rule.id}:${subject.gpuId ?? 'machine'}`
    try {
      const next = follow(rule, tracks.get(id) ?? newTrack(look.steadyMs), look, subject)
      tracks.set(id, next.track)
      return changesOf(next)
    } catch (error) {
      if (!faulty.has(rule.id)) log.error('a health rule failed', { rule: rule.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      faulty.add(rule.id)
      return []
    }
  }

  function endAll(which: (alert: Alert) => boolean, at: number, steadyMs: number): AlertChange[] {
    const changes: AlertChange[] = []
    for (const [id, track] of tracks) {
      if (track.alert === null || !which(track.alert)) continue
      const next = end(track, at, steadyMs)
      tracks.set(id, next.track)
      changes.push(...changesOf(next))
    }
    return changes
  }

  function forgetAbsent(cards: readonly Gpu[], at: number, steadyMs: number): AlertChange[] {
    const listed = new Set(cards.map((card) => card.id))
    // An empty list may mean that the first look is still on.
    if (listed.size === 0) return []
    const gone = new Set<string>()
    for (const { alert } of tracks.values()) {
      if (alert === null || alert.gpuId === null) continue
      if (listed.has(alert.gpuId)) absentSinceMs.delete(alert.gpuId)
      else if (!absentSinceMs.has(alert.gpuId)) absentSinceMs.set(alert.gpuId, steadyMs)
      else if (steadyMs - (absentSinceMs.get(alert.gpuId) ?? 0) >= forgottenAfterMs) gone.add(alert.gpuId)
    }
    const changes = endAll((alert) => alert.gpuId !== null && gone.has(alert.gpuId), at, steadyMs)
    for (const gpuId of gone) {
      absentSinceMs.delete(gpuId)
      heardAtMs.delete(gpuId)
      for (const id of [...tracks.keys()]) if (id.endsWith(`:${gpuId}`)) tracks.delete(id)
    }
    return changes
  }

  return {
    take(turn, steadyMs) {
      const cards = options.cards()
      const settings = options.settings()
      const names = namesFor(cards)
      const changes: AlertChange[] = []
      for (const gpuId of new Set([...Object.keys(turn.samples), ...Object.keys(turn.silent)])) {
        heardAtMs.set(gpuId, steadyMs)
        const look: CardLook = {
          at: turn.at,
          steadyMs,
          settings,
          gpuId,
          gpu: cards.find((card) => card.id === gpuId) ?? null,
          sample: turn.samples[gpuId] ?? null,
          silent: turn.samples[gpuId] === undefined ? (turn.silent[gpuId] ?? null) : null,
        }
        const subject = { gpuId, gpuName: names.get(gpuId) ?? null }
        for (const rule of cardRules) changes.push(...step(rule, look, subject))
      }
      return changes
    },
    tick({ at, steadyMs, recording, disk, events, clockJumpMs, providers }) {
      const cards = options.cards()
      const settings = options.settings()
      const names = namesFor(cards)
      const changes: AlertChange[] = []
      for (const rule of machineRules) changes.push(...step(rule, { at, steadyMs, settings, recording, disk, events, clockJumpMs, providers }, { gpuId: null, gpuName: null }))
      for (const gpu of cards) {
        const look: CardLook = { at, steadyMs, settings, gpuId: gpu.id, gpu, sample: null, silent: null, events: events.filter((event) => event.gpuId === gpu.id) }
        const subject = { gpuId: gpu.id, gpuName: names.get(gpu.id) ?? null }
        // A card that is gone is not sampled any more: here its other alerts end.
        if (gpu.lostSince !== null) heardAtMs.set(gpu.id, steadyMs)
        for (const rule of gpu.lostSince === null ? listingRules : [...listingRules, ...cardRules]) changes.push(...step(rule, look, subject))
      }
      changes.push(...forgetAbsent(cards, at, steadyMs))
      const isUnwatched = (gpuId: string): boolean => steadyMs - (heardAtMs.get(gpuId) ?? 0) >= unwatchedAfterMs
      changes.push(...endAll((alert) => alert.gpuId !== null && isUnwatched(alert.gpuId) && sampledRules.has(alert.rule), at, steadyMs))
      return changes
    },
    open: () => [...tracks.values()].flatMap((track) => (track.alert === null ? [] : [track.alert])),
    setTold(id, since, toldAt) {
      const track = tracks.get(id)
      if (!track?.alert || track.alert.since !== since) return null
      const alert = { ...track.alert, toldAt }
      tracks.set(id, { ...track, alert })
      return alert
    },
  }
}

function changesOf({ change, alert, lastedMs }: Step): AlertChange[] {
  return change === null || alert === null ? [] : [{ change, alert, lastedMs }]
}

/** Cards of one name are told apart by their slot: "NVIDIA GeForce RTX 4090 (01:00.0)". */
function namesOf(cards: readonly Gpu[]): Map<string, string> {
  const counts = new Map<string, number>()
  for (const { name } of cards) counts.set(oneLine(name), (counts.get(oneLine(name)) ?? 0) + 1)
  return new Map(
    cards.map((card) => {
      const name = oneLine(card.name)
      const slot = card.pciAddress?.replace(/^0000:/, '') ?? card.id
      return [card.id, counts.get(name) === 1 ? name : `${name} (${slot})`]
    }),
  )
}
