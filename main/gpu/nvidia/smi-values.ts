/** Values as nvidia-smi words them: numbers with units, and its many ways to say "unknown". */
import { known, unknown, type Reading } from '../reading.ts'
import { childOf, textOf, type XmlNode } from './smi-xml.ts'

const unknownWords: [RegExp, string][] = [
  [/^n\/?[as]$/i, 'this card or driver does not tell (N/A)'],
  [/^(none|-)$/i, 'this card or driver does not tell'],
  [/not supported|not available|not applicable/i, 'this card does not support it'],
  [/deprecated/i, 'this driver no longer tells it (deprecated)'],
  [/insufficient permission|no permission/i, 'this user may not read it (insufficient permissions)'],
  [/gpu is lost/i, 'the card is lost: the driver no longer reaches it'],
  [/requires? reset|reset required/i, 'the card needs a reset'],
  [/unknown error/i, 'the driver reports an unknown error'],
  [/^err!?$/i, 'the driver reports an error (ERR!)'],
  [/not found/i, 'this driver does not know it'],
  [/^unknown$/i, 'the driver does not know'],
]

/** Text of a child; unknown where it is absent or one of the driver's words for that. */
export function wordAt(node: XmlNode, ...path: string[]): Reading<string> {
  const text = textOf(childOf(node, ...path))
  if (text === undefined) return unknown('this driver does not tell')
  return wordOf(text)
}

export function wordOf(text: string): Reading<string> {
  const bare = text.trim().replace(/^\[(.*)\]$/, '$1').trim()
  if (bare === '') return unknown('the driver left it empty')
  const hit = unknownWords.find(([pattern]) => pattern.test(bare))
  return hit ? unknown(hit[1]) : known(bare)
}

const units: Record<string, number> = {
  '%': 0.01,
  C: 1,
  W: 1,
  mW: 0.001,
  kW: 1000,
  MHz: 1,
  GHz: 1000,
  B: 1,
  Bytes: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  x: 1,
  '': 1,
}

/** A number in the unit that is wanted: bytes for memory, a share (0..1) for %, W, MHz, °C, lanes. `allowed`: its units. */
export function numberAt(node: XmlNode, allowed: readonly string[], ...path: string[]): Reading {
  const word = wordAt(node, ...path)
  if (!('value' in word)) return word
  const match = /^([+-]?\d+(?:\.\d+)?)\s*([A-Za-z%]*)$/.exec(word.value)
  const unit = match?.[2] ?? ''
  if (!match || !allowed.includes(unit)) return unknown(`the driver says "${word.value.slice(0, 60)}"`)
  // Divided, not multiplied by 0.01: 7 % is 0.07 and not 0.07000000000000001.
  const number = Number(match[1])
  return known(unit === '%' ? number / 100 : number * (units[unit] ?? 1))
}

export const inPercent = ['%'] as const
export const inBytes = ['MiB', 'KiB', 'GiB', 'TiB', 'B', 'Bytes', 'MB', 'KB', 'GB'] as const
export const inWatts = ['W', 'mW', 'kW'] as const
export const inMegahertz = ['MHz', 'GHz'] as const
export const inCelsius = ['C'] as const
export const inLanes = ['x', ''] as const
export const plain = [''] as const

/** "Enabled", "Yes", "Active" → true; their opposites → false; anything else: unknown. */
export function flagAt(node: XmlNode, ...path: string[]): Reading<boolean> {
  const word = wordAt(node, ...path)
  if (!('value' in word)) return word
  if (/^(enabled|yes|active)$/i.test(word.value)) return known(true)
  if (/^(disabled|no|not active)$/i.test(word.value)) return known(false)
  return unknown(`the driver says "${word.value.slice(0, 60)}"`)
}
