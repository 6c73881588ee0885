/** The sentence that each row carries, over every state there is: never praise, never a figure that is not known. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capitalDays, plainVerdict } from '../../../main/earnings/plain-verdict.ts'
import { leverIds, type Band, type Capital, type Estimate } from '../../../shared/earnings.ts'
import type { NeedResult } from '../../../shared/network.ts'

const source = { url: 'https://example.org', date: null }
const need = (title: string, ok: boolean | null, remedy: string | null): NeedResult => ({ id: title, title, required: '', actual: null, ok, why: '', remedy, source })
const stake: Capital = { asset: 'IO', amount: 670, usd: 90, lockDays: 14, slashable: true, why: '', source: null }
function row(net: Band, change: Partial<Estimate> = {}): Omit<Estimate, 'plain'> {
  return {
    gpuIds: [], gpuName: '', gpuModel: null, gpuCount: 1, networkId: '', programmeId: '', verdict: 'eligible', needs: [], net, currency: 'USD', per: 'day', lines: [], inputs: [], capital: [],
    breakEven: { utilisation: null, usdPerKwh: null }, confidence: 'medium', notModelled: [], reasons: [], duties: [], ...change,
  }
}
const band = (low: number | null, expected: number | null, high: number | null): Band => ({ low, expected, high })

describe('in plain words', () => {
  test.each([
    [band(-0.1, 1.2, 4), {}, 'Expected to earn about 1.20 USD a day per card after power, but to lose 0.10 in the cautious case. It hangs most on how much of the time the card is given work.'],
    [band(0.4, 1.2, 4), { capital: [stake] }, 'Expected to earn about 1.20 USD a day per card after power, and 0.40 in the cautious case. It hangs most on how much of the time the card is given work. 670 IO, about 90.00 USD, must be locked for 14 days and can be slashed; that equals about 75 days of expected pay.'],
    [band(0.4, 3.5, 4), { gpuCount: 2, capital: [{ ...stake, asset: 'AKT', amount: 5, usd: 3.5, lockDays: null, slashable: false }] }, 'Expected to earn about 3.50 USD a day per card after power, and 0.40 in the cautious case. It hangs most on how much of the time the card is given work. 5 AKT, about 3.50 USD, must be locked; that equals about a day of one card\'s expected pay.'],
    [band(-2, -0.5, 1), {}, 'Expected to lose about 0.50 USD a day per card, and to earn 1.00 in the hopeful case alone. It hangs most on how much of the time the card is given work.'],
    [band(-3, -2, -0.2), {}, 'Not worth running here: even the hopeful case loses 0.20 USD a day per card.'],
    [band(-0.16, null, 4), { capital: [{ ...stake, usd: null }] }, 'What it pays is not published: it may be anything from a loss of 0.16 USD to 4.00 USD a day per card. 670 IO must be locked for 14 days and can be slashed.'],
    [band(null, null, null), {}, 'No figure can be defended.'],
    [band(0, 0, 0), {}, 'Expected to earn about nothing after power. It hangs most on how much of the time the card is given work.'],
    [band(1, 2, 3), { confidence: 'none' }, 'Expected to earn about 2.00 USD a day per card after power, and 1.00 in the cautious case. Nobody can vouch for the figures behind it. It hangs most on how much of the time the card is given work.'],
    [band(1, 2, 3), { verdict: 'not-eligible', needs: [need('Operating system', false, null), need('Disk', false, 'Buy one')] }, 'It could not join as it is (operating system). If it could: expected to earn about 2.00 USD a day per card after power, and 1.00 in the cautious case. It hangs most on how much of the time the card is given work.'],
    [band(-3, -2, -0.2), { verdict: 'not-eligible', needs: [need('Operating system', false, null)] }, 'It could not join as it is (operating system). Not worth running here: even the hopeful case loses 0.20 USD a day per card.'],
    [band(null, null, null), { verdict: 'not-eligible', needs: [need('GPU registry', false, null)] }, 'It could not join as it is (GPU registry). No figure can be defended.'],
    [band(2, 2, 2), { verdict: 'fixable', needs: [need('Docker', false, 'Install it')] }, 'Something must be mended first (docker). Expected to earn about 2.00 USD a day per card after power. It hangs most on how much of the time the card is given work.'],
  ] as [Band, Partial<Estimate>, string][])('%j', (net, change, sentence) => expect(plainVerdict(row(net, change), 'utilisation')).toBe(sentence))

  test('in another currency, thousands apart', () => {
    const said = plainVerdict(row(band(1000, 29_860, 40_000), { capital: [{ ...stake, amount: 1024.4, lockDays: 1024 }] }), null, { code: 'EUR', usdPerUnit: 1.1942 })
    expect(said).toBe('Expected to earn about 25,004 EUR a day per card after power, and 837 in the cautious case. 1,024 IO, about 75.36 EUR, must be locked for 1,024 days and can be slashed; that equals less than a day of expected pay.')
    expect(plainVerdict(row(band(0.09, 0.09, 4)), null, { code: 'JPY', usdPerUnit: 1 / 155 })).toContain('about 14 JPY a day')
  })
  test('capital in days of pay; unknown where either is, or nothing is left', () => {
    expect(capitalDays(row(band(0, 1.2, 2), { capital: [stake] }))).toBe(75)
    expect(capitalDays(row(band(0, 0, 2), { capital: [stake] }))).toBeNull()
    expect(capitalDays(row(band(0, null, 2), { capital: [stake] }))).toBeNull()
    expect(capitalDays(row(band(0, 1, 2), { capital: [stake, { ...stake, usd: null }] }))).toBeNull()
    expect(capitalDays(row(band(0, 1, 2)))).toBeNull()
  })

  test('whatever the figures: sentences, no NaN, no praise', () => {
    const usd = fc.option(fc.double({ min: -1e4, max: 1e4, noNaN: true }))
    const capital = fc.record({ asset: fc.constant('IO'), amount: usd, usd, lockDays: fc.option(fc.integer({ min: 0, max: 400 })), slashable: fc.option(fc.boolean()), why: fc.constant(''), source: fc.constant(null) })
    fc.assert(
      fc.property(fc.array(usd, { minLength: 3, maxLength: 3 }), fc.constantFrom('eligible', 'fixable', 'not-eligible', 'unknown'), fc.array(capital, { maxLength: 2 }), fc.option(fc.constantFrom(...leverIds)), fc.constantFrom('high', 'none'), (nets, verdict, locked, lever, confidence) => {
        const [low = null, expected = null, high = null] = nets.every((one) => one !== null) ? [...(nets as number[])].sort((a, b) => a - b) : nets
        const said = plainVerdict(row(band(low, expected, high), { verdict, capital: locked, confidence, needs: [need('Disk', false, verdict === 'fixable' ? 'Buy one' : null)] } as Partial<Estimate>), lever)
        expect(said).toMatch(/^[A-Z].*\.$/)
        expect(said).not.toMatch(/NaN|undefined|null|Infinity|great|profit|!/)
        if (high !== null && high < 0) expect(said).toMatch(/not worth running here/i)
      }),
    )
  })
})
