/** Blocks of the schedule in words, and overlaps and contradictions between them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunMode, ScheduleBlock } from '../../shared/policy.ts'
import { blockProblems, blockWords, daysWords } from '../../shared/schedule-blocks.ts'

const block = (days: number[], from: string, to: string, may: RunMode, gpuId: string | null = null): ScheduleBlock => ({ days, from, to, may, gpuId })
const week = [1, 2, 3, 4, 5, 6, 7]

test('days and blocks in words', () => {
  expect([[1, 2, 3, 4, 5], [7, 6], week, [1], [1, 2, 3, 5, 7]].map(daysWords)).toEqual(['Mon to Fri', 'Sat, Sun', 'every day', 'Mon', 'Mon to Wed, Fri, Sun'])
  expect(blockWords(block([1, 2, 3, 4, 5], '22:00', '06:00', 'when-idle'))).toBe('Mon to Fri 22:00 to 06:00, when idle')
  expect(blockWords(block([6], '00:00', '00:00', 'never', 'GPU-1'), 'RTX 3090')).toBe('Sat all day, never, only RTX 3090')
  expect(blockWords(block([6], '08:00', '08:00', 'always', 'GPU-1'))).toBe('Sat 08:00 to 08:00 the next day, always, only GPU-1')
})

describe('what is odd', () => {
  test('blocks that do not meet, or of different cards: nothing', () => {
    expect(blockProblems([])).toEqual([])
    expect(blockProblems([block(week, '08:00', '12:00', 'never'), block(week, '12:00', '08:00', 'always')])).toEqual([])
    expect(blockProblems([block(week, '08:00', '12:00', 'never', 'a'), block(week, '08:00', '12:00', 'always', 'b')])).toEqual([])
  })
  test('an overlap is named, over midnight and the end of the week too', () => {
    expect(blockProblems([block([7], '22:00', '06:00', 'always'), block([1], '05:00', '07:00', 'never')])).toEqual([
      'Block 1 (Sun 22:00 to 06:00, always) and block 2 (Mon 05:00 to 07:00, never) overlap, first on Mon 05:00 to Mon 06:00: there "never" holds.',
    ])
  })
  test('a block that never counts is said once, whichever comes first', () => {
    const said = [blockProblems([block([2], '10:00', '11:00', 'always'), block(week, '09:00', '12:00', 'never')]), blockProblems([block(week, '09:00', '12:00', 'never'), block([2], '10:00', '11:00', 'always', 'a')])]
    expect(said).toEqual([['Block 1 (Tue 10:00 to 11:00, always) never counts: other blocks that are as strict or stricter cover all of it.'], ['Block 2 (Tue 10:00 to 11:00, always, only a) never counts: other blocks that are as strict or stricter cover all of it.']])
    expect(blockProblems([block(week, '09:00', '12:00', 'always'), block(week, '09:00', '12:00', 'always')])).toEqual(['Block 2 (every day 09:00 to 12:00, always) never counts: other blocks that are as strict or stricter cover all of it.'])
  })
  test('two together may hide a third', () => {
    expect(blockProblems([block(week, '08:00', '12:00', 'when-idle'), block(week, '08:00', '10:00', 'never'), block(week, '10:00', '12:00', 'never')])).toHaveLength(1)
  })
  test('of very many only the first are listed, and how many there are', () => {
    const many = Array.from({ length: 40 }, (_, index) => block(week, `${String(index % 12).padStart(2, '0')}:${index < 20 ? '00' : '30'}`, '23:59', index % 2 ? 'always' : 'never'))
    const said = blockProblems(many)
    expect(said.length).toBeLessThanOrEqual(21)
    expect(said.at(-1)).toMatch(/^\d+ more (is|are|overlaps|of)/)
  })
  test('for any blocks: whole sentences, and none where one stands alone', () => {
    const time = fc.integer({ min: 0, max: 23 }).map((h) => `${String(h).padStart(2, '0')}:00`)
    const any = fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }), from: time, to: time, may: fc.constantFrom<RunMode>('always', 'when-idle', 'never'), gpuId: fc.constantFrom(null, 'a') })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (blocks) => {
        const said = blockProblems(blocks)
        for (const sentence of said) expect(sentence).toMatch(/^[A-Z0-9].*\.$/)
        if (blocks.length < 2) expect(said).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
