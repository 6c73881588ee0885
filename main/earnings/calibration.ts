/** Finds how wall power follows from a card's own reading, from a meter read beside it. Pure. */
import { NotPossible } from '../system/not-possible.ts'

export interface PowerPair {
  /** What the cards report together, W. */
  gpuW: number
  /** What the meter shows at that time, W. */
  wallW: number
}

export interface Calibration {
  factor: number
  offsetW: number
  /** What was found and how well it fits, for the user. */
  sentence: string
}

/** As the settings take them. */
const factorRange = { least: 0.5, most: 3 }
const offsetRange = { least: -500, most: 2000 }
/** Below this a card's own reading is mostly error. */
const leastSingleW = 30
/** Loads this close cannot tell what follows the card from what is always there. */
const leastSpreadW = 10
/** A meter and a driver average over different moments. */
const toleranceW = 5

/** One pair gives a factor, two or more a straight line through them (least squares). Throws NotPossible with the sentence that says why not. */
export function calibrate(pairs: readonly PowerPair[]): Calibration {
  if (pairs.length === 0) throw new NotPossible('Calibrating needs at least one reading of the meter beside one of the card.')
  for (const { gpuW, wallW } of pairs) {
    if (!Number.isFinite(gpuW) || !Number.isFinite(wallW) || gpuW < 0 || wallW < 0) throw new NotPossible('A power reading is a number of watts, 0 or more.')
    if (wallW < gpuW - toleranceW) throw new NotPossible(`The meter shows ${watts(wallW)} where the cards alone draw ${watts(gpuW)}: it measures something else, or the two are the wrong way round.`)
  }
  const [first] = pairs
  return pairs.length === 1 && first ? fromOne(first) : fromSeveral(pairs)
}

function fromOne({ gpuW, wallW }: PowerPair): Calibration {
  if (gpuW < leastSingleW) throw new NotPossible(`One reading at ${watts(gpuW)} says too little. Read both while the card works (${leastSingleW} W or more), or add a second pair.`)
  const factor = wallW / gpuW
  checkFactor(factor)
  return rounded(factor, 0, `The wall draws ${times(factor)} of what the cards report. From one reading everything is laid on the cards; a second one, at another load, tells what the rest of the machine draws.`)
}

function fromSeveral(pairs: readonly PowerPair[]): Calibration {
  const count = pairs.length
  const meanGpu = pairs.reduce((sum, one) => sum + one.gpuW, 0) / count
  const meanWall = pairs.reduce((sum, one) => sum + one.wallW, 0) / count
  const loads = pairs.map(({ gpuW }) => gpuW)
  if (Math.max(...loads) - Math.min(...loads) < leastSpreadW) throw new NotPossible('All readings were taken at about the same load. Take one while the card waits and one while it works.')
  const factor = pairs.reduce((sum, one) => sum + (one.gpuW - meanGpu) * (one.wallW - meanWall), 0) / pairs.reduce((sum, one) => sum + (one.gpuW - meanGpu) ** 2, 0)
  checkFactor(factor)
  const offsetW = meanWall - factor * meanGpu
  if (offsetW < offsetRange.least || offsetW > offsetRange.most) throw new NotPossible(`These readings would add ${watts(offsetW)} at no load, which cannot be. Please check them.`)
  const residualW = Math.max(...pairs.map((one) => Math.abs(one.wallW - factor * one.gpuW - offsetW)))
  const rest = offsetW >= 0 ? `plus ${watts(offsetW)}` : `less ${watts(-offsetW)}`
  const fit = count === 2 ? 'Two readings always fit a line; a third would show how well.' : `The readings lie up to ${watts(residualW)} off that line.`
  return rounded(factor, offsetW, `The wall draws ${times(factor)} of what the cards report, ${rest}. ${fit}`)
}

function checkFactor(factor: number): void {
  if (!(factor >= factorRange.least && factor <= factorRange.most)) {
    throw new NotPossible(`These readings would make the wall draw ${times(factor)} of what the cards report; between ${factorRange.least} and ${factorRange.most} times can be true. Nothing was changed.`)
  }
}

function rounded(factor: number, offsetW: number, sentence: string): Calibration {
  return { factor: Number(factor.toPrecision(4)), offsetW: Math.round(offsetW * 10) / 10, sentence }
}

function watts(value: number): string {
  return `${Math.round(value)} W`
}

function times(factor: number): string {
  return `${Number(factor.toPrecision(3))} times`
}
