/** A machine that can be put to sleep in a test: it answers what it is asked, and while it sleeps its uptime goes on and our clock does not. */
import { expect, vi } from 'vitest'
import type { Sleep, SleepOptions } from '../../main/policy/sleep.ts'
import { createLog } from '../../main/system/log.ts'
import type { CommandResult, MachineSource } from '../../main/system/machine-source.ts'
import { handClock, type HandClock } from './clocks.ts'

const log = createLog('silent', () => {})
export const hourMs = 3_600_000

export const done = (stdout = ''): CommandResult => ({ kind: 'done', exitCode: 0, stdout, stderr: '' })
export const refused = (stderr: string): CommandResult => ({ kind: 'done', exitCode: 1, stdout: '', stderr })
export const list = 'loginctl list-sessions --no-legend --no-pager'
export const busctl = 'busctl --system --timeout=5 call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager'

export interface SleepWorld {
  clock: HandClock
  /** Command lines, in their order. */
  asked: string[]
  source: MachineSource
  options: SleepOptions
  steadyMs(): number
}

/** A machine that sleeps for `sleepsMs` as soon as logind is asked to: its uptime goes on, our steady clock does not. */
export function world(over: { answers?: Record<string, CommandResult>; sleepsMs?: number; platform?: MachineSource['platform']; recorded?: string } = {}): SleepWorld {
  const clock: HandClock = handClock()
  const asked: string[] = []
  let slept = 0
  const answers: Record<string, CommandResult> = { [`${busctl} CanSuspend`]: done('s "yes"\n'), [`${busctl} Suspend b false`]: done(''), who: done(''), ...over.answers }
  const source = {
    platform: over.platform ?? 'linux',
    recorded: over.recorded ?? null,
    async run(program: string, args: string[]): Promise<CommandResult> {
      const line = [program, ...args].join(' ')
      asked.push(line)
      const answer = answers[line] ?? { kind: 'not-found' }
      if (line.includes(' Suspend ') && answer.kind === 'done' && answer.exitCode === 0) slept += over.sleepsMs ?? hourMs
      return answer
    },
    readFile: async (path: string) => (path === '/proc/uptime' ? `${(5_000_000 + clock.now() - start + slept) / 1000} 1.0\n` : null),
  } as unknown as MachineSource
  const start = clock.now()
  return { clock, asked, source, options: { source, clock, log }, steadyMs: () => clock.now() - start }
}

/** Runs to its end; the clock goes on only while something waits for it. */
export async function run(sleep: Sleep, wakeAt: number | null, clock: HandClock): Promise<unknown> {
  let result: unknown = null
  void sleep.sleepUntil(wakeAt).then(() => (result = 'awake'), (error: unknown) => (result = error))
  while (result === null) {
    await vi.waitFor(() => expect(result !== null || clock.pending() > 0).toBe(true), { interval: 1, timeout: 10_000 })
    if (result === null) await clock.advance(1_000)
  }
  return result
}
