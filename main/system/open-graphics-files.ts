/** Which programs hold a graphics card's device file open, from /proc. A person types `ls -l /proc/*\/fd | grep /dev/dri`. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import type { OpenGraphicsFiles } from './machine-source.ts'

/** After so many names the event loop gets its turn: names of links are read without waiting, which is ten times cheaper. */
const namesAtOnce = 1_000

export async function openGraphicsFiles(): Promise<OpenGraphicsFiles> {
  const found: OpenGraphicsFiles = { files: [], isComplete: seesWholeMachine() }
  let count = 0
  for (const pid of namesIn('/proc') ?? []) {
    if (!/^\d+$/.test(pid)) continue
    const handles = namesIn(`/proc/${pid}/fd`)
    if (handles === null) {
      if (isProgram(pid)) found.isComplete = false
      continue
    }
    for (const fd of handles) {
      if (++count % namesAtOnce === 0) await new Promise((done) => setImmediate(done))
      if (/^\/dev\/dri\/(card|renderD)\d/.test(linkAt(`/proc/${pid}/fd/${fd}`))) found.files.push({ pid: Number(pid), fd: Number(fd) })
    }
  }
  return found
}

/** Process 2 is the kernel's own; where it is not seen, a container hides the rest of the machine. */
function seesWholeMachine(): boolean {
  try {
    return readFileSync('/proc/2/comm', 'utf8').trim() === 'kthreadd'
  } catch {
    return false
  }
}

/** The kernel's own threads have no command line and no open files; a process that has ended meanwhile is none either. */
function isProgram(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0
  } catch {
    return false
  }
}

function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder)
  } catch {
    return null
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
