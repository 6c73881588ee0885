/** What the policy's loop stands on: senses, deciding, keeping awake and sleep. Handed in, so that a test can end the world elsewhere. */
import { readFileSync } from 'node:fs'
import type { Decision, Simulation } from '../../shared/policy-state.ts'
import { decide, explain } from './decide.ts'
import type { PolicyInputs } from './inputs.ts'
import { createKeepAwake, type KeepAwake, type KeepAwakeOptions } from './keep-awake.ts'
import { createSenses, type Senses, type SensesOptions } from './senses.ts'
import { createSleep, type Sleep, type SleepOptions } from './sleep.ts'
import { sleepPlan } from './sleep-plan.ts'
import { weekOutlook } from './week.ts'

export interface PolicyLayers {
  decide: typeof decide
  explain: typeof explain
  createSenses(options: SensesOptions): Senses
  createKeepAwake(options: KeepAwakeOptions): KeepAwake
  createSleep(options: SleepOptions): Sleep
  /** Whether the machine is to sleep now, and when it is to wake; null: it is not. */
  sleepPlan(inputs: PolicyInputs, decisions: Decision[]): { wakeAt: number | null; because: string } | null
  week: typeof weekOutlook
  /** Throws NotPossible for a trace that is none. */
  simulate(question: { trace: string; from?: number | undefined; to?: number | undefined }): Promise<Simulation>
  /** ms of a clock that also runs while the machine sleeps, so that a sleep is told from a clock that was set; null: none here. */
  uptimeMs(): number | null
}

export const realLayers: PolicyLayers = {
  decide,
  explain,
  createSenses,
  createKeepAwake,
  createSleep: (options) => createSleep(options),
  sleepPlan,
  week: weekOutlook,
  simulate: async (question) => (await import('./simulate-question.ts')).simulateQuestion(question),
  uptimeMs: bootTimeMs,
}

/** Linux: its monotonic clock, and so ours, stands still while the machine sleeps; this one does not. */
function bootTimeMs(): number | null {
  if (process.platform !== 'linux') return null
  try {
    const seconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
    return Number.isFinite(seconds) ? seconds * 1000 : null
  } catch {
    return null
  }
}
