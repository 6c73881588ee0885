/** When the owner is told: severity, repeats, quiet hours, the hourly limit, and what a message says. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { quietUntil } from '../../../main/health/quiet.ts'
import { decideTelling, messagesAnHour, nothingTold, type EndedAlert, type TellingInput } from '../../../main/health/telling.ts'
import type { Alert } from '../../../shared/health.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import { card, openHealth } from '../../helpers/health.ts'

const hourMs = 3_600_000
const noon = new Date(2026, 10, 23, 12, 0).getTime()

function alert(change: Partial<Alert> = {}): Alert {
  return { id: 'hot:GPU-1', rule: 'hot', gpuId: 'GPU-1', gpuName: 'RTX 4090', severity: 'warning', title: 'Too hot', sentence: 'Its core is at 95 °C.', remedy: 'Clean it.', since: noon, until: null, evidence: [], toldAt: null, ...change }
}
function input(change: Partial<TellingInput>): TellingInput {
  return { open: [], ended: [], busy: new Set(), settings: defaultSettings, machine: 'rig-7', now: noon, steadyMs: 0, ...change }
}

describe('telling', () => {
  it('says what is the matter, where, for how long and what to do', () => {
    const { tellings } = decideTelling(input({ open: [alert({ since: noon - 2 * hourMs })] }), nothingTold)
    expect(tellings.map((one) => one.message)).toMatchObject([
      { kind: 'began', machine: 'rig-7', title: 'Warning: RTX 4090: too hot', text: 'Its core is at 95 °C. It has been so for 2 h.\nWhat to do: Clean it.', alert: { id: 'hot:GPU-1' } },
    ])
  })

  it('leaves out what is milder than asked for, and everything where nothing is asked for', () => {
    const open = [alert({ severity: 'info' })]
    expect(decideTelling(input({ open }), nothingTold).tellings).toEqual([])
    expect(decideTelling(input({ open, settings: { ...defaultSettings, notifyFrom: 'info' } }), nothingTold).tellings).toHaveLength(1)
    expect(decideTelling(input({ open: [alert({ severity: 'critical' })], settings: { ...defaultSettings, notifyFrom: 'never' } }), nothingTold).tellings).toEqual([])
  })

  it.each([['warning', 24], ['critical', 6]] as const)('repeats a lasting %s after %d hours, for a week', (severity, hours) => {
    const kind = (sinceToldMs: number, sinceMs = sinceToldMs): string | undefined =>
      decideTelling(input({ open: [alert({ severity, toldAt: noon - sinceToldMs, since: noon - sinceMs })] }), nothingTold).tellings[0]?.message.kind
    expect(kind(hours * hourMs - 1)).toBeUndefined()
    expect(kind(hours * hourMs)).toBe('still')
    expect(kind(hours * hourMs, 8 * 24 * hourMs)).toBeUndefined()
  })

  it('neither repeats nor falls silent by a clock that was set back', () => {
    expect(decideTelling(input({ open: [alert({ toldAt: noon + 400 * 24 * hourMs })] }), nothingTold).tellings).toEqual([])
  })

  it('never sends more than so many an hour, then one that holds the rest', () => {
    let memory = nothingTold
    let sent = 0
    const tell = (steadyMs: number, open: Alert[]): number => {
      const decision = decideTelling(input({ steadyMs, open }), memory)
      memory = decision.memory
      sent += decision.tellings.length
      return decision.tellings.length
    }
    for (let minute = 0; minute < 50; minute++) tell(minute * 60_000, [alert({ id: `rule-${minute}:GPU-1`, rule: `rule-${minute}`, since: noon + minute })])
    expect(sent).toBe(messagesAnHour)
    const held = Array.from({ length: 9 }, (_one, index) => alert({ id: `late-${index}:GPU-1`, rule: `late-${index}` }))
    expect(tell(55 * 60_000, held)).toBe(0)
    expect(tell(62 * 60_000, held)).toBe(1)
  })

  it('makes one message of many at a time, the worst first', () => {
    const open = Array.from({ length: 25 }, (_one, index) => alert({ id: `silent:GPU-${index}`, gpuName: `Card ${index}`, severity: index === 20 ? 'critical' : 'warning', since: noon + index }))
    const { tellings } = decideTelling(input({ open }), nothingTold)
    expect(tellings).toHaveLength(1)
    expect(tellings[0]?.message).toMatchObject({ kind: 'began', alert: null, title: 'Critical: 25 cards: too hot' })
    expect(tellings[0]?.message.text).toMatch(/^Its core is at 95 °C\.\n- Card 20\n- Card 0\n[^]*and 5 more\nWhat to do: Clean it\.$/)
    expect(tellings[0]?.alerts).toHaveLength(25)
  })
})

describe('quiet hours', () => {
  const quiet = { quietFrom: '22:00', quietTo: '07:00' }
  const at = (day: number, hours: number, minutes = 0): number => new Date(2026, 10, day, hours, minutes).getTime()

  it.each([
    ['before', at(23, 21, 59), null],
    ['from the first minute', at(23, 22), at(24, 7)],
    ['over midnight', at(24, 3), at(24, 7)],
    ['to the last', at(24, 6, 59), at(24, 7)],
    ['after', at(24, 7), null],
  ])('%s', (_name, now, until) => {
    expect(quietUntil(quiet, now)).toBe(until)
  })

  it('within one day, and none where one end is missing or both are the same', () => {
    expect(quietUntil({ quietFrom: '12:00', quietTo: '14:00' }, at(23, 13))).toBe(at(23, 14))
    expect(quietUntil({ quietFrom: '12:00', quietTo: '14:00' }, at(23, 14))).toBeNull()
    expect(quietUntil({ quietFrom: '22:00', quietTo: null }, at(23, 23))).toBeNull()
    expect(quietUntil({ quietFrom: '22:00', quietTo: '22:00' }, at(23, 23))).toBeNull()
  })

  it('end once in a night in which the clock changes', () => {
    const zone = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
    onTestFinished(() => void (zone === undefined ? delete process.env['TZ'] : (process.env['TZ'] = zone)))
    const spans = (day: Date): number[][] => {
      const found: number[][] = []
      for (let minute = 0; minute < 20 * 60; minute++) {
        const now = day.getTime() + minute * 60_000
        if (quietUntil({ quietFrom: '22:00', quietTo: '02:30' }, now) === null) continue
        const last = found.at(-1)
        if (last && last[1] === minute - 1) last[1] = minute
        else found.push([minute, minute])
      }
      return found
    }
    // Summer time ends on 25 October 2026: 02:30 comes twice. It begins on 28 March 2027: 02:30 does not come at all.
    expect(spans(new Date(2026, 9, 24, 12))).toHaveLength(1)
    expect(spans(new Date(2027, 2, 27, 12))).toHaveLength(1)
    expect(quietUntil({ quietFrom: '22:00', quietTo: '02:30' }, new Date(2026, 9, 25, 4).getTime())).toBeNull()
  })

  const night = { ...defaultSettings, quietFrom: '22:00', quietTo: '07:00' }
  const midnight = at(24, 0)

  it('hold a warning back, and let a critical alert through unless told not to', () => {
    const tell = (severity: Alert['severity'], settings = night): number => decideTelling(input({ now: midnight, settings, open: [alert({ severity })] }), nothingTold).tellings.length
    expect(tell('warning')).toBe(0)
    expect(tell('critical')).toBe(1)
    expect(tell('critical', { ...night, criticalBreaksQuiet: false })).toBe(0)
  })

  it('keep the end of an alert for the morning', () => {
    const ended: EndedAlert = { alert: alert({ until: midnight, toldAt: noon }), lastedMs: 12 * hourMs }
    expect(decideTelling(input({ now: midnight, settings: night, ended: [ended] }), nothingTold)).toMatchObject({ tellings: [], done: new Set() })
    const morning = decideTelling(input({ now: at(24, 7), settings: night, ended: [ended] }), nothingTold)
    expect(morning.tellings[0]?.message).toMatchObject({ kind: 'ended', title: 'Over: RTX 4090: too hot', text: expect.stringMatching(/^It lasted 12 h, since 2026-11-23 12:00\./) as string })
    expect(morning.done).toEqual(new Set([ended]))
  })

  it('are over: what began in them and still lasts is told then, and what is over is not told at all', async () => {
    const house = openHealth({ startAt: at(24, 6, 50) })
    house.settings = night
    house.cards = [card(), card({ id: 'GPU-2', uuid: 'GPU-2', name: 'Other' })]
    await house.run(60, { 'GPU-1': { temperatureC: 95 }, 'GPU-2': { temperatureC: 95 } })
    expect(house.state()).toMatchObject({ quietUntil: at(24, 7), open: [{ toldAt: null }, { toldAt: null }] })
    await house.run(120, { 'GPU-1': { temperatureC: 95 }, 'GPU-2': {} })
    expect(house.shown).toEqual([])
    await house.run(480, { 'GPU-1': { temperatureC: 95 }, 'GPU-2': {} })
    expect(house.shown.map((one) => one.title)).toEqual(['Warning: NVIDIA GeForce RTX 4090: too hot'])
    expect(house.state()).toMatchObject({ quietUntil: null, open: [{ id: 'hot:GPU-1', toldAt: expect.any(Number) as number }] })
  })
})

describe('the owner of sixteen cards', () => {
  it('gets one message when all fall silent at once, and one when all answer again', async () => {
    const house = openHealth()
    house.cards = Array.from({ length: 16 }, (_one, index) => card({ id: `GPU-${index}`, uuid: `GPU-${index}`, pciAddress: `0000:${index + 10}:00.0` }))
    const all = <T>(value: T): Record<string, T> => Object.fromEntries(house.cards.map((one) => [one.id, value]))
    await house.run(5, all({}))
    await house.run(60, all('the driver hangs'))
    expect(house.shown.map((one) => one.title)).toEqual(['Warning: 16 cards: driver does not answer'])
    await house.run(45, all({}))
    expect(house.shown.map((one) => one.title)).toEqual(['Warning: 16 cards: driver does not answer', 'Over: 16 cards: driver does not answer'])
    expect(house.state().open).toEqual([])
  })
})
