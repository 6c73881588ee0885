/** `idlewatt markets` over loopback: the list, a refresh, the record of requests, and switching a source off. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requestsText, sourcesText } from '../../../main/command-line/markets.ts'
import { bodyFor, recordedBodies } from '../../../scripts/measure/recorded-outside.ts'
import type { RequestRecord, SourceStatus } from '../../../shared/market-data.ts'
import { idlewattHere } from './here.ts'

const asked: string[] = []
let bodies: Record<string, string> = {}
let server: Server
let folder = ''
/** The suite asks nobody; here every host is this file's own server. */
const offline = process.env['IDLEWATT_OFFLINE']

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const body = bodyFor(bodies, decodeURIComponent(request.url ?? ''))
    if (body === null) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  delete process.env['IDLEWATT_OFFLINE']
  process.env['IDLEWATT_LOOPBACK'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  delete process.env['IDLEWATT_LOOPBACK']
  if (offline !== undefined) process.env['IDLEWATT_OFFLINE'] = offline
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  bodies = recordedBodies(Date.now())
  rmSync(folder, { recursive: true, force: true })
  folder = mkdtempSync(join(tmpdir(), 'idlewatt-markets-'))
})

const markets = (...words: string[]) => idlewattHere(['markets', ...words, '--data', folder])
const sourceIn = (stdout: string, id: string): SourceStatus | undefined => (JSON.parse(stdout) as { sources: SourceStatus[] }).sources.find((status) => status.id === id)

test('without --refresh nobody is asked; the bundled figures are listed with their age', async () => {
  asked.length = 0
  const { exitCode, stdout } = await markets()
  expect(exitCode).toBe(0)
  expect(stdout).toContain('prices/coingecko')
  expect(stdout).toMatch(/bundled +2026-09-28, .* old, stale/)
  expect(asked).toEqual([])
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})

test('--refresh of one network asks its sources and those that all share; the rest is in the record', async () => {
  asked.length = 0
  const { exitCode, stdout, stderr } = await markets('--refresh', '--json', '--network', 'render')
  expect(exitCode, stderr).toBe(0)
  expect(stderr).toContain('CoinGecko: answered')
  const document = JSON.parse(stdout) as { sources: SourceStatus[]; markets: { id: string; origin: string }[]; tokens: { symbol: string; origin: string; services: unknown[] }[] }
  expect(new Set(document.sources.map((status) => status.networkId))).toEqual(new Set(['render', null]))
  expect(document.tokens).toMatchObject([{ symbol: 'RENDER', origin: 'live', confidence: 'high' }])
  expect(document.markets.find((one) => one.id === 'render')?.origin).toBe('live')
  const { requests } = JSON.parse((await markets('requests', '--json')).stdout) as { requests: RequestRecord[] }
  expect(requests).toHaveLength(asked.length)
  expect((await markets('requests')).stdout).toContain('api.coingecko.com')
  expect((await markets('requests', '--network', 'akash')).stdout).toContain('No request')
})

test('a source that fails is said, the others are shown, and the exit code is 1', async () => {
  bodies['api.frankfurter.dev/v1/latest'] = '<!doctype html><title>Sign in</title>'
  const { exitCode, stdout, stderr } = await markets('--refresh', '--network', 'aethir', '--json')
  expect(exitCode).toBe(1)
  expect(stderr).toContain('(prices/ecb-rates) failed:')
  expect(sourceIn(stdout, 'prices/ecb-rates')).toMatchObject({ phase: 'failing' })
  expect(sourceIn(stdout, 'prices/coingecko')).toMatchObject({ phase: 'good' })
})

test('off switches a source off for good, on switches it on again', async () => {
  expect(sourceIn((await markets('off', 'prices/Kraken', '--json')).stdout, 'prices/kraken')).toMatchObject({ isOn: false, phase: 'off' })
  asked.length = 0
  await markets('--refresh', '--network', 'aethir')
  expect(asked.some((url) => url.includes('kraken'))).toBe(false)
  expect(asked.length).toBeGreaterThan(0)
  expect(sourceIn((await markets('on', 'prices/kraken', '--json')).stdout, 'prices/kraken')).toMatchObject({ isOn: true })
})

describe('wrong words', () => {
  test.each([
    [['request'], /Did you mean requests/],
    [['off'], /needs the id of a source/],
    [['off', 'prices/coingeko'], /Did you mean prices\/coingecko/],
    [['on', 'a', 'b'], /one too many/],
    [['requests', 'x'], /no further word/],
    [['--network', 'nowhere'], /nowhere/],
  ])('%j', async (words, sentence) => {
    const { exitCode, stderr } = await markets(...words)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(sentence)
  })
})

test('texts keep within 100 columns and say a shared reason once', () => {
  const status = (id: string): SourceStatus => ({
    id, title: `The figures of ${id}, day by day and by model`, what: 'x', kind: 'health', networkId: 'n', hosts: [], isOn: true, phase: 'failing', lastGoodAt: 0, isStale: true, lastTriedAt: 1, fault: 'No host answered.', nextAt: null, shelfLifeMs: 1,
  })
  const text = sourcesText({ sources: ['n/a', 'n/b', 'n/c', 'n/something-rather-long'].map(status), markets: [], tokens: [] }, 2e12)
  expect(text.match(/No host answered/g)).toHaveLength(1)
  const record: RequestRecord = { no: 1, at: 0, sourceId: null, what: 'what your address holds of the token', method: 'POST', rpcMethod: 'getTokenAccountsByOwner', host: 'api.example.com', path: `/${'long/'.repeat(40)}`, status: 200, outcome: 'taken', sentence: 'took 12 kB', bytes: 1, tookMs: 1, attempt: 2 }
  for (const line of `${text}\n${requestsText([record])}`.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})
