/** Devices and drivers that lie, break or vanish: the real measuring over a library of ours in front of the machine's OpenCL. gcc builds it here. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { listOpenClDevices } from '../../main/system/opencl.ts'
import type { BenchmarkResult } from '../../shared/benchmark.ts'
import type { Detection } from '../../shared/machine.ts'
import { idlewatt } from '../main/command-line/call.ts'
import { newFolder } from '../helpers/files.ts'

const opencl = listOpenClDevices()
const folder = mkdtempSync(join(tmpdir(), 'idlewatt-liar-'))
const library = join(folder, 'libliar.so')
/** It is linked with the real library, so that functions it does not bend are found there. */
const made = process.platform === 'linux' && opencl.ok && opencl.devices.length > 0 ? spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, join(import.meta.dirname, 'opencl-liar.c'), '-Wl,--no-as-needed', '-l:libOpenCL.so.1', '-ldl'], { encoding: 'utf8' }) : null

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  exitCode: number | null
  stderr: string
  stdout: string
  result: BenchmarkResult
}

/** stdout must be one document, whatever the driver does. */
async function bench(lies: Record<string, string>, words: string[]): Promise<Ran> {
  const { exitCode, stdout, stderr } = await idlewatt(['bench', '--json', ...words], { IDLEWATT_OPENCL_LIBRARY: library, ...lies })
  try {
    return { exitCode, stdout, stderr, result: JSON.parse(stdout) as BenchmarkResult }
  } catch (error) {
    throw new Error(`no document: ${JSON.stringify(stdout.slice(0, 300))}; ${stderr}`, { cause: error })
  }
}

const one = (ran: Ran, workload: string): BenchmarkResult['results'][number] | undefined => ran.result.results.find((each) => each.workload === workload)
const isSentence = /^[A-Z“"0-9].{8,}[.?!]$/s

describe.skipIf(made?.status !== 0)('OpenCL that lies (skipped without gcc or an OpenCL device)', { timeout: 60_000 }, () => {
  test('ten times the memory there is, one compute unit, and words on stdout: the figure stands', async () => {
    const ran = await bench({ STUB_CL_MEMORY: 'tenfold', STUB_CL_UNITS: '1', STUB_CL_PRINT: '1' }, ['--workload', 'memory-latency'])
    expect(ran.result.results).toMatchObject([{ workload: 'memory-latency', status: 'measured' }])
    expect(one(ran, 'memory-latency')?.value).toBeGreaterThan(0.1)
    expect(ran.exitCode).toBe(0)
    expect(ran.stderr).toContain('[icd] driver loaded')
  })

  test('half precision that is claimed and does not compile is not offered, in the compiler’s words; the rest is measured', async () => {
    const ran = await bench({ STUB_CL_HALF: '1' }, ['--workload', 'fp16-compute', '--workload', 'launch-latency'])
    expect(one(ran, 'fp16-compute')).toMatchObject({ status: 'not-offered', value: null })
    expect(one(ran, 'fp16-compute')?.reason).toMatch(/half precision arithmetic is not supported by this target/)
    expect(one(ran, 'launch-latency')).toMatchObject({ status: 'measured' })
    expect(ran.exitCode).toBe(0)
  })

  test('of two cards with one name that tell no memory and no compute units, the one that was asked for is opened and measured, and never the other', async () => {
    const log = join(folder, 'opened.log')
    const lies = { STUB_CL_TWINS: '1', STUB_CL_MEMORY: 'zero', STUB_CL_UNITS: '0', STUB_CL_LOG: log, IDLEWATT_OPENCL_LIBRARY: library }
    const data = newFolder()
    const { gpus } = JSON.parse((await idlewatt(['detect', '--json', '--data', data], lies)).stdout) as Detection
    expect(gpus.map((gpu) => gpu.pciAddress)).toEqual(['0000:01:00.0', '0000:02:00.0'])
    expect(new Set(gpus.map((gpu) => gpu.name)).size).toBe(1)
    const second = gpus.find((gpu) => gpu.pciAddress === '0000:02:00.0')?.id ?? ''
    const ran = await bench(lies, ['--gpu', second, '--workload', 'memory-latency', '--data', data])
    expect(ran.result.gpuId).toBe(second)
    expect(one(ran, 'memory-latency')?.value, ran.stderr).toBeGreaterThan(0)
    const opened = readFileSync(log, 'utf8').trim().split('\n')
    expect(new Set(opened)).toEqual(new Set(['0000:02:00.0']))
  })

  test('wrong values are no figure but an alarm, and the exit code says so', async () => {
    const ran = await bench({ STUB_CL_WRONG_AFTER: '0' }, ['--workload', 'fp32-compute'])
    expect(one(ran, 'fp32-compute')).toMatchObject({ status: 'wrong', value: null })
    expect(one(ran, 'fp32-compute')?.reason).toMatch(/wrong/)
    expect(ran.result.verdict).toBe('unknown')
    expect(ran.exitCode).toBe(1)
  })

  test('values that go wrong only later are noticed too', async () => {
    const ran = await bench({ STUB_CL_WRONG_AFTER: '12' }, ['--workload', 'fp32-compute'])
    expect(one(ran, 'fp32-compute')).toMatchObject({ status: 'wrong', value: null })
    expect(ran.exitCode).toBe(1)
  })

  // These three wait more than they work.
  test.concurrent.each(['-36', '-5'])('a device that is lost at work (%s) ends the suite with a sentence', async (code) => {
    const ran = await bench({ STUB_CL_LOSE_AFTER: '12', STUB_CL_LOSE_CODE: code }, ['--workload', 'fp32-compute', '--workload', 'memory-read'])
    expect(ran.result.results.every((each) => each.value === null)).toBe(true)
    expect(ran.result.reasons.length).toBeGreaterThan(0)
    for (const reason of ran.result.reasons) expect(reason).toMatch(isSentence)
    expect(ran.result.verdict).toBe('unknown')
    expect(ran.exitCode).toBe(1)
  })

  test.concurrent('a driver that never comes back is left, and its process with it', async () => {
    // A name of its own tells its processes from those of the others.
    const hanging = join(folder, 'libhanging.so')
    copyFileSync(library, hanging)
    const ran = await bench({ STUB_CL_HANG_AFTER: '6', IDLEWATT_OPENCL_LIBRARY: hanging }, ['--mode', 'full', '--workload', 'fp32-compute'])
    expect(one(ran, 'fp32-compute')?.value).toBeNull()
    expect(ran.result.reasons.join(' ')).toMatch(/stopped answering/)
    expect(ran.exitCode).toBe(1)
    expect(processesOf(hanging)).toEqual([])
  })

  test('a loader without a driver is a sentence', async () => {
    const { exitCode, stdout, stderr } = await idlewatt(['bench', '--json'], { IDLEWATT_OPENCL_LIBRARY: library, STUB_CL_NO_PLATFORM: '1' })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/OpenCL/)
  })

  test('no loader at all is a sentence', async () => {
    const { exitCode, stdout, stderr } = await idlewatt(['bench', '--json'], { IDLEWATT_OPENCL_LIBRARY: join(folder, 'is-not-here.so') })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/OpenCL/)
  })

  test('a damaged kernel cache is got round with an empty one, and named', async () => {
    const cache = newFolder()
    const words = ['--workload', 'memory-latency']
    expect(one(await bench({ POCL_CACHE_DIR: cache }, words), 'memory-latency')?.value).toBeGreaterThan(0)
    let cut = 0
    for (const file of readdirSync(cache, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = join(file.parentPath, file.name)
      truncateSync(path, Math.floor(readFileSync(path).length / 2))
      cut += 1
    }
    if (opencl.ok && /portable computing/i.test(opencl.devices[0]?.platformName ?? '')) expect(cut).toBeGreaterThan(0)
    const again = await bench({ POCL_CACHE_DIR: cache }, words)
    expect(one(again, 'memory-latency')?.value, again.stderr).toBeGreaterThan(0)
    expect(again.exitCode).toBe(0)
    expect(again.result.reasons.join(' ')).not.toMatch(/Restart the machine/)
    if (/Assertion/.test(again.stderr)) expect(again.result.reasons.join(' ')).toMatch(/could not use its own cache of compiled kernels/)
  })
})

/** Processes that have this library in memory. */
function processesOf(path: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(path)
    } catch {
      return false
    }
  })
}
