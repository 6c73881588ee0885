/** A driver whose cache of compiled kernels is damaged: the run goes on with an empty one, says so, and the card is not blamed. */
import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { isCompilerTrouble, openOwnCache } from '../../../main/benchmark/kernel-cache.ts'
import type { ToWorker, WorkerSays } from '../../../main/benchmark/worker-messages.ts'
import { isWhole } from '../../../main/command-line/bench-run.ts'
import { answerUsual, asked, card, scriptedWorker, stand, type Stand } from './support.ts'

const stands: Stand[] = []
afterEach(async () => {
  for (const made of stands.splice(0)) await made.end()
})

type Tell = (message: WorkerSays) => void
type Die = (code: number | null, signal: string | null) => void

/** Whether the worker was given an empty cache decides what it can do. */
function driver(withItsOwn: (message: ToWorker, tell: Tell, die: Die) => boolean, withEmpty: (message: ToWorker, tell: Tell, die: Die) => boolean = () => false) {
  const caches: (string | undefined)[] = []
  const at = stand([card({ kind: 'cpu-device', vendor: 'other' })], (_name, env) => {
    caches.push(env?.['POCL_CACHE_DIR'])
    expect(env === undefined || existsSync(env['POCL_CACHE_DIR'] ?? '')).toBe(true)
    return scriptedWorker((message, tell, die) => {
      if ((env ? withEmpty : withItsOwn)(message, tell, die) || answerUsual(message, tell) || message.ask !== 'measure') return
      tell({ tell: 'measured', workload: message.workload, measured: { ok: true, value: 80, spread: 0.01, runs: 8, variant: 'float' } })
    })
  })
  stands.push(at)
  return { at, caches }
}

const input = asked({ gpuIds: ['GPU-1'], workloads: ['fp32-compute', 'memory-bandwidth'] })

function compilerEnds(signal: string) {
  return (message: ToWorker, tell: Tell, die: Die): boolean => {
    if (message.ask !== 'measure') return false
    tell({ tell: 'progress', workload: message.workload, step: 'preparing it', share: 0, rate: null })
    setImmediate(() => die(null, signal))
    return true
  }
}
const doesNotBuild = (message: ToWorker, tell: Tell): boolean => {
  if (message.ask === 'measure') tell({ tell: 'measured', workload: message.workload, measured: { ok: false, status: 'failed', reason: 'The kernel did not compile (OpenCL error -11).', lost: false } })
  return message.ask === 'measure'
}

describe('what the driver kept cannot be used', () => {
  test.each([
    ['its compiler gives up', compilerEnds('SIGABRT')],
    ['its compiler crashes', compilerEnds('SIGSEGV')],
    ['nothing builds', doesNotBuild],
  ])('%s: everything is measured with an empty cache, and the old one is named', async (_how, answer) => {
    const { at, caches } = driver(answer)
    const [result] = await at.benchmark.run(input)
    expect(result?.results.map((row) => row.value)).toEqual([80, 80])
    expect(result?.reasons.join(' ')).toMatch(/could not use its own cache of compiled kernels.*Delete the old one: .*\.cache\/pocl.*POCL_CACHE_DIR.*\.nv\/ComputeCache/)
    expect(result?.reasons.join(' ')).not.toMatch(/Restart|crashed/)
    expect(result && isWhole(result)).toBe(true)
    expect([at.history.markers(), at.events]).toEqual([[], []])
    // One more worker for the work, and the look after it with the same cache; nothing of it stays.
    expect(caches).toEqual([undefined, caches[1], caches[1]])
    expect(existsSync(caches[1] ?? '')).toBe(false)
  })

  test('only the look at the card afterwards meets it: the card is well', async () => {
    const { at } = driver((message, tell) => {
      if (message.ask === 'probe') tell({ tell: 'failed', reason: 'Preparing the kernel "sane" failed: the driver refused (OpenCL error -46).', lost: false })
      return message.ask === 'probe'
    })
    const [result] = await at.benchmark.run(input)
    expect(result?.reasons.join(' ')).toMatch(/Delete the old one/)
    expect(result?.reasons.join(' ')).not.toMatch(/Restart/)
    expect([result && isWhole(result), at.events]).toEqual([true, []])
  })
})

describe('an empty cache does not help', () => {
  test('a kernel that does not build is a failure of its own; the others are measured, and no cache is blamed', async () => {
    const bad = (message: ToWorker, tell: Tell): boolean => message.ask === 'measure' && message.workload === 'fp32-compute' && doesNotBuild(message, tell)
    const { at, caches } = driver(bad, bad)
    const [result] = await at.benchmark.run(input)
    expect(result?.results.map((row) => [row.status, row.value])).toEqual([['failed', null], ['measured', 80]])
    expect(result?.results[0]?.reason).toMatch(/did not compile/)
    expect(result?.reasons.join(' ')).not.toMatch(/cache/)
    expect(caches).toHaveLength(3)
  })

  test('a compiler that gives up all the same: said once more, nothing held back', async () => {
    const { at } = driver(compilerEnds('SIGABRT'), compilerEnds('SIGABRT'))
    const [result] = await at.benchmark.run(input)
    expect(result?.results[0]?.reason).toMatch(/compiler gave up while .* \(signal SIGABRT, with an empty cache of kernels too\)\. Nothing had run on the card\./)
    expect([at.history.markers(), at.events]).toEqual([[], []])
  })

  test('a driver that crashes while preparing, twice: that is held back', async () => {
    const { at } = driver(compilerEnds('SIGSEGV'), compilerEnds('SIGSEGV'))
    await at.benchmark.run(input)
    expect(at.history.markers().map((marker) => marker.workload)).toEqual(['fp32-compute'])
  })
})

test('a worker that ends amid its work is no matter of the cache', async () => {
  const { at, caches } = driver((message, tell, die) => {
    if (message.ask !== 'measure') return false
    tell({ tell: 'progress', workload: message.workload, step: 'measuring, run 1', share: 0.1, rate: 1 })
    setImmediate(() => die(null, 'SIGSEGV'))
    return true
  })
  await at.benchmark.run(input)
  expect(caches.every((cache) => cache === undefined)).toBe(true)
  expect(at.history.markers()).toHaveLength(1)
})

test('what a compiler’s trouble is', () => {
  for (const words of ['The kernel did not compile (OpenCL error -11).', 'x failed: the driver refused (OpenCL error -46).', 'CUDA error 218 (INVALID_PTX)']) expect(isCompilerTrouble(words)).toBe(true)
  for (const words of ['(OpenCL error -36)', '(OpenCL error -4)', '(OpenCL error -1)', 'CUDA error 700', 'CUDA error 2001']) expect(isCompilerTrouble(words)).toBe(false)
})

test('a cache of our own is empty, and gone when it is removed', () => {
  const cache = openOwnCache()
  const folders = Object.values(cache?.env ?? {})
  expect(folders.length).toBeGreaterThan(3)
  expect(folders.every((folder) => existsSync(folder))).toBe(true)
  cache?.remove()
  expect(folders.some((folder) => existsSync(folder))).toBe(false)
})
