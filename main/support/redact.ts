/** Takes out of a text what is nobody's business: secrets, addresses, serials, names. The same thing gets the same stand-in everywhere in one bundle. */
import { isIPv6 } from 'node:net'
import { setImmediate as letOthers } from 'node:timers/promises'
import { looksLikeSecret } from '../../shared/secrets.ts'

export interface Private {
  /** "wallet address", as the list of what was removed says it. */
  what: string
  text: string
}

export interface Redactor {
  /** `madeUp`: kinds that stand in it as made-up values already, as in a recorded machine, and must stay what they are. Other things go on in between: megabytes of logs take a while. */
  clean(text: string, madeUp?: readonly string[]): Promise<string>
  /** Different things of each kind, not places. */
  removed(): { what: string; count: number }[]
}

/** Shorter texts stand in ordinary words: a user called "al" must not turn "total" into stars. */
const shortest = 4
/** Names that thousands of machines share. */
const commonNames = new Set(['root', 'user', 'admin', 'administrator', 'ubuntu', 'debian', 'localhost', 'default', 'public', 'shared', '/root', '/home', '/'])
/** Lines that are cleaned without a break. */
const linesAtOnce = 500

/** Kinds that are told by their shape. The first that fits a place has it. */
const shapes: { what: string; pattern: RegExp; isOne?(text: string): boolean }[] = [
  { what: 'private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g },
  { what: 'token', pattern: /(?<![\w-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g },
  { what: 'token', pattern: /\b(?:sk|pk|rk|ghp|gho|xox[bp])[_-][A-Za-z0-9_-]{8,}/g },
  { what: 'token', pattern: /(?<=\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi },
  { what: 'token', pattern: /(?<=\b(?:api[_-]?key|token|secret|password|passwd|pwd|authorization)["']?\s*[=:]\s*["']?)[^\s"',;&]{4,}/gi },
  { what: 'password in an address', pattern: /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]+:[^\s/@]+(?=@)/gi },
  { what: 'e-mail address', pattern: /\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,}\b/g },
  { what: 'wallet address', pattern: /\b0x[0-9a-fA-F]{40}\b/g },
  { what: 'key or transaction', pattern: /\b(?:0x)?[0-9a-fA-F]{64}\b/g },
  { what: 'wallet address', pattern: /\b[a-z]{2,12}1[02-9ac-hj-np-z]{38,58}\b/g },
  { what: 'wallet address', pattern: /\b(?=[1-9A-HJ-NP-Za-km-z]*\d)(?=[1-9A-HJ-NP-Za-km-z]*[A-Z])(?=[1-9A-HJ-NP-Za-km-z]*[a-z])[1-9A-HJ-NP-Za-km-z]{32,44}\b/g },
  { what: 'serial or id', pattern: /(?<=\bserial(?:[ _-]?(?:number|no))?["']?\s*[=:]\s*["']?)(?=[\w-]*\d)[\w-]{5,}/gi },
  { what: 'serial or id', pattern: /\b(?:GPU-|MIG-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi },
  { what: 'user name', pattern: /(?<=(?:\/home\/|\/Users\/|\b[a-z]:\\{1,2}Users\\{1,2}))[^/\\\s"'<>:|?*]+/gi, isOne: (text) => !identifiesNobody(text) },
  { what: 'network card', pattern: /\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b/gi },
  { what: 'internet address', pattern: /\b(?!127\.|0\.0\.0\.0\b|255\.)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b(?!\.\d)/g },
  { what: 'internet address', pattern: /(?<![\w:.])[0-9a-f:]{3,39}(?![\w:])/gi, isOne: (text) => isIPv6(text) && text !== '::1' },
]

export function createRedactor(known: readonly Private[]): Redactor {
  const standIns = new Map<string, string>()
  const counts = new Map<string, number>()
  // The longest first: an address that holds another one is one thing.
  const literal = known
    .filter(({ text }) => !identifiesNobody(text))
    .sort((one, other) => other.text.length - one.text.length)
    .map(({ what, text }) => ({ what, forms: formsOf(text) }))

  function standInOf(what: string, text: string): string {
    const key = text.toLowerCase()
    const found = standIns.get(key)
    if (found !== undefined) return found
    const no = (counts.get(what) ?? 0) + 1
    counts.set(what, no)
    const standIn = `[${what} ${no}]`
    standIns.set(key, standIn)
    return standIn
  }

  function cleanLine(line: string, kinds: typeof shapes): string {
    if (line.length < 5000 && looksLikeSecret(line) && !shapes.some(({ pattern }) => new RegExp(pattern.source, pattern.flags.replace('g', '')).test(line))) return standInOf('seed phrase or key', line)
    let cleaned = line
    const lower = line.toLowerCase()
    for (const { what, forms } of literal) {
      for (const { pattern, needle, text } of forms) if (lower.includes(needle)) cleaned = cleaned.replace(pattern, () => standInOf(what, text))
    }
    for (const { what, pattern, isOne } of kinds) cleaned = cleaned.replace(pattern, (found) => (isOne?.(found) === false ? found : standInOf(what, found)))
    return cleaned
  }

  return {
    async clean(text, madeUp = []) {
      const kinds = shapes.filter(({ what }) => !madeUp.includes(what))
      // A key may go over several lines; everything else stands on one.
      const lines = text.replace(shapes[0]?.pattern ?? /(?!)/g, (found) => standInOf('private key', found)).split('\n')
      const cleaned: string[] = []
      for (let at = 0; at < lines.length; at += linesAtOnce) {
        if (at > 0) await letOthers()
        for (const line of lines.slice(at, at + linesAtOnce)) cleaned.push(cleanLine(line, kinds))
      }
      return cleaned.join('\n')
    },
    removed: () => [...counts].map(([what, count]) => ({ what, count })),
  }
}

export function identifiesNobody(text: string): boolean {
  return text.trim().length < shortest || commonNames.has(text.trim().toLowerCase())
}

/** In any case of letters, as a word of its own, and also as JSON writes it. */
function formsOf(text: string): { pattern: RegExp; needle: string; text: string }[] {
  const forms = new Set([text, JSON.stringify(text).slice(1, -1)])
  return [...forms].map((form) => ({ text, needle: form.toLowerCase(), pattern: new RegExp(`(?<![\\p{L}\\p{N}])${form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'giu') }))
}
