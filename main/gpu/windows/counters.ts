/**
 * Who uses which card on Windows: the system's GPU performance counters, which Task Manager draws from. Pure.
 * Their classes are named alike in every language; the counters' own names are not.
 */
import type { GpuProcess } from '../../../shared/telemetry.ts'
import { jsonIn } from '../json-in-text.ts'
import { fieldsIn, numberIn, textIn, type Fields } from './json.ts'

const prefix = 'Win32_PerfFormattedData_GPUPerformanceCounters'

/** One document: engines in use, memory by process and by adapter, and the names of those processes. `EngineCount`: how many engines there are. */
export const countersScript = [
  '[Console]::OutputEncoding=[Text.Encoding]::UTF8',
  "$ErrorActionPreference='SilentlyContinue'",
  `$e=@(Get-CimInstance ${prefix}_GPUEngine -Property Name,UtilizationPercentage)`,
  `$m=@(Get-CimInstance ${prefix}_GPUProcessMemory -Property Name,DedicatedUsage,SharedUsage | Where-Object { $_.DedicatedUsage -gt 0 -or $_.SharedUsage -gt 0 })`,
  `$a=@(Get-CimInstance ${prefix}_GPUAdapterMemory -Property Name,DedicatedUsage,SharedUsage)`,
  // Single quotes alone: double ones would have to survive two parsers of command lines.
  "$ids=@($m + @($e | Where-Object { $_.UtilizationPercentage -gt 0 }) | ForEach-Object { if ($_.Name -match '^pid_(\\d+)_') { [int]$Matches[1] } } | Sort-Object -Unique)",
  '$n=@(Get-Process -Id $ids | Select-Object Id,ProcessName)',
  '[pscustomobject]@{ EngineCount=$e.Count; Engines=@($e | Where-Object { $_.UtilizationPercentage -gt 0 } | Select-Object Name,UtilizationPercentage); ProcessMemory=@($m | Select-Object Name,DedicatedUsage,SharedUsage); AdapterMemory=@($a | Select-Object Name,DedicatedUsage,SharedUsage); Processes=$n } | ConvertTo-Json -Depth 4 -Compress',
].join('; ')

export interface AdapterUse {
  /** Busiest engine, 0..1, as Task Manager takes it. null: the counters do not say. */
  utilisation: number | null
  encoder: number | null
  decoder: number | null
  dedicatedBytes: number | null
  sharedBytes: number | null
  processes: { pid: number; name: string; dedicatedBytes: number; sharedBytes: number; utilisation: number | null }[]
}

export interface Counters {
  /** By `luid/physicalIndex`. */
  byAdapter: Map<string, AdapterUse>
}

export function adapterKey(luid: string, physicalIndex: number): string {
  return `${luid.toLowerCase()}/${physicalIndex}`
}

/** null: there are no such counters (Windows before 10 version 1709, or PowerShell may not read them). */
export function parseCounters(text: string): Counters | null {
  const document = jsonIn(text)
  if (document === undefined || Array.isArray(document)) return null
  const top = document as Fields
  const engines = instancesIn(top['Engines'])
  const memory = instancesIn(top['ProcessMemory'])
  const adapters = instancesIn(top['AdapterMemory'])
  if (engines.length + memory.length + adapters.length === 0) return null
  const hasEngines = (numberIn(top, 'EngineCount') ?? engines.length) > 0
  const names = new Map(fieldsIn(top['Processes']).map((item) => [numberIn(item, 'Id'), textIn(item, 'ProcessName')]))

  const byAdapter = new Map<string, AdapterUse>()
  for (const { key } of [...adapters, ...engines, ...memory]) {
    if (!byAdapter.has(key)) byAdapter.set(key, useOf(key, { engines, memory, adapters, hasEngines, names }))
  }
  return { byAdapter }
}

interface Instance {
  key: string
  pid: number | null
  /** Number and kind of the engine: "3/VideoEncode". */
  engine: string | null
  engineKind: string
  fields: Fields
}

/** `pid_9524_luid_0x00000000_0x000095CA_phys_0_eng_4_engtype_VideoDecode`; memory's names stop earlier, an adapter's have no pid. */
const instanceName = /^(?:pid_(\d+)_)?luid_(0x[0-9a-f]+)_(0x[0-9a-f]+)_phys_(\d+)(?:_eng_(\d+)(?:_engtype_(.*))?)?/i

function instancesIn(value: unknown): Instance[] {
  return fieldsIn(value).flatMap((fields) => {
    const match = instanceName.exec(textIn(fields, 'Name') ?? '')
    if (!match) return []
    const [, pid, high = '', low = '', phys, engine, kind = ''] = match
    const luid = `0x${high.slice(2).padStart(8, '0')}_0x${low.slice(2).padStart(8, '0')}`
    return [{ key: adapterKey(luid, Number(phys)), pid: pid === undefined ? null : Number(pid), engine: engine === undefined ? null : engine, engineKind: kind.replace(/\s/g, '').toLowerCase(), fields }]
  })
}

interface All {
  engines: Instance[]
  memory: Instance[]
  adapters: Instance[]
  hasEngines: boolean
  names: Map<number | null, string | null>
}

function useOf(key: string, all: All): AdapterUse {
  const here = (list: Instance[]): Instance[] => list.filter((instance) => instance.key === key)
  const engines = here(all.engines)
  const own = here(all.adapters)[0]
  // Engines of a kind that is never busy are not listed: then it rests, as long as there are counters at all.
  const busiest = (list: Instance[]): number | null => (all.hasEngines ? busiestEngine(list) : null)
  const ofKind = (pattern: RegExp): number | null => (engines.some(({ engineKind }) => /codec/.test(engineKind)) ? null : busiest(engines.filter(({ engineKind }) => pattern.test(engineKind))))
  const pids = [...new Set([...here(all.memory), ...engines].map(({ pid }) => pid).filter((pid) => pid !== null))]
  return {
    utilisation: busiest(engines),
    encoder: ofKind(/^videoencode/),
    decoder: ofKind(/^videodecode/),
    dedicatedBytes: own ? bytesIn(own.fields, 'DedicatedUsage') : null,
    sharedBytes: own ? bytesIn(own.fields, 'SharedUsage') : null,
    processes: pids.map((pid) => {
      // One process may have several entries, of the same memory: the largest is Task Manager's.
      const most = (name: string): number => Math.max(0, ...here(all.memory).filter((instance) => instance.pid === pid).map(({ fields }) => bytesIn(fields, name) ?? 0))
      return { pid, name: all.names.get(pid) ?? '', dedicatedBytes: most('DedicatedUsage'), sharedBytes: most('SharedUsage'), utilisation: busiest(engines.filter((engine) => engine.pid === pid)) }
    }),
  }
}

/** Sum of all processes on each engine; the busiest engine counts. 0..1: sums may overshoot. */
function busiestEngine(engines: Instance[]): number {
  const sums = new Map<string, number>()
  for (const { engine, fields } of engines) {
    const percent = numberIn(fields, 'UtilizationPercentage') ?? 0
    // A wrapped counter gives numbers far beyond a hundred.
    if (engine !== null && percent >= 0 && percent <= 1000) sums.set(engine, (sums.get(engine) ?? 0) + percent)
  }
  return Math.min(1, Math.max(0, ...sums.values()) / 100)
}

function bytesIn(fields: Fields, name: string): number | null {
  const value = numberIn(fields, name)
  return value !== null && value >= 0 ? value : null
}

/** Most memory first. `isShared`: the card lives on the machine's memory. */
export function processesOf(use: AdapterUse, isShared: boolean): GpuProcess[] {
  return use.processes
    .map(({ pid, name, dedicatedBytes, sharedBytes, utilisation }) => ({ pid, name, memoryBytes: isShared ? dedicatedBytes + sharedBytes : dedicatedBytes, ours: null, kind: null, utilisation }))
    .filter(({ memoryBytes, utilisation }) => memoryBytes > 0 || (utilisation ?? 0) > 0)
    .sort((left, right) => right.memoryBytes - left.memoryBytes)
}
