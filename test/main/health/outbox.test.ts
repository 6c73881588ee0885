/** Letters of one channel: tried again with pauses, bounded, and what answers mean for them. */
import { describe, expect, it } from 'vitest'
import type { Telling } from '../../../main/health/message.ts'
import { createOutbox, pausesMs } from '../../../main/health/outbox.ts'
import { outcomeOf, type Outcome } from '../../../main/health/senders.ts'
import { handClock } from '../../helpers/clocks.ts'

describe('letters on their way', () => {
  const telling = (title: string): Telling => ({ message: { kind: 'test', machine: 'm', at: 0, title, text: '', alert: null, alerts: [] }, alerts: [] })
  function outbox(answers: (Outcome | null)[]) {
    const clock = handClock()
    const sent: string[] = []
    const settled: [string, boolean][] = []
    const box = createOutbox({
      clock,
      random: () => 0,
      send: async (letter) => {
        sent.push(letter.telling.message.title)
        return answers.length > 1 ? (answers.shift() as Outcome | null) : (answers[0] ?? null)
      },
      onOutcome: () => {},
      onSettled: (one, arrived) => void settled.push([one.message.title, arrived]),
    })
    return { clock, box, sent, settled }
  }
  const again: Outcome = { kind: 'again', sentence: '', afterMs: null }

  it('are given up after five more tries with growing pauses, and the next follow', async () => {
    const { clock, box, sent, settled } = outbox([again, again, again, again, again, again, { kind: 'delivered', sentence: '' }])
    box.push(telling('one'))
    box.push(telling('two'))
    await clock.advance(0)
    for (const [index, pauseMs] of pausesMs.entries()) {
      await clock.advance(pauseMs - 1)
      expect(sent).toHaveLength(index + 1)
      await clock.advance(1)
    }
    expect(sent).toEqual(['one', 'one', 'one', 'one', 'one', 'one', 'two'])
    expect(settled).toEqual([['one', false], ['two', true]])
  })

  it('wait as long as the receiver asks, but no more than an hour', async () => {
    const { clock, box, sent } = outbox([{ ...again, afterMs: 9e9 }])
    box.push(telling('one'))
    await clock.advance(3_599_000)
    expect(sent).toHaveLength(1)
    await clock.advance(2_000)
    expect(sent).toHaveLength(2)
  })

  it('are bounded: the oldest goes', async () => {
    const { clock, box, settled } = outbox([again])
    for (let number = 0; number < 105; number++) box.push(telling(String(number)))
    await clock.advance(0)
    expect(box.waiting()).toBe(100)
    expect(settled.map(([title]) => title)).toEqual(['0', '1', '2', '3', '4'])
  })

  it.each([[200, 'delivered'], [204, 'delivered'], [400, 'refused'], [404, 'again'], [410, 'gone'], [413, 'refused'], [429, 'again'], [500, 'again'], [302, 'again']] as const)('make of the answer %d: %s', (code, kind) => {
    expect(outcomeOf({ kind: 'answered', status: code, retryAfterMs: null })).toMatchObject({ kind, sentence: expect.stringMatching(/\.$/) as string })
  })
})
