/** The bus against a real dbus-daemon: answers, absences, silence, its end and its return. */
import { createServer } from 'node:net'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openBus, type Bus, type BusFault } from '../../../main/policy/dbus.ts'
import { socketPathsOf } from '../../../main/policy/dbus-address.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { noDbusDaemon, serve, startDaemon, type Daemon } from '../../helpers/dbus-daemon.ts'
import { fastClock } from '../../helpers/clocks.ts'

const log = createLog('silent', () => {})
const lamp = { name: 'net.example.Lamp', path: '/net/example/Lamp', interface: 'net.example.Lamp' }
const lampInterface = { name: lamp.interface, methods: { Ask: ['', 't', [], ['value']], Hang: ['', 's', [], ['never']] }, signals: { Lit: ['b', 'isOn'] }, properties: { Colour: 's' } } as never

function open(address: string, clock = systemClock): Bus {
  return openBus({ address, title: 'The bus', clock, log })
}

describe.skipIf(noDbusDaemon !== null)(`a bus${noDbusDaemon === null ? '' : `: skipped. ${noDbusDaemon}`}`, () => {
  let daemon: Daemon
  beforeAll(async () => {
    daemon = await startDaemon()
    await serve(await daemon.program(), lamp.name, lamp.path, { Ask: () => 1_700_000_000_000_000, Hang: () => new Promise(() => {}), Colour: 'green' }, lampInterface)
  })
  afterAll(() => daemon.stop())

  test('answers, properties and figures of 64 bits as plain values', async () => {
    const bus = open(daemon.address)
    expect(await bus.call({ ...lamp, member: 'Ask' })).toEqual([1_700_000_000_000_000])
    expect(await bus.property({ ...lamp, property: 'Colour' })).toBe('green')
    expect(await bus.properties(lamp)).toEqual({ Colour: 'green' })
    await bus.close()
  })

  test('what is not there is told apart from what failed', async () => {
    const bus = open(daemon.address)
    const absent = async (call: Promise<unknown>): Promise<boolean> => call.then(() => false, (error: BusFault) => error.isAbsent)
    expect(await absent(bus.call({ ...lamp, name: 'net.example.Nobody', member: 'Ask' }))).toBe(true)
    expect(await absent(bus.call({ ...lamp, member: 'Unheard' }))).toBe(true)
    expect(await absent(bus.call({ ...lamp, path: 'no path', member: 'Ask' }))).toBe(false)
    await bus.close()
  })

  test('a program that the bus could start is never started by asking', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-start-'))
    const mark = join(folder, 'started')
    writeFileSync(join(folder, 'lamp.service'), `[D-BUS Service]\nName=net.example.Sleeping\nExec=/usr/bin/touch ${mark}\n`)
    const other = await startDaemon(undefined, folder)
    const bus = open(other.address)
    await expect(bus.property({ ...lamp, name: 'net.example.Sleeping', property: 'Colour' })).rejects.toMatchObject({ isAbsent: true })
    expect(existsSync(mark)).toBe(false)
    // The daemon would start it for another: that is what is kept from happening.
    const program = await other.program()
    void program.startServiceByName('net.example.Sleeping', 0).catch(() => {})
    await vi.waitFor(() => expect(existsSync(mark)).toBe(true))
    await bus.close()
    await other.stop()
  })

  test('a program that never answers costs two seconds and no more', async () => {
    const bus = open(daemon.address)
    await expect(bus.call({ ...lamp, member: 'Hang' })).rejects.toThrow(/did not answer Hang/)
    expect(await bus.call({ ...lamp, member: 'Ask' })).toHaveLength(1)
    await bus.close()
  })

  test('signals are heard, a listener that throws harms nobody, and one that ended hears no more', async () => {
    const bus = open(daemon.address)
    const lit: unknown[] = []
    bus.onSignal({ interface: lamp.interface, member: 'Lit' }, () => {
      throw new Error('a fault in what follows')
    })
    const end = bus.onSignal({ interface: lamp.interface, member: 'Lit' }, ([isOn]) => lit.push(isOn))
    await bus.call({ ...lamp, member: 'Ask' })
    const program = await daemon.program()
    program.sendSignal(lamp.path, lamp.interface, 'Lit', 'b', [true])
    await vi.waitFor(() => expect(lit).toEqual([true]))
    end()
    program.sendSignal(lamp.path, lamp.interface, 'Lit', 'b', [false])
    await bus.call({ ...lamp, member: 'Ask' })
    expect(lit).toEqual([true])
    await bus.close()
  })

  test('a bus that ends and is back is heard again without anybody asking', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'idlewatt-back-')), 'bus')
    const first = await startDaemon(path)
    const bus = open(first.address, fastClock(20))
    const lit: unknown[] = []
    let opened = 0
    bus.onOpen(() => (opened += 1))
    bus.onSignal({ interface: lamp.interface, member: 'Lit' }, ([isOn]) => lit.push(isOn))
    await vi.waitFor(() => expect(opened).toBe(1))
    await first.stop()
    await vi.waitFor(() => expect(bus.call({ ...lamp, member: 'Ask' })).rejects.toThrow(/closed the connection|not there/))
    const second = await startDaemon(path)
    await vi.waitFor(() => expect(opened).toBe(2), { timeout: 5_000 })
    const program = await second.program()
    await vi.waitFor(() => {
      program.sendSignal(lamp.path, lamp.interface, 'Lit', 'b', [true])
      expect(lit.length).toBeGreaterThan(0)
    })
    await bus.close()
    await second.stop()
  })
})

async function standIn(answer: string | null): Promise<{ address: string; stop(): void }> {
  const path = join(mkdtempSync(join(tmpdir(), 'idlewatt-bus-')), 'bus')
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (answer !== null) socket.on('data', () => socket.write(answer))
  })
  await new Promise<void>((done) => server.listen(path, done))
  return { address: `unix:path=${path}`, stop: () => server.close() }
}

describe('buses that are none', () => {
  test.each([
    ['refuses', 'REJECTED\r\n', /does not let this user in/],
    ['refuses and offers others', 'REJECTED ANONYMOUS DBUS_COOKIE_SHA1\r\n', /does not let this user in/],
    ['talks nonsense', `OK 0123\r\n${'\0'.repeat(400)}`, /failed|not let|understood/],
    ['never answers', null, /did not answer in 3 s/],
  ])('one that %s costs an answer, never the process', async (_, answer, sentence) => {
    const thrown: unknown[] = []
    const note = (error: unknown): void => void thrown.push(error)
    process.on('uncaughtException', note)
    const { address, stop } = await standIn(answer)
    const bus = open(address, fastClock(20))
    await expect(bus.call({ ...lamp, member: 'Ask' })).rejects.toThrow(sentence)
    await bus.close()
    stop()
    process.off('uncaughtException', note)
    expect(thrown).toEqual([])
  })

  test('one that hangs up after the greeting, as a desktop does with another user, is said so', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'idlewatt-bus-')), 'bus')
    const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('OK 0123\r\n')))
    await new Promise<void>((done) => server.listen(path, done))
    const bus = open(`unix:path=${path}`)
    await expect(bus.call({ ...lamp, member: 'Ask' })).rejects.toThrow(/does not let this user in/)
    await bus.close()
    server.close()
  })

  test('an address of another kind, and one where nothing listens, are said so', async () => {
    const odd = open('unixexec:path=/bin/false')
    await expect(odd.call({ ...lamp, member: 'Ask' })).rejects.toThrow(/an address that Idlewatt cannot use/)
    await odd.close()
    const none = open('unix:path=/nowhere/bus')
    await expect(none.call({ ...lamp, member: 'Ask' })).rejects.toThrow('nothing listens at /nowhere/bus')
    await expect(none.call({ ...lamp, member: 'Ask' })).rejects.toThrow('nothing listens at /nowhere/bus')
    await none.close()
  })
})

test('addresses as the specification writes them', () => {
  expect(socketPathsOf('unix:path=/run/user/1000/bus')).toEqual(['/run/user/1000/bus'])
  expect(socketPathsOf('tcp:host=a,port=1;unix:abstract=/tmp/dbus-x,guid=1;unix:path=/a%20b')).toEqual(['\0/tmp/dbus-x', '/a b'])
  expect(['', 'autolaunch:', 'unix:', 'unix:tmpdir=/tmp'].map(socketPathsOf)).toEqual([[], [], [], []])
})
