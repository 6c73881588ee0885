/** Sleep on macOS. A person types `pmset sleepnow` and `sudo pmset schedule wake "11/24/26 02:58:00"`. */
import { NotPossible } from '../system/not-possible.ts'
import { isFromElsewhere, type SleepOptions, type SleepWays } from './sleep.ts'

const timeoutMs = 10_000

/** `isRoot`: left out, as this process is. */
export function macSleep({ source, clock }: SleepOptions, isRoot: boolean = process.getuid?.() === 0): SleepWays {
  async function pmset(...args: string[]): Promise<string | null> {
    const answer = await source.run('pmset', args, { timeoutMs })
    if (answer.kind === 'done' && answer.exitCode === 0) return null
    return answer.kind === 'done' ? (answer.stderr || answer.stdout).trim().slice(0, 200) : answer.kind === 'failed' ? answer.message : 'pmset did not answer'
  }
  return {
    can: async () => ({ sleeps: true, wakes: isRoot, sentence: `The machine can be put to sleep. ${isRoot ? 'Its clock can wake it.' : 'Having it wake at a time needs an administrator on macOS, so Idlewatt leaves it awake where it would have to.'}` }),
    async isUsedFromElsewhere() {
      const answer = await source.run('who', [], { timeoutMs })
      return answer.kind === 'done' && answer.exitCode === 0 ? isFromElsewhere(answer.stdout) : null
    },
    async setAlarm(inMs) {
      if (!isRoot) throw new NotPossible('The machine stays awake, since on macOS only an administrator may have it wake at a time.')
      const when = pmsetTime(new Date(clock.now() + inMs))
      const refused = await pmset('schedule', 'wake', when)
      if (refused !== null) throw new NotPossible(`The machine stays awake, since macOS did not take the time at which it is to wake: ${refused}.`)
      return async () => void (await pmset('schedule', 'cancel', 'wake', when))
    },
    async sleep() {
      const refused = await pmset('sleepnow')
      if (refused !== null) throw new NotPossible(`macOS did not put the machine to sleep: ${refused}.`)
      // The alarm must outlast the way to sleep; this timer stands still on the way, and goes on after it.
      await new Promise<void>((done) => void clock.after(60_000, done))
    },
  }
}

/** "MM/dd/yy HH:mm:ss" in local time, as pmset takes it. Pure. */
export function pmsetTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(at.getMonth() + 1)}/${two(at.getDate())}/${two(at.getFullYear() % 100)} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}
