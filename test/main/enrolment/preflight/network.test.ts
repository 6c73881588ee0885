/** Address, carrier-grade NAT, clock, names and reach, against servers of this machine that speak the real protocols, and misbehave. */
import { Resolver } from 'node:dns/promises'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { readCgnat } from '../../../../main/enrolment/preflight/cgnat.ts'
import { readClock } from '../../../../main/enrolment/preflight/clock-offset.ts'
import { readDns, readNames } from '../../../../main/enrolment/preflight/names.ts'
import { readPublicAddress } from '../../../../main/enrolment/preflight/public-address.ts'
import { readReaches } from '../../../../main/enrolment/preflight/reach.ts'
import { known, notKnown } from '../../../../main/enrolment/preflight/known.ts'
import { nameAnswer, stunAnswer, timeAnswer, udpServer, type Opened } from './servers.ts'
import { context, liveMachine, recordedMachine } from './survey.ts'

const open: Opened[] = []
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())))
async function opened<T extends Opened>(server: Promise<T>): Promise<T> {
  const one = await server
  open.push(one)
  return one
}
const at = (server: Opened): string => `127.0.0.1:${server.port}`
const none = { bandwidth: null, stun: null, ntp: null }
/** A port of this machine where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((done) => server.close(() => done()))
  return port
}

describe('public address', () => {
  test('is what the STUN server saw', async () => {
    const server = await opened(udpServer((question) => stunAnswer(question, '8.8.4.4')))
    expect(await readPublicAddress(context({ servers: { ...none, stun: at(server) } }))).toEqual(known({ address: '8.8.4.4', how: expect.stringContaining('STUN') }))
  })
  test('a server whose name is not found is a reason, and nothing is thrown past it', async () => {
    const found = await readPublicAddress(context({ servers: { ...none, stun: 'no-such-host.invalid:3478' } }))
    expect(found).toEqual(notKnown(expect.stringMatching(/no-such-host\.invalid could not be asked/)))
  })
  test('a lost question is asked again; an answer to another question, and noise, are waited over', async () => {
    const server = await opened(udpServer((question, _, turn) => (turn === 0 ? null : [Buffer.from('noise'), stunAnswer(Buffer.concat([question.subarray(0, 8), Buffer.alloc(12, 7)]), '6.6.6.6'), stunAnswer(question, '8.8.4.4')])))
    expect((await readPublicAddress(context({ servers: { ...none, stun: at(server) } }))).value?.address).toBe('8.8.4.4')
  })
  test('silence, a closed port, a wrong name and a refusal each say why', async () => {
    const silent = await opened(udpServer(() => null))
    expect(await readPublicAddress(context({ timeoutMs: 300, servers: { ...none, stun: at(silent) } }))).toEqual(notKnown(expect.stringContaining('did not answer within 1 second')))
    expect((await readPublicAddress(context({ servers: { ...none, stun: `127.0.0.1:${await closedPort()}` } }))).why).toContain('nothing listens')
    expect((await readPublicAddress(context({ servers: { ...none, stun: 'http://wrong' } }))).why).toContain('no server such as')
    expect((await readPublicAddress(context({ servers: { ...none, stun: 'stun.example.org' }, rules: { refusal: () => 'Switched off.', loopback: null } }))).why).toBe('Switched off.')
    expect((await readPublicAddress(context())).why).toContain('switched off')
  })
  test('under a loopback the named server is never asked', async () => {
    const server = await opened(udpServer((question) => stunAnswer(question, '8.8.4.4')))
    const rules = { refusal: () => null, loopback: `http://127.0.0.1:${server.port}` }
    expect((await readPublicAddress(context({ servers: { ...none, stun: 'stun.example.org:3478' }, rules }))).value?.address).toBe('8.8.4.4')
  })
})

describe('carrier-grade NAT', () => {
  const route = { platform: 'linux', files: { '/proc/net/route': 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n' } }
  const seen = { publicAddress: known({ address: '8.8.4.4', how: 'x' }) }
  const router = (address: string): Promise<Opened> => opened(udpServer(() => Buffer.from([0, 128, 0, 0, 0, 0, 0, 9, ...address.split('.').map(Number)])))
  const asking = async (address: string) => readCgnat(context({ source: liveMachine(route), gateway: { host: '127.0.0.1', port: (await router(address)).port } }, seen))
  test('a router with another address than is seen outside, or with one of the provider’s, lies behind one', async () => {
    expect((await asking('100.64.3.4')).value?.isBehind).toBe(true)
    expect((await asking('10.0.0.7')).value?.isBehind).toBe(true)
    expect((await asking('9.9.9.9')).value?.isBehind).toBe(true)
    expect((await asking('8.8.4.4')).value).toEqual({ isBehind: false, because: expect.stringContaining('the same is seen outside') })
  })
  test('a public address of its own, and one of the provider’s on the way out, need no router; a private network’s does not count', async () => {
    const on = (name: string, address: string) => readCgnat(context({ source: liveMachine(route), interfaces: () => [{ name, address }], rules: { refusal: () => 'Off.', loopback: null } }, seen))
    expect((await on('eth0', '8.8.4.4')).value?.isBehind).toBe(false)
    expect((await on('eth0', '9.9.9.9')).value?.isBehind).toBe(false)
    expect((await on('eth0', '100.70.0.2')).value?.isBehind).toBe(true)
    expect(await on('tailscale0', '100.70.0.2')).toEqual(notKnown('Off.'))
  })
  test('a router that is silent or refuses leaves it unknown, with what to compare by hand', async () => {
    const silent = await opened(udpServer(() => null))
    expect((await readCgnat(context({ timeoutMs: 300, gateway: { host: '127.0.0.1', port: silent.port } }, seen))).why).toContain('Compare the address')
    const refusing = await opened(udpServer(() => Buffer.from([0, 128, 0, 2])))
    expect((await readCgnat(context({ gateway: { host: '127.0.0.1', port: refusing.port } }, seen))).why).toContain('does not allow it')
    expect((await readCgnat(context({}, seen))).why).toContain('router of this machine is not known')
  })
})

describe('clock', () => {
  test('is held against a time server', async () => {
    const server = await opened(udpServer((question) => timeAnswer(question, Date.now() + 60_000)))
    const reading = await readClock(context({ servers: { ...none, ntp: at(server) } }))
    expect(reading.value?.offMs).toBeGreaterThan(59_000)
    expect(reading.value?.offMs).toBeLessThan(61_000)
  })
  test('without one, what keeps it in step is asked; what gives no figure is said', async () => {
    const chrony = liveMachine({ platform: 'linux', commands: [{ run: 'chronyc -n tracking', stdout: 'Reference ID    : A29FC87B (x)\nSystem time     : 0.250000000 seconds slow of NTP time\n' }] })
    expect(await readClock(context({ source: chrony }))).toEqual(known({ offMs: 250, how: 'as chrony keeps it (chronyc tracking)' }))
    const yes = recordedMachine({ platform: 'linux', commands: [{ run: 'timedatectl show -p NTPSynchronized --value', stdout: 'yes\n' }] })
    expect((await readClock(context({ source: yes }))).why).toBe('A recorded machine asks nobody. The system says that it keeps its clock in step, but not how far it is off.')
    const silent = await opened(udpServer(() => null))
    const windows = liveMachine({ platform: 'win32', commands: [{ run: 'w32tm /query /status /verbose', stdout: 'Phase Offset: 3.5s\n' }] })
    expect((await readClock(context({ source: windows, timeoutMs: 300, servers: { ...none, ntp: at(silent) } }))).value?.offMs).toBe(3_500)
  })
  test('a recorded machine asks no server', async () => {
    let asked = 0
    const server = await opened(udpServer(() => (asked++, null)))
    expect((await readClock(context({ source: recordedMachine({ platform: 'linux' }), servers: { ...none, ntp: at(server) } }))).value).toBeNull()
    expect(asked).toBe(0)
  })
})

describe('names', () => {
  async function resolverOf(names: Record<string, string>): Promise<(name: string) => Promise<string[]>> {
    const server = await opened(udpServer((question) => nameAnswer(question, names)))
    const resolver = new Resolver({ timeout: 500, tries: 1 })
    resolver.setServers([at(server)])
    return (name) => resolver.resolve4(name)
  }
  test('resolve, or do not exist, or the name server is silent', async () => {
    const resolve = await resolverOf({ 'time.example.org': '203.0.113.7', 'provider.example.org': '198.51.100.9' })
    const asking = { servers: { ...none, ntp: 'time.example.org' }, resolve }
    expect(await readDns(context(asking))).toEqual(known({ works: true, how: 'time.example.org was resolved' }))
    const works = { dns: known({ works: true, how: 'x' }) }
    expect(await readNames(context({ ...asking, names: ['provider.example.org', 'nobody.example.org', '192.0.2.1', 'not a name', '-x'] }, works))).toEqual({
      'provider.example.org': known(['198.51.100.9']),
      'nobody.example.org': known([]),
      '192.0.2.1': known(['192.0.2.1']),
      'not a name': notKnown(expect.stringContaining('no name of a host')),
      '-x': notKnown(expect.stringContaining('no name of a host')),
    })
    expect((await readNames(context({ ...asking, names: ['nobody.example.org'] })))['nobody.example.org']?.why).toContain('not known')
    const silent = await opened(udpServer(() => null))
    const resolver = new Resolver({ timeout: 200, tries: 1 })
    resolver.setServers([at(silent)])
    expect(await readDns(context({ ...asking, resolve: (name) => resolver.resolve4(name) }))).toEqual(known({ works: false, how: expect.stringContaining('the name server does not answer') }))
  })
  test('nobody is asked where that is refused', async () => {
    const refused = { rules: { refusal: () => 'Off.', loopback: null }, servers: { ...none, ntp: 'time.example.org' }, names: ['a.example.org'], resolve: () => Promise.reject(new Error('was asked')) }
    expect(await readDns(context(refused))).toEqual(notKnown('Off.'))
    expect(await readNames(context(refused))).toEqual({ 'a.example.org': notKnown('Off.') })
  })
})

test('reaches what listens, and not what does not', async () => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const there = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const gone = `127.0.0.1:${await closedPort()}`
  expect(await readReaches(context({ reaches: [there, gone, 'no port', 'elsewhere.example.org:443'], rules: { refusal: () => 'Off.', loopback: null } }))).toEqual({
    [there]: known(true),
    [gone]: known(false),
    'no port': notKnown(expect.stringContaining('no host and port')),
    'elsewhere.example.org:443': notKnown('Off.'),
  })
  await new Promise<void>((done) => server.close(() => done()))
})
