/** Recognises what must never be typed or pasted here: seed phrases and private keys. Pure; what it saw is never repeated. */
import list from './seed-words.json' with { type: 'json' }

/** What every door says. */
export const secretRefusal =
  'That looks like a seed phrase or a private key. Idlewatt never needs one and has kept nothing of it. If it was pasted on a command line, it may stand in the shell history: remove it there. (The id of a transaction looks the same: its first and last eight characters will do.)'

const phraseLengths = new Set([12, 15, 18, 21, 24])
/** Words of every English sentence, and one of our own (`bench report latest`), that the common word lists leave out: where one stands, it is a sentence. */
const sentenceWords = new Set('the and for with from would could should not are was were but its their your our than which has had how who get latest'.split(' '))

/** The words that wallets make phrases of, and the shortest phrase. */
const seedWords = new Set(list.words.split(' '))
const leastPhrase = 12
/** A field that somebody types; a file of numbers may hold anything in a row. */
const mostTyped = 500

/** One text (a field, an argument): a phrase as a whole, or a key anywhere in it. */
export function looksLikeSecret(text: string): boolean {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return true
  const tokens = text.split(/[\s=,;:"'`()[\]{}]+/).filter((token) => token !== '')
  if (tokens.some(isKey) || isKeyInBytes(tokens)) return true
  if (holdsPhrase(text) || isKeyInPieces(text)) return true
  const words = text.trim().split(/[\s,]+/).map((word) => word.replace(/^["'`“‘(]+|["'`”’).!?;:]+$/g, ''))
  return longestRuns(words).some((run) => phraseLengths.has(run))
}

/** Twelve words of the list in a row, however they are joined, numbered or quoted. */
function holdsPhrase(text: string): boolean {
  let run = 0
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    run = seedWords.has(word) ? run + 1 : 0
    if (run >= leastPhrase) return true
  }
  return false
}

/** 64 hexadecimal digits that blanks cut into pieces of eight or more. */
function isKeyInPieces(text: string): boolean {
  if (text.length > mostTyped) return false
  return [...text.matchAll(/(?:0x)?[0-9a-f]{8,}(?:\s+[0-9a-f]{8,})+/gi)].some(([found]) => {
    const digits = found.replace(/^0x/i, '').replace(/\s+/g, '')
    return digits.length === 64 && /[a-f]/i.test(digits) && /\d/.test(digits)
  })
}

/** Several texts in a row (the words of a call), among which a phrase may lie that was pasted without quotes. */
export function holdsSecret(texts: readonly string[]): boolean {
  return texts.some(looksLikeSecret) || holdsPhrase(texts.join(' ')) || longestRuns(texts).some((run) => run >= 12)
}

/** 64 hexadecimal digits; 87 or 88 base58 characters; Bitcoin's import format; an extended private key. */
function isKey(token: string): boolean {
  if (/^(0x)?[0-9a-f]{64}$/i.test(token)) return true
  const isBase58 = /^[1-9A-HJ-NP-Za-km-z]+$/.test(token)
  if (!isBase58) return false
  if (token.length === 87 || token.length === 88) return true
  if (/^[5KL]/.test(token) && (token.length === 51 || token.length === 52) && /\d/.test(token) && /[a-z]/.test(token)) return true
  return /^[xyztuv]prv/.test(token) && token.length > 100
}

/** A Solana key file: the key's bytes as a list of numbers. */
function isKeyInBytes(tokens: string[]): boolean {
  return (tokens.length === 32 || tokens.length === 64) && tokens.every((token) => /^\d{1,3}$/.test(token) && Number(token) < 256)
}

/** Lengths of unbroken runs of words as the common word lists have them: three to eight letters, however capitalised or numbered ("1. abandon 2) ability"). */
function longestRuns(words: readonly string[]): number[] {
  const runs: number[] = []
  let run = 0
  for (const typed of words) {
    const word = typed.toLowerCase().replace(/^\(?\d{1,2}[.):]*/, '')
    if (word === '') continue
    if (/^[a-z]{3,8}$/.test(word) && !sentenceWords.has(word)) run += 1
    else {
      runs.push(run)
      run = 0
    }
  }
  runs.push(run)
  return runs
}
