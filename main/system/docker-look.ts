/** What preflight wants to know of a Docker Engine, read without changing anything. A person types `docker info`, `docker ps -a`, `docker images`. */
import type { DockerReading, Known } from '../../shared/preflight.ts'
import type { ContainerFacts } from '../../shared/provider.ts'
import type { DockerConnection, TakesSignal } from './docker-connection.ts'
import { DockerFault } from './docker-faults.ts'

interface Info {
  ServerVersion?: string
  OperatingSystem?: string
  Runtimes?: Record<string, unknown>
  DefaultRuntime?: string
  CDISpecDirs?: string[] | null
  DockerRootDir?: string
}

const limitMs = 5_000

export const noDocker: DockerReading = { answers: false, why: null, remedy: null, version: null, isDesktop: null, runtimes: [], hasNvidiaRuntime: null, containers: [], images: [], rootFolder: null }

/** Never rejects. */
export async function lookAtDocker(connection: DockerConnection, listContainers: () => Promise<ContainerFacts[]>): Promise<Known<DockerReading>> {
  try {
    const [info, containers, images] = await Promise.all([
      connection.call({ what: 'its settings', limitMs, ask: (docker, abortSignal) => (docker as unknown as TakesSignal).info({ abortSignal }) as Promise<Info> }),
      listContainers(),
      connection.call({ what: 'the list of images', limitMs, ask: (docker, abortSignal) => docker.listImages({ abortSignal } as object) }),
    ])
    const runtimes = Object.keys(info.Runtimes ?? {})
    return {
      value: {
        answers: true,
        why: null,
        remedy: null,
        version: info.ServerVersion ?? null,
        isDesktop: info.OperatingSystem === undefined ? null : info.OperatingSystem === 'Docker Desktop',
        runtimes: [...runtimes, ...(info.CDISpecDirs ?? []).map((folder) => `cdi:${folder}`)],
        hasNvidiaRuntime: info.Runtimes === undefined ? null : runtimes.includes('nvidia'),
        containers: containers.map(({ id, name, image, state, labels }) => ({ id, name, image, state, labels })),
        images: images.map((image) => ({ id: image.Id, tags: (image.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'), bytes: image.Size })),
        rootFolder: info.DockerRootDir ?? null,
      },
      why: null,
    }
  } catch (error) {
    const fault = error instanceof DockerFault ? error : new DockerFault(String(error), 'refused')
    return { value: { ...noDocker, why: fault.why ?? fault.message, remedy: fault.remedy }, why: null }
  }
}
