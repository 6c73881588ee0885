/** Makes values that may be unknown, and asks the system with a reason where it does not answer. */
import type { Known } from '../../../shared/preflight.ts'
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'

export function known<T>(value: T): Known<T> {
  return { value, why: null }
}

export function notKnown(why: string): { value: null; why: string } {
  return { value: null, why }
}

/** A program's answer as text, or why there is none. `decode`: some tools of Windows print UTF-16, which arrives with zeros between. */
export async function said(source: MachineSource, program: string, args: string[], options: { timeoutMs: number; signal?: AbortSignal; anyExit?: boolean }): Promise<Known<string>> {
  const { anyExit, ...limits } = options
  const answer = await source.run(program, args, limits)
  if (answer.kind === 'done' && (answer.exitCode === 0 || anyExit === true)) return known(answer.stdout.replaceAll('\0', ''))
  return notKnown(commandWords(program, answer))
}

export function commandWords(program: string, answer: CommandResult): string {
  if (answer.kind === 'not-found') return `${program} is not installed.`
  if (answer.kind === 'timed-out') return `${program} did not answer within ${seconds(answer.afterMs)}.`
  if (answer.kind === 'failed') return `${program} could not be asked: ${answer.message}.`
  const words = (answer.stderr || answer.stdout).replaceAll('\0', '').trim().split('\n')[0]?.trim().slice(0, 200) ?? ''
  return `${program} ended with code ${answer.exitCode}${words === '' ? '' : `: ${words.replace(/[.\s]+$/, '')}`}.`
}

export function seconds(ms: number): string {
  const value = Math.max(1, Math.round(ms / 1000))
  return value === 1 ? '1 second' : `${value} seconds`
}
