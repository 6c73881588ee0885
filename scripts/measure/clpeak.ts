/** Runs clpeak part by part and reads its figures, and says which workload of ours measures the same. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { WorkloadId } from '../../shared/benchmark.ts'
import type { OpenClDevice } from '../../main/system/opencl-device.ts'

const run = promisify(execFile)

/** A part of clpeak that can be asked for alone; `all`: half precision has no flag of its own in clpeak 1.1.2. */
type Part = 'compute-sp' | 'compute-dp' | 'compute-integer' | 'compute-intfast' | 'global-bandwidth' | 'transfer-bandwidth' | 'kernel-latency' | 'all'

export interface Compared {
  id: string
  workload: WorkloadId
  unit: string
  part: Part
  /** clpeak's heading, and the lines under it of which the best counts. */
  heading: RegExp
  lines: RegExp
  /** What is beside what, where the two words do not say it. */
  note: string
}

const widths = /^(?:float|half|double|int)\d*$/

/**
 * Every metric of clpeak 1.1.2 but map and unmap, which move nothing. Its enqueueWrite and -Read work on ordinary memory of its own
 * (our pageable), its memcpy on memory of the driver's (our pinned); of blocking and not the better counts, as we try both.
 */
export const compared: readonly Compared[] = [
  { id: 'fp32', workload: 'fp32-compute', unit: 'GFLOP/s', part: 'compute-sp', heading: /Single-precision compute/, lines: widths, note: '' },
  { id: 'fp16', workload: 'fp16-compute', unit: 'GFLOP/s', part: 'all', heading: /Half-precision compute/, lines: widths, note: '' },
  { id: 'fp64', workload: 'fp64-compute', unit: 'GFLOP/s', part: 'compute-dp', heading: /Double-precision compute/, lines: widths, note: '' },
  { id: 'int32', workload: 'int32-compute', unit: 'GIOP/s', part: 'compute-integer', heading: /Integer compute \(/, lines: widths, note: '' },
  { id: 'int24', workload: 'int24-compute', unit: 'GIOP/s', part: 'compute-intfast', heading: /Integer compute Fast 24bit/, lines: widths, note: '' },
  { id: 'bandwidth', workload: 'memory-read', unit: 'GB/s', part: 'global-bandwidth', heading: /Global memory bandwidth/, lines: widths, note: 'reading on both sides' },
  { id: 'write', workload: 'host-to-device-pageable', unit: 'GB/s', part: 'transfer-bandwidth', heading: /Transfer bandwidth/, lines: /^enqueueWriteBuffer/, note: 'from ordinary memory' },
  { id: 'read', workload: 'device-to-host-pageable', unit: 'GB/s', part: 'transfer-bandwidth', heading: /Transfer bandwidth/, lines: /^enqueueReadBuffer/, note: 'into ordinary memory' },
  { id: 'memcpy-to-mapped', workload: 'host-to-device', unit: 'GB/s', part: 'transfer-bandwidth', heading: /Transfer bandwidth/, lines: /^memcpy to mapped/, note: 'ours: through pinned memory' },
  { id: 'memcpy-from-mapped', workload: 'device-to-host', unit: 'GB/s', part: 'transfer-bandwidth', heading: /Transfer bandwidth/, lines: /^memcpy from mapped/, note: 'ours: through pinned memory' },
  { id: 'launch-latency', workload: 'launch-latency', unit: 'µs', part: 'kernel-latency', heading: /Kernel launch latency/, lines: /^Kernel launch latency$/, note: 'theirs ÷ ours, as less is better' },
]

/** What this part of clpeak printed for this device. */
export async function runClpeak(device: OpenClDevice, part: Part): Promise<string> {
  const { stdout } = await run('clpeak', ['-p', String(device.platform), '-d', String(device.device), ...(part === 'all' ? [] : [`--${part}`])], { timeout: 180_000 })
  return stdout
}

/** The best figure of a metric; null: clpeak skipped it. */
export function readClpeak(printed: string, metric: Compared): number | null {
  const lines = printed.split('\n').map((line) => line.trim())
  const from = lines.findIndex((line) => metric.heading.test(line))
  if (from < 0) return null
  const isOneLine = /:\s*[\d.]+/.test(lines[from] ?? '')
  const after = lines.slice(from + 1)
  const until = after.indexOf('')
  const figures = (isOneLine ? [lines[from] ?? ''] : after.slice(0, until < 0 ? after.length : until)).flatMap((line) => {
    const [, name, value] = /^(.*?)\s*:\s*([\d.]+)/.exec(line) ?? []
    return name !== undefined && metric.lines.test(name) ? [Number(value)] : []
  })
  if (figures.length === 0) return null
  return metric.workload === 'launch-latency' ? Math.min(...figures) : Math.max(...figures)
}
