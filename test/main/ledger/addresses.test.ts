/** Addresses: those of their chain are taken, everything else is refused with a sentence that repeats nothing. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { base58, bech32 } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAddress } from '../../../main/ledger/addresses.ts'
import { networks } from '../../../main/networks/index.ts'
import { solanaAddress } from './support.ts'

/** A 1 in its midst parts a bech32 address in two. */
const solanaWithOne = 'DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263'
const evmAddress = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const account = bech32.encode('akash', bech32.toWords(new Uint8Array(20).fill(7)))
const cosmosAccount = bech32.encode('cosmos', bech32.toWords(new Uint8Array(20).fill(7)))
const bitcoin = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq'
const phrase = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'

function sentence(chain: 'solana' | 'evm' | 'bech32', text: string): string {
  const checked = checkAddress(chain, chain === 'bech32' ? 'akash' : null, text)
  return checked.ok ? `taken: ${checked.address}` : checked.sentence
}

describe('the right ones', () => {
  test.each([
    ['solana', ` ${solanaAddress}\n`, solanaAddress],
    ['evm', evmAddress, evmAddress],
    ['evm', evmAddress.toLowerCase(), evmAddress],
    ['evm', `0x${evmAddress.slice(2).toUpperCase()}`, evmAddress],
    ['bech32', account, account],
    ['bech32', account.toUpperCase(), account],
  ] as const)('%s %s', (chain, text, address) => {
    expect(checkAddress(chain, chain === 'bech32' ? 'akash' : null, text)).toMatchObject({ ok: true, address })
  })

  test('an address off the curve may be a vault of several signers: taken, and said', () => {
    // Off the curve by trying: half of all numbers are.
    const all = Array.from({ length: 40 }, (_, n) => checkAddress('solana', null, base58.encode(new Uint8Array(32).fill(n + 1))))
    expect(all.every((one) => one.ok)).toBe(true)
    expect(all.filter((one) => one.ok && one.remark?.includes('vault of several signers')).length).toBeGreaterThan(5)
    expect(checkAddress('solana', null, solanaAddress)).toMatchObject({ remark: expect.not.stringContaining('vault') })
  })

  test('where no check sum tells a slip, a remark asks to compare', () => {
    expect(checkAddress('solana', null, solanaAddress)).toMatchObject({ remark: expect.stringContaining('no check sum') })
    expect(checkAddress('evm', null, evmAddress.toLowerCase())).toMatchObject({ remark: expect.stringContaining('Compare') })
    expect(checkAddress('evm', null, evmAddress)).toMatchObject({ remark: null })
  })

  test('every key has an address that is taken', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
        const address = base58.encode(ed25519.getPublicKey(secret))
        expect(checkAddress('solana', null, address)).toMatchObject({ ok: true, address })
      }),
      { numRuns: 20 },
    )
  })
})

describe('the wrong ones', () => {
  test.each([
    ['solana', evmAddress, 'Ethereum-style address, an address of another chain'],
    ['solana', account, 'begin with akash1'],
    ['solana', bitcoin, 'Bitcoin address'],
    ['solana', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'Bitcoin-style'],
    ['solana', solanaAddress.slice(0, -3), 'a letter is missing'],
    ['solana', solanaAddress.replace('E', '0'), 'no 0 (zero)'],
    ['solana', '11111111111111111111111111111111', 'lost'],
    ['solana', 'wallet.sol', 'name, not an address'],
    ['evm', solanaAddress, 'looks like a Solana address'],
    ['evm', account, 'begin with akash1'],
    ['evm', evmAddress.slice(2), 'without the 0x'],
    ['evm', evmAddress.slice(0, -1), 'here are 39'],
    ['evm', `${evmAddress.slice(0, -1)}g`, 'another one in it'],
    ['evm', '0x0000000000000000000000000000000000000000', 'lost'],
    ['evm', '0x000000000000000000000000000000000000dEaD', 'no wallet has'],
    ['evm', `ethereum:${evmAddress}`, 'before the colon'],
    ['evm', 'name.eth', 'name, not an address'],
    ['bech32', evmAddress, 'Ethereum-style'],
    ['bech32', solanaAddress, 'looks like a Solana address'],
    ['bech32', solanaWithOne, 'looks like a Solana address'],
    ['bech32', cosmosAccount, 'begin with cosmos1'],
    ['bech32', bech32.encode('akashvaloper', bech32.toWords(new Uint8Array(20).fill(7))), 'names a validator'],
    ['bech32', bech32.encode('akash', bech32.toWords(new Uint8Array(12).fill(7))), '12 bytes'],
    ['bech32', account.replace('akash1', 'akas1'), 'mistyped'],
    ['bech32', account.slice(0, 10) + account.slice(10).toUpperCase(), 'mixed'],
    ['bech32', 'hello', 'begins with akash1'],
    ['solana', '', 'No address'],
    ['evm', 'x'.repeat(400), 'longer than any'],
    ['evm', `${evmAddress}\u200b`, 'no address has'],
    ['evm', 'one two', 'no spaces'],
  ] as const)('%s %s: %s', (chain, text, said) => {
    expect(sentence(chain, text)).toContain(said)
  })

  test("the token's own address is no wallet, in whatever case a check sum is told; others beside it are", () => {
    expect(checkAddress('solana', null, solanaAddress, [solanaAddress])).toMatchObject({ ok: false, sentence: expect.stringContaining('the token itself') })
    for (const text of [evmAddress, evmAddress.toLowerCase()]) expect(checkAddress('evm', null, text, [evmAddress])).toMatchObject({ ok: false, sentence: expect.stringContaining('the token itself') })
    expect(checkAddress('evm', null, evmAddress, [solanaAddress])).toMatchObject({ ok: true })
  })

  test('every network names its token where its chain has one', () => {
    for (const { wallet } of networks) for (const one of wallet?.notWallets ?? []) expect(checkAddress(wallet?.chain ?? 'evm', null, one, wallet?.notWallets)).toMatchObject({ ok: false, sentence: expect.stringContaining('token itself') })
    expect(networks.filter((network) => (network.wallet?.notWallets ?? []).length > 0).map((network) => network.id).sort()).toEqual(['aethir', 'io-net', 'render'])
  })

  test('the chain that is wanted is named beside the one that it is', () => {
    expect(sentence('evm', solanaAddress)).toContain('What belongs here is an Ethereum-style address')
    expect(sentence('solana', evmAddress)).toContain('What belongs here is a Solana address')
    expect(sentence('bech32', evmAddress)).toContain('What belongs here is an address that begins with akash1')
  })

  test('a changed letter of a check-summed address never passes', () => {
    const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
    fc.assert(
      fc.property(fc.integer({ min: 6, max: account.length - 1 }), fc.integer({ min: 0, max: 31 }), (at, n) => {
        const changed = account.slice(0, at) + (letters[n] ?? '') + account.slice(at + 1)
        expect(checkAddress('bech32', 'akash', changed).ok).toBe(changed === account)
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 41 }), fc.constantFrom(...'0123456789abcdefABCDEF'), (at, letter) => {
        const changed = evmAddress.slice(0, at) + letter + evmAddress.slice(at + 1)
        expect(checkAddress('evm', null, changed).ok).toBe(changed === evmAddress)
      }),
    )
  })

  test('a seed phrase or a private key is refused and not repeated', () => {
    const keys = [phrase, `  ${phrase.toUpperCase()} `, phrase.replaceAll(' ', '\n'), 'f'.repeat(64), `0x${'a1'.repeat(32)}`, base58.encode(new Uint8Array(64).fill(200)), JSON.stringify([...new Uint8Array(64).fill(9)])]
    for (const chain of ['solana', 'evm', 'bech32'] as const) {
      for (const key of keys) {
        const said = sentence(chain, key)
        expect(said).toContain('seed phrase or a private key')
        expect(said).not.toContain(key.trim().slice(0, 12))
      }
    }
  })

  test('whatever is typed: an answer, and no refusal repeats it', () => {
    fc.assert(
      fc.property(fc.constantFrom('solana', 'evm', 'bech32'), fc.oneof(fc.string({ minLength: 20 }), fc.base64String({ minLength: 20 }), fc.string({ unit: 'binary', minLength: 20 })), (chain, text) => {
        const checked = checkAddress(chain, 'akash', text)
        if (!checked.ok) expect(checked.sentence).not.toContain(text)
      }),
    )
  })
})
