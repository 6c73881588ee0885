/** When the polite client asks again, when it does not, and that nothing outlives it. */
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { failureOf, get, host, path, politeBench } from '../../helpers/polite-bench.ts'

const bench = politeBench()

describe('waiting', () => {
  it('asks again after 2 and 4 seconds where a host fails, then leaves it alone, longer each time', async () => {
    bench.server.on(path, { status: 500, body: 'oops' })
    const asked = failureOf(bench.client.ask(get()))
    await bench.recorded(1)
    await bench.clock.advance(1_999)
    expect(bench.server.heard).toHaveLength(1)
    await bench.clock.advance(1)
    await bench.recorded(2)
    await bench.clock.advance(3_999)
    expect(bench.server.heard).toHaveLength(2)
    await bench.clock.advance(1)
    expect(await asked).toMatchObject({ message: `${host} answered 500, a fault of its own (tried 3 times).`, status: 500 })
    expect(bench.client.leftAloneUntil(host)).toBe(bench.clock.now() + 8_000)
    // Waits for the rest of the 8 s, and fails thrice more; beyond 30 s it does not wait.
    const again = failureOf(bench.client.ask(get()))
    await bench.clock.advance(8_000)
    await bench.recorded(4)
    await bench.clock.advance(16_000)
    await bench.recorded(5)
    expect((await again).message).toContain('(tried 2 times)')
    expect((await failureOf(bench.client.ask(get()))).message).toBe(`${host} answered 500, a fault of its own; it is left alone for another 32 s.`)
    expect(bench.server.heard).toHaveLength(5)
    await bench.clock.advance(2_000)
    bench.server.on(path, { body: [] })
    const healed = bench.client.ask(get())
    await bench.clock.advance(30_000)
    expect(await healed).toEqual([])
    expect(bench.client.leftAloneUntil(host)).toBeNull()
  })

  it('a 500 and then a good answer is a good answer', async () => {
    bench.server.on(path, { status: 500 }, { body: { good: true } })
    const asked = bench.client.ask(get())
    await bench.triedTimes(2)
    expect(await asked).toEqual({ good: true })
    expect(bench.records).toMatchObject([{ status: 500, outcome: 'failed', attempt: 1 }, { status: 200, outcome: 'taken', attempt: 2 }])
  })

  it('waits as long as Retry-After says, and never less', async () => {
    bench.server.on(path, { status: 429, headers: { 'retry-after': '20' } }, { body: [1] })
    const asked = bench.client.ask(get())
    await bench.recorded(1)
    expect(bench.records[0]).toMatchObject({ outcome: 'refused', status: 429, sentence: 'was asked too often (429) and asked to wait 20 s' })
    await bench.clock.advance(19_999)
    expect(bench.server.heard).toHaveLength(1)
    await bench.clock.advance(1)
    expect(await asked).toEqual([1])
  })

  it('is told at once where that is too long; its other questions too, without a request', async () => {
    const date = new Date(bench.clock.now()).toUTCString()
    // The host's clock is the one that its date is read against.
    bench.server.on(path, { status: 429, headers: { date, 'retry-after': new Date(bench.clock.now() + 90_000).toUTCString() } })
    expect((await failureOf(bench.client.ask(get()))).message).toBe(`${host} was asked too often (429) and asked to wait 90 s.`)
    expect((await failureOf(bench.client.ask(get({ url: `https://${host}/other` })))).message).toBe(`${host} asked to be left alone for another 90 s.`)
    expect(bench.server.heard).toHaveLength(1)
    bench.server.on('/two.example.com/', { body: 2 })
    expect(await bench.client.ask(get({ url: 'https://two.example.com/', hosts: ['two.example.com'] }))).toBe(2)
  })

  it('believes no host that asks for a century: an hour, then once more', async () => {
    bench.server.on(path, { status: 503, headers: { 'retry-after': '99999999999' } }, { body: 1 })
    await failureOf(bench.client.ask(get()))
    expect(bench.client.leftAloneUntil(host)).toBe(bench.clock.now() + 3_600_000)
    await bench.clock.advance(3_600_000)
    expect(await bench.client.ask(get())).toBe(1)
  })

  it('backs off by itself where a 429 says nothing more', async () => {
    bench.server.on(path, { status: 429 })
    const asked = failureOf(bench.client.ask(get()))
    await bench.triedTimes(3)
    expect(await asked).toMatchObject({ status: 429 })
    expect(bench.server.heard).toHaveLength(3)
  })

  it('does not start where the last good answer used the limit up', async () => {
    bench.server.on(path, { body: 1, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '12' } }, { body: 2 })
    expect(await bench.client.ask(get())).toBe(1)
    const second = bench.client.ask(get())
    await bench.clock.advance(11_999)
    expect(bench.server.heard).toHaveLength(1)
    await bench.clock.advance(1)
    expect(await second).toBe(2)
  })

  it('asks one host two at a time, a quarter of a second apart; other hosts meanwhile', async () => {
    const hosts = [host, 'two.example.com']
    bench.server.on(path, { body: 1, held: 'headers' })
    bench.server.on('/two.example.com/', { body: 2 })
    const many = Array.from({ length: 4 }, () => bench.client.ask(get()))
    await bench.server.heardOf(1)
    expect(await bench.client.ask(get({ url: 'https://two.example.com/', hosts }))).toBe(2)
    await bench.clock.advance(249)
    expect(bench.server.heard).toHaveLength(2)
    await bench.clock.advance(1)
    await bench.server.heardOf(3)
    await bench.clock.advance(1_000)
    expect(bench.server.heard).toHaveLength(3)
    bench.server.release()
    await bench.recorded(3)
    await bench.clock.advance(250)
    await bench.server.heardOf(5)
    bench.server.release()
    expect(await Promise.all(many)).toEqual([1, 1, 1, 1])
  })

  it('four that fail at once count as one failure', async () => {
    bench.server.on(path, { status: 502 })
    bench.client = bench.newClient({ startEveryMs: 0 })
    const both = [failureOf(bench.client.ask(get())), failureOf(bench.client.ask(get()))]
    await bench.recorded(2)
    expect(bench.client.leftAloneUntil(host)).toBe(bench.clock.now() + 2_000)
    await bench.client.stop()
    await Promise.all(both)
  })
})

describe('what is too slow', () => {
  it.each([
    ['that never begins', 'headers', 'gave no answer within 15 seconds'],
    ['that stops after its headers', 'body', 'gave no whole answer within 15 seconds'],
    ['that drips', 'drip', 'gave no whole answer within 15 seconds'],
  ] as const)('an answer %s ends in time, and is asked for again', async (_name, held, words) => {
    bench.server.on(path, { body: [1], held }, { body: [2] })
    const asked = bench.client.ask(get())
    await bench.server.heardOf(1)
    // What was sent before this round trip has come by its end.
    bench.server.on('/two.example.com/', { body: 2 })
    await bench.client.ask(get({ url: 'https://two.example.com/', hosts: ['two.example.com'] }))
    await bench.clock.advance(14_999)
    expect(bench.records).toHaveLength(1)
    await bench.clock.advance(1)
    await bench.recorded(2)
    expect(bench.records[1]).toMatchObject({ host, outcome: 'failed', status: null, sentence: words, tookMs: 15_000 })
    await bench.clock.advance(2_000)
    expect(await asked).toEqual([2])
  })

  it('a host that is not there is told so', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => gone.once('listening', done))
    const { port } = gone.address() as { port: number }
    await new Promise((done) => gone.close(done))
    bench.client = bench.newClient({ loopback: `http://127.0.0.1:${port}` })
    const asked = failureOf(bench.client.ask(get()))
    await bench.triedTimes(3)
    expect(await asked).toMatchObject({ message: `${host} could not be asked: nothing listens at that address (tried 3 times).`, status: null })
  })

  it('what is given up ends at once, asking or waiting or queued, and leaves nothing behind', async () => {
    bench.server.on(path, { held: 'body' })
    const abort = new AbortController()
    const asking = Array.from({ length: 20 }, () => failureOf(bench.client.ask(get({ signal: abort.signal }))))
    await bench.server.heardOf(1)
    abort.abort()
    for (const failure of await Promise.all(asking)) expect(failure.message).toBe('The question was given up.')
    await bench.recorded(1)
    expect(bench.records).toMatchObject([{ outcome: 'failed', sentence: 'was not heard out: the question was given up' }])
    expect(bench.client.leftAloneUntil(host)).toBeNull()
    expect(await failureOf(bench.client.ask(get({ signal: abort.signal })))).toMatchObject({ message: 'The question was given up.' })
  })

  it('stops with questions open, and takes no more', async () => {
    const warnings: string[] = []
    const hear = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', hear)
    bench.server.on(path, { held: 'drip', body: [1] })
    bench.server.on('/two.example.com/', { status: 500 })
    const open = Array.from({ length: 30 }, () => failureOf(bench.client.ask(get())))
    const waiting = failureOf(bench.client.ask(get({ url: 'https://two.example.com/', hosts: ['two.example.com'] })))
    await bench.recorded(1)
    await bench.server.heardOf(2)
    await bench.client.stop()
    for (const failure of await Promise.all([...open, waiting])) expect(failure.message).toBe('Idlewatt is closing; nothing is asked any more.')
    expect((await failureOf(bench.client.ask(get()))).message).toContain('is closing')
    expect(bench.clock.pending()).toBe(0)
    process.off('warning', hear)
    expect(warnings).toEqual([])
  })
})

