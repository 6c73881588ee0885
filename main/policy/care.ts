/** What the policy changes in its own settings by itself: pauses that are over, clocks that were set, software that ran before it. */
import type { Clock } from '../system/clock.ts'
import { followClock } from '../system/clock-jump.ts'
import { armedIn } from './asks.ts'
import type { PolicyInputs } from './inputs.ts'
import type { LoopOptions } from './loop.ts'
import { moved, pruned } from './overrides.ts'

export interface Care {
  /** `sleeplessMs`: a clock that never jumps, and runs while the machine sleeps where there is one. */
  followWallClock(sleeplessMs: number): void
  /** True: something was armed, so that it is to be decided again. Once. */
  armAdopted(inputs: PolicyInputs): boolean
  hasArmedAdopted(): boolean
}

export interface CareOptions extends Pick<LoopOptions, 'settings' | 'keep' | 'known' | 'onEvents'> {
  clock: Clock
  /** False: nothing is written, as for a recorded machine or a command that ends at once. */
  mayWrite: boolean
}

export function createCare(options: CareOptions): Care {
  const { clock } = options
  const wallClock = followClock()
  let hasArmed = !options.mayWrite

  return {
    /** "For 1 h" stays an hour where the clock is set; what is over is removed. */
    followWallClock(sleeplessMs) {
      const at = clock.now()
      const jumpMs = wallClock.take({ at, steadyMs: sleeplessMs })
      const settings = options.settings()
      const { overrides } = settings
      const now = pruned(jumpMs === null ? overrides : moved(overrides, jumpMs), at)
      if (now === overrides || !options.mayWrite) return
      for (const { kind, gpuId, programmeId } of overrides.filter((old) => !now.some(({ id }) => id === old.id))) {
        options.onEvents([{ at, id: 'policy-resumed', gpuId, programmeId, sentence: kind === 'pause' ? `A pause is over.${settings.isOn ? '' : ' Nothing is started by itself, as you switched that off.'}` : 'The time of "run now" is over.' }])
      }
      options.keep({ ...settings, overrides: [...now] }, true)
    },
    /** Software that ran before there was a policy, or before its settings were lost: whoever started it wanted it to run. */
    armAdopted({ programmes, settings }) {
      if (hasArmed) return false
      hasArmed = true
      const adopted = programmes.filter(({ programmeId, kind, phase }) => kind === 'managed' && settings.programmes[programmeId] === undefined && (phase === 'starting' || phase === 'running' || phase === 'waiting'))
      for (const { programmeId } of adopted) {
        const { settings: wanted, event } = armedIn(options.settings(), programmeId, '', false, options.known())
        options.keep(wanted, true)
        if (event !== null) options.onEvents([{ at: clock.now(), ...event }])
      }
      return adopted.length > 0
    },
    hasArmedAdopted: () => hasArmed,
  }
}
