/** Trace files: what is read of them, and that every fault is told with its place. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTrace } from '../../../main/policy/trace.ts'
import { recordedNames, recordedText, trace, traceFile, traceProgramme } from '../../helpers/policy-traces.ts'

/** JSON has no Infinity; 1e999 is read as one. */
const read = (over: object): (() => unknown) => () => readTrace(JSON.stringify({ ...traceFile(), ...over }, (_, value: unknown) => (value === Infinity ? '1e999' : value)).replaceAll('"1e999"', '1e999'))

describe('a trace file', () => {
  it('takes times as minutes from its beginning or as moments with their offset', () => {
    const { changes, from } = trace({ changes: [{ at: 90, machine: { idle: 'active' } }, { at: '2026-03-10T14:00:30+01:00', machine: { idle: 'away' } }, { at: '2026-03-10T13:30Z', sleep: true }] })
    expect(changes.map(({ at }) => (at - from) / 60_000)).toEqual([90, 120.5, 150])
  })

  it('arms its programmes unless it says otherwise, and fills in what a new user has', () => {
    const settings = trace({ programmes: [traceProgramme(), traceProgramme({ id: 'example/other' })], settings: { idleAfterMinutes: 7, programmes: { 'example/worker': { may: 'always' }, 'example/other': { isArmed: false } } } }).settings
    expect(settings.programmes['example/worker']).toEqual({ isArmed: true, may: 'always', priority: 0 })
    expect(settings.programmes['example/other']?.isArmed).toBe(false)
    expect([settings.idleAfterMinutes, settings.stopsAtLoss]).toEqual([7, true])
  })

  it('says which settings are about what is not in it', () => {
    const { remarks } = trace({ settings: { cards: { 'gpu-9': { may: 'never' } }, programmes: { 'example/gone': { may: 'never' } }, schedule: [{ days: [1], from: '10:00', to: '11:00', may: 'never', gpuId: 'gpu-9' }] } })
    expect(remarks).toEqual(['The settings speak of the card "gpu-9", which is not in this trace.', 'The settings speak of the programme "example/gone", which is not in this trace.'])
  })

  it('tells the mean pay of rented hours, as an estimate would', () => {
    const [programme] = trace({ programmes: [traceProgramme({ grossUsdPerHour: 0.4, jobs: [{ from: 0, to: 90 }] })] }).programmes
    expect(programme?.hourly.grossUsdPerHour.expected).toBe(0.4)
    expect(programme?.worth.grossUsdPerHour.expected).toBeCloseTo(0.1, 6)
  })

  it('is described with an example that can be replayed', () => {
    const text = readFileSync(new URL('../../../main/policy/README.md', import.meta.url), 'utf8')
    expect(readTrace(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '').changes).toHaveLength(1)
  })

  it.each(recordedNames)('ships %s, which reads without a fault and says that nobody was recorded', (name) => {
    const found = readTrace(recordedText(name))
    expect(found.source).toContain('nobody was recorded')
    expect((found.to - found.from) / 3_600_000).toBe(48)
    // Programmes of traces are made up: no network is named.
    expect(found.programmes.every(({ programmeId }) => programmeId.startsWith('example/'))).toBe(true)
  })
})

describe('prices of a trace', () => {
  it('follow each other without holes to two days beyond the end', () => {
    const { prices, to } = trace({ prices: { dated: [{ from: 0, usdPerKwh: 0.2 }, { from: 60, usdPerKwh: -0.1 }], datedTo: 120, fixed: 0.3 } })
    prices.slice(1).forEach((step, index) => expect(step.from).toBe(prices[index]?.to))
    expect(prices.map(({ usdPerKwh, how }) => [usdPerKwh, how])).toEqual([[0.2, 'dated price'], [-0.1, 'dated price'], [0.3, 'fixed price; no dated price covers this hour']])
    expect(prices.at(-1)?.to).toBe(to + 48 * 3_600_000)
  })

  it('say what stands in where dated ones end early: the weekly table before the fixed price', () => {
    // 2026-03-10 is a Tuesday; 14:00 is hour 24 + 14 of the week.
    const weekly = Array.from({ length: 168 }, (_, hour) => hour / 1000)
    const found = trace({ prices: { dated: [{ from: 0, usdPerKwh: 0.2 }], datedTo: 120, weekly, fixed: 9 } })
    expect(found.prices[1]).toMatchObject({ usdPerKwh: 0.038, how: 'weekly table; no dated price covers this hour' })
    expect(found.remarks).toEqual(['Dated prices end 4 h before the end; the weekly table stands in from there.'])
  })

  it('end where nothing stands in, and are told to be unknown, not 0', () => {
    const found = trace({ prices: { dated: [{ from: 0, usdPerKwh: 0.2 }], datedTo: 120 } })
    expect(found.prices.at(-1)?.to).toBe(found.from + 7_200_000)
    expect(found.remarks[0]).toContain('no price is known')
  })
})

describe('a trace that cannot be replayed is refused', () => {
  it.each([
    ['', 'The trace is empty.'],
    ['{"format":', 'The trace is no JSON: it ends before it is complete'],
    ['{\n "format": "idlewatt-trace",\n oops }', 'line 3'],
    ['[]', 'it has no "format": "idlewatt-trace"'],
    ['{"format":"gpx"}', 'its format is "gpx"'],
  ])('as text %j', (text, words) => expect(() => readTrace(text)).toThrow(words))

  it.each([
    ['another version', { version: 2 }, 'version: it must be 1'],
    ['a field nobody knows', { colour: 'red' }, '"colour" is not known here'],
    ['a zone that is none', { zone: 'Europe/Nowhere' }, 'zone: "Europe/Nowhere" is no zone'],
    ['times without an offset', { from: '2026-03-10T12:00' }, 'from: "2026-03-10T12:00" is no moment'],
    ['a day that is none', { from: '2026-02-31T12:00Z' }, 'from: "2026-02-31T12:00Z" is no moment'],
    ['an end before the beginning', { to: '2026-03-10T11:00+01:00' }, 'to: it is not after "from"'],
    ['no programme', { programmes: [] }, 'programmes:'],
    ['two of the same id', { programmes: [traceProgramme(), traceProgramme()] }, 'programmes: two have the same id'],
    ['a card that is not there', { programmes: [traceProgramme({ cards: ['gpu-7'] })] }, 'programmes[0].cards: there is no card "gpu-7"'],
    ['jobs that overlap', { programmes: [traceProgramme({ jobs: [{ from: 0, to: 20 }, { from: 10, to: 30 }] })] }, 'programmes[0].jobs[1]: it begins before the job above it ends'],
    ['changes out of order', { changes: [{ at: 20 }, { at: 10 }] }, 'changes[1].at: it is before the change above it'],
    ['a change outside', { changes: [{ at: 500 }] }, 'changes[0].at: it is outside of the trace'],
    ['a kind of idleness nobody knows', { changes: [{ at: 1, machine: { idle: 'asleep' } }] }, 'changes[0].machine.idle: it must be'],
    ['a change of a card that is not there', { changes: [{ at: 1, cards: { 'gpu-9': { fan: 0.2 } } }] }, 'changes[0].cards.gpu-9: there is no card'],
    ['a fan above the fastest', { changes: [{ at: 1, cards: { 'gpu-0': { fan: 30 } } }] }, 'changes[0].cards.gpu-0.fan:'],
    ['prices out of order', { prices: { dated: [{ from: 60, usdPerKwh: 0.1 }, { from: 60, usdPerKwh: 0.2 }], fixed: 0.2 } }, 'prices.dated[1].from: it is not after the one above it'],
    ['prices that begin too late', { prices: { dated: [{ from: 60, usdPerKwh: 0.1 }] } }, 'prices.dated[0].from: it is after the beginning'],
    ['settings nobody knows', { settings: { volume: 11 } }, 'settings: "volume" is not known here'],
    ['a number too large for any', { programmes: [{ ...traceProgramme(), kwhPerHour: Infinity }] }, 'programmes[0].kwhPerHour: it is too large a number'],
    ['text for a number', { programmes: [{ ...traceProgramme(), kwhPerHour: '0.4' }] }, 'programmes[0].kwhPerHour: it must be of the kind number'],
    ['no number', { programmes: [{ ...traceProgramme(), kwhPerHour: undefined }] }, 'programmes[0].kwhPerHour: it is missing; number is needed'],
    ['pay that is none', { programmes: [{ ...traceProgramme(), grossUsdPerHour: Infinity }] }, 'programmes[0].grossUsdPerHour: it must be USD an hour (0 to 10000), null, or { low, expected, high } of them'],
    ['a name that every object has', { machine: { cards: [{ id: 'constructor', name: 'Card', memoryBytes: 1e9 }] }, programmes: [traceProgramme({ cards: ['constructor'] })] }, 'machine.cards[0].id: "constructor" is no name that can be used'],
    ['quiet hours without an end', { settings: { quietFrom: '22:00' } }, 'settings: quiet hours need a beginning and an end; "quietTo" is missing'],
    ['quiet hours without a beginning', { settings: { quietFrom: null, quietTo: '07:00' } }, '"quietFrom" is missing'],
    ['another zone for the schedule', { settings: { zone: 'Asia/Tokyo' } }, 'settings.zone: the schedule follows the trace’s own zone, Europe/Berlin'],
    ['a wish that has ended already', { changes: [{ at: 20, says: { kind: 'pause', until: 20 } }] }, 'changes[0].says.until: it has passed when it is said'],
    ['a wish that has ended by a clock that was set forward', { changes: [{ at: 10, clockJumpMinutes: 60 }, { at: 20, says: { kind: 'pause', until: 40 } }] }, 'changes[1].says.until: it has passed'],
    ['a wish with two ends', { changes: [{ at: 1, says: { kind: 'pause', minutes: 5, until: 60 } }] }, 'changes[0].says'],
  ])('with %s', (_what, over, words) => expect(read(over)).toThrow(words))

  it.each([
    ['a card', '{"at":1,"cards":{"__proto__":{"fan":0.5}}}', 'changes[0].cards'],
    ['a reading', '{"at":1,"machine":{"__proto__":{"idle":"active"}}}', 'changes[0].machine'],
  ])('with %s called __proto__, which would get lost without a word', (_what, change, place) => {
    const text = JSON.stringify(traceFile()).replace('"changes":[]', `"changes":[${change}]`)
    expect(() => readTrace(text)).toThrow(`${place}: "__proto__" is no name that can be used`)
  })

  it('names many faults at once, and how many more there are', () => {
    expect(read({ changes: Array.from({ length: 30 }, () => ({ at: 9000 })) })).toThrow('and 18 more.')
  })

  it('is not read where it is far too long', () => expect(() => readTrace(' '.repeat(20_000_001))).toThrow('longer than 20 million characters'))
})
