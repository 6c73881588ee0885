/** Next week's RENDER per 1,000 tier-2 OctaneBench-hours as a band that should hold four weeks in five; README.md gives the reasons. */

export interface PastWeek {
  /** Counts weeks from any beginning; gaps are weeks of which nothing is known. */
  week: number
  rate: number
}

export interface RateBand {
  low: number
  /** Median. */
  expected: number
  high: number
}

/** How much of this week's distance from the long-run level is left a week later: from "none" to "nearly all". */
const persistences = [0, 0.4, 0.7, 0.95]
/** Levels are tried at so many even steps, in logarithms, from the least to the greatest week seen. */
const levelSteps = 8
/** Scales of a week's surprise, in logarithms, that are tried: 2 % to a factor of thirteen. */
const scales = Array.from({ length: 13 }, (_, step) => 0.02 * 1.5 ** step)
/** What is believed of that scale before any week: about this, give or take a factor of 4.5. Half of the longer record's weeks moved by more than a factor of 1.46, the wildest by 6. */
const believedScale = 0.4
const believedWithin = 1.5
/** Spread of the logarithm over the longer record; with few weeks the level may lie that far outside them. */
const recordSpread = 0.74
/** A week counts this much less for each week that it lies back: not at all, half after 34, half after 7. */
const fadings = [1, 0.98, 0.9]
/** 9 % instead of 10 % on each side: a few weeks show less of what can happen than there is, and width costs little beside a miss. */
const tail = 0.09
/** With fewer weeks than these, the belief is held more firmly the fewer they are. */
const enoughWeeks = 6
/** Guesses less likely than this, beside the likeliest, move the band by less than anyone sees. */
const leastLikelihood = 1e-4
const leastLikelihoodLog = Math.log(leastLikelihood)
/** In scales: each guess has less than 0.1 % of its weeks beyond. */
const farOut = 10

/** All combinations as one fading sees them. */
interface Memory {
  fading: number
  /** How well each combination foretold the weeks, as far as they are remembered; logarithms. */
  heard: Float64Array
  /** What each counts after these weeks, adding up to `total`. */
  shares: Float64Array
  total: number
  /** Logarithm of how well all together, so weighted, foretold each week before it was heard. */
  merit: number
}

interface Guess {
  likelihood: number
  /** Where the week is expected, and the scale of its surprise, both in logarithms. */
  centre: number
  scale: number
}

/**
 * `past` in any order, one entry a week; `week`: the one to be predicted, after all of them. null: no week has a rate above 0.
 * Multiplying all rates by a number multiplies the band by it.
 */
export function predictBand(past: readonly PastWeek[], week: number): RateBand | null {
  const usable = past.filter((each) => Number.isFinite(each.rate) && each.rate > 0 && each.week < week).sort((a, b) => a.week - b.week)
  const weeks = usable.filter((each, index) => each.week !== usable[index + 1]?.week)
  const newest = weeks.at(-1)
  if (!newest) return null
  const logs = weeks.map((each) => Math.log(each.rate) - Math.log(newest.rate))
  const guesses = likely(judge(weeks.map((each) => each.week), logs, week - newest.week))
  const at = (share: number): number => newest.rate * Math.exp(quantile(guesses, share))
  return { low: at(tail), expected: at(0.5), high: at(1 - tail) }
}

/** Every combination of persistence, level and scale, with how well it would have foretold each week from the one before; each fading's view of them counts by how well that foretold the weeks. */
function judge(weeks: readonly number[], logs: readonly number[], ahead: number): Guess[] {
  const levels = levelsToTry(logs)
  const believed = beliefs(levels.length, logs.length)
  const memories = fadings.map((fading): Memory => ({ fading, heard: new Float64Array(believed.length), shares: new Float64Array(believed.length), total: 0, merit: 0 }))
  const densities = new Float64Array(believed.length)
  const logDensities = new Float64Array(believed.length)
  for (const memory of memories) hear(memory, believed, logDensities, 0)
  for (let index = 1; index < logs.length; index++) {
    const passed = (weeks[index] ?? 0) - (weeks[index - 1] ?? 0)
    foretell(levels, logs[index - 1] ?? 0, logs[index] ?? 0, passed, densities, logDensities)
    for (const memory of memories) {
      memory.merit += Math.log(foreseen(memory, densities))
      hear(memory, believed, logDensities, passed)
    }
  }
  const newestLog = logs.at(-1) ?? 0
  const best = Math.max(...memories.map((memory) => memory.merit))
  const likelihood = (each: number): number => memories.reduce((sum, { merit, shares, total }) => sum + (Math.exp(merit - best) / total) * (shares[each] ?? 0), 0)
  let each = 0
  return persistences.flatMap((persistence) => {
    const { left, spread } = stepOver(persistence, ahead)
    return levels.flatMap((level) => scales.map((scale) => ({ likelihood: likelihood(each++), centre: level + left * (newestLog - level), scale: scale * spread })))
  })
}

/** Before any week, as logarithms, in the order persistence, level, scale. */
function beliefs(levels: number, weeks: number): Float64Array {
  const within = believedWithin * Math.min(1, weeks / enoughWeeks) ** 2
  const ofScale = scales.map((scale) => -0.5 * (Math.log(scale / believedScale) / within) ** 2)
  return Float64Array.from({ length: persistences.length * levels * scales.length }, (_, index) => ofScale[index % scales.length] ?? 0)
}

/** Student's t with four degrees of freedom: one week of a factor of three must not spoil what calm weeks told. Writes how densely each combination expected `now`. */
function foretell(levels: readonly number[], before: number, now: number, passed: number, densities: Float64Array, logDensities: Float64Array): void {
  let each = 0
  for (const persistence of persistences) {
    // Over a gap the pull to the level works longer, and the surprises of the silent weeks add up.
    const { left, spread } = stepOver(persistence, passed)
    for (const level of levels) {
      const surprise = (now - level - left * (before - level)) / spread
      const quarter = (surprise * surprise) / 4
      for (const scale of scales) {
        const beside = 1 + quarter / (scale * scale)
        const density = 1 / (beside * beside * Math.sqrt(beside) * scale * spread)
        densities[each] = density
        logDensities[each++] = Math.log(density)
      }
    }
  }
}

function foreseen({ shares, total }: Memory, densities: Float64Array): number {
  let sum = 0
  for (let each = 0; each < shares.length; each++) sum += (shares[each] ?? 0) * (densities[each] ?? 0)
  return sum / total
}

/** Takes a week in and weighs all combinations anew; the unlikeliest get 0. */
function hear(memory: Memory, believed: Float64Array, logDensities: Float64Array, passed: number): void {
  const { heard, shares } = memory
  const kept = memory.fading ** passed
  let best = -Infinity
  for (let each = 0; each < heard.length; each++) {
    const sum = kept * (heard[each] ?? 0) + (logDensities[each] ?? 0)
    heard[each] = sum
    const log = sum + (believed[each] ?? 0)
    shares[each] = log
    if (log > best) best = log
  }
  let total = 0
  for (let each = 0; each < shares.length; each++) {
    const behind = (shares[each] ?? 0) - best
    if (behind < leastLikelihoodLog) shares[each] = 0
    else total += shares[each] = Math.exp(behind)
  }
  memory.total = total
}

function stepOver(persistence: number, weeks: number): { left: number; spread: number } {
  const left = persistence ** weeks
  return { left, spread: Math.sqrt((1 - left * left) / (1 - persistence * persistence)) }
}

function levelsToTry(logs: readonly number[]): number[] {
  const beyond = Math.max(0, recordSpread * (1 / logs.length - 1 / enoughWeeks))
  const least = Math.min(...logs) - beyond
  const greatest = Math.max(...logs) + beyond
  return Array.from({ length: levelSteps + 1 }, (_, step) => least + ((greatest - least) * step) / levelSteps)
}

function likely(guesses: readonly Guess[]): Guess[] {
  const best = guesses.reduce((most, guess) => Math.max(most, guess.likelihood), 0)
  const kept = guesses.filter((guess) => guess.likelihood > leastLikelihood * best)
  const total = kept.reduce((sum, guess) => sum + guess.likelihood, 0)
  return kept.map((guess) => ({ ...guess, likelihood: guess.likelihood / total }))
}

/** Of all guesses together, each with its weight, by bisection. */
function quantile(guesses: readonly Guess[], share: number): number {
  let below = Math.min(...guesses.map(({ centre, scale }) => centre - farOut * scale))
  let above = Math.max(...guesses.map(({ centre, scale }) => centre + farOut * scale))
  for (let round = 0; round < 30; round++) {
    const middle = (below + above) / 2
    let under = 0
    for (const { likelihood, centre, scale } of guesses) under += likelihood * shareBelow((middle - centre) / scale)
    if (under < share) below = middle
    else above = middle
  }
  return (below + above) / 2
}

/** Distribution function of Student's t with four degrees of freedom. */
function shareBelow(t: number): number {
  const spread = 1 + (t * t) / 4
  return 0.5 + ((0.375 * t) / Math.sqrt(spread)) * (1 - (t * t) / (12 * spread))
}
