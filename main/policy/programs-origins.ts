/** Asks the system where processes on a card come from, and remembers it: by number, name and start, so that a number that is used again is another process. */
import { readFileSync } from 'node:fs'
import type { Platform } from '../../shared/machine.ts'
import { bootedAt, readRow, startedAtSince, type ProcessRow } from '../system/process-table.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { parentsCommand, parseParents, type ParentRow } from './programs-parents.ts'
import type { Origin } from './programs.ts'

/** What is remembered is looked at again, so many processes a turn: 200 would take 3 ms. */
const looksATurn = 48
/** Ancestors that are looked through. */
const mostAncestors = 24
/** Elsewhere than on Linux all processes are listed at once, which takes the better part of a second. */
const listEveryMs = 3_000
/** So long it may stay open whose child a new process is. */
const askedForMs = 3_000
const mostKnown = 2_000
/** Its parent may have begun just before it, and be known as ours a moment later. */
const settlesMs = 5_000

export interface Origins {
  /** Once for each turn of readings. */
  begin(): void
  of(pid: number, name: string): Origin
  close(): void
}

export interface OriginsOptions {
  platform: Platform
  source: Pick<MachineSource, 'run'>
  steadyMs(): number
  isOurs(pid: number): boolean
  /** Ids of containers of software that Idlewatt runs. */
  ownContainers(): string[]
  ownPid: number
  /** Tests only. */
  readRow?(pid: number): ProcessRow | null
  exists?(pid: number): boolean
}

interface Known {
  name: string
  identity: string
  origin: Origin
  /** Steady ms. */
  lookedAt: number
  firstSeen: number
}

export function createOrigins(options: OriginsOptions): Origins {
  const { platform, steadyMs } = options
  const rowOf = options.readRow ?? readRow
  const exists = options.exists ?? isInUse
  const known = new Map<number, Known>()
  const ending = new AbortController()
  let looksLeft = looksATurn
  let bootAt: number | null = null
  let listed: { steady: number; rows: Map<number, ParentRow> } | null = null
  let listing = false
  let containers = ''
  /** Of this turn: many processes have the same ancestors. */
  const above = new Map<number, ProcessRow | null>()
  const names = new Map<number, string | null>()

  function ancestorOf(pid: number): ProcessRow | null {
    const row = above.get(pid) ?? rowOf(pid)
    above.set(pid, row)
    return row
  }

  function parentName(pid: number): string | null {
    const name = names.get(pid) ?? nameOf(pid)
    names.set(pid, name)
    return name
  }

  function onLinux(pid: number, name: string): Origin {
    const now = steadyMs()
    const before = known.get(pid)
    // Those that were looked at longest ago come first, so that all have their turn.
    const restMs = known.size <= looksATurn ? 0 : (known.size / looksATurn + 1) * 1000
    if (before !== undefined && before.name === name && (looksLeft <= 0 || before.lookedAt === now || now - before.lookedAt < restMs)) return before.origin
    looksLeft -= 1
    const row = rowOf(pid)
    if (row === null) return gone(pid, name, before)
    const identity = row.identity
    const isSame = before !== undefined && before.identity === identity && before.name === name
    if (isSame && now - before.firstSeen > settlesMs) {
      before.lookedAt = now
      return before.origin
    }
    bootAt ??= bootedAt()
    return keep(pid, { name, identity, lookedAt: now, firstSeen: isSame ? before.firstSeen : now, origin: ancestry(row, bootAt === null ? null : startedAtSince(bootAt, row)) })
  }

  /** Other users' processes may be hidden, but a number that is in use says so. */
  function gone(pid: number, name: string, before: Known | undefined): Origin {
    if (before !== undefined && before.name === name && before.identity !== 'hidden') return before.origin
    return exists(pid) ? keep(pid, { name, identity: 'hidden', lookedAt: steadyMs(), firstSeen: steadyMs(), origin: { kind: 'other', startedAt: null, parent: null, parentName: null } }) : { kind: 'not-visible' }
  }

  function ancestry(row: ProcessRow, startedAt: number | null): Origin {
    const container = containerOf(row.pid)
    if (container !== null) return { kind: 'container', startedAt, container }
    let at: ProcessRow | null = row
    for (let step = 0; step < mostAncestors && at !== null && at.parent > 1; step += 1) {
      const { parent } = at
      if (options.isOurs(parent)) return { kind: 'child', startedAt, parent, isOwn: false }
      if (parent === options.ownPid) return { kind: 'child', startedAt, parent, isOwn: true }
      const next = ancestorOf(parent)
      // A parent that began after its child is another process with its number.
      at = next !== null && next.startedAt <= at.startedAt ? next : null
    }
    return { kind: 'other', startedAt, parent: row.parent > 0 ? row.parent : null, parentName: parentName(row.parent) }
  }

  function containerOf(pid: number): string | null {
    const ids = options.ownContainers()
    if (ids.length === 0) return null
    try {
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      return ids.find((id) => id.length >= 12 && groups.includes(id)) ?? null
    } catch {
      return null
    }
  }

  function elsewhere(pid: number, name: string): Origin {
    const now = steadyMs()
    const before = known.get(pid)
    const row = listed?.rows.get(pid)
    if (row !== undefined && listed !== null) {
      const identity = String(row.startedAt)
      if (before?.identity === identity && before.name === name) return before.origin
      return keep(pid, { name, identity, lookedAt: now, firstSeen: before?.firstSeen ?? now, origin: listedOrigin(row, listed.rows) })
    }
    if (platform !== 'win32' && platform !== 'darwin') return { kind: 'untold', startedAt: null }
    list(now)
    const seen = before?.name === name ? before : { name, identity: 'asked', lookedAt: now, firstSeen: now, origin: { kind: 'asked' } as const }
    return keep(pid, { ...seen, identity: 'asked', origin: now - seen.firstSeen < askedForMs ? { kind: 'asked' } : { kind: 'untold', startedAt: null } })
  }

  function listedOrigin(row: ParentRow, rows: Map<number, ParentRow>): Origin {
    let at: ParentRow | undefined = row
    for (let step = 0; step < mostAncestors && at !== undefined && at.parent > 0; step += 1) {
      const { parent } = at as ParentRow
      if (options.isOurs(parent)) return { kind: 'child', startedAt: row.startedAt, parent, isOwn: false }
      if (parent === options.ownPid) return { kind: 'child', startedAt: row.startedAt, parent, isOwn: true }
      const next = rows.get(parent)
      at = next !== undefined && (next.startedAt ?? 0) <= ((at as ParentRow).startedAt ?? Infinity) ? next : undefined
    }
    return { kind: 'other', startedAt: row.startedAt, parent: row.parent, parentName: rows.get(row.parent)?.name ?? null }
  }

  function list(now: number): void {
    if (listing || (listed !== null && now - listed.steady < listEveryMs)) return
    listing = true
    const { program, args } = parentsCommand(platform)
    void options.source.run(program, args, { timeoutMs: 10_000, maxBytes: 2 ** 22, signal: ending.signal }).then((result) => {
      listing = false
      listed = { steady: steadyMs(), rows: result.kind === 'done' ? parseParents(result.stdout) : new Map() }
    })
  }

  function keep(pid: number, entry: Known): Origin {
    known.delete(pid)
    known.set(pid, entry)
    if (known.size > mostKnown) known.delete(known.keys().next().value as number)
    return entry.origin
  }

  return {
    begin() {
      looksLeft = looksATurn
      above.clear()
      names.clear()
      const now = options.ownContainers().join()
      if (now !== containers) known.clear()
      containers = now
    },
    of(pid, name) {
      // Whose a process is may be told a moment after it began, so this is asked each time; it is a look into a list.
      if (options.isOurs(pid)) return { kind: 'ours', startedAt: startOf(known.get(pid)) }
      if (pid === options.ownPid) return { kind: 'child', startedAt: null, parent: pid, isOwn: true }
      return platform === 'linux' ? onLinux(pid, name) : elsewhere(pid, name)
    },
    close: () => ending.abort(),
  }
}

function startOf(entry: Known | undefined): number | null {
  return entry !== undefined && 'startedAt' in entry.origin ? entry.origin.startedAt : null
}

function nameOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() || null
  } catch {
    return null
  }
}

function isInUse(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
