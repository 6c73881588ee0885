/** What starting at boot changes on a machine: a plan that is shown before it is carried out, step by step. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileErrorWords } from '../system/file-errors.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { NotPossible } from '../system/not-possible.ts'

export type BootSystemId = 'systemd' | 'task-scheduler' | 'launchd'

export type Step =
  /** `encoding`: Task Scheduler wants UTF-16 with a mark. */
  | { do: 'write'; path: string; text: string; encoding: 'utf-8' | 'utf-16'; replaces: boolean; why: string }
  | { do: 'delete'; path: string; why: string }
  /** `mayFail`: the rest is carried out all the same, and the failure is said. */
  | { do: 'run'; program: string; args: string[]; mayFail: boolean; why: string }

export interface Plan {
  system: BootSystemId
  what: 'install' | 'remove'
  steps: Step[]
  /** What a person should know before saying yes, a sentence each. */
  notes: string[]
  /** Why it cannot be carried out here and now; null: it can. What would be done is shown all the same. */
  obstacle: string | null
}

export interface BootStatus {
  system: BootSystemId
  isInstalled: boolean
  /** The file or task; null: nothing is there. */
  where: string | null
  /** Program and arguments that it starts; null: not installed, or not ours and not readable. */
  call: string[] | null
  /** null: could not be told. `never`: it is there, but switched off. */
  startsAt: 'boot' | 'login' | 'never' | null
  isRunning: boolean | null
  pid: number | null
  /** What is wrong or worth knowing, a sentence each. */
  problems: string[]
}

/** What starts a program for this user on one kind of system. All reject with NotPossible where the system will not do it. */
export interface BootSystem {
  id: BootSystemId
  /** "systemd, for your user". */
  title: string
  /** `call`: program and arguments, all absolute. */
  planInstall(call: string[]): Promise<Plan>
  /** null: nothing of ours is there. */
  planRemove(): Promise<Plan | null>
  status(): Promise<BootStatus>
}

/** The machine as a boot system sees it; tests hand in another. */
export interface BootPlace {
  platform: string
  env: Record<string, string | undefined>
  /** null: this user has none. */
  home: string | null
  /** null: Windows. */
  uid: number | null
  userName: string
  run: MachineSource['run']
}

/** Stands in everything that `service install` makes, so that `service remove` touches nothing else. */
export const ownMark = 'Made by "idlewatt service install"'

export const stepTimeoutMs = 30_000

/** The words of a call that no file may hold: a line break would begin another setting. */
export function refuseControlCharacters(call: readonly string[]): void {
  const bad = call.find((word) => /[\u0000-\u001f\u007f]/.test(word))
  if (bad !== undefined) throw new NotPossible(`A path with a line break or another control character in it cannot be started at boot: ${JSON.stringify(bad)}.`)
}

export function runStep(program: string, args: string[], mayFail: boolean, why: string): Step {
  return { do: 'run', program, args, mayFail, why }
}

/** Carries the steps out in order. Gives the failures that do not matter; throws NotPossible at the first one that does. */
export async function carryOut(plan: Plan, run: MachineSource['run']): Promise<string[]> {
  if (plan.obstacle !== null) throw new NotPossible(plan.obstacle)
  const failures: string[] = []
  for (const step of plan.steps) {
    const failure = await take(step, run)
    if (failure === null) continue
    if (step.do !== 'run' || !step.mayFail) throw new NotPossible(failure)
    failures.push(failure)
  }
  return failures
}

async function take(step: Step, run: MachineSource['run']): Promise<string | null> {
  if (step.do === 'run') {
    const result = await run(step.program, step.args, { timeoutMs: stepTimeoutMs })
    if (result.kind === 'done' && result.exitCode === 0) return null
    return `${commandText(step)} did not work: ${resultWords(result)}.`
  }
  try {
    if (step.do === 'delete') rmSync(step.path, { force: true })
    else writeWhole(step.path, step.encoding === 'utf-16' ? Buffer.from(`\uFEFF${step.text}`, 'utf16le') : Buffer.from(step.text))
    return null
  } catch (error) {
    return `${step.path} could not be ${step.do === 'delete' ? 'removed' : 'written'}: ${fileErrorWords(error)}.`
  }
}

/** Beside and moved over: half a unit file would be worse than none. */
function writeWhole(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  const fresh = `${path}.new-${process.pid}`
  try {
    writeFileSync(fresh, bytes, { mode: 0o644 })
    chmodSync(fresh, 0o644)
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

/** Why a program did not do what it should, for after a colon. */
export function resultWords(result: Awaited<ReturnType<MachineSource['run']>>): string {
  if (result.kind === 'not-found') return 'it is not on this machine'
  if (result.kind === 'timed-out') return `it did not end within ${Math.round(result.afterMs / 1000)} s`
  if (result.kind === 'failed') return result.message
  const said = `${result.stderr}\n${result.stdout}`.split('\n').map((line) => line.replaceAll('\0', '').trim()).find((line) => line !== '')
  return said === undefined ? `exit code ${result.exitCode}` : said.replace(/[.\s]+$/, '')
}

/** As one would type it. */
export function commandText({ program, args }: { program: string; args: string[] }): string {
  return [program, ...args].map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/(["\\$`])/g, '\\$1')}"`)).join(' ')
}
