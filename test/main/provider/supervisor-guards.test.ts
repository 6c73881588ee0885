/** What the supervisor does not do, in a world that does as it is told: start what is not set up or what endangers others; lose a stop; leave half a run. */
import { describe, expect, it } from 'vitest'
import { container, createWorld, launcherDefinition, pairDefinition, processDefinition, runningWorld, type World } from '../../helpers/provider-world.ts'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'

async function launched(definition: SoftwareDefinition, containers = [container('c1')]): Promise<World> {
  const world = createWorld(definition)
  await world.supervisor.begin()
  void world.supervisor.start()
  await world.advance(10)
  for (const one of containers) world.containers.set(one.id, { ...one, startedAt: world.now() })
  world.changeContainers()
  world.end(world.alive()[0]!, { code: 0, signal: null })
  await world.advance(2000)
  expect(world.supervisor.state().phase).toBe('running')
  return world
}
const pair = [container('w', 'running', 'maker/work:1'), container('m', 'running', 'maker/monitor:1')]
const lastDeath = ({ events }: World): string | undefined => events.findLast(({ id }) => id === 'provider-died')?.sentence
const inTheWay = 'A container of something else is on this Docker.'

describe('software that is being left', () => {
  it('is not started again when it dies', async () => {
    const world = await runningWorld(processDefinition)
    world.set.isSetUp = false
    world.supervisor.enrolmentChanged()
    world.end(world.alive()[0]!)
    await world.advance(60_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'not-set-up', wanted: 'stop' })
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('is not started again either where nobody told that its set-up was taken back', async () => {
    const world = await runningWorld(processDefinition)
    world.end(world.alive()[0]!)
    world.set.isSetUp = false
    await world.advance(60_000)
    expect(world.supervisor.state().phase).toBe('not-set-up')
    expect(world.violations).toEqual([])
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('loses none of its last lines', async () => {
    const world = await runningWorld(processDefinition)
    world.set.isSetUp = false
    world.supervisor.enrolmentChanged()
    world.unread.push('its last words')
    await world.supervisor.stop()
    await world.advance(500)
    expect(world.supervisor.state().phase).toBe('not-set-up')
    expect(world.kept).toContain('its last words')
  })
})

describe('containers of others in the way of a launcher', () => {
  it('make a restart wait; it is looked at again and started once they are gone', async () => {
    const world = await launched(launcherDefinition)
    world.containers.set('theirs', container('theirs', 'running', 'somebody/else'))
    world.set.inTheWay = inTheWay
    world.containers.set('c1', container('c1', 'exited'))
    world.changeContainers()
    await world.advance(600_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', wanted: 'run', failures: 1, because: expect.stringContaining(inTheWay) })
    expect(world.spawnedAt).toHaveLength(1)
    expect(world.events.filter(({ id }) => id === 'provider-died')).toHaveLength(1)
    world.set.inTheWay = null
    world.containers.delete('theirs')
    await world.advance(31_000)
    expect(world.spawnedAt).toHaveLength(2)
  })

  it('are noticed at once where Docker tells that they were removed', async () => {
    const world = createWorld(launcherDefinition)
    await world.supervisor.begin()
    world.containers.set('theirs', container('theirs', 'exited', 'somebody/else'))
    world.set.inTheWay = inTheWay
    await world.supervisor.start()
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', can: { start: true, stop: true } })
    world.set.inTheWay = null
    world.removeContainer('theirs')
    await world.advance(1500)
    expect(world.spawnedAt).toHaveLength(1)
    await world.supervisor.stop()
    await world.advance(2000)
    world.set.mayStart = false
    world.removeContainer('another')
    await world.advance(60_000)
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('wait for Docker where that does not answer, and give up where the user has to act', async () => {
    const world = createWorld(launcherDefinition)
    await world.supervisor.begin()
    world.set.inTheWay = 'Docker does not answer.'
    world.set.isDockerAway = true
    await world.supervisor.start()
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('waits until Docker answers') })
    world.set.isDockerAway = false
    world.set.inTheWay = 'The programme is not the file that was downloaded.'
    world.changeContainers()
    await world.advance(60_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'failed', because: 'The programme is not the file that was downloaded.', retryAt: null })
  })
})

describe('a wish to stop', () => {
  it('holds though Docker starts the containers again, and over a restart of Idlewatt', async () => {
    const world = await launched(pairDefinition, pair)
    await world.supervisor.stop()
    await world.advance(1000)
    world.comeBack()
    expect(world.supervisor.state()).toMatchObject({ phase: 'stopping', because: expect.stringContaining('started it again by itself') })
    await world.advance(1000)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.containers.size).toBe(0)
    world.restart()
    world.comeBack()
    expect(world.containers.size).toBe(2)
    await world.supervisor.begin()
    await world.advance(1000)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.containers.size).toBe(0)
  })
})

describe('a run of which a part ends', () => {
  it('is ended and started again, once the part has not come back by itself', async () => {
    const world = await launched(pairDefinition, pair)
    world.containers.set('w', container('w', 'exited', 'maker/work:1'))
    world.changeContainers()
    await world.advance(10_000)
    expect(world.supervisor.state().phase).toBe('running')
    await world.advance(13_000)
    expect(lastDeath(world)).toContain('name-w')
    expect(world.supervisor.state()).toMatchObject({ phase: 'starting', failures: 1 })
    expect(world.containers.get('m')).toBeUndefined()
    expect(world.spawnedAt).toHaveLength(2)
  })

  it('goes on where the part comes back in time, where it works, and where nobody asked it to run', async () => {
    const world = await launched(pairDefinition, pair)
    const dies = (): void => (world.containers.set('m', container('m', 'exited', 'maker/monitor:1')), world.changeContainers())
    dies()
    await world.advance(9000)
    world.containers.set('m', pair[1]!)
    world.changeContainers()
    await world.advance(120_000)
    expect(world.supervisor.state().phase).toBe('running')
    world.print('job begins')
    dies()
    await world.advance(120_000)
    expect(world.supervisor.state().phase).toBe('running')
    const other = createWorld(pairDefinition)
    await other.supervisor.begin()
    for (const one of pair) other.containers.set(one.id, one)
    other.changeContainers()
    other.containers.delete('m')
    other.changeContainers()
    await other.advance(120_000)
    expect(other.supervisor.state()).toMatchObject({ phase: 'running', adopted: true })
    expect([...other.containers.keys()]).toEqual(['w'])
  })

  it('is noticed over a restart of Idlewatt', async () => {
    const world = await launched(pairDefinition, pair)
    world.containers.set('w', { ...container('w', 'exited', 'maker/work:1'), startedAt: world.now() })
    world.changeContainers()
    await world.advance(0)
    world.restart()
    await world.supervisor.begin()
    await world.advance(23_000)
    expect(lastDeath(world)).toContain('name-w')
    expect(world.spawnedAt).toHaveLength(2)
  })
})

describe('a launcher that leaves nothing behind', () => {
  it.each([[undefined, 180_000, '3 minutes'], [60_000, 60_000, '60 seconds']] as const)('has failed after its time (%s), with its last words', async (containersWithinMs, ms, words) => {
    const world = createWorld({ ...launcherDefinition, readyWithinMs: 4_500_000, ...(containersWithinMs === undefined ? {} : { containersWithinMs }) })
    await world.supervisor.begin()
    void world.supervisor.start()
    await world.advance(300_000)
    world.print('Something went wrong')
    world.end(world.alive()[0]!, { code: 0, signal: null })
    await world.advance(ms - 6000)
    expect(world.supervisor.state().phase).toBe('starting')
    await world.advance(11_500)
    expect(lastDeath(world)).toContain(words)
    expect(lastDeath(world)).toContain('“Something went wrong”')
    expect(world.supervisor.state()).toMatchObject({ failures: 1 })
    expect(world.spawnedAt).toHaveLength(2)
  })

  it('is given the time that Docker was away', async () => {
    const world = createWorld({ ...launcherDefinition, readyWithinMs: 4_500_000 })
    await world.supervisor.begin()
    void world.supervisor.start()
    await world.advance(10)
    world.end(world.alive()[0]!, { code: 0, signal: null })
    await world.advance(100_000)
    world.set.isDockerAway = true
    world.changeContainers()
    await world.advance(600_000)
    world.set.isDockerAway = false
    world.changeContainers()
    await world.advance(100_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'starting', failures: 0 })
    expect(world.spawnedAt).toHaveLength(1)
  })
})
