/** Balances of ATH on Arbitrum: believed only from a contract that says that it is ATH with 18 decimals. */
import { describe, expect, test } from 'vitest'
import { MarketMisfit, type MarketAsk, type MarketRequest } from '../../../../main/networks/network.ts'
import { wallet } from '../../../../main/networks/aethir/wallet.ts'

const address = '0x52908400098527886E0F7030069857D2E4169EE7'
const ath = '0xc87B37a581ec3257B734886d9d3a581F5A9d056c'
const word = (value: bigint): string => value.toString(16).padStart(64, '0')
const text = (symbol: string): string => `${word(32n)}${word(BigInt(symbol.length))}${[...symbol].map((letter) => letter.charCodeAt(0).toString(16)).join('').padEnd(64, '0')}`

function chainOf(change: { symbol?: string; decimals?: string; balance?: string } = {}) {
  const asks: MarketAsk[] = []
  const request: MarketRequest = async (ask) => {
    asks.push(ask)
    const [{ to, data }] = (ask.body as { params: [{ to: string; data: string }] }).params
    expect(to).toBe(ath)
    const answers: Record<string, string> = {
      '0x95d89b41': change.symbol ?? text('ATH'),
      '0x313ce567': change.decimals ?? word(18n),
      '0x70a08231': change.balance ?? word(1_234_500_000_000_000_000_000n),
    }
    return { jsonrpc: '2.0', id: 1, result: `0x${answers[data.slice(0, 10)] ?? ''}` }
  }
  return { request, asks }
}

test('ATH alone, asked on Arbitrum alone, the address in one request', async () => {
  const { request, asks } = chainOf()
  expect(await wallet.readBalances(request, address)).toEqual([{ asset: 'ATH', amount: 1234.5 }])
  for (const { url } of asks) expect(url).toBe('https://arb1.arbitrum.io/rpc')
  const withAddress = asks.filter((ask) => JSON.stringify(ask.body).toLowerCase().includes(address.slice(2).toLowerCase()))
  expect(withAddress).toHaveLength(1)
  for (const ask of withAddress) expect(ask.secretParts).toContain(address)
  expect((withAddress[0]?.body as { params: [{ data: string }] }).params[0].data).toBe(`0x70a08231${'0'.repeat(24)}${address.slice(2).toLowerCase()}`)
})

test('a symbol as old contracts give it: 32 bytes', async () => {
  expect(await wallet.readBalances(chainOf({ symbol: '415448'.padEnd(64, '0') }).request, address)).toMatchObject([{ asset: 'ATH' }])
})

describe('what is not believed', () => {
  test.each([
    ['another token', { symbol: text('USDC') }, 'calls itself "USDC"'],
    ['no contract there', { symbol: '' }, 'nothing that can be read'],
    ['other decimals', { decimals: word(6n) }, '6 decimals'],
    ['a symbol that is too long', { symbol: `${word(32n)}${word(10n ** 30n)}` }, 'nothing that can be read'],
    ['more than there is', { balance: 'f'.repeat(64) }, 'more than there is'],
    ['no balance', { balance: '' }, 'no number'],
  ])('%s', async (_name, change, words) => {
    const caught = await wallet.readBalances(chainOf(change).request, address).catch((error: unknown) => error)
    expect(caught).toBeInstanceOf(MarketMisfit)
    expect((caught as Error).message).toContain(words)
  })
  test.each([null, 5, {}, { result: 'hello' }, { result: 7 }, { error: { code: -32000, message: 'execution reverted' } }])('%j is a misfit', async (answer) => {
    await expect(wallet.readBalances(async () => answer, address)).rejects.toBeInstanceOf(MarketMisfit)
  })
})

test('payouts cannot be told from the chain, and it says why', () => {
  expect(wallet.readPayouts).toBeNull()
  expect(wallet.remark).toContain('by hand')
})
