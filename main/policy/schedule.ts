/** What the schedule says of a card at a moment, and when that changes. Pure outside; inside, each day is worked out once. */
import type { PolicySettings, RunMode, ScheduleBlock } from '../../shared/policy.ts'
import { isZone } from '../system/zone.ts'
import { occurrences } from './schedule-occurrences.ts'

export { blockProblems, blockWords } from '../../shared/schedule-blocks.ts'
export { occurrences }

export interface ScheduleMode {
  may: RunMode
  /** The block that says so, the first of the strictest; null: none covers the moment, and `otherwise` holds. */
  block: ScheduleBlock | null
}

interface Segment extends ScheduleMode {
  from: number
  /** When `may` is another; Infinity: not within the days that were worked out. */
  until: number
  then: RunMode
}

interface Worked {
  day: number
  named: ReadonlySet<string>
  /** By card and by what holds otherwise. */
  segments: Map<string, Segment[]>
}

const dayMs = 86_400_000
/** Nothing further ahead is told. */
const aheadMs = 8 * dayMs
/** Where Temporal has no dates nothing is scheduled. */
const earliest = Date.UTC(1900, 0, 10)
const latest = Date.UTC(2500, 0, 1)
const strictness: Record<RunMode, number> = { always: 0, 'when-idle': 1, never: 2 }

const worked = new WeakMap<readonly ScheduleBlock[], Map<string, Worked>>()

/** The stricter of two. */
export function stricter(one: RunMode, other: RunMode): RunMode {
  return strictness[one] >= strictness[other] ? one : other
}

/** `gpuId` null: a programme without a card, which only blocks for every card are about. */
export function modeAt(blocks: readonly ScheduleBlock[], otherwise: RunMode, zone: string, at: number, gpuId: string | null): ScheduleMode {
  const found = segmentAt(blocks, otherwise, zone, at, gpuId)
  return found === null ? { may: otherwise, block: null } : { may: found.may, block: found.block }
}

/** The next moment at which `may` is another than at `at`; null: not within eight days. */
export function nextModeChange(blocks: readonly ScheduleBlock[], otherwise: RunMode, zone: string, at: number, gpuId: string | null): { at: number; may: RunMode } | null {
  const found = segmentAt(blocks, otherwise, zone, at, gpuId)
  return found === null || found.until > at + aheadMs ? null : { at: found.until, may: found.then }
}

/** Whether the room is to be quiet, and when that changes; `until` null: never, no quiet hours are set, or it always is. */
export function quietAt(settings: Pick<PolicySettings, 'quietFrom' | 'quietTo'>, zone: string, at: number): { isQuiet: boolean; until: number | null } {
  const { quietFrom, quietTo } = settings
  if (quietFrom === null || quietTo === null) return { isQuiet: false, until: null }
  const blocks = quietBlocks(quietFrom, quietTo)
  return { isQuiet: modeAt(blocks, 'always', zone, at, null).may === 'never', until: nextModeChange(blocks, 'always', zone, at, null)?.at ?? null }
}

let quiet: { from: string; to: string; blocks: ScheduleBlock[] } | null = null
function quietBlocks(from: string, to: string): ScheduleBlock[] {
  if (quiet?.from !== from || quiet.to !== to) quiet = { from, to, blocks: [{ days: [1, 2, 3, 4, 5, 6, 7], from, to, may: 'never', gpuId: null }] }
  return quiet.blocks
}

function segmentAt(blocks: readonly ScheduleBlock[], otherwise: RunMode, zone: string, at: number, gpuId: string | null): Segment | null {
  if (blocks.length === 0 || !(at > earliest && at < latest)) return null
  const of = workedOut(blocks, zone, Math.floor(at / dayMs))
  const card = gpuId !== null && of.named.has(gpuId) ? gpuId : null
  const key = `${otherwise}|${card ?? ''}`
  let segments = of.segments.get(key)
  if (segments === undefined) {
    segments = segmentsOf(blocks.filter((block) => block.gpuId === null || block.gpuId === card), otherwise, zone, of.day)
    of.segments.set(key, segments)
  }
  let [low, high] = [0, segments.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((segments[middle]?.from ?? Infinity) <= at) low = middle
    else high = middle - 1
  }
  return segments[low] ?? null
}

function workedOut(blocks: readonly ScheduleBlock[], zone: string, day: number): Worked {
  const byZone = worked.get(blocks) ?? new Map<string, Worked>()
  const known = byZone.get(zone)
  if (known?.day === day) return known
  const made: Worked = { day, named: new Set(blocks.flatMap(({ gpuId }) => gpuId ?? [])), segments: new Map() }
  byZone.set(zone, made)
  worked.set(blocks, byZone)
  return made
}

/** From that day to ten days later, without holes. */
function segmentsOf(blocks: readonly ScheduleBlock[], otherwise: RunMode, zone: string, day: number): Segment[] {
  const [from, to] = [day * dayMs, (day + 10) * dayMs]
  const inZone = isZone(zone) ? zone : 'UTC'
  const spans = blocks.flatMap((block, rank) => occurrences(block, inZone, from, to).map((one) => ({ ...one, block, rank }))).sort((one, other) => one.from - other.from)
  const edges = [...new Set([from, ...spans.flatMap((span) => [span.from, span.to]).filter((edge) => edge > from && edge < to)])].sort((one, other) => one - other)
  let active: typeof spans = []
  let next = 0
  const segments = edges.map((edge): Segment => {
    active = active.filter((span) => span.to > edge)
    for (; next < spans.length && (spans[next]?.from ?? Infinity) <= edge; next += 1) {
      const span = spans[next]
      if (span && span.to > edge) active.push(span)
    }
    let best: (typeof spans)[number] | null = null
    for (const span of active) {
      const more = best === null ? 1 : strictness[span.block.may] - strictness[best.block.may]
      if (best === null || more > 0 || (more === 0 && span.rank < best.rank)) best = span
    }
    return { from: edge, may: best?.block.may ?? otherwise, block: best?.block ?? null, until: Infinity, then: otherwise }
  })
  for (let index = segments.length - 2; index >= 0; index -= 1) {
    const [one, after] = [segments[index], segments[index + 1]]
    if (!one || !after) continue
    const isSame = one.may === after.may
    one.until = isSame ? after.until : after.from
    one.then = isSame ? after.then : after.may
  }
  return segments
}
