/** Reads services of the system and values of the Windows registry. A person types `systemctl show NAME`, `sc query NAME`, `reg query KEY`. */
import type { SoftwareDefinition, SoftwareFacts } from '../networks/network.ts'
import type { CommandResult, MachineSource } from '../system/machine-source.ts'
import { readRegistryText } from '../system/registry-text.ts'

const timeoutMs = 4_000

/** By name: the system's word; null: cannot be told. */
export async function readServices(source: MachineSource, services: SoftwareDefinition['services'], signal?: AbortSignal): Promise<SoftwareFacts['services']> {
  const ask = { timeoutMs, ...(signal ? { signal } : {}) }
  if (source.platform === 'linux' && services?.systemd) {
    return { [services.systemd]: systemdState(await source.run('systemctl', ['show', '-p', 'LoadState,ActiveState,SubState,Result', services.systemd], ask)) }
  }
  if (source.platform === 'win32' && services?.windows) {
    return { [services.windows]: windowsState(await source.run('sc.exe', ['query', services.windows], ask)) }
  }
  return {}
}

/** "active", "activating", "failed", "inactive" …; "not-found": no such unit. null: there is no systemd that answers. */
export function systemdState(answer: CommandResult): string | null {
  if (answer.kind !== 'done' || answer.exitCode !== 0) return null
  const value = (key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(answer.stdout)?.[1]?.trim()
  const active = value('ActiveState')
  if (!active) return null
  return value('LoadState') === 'not-found' && active === 'inactive' ? 'not-found' : active
}

const windowsStates: Record<string, string> = { 1: 'stopped', 2: 'start-pending', 3: 'stop-pending', 4: 'running', 5: 'continue-pending', 6: 'pause-pending', 7: 'paused' }
/** ERROR_SERVICE_DOES_NOT_EXIST */
const noSuchService = 1060

/** Labels are in Windows' language, figures are not: the first line with a state's figure and its English word is STATE, for TYPE has other words. */
export function windowsState(answer: CommandResult): string | null {
  if (answer.kind !== 'done') return null
  if (answer.exitCode === noSuchService || /\b1060\b/.test(answer.stdout)) return 'not-found'
  const figure = /:\s*([1-7])\s+(?:STOPPED|START_PENDING|STOP_PENDING|RUNNING|CONTINUE_PENDING|PAUSE_PENDING|PAUSED)\b/.exec(answer.stdout)?.[1]
  return figure === undefined ? null : (windowsStates[figure] ?? null)
}

/** The values of that very key. null: not Windows, no such key, or it could not be read. */
export async function readRegistryValues(source: MachineSource, key: string | null, signal?: AbortSignal): Promise<SoftwareFacts['registry']> {
  if (key === null || source.platform !== 'win32') return null
  const answer = await source.run('reg', ['query', key], { timeoutMs, ...(signal ? { signal } : {}) })
  if (answer.kind !== 'done' || answer.exitCode !== 0) return null
  // Keys below it are listed too, without their values.
  return readRegistryText(answer.stdout)[0]?.values ?? null
}
