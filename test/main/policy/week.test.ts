/** The coming week: every hour of the wall clock once, prices and pay in it, and what would happen this second. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noMemory } from '../../../main/policy/inputs.ts'
import { hoursOfWeek, weekOutlook } from '../../../main/policy/week.ts'
import { card, inputs, known, machine, pricesFrom, programme, settings, testAt, worth } from '../../helpers/policy-inputs.ts'

const hourMs = 3_600_000
const weekPrices = pricesFrom(Array.from({ length: 8 * 24 }, (_, hour) => (hour % 24 === 9 ? 2 : 0.3)))

describe('the hours of a week', () => {
  it.each([
    ['a plain week', '2026-11-23T09:20:00Z', 168, 168 * hourMs],
    ['the week of the short day', '2026-03-25T09:20:00Z', 167, 167 * hourMs],
    ['the week of the long day', '2026-10-21T09:20:00Z', 169, 169 * hourMs],
  ])('%s: each once, without holes', (_what, at, count, lengthMs) => {
    const hours = hoursOfWeek(Date.parse(at), 'Europe/Berlin')
    expect(hours).toHaveLength(count)
    expect((hours.at(-1)?.to ?? 0) - (hours[0]?.from ?? 0)).toBe(lengthMs)
    hours.slice(1).forEach(({ from }, index) => expect(from).toBe(hours[index]?.to))
  })

  it('never lose or repeat a moment, in any zone at any time', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2028, 0) }), fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns', 'Etc/UTC', '+05:30'), (at, zone) => {
        const hours = hoursOfWeek(at, zone)
        expect(hours[0]?.from).toBeLessThanOrEqual(at)
        expect(hours[0]?.to).toBeGreaterThan(at)
        hours.forEach(({ from, to }, index) => {
          expect(to).toBeGreaterThan(from)
          expect(to - from).toBeLessThanOrEqual(hourMs)
          if (index > 0) expect(from).toBe(hours[index - 1]?.to)
        })
      }),
      { numRuns: 200 },
    )
  })
})

describe('the coming week', () => {
  it('says what each hour brings, and marks those at a loss', () => {
    const { hours, simulation } = weekOutlook(inputs(), null, noMemory, weekPrices)
    const dear = hours.filter(({ isAtLoss }) => isAtLoss)
    expect(hours[0]).toMatchObject({ from: testAt, may: 'when-idle', usdPerKwh: 0.3, how: 'dated price', isAtLoss: false })
    expect(hours[0]?.netUsd).toBeCloseTo(0.18, 6)
    expect(dear).toHaveLength(7)
    expect(dear[0]?.netUsd).toBeCloseTo(-0.5, 6)
    expect(simulation.hours.total).toBeCloseTo(168, 6)
    expect(simulation.hours.earning).toBeGreaterThan(160)
    expect(simulation.hours.earning).toBeLessThanOrEqual(161)
  })

  it('tells hours without a price as unknown, and says how many', () => {
    const { hours, remarks } = weekOutlook(inputs(), null, noMemory)
    expect(hours[47]?.usdPerKwh).toBe(0.3)
    expect(hours[48]).toMatchObject({ usdPerKwh: null, how: null, netUsd: null, isAtLoss: false })
    expect(remarks).toContain('For 120 of these hours no price of electricity is known yet.')
    expect(weekOutlook(inputs({ prices: [] }), null, noMemory).remarks[0]).toContain('No price of electricity is set')
  })

  it('follows the schedule and quiet hours; the strictest card tells the hour, but one that never works does not', () => {
    const schedule = [{ days: [1], from: '12:00', to: '14:30', may: 'never' as const, gpuId: 'gpu-1' }]
    const two = { cards: [card(), card({ gpuId: 'gpu-1' }), card({ gpuId: 'gpu-2' })], programmes: [programme({ gpuIds: ['gpu-0', 'gpu-1', 'gpu-2'] })] }
    const set = settings({ schedule, cards: { 'gpu-2': { may: 'never', maxTemperatureC: null, maxFan: null, programmes: null } }, quietFrom: '22:00', quietTo: '06:00' })
    const all = weekOutlook(inputs({ ...two, settings: set }), null, noMemory, weekPrices)
    expect(all.hours.slice(0, 6).map(({ may }) => may)).toEqual(['when-idle', 'when-idle', 'never', 'never', 'never', 'when-idle'])
    expect(all.hours.filter(({ isQuiet }) => isQuiet)).toHaveLength(7 * 8)
    expect(weekOutlook(inputs({ ...two, settings: set }), 'gpu-0', noMemory, weekPrices).hours.every(({ may }) => may === 'when-idle')).toBe(true)
    expect(weekOutlook(inputs({ ...two, settings: set }), 'gpu-2', noMemory, weekPrices).hours.every(({ may }) => may === 'never')).toBe(true)
  })

  it('shows the best that the machine could join where nothing is set up, and says so first', () => {
    const programmes = [programme({ programmeId: 'example/poor', title: 'Poor', isSetUp: false, worth: worth(0.1, 0.1) }), programme({ programmeId: 'example/rich', title: 'Rich', kind: 'observed', isSetUp: false, worth: worth(0.9, 0.4) })]
    const { simulation, remarks, now } = weekOutlook(inputs({ programmes, settings: settings({}, []) }), null, noMemory, weekPrices)
    expect(remarks[0]).toBe('No programme is set up: this is what Rich would come to, which promises most of the 2 that this machine could join.')
    expect(simulation.remarks[0]).toBe(remarks[0])
    expect(simulation.starts).toBeGreaterThan(0)
    expect(simulation.earnedUsd).toBeCloseTo(0.9 * simulation.hours.earning, 6)
    expect(now).toMatch(/^Nothing would happen: no programme is set up. If Rich were, it would (start|wait): /)
  })

  it('judges the best by the prices of the week, not by those of the moment', () => {
    // Power is dear now and cheap for the rest of the week.
    const prices = pricesFrom(Array.from({ length: 8 * 24 }, (_, hour) => (hour < 3 ? 3 : 0.1)))
    const programmes = [programme({ programmeId: 'example/thrifty', title: 'Thrifty', isSetUp: false, worth: worth(0.1, 0.01) }), programme({ programmeId: 'example/hungry', title: 'Hungry', isSetUp: false, worth: worth(0.9, 0.8) })]
    expect(weekOutlook(inputs({ programmes, prices, settings: settings({}, []) }), null, noMemory, prices).remarks[0]).toContain('this is what Hungry would come to')
  })

  it.each([
    ['what pays is not known', { programmes: [programme({ isSetUp: false, worth: null })] }, 'No programme is set up: this is what Example worker would come to. What it pays is not known.'],
    ['only practice is set up', { programmes: [programme({ programmeId: 'example/practice', isPractice: true }), programme({ isSetUp: false })] }, 'Nothing that pays is set up: this is what Example worker would come to.'],
    ['it is set up and not started', { programmes: [programme()] }, 'Nothing is to run now: this is what Example worker would come to if you started it.'],
    ['it runs by its own rules', { programmes: [programme({ kind: 'observed' })] }, 'Example worker runs by its own rules: this is what it would come to if it kept to yours.'],
    ['no card fits', { programmes: [programme({ isSetUp: false, gpuIds: [] })] }, 'There is no programme that this machine could join, as far as is known, so nothing would run.'],
    ['there is no card', { cards: [], programmes: [programme({ isSetUp: false, gpuIds: [] })] }, 'No card was found on this machine, so nothing would run.'],
    ['no programme is known', { programmes: [] }, 'No programme is known for this machine, so nothing would run.'],
  ])('says what it assumes where %s; the hours are those of the week, and every figure is one', (_what, over, words) => {
    const { simulation, remarks } = weekOutlook(inputs({ settings: settings({}, []), ...over }), null, noMemory, weekPrices)
    expect(remarks[0]).toBe(words)
    expect(simulation.hours.total).toBeCloseTo(168, 6)
    expect(simulation.remarks.join(' ')).not.toMatch(/Infinity|NaN|null|undefined/)
  })

  it('tells no sum where neither pay nor power is known', () => {
    const { simulation } = weekOutlook(inputs({ programmes: [programme({ worth: null })] }), null, noMemory, weekPrices)
    expect(simulation.hours.earning).toBeGreaterThan(160)
    expect([simulation.earnedUsd, simulation.spentUsd]).toEqual([null, null])
  })

  it('tells no cost of power where no price of it is set, also of what draws none; where nothing runs there is none', () => {
    const drawsNone = inputs({ prices: [], programmes: [programme({ worth: worth(0.3, 0) })] })
    expect(weekOutlook(drawsNone, null, noMemory).simulation).toMatchObject({ starts: 1, spentUsd: null })
    expect(weekOutlook({ ...drawsNone, settings: settings({ otherwise: 'never' }) }, null, noMemory).simulation).toMatchObject({ starts: 0, spentUsd: 0 })
    expect(weekOutlook(drawsNone, null, noMemory, weekPrices).simulation.spentUsd).toBe(0)
  })

  it('makes up no time at which somebody was there last', () => {
    const { decisions } = weekOutlook(inputs(), null, noMemory, weekPrices).simulation
    expect(decisions.filter(({ because }) => because.includes('Nobody has used'))).toEqual([])
    expect(decisions.map(({ because }) => because)).toContain('Nothing is in the way. Nobody is assumed to be there.')
    const late = weekOutlook(inputs({ settings: settings({ idleAfterMinutes: 240 }) }), null, noMemory, weekPrices).simulation
    expect(late.decisions.filter(({ rule }) => rule === 'user-here')).toEqual([])
  })

  it('says what would happen this second', () => {
    expect(weekOutlook(inputs({ machine: machine({ idleMs: known(1000) }) }), null, noMemory).now).toMatch(/^Example worker would wait: You are at the machine/)
    expect(weekOutlook(inputs({ programmes: [programme({ phase: 'running' })] }), null, noMemory).now).toMatch(/^Example worker runs on: /)
    expect(weekOutlook(inputs({ programmes: [] }), null, noMemory).now).toBe('Nothing would happen: no programme is set up.')
  })

  it('of sixteen cards and nine programmes is told at once', () => {
    const cards = Array.from({ length: 16 }, (_, index) => card({ gpuId: `gpu-${index}` }))
    const programmes = Array.from({ length: 9 }, (_, index) => programme({ programmeId: `example/${index}`, gpuIds: cards.map(({ gpuId }) => gpuId) }))
    const began = performance.now()
    weekOutlook(inputs({ cards, programmes }), null, noMemory, weekPrices)
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})
