/** What an Akash address holds, by the chain, and what its leases earned each day, by the console. Addresses only. */
import { z } from 'zod'
import { atMost } from '../../../shared/outside-answers.ts'
import { MarketMisfit, RequestFailed, type MarketRequest, type Payout, type WalletDefinition } from '../network.ts'
import { moment, readAnswer } from './answers.ts'
import { askChain, chainHosts, headerOf } from './chain.ts'
import sources from './sources.json' with { type: 'json' }

const day = 86_400_000
/** One request a day: further back than this is not asked for at a time. */
const mostDays = 92

const denominations: Record<string, string> = { uakt: 'AKT', uact: 'ACT' }
/** Millionths; no account holds more than there is. */
const amount = atMost(1e16)
const balances = z.object({ balances: z.array(z.object({ denom: z.string(), amount: z.unknown() })) })
const earnings = z.object({ earnings: z.object({ totalUAktEarned: amount.nullish(), totalUActEarned: amount.nullish(), totalUUsdcEarned: amount.nullish() }) })

/** Balances of AKT and ACT; what else lies there is left out. Throws MarketMisfit. */
export function parseBalances(raw: unknown): { asset: string; amount: number }[] {
  const known = readAnswer(balances, raw, () => 'a list of balances').balances.flatMap((one) => (denominations[one.denom] === undefined ? [] : [{ asset: denominations[one.denom] ?? one.denom, raw: one.amount }]))
  return known.map(({ asset, raw: millionths }) => ({ asset, amount: readAnswer(amount, millionths, () => `an amount of ${asset} of 0 or more`) / 1e6 }))
}

/** What the leases of a span earned, before anything is withdrawn. Throws MarketMisfit. */
export function parseEarnings(raw: unknown): { asset: string; amount: number }[] {
  const told = readAnswer(earnings, raw, (path) => (path.length < 2 ? 'an object' : 'a number of 0 or more')).earnings
  // Since the change to ACT the console tells it under the name of USDC, its forerunner, under its own, or under both.
  const act = told.totalUActEarned ?? told.totalUUsdcEarned ?? 0
  return [{ asset: 'AKT', amount: (told.totalUAktEarned ?? 0) / 1e6 }, { asset: 'ACT', amount: act / 1e6 }].filter((one) => one.amount > 0)
}

/** A page holds 100 denominations unless asked for more, sorted by name: `uakt` and `uact` come after whatever else was sent there. */
const mostDenominations = 1000

async function readBalances(request: MarketRequest, address: string): Promise<{ asset: string; amount: number }[]> {
  const { answer } = await askChain(request, `/cosmos/bank/v1beta1/balances/${encodeURIComponent(address)}?pagination.limit=${mostDenominations}`, 'the balance of your Akash address', { secretParts: [address] })
  return parseBalances(answer)
}

/** One payout for each asset and closed day, UTC; one of nothing for a day that earned nothing. A day that the console has not worked off yet is left for later. */
async function readPayouts(request: MarketRequest, address: string, since: number): Promise<Payout[]> {
  const today = startOfDay(await chainTime(request))
  const from = Math.max(startOfDay(since), today - mostDays * day)
  const asked = (start: number, end: number): Promise<{ asset: string; amount: number }[]> => askEarnings(request, address, start, end)
  if (from >= today) return []
  let isAll = false
  try {
    isAll = (await asked(from, today)).length === 0
  } catch (error) {
    // No provider of that address, or nothing worked off yet.
    if (error instanceof RequestFailed && error.status === 404) return []
    throw error
  }
  const payouts: Payout[] = []
  for (let start = from; start < today; start += day) {
    const earned = isAll ? [] : await asked(start, start + day)
    for (const { asset, amount: units } of earned.length === 0 ? [{ asset: 'ACT', amount: 0 }] : earned) {
      payouts.push({
        reference: `${dateOf(start)}/${units === 0 ? 'nothing' : asset}`,
        at: start + day,
        programmeId: 'akash/provider',
        asset,
        amount: units,
        covers: { from: start, to: start + day },
        note: 'what leases earned that day, as the console reckons it; withdrawn later',
        origin: 'api',
      })
    }
  }
  return payouts
}

async function askEarnings(request: MarketRequest, address: string, from: number, to: number): Promise<{ asset: string; amount: number }[]> {
  const url = `${sources.earnings.url}/${encodeURIComponent(address)}?from=${dateOf(from)}&to=${dateOf(to)}`
  return parseEarnings(await request({ method: 'GET', url, what: 'what your Akash provider earned', secretParts: [address] }))
}

/** By the chain and not by this machine's clock, which may be wrong: a day that is not over would be taken for a poor one. */
async function chainTime(request: MarketRequest): Promise<number> {
  const { answer } = await askChain(request, '/cosmos/base/tendermint/v1beta1/blocks/latest', 'the time of the Akash chain')
  const read = z.object({ time: moment }).safeParse(headerOf(answer))
  if (!read.success) throw new MarketMisfit('the latest block does not say its time.')
  return read.data.time
}

function startOfDay(at: number): number {
  return at - (at % day)
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

export const wallet: WalletDefinition = {
  chain: 'bech32',
  prefix: 'akash',
  title: 'Akash address of the provider that leases are paid to',
  hosts: [...chainHosts, 'console-api.akash.network'],
  readBalances,
  readPayouts,
  remark: 'Income is what the leases of each closed day earned, as the console reckons it: it lies in the leases until it is withdrawn. What HomeNode pays cannot be told.',
}
