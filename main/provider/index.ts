/** Runs provider software and watches it: joins the lifecycle (pure), the supervisor, processes, containers, what is only observed, and logs. */
import { join } from 'node:path'
import type { HistoryEvent } from '../../shared/history.ts'
import type { LogPage, LogQuery, ProviderState, SoftwareReading, StopPrice } from '../../shared/provider.ts'
import type { ProviderTables } from '../history/provider-tables.ts'
import type { MarketRequest, SoftwareDefinition, SoftwareFacts } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { DockerEngine } from '../system/docker-engine.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { createContainerWatch } from './containers.ts'
import { followFile } from './follow-file.ts'
import { cleanLine } from '../system/clean-line.ts'
import { openProgrammeLog } from './logs.ts'
import { createObserver } from './observe.ts'
import { adoptMarked, adoptProcess, findCopies, startProcess } from './process.ts'
import type { ProviderLayers, Supervisor } from './supervisor-layers.ts'
import { createSupervisor } from './supervisor.ts'
import { notThere } from './supervisor-words.ts'

/** What enrolment knows that running software needs. */
export interface EnrolledSoftware {
  isSetUp: boolean
  answers: Record<string, string>
  /** Throws NotPossible where the key store cannot be read. null: not set. */
  secret(field: string): string | null
  /** All that is stored for this programme, so that its log holds none of it. Throws as `secret` does. Left out: those that it is given. */
  secrets?(): string[]
}

export interface SoftwareEntry {
  definition: SoftwareDefinition
  /** As sentences name it. */
  title: string
  isPractice: boolean
}

export interface ProvidersOptions {
  entries: SoftwareEntry[]
  /** `<data folder>/providers`; each programme has a folder of its own in it. Made when first needed. */
  folder: string
  /** Whose this is, on containers that Idlewatt makes itself; left out: nobody's in particular. */
  houseId?(): string
  tables: ProviderTables
  /** null: a recorded machine. */
  docker: DockerEngine | null
  source: MachineSource
  clock: Clock
  log: Log
  /** A clock that never jumps, in ms. */
  steadyMs(): number
  enrolled(programmeId: string): EnrolledSoftware
  /** Asks a public endpoint of that programme; null: asking outside is not allowed now. */
  request(programmeId: string): MarketRequest | null
  cards(): SoftwareFacts['cards']
  /** The last look before every start, restarts too: a sentence why it must not be started now; null: it may. Left out: it always may. */
  beforeStart?(programmeId: string): Promise<string | null>
  /** Why the run policy keeps it from being started this moment, restarts too; null: it does not. Left out: nothing does. */
  notNow?(programmeId: string): string | null
  /** A door that stays: watches, restarts, follows logs. A one-shot command only starts, stops and looks. */
  keepsWatch: boolean
  onState(states: ProviderState[]): void
  onEvents(events: HistoryEvent[]): void
}

export interface Providers {
  /** Takes over what was running, resumes what is wanted. Again: nothing. */
  begin(): Promise<void>
  /** Reads everything once: for a one-shot command. */
  look(): Promise<ProviderState[]>
  states(): ProviderState[]
  /** Each resolves once the wish is kept and acted on. Throw NotPossible with a sentence. */
  start(programmeId: string): Promise<ProviderState>
  finish(programmeId: string): Promise<ProviderState>
  /** `isForUser`: somebody waits for the card, so it is ended after a moment in place of its own grace. */
  stop(programmeId: string, how?: { isForUser: boolean }): Promise<ProviderState>
  stopPrice(programmeId: string): StopPrice
  reading(programmeId: string): SoftwareReading | null
  logs(query: LogQuery): LogPage
  /** Whether this process belongs to software that Idlewatt started. */
  isOurs(pid: number): boolean
  /** Enrolment has changed. */
  enrolmentChanged(programmeId: string): void
  /** Removes the programme's logs, folder and record; refuses while it runs. */
  forget(programmeId: string): Promise<void>
  /** Lets go: what runs goes on running. */
  close(): Promise<void>
}

export const realLayers: ProviderLayers = { startProcess, adoptProcess, adoptMarked, findCopies, createContainerWatch, createObserver, openProgrammeLog, followFile, cleanLine: (line) => cleanLine(line) }

const stateEveryMs = 250

export function createProviders(options: ProvidersOptions, layers: ProviderLayers = realLayers): Providers {
  const { clock } = options
  let cancelTell: (() => void) | null = null
  let toldAt = Number.NEGATIVE_INFINITY
  let told = ''

  const supervisors = new Map<string, Supervisor>(
    options.entries.map((entry) => {
      const { programmeId } = entry.definition
      const supervisor = createSupervisor({
        entry,
        folder: join(options.folder, programmeId.replaceAll('/', '-')),
        ...(options.houseId === undefined ? {} : { houseId: options.houseId }),
        tables: options.tables,
        docker: options.docker,
        source: options.source,
        clock,
        log: options.log,
        steadyMs: options.steadyMs,
        enrolled: () => options.enrolled(programmeId),
        request: () => options.request(programmeId),
        cards: options.cards,
        notNow: () => options.notNow?.(programmeId) ?? null,
        beforeStart: () => options.beforeStart?.(programmeId) ?? Promise.resolve(null),
        keepsWatch: options.keepsWatch,
        layers,
        onChange: tellSoon,
        onEvents: options.onEvents,
      })
      return [programmeId, supervisor]
    }),
  )

  function states(): ProviderState[] {
    return [...supervisors.values()].map((supervisor) => supervisor.state())
  }

  function tellSoon(): void {
    cancelTell ??= clock.after(Math.max(0, stateEveryMs - (options.steadyMs() - toldAt)), tell)
  }

  function tell(): void {
    cancelTell = null
    toldAt = options.steadyMs()
    const now = states()
    const text = JSON.stringify(now)
    if (text === told) return
    told = text
    options.onState(now)
  }

  function of(programmeId: string): Supervisor {
    const supervisor = supervisors.get(programmeId)
    if (supervisor === undefined) throw notThere(programmeId)
    return supervisor
  }

  /** What goes wrong with one never holds up the others. */
  async function each(what: string, run: (supervisor: Supervisor) => Promise<void>): Promise<void> {
    await Promise.all([...supervisors].map(([programmeId, supervisor]) => run(supervisor).catch((error: unknown) => options.log.error(`${programmeId}: ${what} failed`, { error: String(error) }))))
  }

  async function asked(programmeId: string, ask: (supervisor: Supervisor) => Promise<void>): Promise<ProviderState> {
    const supervisor = of(programmeId)
    await ask(supervisor)
    return supervisor.state()
  }

  return {
    begin: () => each('taking over what runs', (supervisor) => supervisor.begin()),
    async look() {
      await each('looking', (supervisor) => supervisor.look())
      return states()
    },
    states,
    start: (programmeId) => asked(programmeId, (supervisor) => supervisor.start()),
    finish: (programmeId) => asked(programmeId, (supervisor) => supervisor.finish()),
    stop: (programmeId, how) => asked(programmeId, (supervisor) => supervisor.stop(how)),
    stopPrice: (programmeId) => of(programmeId).stopPrice(),
    reading: (programmeId) => of(programmeId).reading(),
    logs: ({ programmeId, ...query }) => of(programmeId).logs(query),
    isOurs: (pid) => [...supervisors.values()].some((supervisor) => supervisor.isOurs(pid)),
    enrolmentChanged: (programmeId) => supervisors.get(programmeId)?.enrolmentChanged(),
    async forget(programmeId) {
      await supervisors.get(programmeId)?.forget()
    },
    async close() {
      cancelTell?.()
      await each('letting go', (supervisor) => supervisor.close())
      cancelTell?.()
    },
  }
}
