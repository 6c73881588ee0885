/** One way to ask an engine: finds its socket, loads dockerode when it is first needed (90 ms, 30 MB), limits every call in time, and gives faults in words. */
import { Agent } from 'node:http'
import type Dockerode from 'dockerode'
import { cancelled, DockerFault, faultOf, timedOut, type FaultContext } from './docker-faults.ts'
import { isDockerInstalled, placesHere } from './docker-sockets.ts'

export interface DockerAsk<T> {
  /** As the end of "asked for …". */
  what: string
  limitMs: number
  signal?: AbortSignal
  /** The signal ends what it asks, also a stream that it opened: not by the time limit once the stream is open. */
  ask(docker: Dockerode, signal: AbortSignal): Promise<T>
}

export interface DockerConnection {
  /** Rejects with DockerFault. */
  call<T>(wanted: DockerAsk<T>): Promise<T>
  /** The one that is asked; null: none has answered yet. */
  socketPath(): string | null
  /** A fault of a stream that was opened by a call. */
  faultOf(error: unknown, what: string): DockerFault
}

export function createDockerConnection(options: { socketPath?: string }): DockerConnection {
  const engines = new Map<string, Dockerode>()
  /** Once one has answered, it is asked alone as long as we run: two engines on one machine are never mixed up. */
  let answering: string | null = null

  async function engineAt(socketPath: string): Promise<Dockerode> {
    const known = engines.get(socketPath)
    if (known) return known
    const { default: Engine } = await import('dockerode')
    // What DOCKER_HOST says is settled already. A connection that is kept would break when the engine is restarted.
    const made = engines.get(socketPath) ?? new Engine({ ...withoutDockerHost, socketPath, agent: new Agent({ keepAlive: false }) } as Dockerode.DockerOptions)
    engines.set(socketPath, made)
    return made
  }

  function sockets(): string[] {
    const settled = options.socketPath ?? answering
    if (settled !== null) return [settled]
    const places = placesHere()
    if (places.elsewhere === null) return places.sockets
    const { why, sentence, remedy } = places.elsewhere
    throw new DockerFault(`${sentence} ${remedy}`, 'refused', { why, remedy })
  }

  async function call<T>(wanted: DockerAsk<T>): Promise<T> {
    let first: DockerFault | null = null
    for (const socketPath of sockets()) {
      try {
        const value = await callAt(socketPath, wanted)
        answering = socketPath
        return value
      } catch (error) {
        const fault = error as DockerFault
        // Only where nobody was reached is it safe to ask somebody else the same. One that we may not use is there: what others start asks that one.
        if (fault.kind !== 'not-there' || fault.why === 'stopped') throw fault
        first ??= fault
      }
    }
    throw first ?? new DockerFault('There is no place on this machine where Docker could be asked.', 'not-there', { why: 'not running' })
  }

  async function callAt<T>(socketPath: string, wanted: DockerAsk<T>): Promise<T> {
    if (wanted.signal?.aborted) throw cancelled(wanted)
    const ending = new AbortController()
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      ending.abort()
    }, wanted.limitMs)
    const signal = wanted.signal ? AbortSignal.any([ending.signal, wanted.signal]) : ending.signal
    const on: FaultContext = { platform: process.platform, socketPath, what: wanted.what, limitMs: wanted.limitMs, isInstalled: null }
    try {
      return await Promise.race([wanted.ask(await engineAt(socketPath), signal), whenAborted(signal)])
    } catch (error) {
      if (isLate) throw timedOut(on)
      if (wanted.signal?.aborted) throw cancelled(wanted)
      throw faultOf(error, { ...on, isInstalled: isDockerInstalled() })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    call,
    socketPath: () => options.socketPath ?? answering,
    faultOf: (error, what) => faultOf(error, { platform: process.platform, socketPath: options.socketPath ?? answering ?? '', what, limitMs: 0, isInstalled: null }),
  }
}

/** dockerode hands the signal on in most of its calls, not in all. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(new Error('aborted'))
    else signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
  })
}

/** Two calls whose types do not know that they take a signal. */
export interface TakesSignal {
  ping(options: { abortSignal: AbortSignal }): Promise<unknown>
  info(options: { abortSignal: AbortSignal }): Promise<unknown>
}

/** Keeps dockerode from its own defaults, which come of the environment. */
const withoutDockerHost = { host: undefined, port: undefined, protocol: 'http', timeout: undefined, ca: undefined, cert: undefined, key: undefined }
