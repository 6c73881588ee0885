/** Balances by the chain, and income by the console for each day that is over by the chain's own time. */
import { expect, test } from 'vitest'
import { parseEarnings, wallet } from '../../../../main/networks/akash/wallet.ts'
import { MarketMisfit, RequestFailed, type MarketAsk, type MarketRequest } from '../../../../main/networks/network.ts'

const address = 'akash17erkmem6xcugfnew2c0ujfqtet32j29ztk03jt'
const day = 86_400_000
const today = Date.parse('2026-11-23')

/** Millionths of ACT by day; the chain's clock stands at ten in the morning. */
function console_(earned: Record<string, { act?: number; akt?: number }>): { request: MarketRequest; asked: MarketAsk[] } {
  const asked: MarketAsk[] = []
  const request: MarketRequest = async (ask) => {
    asked.push(ask)
    const url = new URL(ask.url)
    if (url.pathname.endsWith('/blocks/latest')) return { block: { header: { height: '9', time: '2026-11-23T10:00:00Z' } } }
    const from = url.searchParams.get('from') ?? ''
    const to = url.searchParams.get('to') ?? ''
    if (Date.parse(to) > today) throw new RequestFailed('To block not found', 404)
    const days = Object.entries(earned).filter(([date]) => date >= from && date < to).map(([, one]) => one)
    const sum = (which: 'act' | 'akt'): number => days.reduce((total, one) => total + (one[which] ?? 0), 0)
    return { earnings: { totalUAktEarned: sum('akt'), totalUUsdcEarned: sum('act'), totalUActEarned: sum('act'), totalUUsdEarned: sum('act') } }
  }
  return { request, asked }
}

test('one payout for each closed day and asset, with the day it covers', async () => {
  const { request, asked } = console_({ '2026-11-20': { act: 4_752_000 }, '2026-11-22': { act: 1_000_000, akt: 500_000 } })
  const payouts = await wallet.readPayouts?.(request, address, today - 3 * day)
  expect(payouts?.map(({ reference, asset, amount, programmeId, covers, origin }) => [reference, asset, amount, programmeId, covers && (covers.to - covers.from) / day, origin])).toEqual([
    ['2026-11-20/ACT', 'ACT', 4.752, 'akash/provider', 1, 'api'],
    // It is over and earned nothing: that is told, not left out.
    ['2026-11-21/nothing', 'ACT', 0, 'akash/provider', 1, 'api'],
    ['2026-11-22/AKT', 'AKT', 0.5, 'akash/provider', 1, 'api'],
    ['2026-11-22/ACT', 'ACT', 1, 'akash/provider', 1, 'api'],
  ])
  expect(JSON.stringify(payouts)).not.toContain(address.slice(0, 16))
  expect(payouts?.at(-1)?.at).toBe(today)
  for (const ask of asked.filter((one) => one.url.includes(address))) expect(ask.secretParts).toEqual([address])
  for (const ask of asked) expect(wallet.hosts).toContain(new URL(ask.url).host)
})

test('asking again gives the same references; from the middle of a day that day is asked for whole', async () => {
  const { request } = console_({ '2026-11-22': { act: 1_000_000 } })
  const one = await wallet.readPayouts?.(request, address, today - day)
  const other = await wallet.readPayouts?.(request, address, today - day + 5 * 3_600_000)
  expect(other).toEqual(one)
})

test('nothing earned is asked about once; a day that is not over is not asked about', async () => {
  const { request, asked } = console_({})
  const payouts = await wallet.readPayouts?.(request, address, today - 30 * day)
  expect(payouts).toHaveLength(30)
  expect(payouts?.every((one) => one.amount === 0 && one.covers !== null)).toBe(true)
  expect(new Set(payouts?.map((one) => one.reference)).size).toBe(30)
  expect(asked).toHaveLength(2)
  expect(await wallet.readPayouts?.(request, address, today)).toEqual([])
  expect(await wallet.readPayouts?.(request, address, today + 700 * day)).toEqual([])
})

test('an address that is no provider\'s has no income; any other failure is told', async () => {
  const failing = (status: number): MarketRequest => async (ask) => {
    if (ask.url.includes('blocks')) return { block: { header: { height: '9', time: '2026-11-23T10:00:00Z' } } }
    throw new RequestFailed('It failed.', status)
  }
  expect(await wallet.readPayouts?.(failing(404), address, today - day)).toEqual([])
  await expect(wallet.readPayouts?.(failing(500), address, today - day)).rejects.toThrow(RequestFailed)
})

test('years back is cut to what can be asked for politely', async () => {
  const { request, asked } = console_({ '2026-11-22': { act: 1 } })
  await wallet.readPayouts?.(request, address, 0)
  expect(asked.length).toBeLessThanOrEqual(94)
})

test('earnings under the old name count once, and refuse what is no amount', () => {
  expect(parseEarnings({ earnings: { totalUAktEarned: 0, totalUUsdcEarned: 2e6, totalUUsdEarned: 2e6 } })).toEqual([{ asset: 'ACT', amount: 2 }])
  expect(() => parseEarnings({ earnings: { totalUActEarned: -1 } })).toThrow(/earnings\.totalUActEarned is -1/)
  expect(() => parseEarnings('<html>')).toThrow(MarketMisfit)
})

test('balances of AKT and ACT, whatever else lies there', async () => {
  const balances = { balances: [{ denom: 'uakt', amount: '12500000' }, { denom: 'ibc/170C677610AC', amount: 'much' }, { denom: 'uact', amount: '3000000' }], pagination: {} }
  const asked: string[] = []
  const read = await wallet.readBalances((ask) => {
    asked.push(ask.url)
    return asked.length === 1 ? Promise.reject(new RequestFailed('Away.', null)) : Promise.resolve(balances)
  }, address)
  expect(read).toEqual([{ asset: 'AKT', amount: 12.5 }, { asset: 'ACT', amount: 3 }])
  expect(new Set(asked.map((url) => new URL(url).host)).size).toBe(2)
  // A page of 100, sorted by name, would end before `uact` where many other tokens were sent.
  for (const url of asked) expect(new URL(url).searchParams.get('pagination.limit')).toBe('1000')
  await expect(wallet.readBalances(() => Promise.resolve({ balances: [{ denom: 'uakt', amount: '-1' }] }), address)).rejects.toThrow(/amount of AKT/)
})
