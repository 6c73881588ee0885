/** The table of known cards and how a name finds its row: exactly or not at all, since a wrong card's facts are worse than none. */
import type { GpuFacts } from './gpu-facts.ts'
import { isNameless, isSlice, readGpuName, readGpuNames, withoutCores, type GpuName } from './gpu-names.ts'
import type { GpuVendor } from './machine.ts'

export interface CardSeen {
  name: string
  /** `10de:2684`. */
  pciDeviceId?: string | null
  memoryBytes?: number | null
  vendor?: GpuVendor
}

export interface GpuTable {
  rows: readonly GpuFacts[]
  byModel(model: string): GpuFacts | null
  /** The row of a card that was detected; null: not in the table, or more than one row would fit. */
  match(card: CardSeen): GpuFacts | null
  /** The row a person means; where a name stands for several variants, the one sold first. */
  find(typed: string): GpuFacts | null
  /** All rows that the words fit equally well: one where a card is meant, several where "A100" may be any of four, none where nothing fits. */
  meant(typed: string): GpuFacts[]
  /** Names close to what was typed, best first. */
  nearest(typed: string, limit?: number): string[]
  /** Names that fit what was typed so far, best first. */
  search(text: string, limit: number): string[]
}

const gib = 1024 ** 3
/** Drivers report up to 7 % less than is sold (ECC, reserved areas); the closest two variants of one name differ by 17 %. */
const memoryTolerance = 0.12
/** Windows' own adapter list cannot say more than this, whatever the card has. */
const cappedMemory = { from: 4095 * 1024 ** 2, to: 4096 * 1024 ** 2 }
/** Makers gave laptop cards of these families the desktop card's very name: there the device id must be one that is known. */
const laptopsShareNames = new Set(['Maxwell', 'Maxwell 2.0', 'Pascal', 'Turing'])

interface Entry {
  row: GpuFacts
  primary: GpuName
  /** The model's own reading first, then the aliases'. */
  names: GpuName[]
}

export function createGpuTable(rows: readonly GpuFacts[]): GpuTable {
  const entries: Entry[] = rows.map((row) => {
    const primary = readGpuName(row.model)
    return { row, primary, names: [primary, ...row.aliases.map(readGpuName)] }
  })
  const newest = rows
    .filter((row) => row.class === 'consumer' && row.vendor === 'nvidia')
    .sort((one, other) => (other.releasedOn ?? '').localeCompare(one.releasedOn ?? ''))
  const byModel = new Map(rows.map((row) => [row.model, row]))
  const byModelLower = new Map(rows.map((row) => [row.model.toLowerCase(), row]))
  const byCore = groupBy(entries, (entry) => new Set(entry.names.map((name) => name.core)))
  const byPciId = groupBy(entries, (entry) => new Set(entry.row.pciDeviceIds))

  function named(name: GpuName): Entry[] {
    const exact = namedExactly(name)
    const chip = withoutCores(name.core)
    return exact.length > 0 || chip === name.core ? exact : namedExactly({ ...name, core: chip })
  }

  function namedExactly(name: GpuName): Entry[] {
    return (byCore.get(name.core) ?? []).filter((entry) => entry.names.some((own) => own.core === name.core && fitsNameMemory(entry, own, name)))
  }

  function match(card: CardSeen): GpuFacts | null {
    if (isSlice(card.name)) return null
    const pciId = card.pciDeviceId?.toLowerCase() ?? null
    const byId = (pciId === null ? [] : (byPciId.get(pciId) ?? [])).filter((entry) => sameVendor(entry, card.vendor))
    const readings = readGpuNames(card.name)
    const byName = unique(readings.flatMap(named)).filter((entry) => sameVendor(entry, card.vendor))
    const both = byName.filter((entry) => byId.includes(entry))
    // Boards of one name share ids across memory sizes: where name and memory agree, an id that is not listed for that size does not outweigh them.
    const agreed = both.length > 0 ? choose(both, readings, card) : null
    if (agreed !== null) return agreed
    if (both.some((entry) => fitsMeasuredMemory(entry.row, card.memoryBytes ?? null))) return null
    if (byName.length > 0) return choose(byName.filter((entry) => pciId === null || !needsKnownId(entry)), readings, card)
    if (isNameless(card.name)) return choose(byId, [], card)
    return null
  }

  function find(typed: string): GpuFacts | null {
    return byKey(typed) ?? variantSoldFirst(fitting(typed))
  }

  /** A key of the table is that row, whatever else shares its name. */
  function byKey(typed: string): GpuFacts | null {
    return byModelLower.get(typed.trim().toLowerCase()) ?? null
  }

  function fitting(typed: string): Entry[] {
    if (isSlice(typed)) return []
    const name = readGpuName(typed)
    if (name.core === '') return []
    const found = named(name)
    if (found.length > 0) return preferPrimary(found, [name])
    const shortened = ['rtx', 'gtx', 'rx', 'arc', 'arc pro', 'pro'].flatMap((line) => named({ core: `${line} ${name.core}`, memoryGb: name.memoryGb }))
    return preferPrimary(unique(shortened).filter((entry) => entry.row.class !== 'workstation' || /[a-z]/.test(name.core)), [])
  }

  function meant(typed: string): GpuFacts[] {
    const key = byKey(typed) ?? byKey(typed.trim().replace(/^(nvidia|amd|intel)\s+/i, ''))
    if (key) return [key]
    const found = fitting(typed)
    return (found.length > 0 ? unique([...found, ...otherBuses(readGpuName(typed))]) : found).map((entry) => entry.row)
  }

  /** "H100" may be any board of that name, whatever its connector. */
  function otherBuses(name: GpuName): Entry[] {
    return entries.filter((entry) => entry.names.some((own) => /^(pcie|sxm\d?|nvl)$/.test(own.core.startsWith(`${name.core} `) ? own.core.slice(name.core.length + 1) : '') && fitsNameMemory(entry, own, name)))
  }

  function nearest(typed: string, limit = 5): string[] {
    const core = readGpuName(typed).core
    const scored = entries.map((entry) => ({ model: entry.row.model, score: Math.max(...entry.names.map((name) => likeness(core, name.core))) }))
    return scored
      .filter((one) => one.score > 0.15)
      .sort((one, other) => other.score - one.score || one.model.localeCompare(other.model))
      .slice(0, limit)
      .map((one) => one.model)
  }

  function search(text: string, limit: number): string[] {
    const words = text.toLowerCase().trim().split(/\s+/).filter((word) => word !== '')
    if (words.length === 0) return newest.slice(0, limit).map((row) => row.model)
    const best = find(text)
    const hits = entries
      .map((entry) => ({ entry, haystack: [entry.row.model, ...entry.row.aliases].join(' | ').toLowerCase() }))
      .filter(({ haystack }) => words.every((word) => haystack.includes(word) || haystack.replaceAll(' ', '').includes(word)))
      .map(({ entry }) => entry.row)
      .sort((one, other) => one.model.length - other.model.length || one.model.localeCompare(other.model))
    const models = [...(best ? [best.model] : []), ...hits.map((row) => row.model)]
    const listed = [...new Set(models)]
    return (listed.length > 0 ? listed : nearest(text, limit)).slice(0, limit)
  }

  return { rows, byModel: (model) => byModel.get(model) ?? null, match, find, meant, nearest, search }
}

/** Of rows that all fit the name, the one that fits the card; null when none or several do. */
function choose(candidates: Entry[], readings: GpuName[], card: CardSeen): GpuFacts | null {
  const fitting = candidates.filter((entry) => fitsMeasuredMemory(entry.row, card.memoryBytes ?? null))
  const preferred = preferPrimary(fitting, readings)
  if (preferred.length === 1) return preferred[0]?.row ?? null
  const exact = preferred.filter((entry) => entry.primary.memoryGb === null && readings.some((reading) => reading.memoryGb === null && reading.core === entry.primary.core))
  return exact.length === 1 ? (exact[0]?.row ?? null) : null
}

/** Rows whose own model reads so come before rows that merely have such an alias. */
function preferPrimary(found: Entry[], readings: GpuName[]): Entry[] {
  const primary = found.filter((entry) => readings.some((reading) => reading.core === entry.primary.core))
  return primary.length > 0 ? primary : found
}

function fitsNameMemory(entry: Entry, own: GpuName, asked: GpuName): boolean {
  if (asked.memoryGb === null) return true
  const size = own.memoryGb ?? (entry.row.memoryBytes === null ? null : entry.row.memoryBytes / gib)
  return size !== null && Math.abs(size - asked.memoryGb) / asked.memoryGb < 0.02
}

function fitsMeasuredMemory(row: GpuFacts, bytes: number | null): boolean {
  if (bytes === null || row.memoryBytes === null) return true
  if (bytes >= cappedMemory.from && bytes <= cappedMemory.to) return true
  return Math.abs(bytes - row.memoryBytes) / row.memoryBytes <= memoryTolerance
}

function needsKnownId(entry: Entry): boolean {
  const { row } = entry
  return row.class !== 'data-centre' && row.pciDeviceIds.length > 0 && laptopsShareNames.has(row.architecture ?? '')
}

function sameVendor(entry: Entry, vendor: GpuVendor | undefined): boolean {
  return vendor === undefined || vendor === 'other' || entry.row.vendor === vendor
}

function variantSoldFirst(found: Entry[]): GpuFacts | null {
  const order = (entry: Entry): string => `${entry.row.releasedOn ?? '9999'}|${String(entry.row.memoryBandwidthGBs ?? 0).padStart(8, '0')}`
  const sorted = [...found].sort((one, other) => order(one).localeCompare(order(other)))
  return sorted[0]?.row ?? null
}

/** 0..1: share of letter pairs two names have in common, digits counting double since they tell cards apart. */
function likeness(one: string, other: string): number {
  const pairs = (text: string): string[] => {
    const squeezed = text.replaceAll(' ', '')
    return Array.from({ length: Math.max(0, squeezed.length - 1) }, (_, index) => squeezed.slice(index, index + 2))
  }
  const weight = (pair: string): number => (/\d/.test(pair) ? 2 : 1)
  const left = pairs(one)
  const right = pairs(other)
  const rest = [...right]
  let shared = 0
  for (const pair of left) {
    const at = rest.indexOf(pair)
    if (at >= 0) {
      rest.splice(at, 1)
      shared += weight(pair)
    }
  }
  const total = [...left, ...right].reduce((sum, pair) => sum + weight(pair), 0)
  return total === 0 ? 0 : (2 * shared) / total
}

function groupBy(entries: Entry[], keysOf: (entry: Entry) => Iterable<string>): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    for (const key of keysOf(entry)) groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  return groups
}

function unique<T>(items: T[]): T[] {
  return [...new Set(items)]
}
