/** The worker on a real Docker Engine: a stand-in for the launcher prints recorded lines and starts containers of io.net's names, beside a stranger that is never touched. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { openHistory } from '../../../../main/history/index.ts'
import { launcherFile, workerSoftware } from '../../../../main/networks/io-net/software.ts'
import { createProviders, type Providers } from '../../../../main/provider/index.ts'
import { systemClock } from '../../../../main/system/clock.ts'
import { createDockerEngine } from '../../../../main/system/docker-engine.ts'
import { createThisMachine } from '../../../../main/system/this-machine.ts'
import type { ProviderState } from '../../../../shared/provider.ts'
import { startDocker } from '../../../helpers/docker-daemon.ts'
import { newFolder } from '../../../helpers/files.ts'
import { silent } from '../../history/support.ts'

const id = 'io-net/worker'
const daemon = await startDocker()
const lacks = 'why' in daemon ? daemon.why : spawnSync('docker', ['--version']).status !== 0 ? 'the stand-in for the launcher needs the docker command' : null
const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  if ('why' in daemon) return
  for (const { Id } of await daemon.docker.listContainers({ all: true })) await daemon.docker.getContainer(Id).remove({ force: true })
})
afterAll(async () => {
  if (!('why' in daemon)) await daemon.close()
})

/** What the real one does as far as it is known: prints, pulls, starts both containers under random names, and ends with 0. */
const launcher = (host: string, images: string[]): string => `#!/bin/sh
export DOCKER_HOST=${host}
echo 'Welcome to the IO.net Launcher CLI. The ultimate tool to help you manage your IO Worker.'
echo 'Current version: 3.0.0'
echo "asked: $*"
printf '\\033[32mat: https://id.io.net/device?user_code=QWER-TY12\\033[0m\\n'
while [ ! -e approved ]; do sleep 0.1; done
echo 'Waiting for IO containers to start...'
for image in ${images.join(' ')}; do docker run -d --network host $image sh -c 'trap exit TERM; while :; do sleep 1; done' >/dev/null || exit 1; done
echo 'Congratulations. Your  IO worker is launched and ready.'
`

interface House {
  providers: Providers
  state(): ProviderState
  text(): string
  ids(): Promise<string[]>
  /** What the user does in the browser. */
  approve(): void
}

async function openHouse(socketPath: string, images: string[]): Promise<House> {
  if ('why' in daemon) throw new Error(daemon.why)
  const folder = newFolder()
  const files = join(folder, 'providers', 'io-net-worker', 'files')
  mkdirSync(files, { recursive: true })
  writeFileSync(join(files, launcherFile), launcher(`unix://${socketPath}`, images))
  chmodSync(join(files, launcherFile), 0o755)
  for (const image of ['ionetcontainers/io-worker-vc:latest', 'ionetcontainers/io-worker-monitor:latest', 'stranger:1']) await daemon.image(image)
  const history = openHistory({ folder, clock: systemClock, log: silent, onNotice: () => {}, onRecording: () => {} })
  const providers = createProviders({
    entries: [{ definition: workerSoftware, title: 'io.net worker', isPractice: false }],
    folder: join(folder, 'providers'), tables: history.provider, docker: createDockerEngine({ socketPath, now: Date.now }), source: createThisMachine({ dataFolder: folder }), clock: systemClock, log: silent, steadyMs: () => performance.now(),
    enrolled: () => ({ isSetUp: true, answers: { device_id: '6b1a07a3-f950-4856-a171-3b346b51df54', device_name: 'my machine' }, secret: () => null }),
    request: () => null, cards: () => [], keepsWatch: true, onState: () => {}, onEvents: () => {}, beforeStart: () => Promise.resolve(null),
  } as Parameters<typeof createProviders>[0])
  closing.push(async () => {
    await providers.close()
    history.close()
  })
  await providers.begin()
  return {
    providers,
    state: () => providers.states()[0] as ProviderState,
    text: () => providers.logs({ programmeId: id, limit: 500 }).lines.map((line) => line.text).join('\n'),
    approve: () => writeFileSync(join(files, 'approved'), ''),
    ids: async () => (await daemon.docker.listContainers()).filter((one) => one.Image.startsWith('ionetcontainers/')).map((one) => one.Id),
  }
}

const both = ['ionetcontainers/io-worker-vc', 'ionetcontainers/io-worker-monitor']
const until = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 60_000, interval: 50 })

describe.skipIf(lacks !== null)(`io.net's worker with real containers${lacks === null ? '' : ` (skipped: ${lacks})`}`, () => {
  test('launched, doubled, mended, stopped; a stranger is never touched', async () => {
    if ('why' in daemon) return
    const house = await openHouse(daemon.socketPath, both)
    const stranger = await daemon.run('stranger:1', 'sleep 600')
    await house.providers.start(id)
    await until(() => expect(house.providers.reading(id)).toMatchObject({ activity: 'starting', sentence: expect.stringMatching(/QWER-TY12/) }))
    house.approve()
    await until(() => expect(house.state()).toMatchObject({ phase: 'running', activity: 'ready', earning: null }))
    expect(house.text()).toContain('asked: --device_id=6b1a07a3-f950-4856-a171-3b346b51df54 --device_name=my machine --no_warnings=true --ecc_enabled=true')
    expect(house.text(), 'terminal escapes are gone').not.toContain('\u001b')
    expect(house.providers.stopPrice(id).sentence).toMatch(/^Whether it is hired is not known/)

    const doubled = await daemon.run('ionetcontainers/io-worker-vc:latest', 'sleep 600')
    await until(() => expect(house.state()).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', because: expect.stringMatching(/2 io-worker-vc/) }))
    await daemon.docker.getContainer(doubled).remove({ force: true })
    await until(() => expect(house.state().activity).toBe('ready'))

    const [halted] = (await daemon.docker.listContainers()).filter((one) => one.Image.startsWith('ionetcontainers/io-worker-monitor'))
    await daemon.docker.getContainer(halted?.Id ?? '').pause()
    await until(() => expect(house.state()).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', because: expect.stringMatching(/is paused/) }))
    expect(house.state().because).not.toMatch(/does not run|reported success/)
    await daemon.docker.getContainer(halted?.Id ?? '').unpause()
    await until(() => expect(house.state().activity).toBe('ready'))

    await house.providers.stop(id)
    await until(() => expect(house.state().phase).toBe('stopped'))
    expect(await house.ids()).toEqual([])
    expect((await daemon.docker.getContainer(stranger).inspect()).State.Running).toBe(true)
    await daemon.docker.getContainer(stranger).remove({ force: true })
  }, 240_000)

  test('both removed by somebody: noticed, launched again, and a stranger stays', async () => {
    if ('why' in daemon) return
    const house = await openHouse(daemon.socketPath, both)
    const stranger = await daemon.run('stranger:1', 'sleep 600')
    house.approve()
    await house.providers.start(id)
    await until(() => expect(house.state()).toMatchObject({ phase: 'running', activity: 'ready' }))
    const first = await house.ids()
    for (const one of first) await daemon.docker.getContainer(one).remove({ force: true })
    await until(() => expect(house.state().phase).not.toBe('running'))
    await until(() => expect(house.state()).toMatchObject({ phase: 'running', activity: 'ready' }))
    const second = await house.ids()
    expect(second).toHaveLength(2)
    expect(second.filter((one) => first.includes(one))).toEqual([])
    expect((await daemon.docker.getContainer(stranger).inspect()).State.Running).toBe(true)
    await house.providers.stop(id)
    await until(() => expect(house.state().phase).toBe('stopped'))
  }, 240_000)

  test('a launcher that reports success with half of it standing is not believed', async () => {
    if ('why' in daemon) return
    const house = await openHouse(daemon.socketPath, [both[0] ?? ''])
    house.approve()
    await house.providers.start(id)
    await until(() => expect(house.text()).toContain('launched and ready'))
    await until(() => expect(house.providers.reading(id)).toMatchObject({ activity: 'unhealthy', sentence: expect.stringMatching(/io-worker-monitor does not run, although the launcher reported success/) }))
    await house.providers.stop(id)
    await until(() => expect(house.state().phase).toBe('stopped'))
    expect(await house.ids()).toEqual([])
  }, 240_000)
})
