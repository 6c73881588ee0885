/** What is read of software from outside: a loopback gateway with a certificate of its own, a console behind the polite client, services and registry of recorded machines, a log that is written. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RequestFailed, type EndpointDefinition, type MarketRequest, type SoftwareDefinition } from '../../../main/networks/network.ts'
import { createObserver, type Observer } from '../../../main/provider/observe.ts'
import { askOwnAddress, isNeverAsked } from '../../../main/provider/observe-own-address.ts'
import { readServices, systemdState, windowsState } from '../../../main/provider/observe-system.ts'
import { createLog } from '../../../main/system/log.ts'
import type { CommandResult, MachineSource } from '../../../main/system/machine-source.ts'
import { openRecordedMachine } from '../../../main/system/recorded-machine.ts'
import { createThisMachine } from '../../../main/system/this-machine.ts'
import { systemClock, type Clock } from '../../../main/system/clock.ts'
import { handClock } from '../../helpers/clocks.ts'
import { until } from '../../helpers/docker-daemon.ts'
import { newFolder } from '../../helpers/files.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

const own: EndpointDefinition = { id: 'gateway', url: 'https://{domain}/status', everyMs: 15_000, acceptsOwnCertificate: true, whose: 'own', what: 'the state of the provider', source: { url: 'https://example.com', date: '2026-01-01' } }
const open: EndpointDefinition = { ...own, id: 'console', url: 'https://console.example.com/v1/providers/{address}', everyMs: 60_000, acceptsOwnCertificate: false, whose: 'public' }

function definition(more: Partial<SoftwareDefinition>): SoftwareDefinition {
  return { programmeId: 'akash/provider', services: null, endpoints: [], logFiles: [], registryKey: null, ...more } as unknown as SoftwareDefinition
}

interface Bench {
  observer: Observer
  lines: string[]
  changes(): number
}

function bench(more: Partial<SoftwareDefinition>, options: { source?: MachineSource; answers?: Record<string, string>; request?: MarketRequest | null; clock?: Clock; folder?: string } = {}): Bench {
  const lines: string[] = []
  let changes = 0
  const observer = createObserver({
    definition: definition(more),
    source: options.source ?? createThisMachine({ dataFolder: '/tmp' }),
    answers: () => options.answers ?? {},
    request: () => options.request ?? null,
    clock: options.clock ?? systemClock,
    log: createLog('silent', () => {}),
    onChange: () => (changes += 1),
    onLine: (line) => lines.push(line),
    ...(options.folder === undefined ? {} : { folder: options.folder }),
  })
  onTestFinished(() => observer.close())
  return { observer, lines, changes: () => changes }
}

function recorded(machine: Record<string, unknown>): MachineSource {
  const folder = newFolder()
  writeFileSync(join(folder, 'machine.json'), JSON.stringify(machine))
  return openRecordedMachine(folder, handClock())
}

/** Gives "127.0.0.1:port". */
async function gateway(listener: RequestListener, isPlain = false): Promise<string> {
  const folder = newFolder()
  const server = isPlain ? createPlain(listener) : createServer(certificate(folder), listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function certificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const
  spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '30', '-subj', '/CN=provider.example.com'])
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

const status = { cluster: { leases: 2, inventory: { available: [] } }, bidengine: { orders: 0 }, manifest: { deployments: 2 }, cluster_public_hostname: 'provider.example.com' }
const json = (value: unknown): RequestListener => (_, answer) => void answer.end(JSON.stringify(value))

describe.skipIf(!hasOpenssl)('a gateway of the user’s own (skipped where openssl is absent)', () => {
  test('is read although its certificate is its own, and the certificate’s end is told', async () => {
    const domain = await gateway(json(status))
    const { observer, changes } = bench({ endpoints: [own] }, { answers: { domain } })
    expect(observer.facts().endpoints['gateway']).toMatchObject({ value: null, why: 'It was not asked yet.' })
    await observer.refresh()
    const said = observer.facts().endpoints['gateway']
    expect(said).toMatchObject({ value: status, why: null })
    const days = ((said?.why === null ? (said.tls?.validTo ?? 0) : 0) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(29)
    expect(days).toBeLessThan(31)
    expect(changes()).toBe(1)
  })

  test('where its certificate must be trusted it is refused', async () => {
    const domain = await gateway(json(status))
    await expect(askOwnAddress(`https://${domain}/status`, { acceptsOwnCertificate: false })).rejects.toThrow(/certificate of 127\.0\.0\.1:\d+ is not trusted/)
  })

  test('nothing secret is sent with the question', async () => {
    let headers: Record<string, unknown> = {}
    const domain = await gateway((asked, answer) => {
      headers = asked.headers
      answer.end('{}')
    })
    await askOwnAddress(`https://${domain}/status`, { acceptsOwnCertificate: true })
    expect(Object.keys(headers).sort()).toEqual(['accept', 'connection', 'host'])
  })

  test.each<[string, RequestListener, RegExp]>([
    ['a redirect', (_, answer) => void answer.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(), /sends on to another address \(302\), which is not followed/],
    ['an error', (_, answer) => void answer.writeHead(503).end('{}'), /answered with 503/],
    ['no JSON', (_, answer) => void answer.end('<html>'), /not in JSON: something else listens there/],
    ['an empty answer', (_, answer) => void answer.end(), /not in JSON/],
    ['more than 1 MB', (_, answer) => void answer.end('1'.repeat(1024 * 1024 + 1)), /more than 1 MB/],
    ['a cut answer', (_, answer) => void answer.write('{"a":', () => answer.destroy()), /broke off in the middle/],
    ['a cut connection', (asked) => void asked.socket.destroy(), /cut the connection/],
  ])('%s is a sentence', async (_, listener, words) => {
    const domain = await gateway(listener)
    await expect(askOwnAddress(`https://${domain}/status`, { acceptsOwnCertificate: true })).rejects.toMatchObject({ name: 'NotPossible', message: words })
  })

  test('one that never answers is given up in time; one that drips too', async () => {
    const silent = await gateway(() => {})
    await expect(askOwnAddress(`https://${silent}/`, { acceptsOwnCertificate: true, limitMs: 200 })).rejects.toThrow(/did not answer within 0\.2 s/)
    const dripping = await gateway((_, answer) => {
      const drip = setInterval(() => answer.write(' '), 20)
      answer.on('close', () => clearInterval(drip))
    })
    await expect(askOwnAddress(`https://${dripping}/`, { acceptsOwnCertificate: true, limitMs: 300 })).rejects.toThrow(/did not answer within 0\.3 s/)
  })
})

describe('addresses', () => {
  test.each(['169.254.169.254', '169.254.170.2', '::ffff:169.254.169.254', 'fe80::1', 'fd00:ec2::254', '100.100.100.200'])('%s is never asked', (address) => expect(isNeverAsked(address)).toBe(true))
  test.each(['127.0.0.1', '10.0.0.5', '192.168.1.4', '100.64.0.7', '203.0.113.9', 'fd12::1', '2001:db8::1', 'provider.example.com'])('%s may be', (address) => expect(isNeverAsked(address)).toBe(false))

  test.each(['https://169.254.169.254/latest', 'https://[fd00:ec2::254]/', 'http://[::ffff:a9fe:a9fe]/', 'http://0xa9fea9fe/', 'http://2852039166/'])('%s is refused before anything is sent', async (url) => {
    await expect(askOwnAddress(url, { acceptsOwnCertificate: true })).rejects.toThrow(/never asks it/)
  })

  test.each(['ftp://example.com', 'nonsense', 'https://user:word@example.com/', 'file:///etc/passwd'])('%s is none', async (url) => {
    await expect(askOwnAddress(url, { acceptsOwnCertificate: true })).rejects.toThrow(/Correct it in its step/)
  })

  test('nobody listens, and a name that is not known', async () => {
    const free = await gateway(json({}), true)
    const closed = createPlain().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const gone = (closed.address() as AddressInfo).port
    closed.close()
    await once(closed, 'close')
    await expect(askOwnAddress(`http://127.0.0.1:${gone}/`, { acceptsOwnCertificate: false })).rejects.toThrow(/Nobody answers at .*Check that the provider runs/)
    await expect(askOwnAddress('https://no-such-name.invalid/', { acceptsOwnCertificate: true })).rejects.toThrow(/no-such-name\.invalid/)
    expect(await askOwnAddress(`http://${free}/`, { acceptsOwnCertificate: false })).toEqual({ value: {}, validTo: null })
  })
})

describe('a public service', () => {
  test('is asked through the polite client, and the address in the question is kept short there', async () => {
    const asked: unknown[] = []
    const address = 'akash1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq'
    const { observer } = bench({ endpoints: [open] }, { answers: { address }, request: async (ask) => (asked.push(ask), { isOnline: true }) })
    await observer.refresh()
    expect(observer.facts().endpoints['console']).toMatchObject({ value: { isOnline: true }, why: null })
    expect(asked).toEqual([{ method: 'GET', url: `https://console.example.com/v1/providers/${address}`, what: own.what, secretParts: [address] }])
  })

  test('is not asked where asking outside is not allowed, nor before its answer is known; a refusal is told as it is', async () => {
    const notAllowed = bench({ endpoints: [open] }, { answers: { address: 'a' }, request: null })
    await notAllowed.observer.refresh()
    expect(notAllowed.observer.facts().endpoints['console']?.why).toMatch(/^Not asked, because asking outside is not allowed now/)
    const unknown = bench({ endpoints: [open, own] }, { request: async () => ({}) })
    await unknown.observer.refresh()
    expect(unknown.observer.facts().endpoints['console']?.why).toMatch(/"address" is not known yet/)
    expect(unknown.observer.facts().endpoints['gateway']?.why).toMatch(/"domain" is not known yet/)
    const failing = bench({ endpoints: [open] }, { answers: { address: 'a' }, request: () => Promise.reject(new RequestFailed('console.example.com answered with 500.', 500)) })
    await failing.observer.refresh()
    expect(failing.observer.facts().endpoints['console']).toMatchObject({ value: null, why: 'console.example.com answered with 500.' })
  })

  test('each at its own pace, and nothing after close', async () => {
    const clock = handClock()
    const heard: string[] = []
    const { observer } = bench({ endpoints: [open, { ...open, id: 'slow', url: 'https://slow.example.com/', everyMs: 300_000 }] }, { clock, answers: { address: 'a' }, request: async ({ url }) => (heard.push(new URL(url).hostname.split('.')[0] as string), {}) })
    observer.begin()
    observer.begin()
    await clock.advance(0)
    expect(heard).toEqual(['console', 'slow'])
    await clock.advance(300_000)
    expect(heard.filter((one) => one === 'console')).toHaveLength(6)
    expect(heard.filter((one) => one === 'slow')).toHaveLength(2)
    observer.close()
    expect(clock.pending()).toBe(0)
  })
})

describe('services of the system', () => {
  const done = (stdout: string, exitCode = 0): CommandResult => ({ kind: 'done', exitCode, stdout, stderr: '' })
  const services = { systemd: 'aethir-checker', windows: 'AethirChecker' }
  const question = 'systemctl show -p LoadState,ActiveState,SubState,Result aethir-checker'

  test.each([
    ['LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\n', 'active'],
    ['Result=exit-code\nActiveState=failed\nSubState=failed\nLoadState=loaded\n', 'failed'],
    ['LoadState=loaded\nActiveState=activating\nSubState=auto-restart\n', 'activating'],
    ['LoadState=not-found\nActiveState=inactive\nSubState=dead\n', 'not-found'],
    ['', null],
  ])('systemd: %o is %s', (text, word) => expect(systemdState(done(text))).toBe(word))

  test.each([
    ['SERVICE_NAME: A\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        STATE              : 4  RUNNING\r\n', 0, 'running'],
    ['SERVICE_NAME: A\r\n        TYP                : 10  WIN32_OWN_PROCESS\r\n        STATUS             : 1  STOPPED\r\n', 0, 'stopped'],
    ['[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n', 1060, 'not-found'],
    ['[SC] OpenSCManager FAILED 5:\r\n', 5, null],
  ])('Windows: %o (%i) is %s', (text, code, word) => expect(windowsState(done(text, code))).toBe(word))

  test('of recorded machines; without systemd it cannot be told', async () => {
    const running = recorded({ platform: 'linux', commands: [{ run: question, stdout: 'LoadState=loaded\nActiveState=active\n' }] })
    const { observer, changes } = bench({ services }, { source: running })
    await observer.refresh()
    await observer.refresh()
    expect(observer.facts().services).toEqual({ 'aethir-checker': 'active' })
    expect(changes()).toBe(1)
    const without = bench({ services }, { source: recorded({ platform: 'linux' }) })
    await without.observer.refresh()
    expect(without.observer.facts().services).toEqual({ 'aethir-checker': null })
    const windows = bench({ services }, { source: recorded({ platform: 'win32', commands: [{ run: 'sc query AethirChecker', stdout: '  TYPE : 10  WIN32_OWN_PROCESS\n  STATE : 4  RUNNING\n' }] }) })
    await windows.observer.refresh()
    expect(windows.observer.facts().services).toEqual({ AethirChecker: 'running' })
    const mac = bench({ services }, { source: recorded({ platform: 'darwin' }) })
    await mac.observer.refresh()
    expect(mac.observer.facts().services).toEqual({})
  })

  const hasSystemd = spawnSync('systemctl', ['show', '-p', 'Version', '--value']).status === 0
  test.skipIf(!hasSystemd)('the real systemd (skipped where none runs)', async () => {
    expect(await readServices(createThisMachine({ dataFolder: '/tmp' }), { systemd: 'idlewatt-no-such-unit', windows: null })).toEqual({ 'idlewatt-no-such-unit': 'not-found' })
  })
})

test('values of a Windows registry key: of that key alone; elsewhere there is none', async () => {
  const registryKey = 'HKCU\\SOFTWARE\\OTOY'
  const windows = bench({ registryKey }, { source: recorded({ platform: 'win32', registry: { 'HKEY_CURRENT_USER\\SOFTWARE\\OTOY': { RNDR_IDLE: 1, SCORE: '412.5' }, 'HKEY_CURRENT_USER\\SOFTWARE\\OTOY\\Other': { SCORE: '9' } } }) })
  await windows.observer.refresh()
  expect(windows.observer.facts().registry).toEqual({ RNDR_IDLE: '1', SCORE: '412.5' })
  const none = bench({ registryKey }, { source: recorded({ platform: 'win32' }) })
  await none.observer.refresh()
  expect(none.observer.facts().registry).toBeNull()
  const linux = bench({ registryKey })
  await linux.observer.refresh()
  expect(linux.observer.facts().registry).toBeNull()
})

describe('a log that software writes itself', () => {
  const platform = createThisMachine({ dataFolder: '/tmp' }).platform

  test('the first of its places that exists is followed, from its end; one that comes later from its start', async () => {
    const folder = newFolder()
    const second = join(folder, 'second.log')
    writeFileSync(second, 'old\n')
    const { observer, lines } = bench({ logFiles: [{ platform, path: '{folder}/none.log' }, { platform: 'win32', path: 'C:\\x.log' }, { platform, path: '{folder}/second.log' }, { platform, path: '{unknown}/x.log' }] }, { folder })
    observer.begin()
    await until('it is followed', () => {
      appendFileSync(second, 'new\n')
      return lines.includes('new')
    })
    expect(lines).not.toContain('old')

    const later = bench({ logFiles: [{ platform, path: '{folder}/log/server.log' }] }, { folder })
    later.observer.begin()
    await later.observer.refresh()
    mkdirSync(join(folder, 'log'))
    writeFileSync(join(folder, 'log', 'server.log'), 'first\n')
    await later.observer.refresh()
    await until('its first line', () => later.lines.includes('first'))
  })

  test('a one-shot look follows none; of a recorded machine its lines are read once', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.log'), 'x\n')
    const { observer, lines } = bench({ logFiles: [{ platform, path: '{folder}/a.log' }] }, { folder })
    await observer.refresh()
    expect(lines).toEqual([])
    const machine = bench({ logFiles: [{ platform: 'linux', path: '/opt/x/server.log' }] }, { source: recorded({ platform: 'linux', files: { '/opt/x/server.log': 'one\r\ntwo\n' } }) })
    await machine.observer.refresh()
    await machine.observer.refresh()
    expect(machine.lines).toEqual(['one', 'two'])
  })
})

test('a fault of ours in one part ends nothing else', async () => {
  const source = { ...createThisMachine({ dataFolder: '/tmp' }), run: () => Promise.reject(new Error('never expected')) }
  const { observer } = bench({ services: { systemd: 'x', windows: 'x' }, endpoints: [open] }, { source, answers: { address: 'a' }, request: async () => ({ fine: true }) })
  await observer.refresh()
  expect(observer.facts().endpoints['console']).toMatchObject({ value: { fine: true } })
})
