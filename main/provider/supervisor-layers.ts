/** What the supervisor acts through, handed in so that tests can stand in for the world. */
import type { HistoryEvent } from '../../shared/history.ts'
import type { LogPage, LogQuery, ProviderState, SoftwareReading, StopPrice } from '../../shared/provider.ts'
import type { ProviderTables } from '../history/provider-tables.ts'
import type { MarketRequest, SoftwareDefinition, SoftwareFacts } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { DockerEngine } from '../system/docker-engine.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import type { ContainerWatch, ContainerWatchOptions } from './containers.ts'
import type { EnrolledSoftware, SoftwareEntry } from './index.ts'
import type { FollowedFile, FollowOptions } from './follow-file.ts'
import type { ProgrammeLog, ProgrammeLogOptions } from './logs.ts'
import type { Observer, ObserverOptions } from './observe.ts'
import type { Copy, OwnedProcess, ProcessHandle, ProcessWanted } from './process.ts'

export interface ProviderLayers {
  startProcess(wanted: ProcessWanted): Promise<OwnedProcess>
  adoptProcess(handle: ProcessHandle, mark: string): OwnedProcess | null
  /** What carries the mark of a start; null: nothing does. */
  adoptMarked(mark: string): OwnedProcess | null
  findCopies(processes: SoftwareDefinition['processes'], except: number[]): Copy[]
  createContainerWatch(options: ContainerWatchOptions): ContainerWatch
  createObserver(options: ObserverOptions): Observer
  openProgrammeLog(options: ProgrammeLogOptions): ProgrammeLog
  followFile(options: FollowOptions): FollowedFile
  /** Terminal escapes and the like out of a container's line, before it is read. */
  cleanLine(line: string): string
}

export interface SupervisorOptions {
  entry: SoftwareEntry
  /** The programme's own. */
  folder: string
  /** Whose the containers are that Idlewatt makes itself. */
  houseId?(): string
  tables: Pick<ProviderTables, 'provider' | 'saveProvider'>
  docker: DockerEngine | null
  source: MachineSource
  clock: Clock
  log: Log
  steadyMs(): number
  enrolled(): EnrolledSoftware
  request(): MarketRequest | null
  cards(): SoftwareFacts['cards']
  /** A sentence why it must not be started now; null: it may. */
  beforeStart?(): Promise<string | null>
  /** Why the run policy keeps it from being started this moment; null: it does not. Left out: nothing does. */
  notNow?(): string | null
  keepsWatch: boolean
  layers: ProviderLayers
  onChange(): void
  onEvents(events: HistoryEvent[]): void
}

export interface Supervisor {
  /** Takes over what runs and carries out what is wanted. Again: nothing. */
  begin(): Promise<void>
  /** Reads everything once. */
  look(): Promise<void>
  state(): ProviderState
  start(): Promise<void>
  finish(): Promise<void>
  /** `isForUser`: somebody waits for the card, so it is ended after a moment in place of its own grace. */
  stop(how?: { isForUser: boolean }): Promise<void>
  stopPrice(): StopPrice
  reading(): SoftwareReading | null
  logs(query: Omit<LogQuery, 'programmeId'>): LogPage
  isOurs(pid: number): boolean
  enrolmentChanged(): void
  forget(): Promise<void>
  close(): Promise<void>
}
