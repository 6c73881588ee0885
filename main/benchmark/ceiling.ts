/** The temperatures at which measuring stops. Pure. */
import type { Gpu } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'

/** The default: so far under the point at which the card slows itself down. */
const belowLimitC = 3
/** Where a card tells no such point. */
export const usualCeilingC = 84
/** Of the hottest spot of the chip where no limit is told: makers let it reach 105 to 110 °C. */
export const usualHotspotCeilingC = 105
/** Firmware gives 0 or absurd figures where it has no limit: no card slows down at a temperature it has at rest. */
const believable = { least: 60, most: 150 }

interface Bound {
  atC: number
  /** "the ceiling that was chosen for this run", "3 °C under the point at which the card slows itself down". */
  words: string
}

export interface Ceiling {
  coreC: number
  words: string
  hotspot: Bound
  /** null: the card tells no limit for its memory. */
  memoryC: number | null
}

export function ceilingOf(gpu: Pick<Gpu, 'temperatureLimits'>, asked: number | undefined): Ceiling {
  const limits = gpu.temperatureLimits
  const slowdownC = believableLimit(limits?.slowdownC)
  const hotspotC = believableLimit(limits?.hotspotC)
  const memoryLimitC = believableLimit(limits?.memoryC)
  const core = coreOf(slowdownC, asked)
  return {
    coreC: core.atC,
    words: core.words,
    hotspot: hotspotC === null ? { atC: usualHotspotCeilingC, words: 'the usual ceiling of a chip’s hottest spot' } : { atC: hotspotC - belowLimitC, words: `${belowLimitC} °C under its limit` },
    memoryC: memoryLimitC === null ? null : memoryLimitC - belowLimitC,
  }
}

function coreOf(slowdownC: number | null, asked: number | undefined): Bound {
  // Beyond that point the figures would be those of a card that holds itself back.
  if (asked !== undefined && slowdownC !== null && asked > slowdownC) return { atC: slowdownC, words: `the point at which the card slows itself down (the ${asked} °C that were chosen lie above it)` }
  if (asked !== undefined) return { atC: asked, words: 'the ceiling that was chosen for this run' }
  if (slowdownC === null) return { atC: usualCeilingC, words: 'the usual ceiling for a card that does not tell its own' }
  return { atC: slowdownC - belowLimitC, words: `${belowLimitC} °C under the point at which the card slows itself down` }
}

/** null: none was told, or one that cannot be. */
export function believableLimit(limitC: number | null | undefined): number | null {
  return limitC != null && limitC >= believable.least && limitC <= believable.most ? limitC : null
}

type Heat = Pick<GpuSample, 'temperatureC' | 'memoryC'> & Partial<Pick<GpuSample, 'hotspotC'>>

/** What is at its ceiling; null: nothing is, or nothing is readable. */
function hottest(sample: Heat, ceiling: Ceiling): { what: 'core' | 'hotspot' | 'memory'; isC: number; atC: number; words: string } | null {
  const { temperatureC, memoryC } = sample
  const hotspotC = sample.hotspotC ?? null
  if (temperatureC !== null && temperatureC >= ceiling.coreC) return { what: 'core', isC: temperatureC, atC: ceiling.coreC, words: ceiling.words }
  if (hotspotC !== null && hotspotC >= ceiling.hotspot.atC) return { what: 'hotspot', isC: hotspotC, ...ceiling.hotspot }
  if (memoryC !== null && ceiling.memoryC !== null && memoryC >= ceiling.memoryC) return { what: 'memory', isC: memoryC, atC: ceiling.memoryC, words: `${belowLimitC} °C under its limit` }
  return null
}

const advice = 'fans, dust and the air around the card'

/** Why this sample ends the work; null: it does not. */
export function tooHot(sample: Heat, ceiling: Ceiling): string | null {
  const heat = hottest(sample, ceiling)
  if (heat === null) return null
  const [is, at] = [Math.round(heat.isC), Math.round(heat.atC)]
  if (heat.what === 'core') return `Stopped at ${is} °C: the ceiling is ${at} °C, ${heat.words}. Look at ${advice}.`
  return `Stopped because ${heat.what === 'memory' ? 'the card’s memory' : 'the hottest spot of the chip'} reached ${is} °C: its ceiling is ${at} °C, ${heat.words}. Look at ${advice}.`
}

/** Why work is not begun; null: the card is cool enough. */
export function tooHotToStart(name: string, sample: Heat, ceiling: Ceiling): string | null {
  const heat = hottest(sample, ceiling)
  if (heat === null) return null
  const [is, at] = [Math.round(heat.isC), Math.round(heat.atC)]
  const who = { core: name, hotspot: `The hottest spot of ${name}`, memory: `The memory of ${name}` }[heat.what]
  return `${who} is at ${is} °C before it does anything, and measuring would stop at ${at} °C at once: ${heat.words}. It may start once that is below ${at} °C. Let it cool down; if it stays so hot at rest, look at ${advice}.`
}
