/** What ends a run from outside: a driver in trouble does, a program's own mistake does not. */
import { expect, test } from 'vitest'
import { ceilingOf } from '../../../main/benchmark/ceiling.ts'
import { startGuard, type StopReason } from '../../../main/benchmark/guard.ts'
import { xidIncident } from '../../../main/gpu/nvidia/xid.ts'
import { unknownSample } from '../../../shared/telemetry.ts'
import { card, steppedClock } from './support.ts'

function stopsAt(code: number): (StopReason & { isDriver: boolean })[] {
  const stops: (StopReason & { isDriver: boolean })[] = []
  const guard = startGuard({ clock: steppedClock(1_000), ceiling: ceilingOf(card(), undefined), whyStop: () => null, onStop: (stop) => stops.push(stop) })
  guard.take({ ...unknownSample(2_000, 'a test'), incidents: [xidIncident(code)] })
  guard.end()
  return stops
}

test.each([79, 48, 119, 62])('Xid %i stops the run: the card or its driver is in trouble', (code) => {
  expect(stopsAt(code)).toMatchObject([{ isDriver: true, isLoss: true, why: expect.stringContaining(`Xid ${code}`) }])
})

test.each([13, 31, 43, 45])('Xid %i does not: it tells of a program, and one of ours comes back as a failed launch', (code) => {
  expect(stopsAt(code)).toEqual([])
})
