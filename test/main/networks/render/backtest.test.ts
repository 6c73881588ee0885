/** The back-test: what it predicts from what, how it scores, and what it refuses. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MarketMisfit } from '../../../../main/networks/network.ts'
import { renderBacktest, scoreBands } from '../../../../main/networks/render/backtest.ts'
import { drawFrom, record, wander } from './weeks.ts'

const samples = join(import.meta.dirname, '../../../../../shared/data/api-samples')
const epochsFile = join(samples, 'render-liability-epochs-76-87.json')
const areThere = existsSync(epochsFile)
const read = (name: string): unknown => JSON.parse(readFileSync(join(samples, name), 'utf8'))
const rates = wander(20, drawFrom(3), { persistence: 0.6, spread: 0.4 })

describe.skipIf(!areThere)('the recorded weeks', () => {
  test('four in five inside, and a better score than both simple rules', () => {
    const result = renderBacktest.run({ epochs: read('render-liability-epochs-76-87.json'), paid: read('render-paid-76-87.json'), fromEpoch: null })
    expect(result.network).toBe('render')
    expect(result.weeks.map((week) => week.epochId)).toEqual([82, 83, 84, 85, 86, 87])
    expect(result.coverage).toBeGreaterThanOrEqual(0.8)
    expect(result.baselines).toHaveLength(2)
    for (const baseline of result.baselines) expect(result.winkler).toBeLessThan(baseline.winkler)
    expect(result.weeks[0]?.actual).toBeCloseTo(1.8718, 4)
  })
})

describe('rolling', () => {
  const run = (made: ReturnType<typeof record>, fromEpoch: number | null = null) => renderBacktest.run({ epochs: made.epochs, paid: made.paid, fromEpoch })

  test('what comes later changes nothing before it', () => {
    const whole = run(record(rates)).weeks
    expect(run(record(rates.slice(0, 15))).weeks).toEqual(whole.slice(0, 9))
    const surprise = run(record([...rates.slice(0, 19), 30])).weeks
    expect(surprise.slice(0, -1)).toEqual(whole.slice(0, -1))
    expect(surprise.at(-1)).toMatchObject({ low: whole.at(-1)?.low, high: whole.at(-1)?.high, inside: false })
  })

  test('a week whose tier only later weeks tell: they tell what it paid, not what was predicted from it', () => {
    const made = record(rates.slice(0, 12))
    const onlyThree = (epochs: readonly number[]) => {
      const copy = structuredClone(made)
      for (const [name, weeks] of Object.entries(copy.paid.paid)) for (const epoch of epochs) if (!name.startsWith('three')) delete weeks[String(epoch)]
      for (const { epochId, metadataBySolKey } of copy.epochs.data.epochs) if (epochs.includes(epochId)) for (const name of Object.keys(metadataBySolKey)) if (!name.startsWith('three')) delete metadataBySolKey[name]
      return copy
    }
    const whole = run(onlyThree([100, 101, 102, 103, 104, 105, 106, 107]))
    whole.weeks.forEach((week, index) => expect(week.actual / (rates[6 + index] ?? NaN)).toBeCloseTo(1, 2))
    const { epochs, paid } = onlyThree([100, 101, 102, 103, 104, 105, 106, 107])
    const short = run({ paid, epochs: { ...epochs, data: { epochs: epochs.data.epochs.slice(0, 8) } } })
    expect(short.weeks.map(({ low, expected, high }) => [low, expected, high])).toEqual(whole.weeks.slice(0, 2).map(({ low, expected, high }) => [low, expected, high]))
    expect(whole.remarks.join(' ')).toMatch(/Epochs 100 to 107: the pay by wallet fits more than one rate; the tiers of the same wallets in other weeks decide/)
    expect(short.remarks.join(' ')).toMatch(/nothing tells which it is/)
  })

  test('pool and pay that disagree, and wallets out of proportion, are said', () => {
    const made = record(rates)
    const agreeing = run(made).remarks.join(' ')
    expect(agreeing).not.toMatch(/disagree|adds up|proportion|fits more than one/)
    for (const weeks of Object.values(made.paid.paid)) for (const week of Object.values(weeks)) week.workRender = (week.workRender ?? 0) * 10
    for (const epoch of made.epochs.data.epochs.slice(3, 4)) epoch.metadataBySolKey['two-2'] = { obhUsed: 1e12 }
    const remarks = run(made).remarks.join(' ')
    expect(remarks).toMatch(/Epochs 100 to 119: pool and hours disagree by more than 10 %/)
    expect(remarks).toMatch(/Epochs 100 to 119: the pay by wallet adds up to more than 110 %/)
    expect(remarks).toMatch(/Epoch 103: hours or pay of at least one wallet/)
  })

  test('numbers that are text are numbers', () => {
    const made = record(rates)
    const asText = { ...made.epochs, data: { epochs: made.epochs.data.epochs.map((epoch) => ({ ...epoch, epochId: String(epoch.epochId), amountDue: String(epoch.amountDue), metadataBySolKey: Object.fromEntries(Object.entries(epoch.metadataBySolKey).map(([name, each]) => [name, { obhUsed: String(each?.obhUsed) }])) })) } }
    expect(renderBacktest.run({ epochs: asText, paid: made.paid, fromEpoch: null })).toEqual(run(made))
  })

  test('from an epoch on: the same bands, fewer of them', () => {
    const whole = run(record(rates)).weeks
    expect(run(record(rates), 112).weeks).toEqual(whole.filter((week) => week.epochId >= 112))
  })

  test('the score is width plus ten times the miss', () => {
    const week = { epochId: 1, low: 1, expected: 2, high: 3, actual: 2, inside: true }
    expect(scoreBands([week, { ...week, actual: 3.5, inside: false }, { ...week, actual: 0.9, inside: false }])).toEqual({ coverage: 1 / 3, winkler: expect.closeTo((2 + 7 + 3) / 3, 12) as number })
  })

  test('a gap is said and makes the band after it wider', () => {
    const made = record(rates)
    const without = { ...made, epochs: { ...made.epochs, data: { epochs: made.epochs.data.epochs.filter((each) => each.epochId !== 110) } } }
    const result = run(without)
    expect(result.weeks.some((week) => week.epochId === 110)).toBe(false)
    expect(result.remarks.join(' ')).toMatch(/Epoch 111: the week before is not known/)
    expect(result.remarks.join(' ')).toMatch(/Epoch 110: only among the paid amounts/)
  })

  test('weeks without pay by wallet, without hours, and few predictions are said', () => {
    const made = record(rates)
    for (const weeks of Object.values(made.paid.paid)) delete weeks['112']
    for (const wallet of Object.values(made.epochs.data.epochs[3]?.metadataBySolKey ?? {})) if (wallet) wallet.obhUsed = null
    const remarks = run(made).remarks.join(' ')
    expect(remarks).toMatch(/Epoch 112: no clear pay by wallet/)
    expect(remarks).toMatch(/Epoch 103: left out/)
    expect(remarks).toMatch(/were predicted, which are few/)
  })

  test('weeks of next year are weeks like others', () => {
    const made = record(rates)
    for (const epoch of made.epochs.data.epochs) {
      epoch.start = epoch.start.replace(/^\d{4}/, (year) => String(Number(year) + 3))
      epoch.end = epoch.end.replace(/^\d{4}/, (year) => String(Number(year) + 3))
    }
    expect(run(made)).toEqual(run(record(rates)))
  })
})

describe('refused with a sentence', () => {
  const good = record(rates)
  const short = record(rates.slice(0, 6))
  const other = record(rates, { firstEpoch: 300 })
  const withEpoch = (fields: Record<string, unknown>): unknown => ({ data: { epochs: good.epochs.data.epochs.map((each, index) => (index === 2 ? { ...each, ...fields } : each)) } })
  test.each([
    ['six weeks', { ...short, fromEpoch: null }, /at least 7 weeks.*only 6/],
    ['no week in common', { epochs: good.epochs, paid: other.paid, fromEpoch: null }, /epochs 100 to 119.*epochs 300 to 319.*no week in common/],
    ['a first epoch outside the file', { ...good, fromEpoch: 140 }, /140, is not among.*epochs 100 to 119/],
    ['a first epoch with too few before it', { ...good, fromEpoch: 103 }, /Before epoch 103 there are 3 known weeks.*106/],
    ['a first epoch with one before it', { ...good, fromEpoch: 101 }, /there is 1 known week/],
    ['epochs of another shape', { epochs: { epochs: [] }, paid: good.paid, fromEpoch: null }, /data/],
    ['a pool in words', { epochs: withEpoch({ amountDue: 'much' }), paid: good.paid, fromEpoch: null }, /data\.epochs\.2\.amountDue is the text "much", where a number/],
    ['a pool below nothing', { epochs: withEpoch({ amountDue: -1 }), paid: good.paid, fromEpoch: null }, /data\.epochs\.2\.amountDue is -1, where/],
    ['no pool', { epochs: withEpoch({ amountDue: undefined }), paid: good.paid, fromEpoch: null }, /data\.epochs\.2\.amountDue is missing/],
    ['half an epoch', { epochs: withEpoch({ epochId: 80.5 }), paid: good.paid, fromEpoch: null }, /data\.epochs\.2\.epochId is 80\.5, where a whole number/],
    ['no date', { epochs: withEpoch({ start: 'spring' }), paid: good.paid, fromEpoch: null }, /data\.epochs\.2\.start is the text "spring", where a date/],
    ['hours in words', { epochs: withEpoch({ metadataBySolKey: { w: { obhUsed: 'long' } } }), paid: good.paid, fromEpoch: null }, /metadataBySolKey\.w\.obhUsed is the text "long"/],
    ['a wallet that is a number', { epochs: withEpoch({ metadataBySolKey: { w: 3 } }), paid: good.paid, fromEpoch: null }, /metadataBySolKey\.w is 3, where an object/],
    ['paid amounts of another shape', { epochs: good.epochs, paid: good.epochs, fromEpoch: null }, /paid/],
  ])('%s', (_what, question, sentence) => {
    expect(() => renderBacktest.run(question)).toThrow(MarketMisfit)
    expect(() => renderBacktest.run(question)).toThrow(sentence)
    expect(() => renderBacktest.run(question)).not.toThrow(/Invalid input|expected (number|string|object|array)|received/)
  })
})
