/** `history` on a real file: what was recorded comes back as table, JSON and CSV; what is not there is a sentence. */
import { describe, expect, test } from 'vitest'
import { chooseCard, historyText } from '../../../main/command-line/history.ts'
import { openHistory } from '../../../main/history/index.ts'
import { createLog } from '../../../main/system/log.ts'
import type { HistoryAnswer } from '../../../shared/history.ts'
import type { KnownCard } from '../../../shared/machine.ts'
import { unknownSample } from '../../../shared/telemetry.ts'
import { aGpu } from './cards.ts'
import { emptyFolder, idlewatt } from './call.ts'
import { historyDocument } from './documents.ts'

const turns = 300
const startedAt = Math.floor(Date.now() / 1000) * 1000 - turns * 1000

function remembered(gpuId: string, name: string): KnownCard {
  return { gpuId, uuid: gpuId, pciAddress: null, pciDeviceId: null, gpu: aGpu({ id: gpuId, name, uuid: gpuId }), firstSeenAt: startedAt, lastSeenAt: startedAt, lostSince: null }
}

/** Five minutes of two cards: load from 0 to 1, always 100 W; and a card of a recording. */
function folderWithPast(): string {
  const folder = emptyFolder()
  for (const [scope, ids] of [[null, ['GPU-aaaa1111-x', 'GPU-aaaa2222-y']], ['two-of-them', ['GPU-bbbb3333-z', 'GPU-aaaa1111-x']]] as const) {
    let now = startedAt
    const history = openHistory({ folder, scope, clock: { now: () => now, after: () => () => {} }, log: createLog('silent', () => {}), onNotice: () => {}, onRecording: () => {} })
    history.book.save(ids.map((id) => remembered(id, `Card ${id.slice(4, 8)}`)))
    for (let i = 0; i < turns; i++, now += 1000) {
      const sample = { ...unknownSample(now, ''), unknown: {}, utilisation: i / (turns - 1), powerW: 100, throttle: i % 60 < 5 ? ['sw_power_cap'] : [] }
      history.record({ at: now, steadyMs: now, samples: Object.fromEntries(ids.map((id) => [id, sample])), silent: {} })
    }
    history.addEvents([{ at: startedAt + 1000, id: 'throttle-began', gpuId: ids[0], sentence: 'It is slowed down by its power cap.' }])
    history.close()
  }
  return folder
}

describe('what was recorded', () => {
  const data = folderWithPast()
  const ask = (...words: string[]): ReturnType<typeof idlewatt> => idlewatt(['history', '--data', data, ...words])

  test('as a document, by the beginning of an id', { timeout: 20_000 }, async () => {
    const { exitCode, stdout, stderr } = await ask('--gpu', 'gpu-AAAA2', '--from', '-10m', '--step', '10s', '--json')
    expect(exitCode, stderr).toBe(0)
    const past = historyDocument.parse(JSON.parse(stdout))
    expect(past).toMatchObject({ gpuId: 'GPU-aaaa2222-y', stepSeconds: 10 })
    expect(past.samples.reduce((sum, one) => sum + one.seconds, 0)).toBe(turns)
    for (const one of past.samples) expect(one.takenAt % 10_000).toBe(0)
    const loads = past.samples.flatMap((one) => [one.min['utilisation'] ?? -1, one.mean['utilisation'] ?? -1, one.max['utilisation'] ?? -1])
    expect(loads).toEqual([...loads].sort((a, b) => a - b))
    // 100 W over 300 s.
    expect(past.energy?.kwh).toBeCloseTo((100 * turns) / 3_600_000, 3)
  })

  test('as a table, with the whole range, energy and events', { timeout: 20_000 }, async () => {
    const { exitCode, stdout } = await ask('--gpu', 'GPU-aaaa1111-x', '--from', '-10m')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Load +0 % +50 % +100 %/)
    expect(stdout).toMatch(/Power +100 W +100 W +100 W/)
    expect(stdout).toMatch(/Energy: 8\.\d+ Wh, from (49|50)\.?\d? % of the time/)
    expect(stdout).toContain('sw_power_cap')
    expect(stdout).toContain('It is slowed down by its power cap.')
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
  })

  test('as CSV: one head line, a row for each step, line ends as RFC 4180 has them', { timeout: 20_000 }, async () => {
    const { exitCode, stdout } = await ask('--gpu', 'GPU-aaaa1111-x', '--from', String(startedAt), '--to', String(startedAt + turns * 1000), '--step', '1', '--csv')
    expect(exitCode).toBe(0)
    const rows = stdout.split('\r\n')
    expect(rows.pop()).toBe('')
    expect(rows[0]).toMatch(/^takenAt,/)
    expect(rows.filter((row) => row.startsWith('takenAt'))).toHaveLength(1)
    expect(rows).toHaveLength(turns + 1)
    expect(new Set(rows.map((row) => row.split(',').length)).size).toBe(1)
  })

  test('of a recording without naming it; of this machine where both have the card', { timeout: 20_000 }, async () => {
    expect((await ask('--gpu', 'GPU-bbbb')).stdout).toContain('recording "two-of-them"')
    expect((await ask('--gpu', 'GPU-aaaa1111-x')).stdout).not.toContain('recording')
  })

  test.each([
    ['no card named', ['--from', '-1h'], 2, 'GPU-aaaa2222-y (Card aaaa)'],
    ['a beginning that fits two', ['--gpu', 'GPU-aaaa'], 2, 'more than one'],
    ['a card never seen', ['--gpu', 'GPU-none'], 1, 'Nothing is recorded of a card "GPU-none"'],
  ])('%s is a sentence with the ids', { timeout: 20_000 }, async (_what, words, code, said) => {
    const answer = await ask(...words)
    expect(answer).toMatchObject({ exitCode: code, stdout: '' })
    expect(answer.stderr).toContain(said)
  })

  test('a time of which nothing is kept: a sentence, and exit code 1', { timeout: 20_000 }, async () => {
    for (const how of [[], ['--json'], ['--csv']]) {
      const answer = await ask('--gpu', 'GPU-aaaa1111-x', '--from', '2026-01-01', '--to', '2026-01-02', ...how)
      expect(answer.exitCode).toBe(1)
      expect(answer.stderr).toMatch(/No samples of Card aaaa are kept between .*\. Those that are kept lie between/)
      if (how[0] === '--json') expect(historyDocument.parse(JSON.parse(answer.stdout)).samples).toEqual([])
    }
  })
})

test('a folder without a past', { timeout: 20_000 }, async () => {
  const answer = await idlewatt(['history'])
  expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
  expect(answer.stderr).toContain('idlewatt serve')
})

describe('choosing the card', () => {
  const card = (gpuId: string, scope: string | null = null, isForgotten = false) => ({ gpuId, scope, isForgotten, pciAddress: `0000:0${gpuId.slice(-1)}:00.0`, gpu: { name: 'Card' } })
  test('the only one needs no name', () => expect(chooseCard([card('GPU-1')], null).gpuId).toBe('GPU-1'))
  test('the same card in two recordings must be told apart', () => expect(() => chooseCard([card('GPU-1', 'a'), card('GPU-1', 'b')], 'GPU-1')).toThrow('--machine'))
  test('by its PCI address, as in every other command', () => expect(chooseCard([card('GPU-1'), card('GPU-2')], '02:00.0').gpuId).toBe('GPU-2'))
  test('a forgotten card is not offered, but what was recorded of it is found by its id', () => {
    const cards = [card('GPU-here-1'), card('GPU-gone-2', null, true)]
    expect(chooseCard(cards, null).gpuId).toBe('GPU-here-1')
    expect(chooseCard(cards, 'GPU-gone').gpuId).toBe('GPU-gone-2')
    expect(() => chooseCard(cards, 'GPU-none')).toThrow(/^((?!GPU-gone).)*$/)
  })
})

test('a range without watts claims no energy', () => {
  const answer: HistoryAnswer = { gpuId: 'GPU-1', gpuName: null, from: startedAt, to: startedAt + 60_000, stepSeconds: 60, finestStepSeconds: 1, energy: null, events: [], samples: [{ takenAt: startedAt, seconds: 60, min: { temperatureC: -5 }, mean: { temperatureC: -4.6, powerW: null }, max: { temperatureC: -3 }, throttle: [] }] }
  const text = historyText(answer, { gpu: { name: 'Card' }, scope: null })
  expect(text).toContain('Energy: unknown')
  expect(text).toMatch(/Core temperature +-5 °C +-5 °C +-3 °C/)
  expect(text).not.toMatch(/^Power /m)
})
