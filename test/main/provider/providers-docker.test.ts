/** Provider software on a real Docker Engine: a launcher and its containers, one of Idlewatt's own, and an engine that is stopped, killed and hangs. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { newFolder } from '../../helpers/files.ts'
import { startDocker, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { openProviderHouse, scriptDefinition, type ProviderHouse } from '../../helpers/provider-house.ts'

const started = await startDocker()
const why = 'why' in started ? started.why : ''
const daemon = started as DockerDaemon
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

async function opened(definitions: SoftwareDefinition[]): Promise<ProviderHouse> {
  const house = openProviderHouse(newFolder(), definitions, { socketPath: daemon.socketPath })
  onTestFinished(() => house.end(), 60_000)
  await house.providers.begin()
  return house
}
async function runningIds(reference: string): Promise<string[]> {
  return (await daemon.docker.listContainers()).filter(({ Image }) => Image === reference).map(({ Id }) => Id)
}
async function launched(): Promise<{ house: ProviderHouse; id: string }> {
  const house = await opened([launcher])
  await house.providers.start('test/launcher')
  const id = await daemon.run(image, 'exec sleep 1000')
  await house.becomes('running')
  return { house, id }
}

describe.skipIf(why !== '')(`provider software on Docker${why === '' ? '' : ` (skipped: ${why})`}`, () => {
  let strangerId = ''
  beforeAll(async () => {
    await daemon.image(image)
    await daemon.image(stranger)
    strangerId = await daemon.run(stranger, 'exec sleep 1000', { HostConfig: { RestartPolicy: { Name: 'always' } } })
  })
  afterAll(() => daemon.close(), 60_000)

  it('runs on in its containers, notices a death within a second, and stops them alone', async () => {
    const { house, id } = await launched()
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

  it('says that somebody else removed a container, and counts no failure', async () => {
    const { house, id } = await launched()
    await daemon.docker.getContainer(id).remove({ force: true })
    await vi.waitFor(() => expect(house.state()).toMatchObject({ phase: 'waiting', because: expect.stringContaining('removed by something other than Idlewatt') }), { timeout: 2000, interval: 10 })
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
  })

  it('says that a container is doubled', async () => {
    const { house } = await launched()
    await daemon.run(image, 'exec sleep 1000')
    await vi.waitFor(() => expect(house.state()).toMatchObject({ activity: 'unhealthy', duplicate: expect.stringContaining('2 containers of maker/work') }), waits)
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
    expect(await runningIds(image)).toEqual([])
  })

  it('takes over what somebody else started, and what ran before Idlewatt', async () => {
    const { house, id } = await launched()
    await house.again('closed')
    expect(house.state()).toMatchObject({ phase: 'running', adopted: true, containers: [{ id }] })
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
    await daemon.run(image, 'exec sleep 1000')
    await house.becomes('running')
    expect(house.state()).toMatchObject({ adopted: true, wanted: 'stop' })
  })

  it('keeps a process and a container of its own together', async () => {
    const house = await opened([both])
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

  it('waits for an engine that is killed and comes back, and takes its containers over again', async () => {
    const { house } = await launched()
    await daemon.kill()
    await vi.waitFor(() => expect(house.state()).toMatchObject({ phase: 'running', because: expect.stringContaining('waits until Docker answers') }), waits)
    await daemon.start()
    await daemon.docker.getContainer(strangerId).inspect()
    await vi.waitFor(() => expect(house.state().because).not.toContain('waits until'), waits)
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
  })

  it('counts no failure where the engine was stopped in its orderly way', async () => {
    const { house } = await launched()
    await daemon.stop()
    await vi.waitFor(() => expect(house.state().because).toContain('waits until Docker answers'), waits)
    await daemon.start()
    await vi.waitFor(() => expect(house.state().because).not.toContain('waits until'), waits)
    await house.providers.stop('test/launcher')
    await house.becomes('stopped')
    expect(house.events.filter(({ id }) => id === 'provider-gave-up')).toEqual([])
  })

  it('does not call it stopped while the engine hangs, and stops it once it answers', async () => {
    const { house, id } = await launched()
    daemon.pause()
    try {
      await house.providers.stop('test/launcher')
      await vi.waitFor(() => expect(house.state().phase).toBe('stop-failed'), { timeout: 60_000, interval: 100 })
      expect(house.state().because).toContain('tried again')
    } finally {
      daemon.resume()
    }
    await vi.waitFor(() => expect(house.state().phase).toBe('stopped'), { timeout: 60_000, interval: 100 })
    expect(await runningIds(image)).not.toContain(id)
  }, 150_000)
})
