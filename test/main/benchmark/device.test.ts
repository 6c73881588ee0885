/** Measuring for real, on whatever OpenCL device this machine has (PoCL on a processor will do). */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openDevice } from '../../../main/benchmark/open-device.ts'
import { workloads } from '../../../main/benchmark/workloads/index.ts'
import { loadOpenCl } from '../../../main/system/opencl-bindings.ts'
import { listOpenClDevices, openClHandles } from '../../../main/system/opencl.ts'
import type { WorkerHandle } from '../../../main/host.ts'
import type { BenchmarkResult, WorkloadResult } from '../../../shared/benchmark.ts'
import { cardOf, isAlive, resourcesFolder, stand, startRealWorker, type Stand } from './support.ts'

const listing = listOpenClDevices()
const device = listing.ok ? listing.devices[0] : undefined
const quick = { gpuIds: ['opencl:0'], mode: 'quick' as const, evenAfterCrash: false }
const folders: string[] = []
let at: Stand

afterEach(async () => {
  await at.end()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** The app's resources with one kernel changed. */
function resourcesWith(file: string, change: (text: string) => string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'idlewatt-kernels-'))
  folders.push(folder)
  cpSync(path.join(resourcesFolder, 'kernels'), path.join(folder, 'kernels'), { recursive: true })
  const kernel = path.join(folder, 'kernels', file)
  const text = readFileSync(kernel, 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`the test changes nothing in ${file}`)
  writeFileSync(kernel, changed)
  return folder
}

/** On a machine that other programs keep busy, "no time" is a right answer too; any other missing figure is not. */
function hasFigureOrNoTime(one: WorkloadResult, result: BenchmarkResult | undefined): boolean {
  if (one.value !== null) return one.value > 0.1 && one.runs >= 2
  if (result?.reasons.some((reason) => reason.startsWith('There was no time to finish'))) return true
  throw new Error(result?.reasons.join(' '))
}

describe.skipIf(!device)('on a real OpenCL device (skipped: this machine has none)', () => {
  const gpu = device ? cardOf(device) : cardOf({} as never)

  test('both workloads give a figure within 15 s, and the process is gone', { timeout: 30_000 }, async () => {
    const workers: WorkerHandle[] = []
    at = stand([gpu], () => {
      const worker = startRealWorker()
      workers.push(worker)
      return worker
    })
    const [result] = await at.benchmark.run(quick)
    expect(result?.results.map((one) => one.workload)).toEqual(['fp32-compute', 'memory-bandwidth'])
    for (const one of result?.results ?? []) {
      expect(hasFigureOrNoTime(one, result)).toBe(true)
    }
    expect((result?.endedAt ?? Infinity) - (result?.startedAt ?? 0)).toBeLessThanOrEqual(15_500)
    expect(isAlive(workers[0]?.pid as number)).toBe(false)
    expect(at.history.markers()).toEqual([])
  })

  test('cancel while it computes ends the process within a second', { timeout: 30_000 }, async () => {
    const workers: WorkerHandle[] = []
    at = stand([gpu], () => {
      const worker = startRealWorker()
      workers.push(worker)
      return worker
    })
    await at.benchmark.start(quick)
    await at.until((state) => state.now.phase === 'running' && /run \d+/.test(state.now.step))
    const before = performance.now()
    await at.benchmark.cancel()
    expect(performance.now() - before).toBeLessThan(1000)
    expect(isAlive(workers[0]?.pid as number)).toBe(false)
    expect(at.history.markers()).toEqual([])
  })

  test.each([
    ['a kernel that leaves out an eighth of its steps', 'fp32-compute.cl', (text: string) => text.replace('#define EIGHT_STEPS STEP', '#define EIGHT_STEPS')],
    ['a kernel that skips part of the memory', 'memory-bandwidth.cl', (text: string) => text.replace('d += at[7 * apart];', '').replace('d += s[k];', '')],
    ['a kernel that does not compile', 'fp32-compute.cl', (text: string) => text.replace('__kernel void turn', '__kernel woid turn')],
  ])('%s gives a reason and no number; the other workload is measured', { timeout: 30_000 }, async (what, file, change) => {
    at = stand([gpu], startRealWorker, { resourcesFolder: resourcesWith(file, change) })
    const [result] = await at.benchmark.run(quick)
    const [broken, sound] = file.startsWith('fp32') ? result?.results ?? [] : (result?.results.toReversed() ?? [])
    expect(broken?.value).toBeNull()
    expect(sound && hasFigureOrNoTime(sound, result)).toBe(true)
    expect(result?.verdict).not.toBe('as-expected')
    expect(result?.reasons.join(' ')).toMatch(what.includes('compile') ? /did not compile.*error/ : /result was wrong/)
  })

  test('every variant that a GPU would be tried with computes right and gives a figure', { timeout: 60_000 }, async () => {
    at = stand([gpu], startRealWorker)
    const cl = loadOpenCl()
    const opened = openDevice(cl, openClHandles(cl)[0]!)
    // A processor driven as a GPU is: groups of many work-items, narrow vectors, copies too.
    const asGpu = { ...opened, facts: { ...opened.facts, type: 'gpu' as const, cacheBytes: 0, maxAllocationBytes: 64 * 2 ** 20 } }
    try {
      for (const workload of workloads) {
        const kernelText = readFileSync(path.join(resourcesFolder, 'kernels', workload.kernelFile), 'utf8')
        for (const candidate of workload.candidates(asGpu, kernelText)) {
          const prepared = await candidate.prepare(() => {})
          for (const size of [1, 2, 3]) {
            await prepared.launch(size)
            expect(prepared.check(size), `${workload.id} ${candidate.label} size ${size}`).toBeNull()
            expect(prepared.work(size)).toBeGreaterThan(0)
          }
          prepared.release()
        }
      }
    } finally {
      opened.close()
    }
  })

  test('another device at the card\'s place is not measured in its name', async () => {
    at = stand([{ ...gpu, name: 'Some other card', opencl: { ...gpu.opencl!, name: 'Some other card' } }], startRealWorker)
    const [result] = await at.benchmark.run(quick)
    expect(result?.reasons[0]).toMatch(/OpenCL no longer shows "Some other card"/)
    expect(result?.results.every((one) => one.value === null)).toBe(true)
  })
})
