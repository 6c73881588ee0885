/** The rules of waiting, of addresses, of clocks and of words, on their own. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterFailure, backOffMs, calm, rebased, remainingMs } from '../../../main/market-data/back-off.ts'
import { cleaned, readJson, rpcError, rpcMethodOf, shortened } from '../../../main/market-data/http-answer.ts'
import { askedAt, isPublicAddress, lookupPublic, sentOnTo } from '../../../main/market-data/http-addresses.ts'
import { clockOff, withSample } from '../../../main/market-data/http-clock.ts'
import { createHost, noteLimit, noWait, waitFor } from '../../../main/market-data/http-host.ts'
import { longestWaitMs, waitAsked } from '../../../main/market-data/rate-limits.ts'

const now = Date.UTC(2026, 10, 23, 12)
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('back-off', () => {
  it('doubles from 2 s to 15 min, with up to half as much on top', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), unit, (failures, random) => {
        const plain = Math.min(900_000, 2_000 * 2 ** (failures - 1))
        const wait = backOffMs(failures, random)
        expect(wait).toBeGreaterThanOrEqual(plain)
        expect(wait).toBeLessThanOrEqual(plain * 1.5)
      }),
    )
    expect([0, 1, 2, 3, 4].map((failures) => backOffMs(failures, 0))).toEqual([0, 2_000, 4_000, 8_000, 16_000])
  })

  it('grows with each failure that is news, and counts those of one moment once', () => {
    let state = calm
    for (let count = 1; count <= 20; count++) {
      const at = now + count * 1_000_000
      const next = afterFailure(state, at, at, 0)
      expect(next).toMatchObject({ failures: count, since: at })
      expect(next.waitMs).toBeGreaterThanOrEqual(state.waitMs)
      expect(afterFailure(next, at - 1, at + 500, 0.9)).toBe(next)
      state = next
    }
  })

  it('never waits longer for a clock that was set, back or forth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: longestWaitMs }), fc.integer({ min: -1e12, max: 1e12 }), (waitMs, jump) => {
        const wait = { since: now, waitMs }
        const left = remainingMs(rebased(wait, now + jump), now + jump)
        expect(left).toBeGreaterThanOrEqual(0)
        expect(left).toBeLessThanOrEqual(waitMs)
        const from = Math.min(now, now + jump)
        expect(remainingMs(rebased(wait, from), from + waitMs)).toBe(0)
      }),
    )
  })
})

describe('limits in headers', () => {
  const cases: [string, number, Record<string, string>, number | null][] = [
    ['nothing', 200, {}, null],
    ['seconds', 429, { 'retry-after': '30' }, 30_000],
    ['half seconds', 429, { 'retry-after': '0.5' }, 500],
    ['twice', 429, { 'retry-after': '5, 7' }, 7_000],
    ['a date', 503, { 'retry-after': new Date(now + 45_000).toUTCString() }, 45_000],
    ['a date against the host’s clock', 503, { 'retry-after': 'Wed, 01 Jan 2020 00:01:00 GMT', date: 'Wed, 01 Jan 2020 00:00:00 GMT' }, 60_000],
    ['a date that is over', 503, { 'retry-after': 'Wed, 01 Jan 2020 00:01:00 GMT' }, 0],
    ['below nothing', 429, { 'retry-after': '-5' }, null],
    ['nonsense', 429, { 'retry-after': 'soon' }, null],
    ['a century', 429, { 'retry-after': '3153600000' }, longestWaitMs],
    ['a number without end', 429, { 'retry-after': '9'.repeat(400) }, longestWaitMs],
    ['an epoch that is over', 429, { 'retry-after': '1000000000' }, longestWaitMs],
    ['on a good answer: not for us', 200, { 'retry-after': '30' }, null],
    ['used up, seconds', 200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' }, 9_000],
    ['used up, epoch', 200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1_000 + 9) }, 9_000],
    ['used up, epoch in ms', 200, { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(now + 9_000) }, 9_000],
    ['used up, ISO', 200, { 'ratelimit-remaining': '0', 'ratelimit-reset': new Date(now + 9_000).toISOString() }, 9_000],
    ['used up, reset-after', 200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.25' }, 1_250],
    ['used up per method, unsaid', 200, { 'x-ratelimit-method-remaining': '0' }, 10_000],
    ['used up per minute', 200, { 'x-ratelimit-remaining-minute': '0' }, 60_000],
    ['used up per day', 200, { 'x-ratelimit-remaining-day': '0' }, longestWaitMs],
    ['something left', 200, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '9' }, null],
    ['two, the smaller binds', 200, { 'x-ratelimit-remaining': '40, 0', 'x-ratelimit-reset': '3' }, 3_000],
    ['one line, old draft', 200, { ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000],
    ['one line, old draft, left', 200, { ratelimit: 'limit=100, remaining=10, reset=50' }, null],
    ['one line, new draft', 200, { ratelimit: '"burst";r=0;t=5, "day";r=7;t=4000' }, 5_000],
    ['one line, new draft, left', 200, { ratelimit: '"burst";r=10;t=5' }, null],
    ['a policy is no limit used up', 200, { 'ratelimit-policy': '"burst";q=100;w=60' }, null],
    ['the longest of all', 429, { 'retry-after': '3', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' }, 9_000],
  ]
  it.each(cases)('%s', (_name, status, headers, wait) => expect(waitAsked(status, headers, now)).toBe(wait))

  it('whatever they hold: no throw, never below nothing, never above an hour', () => {
    const names = fc.constantFrom('retry-after', 'ratelimit', 'ratelimit-remaining', 'x-ratelimit-reset', 'x-ratelimit-remaining', 'date', 'age')
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String))), fc.integer({ min: 100, max: 599 }), (headers, status) => {
        const wait = waitAsked(status, headers, now)
        expect(wait === null || (wait >= 0 && wait <= longestWaitMs)).toBe(true)
      }),
    )
  })

  it('a host is never asked earlier than its header says, whatever else comes in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_600 }), fc.array(fc.record({ after: fc.integer({ min: 0, max: 100 }), seconds: fc.integer({ min: 0, max: 3_600 }) })), unit, (seconds, others, random) => {
        const host = createHost('h', null as never)
        noteLimit(host, 429, { 'retry-after': String(seconds) }, now, random)
        let at = now
        for (const other of others) {
          at += other.after
          noteLimit(host, 429, { 'retry-after': String(other.seconds) }, at, random)
        }
        expect(at + waitFor(host, noWait, at)).toBeGreaterThanOrEqual(Math.min(at, now) + seconds * 1_000)
      }),
    )
  })
})

describe('addresses', () => {
  it('tells the public ones', () => {
    for (const own of ['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::1', '::', 'fe80::1%eth0', 'fd00::1', '::ffff:127.0.0.1', '::ffff:192.168.0.1', '2002:7f00:1::', '64:ff9b::a00:1', 'x']) expect(isPublicAddress(own), own).toBe(false)
    for (const open of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808']) expect(isPublicAddress(open), open).toBe(true)
  })

  it('does not connect to a name that stands for this machine', async () => {
    const error = await new Promise<NodeJS.ErrnoException | null>((done) => lookupPublic('localhost', {}, (problem) => done(problem)))
    expect(error?.code).toBe('EOWNNETWORK')
  })

  it('goes to the loopback and comes back from it', () => {
    const base = 'http://127.0.0.1:4711'
    const url = new URL('https://api.example.com/v1/a?b=c#d')
    expect(askedAt(url, base)).toBe('http://127.0.0.1:4711/api.example.com/v1/a?b=c')
    expect(askedAt(url, null)).toBe('https://api.example.com/v1/a?b=c')
    for (const location of ['/v2', 'https://api.example.com/v2', `${base}/api.example.com/v2`, '/api.example.com/v2', '../v2']) expect(sentOnTo(url, location, base)?.href, location).toBe('https://api.example.com/v2')
    expect(sentOnTo(url, `${base}/evil.example.net/v2`, base)?.host).toBe('evil.example.net')
    expect(sentOnTo(url, 'http://[', null)).toBeNull()
  })
})

describe('the clock', () => {
  const day = 86_400_000
  const told = (...samples: [string, number][]): number | null => clockOff(samples.reduce<ReturnType<typeof withSample>>((all, [host, days]) => withSample(all, { host, offMs: days * day }), []))
  it('is wrong by two hosts, or one thrice, and right by the newest', () => {
    expect(told()).toBeNull()
    expect(told(['a', 700])).toBeNull()
    expect(told(['a', 700], ['b', 700])).toBe(700 * day)
    expect(told(['a', 700], ['a', 700])).toBeNull()
    expect(told(['a', -700], ['a', -700], ['a', -700])).toBe(-700 * day)
    expect(told(['a', 700], ['b', -700])).toBeNull()
    expect(told(['b', 0], ['a', 700], ['a', 700], ['a', 700])).toBeNull()
    expect(told(['a', 700], ['b', 700], ['a', 0])).toBeNull()
    expect(told(['a', 0.9], ['b', 0.9])).toBeNull()
  })
})

describe('words', () => {
  it('are cleaned and cut', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', 'é', '\u0007', '\n', '\r\n', '\u202e', '\u200b', '\u2028', '\u{1f600}', '\ud800', '\u00a0', ' '), { maxLength: 200 }), (letters) => {
      const text = letters.join('')
      const line = cleaned(text, 50)
      expect([...line].length).toBeLessThanOrEqual(50)
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }))
  })

  it('hide an address however it is written', () => {
    const address = 'cosmos1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu'
    expect(shortened(`/a/${address}/b/${address.toUpperCase()}`, [address])).toBe('/a/cosmos…v7xu/b/cosmos…v7xu')
    expect(shortened('/a/x%2Fy%2Bz0123456789', ['x/y+z0123456789'])).toBe('/a/x%2Fy%…6789')
    expect(shortened('/a/short', ['short', ''])).toBe('/a/…')
  })

  it('of JSON-RPC are found, in batches too', () => {
    expect(rpcMethodOf([{ method: 'getA' }, { method: 'getB' }])).toBe('getA')
    expect([rpcMethodOf({ query: 'x' }), rpcMethodOf('x'), rpcMethodOf(null), rpcMethodOf({ method: 5 })]).toEqual([null, null, null, null])
    expect(rpcError([{ result: 1 }, { error: { code: -32005, message: 'slow down' } }])).toEqual({ words: 'answered with an error: “slow down”', mayPass: true })
    for (const fine of [{ result: 1, error: null }, { result: null }, 5, null]) expect(rpcError(fine)).toBeNull()
  })

  it('of any text are JSON or a sentence, never a throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const reading = readJson(text, undefined)
      if (!reading.ok) expect(reading.words).toMatch(/^answered /)
    }))
  })
})
