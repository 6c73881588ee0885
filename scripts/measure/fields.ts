/** `telemetry.fields`: on a machine with a real NVIDIA GPU, how many fields differ from what `nvidia-smi --query-gpu` says of the same cards. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Detection, Gpu } from '../../shared/machine.ts'
import { entryFile } from './door.ts'
import { notMeasured, type Budgets, type Row } from './row.ts'

type Value = string | number | boolean | null

interface Field {
  /** nvidia-smi's name of it; `nvidia-smi --help-query-gpu` lists them. */
  query: string
  ours(gpu: Gpu): Value
  /** How nvidia-smi's text is read; left out: as a number where it is one. */
  read?(text: string): Value
  /** Readings move: ours must lie between nvidia-smi's before and after it, widened by this. */
  slack?: number
}

const mib = 1024 ** 2
const percent = (value: number | null | undefined): number | null => (value === null || value === undefined ? null : value * 100)
const mode = (text: string): Value => (text === 'Enabled' ? true : text === 'Disabled' ? false : null)

export const fields: Field[] = [
  { query: 'name', ours: (gpu) => gpu.driverName ?? gpu.name, read: (text) => text },
  { query: 'driver_version', ours: (gpu) => gpu.driverVersion, read: (text) => text },
  { query: 'vbios_version', ours: (gpu) => gpu.vbiosVersion, read: (text) => text },
  { query: 'pci.bus_id', ours: (gpu) => gpu.pciAddress, read: (text) => text.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '') },
  { query: 'compute_cap', ours: (gpu) => gpu.cudaComputeCapability, read: (text) => text },
  { query: 'compute_mode', ours: (gpu) => gpu.computeMode, read: (text) => text },
  { query: 'persistence_mode', ours: (gpu) => gpu.persistenceMode, read: mode },
  { query: 'ecc.mode.current', ours: (gpu) => gpu.eccEnabled, read: mode },
  { query: 'mig.mode.current', ours: (gpu) => gpu.mig?.enabled ?? null, read: mode },
  { query: 'memory.total', ours: (gpu) => (gpu.memoryBytes === null ? null : gpu.memoryBytes / mib), slack: 1 },
  { query: 'power.default_limit', ours: (gpu) => gpu.powerLimitDefaultW, slack: 0.01 },
  { query: 'power.min_limit', ours: (gpu) => gpu.powerLimitMinW, slack: 0.01 },
  { query: 'power.max_limit', ours: (gpu) => gpu.powerLimitMaxW, slack: 0.01 },
  { query: 'enforced.power.limit', ours: (gpu) => gpu.powerLimitW, slack: 0.01 },
  { query: 'pcie.link.gen.max', ours: (gpu) => gpu.pcieGenerationMax },
  { query: 'pcie.link.width.max', ours: (gpu) => gpu.pcieLanesMax },
  { query: 'clocks.max.graphics', ours: (gpu) => gpu.coreClockMaxMhz },
  { query: 'clocks.max.memory', ours: (gpu) => gpu.memoryClockMaxMhz },
  { query: 'pstate', ours: (gpu) => gpu.sample?.performanceState ?? null, read: (text) => text },
  { query: 'utilization.gpu', ours: (gpu) => percent(gpu.sample?.utilisation), slack: 5 },
  { query: 'utilization.memory', ours: (gpu) => percent(gpu.sample?.memoryUtilisation), slack: 5 },
  { query: 'memory.used', ours: (gpu) => (gpu.sample?.memoryUsedBytes == null ? null : gpu.sample.memoryUsedBytes / mib), slack: 16 },
  { query: 'temperature.gpu', ours: (gpu) => gpu.sample?.temperatureC ?? null, slack: 2 },
  { query: 'temperature.memory', ours: (gpu) => gpu.sample?.memoryC ?? null, slack: 2 },
  { query: 'power.draw', ours: (gpu) => gpu.sample?.powerW ?? null, slack: 15 },
  { query: 'clocks.current.graphics', ours: (gpu) => gpu.sample?.coreClockMhz ?? null, slack: 60 },
  { query: 'clocks.current.sm', ours: (gpu) => gpu.sample?.smClockMhz ?? null, slack: 60 },
  { query: 'clocks.current.memory', ours: (gpu) => gpu.sample?.memoryClockMhz ?? null, slack: 60 },
  { query: 'clocks.current.video', ours: (gpu) => gpu.sample?.videoClockMhz ?? null, slack: 60 },
  { query: 'fan.speed', ours: (gpu) => percent(gpu.sample?.fan), slack: 3 },
  { query: 'pcie.link.gen.current', ours: (gpu) => gpu.sample?.pcieGeneration ?? null },
  { query: 'pcie.link.width.current', ours: (gpu) => gpu.sample?.pcieLanes ?? null },
  { query: 'ecc.errors.corrected.volatile.total', ours: (gpu) => gpu.sample?.eccCorrected ?? null },
  { query: 'ecc.errors.uncorrected.volatile.total', ours: (gpu) => gpu.sample?.eccUncorrected ?? null },
]

export const budgets: Budgets = {
  ids: ['telemetry.fields'],
  async measure() {
    const before = queryCards(fields.map(({ query }) => query))
    if (before === null) return [notMeasured('telemetry.fields', 'fields', 0, 'no NVIDIA driver here: nvidia-smi --query-gpu has nothing to compare with')]
    const ours = detect()
    const after = queryCards(fields.map(({ query }) => query)) ?? before
    const wrong = [...before].flatMap(([uuid, first]) => {
      const gpu = ours.gpus.find((one) => one.uuid === uuid)
      if (!gpu) return [`${uuid}: not found by Idlewatt`]
      return fields.filter(({ query }) => first.has(query)).flatMap((field) => differs(field, gpu, first.get(field.query) ?? '', after.get(uuid)?.get(field.query) ?? '') ?? [])
    })
    const compared = [...before.values()].reduce((sum, card) => sum + card.size, 0)
    return [{ id: 'telemetry.fields', value: wrong.length, unit: 'fields', budget: 0, ok: wrong.length === 0, peer: { name: 'fields of nvidia-smi --query-gpu compared', value: compared }, note: wrong.join('; ') || `${before.size} cards agree in every field` }] satisfies Row[]
  },
}

/** null: they agree. What nvidia-smi does not know must be unknown to us as well, and the other way round. */
export function differs({ query, ours, read, slack = 0 }: Field, gpu: Gpu, before: string, after: string): string | null {
  const mine = ours(gpu)
  const theirs = [before, after].map((text) => (/^\[?(n\/a|not supported|unknown error|insufficient permissions)/i.test(text) ? null : (read ?? asNumber)(text)))
  const said = `${query} of ${gpu.id}: ${String(mine)}, nvidia-smi ${before}${after === before ? '' : ` then ${after}`}`
  if (typeof mine !== 'number') return theirs.includes(mine) ? null : said
  const numbers = theirs.filter((value) => typeof value === 'number')
  return numbers.length > 0 && mine >= Math.min(...numbers) - slack && mine <= Math.max(...numbers) + slack ? null : said
}

function asNumber(text: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null
}

/** By UUID, then by field. A field that this nvidia-smi does not know is left out. null: no nvidia-smi. */
function queryCards(wanted: string[]): Map<string, Map<string, string>> | null {
  let names = ['uuid', ...wanted]
  for (;;) {
    const done = spawnSync('nvidia-smi', [`--query-gpu=${names.join(',')}`, '--format=csv,noheader,nounits'], { encoding: 'utf8', timeout: 30_000 })
    const unknown = /Field "([^"]+)" is not a valid field/.exec(`${done.stdout ?? ''}${done.stderr ?? ''}`)?.[1]
    if (unknown !== undefined && names.includes(unknown)) names = names.filter((name) => name !== unknown)
    else if (done.status !== 0) return null
    else return new Map(done.stdout.trim().split('\n').map((line) => cardIn(line.split(',').map((cell) => cell.trim()), names)))
  }
}

function cardIn(cells: string[], names: string[]): [string, Map<string, string>] {
  return [cells[0] ?? '', new Map(names.slice(1).map((name, index) => [name, cells[index + 1] ?? '']))]
}

function detect(): Detection {
  const data = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
  try {
    return JSON.parse(execFileSync(process.execPath, [entryFile, 'detect', '--json', '--data', data], { encoding: 'utf8', maxBuffer: 64 * mib, stdio: ['ignore', 'pipe', 'ignore'] })) as Detection
  } catch (error) {
    // Exit code 1 is "a problem was found"; the document is whole all the same.
    return JSON.parse(String((error as { stdout?: string }).stdout ?? '')) as Detection
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}
