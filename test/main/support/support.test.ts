/** A support bundle: what is taken out of it, that the same thing has the same stand-in, and that what was listed is what is saved. */
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { createSupport, type SupportOptions } from '../../../main/support/index.ts'
import { createRedactor } from '../../../main/support/redact.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'

const solana = '7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU'
const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

describe('what is taken out', () => {
  test.each([
    ['a Solana address', `paid to ${solana} today`, solana],
    ['an EVM address', 'to 0xc87B37a581ec3257B734886d9d3a581F5A9d056c.', '0xc87B'],
    ['a bech32 address', 'owner=akash1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwd,', 'akash1'],
    ['a JWT', 'Token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123', 'eyJ'],
    ['a key of an API', 'key sk_live_a1b2c3d4e5f6', 'sk_live'],
    ['a bearer token', 'Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
    ['a token in words', '{"token":"s3cr3t-value"}', 's3cr3t'],
    ['a password in an address', 'https://me:hunter22@host.example/x', 'hunter22'],
    ['a UUID of a card', 'GPU-6d1a9a9a-8f5e-4c1b-9a6e-0123456789ab', '6d1a9a9a'],
    ['a network card', 'eth0 aa:bb:cc:dd:ee:ff up', 'aa:bb'],
    ['an internet address', 'from 203.0.113.77 port', '203.0.113.77'],
    ['an address of version 6', 'from 2001:db8:85a3::8a2e:370:7334 port', '2001:db8'],
    ['an e-mail address', 'signed in as some.one@example.org', 'some.one'],
    ['a key of 64 digits', `key ${'0a1b2c3d'.repeat(8)}`, '0a1b2c3d'],
    ['a seed phrase', phrase, 'sausage'],
    ['somebody’s home', 'wrote /home/jane.doe/x', 'jane'],
    ['somebody’s home on Windows, as JSON writes it', '"C:\\\\Users\\\\Jane Doe\\\\x"', 'Jane'],
    ['a serial number', 'Serial Number: 1324720004711', '13247'],
    ['a key in several lines', '-----BEGIN PRIVATE KEY-----\nMIIabcdefg\nhijklmnop\n-----END PRIVATE KEY-----', 'MIIabc'],
  ])('%s', async (_, text, gone) => {
    const redactor = createRedactor([])
    expect(await redactor.clean(text)).not.toContain(gone)
    expect(redactor.removed().reduce((sum, one) => sum + one.count, 0)).toBeGreaterThan(0)
  })

  test.each(['loopback 127.0.0.1:4711 stays', 'driver 570.86.15 and CUDA 12.8 stay', 'GeForce RTX 4090, 10de:2684, 0000:01:00.0', '2026-11-23T12:00:00.000Z started', 'fixed 1.2 GB of 3.4 GB', '::1 answers', 'image ionetcontainers/io-worker-vc:v0.1', 'kept in /home/ubuntu/x', 'serial port: open'])('%s', async (text) => {
    expect(await createRedactor([]).clean(text)).toBe(text)
  })

  test('what is known by name, also as JSON writes it; short names and those of everybody are left, for they stand in ordinary words', async () => {
    const redactor = createRedactor([{ what: 'home folder', text: 'C:\\Users\\jane' }, { what: 'user name', text: 'jane' }, { what: 'user name', text: 'al' }, { what: 'name of this machine', text: 'RIG-01' }, { what: 'user name', text: 'root' }])
    expect(await redactor.clean('root in effect')).toBe('root in effect')
    expect(await redactor.clean('{"path":"C:\\\\Users\\\\jane\\\\x","host":"rig-01","total":3}')).toBe('{"path":"[home folder 1]\\\\x","host":"[name of this machine 1]","total":3}')
    expect(await redactor.clean('janet saw jane')).toBe('janet saw [user name 1]')
  })

  test('the same thing is the same word everywhere, another is another', async () => {
    const redactor = createRedactor([])
    const one = await redactor.clean(`a ${solana}`)
    expect(await redactor.clean(`b ${solana}`)).toBe(one.replace(/^a/, 'b'))
    expect(await redactor.clean('a 9xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsV')).not.toBe(one)
    expect(redactor.removed()).toEqual([{ what: 'wallet address', count: 2 }])
  })
})

describe('how it is taken out', () => {
  test('made-up values of a recording stay what they are, and nothing else does', async () => {
    const text = `GPU-5eed0000-0000-4000-8000-000000000001 ${solana}`
    expect(await createRedactor([]).clean(text, ['serial or id'])).toBe('GPU-5eed0000-0000-4000-8000-000000000001 [wallet address 1]')
  })

  test('long lines take no time to speak of, and other things go on between many lines', { timeout: 20_000 }, async () => {
    for (const unit of ['a.', 'eyJ-', 'x://y:', 'serial ']) await createRedactor([]).clean(unit.repeat(100_000))
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    await createRedactor([{ what: 'user name', text: 'jane' }]).clean('job 1 finished on 10.1.2.3 for jane\n'.repeat(20_000))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
  })
})

describe('a bundle', () => {
  const options = (more: Partial<SupportOptions> = {}): SupportOptions => ({
    parts: [
      { what: 'State', read: () => ({ 'state.json': `{"wallet":"${solana}"}` }) },
      { what: 'Long', read: () => ({ 'long.txt': 'x'.repeat(50_000) }) },
      { what: 'Broken part', read: () => Promise.reject(new Error(`no room at ${solana}`)) },
    ],
    known: () => [],
    now: () => Date.UTC(2026, 10, 23, 12),
    ...more,
  })

  test('lists every file, says what was removed, and saves exactly what was listed', async () => {
    const support = createSupport(options())
    const bundle = await support.make()
    expect(bundle.fileName).toBe('idlewatt-support-20261123-120000.zip')
    expect(bundle.files.map(({ name, bytes }) => [name, bytes])).toEqual([['state.json', 31], ['long.txt', 50_000], ['not-read-broken-part.txt', expect.any(Number)]])
    expect(bundle.files[1]?.preview).toContain('10000 more letters are in the file')
    expect(bundle.removed).toEqual([{ what: 'wallet address', count: 1 }])
    const { fileName, base64 } = support.save(bundle.id)
    const unpacked = Object.fromEntries(Object.entries(unzipSync(Buffer.from(base64, 'base64'))).map(([name, bytes]) => [name, strFromU8(bytes)]))
    expect(fileName).toBe(bundle.fileName)
    expect(unpacked['state.json']).toBe('{"wallet":"[wallet address 1]"}')
    expect(unpacked['long.txt']).toHaveLength(50_000)
    expect(JSON.stringify(unpacked)).not.toContain(solana)
  })

  test('of a part that is too long the newest is kept, from the beginning of a line', async () => {
    const support = createSupport(options({ parts: [{ what: 'Log', read: () => ({ 'log.txt': `${'old line\n'.repeat(1_200_000)}the newest\n` }) }] }))
    const [file] = (await support.make()).files
    expect(file?.bytes).toBeLessThan(10_000_100)
    expect(file?.preview).toMatch(/^… the first \d+ letters are left out\nold line\n/)
  })

  test('one that was not listed last is not saved', async () => {
    const support = createSupport(options())
    const first = await support.make()
    await support.make()
    expect(() => support.save(first.id)).toThrow(NotPossible)
    expect(() => createSupport(options()).save('none')).toThrow(NotPossible)
  })
})
