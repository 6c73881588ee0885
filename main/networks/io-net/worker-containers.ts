/** The worker's containers: told by image, since their names are random. */
import type { ContainerFacts } from '../network.ts'

export const imagePrefix = 'ionetcontainers/'
export const workerImage = 'ionetcontainers/io-worker-vc'
export const monitorImage = 'ionetcontainers/io-worker-monitor'

export interface WorkerContainers {
  /** That take the worker's part of each, be they running, paused or starting again. */
  standing: { workers: number; monitors: number }
  /** Running ones of each. */
  workers: ContainerFacts[]
  monitors: ContainerFacts[]
  /** That start again and again by themselves, or report themselves ill. */
  unwell: ContainerFacts[]
  /** Halted by somebody: they are there, and do nothing. */
  paused: ContainerFacts[]
  /** What the launcher starts before them. */
  launching: ContainerFacts[]
  /** Of any state. */
  all: ContainerFacts[]
}

/** Without registry, tag and digest: "docker.io/ionetcontainers/io-worker-vc:latest" → "ionetcontainers/io-worker-vc". */
export function repositoryOf(image: string): string {
  const bare = image.replace(/@sha256:.*$/, '').replace(/:[^/:]*$/, '')
  return bare.replace(/^(docker\.io|index\.docker\.io|registry-1\.docker\.io)\//, '')
}

export function workerContainers(containers: readonly ContainerFacts[]): WorkerContainers {
  const all = containers.filter(({ image }) => repositoryOf(image).startsWith(imagePrefix))
  const running = (image: string): ContainerFacts[] => all.filter((one) => one.state === 'running' && repositoryOf(one.image) === image)
  const standing = (image: string): number => all.filter((one) => ['running', 'paused', 'restarting'].includes(one.state) && repositoryOf(one.image) === image).length
  const isOne = ({ image }: ContainerFacts): boolean => [workerImage, monitorImage].includes(repositoryOf(image))
  return {
    standing: { workers: standing(workerImage), monitors: standing(monitorImage) },
    workers: running(workerImage),
    monitors: running(monitorImage),
    unwell: all.filter((one) => isOne(one) && (one.state === 'restarting' || (one.state === 'running' && one.health === 'unhealthy'))),
    paused: all.filter((one) => isOne(one) && one.state === 'paused'),
    launching: all.filter((one) => one.state === 'running' && !isOne(one)),
    all,
  }
}

/** Since when both stand; null: they do not, or Docker does not tell. */
export function upSince({ workers, monitors }: WorkerContainers): number | null {
  const [worker, monitor] = [workers[0]?.startedAt ?? null, monitors[0]?.startedAt ?? null]
  return worker === null || monitor === null ? null : Math.max(worker, monitor)
}
