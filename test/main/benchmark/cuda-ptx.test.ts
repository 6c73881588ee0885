/** The committed PTX of the tensor cores, run by a machine of our own and compared with its sources: no card is needed. */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TensorKind } from '../../../main/benchmark/tensor-specs.ts'
import { kernelsFor, type TensorKernel } from '../../../main/benchmark/workloads/tensor-kernels.ts'
import { checkTensor, distinctOperands, encoded, mostRounds, productOf, steadyOperands, type Operands } from '../../../main/benchmark/workloads/tensor-numbers.ts'
import { runBlock } from './ptx-machine.ts'
import { resourcesFolder, root } from './support.ts'

const folder = path.join(resourcesFolder, 'kernels', 'cuda')
const kinds: TensorKind[] = ['fp16', 'bf16', 'int8']
const cases = kinds.flatMap((kind) => ['7.0', '7.5', '8.0', '9.0'].flatMap((capability) => kernelsFor(kind, capability).map((kernel) => ({ kind, kernel }))))
const all = [...new Map(cases.map((one) => [one.kernel.file, one])).values()]

/** What a block of one team makes of these operands. */
function compute(kind: TensorKind, kernel: TensorKernel, operands: Operands, rounds: number): { sums: Int32Array; tile: Int32Array | Float32Array } {
  const ptx = readFileSync(path.join(folder, kernel.file), 'utf8')
  const cells = kernel.rows * kernel.columns
  const ran = runBlock(ptx, kernel.team, [encoded(operands.a0, kind), encoded(operands.a1, kind), encoded(operands.b, kind), new Uint8Array(kernel.team * 4), new Uint8Array(cells * 4), rounds])
  const sums = new Int32Array(ran.bytesAt(ran.addresses[3] as number, kernel.team * 4).buffer)
  const cellBytes = ran.bytesAt(ran.addresses[4] as number, cells * 4).buffer
  return { sums, tile: kind === 'int8' ? new Int32Array(cellBytes) : new Float32Array(cellBytes) }
}

describe('the PTX of the tensor cores', () => {
  test.each(all)('$kernel.file multiplies matrices of numbers that are all different', ({ kind, kernel }) => {
    const operands = distinctOperands(kernel, kind)
    const { sums, tile } = compute(kind, kernel, operands, 1)
    expect(checkTensor(kernel, productOf(kernel, kind, operands), 1, sums, tile)).toBeNull()
  })

  test.each(all)('$kernel.file grows by the same small matrix in every round, and exactly', ({ kind, kernel }) => {
    const operands = steadyOperands(kernel, kind)
    const product = productOf(kernel, kind, operands)
    expect(new Set(product.map(Math.abs))).toEqual(new Set([1, 2]))
    const { sums, tile } = compute(kind, kernel, operands, 3)
    expect(checkTensor(kernel, product, 3, sums, tile)).toBeNull()
    expect(checkTensor(kernel, product, 2, sums, tile)).toContain('is right')
    // Sums in floats are exact up to 2^24: what has grown, and what half a pair adds to it for a moment.
    const half = productOf(kernel, kind, { ...operands, a0: operands.a0.map(Math.abs), a1: operands.a1.fill(0), b: operands.b.map(Math.abs) })
    if (kind !== 'int8') expect(mostRounds(kernel, kind) * kernel.pairs * 2 + Math.max(...half)).toBeLessThanOrEqual(2 ** 24)
  })

  test('a swapped value is found', () => {
    const { kind, kernel } = all[0]!
    const operands = distinctOperands(kernel, kind)
    const { sums, tile } = compute(kind, kernel, operands, 1)
    const product = productOf(kernel, kind, operands)
    const [first, second] = [tile[0]!, tile[1]!]
    tile[0] = second
    tile[1] = first
    expect(checkTensor(kernel, product, 1, sums, tile)).toContain('row 0, column 0')
  })

  test('every file is used, asks for the least language that has its instructions, and is kept with its source', () => {
    const found = readdirSync(folder)
    expect(found.filter((name) => name.endsWith('.ptx')).toSorted()).toEqual(all.map(({ kernel }) => kernel.file).toSorted())
    expect(found).toEqual(expect.arrayContaining(['tensor-mma.cu', 'tensor-wgmma.cu', 'README.md']))
    for (const { kernel } of all) {
      const text = readFileSync(path.join(folder, kernel.file), 'utf8')
      const target = /\.sm_(\w+)\.ptx$/.exec(kernel.file)?.[1]
      expect(text).toContain(`.target sm_${target}\n`)
      // Drivers of CUDA 10.0, 10.2, 11.0 and 12.0: PTX ISA 6.3, 6.5, 7.0, 8.0.
      expect(text).toContain(`.version ${{ '70': '6.3', '75': '6.5', '80': '7.0', '90a': '8.0' }[target as string]}\n`)
    }
  })

  test.each(all.filter(({ kernel }) => kernel.isUntried))('$kernel.file reads its sums after it has waited for them', ({ kernel }) => {
    const text = readFileSync(path.join(folder, kernel.file), 'utf8')
    const waited = text.lastIndexOf('wgmma.wait_group.sync.aligned 0')
    const multiplied = text.lastIndexOf('wgmma.mma_async')
    expect(waited).toBeGreaterThan(multiplied)
    // From the last multiplication to the waiting nothing is worked out from the sums.
    expect(text.slice(multiplied, waited)).not.toMatch(/\b(cvt|mad|mul|st\.global)\b/)
  })

  const hasCompiler = spawnSync('nvcc', ['--version']).status === 0 && spawnSync('ptxas', ['--version']).status === 0
  test.skipIf(!hasCompiler)('is what its sources give, and assembles without spilling for every generation it is for (needs nvcc)', { timeout: 120_000 }, () => {
    const { status, stdout } = spawnSync(process.execPath, [path.join(root, 'scripts/build-ptx.js'), '--check'], { encoding: 'utf8' })
    const lines = stdout.trim().split('\n').slice(1)
    expect(status, stdout).toBe(0)
    expect(lines.length).toBeGreaterThan(25)
    for (const line of lines) expect(line).toMatch(/ registers, 0 bytes spilled$/)
  })
})
