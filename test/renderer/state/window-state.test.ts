/** The window's state over a connection: subscribes first, reads then, reads again on a gap and after each reconnect. */
import { describe, expect, it } from 'vitest'
import type { Reply } from '../../../shared/requests.ts'
import type { StateSnapshot, StatePart } from '../../../shared/state.ts'
import type { Connection, ConnectionListener } from '../../../renderer/connection/connection.ts'
import { addSample, createSampleLog } from '../../../renderer/state/sample-log.ts'
import { keepWatching } from '../../../renderer/state/viewing.ts'
import { createWindowState } from '../../../renderer/state/window-state.ts'
import { now, sample, state } from '../../gallery/parts.ts'

function snapshot(revision: number, version: string): StateSnapshot {
  const whole = { ...state(), app: { ...state().app, version } }
  return { state: whole, revisions: Object.fromEntries((Object.keys(whole) as StatePart[]).map((part) => [part, revision])) as StateSnapshot['revisions'] }
}

/** A connection whose answers are given by hand. */
function handConnection() {
  const waiting: ((reply: Reply<StateSnapshot>) => void)[] = []
  let listener: ConnectionListener | undefined
  const connection: Connection = {
    door: 'browser',
    ask: (() => new Promise((resolve) => waiting.push(resolve))) as unknown as Connection['ask'],
    listen(given) {
      listener = given
      return () => {}
    },
    retryNow() {},
  }
  async function answer(reply: Reply<StateSnapshot>): Promise<void> {
    waiting.shift()?.(reply)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { connection, waiting, answer, listener: () => listener as ConnectionListener }
}

describe('the window state', () => {
  it('has nothing until the first snapshot', async () => {
    const hand = handConnection()
    const windowState = createWindowState(hand.connection)
    hand.listener().onOpen()
    expect(windowState.state()).toBeNull()
    await hand.answer({ ok: true, value: snapshot(1, 'first') })
    expect(windowState.state()?.app.version).toBe('first')
  })

  it('reads again on a gap, once', async () => {
    const hand = handConnection()
    const windowState = createWindowState(hand.connection)
    hand.listener().onOpen()
    await hand.answer({ ok: true, value: snapshot(1, 'first') })
    hand.listener().onUpdate({ part: 'app', revision: 5, value: { ...state().app, version: 'jumped' } })
    expect(windowState.state()?.app.version).toBe('jumped')
    expect(hand.waiting).toHaveLength(1)
    await hand.answer({ ok: true, value: snapshot(5, 'jumped') })
    expect(hand.waiting).toHaveLength(0)
  })

  it('throws an answer away that belongs to a stream that is gone', async () => {
    const hand = handConnection()
    const windowState = createWindowState(hand.connection)
    hand.listener().onOpen()
    hand.listener().onOpen()
    await hand.answer({ ok: true, value: snapshot(900, 'of the old process') })
    await hand.answer({ ok: true, value: snapshot(1, 'of the new process') })
    expect(windowState.state()?.app.version).toBe('of the new process')
  })

  it('keeps what was heard last while the link is lost, and says why reading failed', async () => {
    const hand = handConnection()
    const windowState = createWindowState(hand.connection)
    hand.listener().onOpen()
    await hand.answer({ ok: true, value: snapshot(1, 'first') })
    hand.listener().onLink({ phase: 'lost', since: 1, retryAt: 2 })
    hand.listener().onOpen()
    await hand.answer({ ok: false, failure: { code: 'connection', message: 'Nobody answers.' } })
    expect(windowState.state()?.app.version).toBe('first')
    expect(windowState.readFailure()).toBe('Nobody answers.')
  })
})

describe('the session’s readings', () => {
  it('grow with each new sample and forget the oldest', () => {
    let samples: ReturnType<typeof addSample> = []
    for (let i = 0; i < 5; i += 1) samples = addSample(samples, sample({ takenAt: now + i }), 3)
    expect(samples.map((one) => one.takenAt - now)).toEqual([2, 3, 4])
    expect(addSample(samples, sample({ takenAt: now + 4 }), 3)).toBe(samples)
  })

  it('are collected from telemetry as it is pushed', async () => {
    const hand = handConnection()
    const windowState = createWindowState(hand.connection)
    const log = createSampleLog(windowState)
    hand.listener().onOpen()
    await hand.answer({ ok: true, value: snapshot(1, 'first') })
    hand.listener().onUpdate({ part: 'telemetry', revision: 2, value: { ...state().telemetry, samples: { 'GPU-00000000': sample({ takenAt: now + 1000 }) } } })
    expect(log.of('GPU-00000000')).toHaveLength(2)
    expect(log.of('another')).toHaveLength(0)
  })
})

describe('the lease of live readings', () => {
  function viewing() {
    const said: boolean[] = []
    let visible = true
    let renew = () => {}
    let changed = () => {}
    const stop = keepWatching({
      watch: (watching) => said.push(watching),
      isVisible: () => visible,
      onVisibilityChange(listener) {
        changed = listener
        return () => {}
      },
      every(_, run) {
        renew = run
        return () => {}
      },
    })
    return { said, stop, renew: () => renew(), show: (now: boolean) => { visible = now; changed() } }
  }
  it('is renewed while visible, given back when hidden, taken again when shown', () => {
    const page = viewing()
    page.renew()
    page.show(false)
    page.renew()
    page.show(true)
    page.stop()
    expect(page.said).toEqual([true, true, false, true, false])
  })
})
