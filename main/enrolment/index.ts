/** Setting programmes up and leaving them: joins preflight, steps, downloads and reports. */
import type { EnrolmentReport, EnrolmentState } from '../../shared/enrolment.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import type { CheckRecord, MachineReadings, ReadingId } from '../../shared/preflight.ts'
import type { SoftwareReading } from '../../shared/provider.ts'
import type { ProviderTables } from '../history/provider-tables.ts'
import type { EnrolmentDefinition, ProviderSign, SoftwareDefinition } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { DockerEngine } from '../system/docker-engine.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { NotPossible } from '../system/not-possible.ts'
import { readingsOfCheck } from './checks-machine.ts'
import { createPreflight, type Preflight, type PreflightOptions } from './preflight/index.ts'
import { watchedReadings } from './probe-use.ts'
import { makeReport } from './report.ts'
import { reportHash, type ReportParts } from './report-hash.ts'
import { readSecret, storedSecrets } from './step-answers.ts'
import { answersOf } from './step-record.ts'
import { withKnownNames } from './step-tools.ts'
import { createSteps, type Steps } from './steps.ts'

export interface ProgrammeEntry {
  programmeId: string
  title: string
  networkTitle: string
  url: string
  isPractice: boolean
  definition: EnrolmentDefinition
  software: SoftwareDefinition | null
  duties: { title: string; sentence: string }[]
}

/** Servers that checks may ask; each is the user's choice or a named default. null: not asked. */
export interface PreflightServers {
  /** HTTP(S) address that answers GET with bytes and takes POST: for bandwidth. */
  bandwidth: string | null
  /** host:port */
  stun: string | null
  ntp: string | null
}

export interface EnrolmentOptions {
  entries: ProgrammeEntry[]
  /** `<data folder>/providers`. */
  folder: string
  /** Whose this is, as containers of ours are labelled; left out: nobody's in particular. */
  houseId?(): string
  resourcesFolder: string
  tables: ProviderTables
  source: MachineSource
  docker: DockerEngine | null
  clock: Clock
  log: Log
  secrets: { read(name: string): string | null; write(name: string, value: string | null): void }
  /** Why nobody outside may be asked now; null: they may. */
  refusal(): string | null
  /** In place of every real host, for tests. */
  loopback: string | null
  servers(): PreflightServers
  /** How the other programmes' software shows among processes. */
  signs: (ProviderSign & { programmeTitle: string })[]
  isOurs(pid: number): boolean
  /** A requirement of a programme as a check record, judged by these readings (worst card first). */
  judge(programmeId: string, readings: MachineReadings): CheckRecord[]
  capital(programmeId: string): EnrolmentReport['capital']
  /** Whether servers outside are asked where a question does not say; left out: yes. A command that ends at once asks nobody of its own accord. */
  asksOutside?: boolean
  /** How many cards could join, for `{cards}` in commands; left out or null: not known. */
  cards?(): number | null
  software: {
    start(programmeId: string): Promise<unknown>
    stop(programmeId: string): Promise<unknown>
    reading(programmeId: string): SoftwareReading | null
    /** Reads it anew, where nobody does so by himself: a command that ends at once. */
    look?(programmeId: string): Promise<unknown>
    isRunning(programmeId: string): boolean
    forget(programmeId: string): Promise<void>
    enrolmentChanged(programmeId: string): void
  }
  onState(states: EnrolmentState[]): void
  onReadings(readings: MachineReadings): void
  onEvents(events: HistoryEvent[]): void
}

export interface PreflightQuestion {
  /** null: the machine's own checks and those of every programme. */
  programmeId: string | null
  /** Only these checks; left out: all. */
  checkIds?: string[]
  /** Also what costs something: bandwidth, disk speed. */
  measures?: boolean
  /** Only these readings are taken anew; left out: all. */
  only?: ReadingId[]
  /** Whether somebody outside may be asked for it; left out: as the door does by itself. */
  outside?: boolean
  signal?: AbortSignal
}

export interface Enrolment {
  readings(): MachineReadings
  /** Runs checks in parallel with time limits; changes nothing. Never rejects. */
  preflight(question: PreflightQuestion): Promise<CheckRecord[]>
  states(): EnrolmentState[]
  /** What running its software needs. `secret` throws NotPossible where the key store cannot be read; null: not set. `secrets`: all that are stored and can be read, for taking them out of what is printed; never throws. */
  software(programmeId: string): { isSetUp: boolean; answers: Record<string, string>; secret(field: string): string | null; secrets(): string[] }
  /** The last look before software is started, each time, restarts too: it is what was agreed to, its files are still those, and no container of others is in danger. A sentence why not; null: it may. Rejects with DockerFault where Docker has to be asked and does not answer. */
  beforeStart(programmeId: string): Promise<string | null>
  /** Answers (without secrets) and the ids of done steps, for requirements. */
  known(programmeId: string): { answers: Record<string, string>; doneSteps: string[] }
  /** Throws NotPossible for a programme there is not. Does nothing to the machine. */
  report(programmeId: string): Promise<EnrolmentReport>
  /** Agrees to the report with this very hash; refuses another. */
  consent(programmeId: string, reportHash: string): Promise<EnrolmentState>
  answer(programmeId: string, stepId: string, values: Record<string, string>): Promise<EnrolmentState>
  /** Does the step, or tries it again; resolves once it is done, failed, or waits. */
  doStep(programmeId: string, stepId: string): Promise<EnrolmentState>
  /** The user says that it is done (a website, by hand). */
  confirm(programmeId: string, stepId: string): Promise<EnrolmentState>
  cancel(programmeId: string, stepId: string): void
  undo(programmeId: string, stepId: string): Promise<EnrolmentState>
  /** Undoes every step, last first; what cannot be undone is said and the rest goes on. */
  leave(programmeId: string): Promise<EnrolmentState>
  /** Looks at what was under way when Idlewatt ended. */
  begin(): Promise<void>
  close(): Promise<void>
}

/** Reports that were made lately are remembered so long, to say what has changed when one is agreed to too late. */
const mostReports = 50

export function createEnrolment(options: EnrolmentOptions & Pick<PreflightOptions, 'detected' | 'stands'>): Enrolment {
  const { entries, log } = options
  const taking = createPreflight(options)
  const preflight: Preflight = { ...taking, take: (question) => taking.take({ outside: options.asksOutside ?? true, ...question }) }
  const reports = new Map<string, ReportParts>()
  let isClosed = false
  const all = new Map<string, Steps>(
    entries.map((entry) => [entry.programmeId, createSteps({ entry, options, preflight, onChange: tell })]),
  )

  function tell(): void {
    if (!isClosed) options.onState(states())
  }
  function states(): EnrolmentState[] {
    return [...all.values()].map((steps) => steps.state())
  }
  function of(programmeId: string): Steps {
    const steps = all.get(programmeId)
    if (!steps) throw new NotPossible(`There is no programme “${programmeId.slice(0, 100)}”. There are: ${[...all.keys()].join(', ')}.`)
    return steps
  }

  /** A judge that throws costs its own programme's checks alone. */
  function judged(programmeId: string, readings: MachineReadings): CheckRecord[] {
    try {
      return options.judge(programmeId, readings)
    } catch (error) {
      log.error('the requirements of a programme cannot be judged', { programmeId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      return []
    }
  }

  async function preflightOf(question: PreflightQuestion): Promise<CheckRecord[]> {
    const ids = question.programmeId === null ? [...all.keys()] : [question.programmeId]
    // Which names and ports are to be asked about depends on what was answered in the steps: the judges say.
    const { readings, used } = watchedReadings(preflight.readings())
    for (const id of ids) judged(id, readings)
    const machineOnly = question.checkIds?.map(readingsOfCheck)
    const only = question.only ?? (machineOnly !== undefined && machineOnly.every((needed) => needed !== null) ? [...new Set(machineOnly.flat())] : undefined)
    await preflight.take({
      ...(only === undefined ? {} : { only }),
      ...withKnownNames({ names: [...used.names], reaches: [...used.reaches] }, preflight.readings()),
      measures: question.measures ?? false,
      ...(question.outside === undefined ? {} : { outside: question.outside }),
      ...(question.signal === undefined ? {} : { signal: question.signal }),
    })
    const records = [...preflight.machineChecks(), ...ids.flatMap((id) => judged(id, preflight.readings()))]
    return question.checkIds === undefined ? records : records.filter((record) => question.checkIds?.includes(record.id))
  }

  return {
    readings: preflight.readings,
    preflight: preflightOf,
    states,
    software(programmeId) {
      const steps = of(programmeId)
      return {
        isSetUp: steps.mayRun(),
        answers: answersOf(steps.document()),
        secret: (field) => readSecret(options.secrets, programmeId, field),
        secrets: () => storedSecrets(options.secrets, programmeId, steps.tools.entry.definition.steps),
      }
    },
    beforeStart: (programmeId) => of(programmeId).beforeStart(),
    known(programmeId) {
      const steps = all.get(programmeId)
      return steps ? { answers: answersOf(steps.document()), doneSteps: steps.doneSteps() } : { answers: {}, doneSteps: [] }
    },
    async report(programmeId) {
      const steps = of(programmeId)
      steps.reporting(true)
      try {
        const checks = await preflightOf({ programmeId })
        const parts = steps.parts()
        const hash = reportHash(parts)
        reports.set(hash, parts)
        for (const old of [...reports.keys()].slice(0, -mostReports)) reports.delete(old)
        return await makeReport({ tools: steps.tools, state: steps.state(), checks, hash })
      } finally {
        steps.reporting(false)
      }
    },
    consent: async (programmeId, hash) => of(programmeId).consent(hash, reports.get(hash) ?? null),
    answer: async (programmeId, stepId, values) => of(programmeId).answer(stepId, values),
    doStep: async (programmeId, stepId) => of(programmeId).doStep(stepId),
    confirm: async (programmeId, stepId) => of(programmeId).confirm(stepId),
    cancel: (programmeId, stepId) => of(programmeId).cancel(stepId),
    undo: async (programmeId, stepId) => of(programmeId).undo(stepId),
    leave: async (programmeId) => of(programmeId).leave(),
    async begin() {
      for (const steps of all.values()) await steps.begin()
    },
    async close() {
      isClosed = true
      await Promise.all([...all.values()].map((steps) => steps.close()))
    },
  }
}
