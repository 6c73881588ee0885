/** What a card is good for, worked out from its figures: bands in order, what fits, who pays, and nothing where nothing is known. */
import { describe, expect, test } from 'vitest'
import { languageModels } from '../../../../main/benchmark/meaning/index.ts'
import { cacheBytesPerToken } from '../../../../main/benchmark/meaning/language-models.ts'
import { fitOf, tokensPerSecond } from '../../../../main/benchmark/meaning/inference.ts'
import { encodersOf, octanePointsPerTflops } from '../../../../main/benchmark/meaning/other-uses.ts'
import { scorePerTflops } from '../../../../main/networks/render/octanebench.ts'
import type { DerivedUse } from '../../../../shared/benchmark.ts'
import { ask, conditionsOf, now, resultOf, runOf, table } from './runs.ts'

const full = { 'fp32-compute': 33_000, 'memory-bandwidth': 850, 'tensor-fp16': 66_000, 'attention-decode': 700 } as const
const use = (uses: DerivedUse[], id: string): DerivedUse => uses.find((one) => one.id === id) ?? expect.fail(`no use ${id}`)
const model = (id: string) => languageModels.find((one) => one.id === id) ?? expect.fail(id)

describe('language models', () => {
  test('each is named, sourced and plausible', () => {
    expect(new Set(languageModels.map((one) => one.id)).size).toBe(languageModels.length)
    for (const one of languageModels) {
      expect(one.activeParameters).toBeLessThanOrEqual(one.parameters)
      expect(one.source.url).toMatch(/^https:/)
      expect(one.source.date).not.toBeNull()
      expect(one.quantisations.length).toBeGreaterThan(0)
    }
  })
  test('the sizes are those of the published files: 4.9 and 43.1 GB', () => {
    const gb = (id: string): number => (model(id).parameters * (model(id).quantisations[0]?.bitsPerWeight ?? 0)) / 8e9
    expect(gb('llama-3.1-8b')).toBeCloseTo(4.9, 1)
    expect(Math.abs(gb('llama-3.3-70b') - 43.1)).toBeLessThan(0.5)
    expect(Math.abs(gb('gpt-oss-20b') - 13.8)).toBeLessThan(0.2)
  })
  test('layers that see a short window only keep no context', () => {
    expect(cacheBytesPerToken(model('gpt-oss-20b'))).toBe(2 * 12 * 8 * 64 * 2)
    expect(cacheBytesPerToken(model('llama-3.1-8b'))).toBe(2 * 32 * 8 * 128 * 2)
  })
  // llama.cpp's own table for Llama 3.1 8B (tools/quantize/README.md): 16-bit, 8-bit and 4-bit on one card, whose bandwidth follows from the first.
  test.each([[16, 29.17], [8.5, 50.93], [4.89, 71.93]])('%s bits: the published %s tokens/s lie in the band', (bits, published) => {
    const band = tokensPerSecond({ ...model('llama-3.1-8b') }, bits, 640, null)
    expect(band.low).toBeLessThan(published)
    expect(band.high).toBeGreaterThan(published)
  })
  test('bands are in order, grow with bandwidth, and never pass what memory allows', () => {
    for (const one of languageModels) {
      for (const { bitsPerWeight } of one.quantisations) {
        const [slow, fast] = [tokensPerSecond(one, bitsPerWeight, 300, null), tokensPerSecond(one, bitsPerWeight, 3000, null)]
        expect(slow.low).toBeLessThan(slow.expected)
        expect(slow.expected).toBeLessThan(slow.high)
        expect(fast.expected).toBeGreaterThan(slow.expected)
        expect(fast.high).toBeLessThan(3000e9 / ((one.activeParameters * bitsPerWeight) / 8))
      }
    }
  })
  test('what fits in 24 GB, with the sentence', () => {
    const { uses } = ask(runOf(full))
    expect(use(uses, 'llama-3.1-8b-4-bit')).toMatchObject({ title: 'Llama 3.1 8B, 4-bit', kind: 'inference', fits: true, fitSentence: 'needs 6.8 of 25.8 GB with 8,192 tokens of context', unit: 'tokens/s', paidBy: ['pays for inference'] })
    expect(use(uses, 'llama-3.3-70b-4-bit')).toMatchObject({ fits: false, fitSentence: expect.stringMatching(/^needs 4\d\.\d of 25\.8 GB/), value: null, paidBy: [] })
    expect(use(uses, 'llama-3.1-8b-prompt').value?.expected).toBeGreaterThan(use(uses, 'llama-3.1-8b-4-bit').value?.expected ?? Infinity)
    expect(fitOf(model('llama-3.1-8b'), 16, null)).toMatchObject({ fits: null })
  })
  test('without bandwidth there are no answers, without a matrix product no prompts', () => {
    const ids = (figures: Parameters<typeof runOf>[0]): string[] => ask(runOf(figures)).uses.filter((one) => one.kind === 'inference').map((one) => one.id)
    expect(ids({ 'fp32-compute': 33_000 })).toEqual([])
    expect(ids({ 'memory-bandwidth': 850 }).some((id) => id.endsWith('-prompt'))).toBe(false)
    expect(ids({ 'matrix-multiply': 20_000 }).every((id) => id.endsWith('-prompt'))).toBe(true)
  })
})

describe('rendering', () => {
  test('inferred from single precision with a wide band, by the points of the cited scores', () => {
    const found = use(ask(runOf(full)).uses, 'octanebench')
    expect(found).toMatchObject({ title: 'OctaneBench (inferred)', kind: 'rendering', paidBy: ['pays for rendering'] })
    expect((found.value?.high ?? 0) / (found.value?.expected ?? 1)).toBeCloseTo(1.35, 9)
    expect(Math.abs(octanePointsPerTflops / scorePerTflops() - 1)).toBeLessThan(0.01)
  })
  test('an imported score beats it, narrowly', () => {
    const octane = { gpuId: 'GPU-1', score: 650, version: '2020.1.5', measuredAt: now, importedAt: now, from: 'log.txt' }
    expect(use(ask(runOf(full), { octane }).uses, 'octanebench')).toMatchObject({ title: 'OctaneBench', value: { low: 650 * 0.97, expected: 650, high: 650 * 1.03 }, formula: expect.stringContaining('version 2020.1.5 of 23 November') })
  })
  test('another maker has no score, and why', () => {
    const run = runOf(full, { gpuName: 'Radeon RX 7900 XTX', conditions: conditionsOf({ model: 'Radeon RX 7900 XTX', vendor: 'amd' }) })
    expect(use(ask(run).uses, 'octanebench')).toMatchObject({ value: null, paidBy: [], formula: expect.stringContaining('NVIDIA') })
  })
})

test('training: what fits, and 4-bit is slower but smaller', () => {
  const { uses } = ask(runOf(full))
  const [lora, qlora] = [use(uses, 'fine-tune-16-bit'), use(uses, 'fine-tune-4-bit')]
  expect(lora.fits).toBe(true)
  expect(lora.value?.expected ?? 0).toBeGreaterThan(qlora.value?.expected ?? Infinity)
  expect(use(ask(runOf(full, { conditions: conditionsOf({ memoryBytes: 12 * 2 ** 30 }) })).uses, 'fine-tune-16-bit')).toMatchObject({ fits: false, value: null })
  expect(ask(runOf({ 'memory-bandwidth': 850 })).uses.some((one) => one.kind === 'training')).toBe(false)
})

test('transcoding: encoders where they are known, and never a figure that nobody measured', () => {
  const of = (name: string): DerivedUse | undefined => ask(runOf(full, { conditions: conditionsOf({ model: name }) })).uses.find((one) => one.kind === 'transcoding')
  // Nobody is named who would pay for what no figure stands for.
  expect(of('GeForce RTX 4090')).toMatchObject({ fits: true, fitSentence: 'it has 2 video encoders (NVENC)', value: null, paidBy: [], formula: expect.stringMatching(/^Not derived: /) })
  expect(of('H200 SXM 141 GB')).toMatchObject({ fits: false, fitSentence: 'this chip has no video encoder', paidBy: [] })
  expect(of('GeForce GTX 980')).toMatchObject({ fits: null, value: null })
  for (const row of table.rows) expect(encodersOf(row) ?? 0).toBeGreaterThanOrEqual(0)
})

test('no programme takes a processor that offers OpenCL: the uses are told, and nobody who pays', () => {
  const run = runOf({ 'fp32-compute': 300, 'memory-bandwidth': 40, 'matrix-multiply': 200 }, { gpuName: 'pthread-skylake-avx512', conditions: conditionsOf({ kind: 'cpu-device', model: null, vendor: 'intel' }) })
  const { uses } = ask(run, { facts: null })
  expect(uses.some((one) => one.value !== null)).toBe(true)
  expect(uses.flatMap((one) => one.paidBy)).toEqual([])
  expect(ask({ ...run, conditions: conditionsOf({ kind: 'gpu' }) }).uses.flatMap((one) => one.paidBy)).toContain('pays for inference')
})

test('a run without figures, or with wrong ones, says nothing of uses', () => {
  expect(ask(runOf({})).uses).toEqual([])
  expect(ask(runOf({}, { results: [resultOf('memory-bandwidth', 850), resultOf('fp32-compute', 1, { status: 'wrong' })] })).uses).toEqual([])
})
