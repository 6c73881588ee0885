/** What a process and everything it started use, read from /proc: memory as its proportional share, processor time in ticks. Linux. */
import { readdirSync, readFileSync } from 'node:fs'

/** Kernel clock ticks a second; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** The process and its descendants. */
export function treeOf(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? textOf(`/proc/${name}/stat`) : null
    if (stat === null) continue
    const parent = Number(fieldsOf(stat)[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  const open = [pid]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next)
    open.push(...(children.get(next) ?? []))
  }
  return found
}

/** Proportional set size of the whole tree, bytes. */
export function memoryOf(pid: number): { bytes: number; processes: { pid: number; name: string; bytes: number }[] } {
  const processes = treeOf(pid).flatMap((one) => {
    const kib = /^Pss:\s+(\d+)/m.exec(textOf(`/proc/${one}/smaps_rollup`) ?? '')?.[1]
    const words = (textOf(`/proc/${one}/cmdline`) ?? '').split('\0').filter((word) => word !== '')
    const name = words.find((word) => /\.[cm]?[jt]s$/.test(word)) ?? words[0] ?? '?'
    return kib === undefined ? [] : [{ pid: one, name: name.slice(name.lastIndexOf('/') + 1), bytes: Number(kib) * 1024 }]
  })
  return { bytes: processes.reduce((sum, one) => sum + one.bytes, 0), processes }
}

/** Processor time of one process so far, user and system, in seconds. null: it is gone. */
export function processorSeconds(pid: number): number | null {
  const stat = textOf(`/proc/${pid}/stat`)
  if (stat === null) return null
  const fields = fieldsOf(stat)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The same from the scheduler's own account, which is finer than a tick. null: not kept by this kernel. */
export function exactProcessorSeconds(pid: number): number | null {
  let nanoseconds = 0
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) nanoseconds += Number((textOf(`/proc/${pid}/task/${thread}/schedstat`) ?? '').split(' ')[0] ?? Number.NaN)
  } catch {
    return null
  }
  return Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : null
}

/** Fields after the name in brackets, which may itself hold spaces and brackets: state, parent, … */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
