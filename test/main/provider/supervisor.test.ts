/** The supervisor in a world that does as it is told: wishes, deaths, jumps of the clock, a Docker that goes, restarts of Idlewatt. */
import { describe, expect, it } from 'vitest'
import { createWorld, processDefinition, runningWorld } from '../../helpers/provider-world.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'

describe('a process', () => {
  it('is started once, becomes ready, works, and is stopped', async () => {
    const world = await runningWorld(processDefinition)
    world.print('job begins')
    await world.advance(2000)
    expect(world.supervisor.state()).toMatchObject({ activity: 'working', earning: true, pid: 101, can: { start: false, finish: true, stop: true } })
    await world.supervisor.stop()
    await world.advance(500)
    expect(world.supervisor.state()).toMatchObject({ phase: 'stopped', pid: null, earning: false })
    expect(world.alive()).toEqual([])
    expect(world.events.map(({ id }) => id)).toEqual(['provider-started', 'provider-ready', 'job-started', 'provider-stopped'])
  })

  it('that dies is noticed at once and started again after 2 s, with the reason its exit code stands for', async () => {
    const world = await runningWorld(processDefinition)
    world.end(world.alive()[0]!, { code: 3, signal: null })
    await world.advance(0)
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('its token is not valid') })
    await world.advance(1990)
    expect(world.spawnedAt).toHaveLength(1)
    await world.advance(20)
    expect(world.spawnedAt).toHaveLength(2)
    expect(world.violations).toEqual([])
  })

  for (const ms of [7 * 86_400_000, -7 * 86_400_000]) {
    it(`waits its 2 s though the clock jumps by ${ms / 86_400_000} days meanwhile`, async () => {
      const world = await runningWorld(processDefinition)
      world.end(world.alive()[0]!)
      await world.advance(500)
      world.jump(ms)
      await world.advance(1490)
      expect(world.spawnedAt).toHaveLength(1)
      await world.advance(20)
      expect(world.spawnedAt).toHaveLength(2)
    })
  }

  it('fails five times and is left alone, saying why', async () => {
    const world = createWorld(processDefinition)
    await world.supervisor.begin()
    void world.supervisor.start()
    for (let turn = 0; turn < 8; turn += 1) {
      await world.advance(17_000)
      for (const process of world.alive()) world.end(process, { code: 3, signal: null })
    }
    await world.advance(600_000)
    expect(world.spawnedAt).toHaveLength(5)
    expect(world.supervisor.state()).toMatchObject({ phase: 'failed', because: expect.stringContaining('its token is not valid'), can: { start: true, finish: false, stop: true } })
  })

  it('that leaves children behind is not started again before they are ended', async () => {
    const world = await runningWorld(processDefinition)
    world.fork()
    world.set.manner = 'ignores signals'
    world.end(world.alive().find(({ isChild }) => !isChild)!)
    await world.advance(1000)
    expect(world.supervisor.state().phase).toBe('stopping')
    await world.advance(5000)
    expect(world.alive()).toEqual([])
    await world.advance(2500)
    expect(world.spawnedAt).toHaveLength(2)
    expect(world.violations).toEqual([])
  })

  it('that cannot be killed is never shown as stopped, is named, and is tried again', async () => {
    const world = await runningWorld(processDefinition)
    world.set.manner = 'cannot be killed'
    await world.supervisor.stop()
    await world.advance(12_000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'stop-failed', because: expect.stringContaining('101'), pid: 101 })
    world.set.manner = 'ignores signals'
    await world.advance(31_000)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.alive()).toEqual([])
  })

  it('is not started where its programme is missing, and says what to do', async () => {
    const world = createWorld(processDefinition)
    await world.supervisor.begin()
    world.set.start = new NotPossible('/opt/worker is not there any more. Do its download step again.')
    await expect(world.supervisor.start()).rejects.toThrow('Do its download step again.')
    expect(world.supervisor.state()).toMatchObject({ phase: 'failed', retryAt: null })
  })

  it('is not started where that cannot be written down first', async () => {
    const world = createWorld(processDefinition)
    await world.supervisor.begin()
    world.set.isDiskFull = true
    await expect(world.supervisor.start()).rejects.toThrow('Free some space')
    expect(world.spawnedAt).toEqual([])
  })

  it('is stopped though that cannot be written down, and says so', async () => {
    const world = await runningWorld(processDefinition)
    world.set.isDiskFull = true
    await world.supervisor.stop()
    await world.advance(500)
    expect(world.supervisor.state()).toMatchObject({ phase: 'stopped', because: expect.stringContaining('cannot be kept on disk') })
  })

  it('is not started beside a copy, and is once that is gone', async () => {
    const world = createWorld(processDefinition)
    await world.supervisor.begin()
    world.set.copies = 1
    await expect(world.supervisor.start()).rejects.toThrow('process 9000')
    expect(world.supervisor.state()).toMatchObject({ duplicate: expect.stringContaining('/home/somebody/worker'), can: { start: false } })
    world.set.copies = 0
    await world.supervisor.start()
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('finishes its job first', async () => {
    const world = await runningWorld(processDefinition)
    world.print('job begins')
    await world.advance(1500)
    await world.supervisor.finish()
    await world.advance(120_000)
    expect(world.supervisor.state().phase).toBe('finishing')
    world.print('job ends')
    await world.advance(2000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'stopped' })
  })

  it('whose reader throws goes on, as unknown', async () => {
    const world = createWorld({ ...processDefinition, readyWithinMs: 4000, read: () => { throw new Error('adapter') }, readLine: () => { throw new Error('adapter') } })
    await world.supervisor.begin()
    void world.supervisor.start()
    await world.advance(10)
    world.print('anything')
    await world.advance(5000)
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', activity: 'unknown' })
  })
})

describe('a restart of Idlewatt', () => {
  it('leaves what runs untouched and takes it over', async () => {
    const world = await runningWorld(processDefinition)
    await world.supervisor.close()
    expect(world.alive()).toHaveLength(1)
    world.restart()
    await world.supervisor.begin()
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', adopted: true, pid: 101, wanted: 'run' })
    world.end(world.alive()[0]!, { code: null, signal: null })
    await world.advance(2100)
    expect(world.spawnedAt).toHaveLength(2)
  })

  it('in the middle of a start loses nothing and doubles nothing', async () => {
    const world = createWorld(processDefinition)
    world.set.startDelayMs = 1000
    await world.supervisor.begin()
    void world.supervisor.start()
    await world.advance(500)
    expect(world.alive()).toHaveLength(1)
    world.restart()
    await world.supervisor.begin()
    await world.advance(60_000)
    expect(world.supervisor.state()).toMatchObject({ pid: 101, adopted: true })
    expect(world.spawnedAt).toHaveLength(1)
  })

  it('in the middle of a stop carries the stop on', async () => {
    const world = await runningWorld(processDefinition)
    world.set.manner = 'ignores signals'
    await world.supervisor.stop()
    world.restart()
    world.set.mayStart = false
    await world.supervisor.begin()
    expect(world.supervisor.state()).toMatchObject({ phase: 'stopping', wanted: 'stop' })
    await world.advance(8000)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.alive()).toEqual([])
  })

  it('after the computer was started again starts what was wanted, and not what was stopped', async () => {
    const world = await runningWorld(processDefinition)
    for (const process of world.alive()) process.isAlive = false
    world.restart()
    await world.supervisor.begin()
    expect(world.supervisor.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('while Idlewatt was not running') })
    await world.advance(2100)
    expect(world.spawnedAt).toHaveLength(2)
    await world.supervisor.stop()
    await world.advance(500)
    world.restart()
    await world.supervisor.begin()
    await world.advance(60_000)
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.spawnedAt).toHaveLength(2)
  })

  it('does not take a damaged record for anything', async () => {
    const world = createWorld(processDefinition)
    world.documents.set('test/worker', { phase: 'running', run: 7 })
    await world.supervisor.begin()
    expect(world.supervisor.state().phase).toBe('stopped')
  })
})

describe('a one-shot command', () => {
  it('starts and returns; the next one stops it', async () => {
    const world = createWorld(processDefinition, false)
    await world.supervisor.start()
    expect(world.supervisor.state()).toMatchObject({ phase: 'starting', pid: 101, because: expect.stringContaining('Nothing watches it') })
    await world.supervisor.close()
    world.restart()
    const stopping = world.supervisor.stop()
    await world.advance(1000)
    await stopping
    expect(world.supervisor.state().phase).toBe('stopped')
    expect(world.alive()).toEqual([])
  })

  it('waits for the kill of what ignores its signal', async () => {
    const world = createWorld(processDefinition, false)
    await world.supervisor.start()
    world.set.manner = 'ignores signals'
    let isDone = false
    void world.supervisor.stop().then(() => (isDone = true))
    await world.advance(4000)
    expect(isDone).toBe(false)
    await world.advance(3000)
    expect(isDone).toBe(true)
    expect(world.supervisor.state().phase).toBe('stopped')
  })

  it('only looks where it is asked to look', async () => {
    const world = await runningWorld(processDefinition)
    world.restart(false)
    await world.supervisor.look()
    expect(world.supervisor.state()).toMatchObject({ phase: 'running', pid: 101 })
    await world.advance(600_000)
    expect(world.alive()).toHaveLength(1)
  })
})
