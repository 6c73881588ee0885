/** One card that does not answer must not silence the others: whom to ask together, alone, and not now. */
import { describe, expect, test } from 'vitest'
import { asidePauseMs, createSuspects, type Suspects } from '../../../main/gpu/suspects.ts'

const cards = ['a', 'b', 'c'].map((id) => ({ id }))
const ids = (some: readonly { id: string }[]): string => some.map(({ id }) => id).join('')

function split(suspects: Suspects, nowMs: number): { asOne: string; isDoubtful: boolean; alone: string | null } {
  const { asOne, isDoubtful, alone } = suspects.split(cards, nowMs)
  return { asOne: ids(asOne), isDoubtful, alone: alone?.id ?? null }
}
/** `b` has hung, and was found at 0. */
function withoutB(): Suspects {
  const suspects = createSuspects()
  suspects.missed(3)
  suspects.judged(['a', 'c'], new Map([['b', 'no answer within 5 s']]), 0)
  return suspects
}

describe('suspects', () => {
  test('all together, until a question for several is not answered: then each alone, once', () => {
    const suspects = createSuspects()
    expect(split(suspects, 0)).toEqual({ asOne: 'abc', isDoubtful: false, alone: null })
    suspects.missed(3)
    expect(split(suspects, 1_000)).toEqual({ asOne: 'abc', isDoubtful: true, alone: null })
    suspects.judged(['a', 'b', 'c'], new Map(), 2_000)
    expect(split(suspects, 3_000)).toEqual({ asOne: 'abc', isDoubtful: false, alone: null })
  })

  test('a lone card is in no doubt: there is nobody else to spare', () => {
    const suspects = createSuspects()
    suspects.missed(1)
    expect(suspects.split([{ id: 'a' }], 0).isDoubtful).toBe(false)
  })

  test('who did not answer alone is set aside with its reason; the others are asked together again', () => {
    const suspects = withoutB()
    expect(split(suspects, 1_000)).toEqual({ asOne: 'ac', isDoubtful: false, alone: null })
    expect([suspects.aside('a'), suspects.aside('b'), suspects.hasAside()]).toEqual([null, expect.objectContaining({ sinceMs: 0, dueMs: 30_000, why: 'no answer within 5 s' }), true])
  })

  test('it alone is tried again, after pauses that grow from 30 s to 10 min, and is silent since the beginning', () => {
    const suspects = withoutB()
    const pauses: number[] = []
    for (let nowMs = 0, last = 0; pauses.length < 7; nowMs += 1_000) {
      if (suspects.split(cards, nowMs).alone === null) continue
      pauses.push(nowMs - last)
      suspects.tried('b', 'no answer within 5 s', nowMs)
      last = nowMs
    }
    expect(pauses).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000])
    expect(suspects.aside('b')!.sinceMs).toBe(0)
    expect(asidePauseMs(2_000)).toBe(600_000)
  })

  test('it comes back when it answers', () => {
    const suspects = withoutB()
    suspects.tried('b', null, 30_000)
    expect([split(suspects, 31_000), suspects.hasAside()]).toEqual([{ asOne: 'abc', isDoubtful: false, alone: null }, false])
  })

  test('one that answers alone and hangs with the others is left alone longer each time; after a good while it begins anew', () => {
    const suspects = withoutB()
    const again = (nowMs: number): number => (suspects.judged(['a', 'c'], new Map([['b', 'it hangs']]), nowMs), suspects.aside('b')!.dueMs - nowMs)
    suspects.tried('b', null, 30_000)
    expect(again(40_000)).toBe(60_000)
    suspects.tried('b', null, 100_000)
    expect([again(100_000 + 11 * 60_000), suspects.aside('b')!.sinceMs]).toEqual([30_000, 100_000 + 11 * 60_000])
  })

  test('where none answers, no single card is to blame: all are asked together the next time', () => {
    const suspects = createSuspects()
    suspects.missed(3)
    suspects.judged([], new Map(cards.map(({ id }) => [id, 'no answer within 5 s'])), 0)
    expect([split(suspects, 1_000), suspects.hasAside()]).toEqual([{ asOne: 'abc', isDoubtful: false, alone: null }, false])
  })

  test('of two set aside the one that has waited longer is tried first', () => {
    const suspects = withoutB()
    suspects.missed(2)
    suspects.judged(['a'], new Map([['c', 'it died']]), 10_000)
    expect(split(suspects, 50_000)).toEqual({ asOne: 'a', isDoubtful: false, alone: 'b' })
    suspects.tried('b', 'it hangs', 50_000)
    expect(split(suspects, 51_000).alone).toBe('c')
  })
})
