/** What is read of the rendering client: its log, its registry values and the cards together; and of the two clients that say nothing. */
import { describe, expect, test } from 'vitest'
import { software } from '../../../../main/networks/render/software.ts'
import type { SoftwareFacts } from '../../../../main/networks/network.ts'
import { factsOf, minute, now, signsOf } from '../software-facts.ts'

const definition = (id: string) => {
  const found = software.find(({ programmeId }) => programmeId === `render/${id}`)
  if (!found) throw new Error(id)
  return found
}
const client = definition('rendering')
const at = '2026-11-23 12:00:00 INFO: [1] '
const start: [number, string][] = [[600, `${at}rndr client is starting`], [599, `${at}2 usable gpus detected`], [598, `${at}node scored 1274.3`]]
const started: [number, string] = [4, `${at}starting a new render job with config hash: 9f3ab27c44e1d0`]
const done = (ago: number, seconds = 240): [number, string] => [ago, `${at}sent render finished, job completed successfully (render time ${seconds} seconds)`]
const failed = (ago: number): [number, string] => [ago, `${at}job failed with config hash: 9f3ab27c44e1d0`]
const free = (count = 2): SoftwareFacts['cards'] => Array.from({ length: count }, (_, n) => ({ gpuId: `${n}`, utilisation: 0.01, memoryUsedBytes: 4e8 }))
const read = (lines: [number, string][], change: Partial<SoftwareFacts> = {}) => client.read(factsOf({ isProcessThere: true, cards: free(), registry: { RNDR_IDLE: '0x1' }, ...signsOf(client, lines), ...change }))

describe('the rendering client', () => {
  test('idle: ready, and paid a little for being there', () => {
    expect(read(start)).toMatchObject({ activity: 'idle', earning: true, cause: null, job: null })
  })
  test('a job: since when, and by which hash', () => {
    expect(read([...start, started], { registry: { RNDR_IDLE: '0' } })).toMatchObject({ activity: 'working', earning: true, job: { id: '9f3ab27c44e1d0', since: now - 4 * minute }, sentence: 'Rendering a job, for 4 minutes so far.' })
  })
  test('a job that began just now is believed before a registry that was read earlier; an old one is not', () => {
    expect(read([...start, [1, started[1]]]).activity).toBe('working')
    expect(read([...start, [10, started[1]]])).toMatchObject({ activity: 'idle', job: null })
  })
  test('after a restart of the client the job of before is over', () => {
    expect(read([started, ...start.map(([, line]): [number, string] => [1, line])], { registry: null })).toMatchObject({ job: null, earning: null })
  })
  test.each<[number, number | null]>([[0.62, 5e9], [0.9, null], [0, 6e9]])('something else uses the card (%d, %s): no job will come', (utilisation, memoryUsedBytes) => {
    expect(read(start, { cards: [...free(1), { gpuId: 'b', utilisation, memoryUsedBytes }] })).toMatchObject({ activity: 'idle', earning: false, cause: 'broken-here', sentence: expect.stringContaining('something else uses the card') })
  })
  test('the load of its own job is no stranger\'s', () => {
    expect(read([...start, started], { registry: { RNDR_IDLE: '0x0' }, cards: free().map((card) => ({ ...card, utilisation: 1, memoryUsedBytes: 2e10 })) })).toMatchObject({ activity: 'working', earning: true })
  })
  test('a card that was lost', () => {
    expect(read(start, { cards: free(3) })).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', sentence: expect.stringContaining('found 2 usable cards, but this machine has 3') })
  })
  test('more cards than we know of are no fault', () => expect(read(start, { cards: [] }).activity).toBe('idle'))
  test('another wallet than yours, without either in full', () => {
    const wallets = { answers: { wallet: 'Gaxmf9tKTFWrHHaQY8dqNpjcWhxg2RNP95jRwSc5N9V7' }, registry: { RNDR_IDLE: '1', WALLETID: 'D9qScoXoonvxK1tH8z3uLVpGgaYthfDVxPiUtPoC8XMg' } }
    const reading = read(start, wallets)
    expect(reading).toMatchObject({ activity: 'unhealthy', earning: false, cause: 'broken-here' })
    expect(reading.sentence).toContain('D9qS…8XMg')
    expect(JSON.stringify(reading)).not.toContain(wallets.registry.WALLETID)
    expect(read(start, { ...wallets, registry: { ...wallets.registry, WALLETID: wallets.answers.wallet } }).activity).toBe('idle')
  })
  test('too many failed jobs, once there are enough to tell', () => {
    const jobs = (bad: number, good: number): [number, string][] => [...start, ...Array.from({ length: good }, () => done(50)), ...Array.from({ length: bad }, () => failed(40))]
    expect(read(jobs(2, 18))).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', sentence: expect.stringContaining('2 of 20 jobs failed') })
    expect(read(jobs(1, 19)).activity).toBe('idle')
    expect(read(jobs(3, 5)).activity).toBe('idle')
  })
  test('a job without a word for an hour may hang', () => {
    expect(read([...start, [61, started[1]]], { registry: { RNDR_IDLE: '0' } })).toMatchObject({ activity: 'unhealthy', earning: null, sentence: expect.stringContaining('for 61 minutes') })
  })
  test('a score that fell is said; a steady one is not', () => {
    const scored = (score: number): [number, string] => [5, `${at}node scored ${score}`]
    expect(read([...start, [10, `${at}rndr client is starting`], scored(1100)]).sentence).toContain('fell from 1274.3 to 1100')
    expect(read([...start, [10, `${at}rndr client is starting`], scored(1200)]).sentence).not.toContain('fell')
  })
  test.each([{ RNDR_IDLE: '0' }, null])('starting: it measures the card, and that is no job (%j)', (registry) => {
    expect(read([[1, `${at}rndr client is starting`], [1, `${at}2 usable gpus detected`]], { registry })).toMatchObject({ activity: 'starting', earning: null, job: null })
  })
  test('not running; and a log that grows makes up for a process that was not told apart', () => {
    expect(read([], { isProcessThere: false })).toMatchObject({ activity: 'unknown', earning: false, cause: 'broken-here' })
    expect(read([[600, `${at}rndr client is starting`]], { isProcessThere: false }).earning).toBe(false)
    expect(read([[2, `${at}node scored 1274.3`]], { isProcessThere: false }).activity).toBe('idle')
    expect(read([], { isProcessThere: null, registry: null })).toMatchObject({ activity: 'unknown', earning: null })
  })
  test.each<[string | undefined, string]>([['0x1', 'idle'], ['1', 'idle'], ['0', 'working'], ['', 'unknown'], ['yes', 'unknown'], [undefined, 'unknown']])('RNDR_IDLE of %j: %s', (value, activity) => {
    expect(read([], { registry: value === undefined ? {} : { RNDR_IDLE: value } }).activity).toBe(activity)
  })
})

describe('what stopping costs', () => {
  const price = (lines: [number, string][], registry: Record<string, string>) => client.stopPrice(factsOf({ isProcessThere: true, registry, ...signsOf(client, lines) }))
  test('the job so far, the node\'s standing, and how long it would take by the jobs before', () => {
    const cost = price([...start, done(90, 600), done(60, 600), started], { RNDR_IDLE: '0' })
    expect(cost.sentence).toMatch(/loses the job in progress \(4 minutes so far\).*standing/)
    expect(cost.finishMinutes).toBe(6)
  })
  test('without a past the time is not known; idle costs nothing', () => {
    expect(price([...start, started], { RNDR_IDLE: '0' }).finishMinutes).toBeNull()
    expect(price(start, { RNDR_IDLE: '1' })).toMatchObject({ finishMinutes: 0, sentence: expect.stringMatching(/^No job is under way/) })
  })
  test('where nothing tells whether it is idle, neither is the time known', () => {
    for (const cost of [price(start, {}), price([...start, done(60, 600)], {}), client.stopPrice(factsOf({ isProcessThere: null })), client.stopPrice(factsOf({ isProcessThere: true, registry: { RNDR_IDLE: '' } }))]) {
      expect(cost).toMatchObject({ usd: null, finishMinutes: null, sentence: expect.stringMatching(/^Whether a job is under way is not known/) })
    }
    expect(client.stopPrice(factsOf({ isProcessThere: false }))).toMatchObject({ finishMinutes: 0 })
  })
  test('a job that takes longer than usual: how much longer is not known', () => {
    expect(price([...start, done(90, 100), [4, started[1]]], { RNDR_IDLE: '0' }).finishMinutes).toBeNull()
  })
})

test('the namesake in Windows\' own folder is not taken for the client', () => {
  expect(client.processes.find(({ name }) => name === 'TCPSVCS.exe')?.pathContains).toBe('OtoyRndrNetwork')
  expect(software.every(({ command, kind }) => command === null && kind === 'observed')).toBe(true)
})

test.each(['compute', 'salad'])('%s: that it runs is told, what it earns is not', (id) => {
  const { read, stopPrice } = definition(id)
  expect(read(factsOf({ isProcessThere: true, cards: [{ gpuId: 'a', utilisation: 0.9, memoryUsedBytes: null }] }))).toMatchObject({ activity: 'ready', earning: null, sentence: expect.stringContaining('likely') })
  expect(read(factsOf({ isProcessThere: true }))).toMatchObject({ activity: 'ready', earning: null })
  expect(read(factsOf({ isProcessThere: false }))).toMatchObject({ earning: false, cause: 'broken-here' })
  expect(read(factsOf())).toMatchObject({ activity: 'unknown', earning: null })
  expect(stopPrice(factsOf())).toMatchObject({ usd: null, finishMinutes: null })
})
