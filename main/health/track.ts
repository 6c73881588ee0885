/**
 * The life of one alert: one rule followed for one card or machine. Pure.
 *
 *            bad for beginAfterMs
 *     calm ────────────────────────► open ──┐ worse for beginAfterMs: more severe, never less
 *       ▲                             │  ▲──┘
 *       └─────────────────────────────┘
 *            clear for endAfterMs
 *
 * Only time between two looks that say the same counts, and no long gap, so that neither silence, nor sleep, nor a jump of the
 * clock begins or ends anything. What hovers at a limit, bad and just better by turns, begins as well, only later: cards that
 * slow themselves down do just that. What is clear in between begins afresh.
 */
import { alertSeverities, type Alert, type AlertEvidence, type AlertSeverity } from '../../shared/health.ts'
import type { AnyRule, Judgement, Trouble } from './rule.ts'

/** A longer gap between two looks counts as nothing: the laptop slept. */
const longestStepMs = 20_000
/** A look that is bad again after one that was just better counts for so much of the time between; time that is just better takes so much back. */
const againShare = 0.5
const betterShare = 0.25
/** While an alert lasts, its figures are taken down this often: first closely, then less so. */
const evidenceEveryMs = 60_000
const laterEvidenceEveryMs = 300_000
const closeEvidence = 5
const evidenceKept = 20

export interface Track {
  alert: Alert | null
  /** Steady time at which the alert began; null: in an earlier run of the app, or told by something else's clock. */
  beganSteadyMs: number | null
  memory: unknown
  lastIs: Judgement['is'] | null
  lastSteadyMs: number
  badMs: number
  /** When it first was bad, for the alert's `since`. */
  badSince: { at: number; steadyMs: number } | null
  clearMs: number
  worseMs: number
  evidenceAtMs: number
}

export interface Subject {
  gpuId: string | null
  gpuName: string | null
}

export interface Step {
  track: Track
  /** `more`: only figures are newer. */
  change: 'began' | 'worse' | 'more' | 'ended' | null
  /** The alert that the change is about, also when it has just ended. */
  alert: Alert | null
  /** How long it lasted, by a clock that does not jump; only with `ended`. */
  lastedMs: number
}

export function newTrack(steadyMs: number): Track {
  return { alert: null, beganSteadyMs: null, memory: undefined, lastIs: null, lastSteadyMs: steadyMs, badMs: 0, badSince: null, clearMs: 0, worseMs: 0, evidenceAtMs: 0 }
}

/** Takes up an alert that was open when the app ended. */
export function resumedTrack<Look>(rule: AnyRule<Look>, alert: Alert, at: number, steadyMs: number): Track {
  const newest = alert.evidence.at(-1)?.at ?? alert.since
  return { ...newTrack(steadyMs), alert, memory: rule.resume?.(alert, Math.max(0, at - newest), steadyMs), evidenceAtMs: steadyMs }
}

export function follow<Look extends { at: number; steadyMs: number }>(rule: AnyRule<Look>, track: Track, look: Look, subject: Subject): Step {
  const { judgement, memory } = rule.judge(look, track.memory)
  const passedMs = look.steadyMs - track.lastSteadyMs
  const soonMs = passedMs > 0 && passedMs <= longestStepMs ? passedMs : 0
  const stepMs = judgement.is === track.lastIs ? soonMs : judgement.is === 'bad' && track.lastIs === 'between' && track.badSince !== null ? soonMs * againShare : 0
  const next: Track = { ...track, memory, lastIs: judgement.is, lastSteadyMs: look.steadyMs }
  if (judgement.is === 'bad') return track.alert === null ? whileCalm(rule, next, judgement.trouble, stepMs, look, subject) : whileOpen(rule, next, track.alert, judgement.trouble, stepMs, look, subject)
  if (judgement.is === 'clear' && track.alert !== null) {
    const clearMs = track.clearMs + stepMs
    if (clearMs >= rule.endAfterMs) return end({ ...next, worseMs: 0 }, look.at, look.steadyMs)
    return unchanged({ ...next, clearMs, worseMs: 0 })
  }
  if (judgement.is === 'unknown') return unchanged(next)
  if (judgement.is === 'between') {
    const badMs = Math.max(0, track.badMs - stepMs * betterShare)
    return unchanged({ ...next, badMs, badSince: track.badMs > 0 && badMs === 0 ? null : track.badSince, clearMs: 0, worseMs: Math.max(0, track.worseMs - stepMs * betterShare) })
  }
  return unchanged({ ...next, badMs: 0, badSince: null, clearMs: 0, worseMs: 0 })
}

/** Ends an open alert whatever the rule says: its card was forgotten, or is no longer watched. */
export function end(track: Track, at: number, steadyMs: number): Step {
  const { alert } = track
  if (alert === null) return unchanged(track)
  const ended = { ...alert, until: Math.max(alert.since, at) }
  const lastedMs = track.beganSteadyMs === null ? ended.until - ended.since : steadyMs - track.beganSteadyMs
  return { track: { ...track, alert: null, beganSteadyMs: null, badMs: 0, badSince: null, clearMs: 0, worseMs: 0 }, change: 'ended', alert: ended, lastedMs }
}

function whileCalm<Look extends { at: number; steadyMs: number }>(rule: AnyRule<Look>, track: Track, trouble: Trouble, stepMs: number, look: Look, subject: Subject): Step {
  const badSince = track.badSince ?? { at: look.at, steadyMs: look.steadyMs }
  const badMs = track.badMs + stepMs
  if (badMs < rule.beginAfterMs) return unchanged({ ...track, badMs, badSince })
  const alert: Alert = {
    id: `${rule.id}:${subject.gpuId ?? 'machine'}`,
    rule: rule.id,
    ...subject,
    severity: trouble.severity,
    title: trouble.title,
    sentence: trouble.sentence,
    remedy: trouble.remedy,
    // Set back between: the alert cannot have begun in the future.
    since: Math.min(trouble.since ?? badSince.at, look.at),
    until: null,
    evidence: dated(trouble, look.at),
    toldAt: null,
  }
  return { track: { ...track, alert, beganSteadyMs: trouble.since === undefined ? badSince.steadyMs : null, badMs: 0, badSince: null, clearMs: 0, worseMs: 0, evidenceAtMs: look.steadyMs }, change: 'began', alert, lastedMs: 0 }
}

function whileOpen<Look extends { at: number; steadyMs: number }>(rule: AnyRule<Look>, track: Track, alert: Alert, trouble: Trouble, stepMs: number, look: Look, subject: Subject): Step {
  const isWorse = rank(trouble.severity) > rank(alert.severity)
  const worseMs = isWorse ? track.worseMs + stepMs : Math.max(0, track.worseMs - stepMs * betterShare)
  const rises = isWorse && worseMs >= rule.beginAfterMs
  const open = { ...track, badMs: 0, badSince: null, clearMs: 0, worseMs: rises ? 0 : worseMs }
  if (!rises && look.steadyMs - track.evidenceAtMs < (alert.evidence.length < closeEvidence ? evidenceEveryMs : laterEvidenceEveryMs)) return unchanged(open)
  const now: Alert = {
    ...alert,
    gpuName: subject.gpuName ?? alert.gpuName,
    severity: rises ? trouble.severity : alert.severity,
    // What is told must fit the severity that is shown: a milder moment within a grave alert does not rewrite it.
    ...(rank(trouble.severity) >= rank(alert.severity) ? { title: trouble.title, sentence: trouble.sentence, remedy: trouble.remedy } : {}),
    evidence: [...alert.evidence, ...dated(trouble, look.at)].slice(-evidenceKept),
  }
  return { track: { ...open, alert: now, evidenceAtMs: look.steadyMs }, change: rises ? 'worse' : 'more', alert: now, lastedMs: 0 }
}

function unchanged(track: Track): Step {
  return { track, change: null, alert: track.alert, lastedMs: 0 }
}

function dated(trouble: Trouble, at: number): AlertEvidence[] {
  return trouble.evidence.slice(0, evidenceKept).map((one) => ({ at, ...one }))
}

export function rank(severity: AlertSeverity): number {
  return alertSeverities.indexOf(severity)
}
