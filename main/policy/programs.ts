/** Whose a program on a card is: ours, the desktop's, one the user named, or a stranger; with how that was told and how sure it is. Pure. */
import type { ProgramOnCard } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import type { GpuProcess } from '../../shared/telemetry.ts'
import { isDesktopProgram, isLauncher, plainName, shortName } from '../system/desktop-programs.ts'

/** Where a process comes from, as far as the system tells. */
export type Origin =
  /** Software that Idlewatt started. */
  | { kind: 'ours'; startedAt: number | null }
  /** A process that software of ours, or Idlewatt itself (`isWindow`), started. */
  | { kind: 'child'; startedAt: number | null; parent: number; isOwn: boolean }
  | { kind: 'container'; startedAt: number | null; container: string }
  | { kind: 'other'; startedAt: number | null; parent: number | null; parentName: string | null }
  /** The system knows no process of this number: it ended a moment ago, or the driver counts otherwise than we do (in a container). */
  | { kind: 'not-visible' }
  /** It has only just been seen, and whose child it is has been asked. */
  | { kind: 'asked' }
  /** The system does not tell whose child it is. */
  | { kind: 'untold'; startedAt: number | null }

export interface ProgramsQuestion {
  processes: readonly GpuProcess[]
  originOf(pid: number, name: string): Origin
  settings: Pick<PolicySettings, 'busyPrograms' | 'ignoredPrograms'>
  /** Software of ours may be on this card now. */
  isOursActive: boolean
}

/** Of Docker on Windows and macOS, whose containers work in a machine of its own. */
const containerHosts = new Set(['vmmem', 'vmmemwsl', 'vmwp', 'com.docker.backend', 'com.docker.virtualization'])

export function programsOf({ processes, originOf, settings, isOursActive }: ProgramsQuestion): ProgramOnCard[] {
  const listed = new Set(settings.busyPrograms.map(plainName))
  const ignored = new Set(settings.ignoredPrograms.map(plainName))
  return processes.map((process): ProgramOnCard => {
    const origin = originOf(process.pid, process.name)
    const name = shortName(process.name).slice(0, 200)
    return {
      pid: process.pid,
      name,
      startedAt: 'startedAt' in origin ? origin.startedAt : null,
      memoryBytes: process.memoryBytes,
      utilisation: process.utilisation ?? null,
      ...whoseOf(plainName(process.name), origin, { listed, ignored, isOursActive, isMarked: process.ours === true }),
    }
  })
}

type Whose = Pick<ProgramOnCard, 'whose' | 'confidence' | 'why'>

function whoseOf(name: string, origin: Origin, on: { listed: ReadonlySet<string>; ignored: ReadonlySet<string>; isOursActive: boolean; isMarked: boolean }): Whose {
  if (origin.kind === 'ours') return { whose: 'ours', confidence: 'high', why: 'Idlewatt started it.' }
  if (origin.kind === 'child' && !origin.isOwn) return { whose: 'ours', confidence: 'high', why: `It was started by software that Idlewatt started (process ${origin.parent}).` }
  if (origin.kind === 'container') return { whose: 'ours', confidence: 'medium', why: `It runs in the container ${origin.container.slice(0, 12)}, which belongs to software that Idlewatt started.` }
  if (on.listed.has(name)) return { whose: 'listed', confidence: 'high', why: 'You listed it as a program that goes before.' }
  if (on.ignored.has(name)) return { whose: 'ignored', confidence: 'high', why: 'You said that it does not count.' }
  if (origin.kind === 'child' && isDesktopProgram(name)) return { whose: 'desktop', confidence: 'high', why: `Idlewatt draws its own window with it (process ${origin.parent} started it).` }
  if (isDesktopProgram(name)) return { whose: 'desktop', confidence: 'medium', why: 'Every desktop draws with it; told by its name.' }
  if (isLauncher(name)) return { whose: 'desktop', confidence: 'medium', why: 'It starts games and is none itself; told by its name.' }
  if (origin.kind === 'child') return { whose: 'ours', confidence: 'high', why: `Idlewatt itself started it (process ${origin.parent}).` }
  return strangerOf(name, origin, on)
}

function strangerOf(name: string, origin: Origin, { isOursActive, isMarked }: { isOursActive: boolean; isMarked: boolean }): Whose {
  if (isMarked) return { whose: 'ours', confidence: 'medium', why: 'The reader of the card says that it belongs to Idlewatt.' }
  if (isOursActive && containerHosts.has(name)) return { whose: 'ours', confidence: 'low', why: 'Containers work in it here, and one of ours runs; whether it is ours alone cannot be told.' }
  if (origin.kind === 'other') {
    const from = origin.parent === null ? 'Idlewatt did not start it.' : `Idlewatt did not start it: its parent is ${origin.parentName ?? 'a process'} (${origin.parent}).`
    return { whose: 'stranger', confidence: 'high', why: from }
  }
  if (origin.kind === 'untold') return { whose: 'stranger', confidence: 'medium', why: 'Idlewatt did not start it; whose child it is cannot be told on this system.' }
  if (!isOursActive) return { whose: 'stranger', confidence: 'low', why: origin.kind === 'asked' ? 'It has only just begun; nothing of ours runs here.' : 'The system knows no process of this number, and nothing of ours runs here.' }
  if (origin.kind === 'asked') return { whose: 'ours', confidence: 'low', why: 'It has only just begun, and whose child it is is being asked; our software runs on this card.' }
  return { whose: 'ours', confidence: 'low', why: 'The driver gives it a number that the system does not know, as it does for programs in containers; our software runs on this card.' }
}
