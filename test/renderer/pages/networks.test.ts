/** What the Networks pages work out before they draw: words of figures, models beside clouds, sources and requests. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asSentence } from '../../../renderer/format/words.ts'
import { moneyFormat } from '../../../renderer/format/money.ts'
import { standingOf } from '../../../renderer/pages/networks/Emission.tsx'
import { modelRows, priceAxis } from '../../../renderer/pages/networks/model-columns.ts'
import { clockWords, daysUntil, figureParts, inDaysWords, knownTrend, leadingFigures, sayFigure, spanWords, thinned, trendLabel, wholePercent } from '../../../renderer/pages/networks/network-words.ts'
import { newsOf } from '../../../renderer/pages/networks/use-health.ts'
import { answeredSince, bySubject, hostsAsked, nextWords, outsideState, refreshOutcome, refusedAtStart, sayBytes, sayTook, shownRequests } from '../../../renderer/pages/markets/source-words.ts'
import { readRoute, writeRoute } from '../../../renderer/state/route.ts'
import { cheapestCloudOf, type ModelUse } from '../../../shared/network-health.ts'
import { figure, healthOf, networks, neverAsked, offline, request, requests, source, sources, switchedOff, trend } from '../../gallery/networks.ts'
import { now, state } from '../../gallery/parts.ts'

const day = 86_400_000
const usd = moneyFormat(state().settings)
const euros = moneyFormat({ values: { ...state().settings.values, currency: 'EUR' }, currencyRate: { usdPerUnit: 1.25, origin: 'bundled', source: null, takenAt: null } })

describe('figures of a network', () => {
  it('are said with their unit, money in the chosen currency', () => {
    expect(figureParts(0.4912, 'share', usd)).toEqual({ number: '49\u202f%', unit: '' })
    expect(figureParts(0.061, 'share of the week', usd)).toEqual({ number: '6.1\u202f%', unit: 'of the week' })
    expect(figureParts(13_412.7, 'USD/day', euros)).toEqual({ number: '10,730', unit: 'EUR/day' })
    expect(figureParts(0.0000412, 'USD', usd)).toEqual({ number: '4.1e\u22125', unit: 'USD' })
    expect(sayFigure(1_284_310, 'frames', usd)).toBe('1.28 million frames')
    expect(sayFigure(3.2e9, 'USD/year', usd)).toBe('3.2 billion USD/year')
    expect(sayFigure(63, 'providers', usd)).toBe('63 providers')
    expect(wholePercent(0.0004)).toBe('<\u202f1\u202f%')
  })

  it('lead with use, then supply and revenue, and never with the token', () => {
    for (const health of Object.values(healthOf)) {
      const groups = leadingFigures(health).map((one) => one.group)
      expect(groups).not.toContain('token')
      expect(groups).toEqual([...groups].sort((a, b) => ['use', 'supply', 'revenue'].indexOf(a) - ['use', 'supply', 'revenue'].indexOf(b)))
    }
    expect(leadingFigures({ ...healthOf.north!, figures: [figure({ id: 'a', group: 'supply', value: null }), figure({ id: 'b', group: 'supply' })] }).map((one) => one.id)).toEqual(['b'])
    expect(leadingFigures({ ...healthOf.north!, figures: [figure({ group: 'token' })] })).toEqual([])
  })

  it('have a past that is drawn thinly and told in words', () => {
    const years = trend(1, 5, 3000)
    expect(thinned(years)).toHaveLength(160)
    expect([thinned(years)[0], thinned(years).at(-1)]).toEqual([years[0], years.at(-1)])
    expect(knownTrend([{ at: 2, value: 1 }, { at: 1, value: 3 }, { at: 3, value: NaN }, { at: Infinity, value: 1 }])).toEqual([{ at: 1, value: 3 }, { at: 2, value: 1 }])
    expect(trendLabel('Leases', [{ at: now - day, value: 4 }], String)).toBeNull()
    expect(trendLabel('Leases', [{ at: now - 2 * day, value: 4 }, { at: now - day, value: 9 }, { at: now, value: 6 }], String)).toBe('Leases from 21 Nov 2026 to 23 Nov 2026: first 4, last 6, between 4 and 9.')
  })

  it('count days to the next cliff whole', () => {
    expect(daysUntil(Date.parse('2026-12-20T00:00:00Z'), now)).toBe(26)
    expect([26, 1, 0, -1, -339].map(inDaysWords)).toEqual(['in 26 days', 'in 1 day', 'within a day', '1 day ago', '339 days ago'])
    expect([spanWords({ from: Date.parse('2025-12-20'), to: Date.parse('2026-12-20') }), spanWords({ from: null, to: Date.parse('2026-03-23') }), spanWords({ from: 0, to: null }), spanWords({ from: null, to: null })]).toEqual(['20 Dec 2025 to 19 Dec 2026', 'until 22 Mar 2026', 'from 1 Jan 1970, no end known', 'No dates are known'])
    expect([standingOf({ from: null, to: now - 1 }, now), standingOf({ from: null, to: null }, now), standingOf({ from: now + 1, to: null }, now)]).toEqual(['past', 'now', 'ahead'])
    expect([clockWords(731 * day), clockWords(-3 * day), clockWords(90 * day)]).toEqual(['2 years ahead', '3 days behind', '3 months ahead'])
  })
})

describe('models beside clouds', () => {
  const model = (over: Partial<ModelUse>): ModelUse => ({ listed: 'h100', model: 'H100 SXM', memoryGib: 80, total: 4, used: 2, utilisation: 0.5, price: { low: 1, middle: 2, high: 3 }, trend: [], ...over })

  it('are held against the cheapest cloud that rents the same card', () => {
    const { clouds } = healthOf.north!
    expect(cheapestCloudOf(clouds, { model: 'H100 SXM', listed: 'h100' })?.usdPerGpuHour).toBe(6.88)
    expect(cheapestCloudOf(clouds, { model: null, listed: 'p40' })).toBeNull()
    expect(modelRows([model({})], clouds)[0]?.ofCloud).toBeCloseTo(2 / 6.88)
    expect(modelRows([model({ price: null })], clouds)[0]?.ofCloud).toBeNull()
    expect(cheapestCloudOf([{ ...clouds[0]!, model: 'H100 SXM', usdPerGpuHour: 0 }], { model: 'H100 SXM', listed: '' })).toBeNull()
    // As the health's own list is made: whatever the case, and by the table's name.
    expect(cheapestCloudOf(clouds, { model: null, listed: 'h100 sxm' })?.usdPerGpuHour).toBe(6.88)
    expect(cheapestCloudOf([{ ...clouds[0]!, model: 'H-100' }], { model: 'H100 SXM', listed: 'h100' }, () => 'H100 SXM')).not.toBeNull()
    expect(cheapestCloudOf([{ ...clouds[0]!, model: '' }], { model: null, listed: '' })).toBeNull()
  })

  it('take no number that cannot be', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.double(), (a, b, c) => {
        const [row] = modelRows([model({ total: a, used: b, utilisation: c, price: { low: a, middle: b, high: c } })], [])
        for (const value of [row?.total, row?.used, row?.utilisation, row?.price?.low, row?.price?.middle, row?.price?.high]) expect(value === null || (Number.isFinite(value) && (value ?? -1) >= 0)).toBe(true)
      }),
    )
  })

  it('share an axis that one absurd bid does not flatten', () => {
    const axis = priceAxis(modelRows([model({}), model({ price: { low: 1, middle: 1.5, high: 4000 } })], []), usd)
    expect(axis.to).toBeLessThan(4)
  })
})

describe('sources', () => {
  it('say what is true of all of them', () => {
    expect([outsideState(sources, true), outsideState(neverAsked, true), outsideState(offline, true), outsideState(switchedOff, false), outsideState(switchedOff.map((one) => ({ ...one, isOn: false })), true), outsideState([], true)]).toEqual([null, 'never-asked', 'no-answer', 'switched-off', 'none-on', null])
    // One that fails says nothing about the way outside.
    expect(outsideState([source({ phase: 'failing' })], true)).toBeNull()
  })

  it('stand under one heading each, whatever their network', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.record({ id: fc.string(), networkId: fc.constantFrom(null, 'north', 'frame', 'gone') }), { selector: (one) => one.id }), (made) => {
        const groups = bySubject(made.map((one) => source(one)), networks)
        expect(groups.flatMap((group) => group.sources.map((one) => one.id)).sort()).toEqual(made.map((one) => one.id).sort())
        expect(groups.every((group) => group.sources.length > 0)).toBe(true)
      }),
    )
  })

  it('count as answered once they were tried again', () => {
    const before = new Map(sources.map((one) => [one.id, one.lastTriedAt]))
    expect(answeredSince(sources, before)).toBe(0)
    const later = sources.map((one, i) => ({ ...one, lastTriedAt: i < 3 ? now : one.lastTriedAt }))
    // The third is still being asked.
    expect(answeredSince(later, before)).toBe(2)
  })

  it('tell in one sentence what came of asking', () => {
    const failing = source({ phase: 'failing', title: 'Market' })
    expect([refreshOutcome([]), refreshOutcome([source({})]), refreshOutcome([source({}), source({})]), refreshOutcome([failing]), refreshOutcome([failing, failing]), refreshOutcome([source({}), failing])]).toEqual([
      'There was nothing to ask.', 'It answered.', 'All 2 sources answered.', 'It did not answer well.', 'None of the 2 sources answered well. The last good answers stay in use.', '1 of 2 sources answered; not Market.',
    ])
    expect([nextWords(now - 5, now), nextWords(now + 20_000, now), nextWords(now + 359_000, now)]).toEqual(['due', 'in 20\u202fs', 'in 6\u202fmin'])
  })

  it('are news when one brought something or became stale', () => {
    expect(newsOf(sources)).not.toBe(newsOf(sources.map((one) => ({ ...one, isStale: !one.isStale }))))
    expect(newsOf(sources)).toBe(newsOf(sources.map((one) => ({ ...one, lastTriedAt: now }))))
  })
})

describe('requests', () => {
  it('are filtered, sized and counted by host', () => {
    expect(shownRequests(requests, 'wrong').every((one) => one.outcome === 'failed' || one.outcome === 'refused')).toBe(true)
    expect(shownRequests(requests, 'all')).toHaveLength(2000)
    expect([sayBytes(0), sayBytes(840), sayBytes(12_410), sayBytes(480_000), sayBytes(5e6)]).toEqual(['0\u202fB', '840\u202fB', '12.4\u202fkB', '480\u202fkB', '5.0\u202fMB'])
    expect([sayTook(88), sayTook(15_002)]).toEqual(['88\u202fms', '15.0\u202fs'])
    expect(hostsAsked(['a', 'b', 'b', 'c', 'd', 'e', 'f'].map((host) => request({ host })))).toBe('b (2), a (1), c (1), d (1) and 2 more hosts')
  })

  it('have an address of their own', () => {
    expect(readRoute(writeRoute('networks', 'sources'))).toEqual({ page: 'networks', detail: 'sources' })
    expect(readRoute('#/ledger')).toEqual({ page: 'ledger', detail: null })
  })
})

describe('what is said of sources', () => {
  it('names why none may be asked, where that is no choice of the settings', () => {
    expect(refusedAtStart(switchedOff, [])).toBe('Asking outside is switched off.')
    expect(refusedAtStart(sources, ['granite/dashboard'])).toBe(null)
    expect(refusedAtStart([], [])).toBe(null)
    expect(refusedAtStart(sources.map((one) => ({ ...one, isOn: false })), sources.map((one) => one.id))).toBe(null)
  })
  it('leaves a name with a dot in front as it is spelt', () => {
    expect(['api.example.org answered a web page', 'took 12 kB', 'Done.', 'e.g. this'].map(asSentence)).toEqual(['api.example.org answered a web page.', 'Took 12 kB.', 'Done.', 'e.g. this.'])
  })
})
