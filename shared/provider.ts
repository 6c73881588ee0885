/** Provider software: what state it is in, what it says of itself, and what stopping it costs. */
import { z } from 'zod'
import type { Source } from './network.ts'

/** What running software is doing, as far as it tells. `working`: on a paid job; `idle`: ready and without one. */
export type Activity = 'starting' | 'ready' | 'working' | 'idle' | 'unhealthy' | 'unknown'

/** Why running software earns nothing, taken apart. */
export type NotEarningCause = 'no-demand' | 'not-eligible' | 'broken-here' | 'unknown'

/** What was read of running software: from log lines, containers, registry values, a service or an endpoint. */
export interface SoftwareReading {
  activity: Activity
  /** true: on a paid job, or paid for being there; null: cannot be told. */
  earning: boolean | null
  /** Set where `earning` is false. */
  cause: NotEarningCause | null
  /** For the user, one sentence: "Waiting for a job; none was offered for 2 h." */
  sentence: string
  /** What it was told by, with its value: "containers: 1 io-worker-vc, 1 io-worker-monitor". */
  evidence: string[]
  /** A job in progress; null: none, or it cannot be told. */
  job: { id: string | null; since: number } | null
  at: number
}

/** A container as the engine tells of it. */
export interface ContainerFacts {
  id: string
  name: string
  image: string
  /** Docker's word: created, running, paused, restarting, removing, exited, dead. */
  state: string
  labels: Record<string, string>
  startedAt: number | null
  exitCode: number | null
  restartCount: number | null
  /** Docker's own health check; null: it has none. */
  health: 'starting' | 'healthy' | 'unhealthy' | null
}

/** How Idlewatt knows software: the very process (never by its name alone), the containers it found, or that it is only looked at. */
export type RunHandle =
  | { kind: 'process'; pid: number; processStartedAt: number; startTicks: string | null; program: string }
  | { kind: 'containers'; ids: string[] }
  | { kind: 'observed'; what: string }

export interface ProviderRun {
  /** Of its own; also the mark that its processes carry in their environment. */
  id: string
  startedAt: number
  handle: RunHandle
  /** Whether it ran before Idlewatt looked, and was taken over as it was. */
  adopted: boolean
}

/** A failure counts for ten minutes. */
export interface ProviderFailure {
  at: number
  sentence: string
}

/**
 * ```
 *  not-set-up ── enrolled ──► stopped ── start ──► starting ── ready ──► running ── finish ──► finishing
 *                               ▲  ▲                  │  │                 │  │                    │
 *                               │  │                  │  └──── died ───────┤  └──── stop ──┐       │ work over, or stop
 *                               │  └── waiting ◄──────┴────────────────────┘               ▼       ▼
 *                               │       │ retryAt: start again          given up:       stopping ──► stopped
 *                               └───────┼──────────── start ──────────── failed            │ it will not end
 *                                       └─ fifth failure in ten minutes ──►                 ▼
 *                                                                                     stop-failed (tried again; never shown as stopped)
 * ```
 */
export type ProviderPhase = 'not-set-up' | 'stopped' | 'starting' | 'running' | 'finishing' | 'stopping' | 'stop-failed' | 'waiting' | 'failed'

export interface ProviderStatus {
  phase: ProviderPhase
  /** ms since epoch: since when in this phase. */
  since: number
  /** One sentence for the user. */
  because: string
  /** Set in starting, running, finishing, stopping, stop-failed; a start that has no process yet has null. */
  run: ProviderRun | null
  reading: SoftwareReading | null
  /** When it is started again; set in `waiting` alone. */
  retryAt: number | null
  /** Within the last ten minutes, oldest first. */
  failures: ProviderFailure[]
  /** What the user wants: kept over restarts of Idlewatt. A wish to stop is never lost. */
  wanted: 'run' | 'finish' | 'stop'
  /** Since when it has been healthy without a break; ten minutes of it forget the failures. null: it is not. */
  healthySince: number | null
  /** How the end is being brought about: in stopping and stop-failed. */
  stopStep: 'asked' | 'killed' | null
  /** Another copy of the same software that is not ours; null: none seen. */
  duplicate: string | null
}

/** A programme's software as a window and `providers list --json` show it. */
export interface ProviderState {
  programmeId: string
  phase: ProviderPhase
  since: number
  /** Of the run's process; null: none, or containers. */
  pid: number | null
  containers: { id: string; image: string; state: string }[]
  earning: boolean | null
  cause: NotEarningCause | null
  activity: Activity | null
  because: string
  evidence: string[]
  job: { id: string | null; since: number } | null
  retryAt: number | null
  wanted: 'run' | 'finish' | 'stop'
  adopted: boolean
  duplicate: string | null
  /** What can be asked of it now; a window draws a button for each. */
  can: { start: boolean; finish: boolean; stop: boolean }
  /** `managed`: Idlewatt starts and stops it. `observed`: it is only looked at. */
  kind: 'managed' | 'observed'
  readAt: number | null
  /** Within the last ten minutes. */
  failures: number
}

/** What stopping now costs, in words; figures where they are known. */
export interface StopPrice {
  /** "Stopping now loses the job in progress (12 min so far) and resets the five-hour uptime." */
  sentence: string
  usd: number | null
  /** Until the work in progress is done, as far as it can be told. */
  finishMinutes: number | null
  source: Source | null
}

export interface LogLine {
  /** Counts up over all files of this programme; for paging. */
  no: number
  at: number
  /** `out`, `error`: the program's streams; `file`: a log it writes itself; `note`: Idlewatt's own remark. */
  stream: 'out' | 'error' | 'file' | 'note'
  text: string
}

export const logQuerySchema = z
  .object({
    programmeId: z.string().min(1).max(100),
    /** Plain text, any case; left out: every line. */
    search: z.string().max(200).optional(),
    /** Lines before this number; left out: the newest. */
    before: z.number().int().min(0).optional(),
    limit: z.number().int().min(1).max(2000).default(200),
  })
  .strict()
export type LogQuery = z.output<typeof logQuerySchema>

export interface LogPage {
  /** Oldest first. */
  lines: LogLine[]
  /** Ask again with `before` = the first line's number. */
  hasOlder: boolean
  /** Of all that is kept. */
  bytes: number
}
