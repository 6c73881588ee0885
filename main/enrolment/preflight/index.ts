/** Preflight: measures what programmes ask of a machine, all parts at once, each with its own time limit. Changes nothing. */
import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { noReadings, type CheckRecord, type MachineReadings, type ReadingId } from '../../../shared/preflight.ts'
import type { Gpu, Machine } from '../../../shared/machine.ts'
import { machineChecks, type CheckedMachine } from '../checks-machine.ts'
import type { EnrolmentOptions } from '../index.ts'
import type { Server } from './addresses.ts'
import { notKnown, seconds } from './known.ts'
import type { KnownId, Part, PartContext, Servers, Surveyed } from './part.ts'
import { parts } from './parts.ts'
import { preflightServers } from './servers.ts'

export type PreflightOptions = Pick<EnrolmentOptions, 'folder' | 'resourcesFolder' | 'source' | 'docker' | 'clock' | 'log' | 'refusal' | 'loopback' | 'servers' | 'signs' | 'isOurs'> & {
  entries: Surveyed['programmes']
  tables: Pick<EnrolmentOptions['tables'], 'downloads' | 'readings' | 'saveReadings'>
  /** Whether Idlewatt runs a programme's software itself; left out: none. */
  software?: { isRunning(programmeId: string): boolean }
  /** What was detected last, for the checks of driver and virtualisation; left out or null: not looked yet. */
  detected?(): { machine: Machine; gpus: Gpu[] } | null
  onReadings?(readings: MachineReadings): void
  /** In place of what the system answers, for tests. */
  stands?: Partial<Pick<Surveyed, 'interfaces' | 'resolve' | 'gateway' | 'lineMs' | 'speedFileBytes'>>
}

export interface ReadingQuestion {
  /** Only these, also what costs something; left out: all that cost nothing. */
  only?: ReadingId[]
  /** With all of them: also what costs something (line, disk speed, a card in a container). */
  measures?: boolean
  /** Names to resolve, and "host:port" to reach; left out: those asked about before. */
  names?: string[]
  reaches?: string[]
  /** For this question alone, in place of the chosen ones. */
  servers?: Partial<Servers>
  /** false: nobody outside is asked for this question, whatever is allowed otherwise. */
  outside?: boolean
  signal?: AbortSignal
}

export interface Preflight {
  readings(): MachineReadings
  /** Never rejects. What is taken replaces what was known; the rest stays. */
  take(question?: ReadingQuestion): Promise<MachineReadings>
  machineChecks(readings?: MachineReadings): CheckRecord[]
}

const ids = Object.keys(parts) as ReadingId[]
const notAsked = 'Nobody outside was asked this time.'
export const costlyIds = ids.filter((id) => parts[id].costs !== undefined)

export function createPreflight(options: PreflightOptions): Preflight {
  const { clock, log, source, tables } = options
  const takenAt = new Map<ReadingId, number>()
  let current = restored()

  /** Of what costs something the last measurement still counts; the rest is of its moment. */
  function restored(): MachineReadings {
    // 0: nobody took any yet.
    const none = noReadings(0)
    const saved = quietly(() => tables.readings())
    const times = saved?.['takenAt'] as Partial<Record<string, unknown>> | undefined
    for (const id of costlyIds as KnownId[]) {
      const [reading, at] = [saved?.[id], times?.[id]]
      if (typeof at !== 'number' || typeof reading !== 'object' || reading === null || !('value' in reading) || reading.value === null) continue
      takenAt.set(id, at)
      Object.assign(none, { [id]: reading, measuredAt: Math.max(none.measuredAt, at) })
    }
    return none
  }

  function quietly<T>(ask: () => T): T | null {
    try {
      return ask()
    } catch (error) {
      log.warn('what preflight measured before cannot be read or kept', { error: error instanceof Error ? error.message : String(error) })
      return null
    }
  }

  async function take(question: ReadingQuestion = {}): Promise<MachineReadings> {
    const wanted = question.only ?? ids.filter((id) => parts[id].costs === undefined || question.measures === true)
    const running = new Map<ReadingId, Promise<unknown>>()
    const surveyed = survey(question)
    for (const id of wanted) running.set(id, Promise.resolve().then(() => run(id)))

    async function run<Id extends ReadingId>(id: Id): Promise<MachineReadings[Id]> {
      const part = parts[id] as Part<Id>
      if (part.isOutside === true && source.recorded !== null) return untold(id, surveyed, 'A recorded machine asks nobody.')
      return limited(id, part, surveyed, question.signal, <Other extends ReadingId>(other: Other) => (running.get(other) ?? Promise.resolve(current[other])) as Promise<MachineReadings[Other]>)
    }

    const taken = await Promise.all(wanted.map(async (id) => [id, await running.get(id)] as const))
    if (question.signal?.aborted === true) return current
    const now = clock.now()
    for (const id of wanted) takenAt.set(id, now)
    current = { ...current, ...Object.fromEntries(taken), measuredAt: now }
    quietly(() => tables.saveReadings({ ...current, takenAt: Object.fromEntries(takenAt) }))
    options.onReadings?.(current)
    return current
  }

  /** One part, whatever it does: a bug in it costs that part alone. */
  async function limited<Id extends ReadingId>(id: Id, part: Part<Id>, surveyed: Surveyed, outer: AbortSignal | undefined, other: PartContext['other']): Promise<MachineReadings[Id]> {
    const over = new AbortController()
    const stop = (): void => over.abort()
    outer?.addEventListener('abort', stop, { once: true })
    if (outer?.aborted === true) stop()
    let cancel = (): void => {}
    const limit = new Promise<MachineReadings[Id]>((done) => {
      cancel = clock.after(part.timeoutMs, () => {
        done(untold(id, surveyed, `It could not be told within ${seconds(part.timeoutMs)}.`))
        over.abort()
      })
    })
    try {
      const reading: Promise<MachineReadings[Id]> = part.read({ ...surveyed, signal: over.signal, timeoutMs: part.timeoutMs, other })
      return (await Promise.race<unknown>([limit, reading])) as MachineReadings[Id]
    } catch (error) {
      if (!over.signal.aborted) log.error('a part of preflight failed', { part: id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      return untold(id, surveyed, over.signal.aborted ? 'It was stopped.' : 'It could not be told because of a fault in Idlewatt; the log says more.')
    } finally {
      cancel()
      outer?.removeEventListener('abort', stop)
    }
  }

  function survey(question: ReadingQuestion): Surveyed {
    const stands = options.stands ?? {}
    return {
      source,
      docker: options.docker,
      clock,
      folder: options.folder,
      tables,
      rules: { refusal: question.outside === false ? () => notAsked : options.refusal, loopback: options.loopback },
      servers: preflightServers(options.resourcesFolder, { ...options.servers(), ...question.servers }),
      signs: options.signs,
      programmes: options.entries,
      isOurs: options.isOurs,
      isRunning: (programmeId) => options.software?.isRunning(programmeId) ?? false,
      names: question.names ?? Object.keys(current.names),
      reaches: question.reaches ?? Object.keys(current.reaches),
      interfaces: stands.interfaces ?? ownInterfaces,
      resolve: stands.resolve ?? resolveHere,
      gateway: stands.gateway ?? null,
      lineMs: stands.lineMs ?? 2_500,
      speedFileBytes: stands.speedFileBytes ?? 128 * 2 ** 20,
    }
  }

  return {
    readings: () => current,
    take,
    machineChecks(readings = current) {
      const checked: CheckedMachine = { readings, platform: source.platform, isRecorded: source.recorded !== null, detected: options.detected?.() ?? null, takenAt: (id) => takenAt.get(id) ?? readings.measuredAt }
      return machineChecks(checked)
    },
  }
}

/** A part without an answer; of lists by name, each name says why. */
function untold<Id extends ReadingId>(id: Id, { names, reaches }: Surveyed, why: string): MachineReadings[Id] {
  const none = notKnown(why)
  if (id === 'names') return Object.fromEntries(names.map((name) => [name, none])) as MachineReadings[Id]
  if (id === 'reaches') return Object.fromEntries(reaches.map((name) => [name, none])) as MachineReadings[Id]
  return none as MachineReadings[Id]
}

function ownInterfaces(): { name: string; address: string }[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) => (addresses ?? []).filter(({ internal }) => !internal).map(({ address }) => ({ name, address })))
}

async function resolveHere(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address)
}

export type { Server, Servers }
