/** The supervisor and what is its own, in a world that does as it is told: another Idlewatt beside it, its own death, its log, a paused container. */
import { describe, expect, it } from 'vitest'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { container, createWorld, launcherDefinition, ownContainerDefinition, processDefinition, runningWorld } from '../../helpers/provider-world.ts'

describe('another Idlewatt on the same Docker', () => {
  it('is told, and nothing is taken over, ended or started beside it', async () => {
    const world = createWorld(ownContainerDefinition)
    world.foreign.set('other', container('other', 'running', 'maker/own'))
    await world.supervisor.begin()
    await expect(world.supervisor.start()).rejects.toThrow('another Idlewatt')
    await world.advance(60_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'stopped', adopted: false, duplicate: expect.stringContaining('name-other'), can: { start: false } })
    expect(world.foreign.size).toBe(1)
    world.foreign.clear()
    world.changeContainers()
    expect(world.supervisor.state()).toMatchObject({ duplicate: null, can: { start: true } })
    await world.supervisor.start()
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('makes a restart wait until it has ended', async () => {
    const world = await runningWorld(ownContainerDefinition)
    world.foreign.set('other', container('other', 'running', 'maker/own'))
    world.end(world.alive()[0]!)
    await world.advance(60_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', failures: 1, duplicate: expect.stringContaining('name-other') })
    expect(world.spawnedAt).toHaveLength(1)
    world.foreign.clear()
    world.changeContainers()
    await world.advance(1000)
    expect(world.spawnedAt).toHaveLength(2)
    expect(world.violations).toEqual([])
  })
})

describe('its own death', () => {
  it('between the container and the process is no failure of the provider, however often', async () => {
    const world = createWorld(ownContainerDefinition)
    await world.supervisor.begin()
    void world.supervisor.start()
    await world.advance(10)
    for (let turn = 0; turn < 7; turn += 1) {
      // As a kill -9 of Idlewatt leaves it: the container was made, the process was not started.
      for (const process of world.alive()) process.isAlive = false
      Object.assign(world.documents.get('test/worker') ?? {}, { phase: 'starting', run: null, marks: ['never started'] })
      world.containers.set('own', container('own', 'running', 'maker/own'))
      world.restart()
      await world.supervisor.begin()
      await world.advance(1000)
      expect(world.supervisor.state().failures).toBe(0)
      expect(world.containers.size).toBe(0)
      await world.advance(33_000)
    }
    expect(['starting', 'running']).toContain(world.supervisor.state().phase)
    expect(world.spawnedAt).toHaveLength(8)
    expect(world.events.filter(({ id }) => id === 'provider-adopted')).toEqual([])
    expect(world.violations).toEqual([])
  })
})

describe('a container of its own without its process', () => {
  it('is ended, and is no failure', async () => {
    const world = await runningWorld(ownContainerDefinition)
    world.end(world.alive()[0]!)
    await world.advance(500)
    world.containers.set('own', container('own', 'running', 'maker/own'))
    world.changeContainers()
    await world.advance(1000)
    expect(world.containers.size).toBe(0)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', failures: 1 })
  })
})

describe('a death', () => {
  const unwell: SoftwareDefinition = {
    ...ownContainerDefinition,
    read: ({ at, isProcessThere }) => ({ activity: isProcessThere === true ? 'idle' : 'unhealthy', earning: null, cause: null, sentence: isProcessThere === true ? 'It is idle.' : 'The container runs without its worker. Stop it and start it again.', evidence: [], job: null, at }),
  }
  it('that is told a moment later is no fault in between', async () => {
    const world = await runningWorld(unwell)
    const [worker] = world.alive()
    worker!.isAlive = false
    await world.advance(6000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', because: 'It is idle.' })
    worker!.isAlive = true
    world.end(worker!)
    await world.advance(60_000)
    expect(world.spawnedAt).toHaveLength(2)
    expect(world.events.map(({ id }) => id)).not.toContain('provider-unhealthy')
  })
})

describe('its log', () => {
  it('is cleaned of every stored secret, and the key store is not asked for every line', async () => {
    const world = await runningWorld(processDefinition)
    world.stored.push('another secret of the programme')
    await world.advance(1000)
    world.secretLooks = 0
    for (let line = 0; line < 500; line += 1) {
      world.print(`line ${line}`)
      world.secretsOfLog()
    }
    expect(world.secretLooks).toBe(1)
    expect(world.secretsOfLog()).toEqual(['another secret of the programme', 'hush'])
  })
})

describe('a paused container', () => {
  it('is said to be paused, whatever its adapter makes of it', async () => {
    const world = createWorld({ ...launcherDefinition, read: (facts) => ({ activity: (facts.containers ?? []).some(({ state }) => state === 'running') ? 'idle' : 'unhealthy', earning: null, cause: null, sentence: 'The worker does not run.', evidence: [], job: null, at: facts.at }) })
    await world.supervisor.begin()
    world.containers.set('c1', container('c1', 'paused'))
    world.changeContainers()
    await world.advance(2000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', activity: 'unhealthy', because: expect.stringContaining('is paused. Resume it') })
  })
})
