/** Provider software on a real Docker Engine: a launcher and its containers, one of Idlewatt's own, and an engine that is stopped, killed and hangs. */
import { afterAll, beforeAll, describe, it, vi, type TestContext } from 'vitest'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { newFolder } from '../../helpers/files.ts'
import { startDocker, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { openProviderHouse, scriptDefinition, type ProviderHouse } from '../../helpers/provider-house.ts'

// One for each part below: they mostly wait, and go on one beside the other.
const started = await Promise.all([startDocker(), startDocker(), startDocker()])
const why = started.map((one) => ('why' in one ? one.why : '')).find((one) => one !== '') ?? ''
const [daemon, stoppedDaemon, hangingDaemon] = started as [DockerDaemon, DockerDaemon, DockerDaemon]
const image = 'maker/work:1'
const stranger = 'somebody/else:1'
const waits = { timeout: 20_000, interval: 20 }

/** Its launcher is ended by "sh"; the test starts the containers in its place, as a launcher would through the socket. */
const launcher: SoftwareDefinition = scriptDefinition('test/launcher', ['-c', 'exit 0'], {
  endsAfterLaunch: true,
  containers: { imagePrefix: 'maker/', expected: [{ image: 'maker/work', count: 1 }] },
})
const both: SoftwareDefinition = scriptDefinition('test/both', ['-c', 'echo ready; exec sleep 1000'], {
  ownContainer: { image, command: ['/bin/sh', '-c', 'echo from-inside; exec sleep 1000'], labels: { 'idlewatt.test': 'both' }, networkMode: 'none' },
})

type AtEnd = TestContext['onTestFinished']

async function opened(atEnd: AtEnd, definitions: SoftwareDefinition[], on: DockerDaemon, more: Parameters<typeof openProviderHouse>[2] = {}): Promise<ProviderHouse> {
  const house = openProviderHouse(newFolder(atEnd), definitions, { socketPath: on.socketPath, ...more })
  atEnd(() => house.end(), 60_000)
  await house.providers.begin()
  return house
}
async function runningIds(reference: string, on = daemon): Promise<string[]> {
  return (await on.docker.listContainers()).filter(({ Image }) => Image === reference).map(({ Id }) => Id)
}
async function launched(atEnd: AtEnd, on = daemon, more: Parameters<typeof openProviderHouse>[2] = {}): Promise<{ house: ProviderHouse; id: string }> {
  const house = await opened(atEnd, [launcher], on, more)
  await house.providers.start('test/launcher')
  const id = await on.run(image, 'exec sleep 1000')
  await house.becomes('running')
  return { house, id }
}
async function withImages(on: DockerDaemon): Promise<string> {
  await on.image(image)
  await on.image(stranger)
  return on.run(stranger, 'exec sleep 1000', { HostConfig: { RestartPolicy: { Name: 'always' } } })
}
/** Where one cannot be started here, those that could are ended too. */
afterAll(() => Promise.all(started.map((one) => ('why' in one ? undefined : one.close()))), 60_000)

const oneByOne = { concurrent: false }
const skipped = why === '' ? '' : ` (skipped: ${why})`
describe.skipIf(why !== '')(`provider software on Docker${skipped}`, { concurrent: true }, () => {
  let strangerId = ''
  beforeAll(async () => void (strangerId = await withImages(daemon)))

  it('runs on in its containers, notices a death within a second, and stops them alone', oneByOne, async ({ expect, onTestFinished }) => {
    const { house, id } = await launched(onTestFinished)
    expect(house.state().containers).toMatchObject([{ id, state: 'running' }])
    const killedAt = performance.now()
    await daemon.docker.getContainer(id).kill()
    const waiting = await house.becomes('waiting')
    expect(performance.now() - killedAt).toBeLessThan(1000)
    expect(waiting.because).toContain('137')
    const second = await daemon.run(image, 'exec sleep 1000')
    await house.becomes('running')
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
    expect(await runningIds(image)).toEqual([])
    expect(await runningIds(stranger)).toEqual([strangerId])
    expect(second).not.toBe(id)
  })

  it('says that somebody else removed a container, and counts no failure', oneByOne, async ({ expect, onTestFinished }) => {
    const { house, id } = await launched(onTestFinished)
    await daemon.docker.getContainer(id).remove({ force: true })
    await vi.waitFor(() => expect(house.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('removed by something other than Idlewatt') }), { timeout: 2000, interval: 10 })
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
  })

  it('says that a container is doubled', oneByOne, async ({ expect, onTestFinished }) => {
    const { house } = await launched(onTestFinished)
    await daemon.run(image, 'exec sleep 1000')
    await vi.waitFor(() => expect(house.state()).toMatchObject({ activity: 'unhealthy', duplicate: expect.stringContaining('2 containers of maker/work') }), waits)
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
    expect(await runningIds(image)).toEqual([])
  })

  it('takes over what somebody else started, and what ran before Idlewatt', oneByOne, async ({ expect, onTestFinished }) => {
    const { house, id } = await launched(onTestFinished)
    await house.again('closed')
    expect(house.state()).toMatchObject({ phase: 'running', adopted: true, containers: [{ id }] })
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
    await daemon.run(image, 'exec sleep 1000')
    await house.becomes('running')
    expect(house.state()).toMatchObject({ adopted: true, wanted: 'stop' })
  })

  it('keeps a process and a container of its own together', oneByOne, async ({ expect, onTestFinished }) => {
    const house = await opened(onTestFinished, [both], daemon)
    await house.providers.start('test/both')
    const state = await house.becomes('running')
    expect(state.containers).toHaveLength(1)
    await vi.waitFor(() => expect(house.providers.logs({ programmeId: 'test/both', limit: 50 }).lines.map(({ text }) => text)).toContain('from-inside'), waits)
    process.kill(state.pid as number, 'SIGKILL')
    await vi.waitFor(async () => expect(await runningIds(image)).toEqual([]), waits)
    await house.becomes('running')
    await house.providers.stop('test/both')
    await house.becomes('stopped')
    expect(await runningIds(image)).toEqual([])
    expect(await runningIds(stranger)).toEqual([strangerId])
  })
})

describe.skipIf(why !== '')(`provider software on a Docker that goes and comes back${skipped}`, { concurrent: true }, () => {
  let strangerId = ''
  beforeAll(async () => void (strangerId = await withImages(stoppedDaemon)))

  it('waits for an engine that is killed and comes back, and takes its containers over again', oneByOne, async ({ expect, onTestFinished }) => {
    const { house } = await launched(onTestFinished, stoppedDaemon)
    await stoppedDaemon.kill()
    await vi.waitFor(() => expect(house.state()).toMatchObject({ phase: 'running', because: expect.stringContaining('waits until Docker answers') }), waits)
    await stoppedDaemon.start()
    await stoppedDaemon.docker.getContainer(strangerId).inspect()
    await vi.waitFor(() => expect(house.state().because).not.toContain('waits until'), waits)
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
  })

  it('counts no failure where the engine was stopped in its orderly way', oneByOne, async ({ expect, onTestFinished }) => {
    const { house } = await launched(onTestFinished, stoppedDaemon)
    await stoppedDaemon.stop()
    await vi.waitFor(() => expect(house.state().because).toContain('waits until Docker answers'), waits)
    await stoppedDaemon.start()
    await vi.waitFor(() => expect(house.state().because).not.toContain('waits until'), waits)
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
    expect(house.events.filter(({ id }) => id === 'provider-gave-up')).toEqual([])
  })
})

describe.skipIf(why !== '')(`provider software on a Docker that hangs${skipped}`, { concurrent: true }, () => {
  beforeAll(() => withImages(hangingDaemon))

  it('does not call it stopped while the engine hangs, and stops it once it answers', async ({ expect, onTestFinished }) => {
    const { house, id } = await launched(onTestFinished, hangingDaemon, { times: 3 })
    hangingDaemon.pause()
    try {
      await house.providers.stop('test/launcher')
      await vi.waitFor(() => expect(house.state().phase).toBe('stop-failed'), { timeout: 60_000, interval: 100 })
      expect(house.state().because).toContain('tried again')
    } finally {
      hangingDaemon.resume()
    }
    await vi.waitFor(() => expect(house.state().phase).toBe('stopped'), { timeout: 60_000, interval: 100 })
    expect(await runningIds(image, hangingDaemon)).not.toContain(id)
  }, 150_000)
})
