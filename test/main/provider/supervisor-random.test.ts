/** 1,000 random sequences of events through the supervisor: never two processes, never a lost stop, no start before its pause. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { container, createWorld, launcherDefinition, ownContainerDefinition, processDefinition, type Manner, type World } from '../../helpers/provider-world.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'

type Step =
  | { do: 'start' | 'finish' | 'stop' | 'crash' | 'exit 0' | 'fork' | 'kill idlewatt' | 'close idlewatt' | 'container comes' | 'container dies' | 'container is removed' | 'docker goes' | 'docker is back' | 'ready' | 'job begins' | 'job ends' | 'start fails' | 'start works' | 'left' | 'set up' | 'docker brings back' | 'another container comes' | 'something in the way' | 'way free' | 'another idlewatt' | 'another idlewatt ends' }
  | { do: 'wait' | 'jump' | 'start takes'; ms: number }
  | { do: 'manner'; manner: Manner }
  | { do: 'copies'; count: number }

const plain = ['start', 'start', 'start', 'finish', 'stop', 'stop', 'crash', 'crash', 'exit 0', 'fork', 'kill idlewatt', 'close idlewatt', 'container comes', 'container dies', 'container is removed', 'docker goes', 'docker is back', 'ready', 'ready', 'job begins', 'job ends', 'start fails', 'start works', 'left', 'set up', 'docker brings back', 'another container comes', 'something in the way', 'way free', 'way free', 'another idlewatt', 'another idlewatt ends'] as const
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...plain).map((word): Step => ({ do: word })) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 300, 1000, 2500, 6000, 20_000, 70_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.constantFrom(-86_400_000, -3000, 3000, 86_400_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start takes' as const), ms: fc.constantFrom(0, 400, 5000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('manner' as const), manner: fc.constantFrom<Manner[]>('obeys', 'ignores signals', 'cannot be killed') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copies' as const), count: fc.constantFrom(0, 0, 1) }) },
)

/** Starts that may come at any time, since they were asked for: by the user, or by an Idlewatt that was started anew. */
interface Story {
  freeStarts: number
  lastDeathAt: number | null
  seenSpawns: number
}

async function take(world: World, one: Step, story: Story): Promise<void> {
  const quiet = (promise: Promise<unknown>): void => void promise.catch((error: unknown) => expect(error).toBeInstanceOf(NotPossible))
  const main = world.alive().find(({ isChild }) => !isChild)
  const markDeath = (): void => void (story.lastDeathAt = world.steadyMs())
  switch (one.do) {
    case 'start':
      world.set.mayStart = true
      story.freeStarts += 1
      return quiet(world.supervisor.start())
    case 'finish':
      quiet(world.supervisor.finish())
      // What is asked is kept once the promise of a started Idlewatt resolves; until then the turn is not over.
      await world.advance(0)
      return
    case 'stop':
      quiet(world.supervisor.stop())
      await world.advance(0)
      world.set.mayStart = false
      return
    case 'crash':
    case 'exit 0':
      if (main) {
        world.end(main, { code: one.do === 'crash' ? 1 : 0, signal: null })
        markDeath()
      }
      return
    case 'fork':
      return world.fork()
    case 'kill idlewatt':
    case 'close idlewatt':
      if (one.do === 'close idlewatt') {
        const closing = world.supervisor.close()
        await world.advance(6000)
        await closing
      }
      world.restart()
      story.lastDeathAt = null
      story.freeStarts += 1
      await world.supervisor.begin()
      return
    case 'container comes':
      if (!world.set.isDockerAway) world.containers.set(world.ownId, container(world.ownId, 'running', world.ownImage))
      return world.changeContainers()
    case 'container dies':
      for (const [id, known] of world.containers) world.containers.set(id, container(id, 'exited', known.image))
      return world.changeContainers()
    case 'container is removed':
      world.containers.clear()
      return world.changeContainers()
    case 'docker goes':
    case 'docker is back':
      world.set.isDockerAway = one.do === 'docker goes'
      return world.changeContainers()
    case 'ready':
    case 'job begins':
    case 'job ends':
      return world.print(one.do)
    case 'start fails':
      world.set.start = new Error('it does not want to')
      return
    case 'start works':
      world.set.start = null
      return
    case 'left':
    case 'set up':
      world.set.isSetUp = one.do === 'set up'
      return world.supervisor.enrolmentChanged()
    case 'docker brings back':
      if (!world.set.isDockerAway) world.comeBack()
      return
    case 'another container comes':
      if (!world.set.isDockerAway) world.containers.set(`c-${world.steadyMs()}`, container(`c-${world.steadyMs()}`, 'running', world.ownImage))
      return world.changeContainers()
    case 'something in the way':
      world.set.inTheWay = 'A container of something else is there.'
      world.containers.set('theirs', container('theirs', 'running', 'somebody/else'))
      return
    case 'way free':
      world.set.inTheWay = null
      return world.removeContainer('theirs')
    case 'another idlewatt':
    case 'another idlewatt ends':
      if (one.do === 'another idlewatt' && world.alive().length === 0 && world.set.startDelayMs === 0) world.foreign.set('foreign', container('foreign', 'running', 'maker/own'))
      else world.foreign.clear()
      return world.changeContainers()
    case 'wait':
      return world.advance(one.ms)
    case 'jump':
      return world.jump(one.ms)
    case 'start takes':
      world.set.startDelayMs = one.ms
      return
    case 'manner':
      world.set.manner = one.manner
      return
    case 'copies':
      world.set.copies = one.count
  }
}

function check(world: World, story: Story): void {
  expect(world.violations).toEqual([])
  const { phase, pid } = world.supervisor.state()
  if (phase === 'stopped' || phase === 'waiting' || phase === 'failed' || phase === 'not-set-up') {
    expect(world.alive()).toEqual([])
    expect(pid).toBeNull()
  }
  for (const at of world.spawnedAt.slice(story.seenSpawns)) {
    if (story.freeStarts > 0) story.freeStarts -= 1
    else if (story.lastDeathAt !== null && at > story.lastDeathAt) expect(at - story.lastDeathAt).toBeGreaterThanOrEqual(2000)
  }
  story.seenSpawns = world.spawnedAt.length
}

async function play(definition: SoftwareDefinition, steps: Step[]): Promise<number> {
  const world = createWorld(definition)
  world.set.mayStart = false
  const story: Story = { freeStarts: 0, lastDeathAt: null, seenSpawns: 0 }
  await world.supervisor.begin()
  for (const one of steps) {
    await take(world, one, story)
    await world.advance(0)
    check(world, story)
  }
  // However it came about, a last stop ends everything once the world lets it.
  world.set = { ...world.set, manner: 'obeys', isDockerAway: false, startDelayMs: 0, inTheWay: null }
  world.foreign.clear()
  world.changeContainers()
  await world.advance(0)
  const stopping = world.supervisor.stop()
  await world.advance(0)
  world.set.mayStart = false
  await stopping
  await world.advance(90_000)
  expect(['stopped', 'not-set-up']).toContain(world.supervisor.state().phase)
  expect(world.alive()).toEqual([])
  // Containers of software that is not set up are none of ours; nor are those of others.
  const running = (): unknown[] => [...world.containers.values()].filter(({ id, state }) => state === 'running' && id !== 'theirs')
  if (definition !== processDefinition && world.supervisor.state().phase === 'stopped') {
    expect(running()).toEqual([])
    // Not even Docker makes that undone.
    world.comeBack()
    await world.advance(90_000)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(running()).toEqual([])
  }
  expect(world.violations).toEqual([])
  return world.spawnedAt.length
}

it.each([
  ['a process', processDefinition, 400],
  ['a launcher', launcherDefinition, 300],
  ['a process with a container of its own', ownContainerDefinition, 300],
] as const)('%s', { timeout: 120_000 }, async (_, definition, runs) => {
  let starts = 0
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 3, maxLength: 50, size: 'max' }), async (isRunning, steps) => {
      starts += await play(definition, isRunning ? [{ do: 'start' }, { do: 'wait', ms: 300 }, { do: 'ready' }, ...steps] : steps)
    }),
    { numRuns: runs },
  )
  expect(starts).toBeGreaterThan(runs / 2)
})
