/** Values in amd-smi's JSON: numbers, texts with a unit, `{ "value": 45, "unit": "C" }` or "N/A", from version to version. Pure. */

export type Json = Record<string, unknown>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Steps down by names, whose capitals do not count; undefined: not there. */
export function at(value: unknown, ...names: string[]): unknown {
  let here = value
  for (const name of names) {
    if (!isObject(here)) return undefined
    const key = Object.keys(here).find((candidate) => candidate.toLowerCase().replaceAll(/[\s-]/g, '_') === name)
    here = key === undefined ? undefined : here[key]
  }
  return here
}

/** The first of these places that holds a text; null: none, or words for "unknown". */
export function textAt(value: unknown, ...places: string[]): string | null {
  for (const place of places) {
    const found = at(value, ...place.split('.'))
    const text = typeof found === 'string' ? found.trim() : typeof found === 'number' ? String(found) : ''
    if (text !== '' && !/^(n\/a|na|none|null|unknown|not supported)$/i.test(text)) return text
  }
  return null
}

/** The first of these places that holds a number, with its unit in lower case ("" where there is none). */
export function measureAt(value: unknown, ...places: string[]): { number: number; unit: string } | null {
  for (const place of places) {
    const found = measureOf(at(value, ...place.split('.')))
    if (found !== null) return found
  }
  return null
}

export function numberAt(value: unknown, ...places: string[]): number | null {
  return measureAt(value, ...places)?.number ?? null
}

export function measureOf(value: unknown): { number: number; unit: string } | null {
  if (typeof value === 'number') return Number.isFinite(value) ? { number: value, unit: '' } : null
  if (typeof value === 'string') {
    const match = /^\s*(-?\d+(?:\.\d+)?)\s*([a-z%/]*)\s*$/i.exec(value)
    return match ? { number: Number(match[1]), unit: match[2]!.toLowerCase() } : null
  }
  if (!isObject(value)) return null
  const inner = measureOf(at(value, 'value'))
  const unit = at(value, 'unit')
  return inner === null ? null : { number: inner.number, unit: typeof unit === 'string' && unit.trim() !== '' && !/^n\/a$/i.test(unit) ? unit.trim().toLowerCase() : inner.unit }
}

/** A pebibyte: more is no card's. */
const mostBytes = 1024 ** 5

/** amd-smi's MB are 2^20 bytes; without a unit, small numbers are MB and large ones bytes. */
export function bytesAt(value: unknown, ...places: string[]): number | null {
  const found = measureAt(value, ...places)
  if (found === null || found.number < 0) return null
  const factors: Record<string, number> = { b: 1, bytes: 1, kb: 1024, kib: 1024, mb: 1024 ** 2, mib: 1024 ** 2, gb: 1024 ** 3, gib: 1024 ** 3, tb: 1024 ** 4, tib: 1024 ** 4 }
  const factor = found.unit === '' ? (found.number < 16 * 1024 ** 2 ? 1024 ** 2 : 1) : factors[found.unit]
  const bytes = factor === undefined ? null : Math.round(found.number * factor)
  return bytes !== null && bytes <= mostBytes ? bytes : null
}

export function wattsAt(value: unknown, ...places: string[]): number | null {
  return plausible(scaledAt(value, { '': 1, w: 1, mw: 1e-3, uw: 1e-6 }, places))
}
export function megahertzAt(value: unknown, ...places: string[]): number | null {
  return plausible(scaledAt(value, { '': 1, mhz: 1, ghz: 1000, khz: 1e-3, hz: 1e-6 }, places))
}
export function celsiusAt(value: unknown, ...places: string[]): number | null {
  return scaledAt(value, { '': 1, c: 1, '°c': 1, celsius: 1, mc: 1e-3 }, places)
}
export function joulesAt(value: unknown, ...places: string[]): number | null {
  return scaledAt(value, { '': 1, j: 1, kj: 1000, mj: 1e-3, uj: 1e-6 }, places)
}

/** Watts and megahertz alike: no card has more, and words full of ones (65535, 4294967295) mean that the library cannot tell. */
function plausible(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 20_000 ? value : null
}

function scaledAt(value: unknown, factors: Record<string, number>, places: readonly string[]): number | null {
  for (const place of places) {
    const found = measureAt(value, place)
    const factor = found === null ? undefined : factors[found.unit]
    if (found !== null && factor !== undefined) return found.number * factor
  }
  return null
}

/** Cards of any of its documents: a list, `{ "gpu_data": […] }`, or one card alone. By amd-smi's own numbers. */
export function cardsIn(document: unknown): Map<number, Json> {
  const list = Array.isArray(document) ? document : isObject(document) ? ([at(document, 'gpu_data'), at(document, 'gpus'), at(document, 'gpu')].find(Array.isArray) ?? [document]) : []
  const cards = new Map<number, Json>()
  for (const item of list) {
    const index = numberAt(item, 'gpu', 'gpu_id', 'index')
    if (isObject(item) && index !== null) cards.set(index, { ...cards.get(index), ...item })
  }
  return cards
}
