/** Measuring for real, on whatever OpenCL device this machine has (PoCL on a processor will do). */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { listOpenClDevices } from '../../../main/system/opencl.ts'
import type { WorkerHandle } from '../../../main/host.ts'
import type { BenchmarkResult, WorkloadResult } from '../../../shared/benchmark.ts'
import { asked, cardOf, isAlive, resourcesFolder, stand, startRealWorker, type Stand } from './support.ts'

const listing = listOpenClDevices()
const device = listing.ok ? listing.devices[0] : undefined
const quick = asked({ gpuIds: ['opencl:0'] })
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
    expect(result?.results.map((one) => one.workload).slice(0, 2)).toEqual(['fp32-compute', 'memory-bandwidth'])
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
    await at.until((state) => state.now.phase === 'running' && state.now.cards.some((one) => /run \d+/.test(one.words)))
    const before = performance.now()
    await at.benchmark.cancel()
    expect(performance.now() - before).toBeLessThan(1000)
    expect(isAlive(workers[0]?.pid as number)).toBe(false)
    expect(at.history.markers()).toEqual([])
  })

  test.each([
    ['arithmetic that is off by a thousandth', 'turning.cl', 'fp32-compute', (text: string) => `#define fma(a, b, c) ((a) * (b) * 1.001f + (c))\n${text}`],
    ['memory that holds something else', 'memory-bandwidth.cl', 'memory-bandwidth', (text: string) => text.replace('2654435761u', '2654435763u')],
    ['a kernel that does not compile', 'turning.cl', 'fp32-compute', (text: string) => text.replace('__kernel void', '__kernel woid')],
  ] as const)('%s gives a reason and no number', { timeout: 30_000 }, async (what, file, workload, change) => {
    at = stand([gpu], startRealWorker, { resourcesFolder: resourcesWith(file, change) })
    const [result] = await at.benchmark.run(asked({ gpuIds: ['opencl:0'], workloads: [workload] }))
    const broken = result?.results[0]
    expect(broken).toMatchObject({ value: null, status: what.includes('compile') ? 'failed' : 'wrong' })
    expect(result?.verdict).not.toBe('as-expected')
    expect(broken?.reason).toMatch(what.includes('compile') ? /did not compile.*error/ : /computed wrong values: The result was wrong/)
    expect(at.events.map((event) => event.id)).toEqual(what.includes('compile') ? [] : ['benchmark-wrong-result'])
  })

  test('a sustained load gives a figure a second, and a device that computes nothing right any more is noticed after it', { timeout: 40_000 }, async () => {
    at = stand([gpu], startRealWorker, { resourcesFolder: resourcesWith('sanity.cl', (text) => text.replace('31u', '30u')) })
    const [result] = await at.benchmark.run(asked({ gpuIds: ['opencl:0'], mode: 'sustained', minutes: 0.05 }))
    expect(result?.sustained?.points.map((point) => point.atSeconds)).toEqual([1, 2, 3])
    expect(result?.results).toMatchObject([{ workload: 'fp32-compute', status: 'measured' }])
    expect(result?.reasons.join(' ')).toMatch(/no longer computes right: it computed \d+ where \d+ is right/)
    expect(at.events).toMatchObject([{ id: 'benchmark-driver-reset' }])
    expect(at.history.markers()).toEqual([])
  })

  test('another device at the card\'s place is not measured in its name', async () => {
    at = stand([{ ...gpu, name: 'Some other card', opencl: { ...gpu.opencl!, name: 'Some other card' } }], startRealWorker)
    const [result] = await at.benchmark.run(quick)
    expect(result?.reasons[0]).toMatch(/OpenCL no longer shows "Some other card"/)
    expect(result?.results.every((one) => one.value === null)).toBe(true)
  })

  test('that it is absent is told beside the sentence', async () => {
    const worker = startRealWorker()
    onTestFinished(() => worker.kill())
    const heard = new Promise((resolve) => worker.onMessage(resolve))
    worker.send({ ask: 'open', wanted: { platform: 0, device: 0, name: 'Some other card', pciAddress: null }, kernelsFolder: path.join(resourcesFolder, 'kernels') })
    expect(await heard).toMatchObject({ tell: 'failed', isAbsent: true })
  })
})
