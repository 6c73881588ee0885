/** A card that was given back is looked at until it is free. */
import { describe, expect, test } from 'vitest'
import { createFreedWatch } from '../../../main/policy/freed.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { PolicyProgramme } from '../../../shared/policy-state.ts'
import { card, program, programme, testAt } from '../../helpers/policy-inputs.ts'

describe('given back', () => {
  const ours = program({ pid: 10, name: 'worker', whose: 'ours', memoryBytes: 8e9 })
  const after = testAt + 1000
  function freedBench() {
    const events: HistoryEvent[] = []
    const watch = createFreedWatch((told) => void events.push(...told))
    return { events, watch, look: (cards: Parameters<typeof watch.look>[0], ms: number, phase: PolicyProgramme['phase'] = 'stopped') => watch.look(cards, [programme({ phase })], { at: testAt + ms, steadyMs: ms }) }
  }

  test('its processes are gone from the card: free, with how long it took', () => {
    const { events, watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    look([card({ programs: [ours], at: testAt })], 500, 'stopping')
    expect(watch.list()[0]).toMatchObject({ isOver: false, afterMs: null })
    look([card({ programs: [program()], at: after })], 1500)
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: 1500 })
    expect(events.map(({ id }) => id)).toEqual(['policy-memory-freed'])
    expect(events[0]?.sentence).toContain('8.0 GB')
  })

  test('a reading from before the stop frees nothing', () => {
    const { watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    look([card({ programs: [], at: testAt - 1 })], 900)
    expect(watch.list()[0]?.isOver).toBe(false)
  })

  test('still held after ten seconds: said once, with figures, and told when it is free after all', () => {
    const { events, watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    for (const ms of [2000, 9000, 10_000, 11_000, 12_000]) look([card({ programs: [ours], at: testAt + ms })], ms, 'stopping')
    expect(events.map(({ id }) => id)).toEqual(['policy-memory-held'])
    expect(watch.list()[0]?.sentence).toBe('Example worker was told to stop 12 s ago, and GeForce RTX 4090 is not known to be free: worker (10) still holds 8.0 GB.')
    look([card({ programs: [], at: testAt + 30_000 })], 30_000)
    expect(events.map(({ id }) => id)).toEqual(['policy-memory-held', 'policy-memory-freed'])
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: 30_000 })
  })

  test('another process with the same number is not ours any more', () => {
    const { watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    look([card({ programs: [{ ...ours, startedAt: after }], at: after })], 1500)
    expect(watch.list()[0]?.isOver).toBe(true)
  })

  test('a driver that names no process: by the card, about as before the start; what others hold by now is theirs', () => {
    const { watch, look } = freedBench()
    watch.started(programme(), [card({ memoryUsedBytes: 400e6 })])
    watch.stopped(programme({ phase: 'running' }), [card({ memoryUsedBytes: 9e9 })], { at: testAt, steadyMs: 0 })
    look([card({ memoryUsedBytes: 9e9, at: after })], 1500, 'stopping')
    expect(watch.list()[0]?.isOver).toBe(false)
    look([card({ memoryUsedBytes: 6.2e9, programs: [program({ memoryBytes: 6.1e9 })], at: after })], 2500)
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: 2500 })
  })

  test('where nothing tells, it says that it cannot be told', () => {
    const { events, watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ memoryUsedBytes: null })], { at: testAt, steadyMs: 0 })
    look([card({ memoryUsedBytes: null, at: after })], 11_000)
    expect(events[0]?.sentence).toContain('the driver does not tell how much memory the card holds')
    look([card({ memoryUsedBytes: null, at: after })], 11 * 60_000)
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: null })
  })
})
