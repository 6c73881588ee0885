/** Software that stands in while a trace is replayed: it takes its time to start and to stop, and keeps what it did. */
import type { Decision, PolicyProgramme } from '../../shared/policy-state.ts'
import { verdictOf } from './acting.ts'
import { firstAfter } from './trace-spans.ts'
import type { TraceProgramme } from './trace.ts'

/** From start to gone; ms by a clock that is right. */
export interface Run {
  programmeId: string
  from: number
  /** When it could begin to work; null: it was stopped before. */
  readyAt: number | null
  /** When work ended: it was told to stop, or its last job was over. null: it still runs. */
  endsAt: number | null
  goneAt: number | null
  wasStopped: boolean
}

export interface Software {
  programme: TraceProgramme
  runs: Run[]
  phase: 'stopped' | 'starting' | 'running' | 'finishing' | 'stopping'
  /** By the machine's clock. */
  since: number
  /** When the phase ends by itself; Infinity: it does not. */
  dueAt: number
}

export function softwareOf(programme: TraceProgramme, wall: number): Software {
  return { programme, runs: [], phase: 'stopped', since: wall, dueAt: Infinity }
}

/** Takes what fell due before `at`. `offMs`: how far the machine's clock is off. */
export function carryOn(software: Software, at: number, offMs: number): void {
  while (software.dueAt < at) {
    const due = software.dueAt
    const run = software.runs.at(-1) as Run
    if (software.phase === 'starting') {
      run.readyAt = due
      enter(software, 'running', due + offMs, Infinity)
    } else if (software.phase === 'finishing') {
      run.endsAt = due
      enter(software, 'stopping', due + offMs, due + software.programme.stopMs)
    } else {
      run.goneAt = due
      enter(software, 'stopped', due + offMs, Infinity)
    }
  }
}

/** While the machine sleeps nothing goes on. A job's own end does not wait. */
export function sleptThrough(software: Software, ms: number): void {
  if (software.phase !== 'finishing') software.dueAt += ms
}

/** Does what all pairs of the programme come to. */
export function actOn(software: Software, decisions: readonly Decision[], at: number, offMs: number): void {
  const { programme, phase } = software
  const verdict = verdictOf(decisions)
  if (verdict === null) return
  const run = software.runs.at(-1)
  if (verdict.do === 'run' && phase === 'stopped') {
    software.runs.push({ programmeId: programme.programmeId, from: at, readyAt: null, endsAt: null, goneAt: null, wasStopped: false })
    enter(software, 'starting', at + offMs, at + programme.startMs)
  } else if (verdict.do === 'run' && phase === 'finishing' && run) {
    run.wasStopped = false
    enter(software, 'running', at + offMs, Infinity)
  } else if (verdict.do === 'finish' && (phase === 'running' || phase === 'starting') && run) {
    run.wasStopped = true
    const job = phase === 'running' ? jobAt(programme, at) : null
    if (job === null) end(software, run, at, offMs)
    else enter(software, 'finishing', at + offMs, job.to)
  } else if (verdict.do === 'stop' && phase !== 'stopped' && phase !== 'stopping' && run) {
    run.wasStopped = true
    end(software, run, at, offMs)
  }
}

function end(software: Software, run: Run, at: number, offMs: number): void {
  run.endsAt = at
  enter(software, 'stopping', at + offMs, at + software.programme.stopMs)
}

function enter(software: Software, phase: Software['phase'], since: number, dueAt: number): void {
  Object.assign(software, { phase, since, dueAt })
}

/** A job that is being worked on; null: none, or it is paid for being there. */
export function jobAt({ jobs }: TraceProgramme, at: number): { from: number; to: number } | null {
  const job = jobs?.[firstAfter(jobs, at)]
  return job !== undefined && at >= job.from ? job : null
}

/** When its job state changes next by itself. */
export function nextJobEdge({ jobs }: TraceProgramme, at: number): number {
  if (jobs === null) return Infinity
  // What ends or begins at this very moment was not seen yet.
  const next = jobs[firstAfter(jobs, at - 1)]
  return next === undefined ? Infinity : next.from >= at ? next.from : next.to
}

export function isOnCard({ phase }: Software): boolean {
  return phase !== 'stopped'
}

export function programmeNow({ programme, phase, since }: Software, at: number, offMs: number): PolicyProgramme {
  const job = phase === 'running' || phase === 'finishing' ? jobAt(programme, at) : null
  const { programmeId, title, gpuIds, demands, worth, stopPriceUsd } = programme
  return {
    programmeId,
    title,
    isPractice: false,
    kind: 'managed',
    isSetUp: true,
    cannotStart: null,
    phase,
    since,
    job: job === null ? null : { since: job.from + offMs },
    earning: phase === 'running' ? programme.jobs === null || job !== null : null,
    gpuIds,
    demands,
    worth,
    refusals: 0,
    stopPrice: { sentence: stopPriceUsd === null ? 'What stopping costs is not known.' : `Stopping costs ${stopPriceUsd} USD.`, usd: stopPriceUsd, finishMinutes: null },
  }
}
