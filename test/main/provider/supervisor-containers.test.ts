/** The supervisor and containers in a world that does as it is told: launchers, deaths, removals, a Docker that goes, doubles, one of Idlewatt's own. */
import { describe, expect, it } from 'vitest'
import { container, createWorld, launcherDefinition, ownContainerDefinition, runningWorld, type World } from '../../helpers/provider-world.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'

describe('a launcher and its containers', () => {
  async function launched(): Promise<World> {
    const world = createWorld(launcherDefinition)
    await world.supervisor.begin()
    void world.supervisor.start()
    await world.advance(10)
    world.containers.set('c1', container('c1'))
    world.changeContainers()
    world.end(world.alive()[0]!, { code: 0, signal: null })
    await world.advance(2000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', pid: null, containers: [{ id: 'c1', state: 'running' }] })
    return world
  }

  it('runs on in its containers once the launcher has ended', async () => {
    const world = await launched()
    await world.advance(120_000)
    expect(world.supervisor.state().phase).toBe('running')
    await world.supervisor.stop()
    await world.advance(500)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.containers.size).toBe(0)
    expect(world.violations).toEqual([])
  })

  it('failed if the launcher ends badly', async () => {
    const world = createWorld(launcherDefinition)
    await world.supervisor.begin()
    void world.supervisor.start()
    await world.advance(10)
    world.end(world.alive()[0]!, { code: 3, signal: null })
    await world.advance(100)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('token') })
  })

  it('says that a container died, and starts again', async () => {
    const world = await launched()
    world.containers.set('c1', container('c1', 'exited'))
    world.changeContainers()
    await world.advance(0)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('name-c1') })
    await world.advance(2100)
    expect(world.spawnedAt).toHaveLength(2)
  })

  it('counts no failure where somebody else removed the container', async () => {
    const world = await launched()
    for (let turn = 0; turn < 7; turn += 1) {
      world.containers.clear()
      world.changeContainers()
      await world.advance(0)
      expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('removed by something other than Idlewatt') })
      await world.advance(35_000)
      world.containers.set('c1', container('c1'))
      world.changeContainers()
      world.end(world.alive()[0]!, { code: 0, signal: null })
      await world.advance(2000)
    }
    expect(world.supervisor.state().phase).toBe('running')
    expect(world.violations).toEqual([])
  })

  it('takes a failure back where the dead container turns out to be removed: "docker rm -f" ends it first', async () => {
    const world = await launched()
    world.containers.set('c1', container('c1', 'exited'))
    world.changeContainers()
    expect(world.documents.get('test/worker')).toMatchObject({ failures: [{}], inRow: 1 })
    world.containers.clear()
    world.changeContainers()
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('removed by something other than Idlewatt') })
    expect(world.documents.get('test/worker')).toMatchObject({ failures: [], inRow: 0 })
  })

  it('waits for a Docker that goes and takes its containers over again', async () => {
    const world = await launched()
    world.set.isDockerAway = true
    world.changeContainers()
    await world.advance(3_600_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', because: expect.stringContaining('Docker does not answer') })
    world.containers.set('c1', container('c1', 'exited'))
    world.set.isDockerAway = false
    world.changeContainers()
    await world.advance(3000)
    expect(world.supervisor.state().phase).toBe('running')
    world.containers.set('c1', container('c1'))
    world.changeContainers()
    await world.advance(20_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', because: 'It is idle.' })
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('starts again, without counting a failure, what Docker took with it', async () => {
    const world = await launched()
    world.containers.set('c1', container('c1', 'exited'))
    world.changeContainers()
    world.set.isDockerAway = true
    world.changeContainers()
    await world.advance(60_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('Docker does not answer') })
    expect(world.spawnedAt).toHaveLength(1)
    world.set.isDockerAway = false
    world.changeContainers()
    await world.advance(6000)
    expect(world.spawnedAt).toHaveLength(2)
    expect(world.documents.get('test/worker')).toMatchObject({ failures: [] })
  })

  it('is not shown as stopped while Docker cannot be asked', async () => {
    const world = await launched()
    world.set.isDockerAway = true
    world.changeContainers()
    await world.supervisor.stop()
    await world.advance(30_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'stop-failed', because: expect.stringContaining('cannot be told') })
    world.set.isDockerAway = false
    world.changeContainers()
    await world.advance(2000)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.containers.size).toBe(0)
  })

  it('says that a container is doubled, and that one restarts itself', async () => {
    const world = await launched()
    world.containers.set('c2', container('c2'))
    world.changeContainers()
    await world.advance(2000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', activity: 'unhealthy', duplicate: expect.stringContaining('2 containers of maker/work') })
    world.containers.delete('c2')
    world.containers.set('c1', { ...container('c1', 'restarting'), restartCount: 12 })
    world.changeContainers()
    await world.advance(2000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', activity: 'unhealthy', duplicate: null, because: expect.stringContaining('12 times') })
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('takes over containers that somebody else has started, and starts none of its own beside them', async () => {
    const world = createWorld(launcherDefinition)
    await world.supervisor.begin()
    world.containers.set('c9', container('c9'))
    world.containers.set('x', container('x', 'running', 'somebody/else'))
    world.changeContainers()
    await world.advance(2000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', adopted: true, wanted: 'stop' })
    await world.supervisor.stop()
    await world.advance(1000)
    expect([...world.containers.keys()]).toEqual(['x'])
    expect(world.violations).toEqual([])
    expect(world.spawnedAt).toEqual([])
  })
})

describe('a process with a container of its own', () => {
  it('needs both: one alone is ended and both are started again', async () => {
    const world = await runningWorld(ownContainerDefinition)
    expect([...world.containers.keys()]).toEqual(['own'])
    world.containers.set('own', container('own', 'exited', 'maker/own'))
    world.changeContainers()
    await world.advance(500)
    expect(world.supervisor.state().phase).toBe('waiting')
    expect(world.alive()).toEqual([])
    await world.advance(2000)
    expect(world.alive()).toHaveLength(1)
    expect(world.containers.get('own')?.state).toBe('running')
    world.end(world.alive()[0]!)
    await world.advance(500)
    expect(world.containers.size).toBe(0)
  })

  it('leaves no container where the process could not be started', async () => {
    const world = createWorld(ownContainerDefinition)
    await world.supervisor.begin()
    world.set.start = new NotPossible('It is missing.')
    await expect(world.supervisor.start()).rejects.toThrow('It is missing.')
    expect(world.containers.size).toBe(0)
  })
})
