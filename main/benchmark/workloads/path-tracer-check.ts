/** Whether what the path tracer saw is right: single paths followed again here, and the brightness of the image's parts. Pure. */
import { followPath, imageEdge } from './path-tracer-scene.ts'

/**
 * Mean brightness of the 4 x 4 parts of the image, from 160 samples a pixel of `followPath`; and how much a single path differs
 * from it (standard deviation). Taken on 2026-11-23.
 */
export const partBrightness = [
  0.1523, 1.3994, 1.503, 0.1595,
  0.1661, 0.3074, 0.2953, 0.1426,
  0.1649, 0.3531, 0.18, 0.1079,
  0.1194, 0.2054, 0.1488, 0.1091,
]
export const partDeviation = [
  0.539, 2.517, 2.572, 0.555,
  0.568, 0.948, 0.943, 0.496,
  0.610, 1.188, 0.720, 0.457,
  0.520, 0.784, 0.639, 0.504,
]

/** Parts across and down. */
const parts = 4
/** Work-items whose paths are followed again, and how many paths in all: enough to see a wrong one, and quick. */
const followedItems = { least: 6, most: 48 }
const followedPaths = 20_000

/** `sums`: light (three) and depth of the first hit of each work-item, over all samples. null: right. */
export function checkImage(sums: Float32Array, samples: number): string | null {
  return checkPaths(sums, samples) ?? checkBrightness(sums, samples)
}

function checkPaths(sums: Float32Array, samples: number): string | null {
  const followed = Math.min(followedItems.most, Math.floor(followedPaths / samples))
  // So many samples leave only the brightness to be looked at; the first, short launch has been followed.
  if (followed < followedItems.least) return null
  const items = sums.length / 4
  // A ray that grazes an edge may pass it or not, by the last bit; in single precision few do.
  const mayDiffer = { depth: Math.ceil(followed / 16), light: Math.ceil(followed / 4) }
  let depthDiffers = 0
  let lightDiffers = 0
  let told = ''
  for (let n = 0; n < followed; n++) {
    // Spread over all items, at no even distance.
    const item = Math.floor(((n + 0.37) / followed) * items)
    const [light, depth] = followItem(item, samples)
    const gotDepth = sums[item * 4 + 3] as number
    if (!(Math.abs(gotDepth - depth) <= 2e-3 * depth)) {
      depthDiffers += 1
      told ||= `the first rays of work-item ${item} go ${gotDepth.toPrecision(6)} in all where ${depth.toPrecision(6)} is right`
    }
    const gotLight = (sums[item * 4] as number) + (sums[item * 4 + 1] as number) + (sums[item * 4 + 2] as number)
    if (!(Math.abs(gotLight - light) <= 0.01 * light + 1e-3)) lightDiffers += 1
  }
  if (depthDiffers > mayDiffer.depth) return told
  // Later rays part company once a rounding has been magnified by a few spheres: over many samples every sum differs a little.
  if (samples <= 2 && lightDiffers > mayDiffer.light) return `${lightDiffers} of ${followed} paths end with another light than the same paths followed by the processor`
  return null
}

function followItem(item: number, samples: number): [light: number, depth: number] {
  let light = 0
  let depth = 0
  for (let sample = 0; sample < samples; sample++) {
    const path = followPath(item, sample)
    light += path.light[0] + path.light[1] + path.light[2]
    depth += path.depth
  }
  return [light, depth]
}

function checkBrightness(sums: Float32Array, samples: number): string | null {
  const brightness = brightnessOf(sums, samples)
  const pathsPerPart = ((sums.length / 4) * samples) / parts ** 2
  for (let part = 0; part < parts ** 2; part++) {
    const right = partBrightness[part] as number
    const got = brightness[part] as number
    // Six deviations of the mean, and what the reference itself and single precision may be off.
    const tolerance = (6 * (partDeviation[part] as number)) / Math.sqrt(pathsPerPart) + 0.02 * right
    if (!(Math.abs(got - right) <= tolerance)) return `part ${part + 1} of ${parts ** 2} of the image is ${got.toPrecision(4)} bright where ${right.toPrecision(4)} is right`
  }
  return null
}

/** Mean brightness of the parts of the image, row by row. Pure. */
export function brightnessOf(sums: Float32Array, samples: number): Float64Array {
  const brightness = new Float64Array(parts ** 2)
  const items = sums.length / 4
  const edge = imageEdge / parts
  for (let item = 0; item < items; item++) {
    const pixel = item % (imageEdge * imageEdge)
    const part = Math.floor(Math.floor(pixel / imageEdge) / edge) * parts + Math.floor((pixel % imageEdge) / edge)
    brightness[part] = (brightness[part] as number) + (sums[item * 4] as number) + (sums[item * 4 + 1] as number) + (sums[item * 4 + 2] as number)
  }
  return brightness.map((sum) => sum / (3 * (items / parts ** 2) * samples))
}
