/** All processes with their parents, where the system tells them only together: the command a person can type, and what it prints. Pure. */
import type { Platform } from '../../shared/machine.ts'

export interface ParentRow {
  parent: number
  name: string
  /** ms since epoch; null: not told. */
  startedAt: number | null
}

const script = "Get-CimInstance Win32_Process | ForEach-Object { '{0} {1} {2} {3}' -f $_.ProcessId, $_.ParentProcessId, $(if ($_.CreationDate) { $_.CreationDate.ToUniversalTime().ToString('o') } else { '-' }), $_.Name }"

export function parentsCommand(platform: Platform): { program: string; args: string[] } {
  if (platform === 'win32') return { program: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-Command', script] }
  return { program: 'ps', args: ['-axo', 'pid=,ppid=,lstart=,comm='] }
}

/** "4711 1234 2026-11-23T09:00:00.0000000Z blender.exe" or "4711 1234 Mon Nov 23 10:00:00 2026 /Applications/Blender". */
export function parseParents(text: string): Map<number, ParentRow> {
  const rows = new Map<number, ParentRow>()
  for (const line of text.split(/\r?\n/)) {
    const hit = /^\s*(\d+)\s+(\d+)\s+(\d{4}-\S+|-|\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.+?)\s*$/.exec(line)
    if (hit === null) continue
    const startedAt = Date.parse(hit[3] as string)
    rows.set(Number(hit[1]), { parent: Number(hit[2]), name: hit[4] as string, startedAt: Number.isNaN(startedAt) ? null : startedAt })
  }
  return rows
}
