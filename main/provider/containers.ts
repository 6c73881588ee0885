/** The containers of one programme: found by image and label, known by id, never "all of them". */
import type { ContainerFacts } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../networks/network.ts'
import { dockerEnvironment, DockerFault, type DockerEngine, type EngineEvent } from '../system/docker-engine.ts'
import { belongsTo, isForeign } from './containers-belonging.ts'
import { startOwnContainer, stopContainers } from './containers-acting.ts'
import { createContainerLines } from './containers-lines.ts'

export interface ContainerWatch {
  /** Of this programme, newest knowledge; null: Docker does not answer, `why()` says why. */
  containers(): ContainerFacts[] | null
  why(): string | null
  /** Like the one that Idlewatt itself makes, and made by another Idlewatt or by hand, running or not: shown, never touched. Empty also where Docker does not answer. */
  foreign(): ContainerFacts[]
  /** What a program of this programme is started with, so that it uses the very Docker that is watched here. Rejects with DockerFault where that does not answer. */
  environment(): Promise<Record<string, string>>
  /** Looks again now. */
  refresh(): Promise<void>
  /** Makes and starts the container that is Idlewatt's own; gives its id. One that runs already is given as it is. Rejects with DockerFault. */
  startOwn(): Promise<string>
  /** Ends these and only these; resolves with those still running after the grace, or of which that cannot be told. Never rejects. */
  stop(ids: string[], graceMs: number): Promise<string[]>
  close(): void
}

export interface ContainerWatchOptions {
  docker: DockerEngine
  definition: SoftwareDefinition
  /** The id of this data folder, on containers that Idlewatt itself makes; left out: it has none. */
  house?: string
  onChange(): void
  onLine(containerId: string, line: string, stream: 'out' | 'error'): void
  /** Lines are followed, and Docker's events heard, only in a door that stays. */
  follows: boolean
  now(): number
  /** Lines of containers that are there at the beginning: since when, ms since epoch; left out: from now on. */
  linesSince?: number
}

/** Events tell at once; this is for what they might have missed. */
const relistEveryMs = 30_000

export function createContainerWatch(options: ContainerWatchOptions): ContainerWatch {
  const { docker, definition } = options
  const house = options.house ?? null
  const linesSince = options.linesSince ?? options.now()
  let known: Map<string, ContainerFacts> | null = null
  let foreign = new Map<string, ContainerFacts>()
  let why: string | null = 'Docker was not asked yet.'
  let isClosed = false
  let isFirstList = true
  let told = ''
  /** Ids that are none of ours: neither image nor labels of a container ever change. */
  const strangers = new Set<string>()
  const looking = new Map<string, { again: boolean }>()
  let listing: Promise<void> | null = null
  let nextListing: Promise<void> | null = null
  let startingOwn: Promise<string> | null = null

  const lines = options.follows ? createContainerLines({ docker, onLine: options.onLine }) : null

  function tell(): void {
    if (isClosed) return
    lines?.follow(known === null ? [] : [...known.values()])
    const now = JSON.stringify([known === null ? null : sorted(known), sorted(foreign), why])
    if (now === told) return
    told = now
    options.onChange()
  }

  function lost(reason: string): void {
    known = null
    foreign = new Map()
    why = reason
    tell()
  }

  async function list(): Promise<void> {
    try {
      const listed = (await docker.containers()).filter((one) => belongsTo(definition, one, house) || isForeign(definition, one, house))
      // A container may go between the list and the closer look.
      const looked = (await Promise.all(listed.map((one) => docker.inspect(one.id)))).filter((one) => one !== null)
      if (isClosed) return
      const found = looked.filter((one) => belongsTo(definition, one, house))
      foreign = new Map(looked.filter((one) => isForeign(definition, one, house)).map((one) => [one.id, one]))
      if (isFirstList) lines?.begin(found, linesSince)
      isFirstList = false
      known = new Map(found.map((one) => [one.id, one]))
      why = null
      tell()
    } catch (error) {
      lost(sentenceOf(error))
    }
  }

  /** One list at a time; whoever asks while one is under way gets one that begins afterwards. */
  function refresh(): Promise<void> {
    if (listing === null) return (listing = list().finally(() => (listing = null)))
    return (nextListing ??= listing.then(() => {
      nextListing = null
      return refresh()
    }))
  }

  async function look(id: string): Promise<void> {
    const under = looking.get(id)
    if (under) return void (under.again = true)
    const mark = { again: false }
    looking.set(id, mark)
    try {
      do {
        mark.again = false
        const found = await docker.inspect(id)
        if (known === null || isClosed) return
        if (found === null) forget(id)
        else if (belongsTo(definition, found, house)) known.set(id, found)
        else if (isForeign(definition, found, house)) foreign.set(id, found)
        else strangers.add(id)
        tell()
      } while (mark.again)
    } catch {
      void refresh()
    } finally {
      looking.delete(id)
    }
  }

  /** Whether it was one of those that are shown. */
  function forget(id: string): boolean {
    const wasForeign = foreign.delete(id)
    return known?.delete(id) === true || wasForeign
  }

  function heard(event: EngineEvent): void {
    if (isClosed) return
    if (event.kind === 'lost') return lost(event.why)
    if (event.kind === 'back') return void refresh()
    if (event.what === 'destroy') {
      strangers.delete(event.id)
      if (forget(event.id)) tell()
      return
    }
    if (!strangers.has(event.id)) void look(event.id)
  }

  const endWatch = options.follows ? docker.watch(heard) : () => {}
  const relist = options.follows ? setInterval(() => void refresh(), relistEveryMs) : undefined
  relist?.unref()

  return {
    containers: () => (known === null ? null : [...known.values()]),
    why: () => why,
    foreign: () => [...foreign.values()],
    environment: () => dockerEnvironment(docker),
    refresh,
    startOwn() {
      startingOwn ??= startOwnContainer(docker, definition, house).finally(() => (startingOwn = null))
      return startingOwn.then(async (id) => {
        await refresh()
        return id
      })
    },
    async stop(ids, graceMs) {
      const left = await stopContainers(docker, definition, house, ids, graceMs)
      await refresh()
      return left
    },
    close() {
      isClosed = true
      endWatch()
      clearInterval(relist)
      lines?.close()
    },
  }
}

function sorted(containers: Map<string, ContainerFacts>): ContainerFacts[] {
  return [...containers.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
}

function sentenceOf(error: unknown): string {
  return error instanceof DockerFault ? error.message : `Docker could not be asked: ${error instanceof Error ? error.message : String(error)}.`
}
