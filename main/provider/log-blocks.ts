/** Hides what only several lines together show to be a secret: a key between its BEGIN and END, a phrase printed a word a line, a token on the line after its name. Keeps in mind the lines before. */
import { isMixed, removed, seedWords } from '../system/remove-secrets.ts'

/** A key that was begun and never ended hides no more than this. */
const mostKeyLines = 100
/** Words of the wallets' list alone on consecutive lines; numbered ones are suspect at once. */
const suspectWords = 6
const suspectNumbered = 3
/** "1. abandon  2) ability" and "abandon ability": a sentence of a program has other marks in it. */
const numbered = /^\s*(?:\(?\d{1,2}[.):]?\s{1,9}[a-z]{3,8}[\s,|]*)+$/i
const bare = /^\s*[a-z]{3,8}(?:[\s,|]+[a-z]{3,8})*\s*$/i
/** "Use the following token as …", "Your new password is:", and up to so many lines later the thing itself, alone on its line. */
const announces = /\b(?:token|secret|passw(?:or)?d|passphrase|api[-_ ]?key|private[-_ ]?key|access[-_ ]?key|credentials?)s?\b/i
const linesAfter = 3
const alone = /^(\W*(?:--?[a-z][\w-]{0,30}[\s=]\s{0,9})?)([\w.~+/-]{20,}={0,2})(\W*)$/i

/** The returned function is given every line of one stream in turn. */
export function createBlockCleaner(): (line: string) => string {
  let keyLines = 0
  let words = 0
  let announced = 0

  function clean(line: string): string {
    const begins = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/.test(line)
    const ends = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/.test(line)
    if (begins && !ends) keyLines = mostKeyLines
    else if (keyLines > 0) {
      keyLines = ends ? 0 : keyLines - 1
      return removed
    }
    const [, front = '', word = '', end = ''] = announced > 0 ? (alone.exec(line) ?? []) : []
    announced = announces.test(line) ? linesAfter : Math.max(0, announced - 1)
    if (word !== '' && (isMixed(word) || /[a-z][A-Z]/.test(word))) return `${front}${removed}${end}`
    const isNumbered = numbered.test(line)
    const found = isNumbered || bare.test(line) ? (line.match(/[a-z]+/gi) ?? []) : []
    words = found.length > 0 && found.every((word) => seedWords.has(word.toLowerCase())) ? words + found.length : 0
    return words >= (isNumbered ? suspectNumbered : suspectWords) ? removed : line
  }
  return clean
}
