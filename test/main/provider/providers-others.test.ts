/** Provider software on a real Docker Engine beside others: another Idlewatt, containers that Docker starts again by itself, containers in the way, a run of which a part dies. */
import { afterAll, beforeAll, describe, it, vi, type TestContext } from 'vitest'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { createDockerEngine } from '../../../main/system/docker-engine.ts'
import { newFolder } from '../../helpers/files.ts'
import { startDocker, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { openProviderHouse, scriptDefinition, type ProviderHouse } from '../../helpers/provider-house.ts'

// One for each part below: they mostly wait, and go on one beside the other.
const started = await Promise.all([startDocker(), startDocker()])
const why = started.map((one) => ('why' in one ? one.why : '')).find((one) => one !== '') ?? ''
const [daemon, otherDaemon] = started as [DockerDaemon, DockerDaemon]
const work = 'maker/work:1'
const monitor = 'maker/monitor:1'
const always = { HostConfig: { RestartPolicy: { Name: 'always' } } }
const waits = { timeout: 30_000, interval: 50 }
const sleeps = 'trap exit TERM; while :; do sleep 0.1; done'

const pair: SoftwareDefinition = scriptDefinition('test/pair', ['-c', 'exit 0'], {
  endsAfterLaunch: true,
  containers: { imagePrefix: 'maker/', expected: [{ image: 'maker/work', count: 1 }, { image: 'maker/monitor', count: 1 }] },
})
const own: SoftwareDefinition = scriptDefinition('test/own', ['-c', 'echo ready; exec sleep 1000'], {
  ownContainer: { image: work, command: ['/bin/sh', '-c', 'exec sleep 1000'], labels: {}, networkMode: 'none' },
})

async function opened(atEnd: TestContext['onTestFinished'], definition: SoftwareDefinition, options: Parameters<typeof openProviderHouse>[2] = {}): Promise<ProviderHouse> {
  const house = openProviderHouse(newFolder(atEnd), [definition], { socketPath: daemon.socketPath, ...options })
  atEnd(() => house.end(), 60_000)
  await house.providers.begin()
  return house
}
async function runningIds(reference: string, on = daemon): Promise<string[]> {
  return (await on.docker.listContainers()).filter(({ Image }) => Image === reference).map(({ Id }) => Id)
}
/** Where one cannot be started here, the other is ended too. */
afterAll(() => Promise.all(started.map((one) => ('why' in one ? undefined : one.close()))), 60_000)

const oneByOne = { concurrent: false }
const skipped = why === '' ? '' : ` (skipped: ${why})`
describe.skipIf(why !== '')(`provider software beside others${skipped}`, { concurrent: true }, () => {
  beforeAll(async () => {
    for (const reference of [work, monitor]) await daemon.image(reference)
  })

  it('of another Idlewatt is neither taken over nor ended, and none is started beside it', oneByOne, async ({ expect, onTestFinished }) => {
    const one = await opened(onTestFinished, own, { houseId: 'a'.repeat(16) })
    const two = await opened(onTestFinished, own, { houseId: 'b'.repeat(16) })
    await one.providers.start('test/own')
    const [id] = (await one.becomes('running')).containers
    await vi.waitFor(() => expect(two.state()).toMatchObject({ phase: 'stopped', adopted: false, containers: [], duplicate: expect.stringContaining('another Idlewatt') }), waits)
    await expect(two.providers.start('test/own')).rejects.toThrow('another Idlewatt')
    await two.again('closed', { houseId: () => 'b'.repeat(16) })
    await two.providers.stop('test/own')
    expect(two.state().phase).toBe('stopped')
    expect(await runningIds(work)).toEqual([id?.id])
    await one.providers.stop('test/own')
    await one.becomes('stopped')
    await vi.waitFor(() => expect(two.state().duplicate).toBeNull(), waits)
    await two.providers.start('test/own')
    await two.becomes('running')
    expect(one.state()).toMatchObject({ phase: 'stopped', containers: [] })
  })

  it('is stopped again where Docker starts it by itself after it was stopped, also while Idlewatt is closed', { ...oneByOne, timeout: 120_000 }, async ({ expect, onTestFinished }) => {
    const house = await opened(onTestFinished, pair)
    await house.providers.start('test/pair')
    for (const image of [work, monitor]) await daemon.run(image, sleeps, always)
    await house.becomes('running')
    await house.providers.stop('test/pair')
    await house.becomes('stopped')
    await daemon.stop()
    await daemon.start()
    await vi.waitFor(() => expect(house.events.map(({ sentence }) => sentence).join()).toContain('started it again by itself'), waits)
    await vi.waitFor(async () => expect([...(await runningIds(work)), ...(await runningIds(monitor))]).toEqual([]), waits)
    await house.becomes('stopped')
    await house.providers.close()
    await daemon.stop()
    await daemon.start()
    await vi.waitFor(async () => expect(await runningIds(work)).toHaveLength(1), waits)
    await house.again('killed')
    await vi.waitFor(async () => expect([...(await runningIds(work)), ...(await runningIds(monitor))]).toEqual([]), waits)
    await house.becomes('stopped')
  })
})

describe.skipIf(why !== '')(`provider software in parts beside others${skipped}`, { concurrent: true }, () => {
  beforeAll(async () => {
    for (const reference of [work, monitor, 'somebody/else:1']) await otherDaemon.image(reference)
  })

  it('of which a part is killed is ended and launched again, but not beside containers of others', async ({ expect, onTestFinished }) => {
    const times = 3
    let isInTheWay = false
    const house = await opened(onTestFinished, pair, { socketPath: otherDaemon.socketPath, times })
    await house.again('closed', { docker: createDockerEngine({ socketPath: otherDaemon.socketPath, now: Date.now }), beforeStart: async () => (isInTheWay ? 'A container of something else is on this Docker.' : null) })
    await house.providers.start('test/pair')
    const id = await otherDaemon.run(work, sleeps)
    await otherDaemon.run(monitor, sleeps)
    await house.becomes('running')
    const stranger = await otherDaemon.run('somebody/else:1', sleeps)
    isInTheWay = true
    await otherDaemon.docker.getContainer(id).kill()
    await vi.waitFor(() => expect(house.state()).toMatchObject({ phase: 'waiting', failures: 1, because: expect.stringContaining('A container of something else') }), { timeout: 40_000, interval: 50 })
    expect(await runningIds(monitor, otherDaemon)).toEqual([])
    isInTheWay = false
    const removedAt = performance.now()
    await otherDaemon.docker.getContainer(stranger).remove({ force: true })
    await house.becomes('starting')
    expect(performance.now() - removedAt).toBeLessThan(15_000 / times)
    await house.providers.stop('test/pair')
    await house.becomes('stopped')
  }, 120_000)
})
