/** Which containers are a programme's: its own by our labels, others by the repository of their image or a label, never by their name. Pure. */
import type { ContainerFacts } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../networks/network.ts'
import { hasImagePrefix, isMadeFor, ownLabel } from '../system/docker-engine.ts'

type Definition = Pick<SoftwareDefinition, 'programmeId' | 'containers' | 'ownContainer'>
type Container = Pick<ContainerFacts, 'image' | 'labels'>

/** `house`: the id of this data folder; null: none. Where Idlewatt makes the container itself, one that looks alike is not enough. */
export function belongsTo(definition: Definition, container: Container, house: string | null): boolean {
  return definition.ownContainer === undefined ? isExpected(definition, container) : isOwnContainer(definition, container, house)
}

/** Made by this very Idlewatt: it may also be removed. */
export function isOwnContainer(definition: Pick<Definition, 'programmeId' | 'ownContainer'>, container: Pick<Container, 'labels'>, house: string | null): boolean {
  return definition.ownContainer !== undefined && isMadeFor(container, definition.programmeId, house)
}

/** Of the same kind as our own, made by another Idlewatt or by hand: never touched, and a reason not to start a second one beside it. */
export function isForeign(definition: Definition, container: Container, house: string | null): boolean {
  if (definition.ownContainer === undefined || isOwnContainer(definition, container, house)) return false
  return container.labels[ownLabel] === definition.programmeId || isExpected(definition, container)
}

function isExpected(definition: Pick<Definition, 'containers'>, container: Container): boolean {
  const expected = definition.containers
  if (expected === null) return false
  if (expected.label !== undefined && container.labels[expected.label.name] === expected.label.value) return true
  return hasImagePrefix(container.image, expected.imagePrefix)
}

/** "removing" and "dead" run no more. */
export function isRunningState(state: string): boolean {
  return state === 'running' || state === 'restarting' || state === 'paused'
}
