/** Which program of the user's is in the way on a card: by the card's own figures, whatever started it. Pure. */
import type { PolicyCard, ProgramOnCard } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import { share, size } from './words.ts'

/** Windows that a desktop leaves open hold a little each, and do nothing: many together are in the way from so many times the memory of one on. */
const manyHold = 5

type Bounds = Pick<PolicySettings, 'busyFrom' | 'busyMemoryMb'>

export interface InTheWay {
  program: { pid: number; name: string } | null
  sentence: string
  evidence: string[]
}

/** By this program's own figures. A paused game does nothing and holds its memory: it is in the way. */
export function inTheWay(program: ProgramOnCard, _card: PolicyCard, settings: Bounds): boolean {
  if (program.whose === 'listed') return true
  return program.whose === 'stranger' && isMuch(program.utilisation, program.memoryBytes, settings)
}

function isMuch(utilisation: number | null, memoryBytes: number | null, { busyFrom, busyMemoryMb }: Bounds): boolean {
  return (utilisation ?? 0) >= busyFrom || (memoryBytes ?? 0) >= busyMemoryMb * 1e6
}

/** `isUnknown`: strangers are there, and nothing tells what they do. */
export function busyOn(card: PolicyCard, settings: Bounds, isOursActive: boolean): { found: InTheWay | null; isUnknown: boolean } {
  let worst: ProgramOnCard | null = null
  let largest: ProgramOnCard | null = null
  let hasShares = false
  let strangers = 0
  let [used, bytes] = [0, 0]
  for (const program of card.programs) {
    if (program.whose === 'stranger') {
      strangers += 1
      used += program.utilisation ?? 0
      bytes += program.memoryBytes ?? 0
      if (largest === null || weight(program) > weight(largest)) largest = program
    }
    if (program.utilisation !== null) hasShares = true
    if (inTheWay(program, card, settings) && (worst === null || weight(program) > weight(worst))) worst = program
  }
  if (worst !== null) return { found: foundOn(worst, card), isUnknown: false }
  // One program in many processes, or many small ones.
  const together = strangers > 1 && isMuch(used, bytes, settings) ? sumOf(card, settings) : null
  if (together !== null) return { found: together, isUnknown: false }
  const load = card.utilisation
  if (isOursActive) return { found: null, isUnknown: strangers > 0 && !hasShares }
  if (load === null || hasShares || !(load >= settings.busyFrom)) return { found: null, isUnknown: load === null && !hasShares && strangers > 0 }
  if (largest !== null) {
    return { found: { program: { pid: largest.pid, name: largest.name }, sentence: `${card.name} is in use (${share(load)}), most likely by ${largest.name}.`, evidence: [`${card.name}: ${share(load)} in use; which program is not told, ${largest.name} is on it (confidence: low)`] }, isUnknown: false }
  }
  // Only what the desktop draws, or what the user said does not count.
  if (card.programs.length > 0) return { found: null, isUnknown: false }
  return { found: { program: null, sentence: `${card.name} is in use (${share(load)}) by a program that the driver does not name.`, evidence: [`${card.name}: ${share(load)} in use, no program is told (confidence: low)`] }, isUnknown: false }
}

function weight({ whose, utilisation, memoryBytes }: ProgramOnCard): number {
  return (whose === 'listed' ? 10 : 0) + (utilisation ?? 0) + (memoryBytes ?? 0) / 1e12
}

export function foundOn(program: ProgramOnCard, card: PolicyCard): InTheWay {
  const figures = figuresOf(program)
  const told = program.whose === 'listed' ? 'you listed it' : `confidence: ${program.confidence}`
  return {
    program: { pid: program.pid, name: program.name },
    sentence: `${program.name} uses ${card.name}${figures === '' ? '' : ` (${figures})`}.`,
    evidence: [`${program.name} (process ${program.pid}): ${figures === '' ? 'no figures' : figures}; ${told}`],
  }
}

/** What is not told is left out. */
function figuresOf({ utilisation, memoryBytes }: Pick<ProgramOnCard, 'utilisation' | 'memoryBytes'>): string {
  return [utilisation === null ? '' : `${utilisation > 0 && utilisation < 0.005 ? 'less than 1 %' : share(utilisation)} of the card`, memoryBytes === null ? '' : size(memoryBytes)].filter((text) => text !== '').join(', ')
}

interface Sum {
  first: ProgramOnCard
  count: number
  utilisation: number | null
  memoryBytes: number | null
}

function add(sum: Sum, { utilisation, memoryBytes }: ProgramOnCard): void {
  sum.count += 1
  if (utilisation !== null) sum.utilisation = (sum.utilisation ?? 0) + utilisation
  if (memoryBytes !== null) sum.memoryBytes = (sum.memoryBytes ?? 0) + memoryBytes
}

function empty(first: ProgramOnCard): Sum {
  return { first, count: 0, utilisation: null, memoryBytes: null }
}

/** By name, in the order of their first process. */
function sumsOf(programs: readonly ProgramOnCard[]): { all: Sum | null; byName: Map<string, Sum> } {
  const byName = new Map<string, Sum>()
  let all: Sum | null = null
  let last: Sum | null = null
  for (const program of programs) {
    if (program.whose !== 'stranger') continue
    // Processes of one program stand together most often.
    if (last === null || last.first.name !== program.name) {
      last = byName.get(program.name) ?? null
      if (last === null) byName.set(program.name, (last = empty(program)))
    }
    all ??= empty(program)
    add(last, program)
    add(all, program)
  }
  return { all, byName }
}

function sumOf({ programs, name }: PolicyCard, settings: Bounds): InTheWay | null {
  const { all, byName } = sumsOf(programs)
  for (const sum of byName.values()) {
    const { first, count } = sum
    if (count < 2 || !isMuch(sum.utilisation, sum.memoryBytes, settings)) continue
    const figures = `${figuresOf(sum)}, in ${count} processes`
    return { program: { pid: first.pid, name: first.name }, sentence: `${first.name} uses the card (${figures}).`, evidence: [`${first.name}: ${figures}; confidence: ${first.confidence}`] }
  }
  if (all === null || !isMuch(all.utilisation, all.memoryBytes, { ...settings, busyMemoryMb: settings.busyMemoryMb * manyHold })) return null
  // No program is named: to ignore one of them would change nothing.
  return {
    program: null,
    sentence: `${all.count} small programs together use ${name} (${figuresOf(all)}).`,
    evidence: [`the largest: ${largestOf(byName.values()).map((sum) => `${sum.first.name} (${figuresOf(sum)})`).join(', ')}`],
  }
}

/** The three largest; of equals the first. */
function largestOf(sums: Iterable<Sum>): Sum[] {
  const largest: Sum[] = []
  for (const sum of sums) {
    let place = largest.length
    while (place > 0 && isMore(sum, largest[place - 1] as Sum)) place -= 1
    if (place < 3) largest.splice(place, 0, sum)
    if (largest.length > 3) largest.pop()
  }
  return largest
}

function isMore(one: Sum, other: Sum): boolean {
  const byUse = (one.utilisation ?? 0) - (other.utilisation ?? 0)
  return byUse > 0 || (byUse === 0 && (one.memoryBytes ?? 0) > (other.memoryBytes ?? 0))
}
