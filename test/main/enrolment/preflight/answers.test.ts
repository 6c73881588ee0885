/** What servers, routers and programs answer, read apart: addresses, times, ports, sleep, distributions. Hostile and cut answers give nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressKind, askedServer, readServer } from '../../../../main/enrolment/preflight/addresses.ts'
import { judge } from '../../../../main/enrolment/preflight/cgnat.ts'
import { offsetInChrony, offsetInTimesync, offsetInW32tm } from '../../../../main/enrolment/preflight/clock-offset.ts'
import { mountOf } from '../../../../main/enrolment/preflight/disk.ts'
import { gatewayInRoutes } from '../../../../main/enrolment/preflight/gateway.ts'
import { namesInTasklist, portsInLsof, portsInNetstat, portsInProc, portsInSs } from '../../../../main/enrolment/preflight/listening.ts'
import { readOutsideAddress } from '../../../../main/enrolment/preflight/nat-pmp.ts'
import { isNamed, linuxNames } from '../../../../main/enrolment/preflight/processes.ts'
import { linuxSleep, macSleep, windowsSleep } from '../../../../main/enrolment/preflight/sleep.ts'
import { readTime, timeQuestion, writeTime } from '../../../../main/enrolment/preflight/sntp.ts'
import { bindingQuestion, readBinding } from '../../../../main/enrolment/preflight/stun.ts'
import { howItWouldGo } from '../../../../main/enrolment/preflight/toolkit.ts'
import { distributionsIn } from '../../../../main/enrolment/preflight/wsl.ts'

describe('addresses', () => {
  test.each([
    ['8.8.8.8', 'public'], ['100.64.0.1', 'shared'], ['100.127.255.255', 'shared'], ['100.128.0.1', 'public'], ['10.1.2.3', 'private'], ['172.31.0.1', 'private'], ['172.32.0.1', 'public'], ['192.168.1.1', 'private'],
    ['127.0.0.1', 'special'], ['169.254.1.1', 'special'], ['0.0.0.0', 'special'], ['fe80::1%eth0', 'special'], ['fd00::1', 'private'], ['2600::1', 'public'], ['::ffff:192.168.1.1', 'private'], ['not one', 'special'],
  ])('%s is %s', (address, kind) => expect(addressKind(address)).toBe(kind))
  test('servers with and without a port; what is none is refused', () => {
    expect(readServer('stun.example.org:3478', 1)).toEqual({ host: 'stun.example.org', port: 3478 })
    expect(readServer(' Time.Example.org ', 123)).toEqual({ host: 'time.example.org', port: 123 })
    expect(readServer('[2600::1]:99', 1)).toEqual({ host: '2600::1', port: 99 })
    for (const wrong of ['', 'a b', 'https://x', 'host:0', 'host:70000', '[zz]:1', 'x;rm -rf /', 'a/b']) expect(readServer(wrong, 1), wrong).toBeNull()
  })
  test('outside is asked where that is allowed, the stand-in where there is one, and this machine always', () => {
    const outside = { host: 'example.org', port: 80 }
    expect(askedServer(outside, { refusal: () => 'Off.', loopback: 'http://127.0.0.1:4711' })).toBe('Off.')
    expect(askedServer(outside, { refusal: () => null, loopback: 'http://127.0.0.1:4711' })).toEqual({ host: '127.0.0.1', port: 4711 })
    expect(askedServer(outside, { refusal: () => null, loopback: null })).toBe(outside)
    expect(askedServer({ host: '127.0.0.1', port: 9 }, { refusal: () => 'Off.', loopback: null })).toEqual({ host: '127.0.0.1', port: 9 })
  })
})

describe('STUN', () => {
  const transaction = Buffer.from('0123456789ab')
  const head = (length: number, of = transaction): Buffer => {
    const bytes = Buffer.alloc(20)
    bytes.writeUInt16BE(0x0101, 0)
    bytes.writeUInt16BE(length, 2)
    bytes.writeUInt32BE(0x2112a442, 4)
    bytes.set(of, 8)
    return bytes
  }
  // The masked address of RFC 5769, 2.2: 192.0.2.1, port 32853.
  const masked = Buffer.from('002000080001a147e112a643', 'hex')
  test('the published test vector gives its address', () => expect(readBinding(Buffer.concat([head(12), masked]), transaction)).toBe('192.0.2.1'))
  test('version 6 is unmasked with the transaction too', () => {
    // RFC 5769, 2.3.
    const id = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex')
    const value = Buffer.from('002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9', 'hex')
    expect(readBinding(Buffer.concat([head(24, id), value]), id)).toBe('2001:db8:1234:5678:11:2233:4455:6677')
  })
  test('a plain address counts where no masked one follows, also after an unknown attribute of odd length', () => {
    const odd = Buffer.from('80220003616263ff', 'hex')
    const plain = Buffer.from('00010008000100500a000001', 'hex')
    expect(readBinding(Buffer.concat([head(20), odd, plain]), transaction)).toBe('10.0.0.1')
    expect(readBinding(Buffer.concat([head(24), plain, masked]), transaction)).toBe('192.0.2.1')
  })
  test('another transaction, an error answer, our own question and cut ones are no answers', () => {
    expect(readBinding(Buffer.concat([head(12), masked]), Buffer.from('ab0123456789'))).toBeNull()
    expect(readBinding(bindingQuestion(transaction), transaction)).toBeNull()
    for (let length = 0; length < 32; length += 1) expect(readBinding(Buffer.concat([head(12), masked]).subarray(0, length), transaction)).toBeNull()
  })
  test('no bytes make it throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (tail) => void readBinding(Buffer.concat([head(tail.length), tail]), transaction)))
  })
})

describe('time servers', () => {
  const sentAt = Date.UTC(2026, 10, 23, 12)
  const answer = (question: Buffer, serverMs: number, change: (bytes: Buffer) => void = () => {}): Buffer => {
    const bytes = Buffer.alloc(48)
    bytes[0] = 0x24
    bytes[1] = 2
    question.copy(bytes, 24, 40, 48)
    writeTime(bytes, 32, serverMs)
    writeTime(bytes, 40, serverMs)
    change(bytes)
    return bytes
  }
  test('the way there and back is taken out of the difference', () => {
    const question = timeQuestion(sentAt)
    const read = readTime(answer(question, sentAt + 5_050), question, sentAt, sentAt + 100)
    expect(read).toEqual({ offMs: expect.closeTo(5_000, 1), delayMs: expect.closeTo(100, 1) })
  })
  test('any offset comes out as it went in, on both sides of 2036', () => {
    fc.assert(
      fc.property(fc.integer({ min: -86_400_000, max: 86_400_000 }), fc.integer({ min: 0, max: 2_000 }), fc.constantFrom(sentAt, Date.UTC(2036, 1, 7, 6, 28, 16), Date.UTC(2040, 0, 1)), (off, delay, at) => {
        const question = timeQuestion(at)
        const read = readTime(answer(question, at + delay / 2 + off), question, at, at + delay)
        expect(read).toEqual({ offMs: expect.closeTo(off, 0), delayMs: expect.closeTo(delay, 0) })
      }),
    )
  })
  test('an answer to somebody else is none; a server that is not set, or refuses, gives no time', () => {
    const question = timeQuestion(sentAt)
    expect(readTime(answer(timeQuestion(sentAt + 1_000), sentAt), question, sentAt, sentAt)).toBeNull()
    expect(readTime(answer(question, sentAt, (bytes) => (bytes[0] = 0x23)), question, sentAt, sentAt)).toBeNull()
    expect(readTime(answer(question, sentAt).subarray(0, 47), question, sentAt, sentAt)).toBeNull()
    expect(readTime(answer(question, sentAt, (bytes) => (bytes[0] = 0xe4)), question, sentAt, sentAt)).toEqual({ refused: 'its own clock is not set' })
    expect(readTime(answer(question, sentAt), question, sentAt, sentAt - 3_600_000), 'a clock set back meanwhile').toEqual({ refused: expect.stringContaining('was set while') })
    const kiss = answer(question, sentAt, (bytes) => {
      bytes[1] = 0
      bytes.write('RATE', 12)
    })
    expect(readTime(kiss, question, sentAt, sentAt)).toEqual({ refused: 'it refuses to answer (RATE)' })
  })
})

test('a router’s own address, by its answer and by what is seen outside', () => {
  expect(readOutsideAddress(Buffer.from([0, 128, 0, 0, 0, 0, 0, 9, 100, 64, 1, 2]))).toEqual({ address: '100.64.1.2' })
  expect(readOutsideAddress(Buffer.from([0, 128, 0, 3]))).toEqual({ refused: 'it has no address outside itself' })
  expect(readOutsideAddress(Buffer.from([0, 0, 0, 0]))).toBeNull()
  expect(judge('100.64.1.2', null).value).toMatchObject({ isBehind: true })
  expect(judge('192.168.0.2', '8.8.8.8').value).toMatchObject({ isBehind: true })
  expect(judge('8.8.8.8', '8.8.8.8').value).toMatchObject({ isBehind: false })
  expect(judge('8.8.8.8', '9.9.9.9').value).toMatchObject({ isBehind: true })
  expect(judge('8.8.8.8', null).value).toMatchObject({ isBehind: false })
  expect(judge('0.0.0.0', '8.8.8.8')).toMatchObject({ value: null })
})

test('the way out of /proc/net/route, the least metric first', () => {
  const text = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n' + 'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\n' + 'eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\n' + 'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n'
  expect(gatewayInRoutes(text)).toEqual({ address: '192.0.2.1', interfaceName: 'eth0' })
  expect(gatewayInRoutes('')).toBeNull()
})

test('how far the clock is off, as each keeper of time says it', () => {
  expect(offsetInChrony('Reference ID    : A29FC87B (time.cloudflare.com)\nSystem time     : 0.012345 seconds slow of NTP time\n')).toBe(12)
  expect(offsetInChrony('Reference ID    : A29FC87B (x)\nSystem time     : 3.5 seconds fast of NTP time\n')).toBe(-3500)
  expect(offsetInChrony('Reference ID    : 00000000 ()\nSystem time     : 0.000000000 seconds fast of NTP time\n')).toBeNull()
  expect(offsetInTimesync('       Server: 1.2.3.4\n       Offset: -1.600ms\n')).toBe(-2)
  expect(offsetInTimesync('       Offset: +1min 4s\n')).toBe(64_000)
  expect(offsetInTimesync('       Offset: +312us\n')).toBe(0)
  expect(offsetInTimesync('       Offset: n/a\n')).toBeNull()
  expect(offsetInW32tm('Phase Offset: -0.5012345s\r\n')).toBe(-501)
  expect(offsetInW32tm('')).toBeNull()
})

describe('ports', () => {
  test('ss: named, both versions once, connections left out', () => {
    const text = 'tcp   LISTEN 0      511          0.0.0.0:8443      0.0.0.0:*    users:(("nginx",pid=123,fd=6),("nginx",pid=124,fd=6))\ntcp   LISTEN 0 4096 [::]:8443 [::]:*\nudp   UNCONN 0 0 10.0.0.1%eth0:68 0.0.0.0:*\ntcp ESTAB 0 0 10.0.0.1:5000 10.0.0.2:443\n'
    expect(portsInSs(text)).toEqual([
      { port: 68, protocol: 'udp', listener: 'a program that is not told' },
      { port: 8443, protocol: 'tcp', listener: 'nginx' },
    ])
  })
  test('/proc/net/tcp, netstat and lsof', () => {
    expect(portsInProc('  sl  local_address rem_address   st\n   0: 00000000:07E8 00000000:0000 0A 0\n   1: 0100007F:1F90 0100007F:C001 01 0\n', 'tcp')).toEqual([{ port: 2024, protocol: 'tcp', listener: 'a program that is not told' }])
    const tasks = namesInTasklist('"Registry","148","Services","0","50.444 K"\r\n"nginx.exe","4711","Console","1","12.345 K"\r\n')
    expect(portsInNetstat('  TCP    0.0.0.0:8443   0.0.0.0:0   ABHÖREN   4711\r\n  TCP    10.0.0.1:5000   10.0.0.2:443   HERGESTELLT   9\r\n  UDP    [::]:5353   *:*   4711\r\n', tasks)).toEqual([
      { port: 5353, protocol: 'udp', listener: 'nginx.exe' },
      { port: 8443, protocol: 'tcp', listener: 'nginx.exe' },
    ])
    expect(portsInLsof('COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\nControlCe 500 joe 9u IPv4 0x1 0t0 TCP *:7000 (LISTEN)\nfoo 6 joe 9u IPv4 0x1 0t0 TCP 10.0.0.1:5->1.1.1.1:443 (ESTABLISHED)\n')).toEqual([{ port: 7000, protocol: 'tcp', listener: 'ControlCe' }])
  })
})

describe('sleep', () => {
  const none = { units: null, idle: null, kind: null, after: null }
  test.each([
    [{ ...none, units: 'masked\nmasked\n', kind: "'suspend'" }, false],
    [{ ...none, idle: 's "suspend"\n' }, true],
    [{ ...none, idle: 's "ignore"\n', kind: "'suspend'\n", after: '1200\n' }, true],
    [{ ...none, idle: 's "ignore"\n', kind: "'suspend'\n", after: '0\n' }, false],
    [{ ...none, idle: 's "ignore"\n', kind: "'nothing'\n" }, false],
    [{ ...none, idle: 's "ignore"\n' }, false],
    [none, null],
    [{ ...none, units: 'static\nstatic\n' }, null],
  ])('Linux %j → %s', (found, expected) => expect(linuxSleep(found).value?.mayIdleSleep ?? null).toBe(expected))
  test('Windows in any language, and macOS by its mains', () => {
    const german = (ac: string): string => `    Mögliche Einheiten: Sekunden\r\n  Index der aktuellen Wechselstromeinstellung: 0x${ac}\r\n  Index der aktuellen Gleichstromeinstellung: 0x00000384\r\n`
    expect(windowsSleep(german('00000708')).value).toEqual({ mayIdleSleep: true, how: 'the power plan says after 30 minutes on mains' })
    expect(windowsSleep(german('00000000')).value?.mayIdleSleep).toBe(false)
    expect(windowsSleep('Access denied').value).toBeNull()
    expect(macSleep('Battery Power:\n sleep 1\nAC Power:\n displaysleep 10\n sleep 0\n').value?.mayIdleSleep).toBe(false)
    expect(macSleep('Battery Power:\n sleep 0\nAC Power:\n displaysleep 10\n sleep 15\n').value).toMatchObject({ mayIdleSleep: true })
    expect(macSleep('').value).toBeNull()
  })
})

test('distributions of WSL out of UTF-16 that was read as UTF-8, headings in any language', () => {
  const text = '  NAME                   STATUS          VERSION\r\n* Ubuntu-22.04           Wird ausgeführt 2\r\n  docker-desktop         Stopped         2\r\n  Old One                Stopped         1\r\n'
  const asRead = Buffer.from(`\ufeff${text}`, 'utf16le').toString('utf8')
  expect(distributionsIn(asRead).map(({ name, version }) => `${name} ${version}`)).toEqual(['Ubuntu-22.04 2', 'docker-desktop 2', 'Old One 1'])
  expect(distributionsIn('Windows Subsystem for Linux has no installed distributions.\r\n')).toEqual([])
})

test('names of processes: whole where the kernel cut them, and told from titles', () => {
  expect(linuxNames('/opt/io_launch_binary_linux\0--flag\0', 'io_launch_binar\n')).toEqual(['io_launch_binary_linux'])
  expect(linuxNames('nginx: master process\0', 'nginx\n')).toContain('nginx')
  expect(linuxNames('/opt/launcher\0', 'MainThread\n')).toEqual(['launcher', 'MainThread'])
  expect(linuxNames('/bin/sh\0/opt/a-very-long-script.sh\0', 'a-very-long-scr\n')).toEqual(['sh', 'a-very-long-script.sh'])
  expect(linuxNames('vim\0/opt/launcher\0', 'vim\n'), 'a file that is edited does not run').toEqual(['vim'])
  expect(linuxNames('', 'kthreadd\n')).toEqual(['kthreadd'])
  expect(isNamed('Salad.EXE', 'salad')).toBe(true)
  expect(isNamed('saladbar', 'salad')).toBe(false)
})

test('the mount that holds a folder, the longest and the last on top', () => {
  const text = '22 1 254:0 / / rw - ext4 /dev/vda rw\n23 22 8:17 / /srv/my\\040disk rw - ext4 /dev/sdb1 rw\n24 22 0:33 / /srv rw - tmpfs tmpfs rw\n25 22 8:33 / / rw - xfs /dev/sdc1 rw\n'
  expect(mountOf(text, '/srv/my disk/idlewatt')?.source).toBe('/dev/sdb1')
  expect(mountOf(text, '/srv/other')?.source).toBe('tmpfs')
  expect(mountOf(text, '/srvx')?.source).toBe('/dev/sdc1')
  expect(mountOf('', '/')).toBeNull()
})

test('what docker run --gpus would do, by what is set up', () => {
  const docker = (hasNvidiaRuntime: boolean) => ({ answers: true, why: null, remedy: null, version: '27', isDesktop: false, runtimes: [], hasNvidiaRuntime, containers: [], images: [], rootFolder: null })
  expect(howItWouldGo({ isThere: false, hasHook: false, devices: [], docker: null })).toMatch(/not installed.*refused/)
  expect(howItWouldGo({ isThere: true, hasHook: true, devices: [], docker: docker(true) })).toMatch(/finds its hook.*knows the runtime/)
  expect(howItWouldGo({ isThere: true, hasHook: false, devices: ['/etc/cdi/nvidia.yaml'], docker: docker(false) })).toMatch(/no hook.*does not know.*\/etc\/cdi\/nvidia\.yaml/)
})
