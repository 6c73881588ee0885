/** Starting at boot: which system does it here, what it would change, and how it does. */
import { NotPossible } from '../system/not-possible.ts'
import { launchdOf } from './launchd.ts'
import type { BootPlace, BootSystem } from './plan.ts'
import { systemdOf } from './systemd.ts'
import { windowsTasksOf } from './windows-task.ts'

export { carryOut, commandText, type BootPlace, type BootStatus, type BootSystem, type Plan, type Step } from './plan.ts'

/** Throws NotPossible on a system that none of them serves. */
export function bootSystemOf(place: BootPlace): BootSystem {
  if (place.platform === 'linux') return systemdOf(place)
  if (place.platform === 'win32') return windowsTasksOf(place)
  if (place.platform === 'darwin') return launchdOf(place)
  throw new NotPossible(`Idlewatt does not know how ${place.platform} starts programs at boot. Have it run \`idlewatt serve --no-open\`.`)
}
