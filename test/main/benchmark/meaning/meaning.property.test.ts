/** Whatever runs are handed in, also edited ones: sentences end, numbers are numbers, bands are in order, and asking again gives the same. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BenchmarkResult } from '../../../../shared/benchmark.ts'
import { workloads } from '../../../../main/benchmark/workloads/index.ts'
import { ask, conditionsOf, now, resultOf, runOf, table } from './runs.ts'

const ids = workloads.map((workload) => workload.id)
const figure = fc.option(fc.oneof(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.constantFrom(0, -1, NaN, Infinity)), { nil: null })
const results = fc.uniqueArray(fc.record({ workload: fc.constantFrom(...ids), value: figure, status: fc.constantFrom(undefined, 'measured', 'failed', 'wrong', 'not-offered', 'held-back'), heldBack: fc.constantFrom(undefined, [], [{ reason: 'sw_power_cap', share: 0.5 }]) }), { selector: (one) => one.workload, maxLength: 10 })
const run = fc
  .record({ results, gpuId: fc.constantFrom('GPU-1', 'GPU-2'), startedAt: fc.integer({ min: 0, max: now }), model: fc.constantFrom(null, ...table.rows.map((row) => row.model)), memoryBytes: fc.constantFrom(null, 0, 8e9, 8e10), hasConditions: fc.boolean() })
  .map(({ results, gpuId, startedAt, model, memoryBytes, hasConditions }): BenchmarkResult => {
    const made = runOf({}, { gpuId, startedAt, gpuName: model ?? 'Card', results: results.map(({ workload, value, ...rest }) => resultOf(workload, value, JSON.parse(JSON.stringify(rest)))), conditions: conditionsOf({ model, memoryBytes }) })
    if (!hasConditions) delete made.conditions
    return made
  })

test('any run, any past', () => {
  fc.assert(
    fc.property(run, fc.array(run, { maxLength: 6 }), (one, others) => {
      const imports = others.slice(3).map((result, index) => ({ id: `i${index}`, importedAt: now, from: 'x', result }))
      const meaning = ask(one, { ownRuns: [one, ...others.slice(0, 3)], imports })
      expect(meaning).toEqual(ask(one, { ownRuns: [one, ...others.slice(0, 3)], imports }))
      for (const sentence of [...meaning.sentences, ...meaning.remarks]) {
        expect(sentence).toMatch(/^\S.*\.$/)
        expect(sentence).not.toMatch(/NaN|Infinity|undefined|null/)
      }
      for (const { ofExpected, ofReference, ofBest } of meaning.standings) {
        for (const share of [ofExpected, ofReference?.share, ofBest?.share]) if (share != null) expect(share > 0 && Number.isFinite(share)).toBe(true)
      }
      for (const use of meaning.uses) {
        if (use.value !== null) expect(use.value.low > 0 && use.value.low <= use.value.expected && use.value.expected <= use.value.high && Number.isFinite(use.value.high)).toBe(true)
        if (use.fits === false || use.value === null) expect(use.paidBy).toEqual([])
        expect(use.formula).toMatch(/\.$/)
      }
      expect(new Set(meaning.uses.map((use) => use.id)).size).toBe(meaning.uses.length)
    }),
    { numRuns: 80 },
  )
})
