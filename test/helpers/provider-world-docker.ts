/** The Docker of a supervisor's world: containers of the programme and of others, which end, vanish and come back as a test says. */
import type { ContainerFacts } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../../main/networks/network.ts'
import type { ContainerWatch, ContainerWatchOptions } from '../../main/provider/containers.ts'
import { DockerFault, type DockerEngine, type EngineEvent } from '../../main/system/docker-engine.ts'
import { container } from './provider-definitions.ts'
import type { World } from './provider-world.ts'

export interface WorldDocker {
  engine: DockerEngine
  watchOf(options: ContainerWatchOptions): ContainerWatch
  tellChange(): void
  remove(id: string): void
  comeBack(): void
  /** Idlewatt was killed. */
  forgetListeners(): void
}

export function createWorldDocker(of: { definition: SoftwareDefinition; world(): World; now(): number; settle(): Promise<void> }): WorldDocker {
  const stopped = new Map<string, ContainerFacts>()
  let watches: ContainerWatchOptions[] = []
  let listeners: ((event: EngineEvent) => void)[] = []

  function watchOf(options: ContainerWatchOptions): ContainerWatch {
    const world = of.world()
    watches.push(options)
    const ofProgramme = (): ContainerFacts[] => [...world.containers.values()].filter(({ image }) => image.startsWith('maker/'))
    return {
      containers: () => (world.set.isDockerAway ? null : ofProgramme()),
      why: () => (world.set.isDockerAway ? 'Docker does not answer.' : null),
      foreign: () => (world.set.isDockerAway || of.definition.ownContainer === undefined ? [] : [...world.foreign.values()]),
      environment: async () => ({}),
      refresh: async () => {},
      async startOwn() {
        world.containers.set('own', container('own', 'running', 'maker/own'))
        options.onChange()
        return 'own'
      },
      async stop(ids) {
        await of.settle()
        if (world.set.isDockerAway) return ids
        for (const id of ids) {
          const one = world.containers.get(id)
          if (one && !one.image.startsWith('maker/')) world.violations.push(`a stranger's container was touched: ${id}`)
          if (one) stopped.set(id, { ...one, state: 'running' })
          world.containers.delete(id)
        }
        options.onChange()
        return []
      },
      close: () => void (watches = watches.filter((other) => other !== options)),
    }
  }

  const tellChange = (): void => watches.forEach((watch) => watch.onChange())
  return {
    engine: {
      async containers() {
        const world = of.world()
        if (world.set.isDockerAway) throw new DockerFault('Docker does not answer.', 'not-there')
        return [...world.containers.values(), ...world.foreign.values()]
      },
      watch(listener) {
        listeners.push(listener)
        return () => void (listeners = listeners.filter((other) => other !== listener))
      },
    } as Partial<DockerEngine> as DockerEngine,
    watchOf,
    tellChange,
    remove(id) {
      const image = of.world().containers.get(id)?.image ?? ''
      of.world().containers.delete(id)
      for (const tell of [...listeners]) tell({ kind: 'container', id, what: 'destroy', image, at: of.now(), exitCode: null })
    },
    comeBack() {
      for (const [id, one] of stopped) of.world().containers.set(id, one)
      tellChange()
    },
    forgetListeners() {
      watches = []
      listeners = []
    },
  }
}
