/** What measuring found of a card is an alert until a later run says otherwise, through restarts and however it was found. */
import { describe, expect, it } from 'vitest'
import type { HistoryEvent, HistoryEventId } from '../../../shared/history.ts'
import { card, openHealth, type House } from '../../helpers/health.ts'

const kinds: { wrong: HistoryEventId; right: HistoryEventId; title: string }[] = [
  { wrong: 'benchmark-wrong-result', right: 'benchmark-right-result', title: 'Computes wrong values' },
  { wrong: 'benchmark-memory-errors', right: 'benchmark-memory-right', title: 'Memory test found errors' },
]

function event(house: House, id: HistoryEventId, sentence = 'Single-precision compute: 3 of 4,096 values were wrong.', gpuId = 'GPU-1'): HistoryEvent {
  return { at: house.clock.now(), id, gpuId, sentence }
}

describe.each(kinds)('after $wrong', ({ wrong, right, title }) => {
  it('an alert says what was found and what to do, and stays while the card merely looks well', async () => {
    const house = openHealth()
    await house.run(5)
    const found = event(house, wrong)
    house.health.note([found])
    expect(house.state().open).toMatchObject([{ title, severity: 'critical', gpuId: 'GPU-1', since: found.at, until: null }])
    expect(house.state().open[0]?.sentence).toBe(found.sentence)
    expect(house.state().open[0]?.evidence[0]?.value).toBe(found.sentence)
    expect(house.state().open[0]?.remedy).toMatch(/\.$/)
    expect(house.shown.map((message) => message.title).join()).toContain('NVIDIA GeForce RTX 4090')
    await house.run(3 * 3600)
    expect(house.titles()).toEqual([title])
  }, 60_000)

  it('it is over once a later run of the same card is right, and not by a run of another', async () => {
    const house = openHealth()
    house.cards = [card(), card({ id: 'GPU-2', uuid: 'GPU-2', pciAddress: '0000:02:00.0' })]
    await house.run(5, { 'GPU-1': {}, 'GPU-2': {} })
    house.health.note([event(house, wrong)])
    await house.run(20, { 'GPU-1': {}, 'GPU-2': {} })
    house.health.note([event(house, right, 'All was right.', 'GPU-2')])
    await house.run(20, { 'GPU-1': {}, 'GPU-2': {} })
    expect(house.titles()).toEqual([title])
    house.health.note([event(house, right, 'All was right.')])
    await house.run(11)
    expect(house.titles()).toEqual([])
    expect(house.events.find((one) => one.id === 'alert-ended')?.sentence).toContain(title)
  })

  it('it outlives a restart, and is not told twice for what the history tells again', async () => {
    const before = openHealth()
    await before.run(5)
    const found = event(before, wrong)
    before.health.note([found])
    const saved = before.saved.at(-1)
    const after = openHealth({ startAt: before.clock.now() + 60_000, saved: { open: saved ? [saved] : [], ended: [] }, findings: () => [found] })
    await after.run(30)
    expect(after.titles()).toEqual([title])
    expect(after.events.filter((one) => one.id === 'alert-began')).toEqual([])
    after.health.note([event(after, right, 'All was right.')])
    expect(after.titles()).toEqual([])
  })

  it('a command that watched nobody found it: the next watch begins the alert; one put right since, none', async () => {
    const sentence = 'Half-precision compute: the result was wrong.'
    const old = (id: HistoryEventId, at: number): HistoryEvent => ({ at, id, gpuId: 'GPU-1', sentence })
    const house = openHealth({ findings: () => [old(wrong, 1000)] })
    await house.run(11)
    expect(house.titles()).toEqual([title])
    const mended = openHealth({ findings: () => [old(wrong, 1000), old(right, 2000)] })
    await mended.run(11)
    expect(mended.titles()).toEqual([])
  })

  it('a card that is gone for a moment keeps it', async () => {
    const house = openHealth()
    await house.run(5)
    house.health.note([event(house, wrong)])
    house.cards = [card({ lostSince: house.clock.now() })]
    await house.run(40, {})
    expect(house.titles()).toContain(title)
    house.cards = [card()]
    await house.run(40)
    expect(house.titles()).toEqual([title])
  })
})
