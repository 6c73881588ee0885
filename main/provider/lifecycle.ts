/** Turns what happens into the next status of provider software. Pure and total: the picture stands above ProviderPhase. */
import type { ProviderFailure, ProviderPhase } from '../../shared/provider.ts'
import { removed } from './fold-presence.ts'
import { backOffMs, barredLookMs, cameBack, engineSettlesMs, engineTookItMs, failuresCountMs, healthyForgetsMs, isActive, isComeBack, isIdle, isReady, killAgainMs, killAnswersMs, mostFailures, mostSeenIds, notSetUp, type LifecycleEvent, type LifecycleRules, type LifecycleStatus } from './lifecycle-status.ts'

type Change = Partial<Omit<LifecycleStatus, 'phase' | 'since' | 'because'>>

/** Gives the same object back where nothing changes. `now`: ms since epoch. */
export function lifecycle(before: LifecycleStatus, event: LifecycleEvent, now: number, rules: LifecycleRules): LifecycleStatus {
  // Until it is moved with the clock, no time in it can be compared with `now`.
  const status = event.kind === 'clock-jumped' ? before : forgetOld(before, now)
  switch (event.kind) {
    case 'asked-start':
      return wished(status, askedStart(status, now, rules), false)
    case 'asked-finish':
      return wished(status, askedFinish(status, now), true)
    case 'asked-stop':
      return wished(null, askedStop(status, now), true)
    case 'spawned':
      return spawned(status, event, now)
    case 'could-not-start':
      if (status.run !== null) return status
      if (!status.isSetUp && (status.phase === 'stopping' || status.phase === 'starting')) return stopped(status, event.sentence, now)
      if (status.phase === 'stopping') return status.wanted === 'run' ? failed(status, event, now) : stopped(status, event.sentence, now)
      return status.phase === 'starting' ? failed(status, event, now) : status
    case 'barred':
      return barred(status, event.sentence, now)
    case 'unbarred':
      return status.phase === 'waiting' && status.isBarred ? begin(status, now) : status
    case 'stood':
      return stood(status, event.ids)
    case 'adopted':
      if (isActive(status)) return status
      if (isComeBack(status, event.run)) return ending({ ...status, run: event.run }, now, cameBack)
      return to(status, 'running', now, status.phase === 'waiting' ? 'It is running again.' : 'It was running already and was taken over as it is.', { run: event.run, isStopWished: false })
    case 'handed-over':
      return status.run === null ? status : { ...status, run: { ...status.run, handle: { kind: 'containers', ids: event.ids } } }
    case 'reading':
      return status.run === null ? status : read({ ...status, reading: event.reading }, now, rules)
    case 'ended':
      return ended(status, event, now)
    case 'removed-by-others':
      return status.phase === 'waiting' ? { ...forgiven(status, now), because: `${removed} It is started again after a pause.` } : status
    case 'engine-lost':
      return engineLost(status, event.why, now)
    case 'engine-back':
      return engineBack(status, now)
    case 'kill-failed':
      return status.stopStep === null || status.run === null ? status : to(status, 'stop-failed', now, event.sentence, { stopStep: 'killed', stopTries: status.stopTries, triedAt: now, endedBadly: status.endedBadly })
    case 'duplicate':
      return status.duplicate === event.sentence ? status : { ...status, duplicate: event.sentence }
    case 'tick':
      return tick(status, now, rules)
    case 'clock-jumped':
      return shifted(status, event.ms)
    case 'enrolment-changed':
      return enrolmentChanged(status, event.isSetUp, now)
  }
}

/** What belongs to the phase that is left is cleared unless it is handed in; a run is kept where the new phase can have one. */
function to(status: LifecycleStatus, phase: ProviderPhase, now: number, because: string, change: Change = {}): LifecycleStatus {
  const keepsRun = isActive({ ...status, phase })
  const next = { ...status, phase, since: status.phase === phase ? status.since : now, because, retryAt: null, stopStep: null, stopTries: 0, triedAt: null, healthySince: null, endedBadly: null, isBarred: false, ...change }
  return keepsRun ? next : { ...next, run: null, reading: null }
}

function stopped(status: LifecycleStatus, because: string, now: number): LifecycleStatus {
  return status.isSetUp ? to(status, 'stopped', now, because, { wanted: 'stop' }) : to(status, 'not-set-up', now, notSetUp, { wanted: 'stop' })
}

/** Nothing is ever started that is not set up (any more), whatever was wanted. */
function begin(status: LifecycleStatus, now: number): LifecycleStatus {
  if (!status.isSetUp) return stopped(status, notSetUp, now)
  if (status.engineLost !== null) return to(status, 'waiting', now, waitsForEngine(status.engineLost.why), { retryAt: now, wanted: 'run' })
  return to(status, 'starting', now, 'It is being started.', { wanted: 'run', run: null, reading: null })
}

/** `before`: where nothing came of the wish, it is not kept; null: it is kept all the same. */
function wished(before: LifecycleStatus | null, after: LifecycleStatus, isStopWished: boolean): LifecycleStatus {
  return after === before || after.isStopWished === isStopWished ? after : { ...after, isStopWished }
}

function stood(status: LifecycleStatus, ids: string[]): LifecycleStatus {
  const isNew = status.run !== null && ids.some((id) => !status.seenIds.includes(id))
  return isNew ? { ...status, seenIds: [...new Set([...status.seenIds, ...ids])].slice(-mostSeenIds) } : status
}

function barred(status: LifecycleStatus, sentence: string, now: number): LifecycleStatus {
  const isTrying = status.run === null && (status.phase === 'starting' || status.phase === 'stopping')
  if (!isTrying && !(status.phase === 'waiting' && status.isBarred)) return status
  if (status.wanted !== 'run' || !status.isSetUp) return stopped(status, sentence, now)
  const because = status.engineLost === null ? `${sentence} Idlewatt looks again every ${barredLookMs / 1000} seconds and starts it once nothing is in the way.` : waitsForEngine(status.engineLost.why)
  return to(status, 'waiting', now, because, { retryAt: now + barredLookMs, isBarred: true })
}

/** `triedAt` stays null where a start is still under way: there is nothing to end yet. */
function ending(status: LifecycleStatus, now: number, because: string, change: Change = {}): LifecycleStatus {
  return to(status, 'stopping', now, because, { stopStep: 'asked', stopTries: status.run === null ? 0 : 1, triedAt: status.run === null ? null : now, ...change })
}

function askedStart(status: LifecycleStatus, now: number, rules: LifecycleRules): LifecycleStatus {
  if (status.phase === 'not-set-up' || !status.isSetUp) return status
  if (status.phase === 'finishing') return rules.finish.how === 'signal' ? { ...status, wanted: 'run' } : to(status, 'running', now, 'It goes on; finishing was taken back.', { wanted: 'run' })
  if (isActive(status)) return status.wanted === 'run' ? status : { ...status, wanted: 'run' }
  if (status.duplicate !== null) return status
  return begin(status.phase === 'failed' ? { ...status, failures: [], inRow: 0 } : status, now)
}

function askedFinish(status: LifecycleStatus, now: number): LifecycleStatus {
  const wanted = status.wanted === 'stop' && status.phase !== 'running' && status.phase !== 'starting' ? 'stop' : 'finish'
  if (status.phase === 'running' && !isIdle(status.reading)) return to(status, 'finishing', now, 'It finishes its current work and then stops.', { wanted })
  if (status.phase === 'running' || status.phase === 'starting') return ending(status, now, 'It is being stopped; there is no work to finish.', { wanted })
  if (status.phase === 'waiting' || status.phase === 'failed') return stopped(status, 'It is stopped.', now)
  return isActive(status) && status.wanted !== wanted ? { ...status, wanted } : status
}

function askedStop(status: LifecycleStatus, now: number): LifecycleStatus {
  if (status.phase === 'stopping') return status.wanted === 'stop' ? status : { ...status, wanted: 'stop' }
  if (status.phase === 'stop-failed') return { ...status, wanted: 'stop', stopTries: status.stopTries + 1, triedAt: now }
  if (isActive(status)) return ending(status, now, 'It is being stopped.', { wanted: 'stop' })
  return status.phase === 'waiting' || status.phase === 'failed' ? stopped(status, 'It is stopped.', now) : status
}

function spawned(status: LifecycleStatus, { run }: Extract<LifecycleEvent, { kind: 'spawned' }>, now: number): LifecycleStatus {
  if (status.run !== null) return status
  if (!status.isSetUp) return ending({ ...status, run }, now, 'It is not set up any more and is being stopped.', { wanted: 'stop' })
  if (status.phase === 'starting' || (status.phase === 'stopping' && status.wanted === 'run')) return { ...to(status, 'starting', now, 'It was started and is getting ready.', { run }), since: now }
  return ending({ ...status, run }, now, 'It is being stopped.')
}

function read(status: LifecycleStatus, now: number, rules: LifecycleRules): LifecycleStatus {
  const { reading } = status
  // While it is being ended half of it is gone: that is no fault of its own, and nobody has to do anything about it.
  if (reading?.activity === 'unhealthy' && status.stopStep !== null) return { ...status, reading: { ...reading, activity: 'unknown', cause: null, sentence: status.because } }
  if (reading === null || status.engineLost !== null) return status
  if (status.phase === 'starting' && isReady(reading)) return to(status, 'running', now, reading.sentence, { healthySince: now })
  // What it waits for may be the user: a sign-in, a wrong setting.
  if (status.phase === 'starting') return reading.activity === 'unknown' ? status : { ...status, because: reading.sentence }
  if (status.phase === 'running') return { ...status, because: reading.sentence, healthySince: isReady(reading) ? (status.healthySince ?? now) : null }
  if (status.phase === 'finishing' && rules.finish.how === 'watch-until-idle' && isIdle(reading)) return ending(status, now, 'Its work is finished; it is being stopped.')
  return status
}

function ended(status: LifecycleStatus, event: Extract<LifecycleEvent, { kind: 'ended' }>, now: number): LifecycleStatus {
  if (status.run === null) return status
  if (status.phase === 'stopping' || status.phase === 'stop-failed') {
    if (!event.isGone) return status
    if (status.wanted !== 'run') return stopped(status, 'It is stopped.', now)
    return status.endedBadly === null ? begin(status, now) : waitOrGiveUp(status, status.endedBadly, now)
  }
  if (status.phase === 'finishing') {
    if (!event.isGone) return ending(status, now, 'Its work is over; what is left of it is being ended.')
    return status.wanted === 'run' ? begin(status, now) : stopped(status, event.sentence, now)
  }
  if (status.wanted !== 'run') return event.isGone ? stopped(status, event.sentence, now) : ending(status, now, event.sentence)
  const counted = counting(status, event.sentence, event.counts, now)
  return event.isGone ? waitOrGiveUp(counted, event.sentence, now) : ending(counted, now, `${event.sentence} What is left of it is being ended.`, { endedBadly: event.sentence })
}

function counting(status: LifecycleStatus, sentence: string, counts: boolean, now: number): LifecycleStatus {
  const failures: ProviderFailure[] = counts ? [...status.failures, { at: now, sentence }].slice(-mostFailures) : status.failures
  return { ...status, failures, inRow: status.inRow + 1 }
}

function failed(status: LifecycleStatus, event: { sentence: string; isFinal: boolean; counts: boolean }, now: number): LifecycleStatus {
  const counted = counting(status, event.sentence, event.counts, now)
  return event.isFinal ? to(counted, 'failed', now, event.sentence) : waitOrGiveUp(counted, event.sentence, now)
}

function waitOrGiveUp(status: LifecycleStatus, sentence: string, now: number): LifecycleStatus {
  if (!status.isSetUp) return stopped(status, sentence, now)
  if (status.engineLost !== null) return to(status, 'waiting', now, waitsForEngine(status.engineLost.why), { retryAt: now })
  if (status.failures.length < mostFailures) return to(status, 'waiting', now, `${sentence} It is started again after a pause.`, { retryAt: now + backOffMs(status.inRow) })
  return to(status, 'failed', now, `It failed five times within ten minutes and is not started again by itself. ${causesOf(status, sentence)} Look at its log, put the cause right and start it again.`)
}

/** The last one apart from those before it. */
function causesOf({ failures }: LifecycleStatus, last: string): string {
  const earlier = [...new Set(failures.map(({ sentence }) => sentence))].filter((sentence) => sentence !== last).slice(-2)
  return earlier.length === 0 ? `Each time: ${last}` : `The last time: ${last} Earlier: ${earlier.join(' ')}`
}

function engineLost(status: LifecycleStatus, why: string, now: number): LifecycleStatus {
  if (status.engineLost !== null) return status.engineLost.why === why ? status : { ...status, engineLost: { ...status.engineLost, why } }
  const lost = { ...status, engineLost: { since: now, why }, healthySince: null }
  if (status.phase === 'starting' || status.phase === 'running' || status.phase === 'finishing') return { ...lost, because: waitsForEngine(why) }
  if (status.phase !== 'waiting') return lost
  // Docker ended the containers on its own way down: that was no failure of theirs.
  return { ...forgiven(lost, now), because: waitsForEngine(why) }
}

/** Takes back a failure that was counted a moment ago. */
function forgiven(status: LifecycleStatus, now: number): LifecycleStatus {
  const last = status.failures.at(-1)
  return last !== undefined && now - last.at < engineTookItMs ? { ...status, failures: status.failures.slice(0, -1), inRow: Math.max(0, status.inRow - 1) } : status
}

function engineBack(status: LifecycleStatus, now: number): LifecycleStatus {
  if (status.engineLost === null) return status
  const back = { ...status, engineLost: null }
  if (status.phase === 'waiting') return { ...back, because: 'Docker answers again; it is started again after a pause.', retryAt: Math.max(status.retryAt ?? now, now + engineSettlesMs) }
  // The time without Docker is taken from no deadline.
  if (status.phase === 'starting' || status.phase === 'finishing') return { ...back, since: status.since + Math.max(0, now - status.engineLost.since), because: 'Docker answers again.' }
  if (status.phase === 'stop-failed') return { ...back, stopTries: status.stopTries + 1, triedAt: now }
  return status.phase === 'running' ? { ...back, because: 'Docker answers again.' } : back
}

function tick(status: LifecycleStatus, now: number, rules: LifecycleRules): LifecycleStatus {
  if (status.phase === 'waiting') return status.engineLost === null && status.duplicate === null && !status.isBarred && now >= (status.retryAt ?? now) ? begin(status, now) : status
  if (status.run === null) return status
  const forMs = now - status.since
  if (status.phase === 'starting' && status.engineLost === null && forMs >= rules.readyWithinMs) {
    if (status.reading?.activity === 'unknown') return to(status, 'running', now, status.reading.sentence)
    const said = status.reading === null || status.reading.activity === 'starting' ? '' : ` ${status.reading.sentence}`
    const sentence = `It was started but was not ready within ${minutes(rules.readyWithinMs)}.${said}`
    return ending(counting(status, sentence, true, now), now, sentence, { endedBadly: sentence })
  }
  if (status.phase === 'finishing' && forMs >= rules.finish.mostMs) return ending(status, now, `Its work was not finished within ${minutes(rules.finish.mostMs)}; it is being stopped.`)
  const triedForMs = status.triedAt === null ? 0 : now - status.triedAt
  if (status.phase === 'stopping' && status.stopStep === 'asked' && triedForMs >= rules.graceMs) return { ...status, stopStep: 'killed', stopTries: status.stopTries + 1, triedAt: now, because: 'It did not stop when asked and is being ended.' }
  if (status.phase === 'stopping' && status.stopStep === 'killed' && triedForMs >= killAnswersMs) return to(status, 'stop-failed', now, 'It could not be ended: the system gives no answer. It is tried again.', { stopStep: 'killed', stopTries: status.stopTries, triedAt: now, endedBadly: status.endedBadly })
  if (status.phase === 'stop-failed' && triedForMs >= killAgainMs) return { ...status, stopTries: status.stopTries + 1, triedAt: now }
  return status
}

function enrolmentChanged(status: LifecycleStatus, isSetUp: boolean, now: number): LifecycleStatus {
  if (status.isSetUp === isSetUp) return status
  const next = { ...status, isSetUp }
  return isActive(status) ? next : stopped(next, 'It is set up and was not started yet.', now)
}

/** A jump of the clock neither skips a wait nor stretches it. */
function shifted(status: LifecycleStatus, ms: number): LifecycleStatus {
  const moved = (at: number | null): number | null => (at === null ? null : at + ms)
  return {
    ...status,
    since: status.since + ms,
    retryAt: moved(status.retryAt),
    healthySince: moved(status.healthySince),
    triedAt: moved(status.triedAt),
    failures: status.failures.map((failure) => ({ ...failure, at: failure.at + ms })),
    engineLost: status.engineLost && { ...status.engineLost, since: status.engineLost.since + ms },
    run: status.run && { ...status.run, startedAt: status.run.startedAt + ms },
  }
}

function forgetOld(status: LifecycleStatus, now: number): LifecycleStatus {
  const isWell = status.healthySince !== null && now - status.healthySince >= healthyForgetsMs
  const failures = isWell ? [] : status.failures.filter((failure) => now - failure.at < failuresCountMs)
  const inRow = isWell ? 0 : status.inRow
  return failures.length === status.failures.length && inRow === status.inRow ? status : { ...status, failures, inRow }
}

function waitsForEngine(why: string): string {
  return `${why} Idlewatt waits until Docker answers again.`
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`
}
