/** What is promised for a day, and what came against it: spread over the time it pays for, in any zone, with days that earned nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KeptPromise, QuietSpan } from '../../../main/history/ledger-tables.ts'
import { addDays, dayOf, spanOfDay } from '../../../main/ledger/days.ts'
import { paidByDay, promisesOf, reportOf, spread } from '../../../main/ledger/promised.ts'
import type { Estimate } from '../../../shared/earnings.ts'
import type { LedgerEntry } from '../../../shared/ledger.ts'
import { anAdd, anEntry, dayMs, noon, openLedger, runFor } from './support.ts'

const berlin = 'Europe/Berlin'

function estimate(more: Partial<Estimate> = {}, income: [number | null, number | null, number | null] = [1, 2, 4]): Estimate {
  const [low, expected, high] = income
  return {
    gpuIds: ['GPU-1'], gpuName: 'A card', gpuModel: null, gpuCount: 1, networkId: 'net', programmeId: 'net/work', verdict: 'eligible', needs: [], net: { low, expected, high }, currency: 'USD', per: 'day',
    lines: [{ id: 'pay', label: 'Pay', kind: 'income', low, expected, high, formula: '', inputs: [] }, { id: 'power', label: 'Power', kind: 'cost', low: -1, expected: -1, high: -1, formula: '', inputs: [] }],
    inputs: [], capital: [], breakEven: { utilisation: null, usdPerKwh: null }, confidence: 'low', notModelled: [], reasons: [], duties: [], plain: '', ...more,
  }
}

describe('promised', () => {
  test('all cards together, income alone, once a day; programmes without figures are left out', async () => {
    const { ledger, tables, clock } = openLedger({ estimates: () => [estimate({ gpuCount: 2 }), estimate({}, [0.5, 1, 1]), estimate({ programmeId: 'net/none' }, [null, null, null]), estimate({ verdict: 'not-eligible' }, [50, 60, 70])] })
    await runFor({ ledger, clock })
    await runFor({ ledger, clock })
    expect(tables.promises(null, '2026-11-23', '2026-11-23')).toEqual([{ day: '2026-11-23', programmeId: 'net/work', promised: { low: 2.5, expected: 5, high: 9 }, net: { low: 2.5, expected: 5, high: 9 }, madeAt: noon + 120_000, factor: 1 }])
  })

  test('a rule that is not published keeps its band and has no middle', () => {
    expect(promisesOf([estimate({}, [0, null, 3])], '2026-11-23', noon, {})[0]?.promised).toEqual({ low: 0, expected: null, high: 3 })
  })

  test('spreading keeps the whole, whatever the days are', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 1) }), fc.integer({ min: 1, max: 60 * dayMs }), fc.constantFrom('UTC', berlin, 'America/New_York', 'Australia/Lord_Howe'), (from, length, zone) => {
        const parts = spread({ covers: { from, to: from + length }, day: '2026-01-01' }, zone)
        expect(parts.reduce((sum, one) => sum + one.part, 0)).toBeCloseTo(1, 9)
        expect(parts.every((one) => one.part > 0)).toBe(true)
        expect(parts.reduce((sum, { span }) => sum + span.to - span.from, 0)).toBe(length)
        const paid = paidByDay([anEntry('a', { amount: 70, covers: { from, to: from + length } })], [], zone)
        expect([...paid.values()].every((one) => one.share > 0 && one.share <= 1)).toBe(true)
        expect([...paid.values()].reduce((sum, one) => sum + (one.usd ?? 0), 0)).toBeCloseTo(70, 6)
      }),
      { numRuns: 60 },
    )
  })

  test('corrections count, struck-out payments are none, unknown worth is unknown', () => {
    const a = anEntry('a')
    const fix = { ...a, id: 'x', kind: 'correction' as const, amount: -4, fair: { ...a.fair, usd: -4 }, corrects: 'a' }
    const of = (...entries: LedgerEntry[]) => paidByDay(entries, [], 'UTC')
    expect(of(a, fix).get('2026-11-23')).toEqual({ usd: 6, share: 1, quiet: 0 })
    expect(of(a, { ...fix, amount: -10 }).size).toBe(0)
    expect(of(a, anEntry('b', { fair: { ...a.fair, usd: null } })).get('2026-11-23')?.usd).toBeNull()
  })

  test('what two payments stand for counts once, and what earned nothing counts as that', () => {
    const { from, to } = spanOfDay('2026-11-20', 'UTC')
    const paid = paidByDay([anEntry('a', { covers: { from, to: from + dayMs / 2 } }), anEntry('b', { covers: { from, to: from + dayMs / 2 } })], [{ day: '2026-11-20', covers: { from: from + dayMs / 4, to } }, { day: '2026-11-21', covers: { from: to, to: to + dayMs } }], 'UTC')
    expect([...paid]).toEqual([['2026-11-20', { usd: 20, share: 1, quiet: 0.5 }], ['2026-11-21', { usd: 0, share: 1, quiet: 1 }]])
  })

  const first = '2026-09-01'
  function promises(days: number, expected: number | null, factor = 1): KeptPromise[] {
    return Array.from({ length: days }, (_, n) => ({ day: addDays(first, n), programmeId: 'net/work', promised: { low: 1, expected, high: 5 }, net: { low: 0, expected, high: 4 }, madeAt: 0, factor }))
  }
  function paid(days: number, usd: (n: number) => number) {
    return Array.from({ length: days }, (_, n) => anEntry(`p${n}`, { day: addDays(first, n), at: spanOfDay(addDays(first, n), 'UTC').from, amount: usd(n) }))
  }
  /** As of the day after the last of `days` from the first on. */
  function report(kept: KeptPromise[], entries: LedgerEntry[], factors: Record<string, number> = {}, today = addDays(first, kept.length), more: Partial<Parameters<typeof reportOf>[0]> = {}) {
    return reportOf({ promises: kept, income: new Map([['net/work', entries]]), quiet: new Map(), asked: null, fromDay: first, today, factors, zone: 'UTC', ...more })
  }

  test('the bias is the median over the last 28 days, one windfall moves it little; days that nobody tells of are no zeros', () => {
    const entries = paid(60, (n) => (n === 40 ? 1000 : n < 32 ? 100 : 3)).filter((_, n) => n % 2 === 0 || n > 40)
    const { bias, days } = report(promises(60, 2), entries)
    expect(bias).toEqual([{ programmeId: 'net/work', ratio: 1.5, days: 24, inside: 23, applied: null, isOffered: true, offered: 1.5, sentence: expect.stringContaining('150 %') }])
    expect(bias[0]?.sentence).toContain('From 2026-10-03 to 2026-10-30, 24 days')
    expect(days.filter((day) => day.paidUsd === null)).toHaveLength(20)
    expect(days[0]).toMatchObject({ paidUsd: 100, isInside: false })
    expect(days.at(-2)).toMatchObject({ paidUsd: 3, isInside: true })
  })

  test('what was left in spring has no bias in November; where nothing came there is nothing to report, unless asked for', () => {
    const kept = promises(84, 2)
    expect(report(kept, paid(40, () => 3)).bias[0]).toMatchObject({ days: 0, ratio: null, isOffered: false, sentence: expect.stringMatching(/^No day of the last 28 .* yet: what came is for none of the days since promises are kept, the first of which is 2026/) })
    expect(report([], paid(40, () => 3)).bias[0]).toMatchObject({ days: 0, sentence: expect.stringContaining('none is kept so far') })
    expect(report(kept, [], {}, '2026-11-23', { income: new Map() })).toEqual({ days: [], bias: [] })
    const { days, bias } = report(kept, [], {}, '2026-11-23', { income: new Map(), asked: 'net/work' })
    expect(days).toHaveLength(84)
    expect(bias).toMatchObject([{ days: 0, ratio: null }])
  })

  describe('paid by UTC days of another clock', () => {
    const zones = ['UTC', berlin, 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe']
    const today = '2026-11-23'
    function span(n: number): { from: number; to: number } {
      const to = Date.parse(`${today}T00:00Z`) - n * dayMs
      return { from: to - dayMs, to }
    }
    /** 10 a day promised; `pays(n)`: what came n days ago. 0: its source says nothing did; null: nobody told. */
    function biasIn(zone: string, pays: (n: number) => number | null, days = 60) {
      const all = Array.from({ length: days }, (_, n) => ({ n, usd: pays(n), covers: span(n) }))
      const income = all.flatMap(({ n, usd, covers }) => (usd ? [anEntry(`p${n}`, { at: covers.to, day: dayOf(covers.to, zone), covers, amount: usd })] : []))
      const quiet = all.flatMap(({ n, usd, covers }): QuietSpan[] => (usd === 0 ? [{ id: `q${n}`, at: covers.to, recordedAt: 0, day: dayOf(covers.from, zone), covers, networkId: 'net', programmeId: 'net/work', wallet: 'w' }] : []))
      const kept = Array.from({ length: 70 }, (_, n): KeptPromise => ({ day: addDays(today, n - 69), programmeId: 'net/work', promised: { low: 8, expected: 10, high: 12 }, net: { low: 0, expected: 0, high: 0 }, madeAt: 0 }))
      const { bias, days: rows } = reportOf({ promises: kept, income: new Map([['net/work', income]]), quiet: new Map([['net/work', quiet]]), asked: null, fromDay: addDays(today, -30), today, factors: {}, zone })
      return { bias: bias[0], rows }
    }

    test.each(zones)('%s: as promised every day is 1', (zone) => {
      const { bias } = biasIn(zone, () => 10)
      expect(bias?.ratio).toBeCloseTo(1, 9)
      expect(bias?.days).toBeGreaterThanOrEqual(27)
    })

    test.each(zones)('%s: as promised every second day, nothing between, is a half and not all', (zone) => {
      for (const odd of [0, 1]) {
        const { bias } = biasIn(zone, (n) => (n % 2 === odd ? 10 : 0))
        expect(bias?.ratio).toBeCloseTo(0.5, 1)
        expect(bias?.days).toBeGreaterThanOrEqual(27)
        expect(bias).toMatchObject({ isOffered: true, sentence: expect.stringMatching(/1[345] of them earned nothing, and together they brought (4|5)/) })
      }
    })

    test.each(zones)('%s: one day in three is a third, which a median would call nothing', (zone) => {
      expect(biasIn(zone, (n) => (n % 3 === 0 ? 10 : 0)).bias?.ratio).toBeCloseTo(1 / 3, 1)
    })

    test.each(zones)('%s: single days of which alone something is told are not lost', (zone) => {
      const { bias } = biasIn(zone, (n) => (n % 2 === 0 ? 7 : null))
      expect(bias?.ratio).toBeCloseTo(0.7, 9)
      expect(bias?.days).toBeGreaterThanOrEqual(13)
    })

    test('before the first pay nobody knows whether it ran', () => {
      expect(biasIn('UTC', (n) => (n < 16 ? 10 : 0)).bias).toMatchObject({ ratio: 1, days: 16 })
      expect(biasIn('UTC', () => 0).bias).toMatchObject({ ratio: null, days: 0 })
    })

    test('days without pay are shown as such', () => {
      const { rows } = biasIn('UTC', (n) => (n === 0 || n > 5 ? 10 : 0))
      expect(rows.filter((row) => row.paidUsd === 0)).toHaveLength(5)
      expect(rows.find((row) => row.paidUsd === 0)?.isInside).toBe(false)
    })
  })

  test('pay of unknown worth among days without pay: nothing is said of all of them together', () => {
    const entries = paid(28, () => 3).filter((_, n) => n % 2 === 0).map((entry, n) => (n === 5 ? { ...entry, fair: { ...entry.fair, usd: null } } : entry))
    const quiet = Array.from({ length: 14 }, (_, n): QuietSpan => ({ id: `q${n}`, at: 0, recordedAt: 0, day: addDays(first, 2 * n + 1), covers: spanOfDay(addDays(first, 2 * n + 1), 'UTC'), networkId: 'net', programmeId: 'net/work', wallet: 'w' }))
    expect(report(promises(28, 3), entries, {}, addDays(first, 28), { quiet: new Map([['net/work', quiet]]) }).bias[0]).toMatchObject({ ratio: null, isOffered: false, sentence: expect.stringContaining('unknown worth') })
  })

  test.each([[7, 5], [7, 14], [14, 10], [30, 20]])('who pays for %d days counts, late by %d days as it comes', (length, late) => {
    const to = spanOfDay(addDays(first, 60 - late), 'UTC').from
    const entries = Array.from({ length: 8 }, (_, n) => anEntry(`w${n}`, { amount: 3 * length, at: to, day: addDays(first, 60), covers: { from: to - (n + 1) * length * dayMs, to: to - n * length * dayMs } }))
    const { bias } = report(promises(60, 2), entries)
    expect(bias[0]?.ratio).toBeCloseTo(1.5, 9)
    expect(bias[0]?.days).toBe(28)
  })

  test('a weekly payment stands for its seven days, and a half day for half a one', () => {
    const from = spanOfDay(first, 'UTC').from
    const { days, bias } = report(promises(9, 2), [anEntry('w', { amount: 21, covers: { from, to: from + 7 * dayMs }, day: addDays(first, 8) }), anEntry('h', { amount: 1, covers: { from: from + 7 * dayMs, to: from + 7.5 * dayMs }, day: addDays(first, 8) })])
    expect(days.map((day) => day.paidUsd)).toEqual([3, 3, 3, 3, 3, 3, 3, 1, null])
    expect(days[7]?.isInside).toBeNull()
    // The half day counts as half a day, and seven and a half are no eight.
    expect(bias[0]).toMatchObject({ days: 7, ratio: null, isOffered: false, offered: null, sentence: expect.stringContaining('Only 7 days') })
  })

  test('today is listed and not counted, what lies ahead is neither', () => {
    const ahead = addDays('2026-11-23', 1)
    const { days, bias } = reportOf({ promises: [], income: new Map([['net/work', [anEntry('a'), anEntry('b', { day: ahead })]]]), quiet: new Map(), asked: null, fromDay: first, today: '2026-11-23', factors: {}, zone: 'UTC' })
    expect(days.map((day) => day.day)).toEqual(['2026-11-23'])
    expect(bias[0]?.days).toBe(0)
  })

  test('offered from fourteen days on', () => {
    expect(report(promises(13, 2), paid(13, () => 3)).bias[0]?.isOffered).toBe(false)
    expect(report(promises(14, 2), paid(14, () => 3)).bias[0]).toMatchObject({ isOffered: true, offered: 1.5 })
  })

  test('no middle, no ratio', () => {
    expect(report(promises(30, null), paid(30, () => 3)).bias[0]).toMatchObject({ ratio: null, isOffered: false, sentence: expect.stringContaining('not published') })
  })

  test('what was taken on is not taken on twice, with old promises, new ones and both', () => {
    // Uncorrected 2 a day, paid 3; since the correction 3 is promised.
    const old = promises(28, 2)
    const corrected = promises(28, 3, 1.5)
    for (const kept of [old, corrected, [...old.slice(0, 14), ...corrected.slice(14)]]) {
      const [bias] = report(kept, paid(28, () => 3), { 'net/work': 1.5 }).bias
      expect(bias?.ratio).toBeCloseTo(1, 9)
      expect(bias?.offered).toBeCloseTo(1.5, 9)
      expect(bias).toMatchObject({ applied: 1.5, sentence: expect.stringContaining('close') })
    }
  })

  test('a factor beyond what can be set is not offered', () => {
    expect(report(promises(28, 2), paid(28, () => 2000)).bias[0]).toMatchObject({ isOffered: false, offered: null, ratio: 1000 })
  })

  test('through the service: what was kept, what came, by programme and days', async () => {
    const { ledger, clock } = openLedger({ estimates: () => [estimate()] })
    await runFor({ ledger, clock })
    await ledger.add(anAdd({ programmeId: 'net/work', amount: 3 }))
    await ledger.add(anAdd({ programmeId: 'net/work', amount: 5, at: noon - 9 * dayMs }))
    expect(ledger.promised({ days: 3 }).days).toEqual([{ day: '2026-11-23', programmeId: 'net/work', promised: { low: 1, expected: 2, high: 4 }, paidUsd: 3, isInside: true }])
    expect(ledger.promised({ days: 30 }).days).toHaveLength(2)
    expect(ledger.promised({ programmeId: 'net/other', days: 30 })).toEqual({ days: [], bias: [] })
  })
})
