/** Watches every card's health: rules over samples and events make alerts, and the owner is told of them. */
import type { Alert, ChannelId, HealthState } from '../../shared/health.ts'
import type { HistoryEvent, RecordingStatus } from '../../shared/history.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { Settings } from '../../shared/settings.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import type { Host, Secrets } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { DiskSpace } from '../system/disk-space.ts'
import type { Log } from '../system/log.ts'
import { createChannels } from './channels.ts'
import { followClock } from '../system/clock-jump.ts'
import { quietUntil } from './quiet.ts'
import { retiredEvents } from './retired-events.ts'
import { createTeller } from './teller.ts'
import { rank } from './track.ts'
import type { WatchedProvider } from './rule.ts'
import { createWatch, type AlertChange } from './watch.ts'
import { lengthWords } from './words.ts'

/** Between samples, this often: the machine, repeats, quiet hours. */
const tickMs = 10_000
const diskEveryMs = 60_000
/** A terminal may set a channel up or remove it beside us. */
const channelsEveryMs = 2_000
const endedKept = 50

export interface HealthOptions {
  clock: Clock
  log: Log
  secrets: Secrets
  /** null: this door has no desktop. */
  notify: Host['notify']
  settings(): Settings
  /** As last detected, lost ones among them. */
  cards(): Gpu[]
  /** As the owner knows it, in messages. */
  machineName: string
  readDisk(): Promise<DiskSpace>
  /** Provider software that is set up; left out: none. */
  providers?(): readonly WatchedProvider[]
  /** What was saved last time. */
  saved: { open: Alert[]; ended: Alert[] }
  /** What runs of earlier, also those of commands that watched nobody, found of the cards; oldest first. Left out: nothing. */
  findings?(): HistoryEvent[]
  /** Alerts that are new or changed, to be kept by id and `since`. */
  save(alerts: Alert[]): void
  /** Called at once, and then whenever something changed. */
  onState(state: HealthState): void
  onEvents(events: HistoryEvent[]): void
}

/**
 * Does nothing of its own accord before `begin`, the first `take` or `setRecording` to `on`: a command that ends at once watches
 * nobody and tells nobody, while the door that keeps watch does.
 */
export interface Health {
  state(): HealthState
  /** Keeps watch from now on, also where no card is ever sampled: all may be lost. */
  begin(): void
  /** Never throws. */
  take(turn: SampleTurn): void
  /** Never throws. */
  note(events: HistoryEvent[]): void
  setRecording(status: RecordingStatus): void
  /** The secret is shown this once. Throws NotPossible for an address that cannot be used. */
  setWebhook(url: string): Promise<{ signingSecret: string }>
  setNtfy(where: { url: string; token: string | null }): Promise<void>
  remove(channel: ChannelId): Promise<void>
  test(channel: ChannelId): Promise<{ ok: boolean; sentence: string }>
  settingsChanged(): void
  /** Messages that still wait are dropped; what they told of is told again at the next start, if it lasts. */
  stop(): Promise<void>
}

export function createHealth(options: HealthOptions): Health {
  const { clock, log, settings, machineName } = options
  const watch = createWatch({ cards: options.cards, settings, log, saved: options.saved.open, at: clock.now() })
  const channels = createChannels({ clock, log, secrets: options.secrets, notify: options.notify, settings, machineName, onChange: () => safely(publish), onSettled: (one, arrived) => safely(() => teller.settled(one, arrived)) })
  const teller = createTeller({ clock, settings, machineName, saved: [...options.saved.open, ...options.saved.ended], deliver: (one) => channels.deliver(one), onTold })

  let ended = [...options.saved.ended].sort((one, other) => (other.until ?? 0) - (one.until ?? 0)).slice(0, endedKept)
  let recording: RecordingStatus = { phase: 'off', sentence: 'Recording has not begun.' }
  let disk: DiskSpace = { freeBytes: null, totalBytes: null }
  let diskReadAtMs: number | null = null
  let knownCards: Gpu[] = []
  const wallClock = followClock()

  /** From before the watch began. */
  let waitingEvents: HistoryEvent[] = []
  let published = ''
  let channelsSeen = { atMs: 0, text: '' }

  let hasRecalled = false
  let isWatching = false
  let isStopped = false
  let cancelTick = (): void => {}

  /** Adds up what passed. Turns bring an exact clock; the wall clock serves only while none come, and no jump of it counts for much. */
  let steadyMs = 0
  let lastNow = clock.now()
  let lastTurn: { steadyMs: number; ourMs: number } | null = null
  let turnsCome = false

  function passTime(turnSteadyMs: number | null): void {
    const now = clock.now()
    const byWallMs = steadyMs + Math.min(tickMs, Math.max(0, now - lastNow))
    lastNow = now
    if (turnSteadyMs === null) {
      if (!turnsCome) steadyMs = byWallMs
      turnsCome = false
      return
    }
    steadyMs = lastTurn === null ? byWallMs : Math.max(steadyMs, lastTurn.ourMs + turnSteadyMs - lastTurn.steadyMs)
    lastTurn = { steadyMs: turnSteadyMs, ourMs: steadyMs }
    turnsCome = true
  }

  function begin(): void {
    if (isWatching || isStopped) return
    isWatching = true
    lastNow = clock.now()
    endOrphans()
    tickLater()
    void readDisk()
  }

  /** Alerts of rules that this version does not have: nobody else would ever end them. */
  function endOrphans(): void {
    const followed = new Set(watch.open().map((alert) => alert.id))
    const orphans = options.saved.open.filter((alert) => !followed.has(alert.id))
    if (orphans.length > 0) options.save(orphans.map((alert) => ({ ...alert, until: Math.max(alert.since, clock.now()) })))
  }

  /** A fault that a command found while nobody watched is as much an alert as one found now. Once, when there are cards to say it of. */
  function recalled(cards: readonly Gpu[]): HistoryEvent[] {
    if (hasRecalled || cards.length === 0) return []
    hasRecalled = true
    return options.findings?.() ?? []
  }

  function tickLater(): void {
    cancelTick = clock.after(tickMs, () => {
      safely(() => tick([]))
      if (!isStopped) tickLater()
    })
  }

  function tick(events: HistoryEvent[], clockJumpMs: number | null = null): void {
    if (clockJumpMs === null) passTime(null)
    const cards = options.cards()
    const past = recalled(cards)
    const retired = cards.flatMap((card) => retiredEvents(knownCards.find((known) => known.id === card.id) ?? null, card, clock.now()))
    knownCards = cards
    if (retired.length > 0) options.onEvents(retired)
    if (diskReadAtMs === null || steadyMs - diskReadAtMs >= diskEveryMs) void readDisk()
    apply(watch.tick({ at: clock.now(), steadyMs, recording, disk, events: [...past, ...waitingEvents.splice(0), ...events], clockJumpMs, providers: options.providers?.() ?? [] }))
    tell()
    publish()
  }

  async function readDisk(): Promise<void> {
    diskReadAtMs = steadyMs
    try {
      disk = await options.readDisk()
    } catch (error) {
      disk = { freeBytes: null, totalBytes: null }
      log.warn('the free space of the disk could not be read', { error: error instanceof Error ? error.message : String(error) })
    }
  }

  function apply(changes: readonly AlertChange[]): void {
    if (changes.length === 0) return
    const events: HistoryEvent[] = []
    for (const { change, alert, lastedMs } of changes) {
      if (change === 'began') events.push({ at: alert.since, id: 'alert-began', gpuId: alert.gpuId, sentence: `${alert.title}: ${alert.sentence}` })
      if (change !== 'ended') continue
      events.push({ at: alert.until ?? clock.now(), id: 'alert-ended', gpuId: alert.gpuId, sentence: `Over after ${lengthWords(lastedMs)}: ${alert.title}.` })
      ended = [alert, ...ended].slice(0, endedKept)
      teller.ended(alert, lastedMs)
    }
    options.save(changes.map(({ alert }) => alert))
    if (events.length > 0) options.onEvents(events)
  }

  function tell(): void {
    teller.tell({ steadyMs, open: watch.open(), hasChannel: channels.statuses().some((channel) => channel.isSetUp) })
  }

  function onTold(told: { id: string; since: number }[]): void {
    const changed = told.flatMap(({ id, since }) => setTold(id, since) ?? [])
    if (changed.length > 0) options.save(changed)
  }

  function setTold(id: string, since: number): Alert[] | null {
    const now = clock.now()
    const open = watch.setTold(id, since, now)
    if (open) return [open]
    const over = ended.find((alert) => alert.id === id && alert.since === since)
    if (!over) return null
    const told = { ...over, toldAt: now }
    ended = ended.map((alert) => (alert === over ? told : alert))
    return [told]
  }

  /** What could not be told before is told now. */
  function whenSetUp<Answer>(answer: Answer): Answer {
    teller.tryAgain()
    if (isWatching && !isStopped) safely(() => tick([]))
    return answer
  }

  function state(): HealthState {
    return {
      open: watch.open().sort((one, other) => rank(other.severity) - rank(one.severity) || one.since - other.since),
      ended,
      recording,
      channels: channels.statuses(),
      quietUntil: quietUntil(settings(), clock.now()),
    }
  }

  function channelsChanged(): boolean {
    if (steadyMs - channelsSeen.atMs < channelsEveryMs) return false
    const before = channelsSeen.text
    channelsSeen = { atMs: steadyMs, text: JSON.stringify(channels.statuses()) }
    return channelsSeen.text !== before
  }

  /** What has not changed is not sent again. */
  function publish(): void {
    if (isStopped) return
    const next = state()
    const text = JSON.stringify(next)
    if (text === published) return
    published = text
    options.onState(next)
  }

  /** A fault of ours must not stop the sampling that called. */
  function safely(run: () => void): void {
    try {
      run()
    } catch (error) {
      log.error('health could not be judged', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }

  publish()

  return {
    state,
    begin,
    take(turn) {
      if (isStopped) return
      begin()
      safely(() => {
        passTime(turn.steadyMs)
        const jumpMs = wallClock.take(turn)
        if (jumpMs !== null) tick([], jumpMs)
        const changes = watch.take(turn, steadyMs)
        if (changes.length === 0 && !channelsChanged()) return
        apply(changes)
        tell()
        publish()
      })
    },
    note(events) {
      const own = events.filter((event) => event.id !== 'alert-began' && event.id !== 'alert-ended')
      if (isStopped || own.length === 0) return
      if (isWatching) safely(() => tick(own))
      else waitingEvents = [...waitingEvents, ...own].slice(-100)
    },
    setRecording(status) {
      recording = status
      if (isStopped) return
      if (status.phase === 'on') begin()
      if (isWatching) safely(() => tick([]))
      else publish()
    },
    setWebhook: async (url) => whenSetUp(channels.setWebhook(url)),
    setNtfy: async (where) => whenSetUp(channels.setNtfy(where)),
    remove: async (channel) => channels.remove(channel),
    test: async (channel) => {
      const result = await channels.test(channel)
      return result.ok ? whenSetUp(result) : result
    },
    settingsChanged() {
      if (isWatching && !isStopped) safely(() => tick([]))
      else publish()
    },
    async stop() {
      isStopped = true
      cancelTick()
      channels.stop()
    },
  }
}
