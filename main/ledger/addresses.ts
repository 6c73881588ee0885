/** Tells whether a text is a receive address of a chain, and what it is where it is not. Pure; a refusal never repeats what was typed. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { base58, bech32, bech32m } from '@scure/base'
import type { WalletChain } from '../../shared/ledger.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import { shortened } from '../system/shortened.ts'

export type AddressCheck = { ok: true; address: string; remark: string | null } | { ok: false; sentence: string }

/** Longer than any address, shorter than nothing that is worth a closer look. */
const longest = 120
const kinds: Record<WalletChain, string> = { solana: 'a Solana address', evm: 'an Ethereum-style address', bech32: 'a bech32 address' }

/** `prefix`: of bech32. `notWallets`: tokens' own addresses. The address comes back in its one normal form. */
export function checkAddress(chain: WalletChain, prefix: string | null, text: string, notWallets: readonly string[] = []): AddressCheck {
  if (looksLikeSecret(text)) return refuse(secretRefusal)
  const typed = text.trim()
  const wanted = chain === 'bech32' && prefix !== null ? `an address that begins with ${prefix}1` : kinds[chain]
  if (typed === '') return refuse(`No address was given; what belongs here is ${wanted}.`)
  if (/\s/.test(typed)) return refuse('An address has no spaces or line breaks in it. If these are the words of a seed phrase: Idlewatt never needs one, and nothing was kept.')
  if (/[^\u0021-\u007e]/.test(typed)) return refuse('There is a letter in it that no address has (perhaps an invisible one). Copy the address again from your wallet.')
  if (typed.length > longest) return refuse(`That is longer than any address. What belongs here is ${wanted}.`)
  if (/^[a-z]+:/i.test(typed)) return refuse('Leave out what stands before the colon: the address alone belongs here.')
  if (/\.[a-z]{2,}$/i.test(typed)) return refuse('That is a name, not an address. Names can change hands, so the address itself is needed.')
  if (notWallets.some((one) => (chain === 'solana' ? one === typed : one.toLowerCase() === typed.toLowerCase()))) return refuse('That is the token itself (its mint or contract), not a wallet: what is sent there is lost. What belongs here is an address of your own.')
  if (chain === 'evm') return checkEvm(typed, wanted)
  if (chain === 'solana') return checkSolana(typed, wanted)
  return checkBech32(typed, prefix ?? '', wanted)
}

function refuse(sentence: string): AddressCheck {
  return { ok: false, sentence }
}

function checkEvm(typed: string, wanted: string): AddressCheck {
  if (/^[0-9a-f]{40}$/i.test(typed)) return refuse(`That may be ${kinds.evm} without the 0x that it begins with. Copy it whole.`)
  if (!/^0x/i.test(typed)) return refuse(otherChain(typed, 'evm', wanted) ?? `That is not ${wanted}: those begin with 0x, and 40 digits and letters from a to f follow.`)
  const digits = typed.slice(2)
  if (!/^[0-9a-f]*$/i.test(digits)) return refuse('After 0x an Ethereum-style address has only digits and the letters from a to f; there is another one in it.')
  if (digits.length !== 40) return refuse(`An Ethereum-style address has 40 digits after 0x; here are ${digits.length}.`)
  const address = withChecksum(digits)
  const hasOneCase = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  if (!hasOneCase && address.slice(2) !== digits) return refuse('One letter of it is wrong: its capital and small letters do not fit the rest (they are its check sum). Copy it again from your wallet.')
  if (/^0+$/.test(digits)) return refuse('That is the address of nobody: what is sent there is lost.')
  if (/^0{30}/.test(digits)) return refuse('That is an address that no wallet has (a burn address or a built-in contract).')
  return { ok: true, address, remark: hasOneCase ? `It came without capital letters, so no check sum could be compared. Compare its first and last letters with your wallet: ${shortened(address)}.` : null }
}

/** EIP-55: a digit of the hash from 8 on makes the letter in its place a capital. */
function withChecksum(digits: string): string {
  const small = digits.toLowerCase()
  const hash = Buffer.from(keccak_256(new TextEncoder().encode(small))).toString('hex')
  return `0x${[...small].map((letter, i) => (parseInt(hash[i] ?? '0', 16) >= 8 ? letter.toUpperCase() : letter)).join('')}`
}

function checkSolana(typed: string, wanted: string): AddressCheck {
  const bytes = base58Bytes(typed)
  if (bytes === null || bytes.length !== 32) {
    const other = otherChain(typed, 'solana', wanted)
    if (other !== null) return refuse(other)
    if (bytes === null && /^[1-9A-HJ-NP-Za-km-z0OIl]+$/.test(typed)) return refuse('One letter of it is wrong: a Solana address has no 0 (zero), O, I or l in it.')
    return refuse(`That is not ${wanted}: those have 32 to 44 letters and digits${typed.length >= 30 && typed.length <= 46 ? ', and a letter is missing, too many or wrong here' : ''}.`)
  }
  if (bytes.every((byte) => byte === 0)) return refuse("That is the system program's address: what is sent there is lost.")
  const offCurve = isOnCurve(bytes) ? '' : ' No single key can belong to this one: right for a vault of several signers, wrong for the account of a token, and a sign of a mistyped letter.'
  return { ok: true, address: typed, remark: `Solana addresses have no check sum, so a wrong letter can go unnoticed. Compare the first and last letters with your wallet: ${shortened(typed)}.${offCurve}` }
}

function isOnCurve(bytes: Uint8Array): boolean {
  try {
    ed25519.Point.fromBytes(bytes, false)
    return true
  } catch {
    return false
  }
}

function base58Bytes(text: string): Uint8Array | null {
  try {
    return base58.decode(text)
  } catch {
    return null
  }
}

function checkBech32(typed: string, prefix: string, wanted: string): AddressCheck {
  const split = splitBech32(typed)
  if (split === null || split.letters.length < 8) return refuse(otherChain(typed, 'bech32', wanted) ?? `That is not ${wanted}.`)
  const found = split.prefix
  const other = found === prefix ? null : otherChain(typed, 'bech32', wanted)
  // Addresses of other chains mix them.
  if (typed !== typed.toLowerCase() && typed !== typed.toUpperCase()) return refuse(other ?? 'Capital and small letters are mixed in it, which such an address never does. Copy it again from your wallet.')
  if (found !== prefix) {
    if (new RegExp(`^${prefix}(valoper|valcons)(pub)?$`).test(found)) return refuse('That names a validator, not an account: nothing is paid to it. Give the address of the account.')
    if (found === `${prefix}pub`) return refuse('That is a public key, not an address. Give the address of the account.')
    if (nearlyThe(prefix, found)) return refuse(`The beginning is mistyped: such an address begins with ${prefix}1.`)
    return refuse(other ?? `That is not ${wanted}.`)
  }
  const bytes = bech32Bytes(typed.toLowerCase())
  if (bytes === null) return refuse('A letter of it is wrong: its check sum does not fit. Copy it again from your wallet.')
  if (bytes.length !== 20 && bytes.length !== 32) return refuse(`That is no address of an account: it stands for ${bytes.length} bytes where an account has 20.`)
  return { ok: true, address: typed.toLowerCase(), remark: null }
}

function splitBech32(text: string): { prefix: string; letters: string } | null {
  const small = text.toLowerCase()
  const at = small.lastIndexOf('1')
  return at < 1 || !/^[a-z0-9]+$/.test(small) || !/^[a-z]/.test(small) ? null : { prefix: small.slice(0, at), letters: small.slice(at + 1) }
}

function bech32Bytes(text: string): Uint8Array | null {
  try {
    return bech32.fromWords(bech32.decode(text as `${string}1${string}`, longest).words)
  } catch {
    return null
  }
}

function isBech32(text: string): boolean {
  try {
    bech32.decode(text as `${string}1${string}`, longest)
    return true
  } catch {
    try {
      bech32m.decode(text as `${string}1${string}`, longest)
      return true
    } catch {
      return false
    }
  }
}

/** One letter other, missing or too many. */
function nearlyThe(wanted: string, found: string): boolean {
  if (Math.abs(wanted.length - found.length) > 1) return false
  let same = 0
  while (same < Math.min(wanted.length, found.length) && wanted[same] === found[same]) same++
  const [restWanted, restFound] = [wanted.slice(same), found.slice(same)]
  return restWanted.slice(1) === restFound.slice(1) || restWanted.slice(1) === restFound || restWanted === restFound.slice(1)
}

/** Names the chain where the text is a whole address of one; null: it is none that we know. */
function otherChain(text: string, chain: WalletChain, wanted: string): string | null {
  const found = chainOf(text, chain)
  return found === null ? null : `${found} What belongs here is ${wanted}.`
}

function chainOf(text: string, wanted: WalletChain): string | null {
  const than = 'an address of another chain'
  if (wanted !== 'evm' && /^0x[0-9a-f]{40}$/i.test(text)) return `That is ${kinds.evm}, ${than}. Payouts sent there would be lost.`
  if (isBech32(text)) {
    const prefix = text.slice(0, text.lastIndexOf('1')).toLowerCase()
    return prefix === 'bc' || prefix === 'tb' ? `That is a Bitcoin address, ${than}.` : `That is ${than}: the one whose addresses begin with ${prefix}1.`
  }
  const bytes = base58Bytes(text)
  if (bytes?.length === 25) return `That looks like a Bitcoin-style address, ${than}.`
  if (wanted !== 'solana' && bytes?.length === 32) return `That looks like ${kinds.solana}, ${than}.`
  return null
}
