/** The contract of provider software and its setting up, as an adapter states them: data and pure readers. Part of network.ts. */
import type { StepEffects, StepField, Trap } from '../../shared/enrolment.ts'
import type { Platform } from '../../shared/machine.ts'
import type { MachineReadings } from '../../shared/preflight.ts'
import type { ContainerFacts, SoftwareReading, StopPrice } from '../../shared/provider.ts'
import type { Source } from '../../shared/network.ts'

export type { ContainerFacts }

/** Answers of enrolment by field id; secrets are not among them. Text in commands and paths: `{field}`, `{home}`, `{folder}` (the programme's own), `{localAppData}`, `{cards}` (count). */
export type Answers = Record<string, string>

/** Run without a shell: one entry a word. A word `{secret:field}` is never put in a command; secrets go by environment alone. */
export interface CommandTemplate {
  program: string
  args: string[]
  /** Environment on top of our own: name → template; `{secret:token}` is filled from the key store. */
  env?: Record<string, string>
  cwd?: string
  /** It wants a terminal: Linux runs it under util-linux `script`. */
  needsTerminal?: boolean
  /** Asks for administrator rights: then it is shown for the user to run, never run by us. */
  isElevated?: boolean
}

/** What one line of a log says. `null` from a reader: nothing of interest. */
export interface SoftwareSign {
  /** The listed event: "job-started", "node-scored", … as fixtures/log-lines.json names it. */
  event: string
  activity?: SoftwareReading['activity']
  earning?: boolean | null
  cause?: SoftwareReading['cause']
  sentence: string
  job?: { id: string | null; what: 'started' | 'finished' | 'failed' | 'cancelled'; seconds?: number }
  figures?: Record<string, number>
}

/** What a reader is given; pure readers fold it into one reading. */
export interface SoftwareFacts {
  at: number
  /** Signs since the run began, oldest first; the latest 500 are kept. */
  signs: (SoftwareSign & { at: number })[]
  /** When the last line of any kind came; null: none yet. */
  lastLineAt: number | null
  isProcessThere: boolean | null
  containers: ContainerFacts[] | null
  /** By service name: as the system says ("active", "failed", "inactive", "stopped"); null: cannot be told. */
  services: Record<string, string | null>
  /** Answers of endpoints by id: parsed JSON with when it came, or why there is none. */
  endpoints: Record<string, { at: number; value: unknown; why: null; tls?: { validTo: number } } | { at: number; value: null; why: string }>
  /** Values below the watched registry key, by name; null: not Windows or no such key. */
  registry: Record<string, string> | null
  /** Of the cards that could join: used share 0..1 and memory, newest; empty: not known. */
  cards: { gpuId: string; utilisation: number | null; memoryUsedBytes: number | null }[]
  answers: Answers
  startedAt: number | null
}

export interface EndpointDefinition {
  id: string
  /** Template over answers: "https://{domain}:8443/status". */
  url: string
  everyMs: number
  /** Own-CA or self-signed certificates are expected there: nothing secret is sent, the certificate's end is read. */
  acceptsOwnCertificate: boolean
  /** A public service (asked through the polite client, only where asking outside is allowed), or the user's own address. */
  whose: 'public' | 'own'
  what: string
  source: Source
}

export interface ContainerExpectation {
  /** All containers whose image begins so belong to this programme: "ionetcontainers/". */
  imagePrefix: string
  /** Or those with this label. */
  label?: { name: string; value: string }
  /** Image repository → how many must run. */
  expected: { image: string; count: number }[]
}

export interface SoftwareDefinition {
  programmeId: string
  kind: 'managed' | 'observed'
  /** Where it can be managed or looked at at all; elsewhere it is left out with a sentence. */
  platforms: Platform[]
  /** The process that is run; null: none of ours (observed, or containers alone). */
  command: CommandTemplate | null
  /** In place of `command` on these systems; `softwareOn` of the registry puts it there. */
  commandOn?: Partial<Record<Platform, CommandTemplate>>
  /** The process may end by itself once its containers stand (a launcher). */
  endsAfterLaunch?: boolean
  /** After such a launcher has ended, its containers must stand within this time, or the start has failed; left out: 3 minutes. */
  containersWithinMs?: number
  containers: ContainerExpectation | null
  /** A container that Idlewatt itself makes and removes, by label. */
  ownContainer?: { image: string; command: string[]; labels: Record<string, string>; env?: Record<string, string>; networkMode: 'none' | 'host' }
  /** Names of the system's services: systemd unit and Windows service. */
  services: { systemd: string | null; windows: string | null } | null
  endpoints: EndpointDefinition[]
  /** Logs that it writes itself, as templates; the first that exists is followed. */
  logFiles: { platform: Platform; path: string }[]
  registryKey: string | null
  /** The process is told from namesakes by a part of its path, in any case of letters. */
  processes: { name: string; pathContains: string | null }[]
  /** Ready within this time or it counts as a failed start. */
  readyWithinMs: number
  /** Process: this signal, then so long until it is killed. */
  stop: { signal: 'SIGINT' | 'SIGTERM'; graceMs: number }
  /** How current work is finished: it says so itself after a signal, or it is watched until it is idle. */
  finish: { how: 'watch-until-idle' | 'signal'; mostMs: number }
  exitCodes: Record<number, string>
  readLine(line: string): SoftwareSign | null
  /** Pure; called after every change and once a second at most. */
  read(facts: SoftwareFacts): SoftwareReading
  /** Pure. What stopping now costs. */
  stopPrice(facts: SoftwareFacts): StopPrice
  source: Source
}

/** How a step is told to be done, before and after. */
export type StepProbe =
  | { kind: 'file'; path: string }
  | { kind: 'download'; file: string }
  | { kind: 'answered'; fields: string[] }
  | { kind: 'confirmed' }
  | { kind: 'command'; command: CommandTemplate; exitCode: number; says?: string }
  | { kind: 'image'; reference: string }
  | { kind: 'reading'; isSo(readings: MachineReadings, answers: Answers): { ok: boolean | null; because: string } }
  | { kind: 'no-strangers'; imagePrefix: string }
  | { kind: 'software'; isSo(reading: SoftwareReading | null): { ok: boolean | null; because: string } }
  /** Nothing to look at: the step is done once it was done. */
  | { kind: 'none' }

export type StepAction =
  | { kind: 'ask' }
  | { kind: 'website'; url: string; todo: string[] }
  | { kind: 'by-hand'; words: string; todo: string[] }
  | { kind: 'download'; url: string; file: string; version: string; sha256: string | null; bytes: number | null; mostBytes: number; hosts: string[]; isExecutable: boolean }
  | { kind: 'command'; command: CommandTemplate; timeoutMs: number }
  /** Pull, or load what we bring ourselves (`archive`: a download or a bundled file that becomes the image). */
  | { kind: 'image'; reference: string; archive: string | null }
  /** Hands over to the supervisor. */
  | { kind: 'start' }
  /** Looks only. */
  | { kind: 'check' }

export type StepUndo =
  | { kind: 'nothing'; why: string }
  | { kind: 'remove-file'; file: string }
  | { kind: 'remove-paths'; paths: string[] }
  | { kind: 'forget-answers' }
  | { kind: 'stop' }
  | { kind: 'remove-containers'; imagePrefix: string | null }
  | { kind: 'remove-images'; imagePrefix: string }
  | { kind: 'website'; url: string; todo: string[] }
  | { kind: 'by-hand'; words: string; todo: string[] }

export interface StepDefinition {
  id: string
  title: string
  what: string
  publisher: { name: string; url: string } | null
  fields: StepField[]
  /** Says why the step does not concern a machine; null: it does. `arch` as Node names it ("x64", "arm64"); left out: not known. */
  leftOut?(on: { platform: Platform; arch?: string; readings: MachineReadings; answers: Answers }): string | null
  check: StepProbe
  do: StepAction
  verify: StepProbe
  noticedBy: string
  undo: StepUndo
  undoWords: string
  remains: string[]
  effects: StepEffects
  traps: Trap[]
  /** Refuses an answer with a sentence; null: taken. Pure. Secrets are checked here too and never kept in the sentence. */
  refuse?(field: string, value: string): string | null
  source: Source
}

export interface EnrolmentDefinition {
  programmeId: string
  summary: string
  steps: StepDefinition[]
}

export const noEffects: StepEffects = { files: [], folders: [], rights: [], ports: [], image: null, downloadBytes: null, diskBytes: null, hash: null, otherSoftware: [], costs: [] }

type UsuallyEmpty = 'publisher' | 'fields' | 'remains' | 'effects' | 'traps'

/** A step without what most steps have none of: a publisher, fields, effects, traps, and what remains after it. */
export function defineStep(step: Omit<StepDefinition, UsuallyEmpty> & Partial<Pick<StepDefinition, UsuallyEmpty>>): StepDefinition {
  return { publisher: null, fields: [], remains: [], effects: noEffects, traps: [], ...step }
}
