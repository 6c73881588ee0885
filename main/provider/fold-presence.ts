/** Whether a run still stands, told from its process and its containers. Pure. */
import type { ProviderRun } from '../../shared/provider.ts'
import type { ContainerFacts, SoftwareDefinition } from '../networks/network.ts'
import { repositoryOf } from '../system/docker-engine.ts'
import type { ProcessEnd } from './process.ts'

export interface PresenceFacts {
  /** 'alive', how it ended, or null: the run has no process (any more). */
  process: 'alive' | ProcessEnd | null
  /** Of the programme; null: Docker does not answer. */
  containers: ContainerFacts[] | null
  /** What stood in this run: id → image, '' where that is not known. */
  stood: ReadonlyMap<string, string>
  /** So long nothing of a launcher that has ended has stood, while Docker answered. */
  nothingForMs: number
  /** So long some of the expected have been missing that stood before. */
  lackingForMs: number
  /** Docker was away and came back moments ago: its containers may still be on their way. */
  isSettling: boolean
  /** Docker was away during this run and its containers have not stood since. */
  engineTookThem: boolean
}

export const removed = 'Its containers were removed by something other than Idlewatt.'

/** `isPart`: the rest of it stands. `by` nothing: a launcher ended and left nothing behind. */
export type Presence = { kind: 'standing'; containersAlone: string[] | null } | { kind: 'unknown' } | { kind: 'ended'; by: 'process' | 'containers' | 'nothing'; sentence: string; counts: boolean; isPart: boolean }

/** A restart by hand or by the software itself takes less. */
const lackingMs = 15_000
const containersWithinMs = 180_000

export function presenceOf(definition: SoftwareDefinition, facts: PresenceFacts): Presence {
  const { process } = facts
  if (process !== null && process !== 'alive' && !isLaunchedWell(definition, process)) return over('process', endSentence(definition, process), true)
  if (!standsOnContainers(definition)) return process === null ? { kind: 'unknown' } : { kind: 'standing', containersAlone: null }
  // Taken up with its container alone: it consists of both. It ended unseen, or Idlewatt itself ended between the two: no failure that was seen.
  if (process === null && definition.command !== null && definition.endsAfterLaunch !== true) return over('process', 'Its container ran without its programme.', false)
  if (facts.containers === null) return { kind: 'unknown' }
  const here = facts.containers.filter(isUp)
  if (here.length > 0 && facts.lackingForMs >= lackingMs) return partOver(definition, facts.containers, facts.stood)
  if (here.length > 0) return { kind: 'standing', containersAlone: process === 'alive' ? null : here.map((container) => container.id) }
  const withinMs = definition.containersWithinMs ?? containersWithinMs
  if (facts.stood.size === 0 && process !== 'alive' && facts.nothingForMs >= withinMs) return over('nothing', `It was launched, and none of its containers was there within ${minutes(withinMs)}.`, true)
  // Not there yet: a start has its own deadline.
  if (facts.stood.size === 0) return { kind: 'standing', containersAlone: null }
  if (facts.isSettling) return { kind: 'unknown' }
  if (facts.engineTookThem) return over('containers', 'Docker was stopped and its containers ended with it.', false)
  const left = facts.containers.filter((container) => facts.stood.has(container.id))
  if (left.length === 0) return over('containers', removed, false)
  return over('containers', containerEndSentence(definition, left), true)
}

function over(by: 'process' | 'containers' | 'nothing', sentence: string, counts: boolean, isPart = false): Presence {
  return { kind: 'ended', by, sentence, counts, isPart }
}

/** Ids of what stood and does not any more, of expected images of which too few are up. */
export function lackingOf(definition: SoftwareDefinition, containers: ContainerFacts[], stood: ReadonlyMap<string, string>): string[] {
  const up = containers.filter(isUp)
  return (definition.containers?.expected ?? []).flatMap(({ image, count }) => {
    const isOfIt = (reference: string): boolean => repositoryOf(reference) === repositoryOf(image)
    if (up.filter((container) => isOfIt(container.image)).length >= count) return []
    return [...stood].filter(([id, reference]) => isOfIt(reference) && !up.some((container) => container.id === id)).map(([id]) => id)
  })
}

function partOver(definition: SoftwareDefinition, containers: ContainerFacts[], stood: ReadonlyMap<string, string>): Presence {
  const lacking = lackingOf(definition, containers, stood)
  const left = containers.filter(({ id }) => lacking.includes(id))
  if (left.length > 0) return over('containers', containerEndSentence(definition, left), true, true)
  return over('containers', `A container of ${stood.get(lacking[0] ?? '') ?? 'it'} was removed by something other than Idlewatt.`, false, true)
}

/** The run ends where its containers end: they are its own, or all that it consists of. */
export function standsOnContainers(definition: SoftwareDefinition): boolean {
  return definition.ownContainer !== undefined || (definition.containers !== null && (definition.endsAfterLaunch === true || definition.command === null))
}

export function hasContainers(definition: SoftwareDefinition): boolean {
  return definition.ownContainer !== undefined || definition.containers !== null
}

/** It takes up the card or is about to: `restarting` and `paused` are no end. */
export function isUp(container: ContainerFacts): boolean {
  return container.state === 'running' || container.state === 'restarting' || container.state === 'paused'
}

/** null: as many as there should be, or fewer. */
export function doubled(definition: SoftwareDefinition, containers: ContainerFacts[] | null): string | null {
  for (const { image, count } of definition.containers?.expected ?? []) {
    const here = (containers ?? []).filter((container) => isUp(container) && repositoryOf(container.image) === repositoryOf(image))
    if (here.length > count) return `${here.length} containers of ${image} are running where ${count === 1 ? 'one is' : `${count} are`} expected. Stop it and start it again, so that they do not work against each other.`
  }
  return null
}

/** What makes a container sick whatever its programme says; null: nothing. */
export function containerTrouble(containers: ContainerFacts[] | null): string | null {
  const paused = (containers ?? []).find((container) => container.state === 'paused')
  if (paused) return `Its container ${paused.name} is paused. Resume it, or stop it and start it again.`
  const restarting = (containers ?? []).find((container) => container.state === 'restarting')
  if (restarting) return `Its container ${restarting.name} ends and is started again by Docker${restarting.restartCount === null ? '' : `, ${restarting.restartCount} times so far`}. Its log says why.`
  const sick = (containers ?? []).find((container) => container.state === 'running' && container.health === 'unhealthy')
  return sick ? `Docker's own check says that its container ${sick.name} is unhealthy. Its log says why.` : null
}

export function isPaused(containers: ContainerFacts[] | null): boolean {
  return (containers ?? []).some((container) => container.state === 'paused')
}

export function isSameHandle({ handle }: ProviderRun, ids: string[]): boolean {
  return handle.kind === 'containers' && handle.ids.length === ids.length && ids.every((id) => handle.ids.includes(id))
}

function isLaunchedWell(definition: SoftwareDefinition, end: ProcessEnd): boolean {
  // An adopted launcher's code is told to nobody: then its containers decide.
  return definition.endsAfterLaunch === true && (end.code === 0 || (end.code === null && end.signal === null))
}

function endSentence(definition: SoftwareDefinition, end: ProcessEnd): string {
  if (end.signal !== null) return `It was ended by the signal ${end.signal}${end.signal === 'SIGKILL' ? ', by somebody or for lack of memory' : ''}.`
  if (end.code === null) return 'It ended.'
  const known = definition.exitCodes[end.code]
  return known ?? (end.code === 0 ? 'It ended by itself.' : `It ended with the exit code ${end.code}.`)
}

function containerEndSentence(definition: SoftwareDefinition, left: ContainerFacts[]): string {
  const [first] = left
  if (!first) return 'Its container ended.'
  const code = first.exitCode
  const known = code === null ? undefined : definition.exitCodes[code]
  return known ?? `Its container ${first.name} ended${code === null ? '' : ` with the exit code ${code}`}.`
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`
}
