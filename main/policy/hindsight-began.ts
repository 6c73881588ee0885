/** Since when the user's own doings hold in a trace: one that began after they asked for "run now" stops it all the same. Pure. */
import type { PolicySettings } from '../../shared/policy.ts'
import type { TraceProgram } from './trace-format.ts'
import { whoseOf } from './trace-readings.ts'
import type { World } from './trace-world.ts'

/** What happens within one look of the loop is seen together. */
const lookMs = 1000
/** What is seen so soon after it was said counts as there when it was said. */
const seenMs = 3000

export interface Began {
  /** The world as it stands from `at` on. */
  take(world: World, at: number): void
  /** Whether it was first seen after what was said then. */
  isAfter(cause: string, saidAt: number): boolean
}

export function programCause(gpuId: string | null, { pid, name }: TraceProgram): string {
  return `${gpuId ?? ''}|${pid}|${name}`
}

export function isInWay(program: TraceProgram, settings: PolicySettings): boolean {
  const whose = whoseOf(program, settings)
  return whose === 'listed' || (whose === 'stranger' && ((program.utilisation ?? 0) >= settings.busyFrom || (program.memoryMb ?? 0) >= settings.busyMemoryMb))
}

const heavyShare = 0.5
const heavyMb = 4000

/** Named as what every desktop has, and works far too hard for it: stopped after a while, which nobody has to wait for here. */
export function isHeavyDesktop({ name, whose, utilisation, memoryMb }: TraceProgram, settings: PolicySettings): boolean {
  return whose === undefined && ((utilisation ?? 0) >= heavyShare || (memoryMb ?? 0) >= heavyMb) && whoseOf({ name, whose }, settings) === 'desktop'
}

export function createBegan(from: number): Began {
  const since = new Map<string, number>()
  const ended = new Map<string, { since: number; at: number }>()
  const lists = new Map<string, { programs: readonly TraceProgram[]; causes: ReadonlySet<string> }>()
  const lookOf = (at: number): number => Math.floor((at - from) / lookMs)

  function mark(cause: string, holds: boolean, at: number): void {
    const began = since.get(cause)
    if (holds === (began !== undefined)) return
    if (began !== undefined) {
      since.delete(cause)
      ended.set(cause, { since: began, at })
      return
    }
    const before = ended.get(cause)
    // That it was away for less than a look nobody saw.
    since.set(cause, before !== undefined && lookOf(before.at) === lookOf(at) ? before.since : at)
  }

  return {
    take(world, at) {
      for (const [id, { programs }] of world.cards) {
        const last = lists.get(id)
        if (last?.programs === programs) continue
        const causes = new Set(programs.filter((program) => isInWay(program, world.settings)).map((program) => programCause(id, program)))
        for (const cause of last?.causes ?? []) if (!causes.has(cause)) mark(cause, false, at)
        for (const cause of causes) mark(cause, true, at)
        lists.set(id, { programs, causes })
      }
      mark('full-screen', world.fullScreen !== null && world.fullScreen !== false, at)
      mark('game-mode', world.gameMode === true, at)
      mark('battery', world.onBattery === true, at)
      mark('lid', world.lidClosed === true, at)
    },
    isAfter(cause, saidAt) {
      const began = since.get(cause)
      return began !== undefined && from + (lookOf(began) + 1) * lookMs > saidAt + seenMs
    },
  }
}
