/** What the policy changes in its own settings by itself: pauses that are over, clocks that were set, software that ran before it. */
import type { Override } from '../../shared/policy.ts'
import type { Clock } from '../system/clock.ts'
import { followClock } from '../system/clock-jump.ts'
import { armedIn } from './asks.ts'
import type { PolicyInputs } from './inputs.ts'
import type { LoopOptions } from './loop.ts'
import { isOver, moved, pruned } from './overrides.ts'

export interface Care {
  /** `uptimeMs`: runs while the machine sleeps; null: there is none, or it could not be read. */
  followWallClock(jumpless: { uptimeMs: number | null; steadyMs: number }): void
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
  /** Chosen once: where one reading fails, another clock would look like one that was set. */
  let followsUptime: boolean | null = null
  /** Of those that are kept, the ones that are over and need no telling any more; null: not looked yet. */
  let over: ReadonlySet<string> | null = null
  let hasArmed = !options.mayWrite

  return {
    /** "For 1 h" stays an hour where the clock is set; what is over is removed. */
    followWallClock({ uptimeMs, steadyMs }) {
      followsUptime ??= uptimeMs !== null
      const sleeplessMs = followsUptime ? uptimeMs : steadyMs
      if (sleeplessMs === null) return
      const at = clock.now()
      const jumpMs = wallClock.take({ at, steadyMs: sleeplessMs })
      const settings = options.settings()
      const { overrides } = settings
      const after = jumpMs === null ? overrides : moved(overrides, jumpMs)
      const now = pruned(after, at)
      if (!options.mayWrite) return
      const ended = after.filter((one) => isOver(one, at))
      // What was over before this start was told by the one before, or nobody was there.
      const isTold = ({ id, isFor }: Override): boolean => (over === null ? !isFor : over.has(id))
      const fresh = ended.filter((one) => !isTold(one))
      over = new Set(ended.map(({ id }) => id))
      for (const { kind, gpuId, programmeId } of fresh) {
        options.onEvents([{ at, id: 'policy-resumed', gpuId, programmeId, sentence: kind === 'pause' ? `A pause is over.${settings.isOn ? '' : ' Nothing is started by itself, as you switched that off.'}` : 'The time of "run now" is over.' }])
      }
      if (now !== overrides) options.keep({ ...settings, overrides: [...now] }, true)
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
