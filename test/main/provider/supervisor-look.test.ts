/** A one-shot command that only looks: nothing is ended, started, kept or told by it, and it says what nobody does. */
import { describe, expect, it } from 'vitest'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { container, createWorld, launcherDefinition, ownContainerDefinition, processDefinition, runningWorld, type World } from '../../helpers/provider-world.ts'

/** A new Idlewatt that only looks, thrice, each with a minute's time; what must not change is compared. */
async function looked(world: World): Promise<void> {
  const left = (): string => JSON.stringify([[...world.documents], world.processes, [...world.containers], world.events, world.spawnedAt])
  const before = left()
  for (let turn = 0; turn < 3; turn += 1) {
    world.restart(false)
    await world.supervisor.look()
    await world.advance(60_000)
    expect(left()).toBe(before)
    if (turn < 2) await world.supervisor.close()
    expect(left()).toBe(before)
  }
}
async function stopped(world: World): Promise<void> {
  const stopping = world.supervisor.stop()
  await world.advance(20_000)
  await stopping
  expect(world.supervisor.state()).toMatchObject({ phase: 'stopped' })
  expect(world.alive()).toEqual([])
  expect([...world.containers.keys()]).toEqual([])
}

/** It stood in a container, was stopped by the user, and Idlewatt has ended. */
async function stoppedInContainers(): Promise<ReturnType<typeof createWorld>> {
  const world = createWorld(launcherDefinition)
  await world.supervisor.begin()
  world.containers.set('c1', container('c1'))
  world.changeContainers()
  await world.advance(2000)
  await world.supervisor.stop()
  await world.advance(2000)
  await world.supervisor.close()
  return world
}

describe('a look of a one-shot command', () => {
  it('does not end the container that is left of a dead worker, does not say that it is being stopped, and a stop ends it', async () => {
    const world = await runningWorld(ownContainerDefinition)
    await world.supervisor.close()
    for (const process of world.alive()) process.isAlive = false
    await looked(world)
    const state = world.supervisor.state()
    expect(state).toMatchObject({ phase: 'running', can: { stop: true } })
    expect(state.because).toBe('It ended while Idlewatt was not running. What is left of it runs on until you stop it or open Idlewatt. Nothing watches it while Idlewatt is not open.')
    await stopped(world)
  })

  it('does not end the children that a dead worker left', async () => {
    const world = await runningWorld(processDefinition)
    world.fork()
    await world.supervisor.close()
    for (const process of world.alive()) if (!process.isChild) process.isAlive = false
    await looked(world)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', because: expect.stringContaining('What is left of it runs on') })
    await stopped(world)
  })

  it('does not carry on a stop that broke off, and says so', async () => {
    const world = await runningWorld(processDefinition)
    world.set.manner = 'ignores signals'
    await world.supervisor.stop()
    await looked(world)
    expect(world.supervisor.state()).toMatchObject({ phase: 'stopping', because: expect.stringContaining('Nothing ends it while Idlewatt is not open: stop it again') })
    await stopped(world)
  })

  it('does not stop what came back by itself, and does not end what has finished its work', async () => {
    const world = await stoppedInContainers()
    world.comeBack()
    await looked(world)
    expect(world.supervisor.state().because).toContain('Nothing ends it')

    let isBusy = true
    const finishing = await runningWorld({ ...processDefinition, read: ({ at }) => ({ activity: isBusy ? 'working' : 'idle', earning: null, cause: null, sentence: 'It does as it is told.', evidence: [], job: null, at }) })
    await finishing.supervisor.finish()
    isBusy = false
    await looked(finishing)
    expect(finishing.supervisor.state()).toMatchObject({ phase: 'finishing', activity: 'idle', can: { stop: true } })
    await stopped(finishing)
  })

  it('does not stop what comes back by itself while it looks', async () => {
    const world = await stoppedInContainers()
    world.restart(false)
    await world.supervisor.look()
    world.comeBack()
    await world.supervisor.look()
    await world.advance(60_000)
    expect([...world.containers.keys()]).toEqual(['c1'])
    expect(world.documents.get('test/worker')).toMatchObject({ phase: 'stopped', run: null })
  })

  it('starts nothing that is wanted and not there, and says that nobody does', async () => {
    const world = await runningWorld(processDefinition)
    for (const process of world.alive()) process.isAlive = false
    world.set.mayStart = false
    await looked(world)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('Nothing starts it while Idlewatt is not open.') })
    expect(world.violations).toEqual([])
  })

  it('takes nothing over, and an unknown run is told once it is acted on', async () => {
    const world = createWorld(launcherDefinition)
    world.containers.set('c9', container('c9'))
    await looked(world)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', adopted: true })
    expect(world.events).toEqual([])
    await stopped(world)
    expect(world.events.map(({ id }) => id)).toEqual(['provider-adopted', 'provider-stopped'])
  })

  it('tells nothing of software that is only looked at', async () => {
    const observed: SoftwareDefinition = { ...processDefinition, kind: 'observed', command: null, processes: [{ name: 'worker', pathContains: null }] }
    const world = createWorld(observed, false)
    world.set.copies = 1
    await looked(world)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', can: { stop: false } })
  })
})
