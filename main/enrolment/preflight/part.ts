/** What a part of preflight is handed, and what it gives: one reading, with a time limit of its own. */
import type { Known, MachineReadings, ReadingId } from '../../../shared/preflight.ts'
import type { ProviderTables } from '../../history/provider-tables.ts'
import type { ProviderSign, SoftwareDefinition } from '../../networks/network.ts'
import type { Clock } from '../../system/clock.ts'
import type { DockerEngine } from '../../system/docker-engine.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import type { AskingRules, Server } from './addresses.ts'

/** Servers that checks may ask; null: not asked. */
export interface Servers {
  /** HTTP(S) address that answers GET with bytes and takes POST. */
  bandwidth: string | null
  /** host:port */
  stun: string | null
  ntp: string | null
}

export interface Surveyed {
  source: MachineSource
  docker: DockerEngine | null
  clock: Clock
  /** Of the programmes; it lies on the disk that counts. */
  folder: string
  tables: Pick<ProviderTables, 'downloads'>
  rules: AskingRules
  servers: Servers
  signs: (ProviderSign & { programmeTitle: string })[]
  /** Programmes whose containers and services are looked for. */
  programmes: { programmeId: string; title: string; software: SoftwareDefinition | null }[]
  isOurs(pid: number): boolean
  isRunning(programmeId: string): boolean
  names: string[]
  reaches: string[]
  /** Addresses of this machine's interfaces with their names; tests name their own. */
  interfaces(): { name: string; address: string }[]
  /** Resolves a name as the system does; rejects with the system's codes. */
  resolve(name: string): Promise<string[]>
  /** In place of the router that the system names. */
  gateway: Server | null
  /** How long each direction of the line is measured. */
  lineMs: number
  speedFileBytes: number
}

export interface PartContext extends Surveyed {
  signal: AbortSignal
  timeoutMs: number
  /** Of the same turn where it is taken, else what is known. */
  other<Id extends ReadingId>(id: Id): Promise<MachineReadings[Id]>
}

export interface Part<Id extends ReadingId> {
  timeoutMs: number
  /** Costs something (traffic, wear, a container): only on request. */
  costs?: string
  /** Asks over the network, which a recorded machine does not have. */
  isOutside?: boolean
  read(context: PartContext): Promise<MachineReadings[Id]>
}

export type KnownId = { [Id in ReadingId]: MachineReadings[Id] extends Known<unknown> ? Id : never }[ReadingId]
