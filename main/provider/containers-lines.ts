/** Follows what a programme's containers print, each line once, over restarts of the container and of Docker. */
import type { ContainerFacts } from '../../shared/provider.ts'
import type { DockerEngine } from '../system/docker-engine.ts'
import { isRunningState } from './containers-belonging.ts'

export interface ContainerLines {
  /** What is there at the beginning: lines from `since` (ms since epoch) on; of what has ended, none. */
  begin(containers: ContainerFacts[], since: number): void
  /** Called after every change: begins to follow what is new. */
  follow(containers: ContainerFacts[]): void
  close(): void
}

interface Followed {
  since: number
  afterStamp?: string
  /** Whether a follow is under way. */
  isOpen: boolean
  /** Of the start whose lines were read to their end. */
  readFor: number | null
}

/** After a fault; Docker's own coming back is told sooner. */
const againAfterMs = 2_000

export function createContainerLines(options: { docker: DockerEngine; onLine(containerId: string, line: string, stream: 'out' | 'error'): void }): ContainerLines {
  const ending = new AbortController()
  const followed = new Map<string, Followed>()
  let latest = new Map<string, ContainerFacts>()

  async function read(container: ContainerFacts, one: Followed): Promise<void> {
    one.isOpen = true
    let isWhole = false
    try {
      await options.docker.follow(container.id, {
        since: one.since,
        ...(one.afterStamp === undefined ? {} : { afterStamp: one.afterStamp }),
        signal: ending.signal,
        onLine(line, stream, stamp) {
          // Two streams may come out of order: the mark never goes back.
          if (stamp > (one.afterStamp ?? '')) {
            one.afterStamp = stamp
            one.since = Date.parse(stamp)
          }
          options.onLine(container.id, line, stream)
        },
      })
      isWhole = true
    } catch {
      isWhole = false
    }
    one.isOpen = false
    if (ending.signal.aborted) return
    if (isWhole) one.readFor = container.startedAt
    const now = latest.get(container.id)
    if (now === undefined) return
    if (isWhole) return begin(now)
    const timer = setTimeout(() => {
      const still = latest.get(container.id)
      if (still !== undefined && !ending.signal.aborted) begin(still)
    }, againAfterMs)
    timer.unref()
  }

  function begin(container: ContainerFacts): void {
    const one = followed.get(container.id) ?? { since: 0, isOpen: false, readFor: null }
    followed.set(container.id, one)
    // One that was never started has printed nothing, and following it would wait for ever.
    if (one.isOpen || container.startedAt === null || one.readFor === container.startedAt) return
    void read(container, one)
  }

  return {
    begin(containers, since) {
      for (const one of containers) followed.set(one.id, { since, isOpen: false, readFor: isRunningState(one.state) ? null : one.startedAt })
    },
    follow(containers) {
      latest = new Map(containers.map((one) => [one.id, one]))
      // Empty may also mean that Docker is lost for now: then the marks are still needed.
      for (const [id, one] of followed) if (!latest.has(id) && !one.isOpen && containers.length > 0) followed.delete(id)
      for (const one of containers) begin(one)
    },
    close: () => ending.abort(),
  }
}
