/** The rate of a week from its wallets: two clusters, one, none, and files that do not quite agree. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MarketMisfit } from '../../../../main/networks/network.ts'
import { parseWalletWeeks } from '../../../../main/networks/render/market.ts'
import { parsePaid } from '../../../../main/networks/render/paid-file.ts'
import { readWeeks, settleRates } from '../../../../main/networks/render/rate-of-week.ts'
import bundled from '../../../../main/networks/render/reward-weeks.json' with { type: 'json' }
import { mixedWallets, record, type Wallet } from './weeks.ts'

const samples = join(import.meta.dirname, '../../../../../shared/data/api-samples')
const epochsFile = join(samples, 'render-liability-epochs-76-87.json')
const areThere = existsSync(epochsFile)
const usualShare = 0.25

const ratesIn = (epochs: unknown, paid: unknown) => settleRates(readWeeks(parseWalletWeeks(epochs), parsePaid(paid)), usualShare)
const ratesOf = ({ epochs, paid }: ReturnType<typeof record>) => ratesIn(epochs, paid)
const all = (tier3: number): Wallet[] => mixedWallets.map((each) => ({ ...each, tier3 }))

describe.skipIf(!areThere)('the recorded weeks', () => {
  test('are those of reward-weeks.json', () => {
    const epochs = JSON.parse(readFileSync(epochsFile, 'utf8')) as unknown
    const paid = JSON.parse(readFileSync(join(samples, 'render-paid-76-87.json'), 'utf8')) as unknown
    const rates = ratesIn(epochs, paid)
    expect(rates.map((each) => [each.epochId, each.rate.toFixed(4), each.how])).toEqual(bundled.weeks.map((week) => [week.epochId, week.renderPer1000Obh.toFixed(4), 'clusters']))
  })
})

describe('made-up weeks', () => {
  test('both tiers and a wallet of both', () => {
    const wanted = [0.8, 0.25, 2]
    ratesOf(record(wanted)).forEach(({ rate, how }, index) => {
      expect(Math.abs(rate / (wanted[index] ?? NaN) - 1)).toBeLessThan(1e-4)
      expect(how).toBe('clusters')
    })
  })

  test('mostly tier 3: the upper cluster, small as it is', () => {
    const wallets = mixedWallets.map((each, index) => ({ ...each, tier3: index === 0 ? 0 : 1 }))
    expect(ratesOf(record([0.9], { walletsOf: () => wallets }))[0]?.rate).toBeCloseTo(0.9, 3)
  })

  test('a week of tier 3 alone is known by wallets that were tier 3 before', () => {
    const rates = ratesOf(record([0.8, 0.8], { walletsOf: (index) => (index === 0 ? mixedWallets : mixedWallets.filter((each) => each.tier3 === 1)) }))
    expect(rates[1]?.rate).toBeCloseTo(0.8, 3)
    expect(rates[1]?.how).toBe('weeks')
  })

  test('one cluster of wallets never seen before is taken as tier 2, and said to be guessed', () => {
    const [asTier2] = ratesOf(record([0.8], { walletsOf: () => all(0) }))
    expect(asTier2?.rate).toBeCloseTo(0.8, 3)
    expect(asTier2?.how).toBe('guessed')
    expect(ratesOf(record([0.8], { walletsOf: () => all(1) }))[0]).toMatchObject({ how: 'guessed' })
  })

  test('pay known of tier-3 wallets alone: pool and hours of all tell that their cluster is the lower one', () => {
    const made = record([0.8])
    for (const name of Object.keys(made.paid.paid)) if (!name.startsWith('three')) delete made.paid.paid[name]
    expect(ratesOf(made)[0]?.rate).toBeCloseTo(0.8, 3)
    expect(ratesOf(made)[0]?.how).toBe('pool')
  })

  test('wallets of one file only, of a handful of hours, or without any, change nothing', () => {
    const made = record([0.8, 1.1])
    const epoch = made.epochs.data.epochs[0]
    if (epoch) Object.assign(epoch.metadataBySolKey, { idle: { obhUsed: 0 }, unpaid: { obhUsed: 50_000 }, tiny: { obhUsed: 1 }, odd: { obhUsed: 3 } })
    Object.assign(made.paid.paid, { gone: { 100: { workRender: 40 } }, tiny: { 100: { workRender: 0.0011 } }, odd: { 100: { workRender: 0.0019 } }, idle: { 100: { availabilityRender: 9 } } })
    expect(ratesOf(made).map((each) => each.rate.toFixed(2))).toEqual(['0.80', '1.10'])
  })

  test('order, other channels and repeated epochs do not matter', () => {
    const made = record([0.8, 0.5, 1.2])
    const { epochs } = made.epochs.data
    const muddled = [...epochs.map((each) => ({ ...each, channel: 'availability', metadataBySolKey: {} })), ...epochs, ...epochs].reverse()
    expect(ratesOf({ ...made, epochs: { ...made.epochs, data: { epochs: muddled } } })).toEqual(ratesOf(made))
  })

  test('without pay by wallet: pool over hours, with tier 3\'s share in the weeks before', () => {
    const made = record([0.8, 0.5, 1.2])
    for (const weeks of Object.values(made.paid.paid)) delete weeks['102']
    const last = ratesOf(made)[2]
    expect(last?.how).toBe('totals')
    expect(last?.rate).toBeCloseTo(1.2, 2)
  })

  test('hours of nobody, or no pool and no pay: no rate', () => {
    const made = record([0.8, 0.5, 1.2])
    for (const wallet of Object.values(made.epochs.data.epochs[1]?.metadataBySolKey ?? {})) if (wallet) wallet.obhUsed = 0
    expect(ratesOf(made).map((each) => each.epochId)).toEqual([100, 102])
  })

  test('a clear week is read from itself alone', () => {
    const rates = [0.8, 0.5, 1.2, 0.9]
    const whole = ratesOf(record(rates))
    expect(ratesOf(record(rates.slice(0, 2)))).toEqual(whole.slice(0, 2))
  })
})

/** Wallets of both files, by what they keep. */
function keep(made: ReturnType<typeof record>, { inEpochs = () => true, inPaid = () => true }: { inEpochs?: (name: string, epoch: number) => boolean; inPaid?: (name: string, epoch: number) => boolean }) {
  const copy = structuredClone(made)
  for (const { epochId, metadataBySolKey } of copy.epochs.data.epochs) for (const name of Object.keys(metadataBySolKey)) if (!inEpochs(name, epochId)) delete metadataBySolKey[name]
  for (const [name, weeks] of Object.entries(copy.paid.paid)) for (const epoch of Object.keys(weeks)) if (!inPaid(name, Number(epoch))) delete weeks[epoch]
  return copy
}

describe('files that do not quite agree', () => {
  const rates = [0.8, 0.45, 1.9, 1.1]
  const made = record(rates)
  const half = (name: string) => ['two-0', 'two-3', 'two-5', 'two-6', 'three-1', 'three-2'].includes(name)
  const expectRates = (found: ReturnType<typeof ratesOf>, factor = 1) => {
    expect(found.map((each) => each.how)).not.toContain('totals')
    expect(found).toHaveLength(rates.length)
    found.forEach((each, index) => expect(Math.abs(each.rate / ((rates[index] ?? NaN) * factor) - 1)).toBeLessThan(1e-3))
  }

  test.each([
    ['the epochs', { inEpochs: half }],
    ['the paid amounts', { inPaid: half }],
    ['both', { inEpochs: half, inPaid: half }],
    ['the epochs, but for three', { inEpochs: (name: string) => ['two-0', 'two-3', 'three-1'].includes(name) }],
  ])('half of the wallets missing from %s', (_what, kept) => expectRates(ratesOf(keep(made, kept))))

  test('paid amounts or pool in other units', () => {
    const paidTimes10 = structuredClone(made)
    for (const weeks of Object.values(paidTimes10.paid.paid)) for (const week of Object.values(weeks)) week.workRender = (week.workRender ?? 0) * 10
    expectRates(ratesOf(paidTimes10), 10)
    const poolTimes10 = structuredClone(made)
    for (const epoch of poolTimes10.epochs.data.epochs) epoch.amountDue *= 10
    expectRates(ratesOf(poolTimes10))
  })

  test('one wallet with absurd hours or pay moves nothing', () => {
    for (const name of ['two-1', 'three-1', 'new']) {
      const absurd = structuredClone(made)
      for (const epoch of absurd.epochs.data.epochs) epoch.metadataBySolKey[name] = { obhUsed: 1e12 }
      expectRates(ratesOf(absurd))
    }
    const rich = structuredClone(made)
    for (const week of Object.values(rich.paid.paid['two-1'] ?? {})) week.workRender = 1e8
    expectRates(ratesOf(rich))
  })

  test('absurd hours in a week without pay by wallet', () => {
    const absurd = keep(made, { inPaid: (_name, epoch) => epoch !== 102 })
    absurd.epochs.data.epochs.forEach((epoch) => { epoch.metadataBySolKey.new = { obhUsed: 1e12 } })
    expect(ratesOf(absurd)[2]).toMatchObject({ how: 'totals', rate: expect.closeTo(1.9, 2) as number })
  })

  test('a week of one tier is told by the same wallets in later weeks', () => {
    for (const tier of ['two', 'three']) {
      const found = ratesOf(keep(made, { inEpochs: (name, epoch) => epoch !== 100 || name.startsWith(tier), inPaid: (name, epoch) => epoch !== 100 || name.startsWith(tier) }))
      expectRates(found)
      expect(found[0]?.how).toBe('weeks')
    }
  })

  test('weeks of two wallets, one of each tier', () => expectRates(ratesOf(keep(made, { inPaid: (name) => name === 'two-4' || name === 'three-0' }))))

  test('noise', () => {
    const noisy = structuredClone(made)
    Object.values(noisy.paid.paid).forEach((weeks, index) => Object.values(weeks).forEach((week) => { week.workRender = (week.workRender ?? 0) * (1 + (index % 3) * 1e-9) }))
    expectRates(ratesOf(noisy))
  })
})

describe('paid amounts', () => {
  test('as text', () => {
    expect(parsePaid({ paid: { w: { 80: { workRender: '3.5' } } } }).get(80)?.get('w')).toBe(3.5)
  })


  test.each([
    ['no object', [], /whole file|paid/],
    ['nothing in it', { paid: {} }, /workRender/],
    ['negative pay', { paid: { w: { 80: { workRender: -1 } } } }, /paid\.w\.80\.workRender/],
    ['pay that is no number', { paid: { w: { 80: { workRender: NaN } } } }, /paid\.w\.80\.workRender/],
    ['pay as words', { paid: { w: { 80: { workRender: 'three' } } } }, /paid\.w\.80\.workRender/],
    ['an epoch that is none', { paid: { w: { spring: { workRender: 3 } } } }, /paid\.w\.spring/],
    ['wallets as a list', { paid: { w: [3] } }, /paid\.w/],
  ])('%s: refused, naming the field', (_what, raw, sentence) => {
    expect(() => parsePaid(raw)).toThrow(MarketMisfit)
    expect(() => parsePaid(raw)).toThrow(sentence)
  })
})
