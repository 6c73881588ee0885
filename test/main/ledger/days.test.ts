/** Closed days: electricity from measured energy with days of 23 and 25 hours, worth what it was that day. */
import { describe, expect, test } from 'vitest'
import { addDays, dayOf, daysBetween, spanOfDay, thisZone } from '../../../main/ledger/days.ts'
import type { MeasuredEnergy } from '../../../main/ledger/index.ts'
import { anAdd, dayMs, hourMs, noon, openLedger, openTables, priced, runFor } from './support.ts'

const berlin = 'Europe/Berlin'
const electricityList = { filter: { kinds: ['electricity' as const] }, limit: 100, offset: 0 }

describe('days by the wall clock', () => {
  test.each([
    ['2026-03-29', berlin, 23],
    ['2026-10-25', berlin, 25],
    ['2026-03-08', 'America/New_York', 23],
    ['2026-11-01', 'America/New_York', 25],
    ['2026-04-05', 'Australia/Lord_Howe', 24.5],
    ['2026-11-23', 'Asia/Kathmandu', 24],
  ])('%s in %s has %d hours', (day, zone, hours) => {
    const { from, to } = spanOfDay(day, zone)
    expect((to - from) / hourMs).toBe(hours)
    expect([dayOf(from, zone), dayOf(to - 1, zone), dayOf(to, zone)]).toEqual([day, day, addDays(day, 1)])
  })

  test.each([['', '+00:00'], ['GMT+3', '-03:00'], ['Foo/Bar', 'UTC'], ['Europe/Berlin', 'Europe/Berlin'], ['Asia/Kolkata', 'Asia/']])('TZ=%j is a zone that can be reckoned with', (tz, zone) => {
    const before = process.env['TZ']
    try {
      process.env['TZ'] = tz
      expect(thisZone()).toContain(zone)
      expect(dayOf(noon, thisZone())).toBe('2026-11-23')
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })

  test('days follow each other without a gap', () => {
    const days = daysBetween('2026-01-01', '2026-12-31')
    expect(days).toHaveLength(365)
    days.forEach((day, n) => expect(spanOfDay(day, berlin).to).toBe(spanOfDay(days[n + 1] ?? '2027-01-01', berlin).from))
  })
})

describe('electricity', () => {
  /** A card that draws 1 kWh an hour, known for all of it, within [from, to). */
  function steady(from: number, to: number, knownShare = 1, gpuIds = ['GPU-1']) {
    return (a: number, b: number): MeasuredEnergy[] => {
      const hours = Math.max(0, Math.min(b, to) - Math.max(a, from)) / hourMs
      return hours === 0 ? [] : gpuIds.map((gpuId) => ({ gpuId, kwh: hours * knownShare, knownShare: (hours * hourMs * knownShare) / (b - a) }))
    }
  }
  const fixed = (perKwh: number) => () => ({ perKwh, currency: 'EUR', usdPerKwh: perKwh * 1.25, source: 'the price in the settings' })

  test.each([['2026-03-29', 23], ['2026-10-25', 25], ['2026-10-26', 24]])('%s of %d hours, priced hour by hour, once', async (day, hours) => {
    const { from, to } = spanOfDay(day, berlin)
    // The hour from two to three is free, however often it comes.
    const electricityAt = (at: number) => ({ perKwh: new Intl.DateTimeFormat('en', { timeZone: berlin, hour: '2-digit', hour12: false }).format(at) === '02' ? 0 : 0.3, currency: 'EUR', usdPerKwh: null, source: 'weekly' })
    const { ledger, clock } = openLedger({ at: to + 2 * hourMs, zone: () => berlin, energy: steady(from, to), electricityAt })
    for (let round = 0; round < 3; round++) await runFor({ ledger, clock })
    const page = ledger.list(electricityList)
    expect(page.total).toBe(1)
    expect(page.rows[0]).toMatchObject({ id: `electricity:GPU-1:${day}`, day, gpuId: 'GPU-1', asset: 'EUR', kwh: hours, covers: { from, to }, origin: 'measured', fair: { usdPerUnit: 1.25, source: { url: 'https://prices.example/history' } } })
    const free = hours === 25 ? 2 : hours === 23 ? 0 : 1
    expect(page.rows[0]?.amount).toBeCloseTo((hours - free) * 0.3, 9)
  })

  test('per card, all days since energy is known, none of today, none where nothing is known', async () => {
    const { from } = spanOfDay('2026-11-20', 'UTC')
    const { ledger, clock } = openLedger({ energy: steady(from, noon, 1, ['GPU-1', 'GPU-2']), electricityAt: fixed(0.2) })
    await runFor({ ledger, clock })
    const page = ledger.list(electricityList)
    expect(page.rows.map((row) => `${row.day} ${row.gpuId ?? ''}`).sort()).toEqual(['20', '21', '22'].flatMap((day) => [`2026-11-${day} GPU-1`, `2026-11-${day} GPU-2`]))
    expect(page.sums.kwh).toBe(144)
    expect(page.sums.electricityUsd).toBeCloseTo(36, 9)
  })

  test('a day of which part is known says so', async () => {
    const { from } = spanOfDay('2026-11-22', 'UTC')
    const { ledger, clock } = openLedger({ energy: steady(from, from + 20 * hourMs), electricityAt: fixed(0.2) })
    await runFor({ ledger, clock })
    expect(ledger.list(electricityList).rows[0]).toMatchObject({ kwh: 20, note: expect.stringContaining('Measured for 83 % of the day.') })
  })

  test('as calibrated at the wall, the offset shared by the cards', async () => {
    const { from, to } = spanOfDay('2026-11-22', 'UTC')
    const { ledger, clock } = openLedger({ energy: steady(from, to, 1, ['GPU-1', 'GPU-2']), electricityAt: fixed(0.2), settings: { wallPowerFactor: 1.1, wallPowerOffsetW: 50 } })
    await runFor({ ledger, clock })
    expect(ledger.list(electricityList).sums.kwh).toBeCloseTo(2 * 24 * 1.1 + 24 * 0.05, 9)
  })

  test('without a price no expense, and the export says so; once there is one, the days are booked', async () => {
    const { from, to } = spanOfDay('2026-11-22', 'UTC')
    let price: ReturnType<typeof fixed> | null = null
    const { ledger, clock } = openLedger({ energy: steady(from, to), electricityAt: () => price?.() ?? null })
    await runFor({ ledger, clock })
    expect(ledger.list(electricityList).total).toBe(0)
    expect((await ledger.export({ format: 'csv', preset: 'full', year: null, currency: null })).remarks.join(' ')).toContain('No price of electricity is set')
    price = fixed(0.2)
    await runFor({ ledger, clock })
    expect(ledger.list(electricityList).total).toBe(1)
  })

  test('by itself, a day at a time so that nothing else waits long; later only what is new', async () => {
    const { from } = spanOfDay('2026-11-01', 'UTC')
    let asked = 0
    const energy = steady(from, noon + 9 * dayMs)
    const { ledger, clock } = openLedger({ energy: (a, b) => (asked++, energy(a, b)), electricityAt: fixed(0.2) })
    ledger.begin()
    await clock.advance(120_000)
    const perDay = asked
    await clock.advance(200_000)
    expect(ledger.list(electricityList).total).toBe(22)
    asked = 0
    await clock.advance(dayMs)
    expect(ledger.list(electricityList).total).toBe(23)
    expect(asked).toBeLessThan(200)
    expect(perDay).toBeLessThan(200)
    await ledger.stop()
  })

  test('a day without a price holds up no other, and is not asked about all the time', async () => {
    const { from } = spanOfDay('2026-11-20', 'UTC')
    let asked = 0
    const { ledger, clock } = openLedger({ energy: (a, b) => (asked++, steady(from, noon)(a, b)), electricityAt: (at) => (at < from + dayMs ? null : fixed(0.2)()) })
    ledger.begin()
    await clock.advance(hourMs / 2)
    expect(ledger.list(electricityList).rows.map((row) => row.day)).toEqual(['2026-11-22', '2026-11-21'])
    asked = 0
    await clock.advance(hourMs / 2)
    expect(asked).toBe(0)
    await ledger.stop()
  })

  test('a day that was entered by hand is not measured on top; nor the other way round', async () => {
    const { from, to } = spanOfDay('2026-11-21', 'UTC')
    const { ledger, clock } = openLedger({ energy: steady(from, to + dayMs), electricityAt: fixed(0.2) })
    await ledger.add(anAdd({ kind: 'electricity', asset: 'EUR', amount: 3, at: noon - 2 * dayMs }))
    await runFor({ ledger, clock })
    expect(ledger.list(electricityList).rows.map((row) => row.id)).toEqual(['electricity:GPU-1:2026-11-22', 'hand:0001'])
    await expect(ledger.add(anAdd({ kind: 'electricity', asset: 'EUR', amount: 3, at: noon - dayMs }))).rejects.toThrow(/booked already/)
  })

  test('where power was paid to be taken, the amount is below zero', async () => {
    const { from, to } = spanOfDay('2026-11-22', 'UTC')
    const { ledger, clock } = openLedger({ energy: steady(from, to), electricityAt: fixed(-0.1) })
    await runFor({ ledger, clock })
    expect(ledger.list(electricityList).rows[0]?.amount).toBeCloseTo(-2.4, 9)
    expect(ledger.list(electricityList).sums.electricityUsd).toBeCloseTo(-3, 9)
  })

  describe('is worth what its currency was worth', () => {
    const { from, to } = spanOfDay('2026-11-20', 'UTC')
    function booked(more: Parameters<typeof openLedger>[0] = {}) {
      return openLedger({ energy: steady(from, to), electricityAt: fixed(0.5), ...more })
    }

    test('on that day, asked for once and by noon; with source and date, in one entry', async () => {
      const opened = booked()
      await runFor(opened)
      expect(opened.asked).toEqual([{ symbol: 'EUR', at: from + dayMs / 2 }])
      expect(opened.ledger.list({ ...electricityList, filter: {} })).toMatchObject({ total: 1, rows: [{ amount: 12, fair: { usd: 15, usdPerUnit: 1.25, source: { url: 'https://prices.example/history' }, takenAt: noon } }] })
    })

    test('in dollars: itself, by a rate of the user\'s own: that; nobody is asked', async () => {
      const dollars = booked({ electricityAt: () => ({ perKwh: 0.5, currency: 'USD', usdPerKwh: 0.5, source: 'set' }) })
      const own = booked({ settings: { currency: 'EUR', usdPerCurrencyUnit: 2 } })
      for (const opened of [dollars, own]) await runFor(opened)
      expect([dollars, own].map(({ ledger }) => ledger.list(electricityList).rows[0]?.fair.usd)).toEqual([12, 24])
      expect([...dollars.asked, ...own.asked]).toEqual([])
    })

    test('where nobody could tell: not known, then a correction gives it, as of that day', async () => {
      let usd: number | null = null
      const asked: number[] = []
      const opened = booked({ priceAt: async (_symbol, at) => (asked.push(at), usd === null ? null : priced(usd)) })
      await runFor(opened)
      expect(opened.ledger.list(electricityList)).toMatchObject({ rows: [{ fair: { usd: null, why: expect.stringContaining('2026-11-20') } }], sums: { unvalued: 1 } })
      usd = 1.5
      await opened.ledger.refresh()
      expect(opened.ledger.list(electricityList)).toMatchObject({ rows: [{ standingUsd: 18 }], sums: { electricityUsd: 18, unvalued: 0 } })
      expect(new Set(asked)).toEqual(new Set([from + dayMs / 2]))
    })

    test('where asking is switched off: what is known now, and that is said', async () => {
      const rate = { source: { url: 'https://rates.example', date: '2026-11-01' }, takenAt: noon - 22 * dayMs }
      const opened = booked({ settings: { asksOutside: false }, priceAt: async () => null, electricityAt: () => ({ ...fixed(0.5)(), rate }) })
      await runFor(opened)
      expect(opened.ledger.list(electricityList).rows[0]?.fair).toMatchObject({ usd: 15, source: rate.source, takenAt: rate.takenAt, why: expect.stringContaining('2026-11-20') })
    })
  })

  test('what could not be written is booked the next time', async () => {
    const { from, to } = spanOfDay('2026-11-22', 'UTC')
    const tables = openTables()
    let isFull = true
    const { ledger, clock } = openLedger({ energy: steady(from, to), electricityAt: fixed(0.2), tables: { ...tables, addEntries: (entries) => { if (isFull) throw new Error('disk full'); return tables.addEntries(entries) } } })
    await runFor({ ledger, clock })
    isFull = false
    await runFor({ ledger, clock }, 2 * hourMs)
    expect(ledger.list(electricityList).total).toBe(1)
  })
})
