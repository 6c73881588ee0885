/** Makes a line of any program safe to keep and to show: plain text, no terminal commands, no tricks, no secret, not too long. Pure. */
import { removeSecrets } from './remove-secrets.ts'

/** In characters; longer lines are cut. */
export const longestLine = 16_000
/** No more of a line is looked at: escapes may make up most of it. */
const mostLooked = 64_000
/** A word that the cut goes through is left out whole, as half a token could no longer be told as one. */
const longestWord = 8000

const escapes = [
  // Window titles, links, device control: up to their end, or nothing but their start where the end is missing.
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)/g,
  // Colours, cursor, screen.
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g,
  /\x1b[ -/]*[0-~]/g,
]
/** Controls but the tab; what is not seen or turns the reading order. */
const unseen = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** `secrets`: texts that must not be in it, as `secretForms` gives them. Given its own result, it gives the same. `bytes`: of the whole line, where this is its beginning alone. */
export function cleanLine(text: string, secrets: readonly string[] = [], bytes = text.length): string {
  const looked = text.length > mostLooked ? withoutLastWord(text.slice(0, mostLooked)) : text
  const safe = removeSecrets(/[^\t\x20-\x7e]/.test(looked) ? plain(looked) : looked, secrets)
  return text.length > mostLooked || safe.length > longestLine ? cut(safe, bytes) : safe
}

function plain(text: string): string {
  let left = text.toWellFormed()
  for (const escape of escapes) left = left.replace(escape, '')
  // A terminal shows what was written over the line last.
  const overwritten = left.split('\r')
  left = overwritten.findLast((part) => part.trim() !== '') ?? ''
  return left.replace(/[\n\u2028\u2029]+/g, ' ').replace(unseen, '')
}

function cut(text: string, bytes: number): string {
  const remark = ` … [the rest of this line of ${Math.ceil(bytes / 1000).toLocaleString('en-GB')} kB was left out]`
  const most = longestLine - remark.length
  return `${(text.length > most ? withoutLastWord(text.slice(0, most)) : text).toWellFormed()}${remark}`
}

function withoutLastWord(text: string): string {
  const start = Math.max(0, text.length - longestWord)
  const blank = /\s\S*$/.exec(text.slice(start))
  return blank === null ? text.slice(0, start) : text.slice(0, start + blank.index)
}
