/** What runs on this machine: number and name of each process. A person types `ps -e` or `tasklist`. */
import type { Known } from '../../../shared/preflight.ts'
import { known, notKnown, said } from './known.ts'
import { namesInTasklist } from './listening.ts'
import type { PartContext } from './part.ts'

export interface RunningProcess {
  pid: number
  /** As it was called and as it calls itself: some rename themselves. At least one. */
  names: string[]
}

export async function readProcesses({ source, signal, timeoutMs }: Pick<PartContext, 'source' | 'signal' | 'timeoutMs'>): Promise<Known<RunningProcess[]>> {
  const limits = { timeoutMs: timeoutMs - 500, signal }
  if (source.platform === 'linux') {
    const pids = (await source.listFolder('/proc')).filter((name) => /^\d+$/.test(name))
    if (pids.length === 0) return notKnown(source.recorded === null ? 'The list of processes cannot be read.' : 'The recording does not hold the list of processes.')
    const found = await Promise.all(pids.map(async (pid) => ({ pid: Number(pid), names: await Promise.all([source.readFile(`/proc/${pid}/cmdline`), source.readFile(`/proc/${pid}/comm`)]) })))
    return known(found.flatMap(({ pid, names: [line, short] }) => (line === null && short === null ? [] : [{ pid, names: linuxNames(line ?? '', short ?? '') }])))
  }
  if (source.platform === 'win32') {
    const tasks = await said(source, 'tasklist', ['/fo', 'csv', '/nh'], limits)
    return tasks.value === null ? notKnown(tasks.why) : known([...namesInTasklist(tasks.value)].map(([pid, name]) => ({ pid, names: [name] })))
  }
  const list = await said(source, 'ps', ['-axo', 'pid=,comm='], limits)
  if (list.value === null) return notKnown(list.why)
  return known([...list.value.matchAll(/^\s*(\d+)\s+(.+?)\s*$/gm)].map(([, pid, path]) => ({ pid: Number(pid), names: [lastPart(path ?? '')] })))
}

/** The kernel keeps 15 characters of a name; one of the call's first words has it whole (a script stands after its interpreter). Pure. */
export function linuxNames(commandLine: string, short: string): string[] {
  const kept = short.trim()
  const words = commandLine.split('\0').slice(0, 2).map(lastPart)
  const whole = kept.length < 15 ? kept : (words.find((word) => word.startsWith(kept)) ?? kept)
  return [...new Set([words[0] ?? '', whole])].filter((name) => name !== '')
}

/** Without regard to case and to a final ".exe". Pure. */
export function isNamed(name: string, wanted: string): boolean {
  const bare = (text: string): string => lastPart(text).toLowerCase().replace(/\.exe$/, '')
  return bare(name) === bare(wanted)
}

function lastPart(path: string): string {
  return path.replace(/^.*[\\/]/, '')
}
