/** Whatever an answer may be: trees of odd values under the names that a parser looks for. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { MarketMisfit } from '../../../main/networks/network.ts'

/** The parser gives a value, or refuses with a whole sentence; nothing else comes out of it. */
export function holdsForAnyAnswer(parse: (raw: unknown) => unknown, names: string[], oddities: unknown[]): void {
  const leaf = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.constantFrom('2026-11-23', '1e400', '-1', 1e12, NaN, Infinity, ...oddities))
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 6 })),
  }))
  fc.assert(
    fc.property(tree, (raw) => {
      try {
        parse(raw)
      } catch (error) {
        expect(error).toBeInstanceOf(MarketMisfit)
        expect((error as Error).message).toMatch(/\S.*\.$/s)
      }
    }),
    { numRuns: 300 },
  )
}
