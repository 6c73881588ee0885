/** The oldest NVIDIA driver that is of use, from `resources/driver-floor.json` with its source. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform, Problem } from '../../shared/machine.ts'
import { driverTooOld } from './nvidia/problems.ts'

interface FloorFile {
  nvidia: { floors: Record<string, string>; why: string }
}

/** null: new enough, or its version cannot be read. Windows and Linux number the same branch differently. */
export function driverAgeProblem(resourcesFolder: string, platform: Platform, version: string | null): Problem | null {
  if (version === null || !/^\d+(\.\d+)+$/.test(version)) return null
  const { floors, why } = (JSON.parse(readFileSync(join(resourcesFolder, 'driver-floor.json'), 'utf8')) as FloorFile).nvidia
  const floor = floors[platform] ?? floors['linux']
  return floor !== undefined && isOlder(version, floor) ? driverTooOld(version, floor, why) : null
}

function isOlder(version: string, floor: string): boolean {
  const left = version.split('.').map(Number)
  const right = floor.split('.').map(Number)
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
