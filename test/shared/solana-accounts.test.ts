/** What is read of a Solana node's answers, and how what does not fit is said. */
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { readTokenAccounts, tokenAccountsBody } from '../../shared/solana-accounts.ts'

const account = (amount: unknown, decimals: unknown = 8) => ({ pubkey: 'account', account: { data: { parsed: { info: { mint: 'mint', tokenAmount: { amount, decimals } } } } } })
const answer = (...value: unknown[]) => ({ jsonrpc: '2.0', id: 1, result: { context: { slot: 1 }, value } })

test('an address is asked about by owner and mint, and each account is told', () => {
  expect(tokenAccountsBody('address', 'mint')).toEqual({ jsonrpc: '2.0', id: 1, method: 'getTokenAccountsByOwner', params: ['address', { mint: 'mint' }, { encoding: 'jsonParsed' }] })
  expect(readTokenAccounts(answer(account('12345678901234567890')))).toEqual({ accounts: [{ pubkey: 'account', mint: 'mint', units: 12345678901234567890n, decimals: 8 }] })
  expect(readTokenAccounts(answer())).toEqual({ accounts: [] })
})

test.each([
  ['a refusal', { error: { message: 'Too many\nrequests.' } }, 'refused getTokenAccountsByOwner: Too many requests.'],
  ['a refusal without a word', { error: {} }, 'refused getTokenAccountsByOwner: no reason given.'],
  ['no result', {}, 'gave no answer in the shape of JSON-RPC to getTokenAccountsByOwner: "result" is missing.'],
  ['a negative amount', answer(account('-1')), /result\.value\.0\.account\..*amount does not fit/],
  ['half a decimal', answer(account('1', 1.5)), /decimals does not fit/],
  ['no accounts', { result: null }, /another shape: result does not fit/],
])('%s is said', (_what, raw, sentence) => expect(readTokenAccounts(raw)).toEqual({ misfit: expect.stringMatching(sentence) }))

test('whatever comes, it is accounts or a sentence', () => {
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.anything().map((result) => ({ result }))), (raw) => 'accounts' in readTokenAccounts(raw) || /\S.*\.$/s.test((readTokenAccounts(raw) as { misfit: string }).misfit)))
})
