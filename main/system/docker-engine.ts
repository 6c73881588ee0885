/** The door to a Docker Engine, by way of dockerode, which is loaded when it is first needed. Containers are touched by their id alone. */
import { setTimeout as pause } from 'node:timers/promises'
import type { ContainerFacts } from '../../shared/provider.ts'
import type { DockerReading, Known } from '../../shared/preflight.ts'
import type Dockerode from 'dockerode'
import { createDockerConnection } from './docker-connection.ts'
import { watchEvents } from './docker-events.ts'
import { factsOfInspected, factsOfListed, type InspectedContainer, type ListedContainer } from './docker-facts.ts'
import { DockerFault } from './docker-faults.ts'
import { followContainer, type FollowOptions } from './docker-follow.ts'
import { importImage, labelOfImage, pullImage } from './docker-images.ts'
import { lookAtDocker } from './docker-look.ts'
import { isImageId } from './docker-names.ts'
import { dockerHostOf } from './docker-sockets.ts'

export { recordedDocker } from './docker-recorded.ts'
export { DockerFault, type DockerFaultKind } from './docker-faults.ts'
export { archiveLabel, hasImagePrefix, houseLabel, isMadeFor, ownLabel, repositoryOf } from './docker-names.ts'

export interface ContainerWanted {
  image: string
  command: string[]
  labels: Record<string, string>
  env: Record<string, string>
  networkMode: 'none' | 'host'
  /** The engine refuses a second container of that name ('conflict'); left out: it makes a name up. */
  name?: string
}

/**
 * `lost`: the engine's stream of events has ended; it is opened again with pauses. `back`: it is open, the first time too;
 * what happened before is found by listing.
 */
export type EngineEvent = { kind: 'container'; id: string; what: string; image: string; at: number; exitCode: number | null } | { kind: 'lost'; why: string } | { kind: 'back' }

/** Everything that waits, but `look`, rejects with DockerFault. */
export interface DockerEngine {
  /** Never rejects. Changes nothing. */
  look(): Promise<Known<DockerReading>>
  /** The very one that is asked, for as long as we run; null: none has answered yet. */
  socketPath(): string | null
  /** All containers, running or not. `startedAt` and `restartCount` are not told here. */
  containers(): Promise<ContainerFacts[]>
  /** null: there is none with that id. */
  inspect(id: string): Promise<ContainerFacts | null>
  /** Tells events from now on; the returned function ends it. Never throws. */
  watch(listener: (event: EngineEvent) => void): () => void
  /** Follows what a container prints, from `since` (ms since epoch); decoded, a line each. Ends with the signal or the container. */
  follow(id: string, options: FollowOptions): Promise<void>
  /** Gives the id of a container that is not started yet. */
  create(wanted: ContainerWanted): Promise<string>
  start(id: string): Promise<void>
  /** SIGTERM, and after `graceMs` SIGKILL by the engine. One that is not there or not running is fine. Likewise `kill` and `remove`. */
  stop(id: string, graceMs: number): Promise<void>
  kill(id: string): Promise<void>
  remove(id: string): Promise<void>
  hasImage(reference: string): Promise<boolean>
  /** Progress is of the layers known so far: the total may still grow. */
  pull(reference: string, options: { signal: AbortSignal; onProgress(doneBytes: number, totalBytes: number | null): void }): Promise<void>
  /** null: there is no such image, or it has no such label. */
  imageLabel(reference: string, name: string): Promise<string | null>
  /** Makes an image of a tar of a root file system (`docker import`), labelled with the tar's SHA-256 (`archiveLabel`). */
  importImage(archive: string, reference: string, entry: string[]): Promise<void>
  /** One that is not there is fine; 'conflict': a container still uses it. */
  removeImage(reference: string): Promise<void>
}

export interface DockerEngineOptions {
  /** Left out: the one that Docker's own programme would ask. */
  socketPath?: string
  now(): number
  /** How long a change is waited for before the engine counts as hanging; left out: 30 s. */
  changeLimitMs?: number
}

const limitMs = 5_000
const usualChangeLimitMs = 30_000
/** A container with cards may take its time. */
const startLimitMs = 60_000

export function createDockerEngine(options: DockerEngineOptions): DockerEngine {
  const changeLimitMs = options.changeLimitMs ?? usualChangeLimitMs
  const connection = createDockerConnection(options)

  async function containers(): Promise<ContainerFacts[]> {
    const listed = await connection.call({ what: 'the list of containers', limitMs, ask: (docker, abortSignal) => docker.listContainers({ all: true, abortSignal } as object) as Promise<ListedContainer[]> })
    return Promise.all(
      listed.map(async (one) => {
        const facts = factsOfListed(one)
        // Once an image's name has gone over to a newer one, the list tells the old one's id instead.
        if (!isImageId(facts.image)) return facts
        return { ...facts, image: (await inspect(facts.id).catch(() => null))?.image ?? facts.image }
      }),
    )
  }

  async function inspect(id: string): Promise<ContainerFacts | null> {
    const found = await unlessMissing(connection.call({ what: 'a container', limitMs, ask: (docker, abortSignal) => docker.getContainer(id).inspect({ abortSignal } as object) as Promise<InspectedContainer> }))
    if (found === null) return null
    const facts = factsOfInspected(found)
    return isImageId(facts.image) ? { ...facts, image: (await nameOfImage(facts.image)) ?? facts.image } : facts
  }

  /** For a container that was made by its image's id. */
  async function nameOfImage(id: string): Promise<string | null> {
    const image = await connection.call({ what: 'an image', limitMs, ask: (docker, abortSignal) => docker.getImage(id).inspect({ abortSignal } as object) }).catch(() => null)
    return image?.RepoTags?.[0] ?? image?.RepoDigests?.[0] ?? null
  }

  async function create(wanted: ContainerWanted): Promise<string> {
    const made = await connection.call({
      what: `a container of ${wanted.image}`,
      limitMs: changeLimitMs,
      ask: (docker, abortSignal) =>
        docker.createContainer({
          ...(wanted.name === undefined ? {} : { name: wanted.name }),
          Image: wanted.image,
          Cmd: wanted.command,
          Labels: wanted.labels,
          Env: Object.entries(wanted.env).map(([name, value]) => `${name}=${value}`),
          HostConfig: {
            NetworkMode: wanted.networkMode,
            CapDrop: ['ALL'],
            SecurityOpt: ['no-new-privileges'],
            LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
          },
          abortSignal,
        } as Dockerode.ContainerCreateOptions),
    })
    return made.id
  }

  /** Does something to one container, whatever became of it meanwhile. */
  async function change(what: string, id: string, changeMs: number, ask: (one: Dockerode.Container, abortSignal: AbortSignal) => Promise<unknown>): Promise<void> {
    await connection.call({ what, limitMs: changeMs, ask: (docker, abortSignal) => ask(docker.getContainer(id), abortSignal).catch(unlessAlready) })
  }

  return {
    look: () => lookAtDocker(connection, containers),
    socketPath: connection.socketPath,
    containers,
    inspect,
    watch: (listener) => watchEvents(connection, listener),
    follow: (id, wanted) => followContainer(connection, id, wanted),
    create,
    start: (id) => change('starting a container', id, startLimitMs, (one, abortSignal) => one.start({ abortSignal } as object)),
    stop: (id, graceMs) => unlessGone(change('stopping a container', id, graceMs + changeLimitMs, (one, abortSignal) => one.stop({ t: Math.max(0, Math.ceil(graceMs / 1000)), abortSignal } as object))),
    kill: (id) => unlessGone(change('ending a container', id, changeLimitMs, (one, abortSignal) => one.kill({ signal: 'SIGKILL', abortSignal } as object).catch(unlessNotRunning))),
    remove: (id) => unlessGone(change('removing a container', id, changeLimitMs, (one, abortSignal) => one.remove({ force: false, v: true, abortSignal } as object).catch((error: unknown) => untilRemoved(error, one, abortSignal)))),
    async hasImage(reference) {
      return (await unlessMissing(connection.call({ what: `the image ${reference}`, limitMs, ask: (docker, abortSignal) => docker.getImage(reference).inspect({ abortSignal } as object) }))) !== null
    },
    imageLabel: (reference, name) => unlessMissing(labelOfImage(connection, reference, name)),
    pull: (reference, wanted) => pullImage(connection, reference, wanted),
    importImage: (archive, reference, entry) => importImage(connection, archive, reference, entry),
    removeImage: (reference) => unlessGone(connection.call({ what: `removing the image ${reference}`, limitMs: changeLimitMs, ask: (docker, abortSignal) => docker.getImage(reference).remove({ abortSignal } as object) })),
  }
}

/** What a program is started with that is to use the very Docker that we ask, whatever the user's settings say of another. Rejects with DockerFault where none answers. */
export async function dockerEnvironment(docker: Pick<DockerEngine, 'socketPath' | 'containers'>): Promise<Record<string, string>> {
  if (docker.socketPath() === null) await docker.containers()
  const path = docker.socketPath()
  return path === null ? {} : { DOCKER_HOST: dockerHostOf(path) }
}

/** 304: it is so already. */
function unlessAlready(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 304) throw error
}

/** Somebody else removes it at this moment: it is waited until that is done. The limit of the call ends it too. */
async function untilRemoved(error: unknown, one: Dockerode.Container, abortSignal: AbortSignal): Promise<void> {
  if ((error as { statusCode?: number }).statusCode !== 409 || !/already in progress/.test(String(error))) throw error
  // Rejects with "no such container" in the end.
  for (;;) {
    await one.inspect({ abortSignal } as object)
    await pause(50, undefined, { signal: abortSignal })
  }
}

function unlessNotRunning(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 409 || !/is not running/.test(String(error))) throw error
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof DockerFault && error.kind === 'not-found') return null
    throw error
  }
}

async function unlessGone(asked: Promise<unknown>): Promise<void> {
  await unlessMissing(asked)
}
