/**
 * How long a launch may take and how big it therefore is. Pure.
 * A Windows display driver resets the card after 2 s; a launch far below that also lets a desktop on the card breathe.
 */

export const launchMs = { least: 50, aim: 100, most: 200 } as const
/** A size may grow this much per step: a launch that is felt to be short stays far below the reset time at the next size. */
const growAtMost = 8

/**
 * The next size to try after `size` took `tookMs`; the same size: calibrated.
 * `most` is the largest size that exists. Sizes are whole numbers from 1.
 */
export function nextSize(size: number, tookMs: number, most: number): number {
  const tooShort = tookMs < launchMs.least && size < most
  const tooLong = tookMs > launchMs.most && size > 1
  if (!tooShort && !tooLong) return size
  const factor = Math.min(growAtMost, launchMs.aim / Math.max(tookMs, 0.001))
  const wanted = Math.min(most, Math.max(1, Math.round(size * factor)))
  // Rounding must not make it stand still while it is off.
  if (wanted === size) return tooShort ? Math.min(most, size + 1) : size - 1
  return wanted
}
