/** Takes out of a line of a log what may be a secret: what we keep for the programme, and what looks like one. Pure. */
import { looksLikeSecret } from '../../shared/secrets.ts'
import seedList from '../../shared/seed-words.json' with { type: 'json' }
import { shortened } from './shortened.ts'

export const removed = '[removed]'

/** Shorter ones would blacken ordinary words. */
const shortestSecret = 4
const shortestPart = 8
/** A wallet's phrase has twelve words or more. */
const leastPhrase = 12
export const seedWords: ReadonlySet<string> = new Set(seedList.words.split(' '))

/** What stands after a name: as it is, or in quotes. */
const value = String.raw`(\[removed\]|\\"(?:[^"\\]|\\[^"])*\\"?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&"'<>(){}\[\]|]+)`
const strong = String.raw`passwor[dt]|passwd|passphrase|pwd|secret|(?:api|access|private|secret|signing|auth|encryption)[-_ ]?key`
const weak = String.raw`token|credentials?|session[-_ ]?id|cookie|jwt`
const named = new RegExp(String.raw`(${strong}|${weak})(\\?["']?\s{0,9}(?:=>|:=|=|:)\s{0,9})${value}`, 'gi')
const flags = new RegExp(String.raw`(--?[\w-]{0,30}(?:${strong}|token|credentials?)\s{1,9})${value}`, 'gi')
/** "docker login -u me -p hunter2pass"; alone, -p is mostly a port or a folder. */
const shortFlags = new RegExp(String.raw`(\s-p(?:\s{1,9}|=)?)${value}`, 'g')
const isStrong = new RegExp(`^(?:${strong})$`, 'i')

/** Each of them takes time in proportion to the line. */
const patterns: [RegExp, string | ((...found: string[]) => string)][] = [
  // The beginning alone stays, so that the lines after it are known for what they are.
  [/(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)(?:.*?(-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)|.*$)/g, (_found = '', begin = '', end?: string) => (end === undefined ? `${begin} ${removed}` : removed)],
  [/\b((?:mnemonic|(?:seed|recovery|secret|backup)[-_ ]?(?:phrase|words))\\?["']?\s{0,9}[:=]\s{0,9})\S.*$/gi, `$1${removed}`],
  [/\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,40}(?:key|token))(\\?["']?\s{0,9}[:=]\s{0,9})(?:\\?"[^"]*"?|'[^']*'?|\S.*$)/gi, `$1$2${removed}`],
  [/(:\/\/[^\s/:@?#"']{0,200}):[^\s/"']{1,500}@/g, `$1:${removed}@`],
  [/(:\/\/)[^\s/:@?#"']{16,500}@/g, `$1${removed}@`],
  [/([?&#](?:key|sig|signature|code|auth|state)=)[^\s&#"'[\]]+/gi, `$1${removed}`],
  [named, (found = '', name = '', between = '', text = '') => (isTold(name, between, text) ? `${name}${between}${hidden(text)}` : found)],
  [flags, (found = '', flag = '', text = '') => (isOpaque(bare(text)) ? `${flag}${hidden(text)}` : found)],
  // "token abcdef1234567890": nothing between the two.
  [/\b((?:token|secret|passw(?:or)?d|passphrase|api[-_ ]?key)\s{1,9}["']?)([\w.~+/=-]{12,})/gi, (found = '', before = '', text = '') => (isMixed(text) ? `${before}${removed}` : found)],
  [shortFlags, (found = '', flag = '', text = '', ...rest) => (isPassword(flag, bare(text), lineBefore(rest)) ? `${flag}${hidden(text)}` : found)],
  // "Use the following token as --token argument: v1.…"
  [/\b((?:token|secret|api key|password)\b[^:=\n]{0,60}[:=]\s{0,9})([\w.~+/-]{20,})/gi, (_found = '', before = '') => `${before}${removed}`],
  [/\b(bearer|basic|digest)(\s{1,9})([\w.~+/=:-]{8,})/gi, (found = '', name = '', blank = '', text = '') => (isOpaque(text) ? `${name}${blank}${removed}` : found)],
  [/(?<![A-Za-z0-9])eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){0,3}/g, removed],
  [/(?<![A-Za-z0-9])(?:(?:pk|sk|rk|whsec|hf|npm|gh[pousr]|github_pat|dckr_pat)_|(?:sk|glpat|xox[abeoprs])-)[\w-]{8,}/g, (found = '') => (isOpaque(found.slice(3)) ? removed : found)],
  // Refresh tokens of a common sign-in service.
  [/(?<![\w.])v1\.[\w-]{20,}(?:[.~+/=][\w.~+/=-]*)?/g, (found = '') => (/[a-z]/.test(found.slice(3)) && /[A-Z\d]/.test(found.slice(3)) ? removed : found)],
  [/(?<![A-Za-z0-9])(?:AKIA[0-9A-Z]{16}|AIza[\w-]{30,})/g, removed],
  // A digest says of itself that it is one; any other number of this length may be a key or a transaction: enough is left to tell one from another.
  [/(?<![0-9a-z]|sha(?:256|384|512)[:-])(?:0x)?[0-9a-f]{64,}(?![0-9a-z])/gi, (found = '') => shortened(found)],
  [/(?<![0-9a-z])[1-9A-HJ-NP-Za-km-z]{51,120}(?![0-9a-z])/gi, (found = '') => (/^[0-9a-f]+$/i.test(found) || !looksLikeSecret(found) ? found : found.length === 87 || found.length === 88 ? shortened(found) : removed)],
  [/(?:\b\d{1,3}\s{0,3},\s{0,3}){31,63}\d{1,3}\b/g, removed],
]

/** `forms`: of known secrets, as `secretForms` gives them. */
export function removeSecrets(text: string, forms: readonly string[] = []): string {
  let left = text
  for (const form of forms) if (left.includes(form)) left = left.replaceAll(form, removed)
  for (const [pattern, by] of patterns) left = typeof by === 'string' ? left.replace(pattern, by) : left.replace(pattern, by)
  return withoutPhrases(left)
}

/** A secret as programs print it: as it is, in an address, in JSON, as Base64; the longest first. */
export function secretForms(secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => {
    const whole = secret.trim()
    const lines = whole.split(/[\r\n]+/)
    const parts = lines.length === 1 ? [whole] : [whole, ...lines.map((line) => line.trim()).filter((line) => line.length >= shortestPart)]
    return parts.flatMap((part) => [part, encodeForAddress(part), JSON.stringify(part).slice(1, -1), ...(part.length < shortestPart ? [] : [Buffer.from(part).toString('base64').replace(/=+$/, ''), Buffer.from(part).toString('base64url')])])
  })
  return [...new Set(forms)].filter((form) => form.length >= shortestSecret).sort((one, other) => other.length - one.length)
}

/** Twelve words of the wallets' list in a row, however they are joined or numbered. */
function withoutPhrases(text: string): string {
  const runs: { from: number; to: number; words: number }[] = []
  for (const word of text.matchAll(/[a-z]+/gi)) {
    if (!seedWords.has(word[0].toLowerCase())) {
      runs.push({ from: 0, to: 0, words: 0 })
      continue
    }
    const run = runs.at(-1)
    if (run === undefined || run.words === 0) runs.push({ from: word.index, to: word.index + word[0].length, words: 1 })
    else Object.assign(run, { to: word.index + word[0].length, words: run.words + 1 })
  }
  let left = text
  for (const { from, to, words } of runs.reverse()) if (words >= leastPhrase) left = `${left.slice(0, from)}${removed}${left.slice(to)}`
  return left
}

/** "password: x" is one; "token: expired" is a sentence; "pwd=/root" is a folder. */
function isTold(name: string, between: string, text: string): boolean {
  const word = bare(text)
  if (word === '') return false
  if (/^pwd$/i.test(name) && /^([/~]|[a-z]:[\\/])/i.test(word)) return false
  return isStrong.test(name) || between.includes('=') || /["']/.test(text) || isOpaque(word)
}

/** Quotes stay, so that JSON stays JSON. */
function hidden(text: string): string {
  return `${/^\\?["']/.exec(text)?.[0] ?? ''}${removed}${text.length > 1 ? (/\\?["']$/.exec(text)?.[0] ?? '') : ''}`
}

function bare(text: string): string {
  return text.replace(/^\\?["']|\\?["']$/g, '')
}

/** No word of a language: digits in it, capitals in its middle, or longer than words are. */
function isOpaque(word: string): boolean {
  return word.length >= 20 || (word.length >= 6 && (/\d/.test(word) || /[a-z][A-Z]/.test(word)))
}

/** Letters and digits in one word, as keys have them; the address of a contract is no secret. */
export function isMixed(word: string): boolean {
  return /\d/.test(word) && /[a-z]/i.test(word) && !/^0x[0-9a-f]{40}$/i.test(word)
}

function isPassword(flag: string, word: string, before: string): boolean {
  const isPlace = /^[\d.:]+(?:\/\w+)?$|^[/~.]|[:,]/.test(word)
  const isApart = /[\s=]$/.test(flag)
  if (isApart && /\b(?:login|sshpass)\b/.test(before)) return true
  return !isPlace && isMixed(word) && word.length >= (/\s-u/.test(before) ? 5 : 8) && (isApart || /\s-u/.test(before))
}

/** A replacer is told the place and the whole line last. */
function lineBefore(rest: unknown[]): string {
  const [place, line] = rest.slice(-2) as [number, string]
  return line.slice(Math.max(0, place - 200), place + 1)
}

function encodeForAddress(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
