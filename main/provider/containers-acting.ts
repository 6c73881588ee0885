/** Starts the container that is Idlewatt's own, and ends containers of a programme one by one: each is looked at again just before it is touched. */
import type { ContainerFacts } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../networks/network.ts'
import { DockerFault, houseLabel, ownLabel, type DockerEngine } from '../system/docker-engine.ts'
import { belongsTo, isOwnContainer, isRunningState } from './containers-belonging.ts'

/** Gives the id. Its name is the same every time, so that the engine itself refuses a second one. */
export async function startOwnContainer(docker: DockerEngine, definition: SoftwareDefinition, house: string | null): Promise<string> {
  const own = definition.ownContainer
  if (own === undefined) throw new DockerFault('This programme has no container of its own.', 'refused')
  const there = (await docker.containers()).filter((one) => isOwnContainer(definition, one, house))
  const running = there.find((one) => isRunningState(one.state))
  if (running) return running.id
  for (const left of there) await docker.remove(left.id)
  if (!(await docker.hasImage(own.image))) throw new DockerFault(`The image ${own.image} is not on this machine. Repeat the step of the enrolment that brings it.`, 'not-found', { why: 'image missing' })
  const id = await docker.create({
    image: own.image,
    command: own.command,
    labels: { ...own.labels, [ownLabel]: definition.programmeId, ...(house === null ? {} : { [houseLabel]: house }) },
    env: own.env ?? {},
    networkMode: own.networkMode,
    name: ['idlewatt', ...definition.programmeId.split('/'), ...(house === null ? [] : [house.slice(0, 8)])].join('-'),
  })
  try {
    await docker.start(id)
  } catch (error) {
    await docker.remove(id).catch(() => {})
    throw error
  }
  return id
}

/** Resolves with the ids that still run, or of which that cannot be told. What is not this programme's is not touched and not named. */
export async function stopContainers(docker: DockerEngine, definition: SoftwareDefinition, house: string | null, ids: string[], graceMs: number): Promise<string[]> {
  const left = await Promise.all([...new Set(ids)].map(async (id) => ((await stopOne(docker, definition, house, id, graceMs)) ? null : id)))
  return left.filter((id) => id !== null)
}

/** Whether it is certain that it no longer runs. */
async function stopOne(docker: DockerEngine, definition: SoftwareDefinition, house: string | null, id: string, graceMs: number): Promise<boolean> {
  const mine = async (): Promise<ContainerFacts | null> => {
    const found = await docker.inspect(id)
    return found !== null && belongsTo(definition, found, house) ? found : null
  }
  try {
    const before = await mine()
    if (before === null) return true
    if (isRunningState(before.state)) {
      await docker.stop(id, graceMs).catch(() => {})
      const after = await mine()
      if (after !== null && isRunningState(after.state)) await docker.kill(id).catch(() => {})
    }
    const end = await mine()
    if (end !== null && isRunningState(end.state)) return false
    // Only what Idlewatt made is removed: of others their end may still be looked into.
    if (end !== null && isOwnContainer(definition, end, house)) await docker.remove(id).catch(() => {})
    return true
  } catch {
    return false
  }
}
