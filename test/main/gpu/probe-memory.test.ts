/** A library that loses memory fast is not started over and over: pauses grow, as after any other failure. */
import { expect, test } from 'vitest'
import { createProbe, memoryLimitBytes, type Probe } from '../../../main/gpu/probe.ts'
import type { FromProbe } from '../../../main/gpu/probe-messages.ts'
import { answered } from '../../../main/gpu/vendor.ts'
import { createLog } from '../../../main/system/log.ts'
import { handClock, type HandClock } from '../../helpers/clocks.ts'
import { workerThatAnswers } from '../../helpers/gpus.ts'

interface Rig {
  clock: HandClock
  probe: Probe
  starts: number[]
  told: string[]
  beat(rssBytes: number): void
}

function start(): Rig {
  const clock = handClock()
  const starts: number[] = []
  const told: string[] = []
  let hear = (_message: unknown): void => {}
  const probe = createProbe({
    reads: 'the driver',
    startWorker() {
      starts.push(clock.now())
      const worker = workerThatAnswers((question) => (question.kind === 'detect' ? answered('nvml', []) : []))
      return { ...worker, onMessage: (listener) => ((hear = listener), worker.onMessage(listener)) }
    },
    clock,
    steadyMs: clock.now,
    log: createLog('silent', () => {}),
    onRestarted: (sentence) => told.push(sentence),
  })
  return { clock, probe, starts, told, beat: (rssBytes) => hear({ kind: 'beat', rssBytes } satisfies FromProbe) }
}

/** Asks once a second for so long; the library has taken too much after each `growsForMs` of a process's life. */
async function recordFor({ clock, probe, starts, beat }: Rig, seconds: number, growsForMs: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await probe.ask({ kind: 'sample', layer: 'nvml', at: clock.now(), cards: '[]' }, 5_000).catch(() => {})
    beat(clock.now() - starts.at(-1)! >= growsForMs ? memoryLimitBytes + 1 : 1)
    await clock.advance(1_000)
  }
}
const gapsOf = (times: number[]): number[] => times.slice(1).map((at, place) => (at - times[place]!) / 1_000)

test('the pauses grow to a minute', async () => {
  const rig = start()
  await recordFor(rig, 600, 7_000)
  expect(gapsOf(rig.starts).slice(0, 7)).toEqual([9, 11, 15, 23, 39, 67, 67])
  expect(rig.told.every((sentence) => sentence.includes('of memory'))).toBe(true)
  await rig.probe.end()
  expect(rig.clock.pending()).toBe(0)
})

test('meanwhile a sample says why there is none, and a look is answered', async () => {
  const rig = start()
  await recordFor(rig, 1, 0)
  await expect(rig.probe.ask({ kind: 'sample', layer: 'nvml', at: 0, cards: '[]' }, 5_000)).rejects.toThrow('takes too much memory')
  await expect(rig.probe.ask({ kind: 'detect', layer: 'nvml', at: 0 }, 5_000)).resolves.toMatchObject({ state: 'answered' })
  await expect(rig.probe.ask({ kind: 'sample', layer: 'nvml', at: 0, cards: '[]' }, 5_000)).resolves.toEqual([])
  await rig.probe.end()
})

test('one that takes long to grow is started again at once', async () => {
  const rig = start()
  await recordFor(rig, 1_000, 300_000)
  expect(gapsOf(rig.starts)).toEqual([301, 301, 301])
  await rig.probe.end()
})
