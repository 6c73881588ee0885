/** One made-up programme whose every step does something real in a folder of the test: real tables, key store, commands and downloads. */
import { DatabaseSync } from 'node:sqlite'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EnrolmentReport, EnrolmentState } from '../../../shared/enrolment.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { SoftwareReading } from '../../../shared/provider.ts'
import { createProviderTables } from '../../../main/history/provider-tables.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { createEnrolment, type Enrolment, type EnrolmentOptions, type ProgrammeEntry } from '../../../main/enrolment/index.ts'
import { noEffects, type SoftwareDefinition, type StepDefinition } from '../../../main/networks/software.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { openSecretsFile } from '../../../main/system/secrets-file.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { createThisMachine } from '../../../main/system/this-machine.ts'

export const source = { url: 'https://example.org/docs', date: '2026-11-23' }
export const programmeId = 'example/worker'

/** A step that only the user says is done, changed by `own`. */
export function step(id: string, own: Partial<StepDefinition> = {}): StepDefinition {
  return {
    id,
    title: `Step ${id}`,
    what: `Does ${id}.`,
    publisher: null,
    fields: [],
    check: { kind: 'confirmed' },
    do: { kind: 'by-hand', words: '', todo: [] },
    verify: { kind: 'confirmed' },
    noticedBy: 'You say so.',
    undo: { kind: 'nothing', why: 'It changes nothing.' },
    undoWords: 'Nothing.',
    remains: [],
    effects: noEffects,
    traps: [],
    source,
    ...own,
  }
}

/** Makes a file by a real command; undone by removing it. */
export function makes(id: string, path: string, own: Partial<StepDefinition> = {}): StepDefinition {
  const there = { kind: 'file', path } as const
  return step(id, { check: there, do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'echo made > "$0"', path] }, timeoutMs: 10_000 }, verify: there, undo: { kind: 'remove-paths', paths: [path] }, undoWords: 'Removes it.', ...own })
}

export function field(id: string, kind: 'text' | 'secret' | 'path' | 'choice' | 'address' = 'text'): StepDefinition['fields'][number] {
  return { id, label: id, kind, hint: '', placeholder: null, choices: kind === 'choice' ? [{ value: 'a', label: 'A' }] : [], isRequired: true }
}

export const reading: SoftwareReading = { activity: 'ready', earning: null, cause: null, sentence: 'It is ready.', evidence: [], job: null, at: 0 }

export const starts = (own: Partial<StepDefinition> = {}): StepDefinition =>
  step('start', {
    check: { kind: 'none' },
    do: { kind: 'start' },
    verify: { kind: 'software', isSo: (read) => (read === null ? { ok: null, because: 'Nothing is known.' } : { ok: read.activity === 'ready', because: read.sentence }) },
    undo: { kind: 'stop' },
    undoWords: 'Stops it.',
    ...own,
  })

export interface WorldOptions extends Partial<EnrolmentOptions> {
  steps: StepDefinition[]
  folder: string
  entry?: Partial<ProgrammeEntry>
  definition?: Partial<SoftwareDefinition>
}

export interface World {
  enrolment: Enrolment
  folder: string
  /** The programme's own. */
  own: string
  events: HistoryEvent[]
  states: EnrolmentState[]
  log: string[]
  software: { running: boolean; reading: SoftwareReading | null; asked: string[]; forgotten: number; stopFails: string | null }
  state(): EnrolmentState
  stepState(id: string): EnrolmentState['steps'][number]
  report(): Promise<EnrolmentReport>
  /** Reads the report and agrees. */
  agree(): Promise<EnrolmentState>
  /** What the key store's file holds. */
  secretsFile: string
  databaseFile: string
}

export function world(options: WorldOptions): World {
  const { folder, steps, entry, definition, ...more } = options
  mkdirSync(join(folder, 'providers'), { recursive: true })
  const databaseFile = join(folder, 'history.sqlite')
  const database = new DatabaseSync(databaseFile)
  bringUpToDate(database)
  const events: HistoryEvent[] = []
  const states: EnrolmentState[] = []
  const log: string[] = []
  const software: World['software'] = { running: false, reading: null, asked: [], forgotten: 0, stopFails: null }
  const enrolment = createEnrolment({
    entries: [
      {
        programmeId,
        title: 'Worker',
        networkTitle: 'Example',
        url: 'https://example.org',
        isPractice: false,
        definition: { programmeId, summary: 'Works.', steps },
        software: definition === undefined ? null : ({ programmeId, kind: 'managed', platforms: ['linux', 'darwin', 'win32'], command: null, readyWithinMs: 5_000, ...definition } as SoftwareDefinition),
        duties: [],
        ...entry,
      },
    ],
    folder: join(folder, 'providers'),
    resourcesFolder: join(import.meta.dirname, '../../../resources'),
    tables: createProviderTables(database, '', () => {}),
    source: createThisMachine({ dataFolder: folder }),
    docker: null,
    clock: systemClock,
    log: createLog('debug', (line) => log.push(line)),
    secrets: openSecretsFile(folder),
    refusal: () => 'No test asks anybody.',
    loopback: 'http://127.0.0.1:1',
    servers: () => ({ bandwidth: null, stun: 'off', ntp: 'off' }),
    signs: [],
    isOurs: () => false,
    judge: () => [],
    capital: () => [],
    software: {
      async start() {
        software.asked.push('start')
        software.running = true
        software.reading = reading
      },
      async stop() {
        software.asked.push('stop')
        if (software.stopFails !== null) throw new NotPossible(software.stopFails)
        software.running = false
        software.reading = null
      },
      reading: () => software.reading,
      isRunning: () => software.running,
      async forget() {
        software.forgotten += 1
      },
      enrolmentChanged: () => {},
    },
    onState: ([state]) => state && states.push(state),
    onReadings: () => {},
    onEvents: (told) => events.push(...told),
    ...more,
  })
  const state = (): EnrolmentState => enrolment.states()[0] as EnrolmentState
  const report = (): Promise<EnrolmentReport> => enrolment.report(programmeId)
  return {
    enrolment,
    folder,
    own: join(folder, 'providers', 'example-worker'),
    events,
    states,
    log,
    software,
    state,
    stepState: (id) => state().steps.find((each) => each.id === id) as EnrolmentState['steps'][number],
    report,
    agree: async () => enrolment.consent(programmeId, (await report()).hash),
    secretsFile: join(folder, 'secrets.json'),
    databaseFile,
  }
}
