/** Preflight of a whole machine: all parts at once and in time, each alone, on recorded machines and on this one; nothing is changed by it. */
import { spawn } from 'node:child_process'
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { costlyIds } from '../../../../main/enrolment/preflight/index.ts'
import { parts } from '../../../../main/enrolment/preflight/parts.ts'
import { recordedDocker } from '../../../../main/system/docker-engine.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { systemClock } from '../../../../main/system/clock.ts'
import type { SoftwareDefinition } from '../../../../main/networks/network.ts'
import { noReadings, type ReadingId } from '../../../../shared/preflight.ts'
import { handClock } from '../../../helpers/clocks.ts'
import { machines, machinesFolder } from '../../command-line/call.ts'
import { httpServer, stunAnswer, timeAnswer, udpServer } from './servers.ts'
import { emptyFolder, liveMachine, preflightOf, recordedMachine, thisMachine } from './survey.ts'

const ids = Object.keys(parts) as ReadingId[]
const withContainers = (programmeId: string, imagePrefix: string, services: SoftwareDefinition['services'] = null) => ({ programmeId, title: `The ${programmeId}`, software: { containers: { imagePrefix, expected: [] }, services } as unknown as SoftwareDefinition })

test('before anything was measured, every part says so, and nobody took it', () => {
  expect(preflightOf().preflight.readings()).toEqual(noReadings(0))
})

describe('this machine', () => {
  test('a whole machine with everything that costs is measured within ten seconds', { timeout: 30_000 }, async () => {
    const stun = await udpServer((question) => stunAnswer(question, '8.8.4.4'))
    const ntp = await udpServer((question) => timeAnswer(question, Date.now()))
    const speed = await httpServer((request, response) => (request.method === 'GET' ? response.end(Buffer.alloc(1e6)) : request.resume().on('end', () => response.end())))
    const folder = emptyFolder()
    const { preflight, logged } = preflightOf({
      folder,
      source: thisMachine(folder),
      refusal: () => null,
      loopback: 'http://127.0.0.1:1',
      servers: () => ({ bandwidth: speed.url, stun: `127.0.0.1:${stun.port}`, ntp: `127.0.0.1:${ntp.port}` }),
      stands: { lineMs: 2_500, speedFileBytes: 128 * 2 ** 20, resolve: async () => ['127.0.0.1'] },
    })
    const begunAt = performance.now()
    const readings = await preflight.take({ measures: true })
    const tookMs = performance.now() - begunAt
    console.info(`preflight of a whole machine: ${Math.round(tookMs)} ms`)
    expect(tookMs).toBeLessThan(10_000)
    expect(readings.clock.value?.offMs).toBeLessThan(200)
    expect(readings.publicAddress.value?.address).toBe('8.8.4.4')
    expect(readings.line.value?.downMbps).toBeGreaterThan(10)
    expect(readings.disk.value?.freeBytes).toBeGreaterThan(0)
    expect(readings.cpuThreads.value).toBeGreaterThan(0)
    expect(readings.dns.value?.works).toBe(true)
    for (const id of ids) {
      const reading = readings[id]
      if ('why' in reading && reading.value === null && id !== 'remoteSession') expect(reading.why, id).toMatch(/\S.*\.$/s)
    }
    expect(logged).toEqual([])
    expect(readdirSync(folder), 'nothing is left behind').toEqual([])
    await Promise.all([stun.close(), ntp.close(), speed.close()])
  })

  test.skipIf(process.platform !== 'linux')('finds a programme’s software by its process, under a name that the kernel cuts', async () => {
    const program = join(emptyFolder(), 'some_network_launcher_linux')
    copyFileSync(process.execPath, program)
    const child = spawn(program, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' })
    try {
      let isOurs = false
      const { preflight } = preflightOf({
        source: thisMachine(),
        signs: [{ programmeId: 'some/worker', programmeTitle: 'Some worker', processNames: ['Some_Network_Launcher_Linux.exe'], source: { url: 'https://example.org', date: null } }],
        isOurs: (pid) => pid === child.pid && isOurs,
      })
      const expected = { programmeId: 'some/worker', programmeTitle: 'Some worker', what: `process some_network_launcher_linux (${child.pid})` }
      await vi.waitFor(async () => expect((await preflight.take({ only: ['software'] })).software.value).toEqual([{ ...expected, isOurs: false }]))
      isOurs = true
      expect((await preflight.take({ only: ['software'] })).software.value).toEqual([{ ...expected, isOurs: true }])
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('recorded machines', () => {
  test.each(machines())('%s answers from its folder, asks nobody, and is quick unless its programs hang', async (name) => {
    const asked = vi.fn(async () => [])
    const { preflight, logged } = preflightOf({ source: openRecordedMachine(join(machinesFolder, name), systemClock), refusal: () => null, stands: { resolve: asked } })
    const readings = await preflight.take({ measures: true, names: ['a.example.org'], reaches: ['a.example.org:443'] })
    for (const id of ['line', 'publicAddress', 'cgnat', 'dns'] as const) expect(readings[id]).toEqual({ value: null, why: 'A recorded machine asks nobody.' })
    expect(readings.names).toEqual({ 'a.example.org': { value: null, why: 'A recorded machine asks nobody.' } })
    expect(readings.reaches['a.example.org:443']?.value).toBeNull()
    expect(readings.diskSpeed.value).toBeNull()
    expect(readings.cardInContainer.value).toBeNull()
    expect(asked).not.toHaveBeenCalled()
    expect(logged).toEqual([])
  })

  test('Linux: toolkit, ports, services, containers, sleep', async () => {
    const source = recordedMachine({
      platform: 'linux',
      commands: [
        { run: 'nvidia-ctk --version', stdout: 'NVIDIA Container Toolkit CLI version 1.17.4\ncommit: 9b69590\n' },
        { run: 'nvidia-container-runtime-hook -version', stdout: 'NVIDIA Container Runtime Hook version 1.17.4\n' },
        { run: 'ss -H -ltunp', stdout: 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n' },
        { run: 'systemctl show -p ActiveState --value some-checker', stdout: 'active\n' },
        { run: 'systemctl is-enabled sleep.target suspend.target', stdout: 'masked\nmasked\n', exitCode: 1 },
      ],
      files: { '/etc/cdi/nvidia.yaml': 'cdiVersion: 0.5.0\n', '/proc/cpuinfo': 'processor\t: 0\n\nprocessor\t: 1\n', '/proc/77/comm': 'bash\n', '/proc/77/cmdline': 'bash\0' },
    })
    const containers = [
      { id: 'a', name: 'sad_turing', image: 'docker.io/somenetwork/worker:1', state: 'running', labels: {} },
      { id: 'b', name: 'old', image: 'somenetwork/worker:1', state: 'exited', labels: {} },
      { id: 'c', name: 'mine', image: 'other/somenetwork:1', state: 'running', labels: {} },
    ]
    const { preflight } = preflightOf({ source, docker: recordedDocker(containers, true), entries: [withContainers('some/worker', 'somenetwork/'), withContainers('some/checker', 'none/', { systemd: 'some-checker', windows: null })], software: { isRunning: (id) => id === 'some/checker' } })
    const readings = await preflight.take()
    expect(readings.containerToolkit.value).toMatchObject({ isThere: true, version: '1.17.4', how: expect.stringContaining('finds its hook') })
    expect(readings.secureShell.value).toBe(true)
    expect(readings.sleep.value?.mayIdleSleep).toBe(false)
    expect(readings.cpuThreads.value).toBe(2)
    expect(readings.software.value).toEqual([
      { programmeId: 'some/checker', programmeTitle: 'The some/checker', what: 'service some-checker', isOurs: true },
      { programmeId: 'some/worker', programmeTitle: 'The some/worker', what: 'container sad_turing (docker.io/somenetwork/worker:1)', isOurs: false },
    ])
  })

  test('Windows: a service that runs, a process, WSL, and no toolkit without Docker Desktop', async () => {
    const source = recordedMachine({
      platform: 'win32',
      commands: [
        { run: 'tasklist /fo csv /nh', stdout: '"Salad.exe","4711","Console","1","12,345 K"\r\n' },
        { run: 'sc query SomeService', stdout: '\r\nSERVICE_NAME: SomeService\r\n        TYPE   : 10  WIN32_OWN_PROCESS\r\n        STATUS : 4  WIRD AUSGEFÜHRT\r\n' },
        { run: 'wsl -l -v', stdout: '  NAME      STATE           VERSION\r\n* Ubuntu    Running         2\r\n' },
        { run: 'powercfg /query SCHEME_CURRENT SUB_SLEEP STANDBYIDLE', stdout: 'Current AC Power Setting Index: 0x00000708\r\nCurrent DC Power Setting Index: 0x00000384\r\n' },
      ],
    })
    const sign = { programmeId: 'some/salad', programmeTitle: 'Salad', processNames: ['Salad'], source: { url: 'https://example.org', date: null } }
    const { preflight } = preflightOf({ source, signs: [sign], docker: recordedDocker([], false), entries: [withContainers('some/checker', 'none/', { systemd: null, windows: 'SomeService' })] })
    const readings = await preflight.take()
    expect(readings.software.value?.map(({ what }) => what)).toEqual(['process Salad.exe (4711)', 'service SomeService'])
    expect(readings.wsl2.value?.distributions).toEqual([{ name: 'Ubuntu', version: 2 }])
    expect(readings.sleep.value?.mayIdleSleep).toBe(true)
    expect(readings.containerToolkit.value).toMatchObject({ isThere: false })
  })
})

test('what a recording does not hold is not said to be missing on its machine', async () => {
  const { preflight } = preflightOf({ source: recordedMachine({ platform: 'linux' }), docker: recordedDocker([], true) })
  const { containerToolkit, listening, software } = await preflight.take()
  for (const reading of [containerToolkit, listening, software]) expect(reading).toEqual({ value: null, why: expect.stringMatching(/^The recording does not/) })
  const told = preflightOf({ source: recordedMachine({ platform: 'linux', commands: ['nvidia-ctk --version', 'nvidia-container-cli --version', 'nvidia-container-runtime-hook -version'].map((run) => ({ run, exitCode: 127 })) }) })
  expect((await told.preflight.take()).containerToolkit.value?.isThere).toBe(false)
  expect((await preflightOf({ source: recordedMachine({ platform: 'win32' }) }).preflight.take()).wsl2.value).toBeNull()
  expect((await preflightOf({ source: liveMachine({ platform: 'linux' }) }).preflight.take()).containerToolkit.value?.isThere).toBe(false)
})

describe('each part for itself', () => {
  test('one that hangs ends with its own limit, and the others are not kept waiting for it', async () => {
    const clock = handClock()
    const source = { ...liveMachine({ platform: 'win32', files: {} }), run: () => new Promise<never>(() => {}) }
    const { preflight } = preflightOf({ clock, source })
    let isOver = false
    const taken = preflight.take().finally(() => (isOver = true))
    await clock.advance(Math.max(...ids.map((id) => parts[id].timeoutMs)) - 1)
    await clock.advance(2)
    expect(isOver).toBe(true)
    const readings = await taken
    expect(readings.sleep).toEqual({ value: null, why: 'It could not be told within 4 seconds.' })
    expect(readings.cpuThreads.value).toBeGreaterThan(0)
    expect(clock.pending(), 'no timer is left').toBe(0)
  })
  test('no limit leaves the whole machine more than ten seconds', () => {
    for (const id of ids) expect(parts[id].timeoutMs, id).toBeLessThan(10_000)
  })
  test('a fault in one is logged and costs that one alone', async () => {
    const source = { ...liveMachine({ platform: 'linux' }), listFolder: () => Promise.reject(new Error('a bug')) }
    const { preflight, logged } = preflightOf({ source })
    const readings = await preflight.take({ only: ['software', 'cpuThreads'] })
    expect(readings.software.why).toContain('a fault in Idlewatt')
    expect(readings.cpuThreads.value).toBeGreaterThan(0)
    expect(logged.join()).toContain('a bug')
  })
  test('one taken anew leaves the others as they were, with their time', async () => {
    const clock = handClock()
    const { preflight } = preflightOf({ clock, source: recordedMachine({ platform: 'linux', files: { '/proc/cpuinfo': 'processor : 0\n' } }) })
    const first = await preflight.take()
    await clock.advance(60_000)
    const second = await preflight.take({ only: ['cpuThreads'] })
    expect(second).toEqual({ ...first, measuredAt: first.measuredAt + 60_000, cpuThreads: second.cpuThreads })
    const at = new Map(preflight.machineChecks().map(({ id, measuredAt }) => [id, measuredAt]))
    expect(at.get('sleep')).toBe(first.measuredAt)
  })
  test('what costs something is done when it is asked for, all at once or by its name', async () => {
    const { preflight } = preflightOf()
    for (const id of costlyIds) expect((await preflight.take())[id as 'line'].why).toBe('Not measured yet.')
    expect((await preflight.take({ only: ['diskSpeed'] })).diskSpeed.why).not.toBe('Not measured yet.')
    expect((await preflight.take({ measures: true })).line.why).toContain('No server')
  })
  test('stopped, it keeps what it knew', async () => {
    const { preflight, saved } = preflightOf()
    expect(await preflight.take({ signal: AbortSignal.abort() })).toEqual(noReadings(0))
    expect(saved).toEqual([])
  })
})

describe('what is kept', () => {
  const line = { value: { downMbps: 100, upMbps: 20, latencyMs: 9, server: 'speed.example.org' }, why: null }
  test('measurements that cost something are known again after a start, with their time; the rest is of its moment', () => {
    const { preflight } = preflightOf({}, { line, sleep: { value: { mayIdleSleep: true, how: 'x' }, why: null }, takenAt: { line: 1_000, sleep: 1_000 } })
    expect(preflight.readings()).toEqual({ ...noReadings(0), line, measuredAt: 1_000 })
    expect(preflight.machineChecks().find(({ id }) => id === 'line')).toMatchObject({ ok: true, measuredAt: 1_000 })
  })
  test('a document that makes no sense, and a store that fails, are no reason to stop', async () => {
    expect(preflightOf({}, { line: 'fast', takenAt: 7 }).preflight.readings()).toEqual(noReadings(0))
    const broken = (): never => {
      throw new Error('the disk is full')
    }
    const { preflight, logged } = preflightOf({ tables: { downloads: () => [], readings: broken, saveReadings: broken } })
    expect((await preflight.take({ only: ['cpuThreads'] })).cpuThreads.value).toBeGreaterThan(0)
    expect(logged.join()).toContain('the disk is full')
  })
  test('whoever wants to know is told once for each turn', async () => {
    const onReadings = vi.fn()
    const { preflight } = preflightOf({ onReadings })
    const readings = await preflight.take({ only: ['cpuThreads'] })
    expect(onReadings).toHaveBeenCalledExactlyOnceWith(readings)
  })
})

describe('servers', () => {
  test('the standard ones are named with a source, another may be chosen, and "off" asks none', async () => {
    const whys = async (stun: string | null): Promise<string | null> => (await preflightOf({ refusal: () => null, loopback: 'http://127.0.0.1:1', servers: () => ({ bandwidth: null, stun, ntp: 'off' }) }).preflight.take({ only: ['publicAddress'] })).publicAddress.why
    expect(await whys('off')).toContain('switched off')
    // The standard one is asked, which under a loopback is a port where nothing listens.
    expect(await whys(null)).toContain('nothing listens')
  })
  test('a question may forbid to ask outside, whatever is allowed otherwise', async () => {
    const { preflight } = preflightOf({ refusal: () => null, loopback: 'http://127.0.0.1:1' })
    expect((await preflight.take({ only: ['publicAddress'], outside: false })).publicAddress.why).toBe('Nobody outside was asked this time.')
  })
})
