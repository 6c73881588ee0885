/** What is known of a running worker, for the tests of its readings. */
import type { ContainerFacts, SoftwareFacts } from '../../../../main/networks/network.ts'
import { readLauncherLine } from '../../../../main/networks/io-net/launcher-lines.ts'
import { at } from '../../earnings/estimating.ts'

export const minute = 60_000
export const hour = 60 * minute

/** Random names and ids, as Docker gives them. */
export function container(image: string, change: Partial<ContainerFacts> = {}): ContainerFacts {
  return { id: image.length.toString(16).padStart(12, 'a'), name: 'goofy_vaughan', image, state: 'running', labels: {}, startedAt: at - 6 * hour, exitCode: null, restartCount: 0, health: null, ...change }
}

export const vc = (change: Partial<ContainerFacts> = {}): ContainerFacts => container('ionetcontainers/io-worker-vc', change)
export const monitor = (change: Partial<ContainerFacts> = {}): ContainerFacts => container('ionetcontainers/io-worker-monitor', change)

export function facts(change: Partial<SoftwareFacts> = {}): SoftwareFacts {
  return { at, signs: [], lastLineAt: null, isProcessThere: false, containers: [vc(), monitor()], services: {}, endpoints: {}, registry: null, cards: [], answers: {}, startedAt: at - 6 * hour, ...change }
}

export function signsOf(...lines: string[]): SoftwareFacts['signs'] {
  return lines.flatMap((line, i) => {
    const sign = readLauncherLine(line)
    return sign === null ? [] : [{ ...sign, at: at - 1000 + i }]
  })
}

export const answer = (value: unknown): SoftwareFacts['endpoints'][string] => ({ at: at - minute, value, why: null })
export const noAnswer = (why: string): SoftwareFacts['endpoints'][string] => ({ at: at - minute, value: null, why })
