/** The Docker Engine of a recorded machine: tells what was recorded of its containers, and does nothing. */
import type { ContainerFacts } from '../../shared/provider.ts'
import type { DockerEngine } from './docker-engine.ts'
import { factsOfInspected, factsOfListed, type InspectedContainer, type ListedContainer } from './docker-facts.ts'
import { DockerFault } from './docker-faults.ts'
import { noDocker } from './docker-look.ts'

/** `containers`: in a recording's own words ({ id, name, image, state, labels }), or as `docker ps` or `docker inspect` give JSON. `hasDocker` null: not recorded. */
export function recordedDocker(containers: unknown[], hasDocker: boolean | null): DockerEngine {
  const facts = containers.flatMap((one, index) => factsOf(one, index))
  const answers = hasDocker ?? (facts.length > 0 ? true : null)
  const why = answers === null ? 'The recording does not say whether Docker is there.' : 'Docker does not answer on the recorded machine.'

  function refused(): Promise<never> {
    return Promise.reject(new DockerFault('This is a recorded machine: nothing can be started, stopped or changed on it.', 'refused', { why: 'recorded' }))
  }
  function all(): Promise<ContainerFacts[]> {
    return answers === true ? Promise.resolve(facts) : Promise.reject(new DockerFault(why, 'not-there', { why: 'not running' }))
  }

  return {
    async look() {
      if (answers === null) return { value: null, why }
      if (!answers) return { value: { ...noDocker, why: 'not running' }, why: null }
      return { value: { ...noDocker, answers: true, containers: facts.map(({ id, name, image, state, labels }) => ({ id, name, image, state, labels })) }, why: null }
    },
    containers: all,
    inspect: async (id) => (await all()).find((one) => one.id === id) ?? null,
    watch: () => () => {},
    follow: refused, create: refused, start: refused, stop: refused, kill: refused, remove: refused,
    socketPath: () => null,
    hasImage: refused, imageLabel: refused, pull: refused, importImage: refused, removeImage: refused,
  }
}

function factsOf(raw: unknown, index: number): ContainerFacts[] {
  if (typeof raw !== 'object' || raw === null) return []
  const one = raw as Record<string, unknown>
  if (typeof one['Id'] === 'string') return ['Config' in one ? factsOfInspected(one as unknown as InspectedContainer) : factsOfListed(one as unknown as ListedContainer)]
  const text = (key: string): string | null => (typeof one[key] === 'string' ? (one[key] as string) : null)
  const figure = (key: string): number | null => (typeof one[key] === 'number' && Number.isFinite(one[key]) ? (one[key] as number) : null)
  const image = text('image')
  if (image === null) return []
  const health = text('health')
  return [
    {
      id: text('id') ?? `recorded-${index + 1}`,
      name: text('name') ?? '',
      image,
      state: text('state') ?? 'running',
      labels: Object.fromEntries(Object.entries((one['labels'] as object | undefined) ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
      startedAt: figure('startedAt'),
      exitCode: figure('exitCode'),
      restartCount: figure('restartCount'),
      health: health === 'starting' || health === 'healthy' || health === 'unhealthy' ? health : null,
    },
  ]
}
