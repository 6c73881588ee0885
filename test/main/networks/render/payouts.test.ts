/** Payouts told from an address's transfers, against answers made after the shapes of Solana's JSON-RPC. */
import { describe, expect, test } from 'vitest'
import { MarketMisfit, RequestFailed, type MarketAsk, type MarketRequest } from '../../../../main/networks/network.ts'
import { epochPaidAt, mostTransactions, readPayouts } from '../../../../main/networks/render/payouts.ts'
import { wallet } from '../../../../main/networks/render/wallet.ts'

const address = 'Gaxmf9tKTFWrHHaQY8dqNpjcWhxg2RNP95jRwSc5N9V7'
const account = 'AhAAkrRcLeCTBBdMwpWsDhbeSgNYzr4c2WFkqogegKi3'
const mint = 'rndrizKT3MK1iimdxRdWabcF7Zg7AR5T4nud4EkHBof'
const work = 'rnoKwRkj6kvrm7Zhn9qqE9tKKcsh8y66bdc9JuCvAT9'
const standby = 'rav3GKV8KXg4AvswaqT9HWJ4ErxU5csUwTKj549aHUH'
const someone = 'Ew159FeMgw7wwDnggDGJRNCoiPUphhtcsSNEthoFM2S4'
const wednesday = Date.parse('2026-09-23T14:00:00Z')

interface Move {
  owner: string
  before: number | null
  after: number
  mint?: string
}

interface Told {
  signature: string
  at: number
  failed?: boolean
  moves: Move[]
}

const units = (amount: number): string => String(Math.round(amount * 1e8))

function transactionOf({ at, failed, moves }: Told): unknown {
  const balance = (amount: number | null, move: Move, i: number) =>
    amount === null ? [] : [{ accountIndex: i, mint: move.mint ?? mint, owner: move.owner, uiTokenAmount: { amount: units(amount), decimals: 8, uiAmount: amount } }]
  return {
    blockTime: at / 1000,
    meta: { err: failed ? { InstructionError: [0, 'x'] } : null, preTokenBalances: moves.flatMap((move, i) => balance(move.before, move, i)), postTokenBalances: moves.flatMap((move, i) => balance(move.after, move, i)) },
    transaction: { message: { accountKeys: moves.map((move, i) => ({ pubkey: move.owner === address ? account : `${move.owner.slice(0, 40)}${i}` })) } },
  }
}

/** A chain with these transactions, newest first as it lists them. */
function chainOf(told: Told[], more: { accounts?: string[]; pageLength?: number; change?: (method: string, result: unknown) => unknown } = {}) {
  const asks: MarketAsk[] = []
  const newestFirst = told.toSorted((a, b) => b.at - a.at)
  const request: MarketRequest = async (ask) => {
    asks.push(ask)
    const { method, params } = ask.body as { method: string; params: [string, Record<string, unknown>] }
    let result: unknown
    if (method === 'getTokenAccountsByOwner') {
      result = { context: { slot: 1 }, value: (more.accounts ?? [account]).map((pubkey) => ({ pubkey, account: { data: { program: 'spl-token', parsed: { info: { mint, owner: address, tokenAmount: { amount: '1250000000', decimals: 8 } }, type: 'account' } } } })) }
    } else if (method === 'getSignaturesForAddress') {
      const from = newestFirst.findIndex((one) => one.signature === params[1]['before']) + 1
      result = newestFirst.slice(from, from + Number(params[1]['limit'])).map((one) => ({ signature: one.signature, slot: 1, err: one.failed ? { x: 1 } : null, memo: null, blockTime: one.at / 1000 }))
    } else {
      const found = told.find((one) => one.signature === params[0])
      result = found ? transactionOf(found) : null
    }
    return { jsonrpc: '2.0', id: 1, result: more.change ? more.change(method, result) : result }
  }
  const asked = (method: string): MarketAsk[] => asks.filter((ask) => (ask.body as { method: string }).method === method)
  return { request, asks, asked }
}

const paidBy = (payer: string, amount: number, signature: string, at = wednesday, before: number | null = 5): Told => ({
  signature, at, moves: [{ owner: address, before, after: (before ?? 0) + amount }, { owner: payer, before: 1000, after: 1000 - 3 * amount }, { owner: someone, before: 0, after: 2 * amount }],
})

describe('what is a payout', () => {
  test('work and availability, oldest first, each with its own reference and the week before', async () => {
    const { request, asks } = chainOf([paidBy(standby, 16.1, 'sig-b', wednesday + 60_000), paidBy(work, 33.6, 'sig-a')])
    const payouts = await readPayouts(request, address, 0)
    expect(payouts.map(({ reference, amount, asset, programmeId }) => ({ reference, amount, asset, programmeId }))).toEqual([
      { reference: 'sig-a:work', amount: 33.6, asset: 'RENDER', programmeId: 'render/rendering' },
      { reference: 'sig-b:availability', amount: 16.1, asset: 'RENDER', programmeId: 'render/rendering' },
    ])
    expect(payouts[0]?.covers).toEqual({ from: Date.parse('2026-09-16'), to: Date.parse('2026-09-23') })
    for (const ask of asks) expect(ask.url).toBe('https://api.mainnet-beta.solana.com')
    for (const ask of asks) expect(ask.secretParts?.length).toBeGreaterThan(0)
  })
  test('the first payment opens the account: it has no balance before', async () => {
    expect(await readPayouts(chainOf([paidBy(work, 4.25, 's', wednesday, null)]).request, address, 0)).toMatchObject([{ amount: 4.25 }])
  })
  test('what anybody else sent, what failed, what left and what is another token is none', async () => {
    const { request, asked } = chainOf([
      paidBy(someone, 100, 'from-someone'),
      { ...paidBy(work, 7, 'failed'), failed: true },
      { signature: 'sold', at: wednesday, moves: [{ owner: address, before: 50, after: 0 }, { owner: someone, before: 0, after: 50 }] },
      { signature: 'other-token', at: wednesday, moves: [{ owner: address, before: 0, after: 9, mint: 'x'.repeat(44) }, { owner: work, before: 9, after: 0, mint: 'x'.repeat(44) }] },
    ])
    expect(await readPayouts(request, address, 0)).toEqual([])
    expect(asked('getTransaction').map((ask) => (ask.body as { params: unknown[] }).params[0])).not.toContain('failed')
  })
  test('no more than fell at the payer counts, where somebody else sent in the same transaction', async () => {
    const told: Told = { signature: 'mixed', at: wednesday, moves: [{ owner: address, before: 0, after: 30 }, { owner: work, before: 10, after: 0 }, { owner: someone, before: 20, after: 0 }] }
    expect(await readPayouts(chainOf([told]).request, address, 0)).toMatchObject([{ reference: 'mixed:work', amount: 10 }])
  })
  test('both payers in one transaction: apart where what fell is all ours, else one entry', async () => {
    const both = (rest: number): Told => ({ signature: 'both', at: wednesday, moves: [{ owner: address, before: 0, after: 30 }, { owner: work, before: 100, after: 80 - rest }, { owner: standby, before: 100, after: 90 }] })
    expect((await readPayouts(chainOf([both(0)]).request, address, 0)).map((one) => [one.reference, one.amount])).toEqual([['both:work', 20], ['both:availability', 10]])
    expect((await readPayouts(chainOf([both(5)]).request, address, 0)).map((one) => [one.reference, one.amount])).toEqual([['both:work+availability', 30]])
  })
  test('a transaction that two accounts list counts once', async () => {
    expect(await readPayouts(chainOf([paidBy(work, 3, 's')], { accounts: [account, someone] }).request, address, 0)).toHaveLength(1)
  })
})

describe('how much is asked', () => {
  const weekly = (n: number): Told[] => Array.from({ length: n }, (_, i) => paidBy(work, 1, `s${i}`, wednesday - (n - i) * 7 * 24 * 3_600_000))

  test('nothing from before `since`', async () => {
    const told = weekly(10)
    const since = told[7]?.at ?? 0
    const { request, asked } = chainOf(told)
    expect((await readPayouts(request, address, since)).map((one) => one.reference)).toEqual(['s7:work', 's8:work', 's9:work'])
    expect(asked('getTransaction')).toHaveLength(3)
  })
  test('the oldest come first, so that the next go begins where this one ended', async () => {
    const told = weekly(mostTransactions + 5)
    const { request } = chainOf(told)
    const first = await readPayouts(request, address, 0)
    expect(first).toHaveLength(mostTransactions)
    const next = await readPayouts(request, address, first.at(-1)?.at ?? 0)
    expect(next.map((one) => one.reference).at(-1)).toBe(`s${told.length - 1}:work`)
  })
  test('further pages are asked for behind the last signature of the one before', async () => {
    const told = Array.from({ length: 1200 }, (_, i): Told => ({ ...paidBy(someone, 1, `t${i}`, wednesday - i * 60_000), failed: true }))
    const { request, asked } = chainOf(told)
    expect(await readPayouts(request, address, 0)).toEqual([])
    expect(asked('getSignaturesForAddress')).toHaveLength(2)
  })
})

describe('odd answers', () => {
  test('an error of the host is said, short and on one line', async () => {
    const request: MarketRequest = async () => ({ jsonrpc: '2.0', id: 1, error: { code: -32602, message: `Invalid\nparam: ${'x'.repeat(500)}` } })
    const caught = await readPayouts(request, address, 0).catch((error: unknown) => error)
    expect(caught).toBeInstanceOf(MarketMisfit)
    expect((caught as Error).message).toMatch(/refused getTokenAccountsByOwner: Invalid param: x{50,120}/)
    expect((caught as Error).message.length).toBeLessThan(300)
  })
  test.each([null, 7, 'text', [], {}, { result: 5 }, { result: { value: [{}] } }, { result: { value: 'x' } }])('%j is a misfit', async (answer) => {
    await expect(wallet.readBalances(async () => answer, address)).rejects.toBeInstanceOf(MarketMisfit)
  })
  test('a transaction that the host does not have ends the go with what came before', async () => {
    const told = [paidBy(work, 1, 'a', wednesday - 1000), paidBy(work, 2, 'gone')]
    const lost = (from: string) => {
      const { request } = chainOf(told)
      return ((ask) => ((ask.body as { params: unknown[] }).params[0] === from ? Promise.resolve({ result: null }) : request(ask))) as MarketRequest
    }
    expect(await readPayouts(lost('gone'), address, 0)).toHaveLength(1)
    await expect(readPayouts(lost('a'), address, 0)).rejects.toBeInstanceOf(RequestFailed)
  })
})

describe('what the address holds', () => {
  test('all its accounts together; none is 0', async () => {
    expect(await wallet.readBalances(chainOf([], { accounts: [account, someone] }).request, address)).toEqual([{ asset: 'RENDER', amount: 25 }])
    expect(await wallet.readBalances(chainOf([], { accounts: [] }).request, address)).toEqual([{ asset: 'RENDER', amount: 0 }])
  })
  test('other decimals than eight are refused', async () => {
    const { request } = chainOf([], { change: (_method, result) => JSON.parse(JSON.stringify(result).replaceAll('"decimals":8', '"decimals":6')) })
    await expect(wallet.readBalances(request, address)).rejects.toThrow('decimals')
  })
})

test('the week a payout is for: Wednesday to Wednesday, told on that Wednesday and around it alone', () => {
  const covers = (iso: string) => epochPaidAt(Date.parse(iso))
  const week = { from: Date.parse('2026-09-16'), to: Date.parse('2026-09-23') }
  expect(covers('2026-09-23T00:00:00Z')).toEqual(week)
  expect(covers('2026-09-22T23:17:23Z')).toEqual(week)
  expect(covers('2026-09-24T12:00:00Z')).toEqual(week)
  expect(covers('2026-09-26T12:00:00Z')).toBeNull()
  expect(covers('2026-09-21T12:00:00Z')).toBeNull()
})
