/** The policy's own loop through random days: whatever happens, software is never in the user's way for longer than a turn, and never starts right after a stop. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { openPolicyHouse, type PolicyHouse } from '../../helpers/policy-house.ts'

const minute = 60_000
/** More by IDLEWATT_POLICY_RUNS=200. */
const numRuns = Number(process.env['IDLEWATT_POLICY_RUNS'] ?? 6)

type Step =
  | { what: 'here' | 'away' | 'game' | 'no game' | 'resume' | 'disk full' | 'disk free' | 'refuses' | 'obliges' | 'lets it through' }
  | { what: 'pause'; minutes: number }
  | { what: 'jump'; minutes: number }
  | { what: 'sleep'; minutes: number }
  | { what: 'pass'; seconds: number }

const plain = fc.constantFrom('here', 'away', 'away', 'game', 'no game', 'resume', 'disk full', 'disk free', 'refuses', 'obliges').map((what): Step => ({ what: what as 'here' }))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: plain },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('pause' as const), minutes: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('jump' as const), minutes: fc.constantFrom(-60, -5, 5, 60) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('sleep' as const), minutes: fc.integer({ min: 1, max: 600 }) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('pass' as const), seconds: fc.constantFrom(1, 5, 20, 70, 240) }) },
)

test(`over ${numRuns} random days`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const house = openPolicyHouse()
      try {
        house.policy.begin()
        await house.pass(70_000)
        const seen = { isHere: false, hasGame: false, stoppedAt: -Infinity, starts: house.one.starts, stops: house.one.stops.length }
        for (const one of steps) await play(house, one, seen)
      } finally {
        await house.end()
      }
    }),
    { numRuns },
  )
})

interface Seen {
  isHere: boolean
  hasGame: boolean
  /** Steady ms. */
  stoppedAt: number
  starts: number
  stops: number
}

async function play(house: PolicyHouse, one: Step, seen: Seen): Promise<void> {
  if (one.what === 'here') {
    house.user('here')
    seen.isHere = true
  } else if (one.what === 'away') {
    house.user('away')
    seen.isHere = false
  } else if (one.what === 'game' || one.what === 'no game') {
    seen.hasGame = one.what === 'game'
    house.load['gpu-0'] = seen.hasGame ? { processes: [{ pid: 4711, name: 'game', memoryBytes: 3e9, ours: null, utilisation: 0.7 }] } : {}
    await house.pass(1000)
  } else if (one.what === 'pause') house.policy.override({ kind: 'pause', minutes: one.minutes, gpuId: null, programmeId: null })
  else if (one.what === 'resume') house.policy.resume(null)
  else if (one.what === 'jump') house.jump(one.minutes * minute)
  else if (one.what === 'sleep') house.sleep(one.minutes * minute)
  else if (one.what === 'disk full') house.fails.save = new NotPossible('The disk is full.')
  else if (one.what === 'disk free') house.fails.save = null
  else if (one.what === 'refuses') house.one.refuses = new NotPossible('Docker does not answer.')
  else if (one.what === 'obliges') house.one.refuses = null
  else if (one.what === 'pass') {
    for (let left = one.seconds; left > 0; left -= 1) {
      if (seen.isHere) house.user('here')
      await house.pass(1000)
      check(house, seen)
    }
  }
  check(house, seen)
}

function check(house: PolicyHouse, seen: Seen): void {
  const { one } = house
  const isUp = one.phase === 'running' || one.phase === 'starting'
  const isPaused = house.policy.state().settings.overrides.some(({ kind, until }) => kind === 'pause' && (until === null || until > house.now()))
  if (isUp && (seen.isHere || seen.hasGame || isPaused)) expect.fail(`it is ${one.phase} while ${seen.isHere ? 'the user is here' : seen.hasGame ? 'a game runs' : 'it is paused'}`)
  if (one.stops.length > seen.stops) seen.stoppedAt = house.steadyMs()
  if (one.starts > seen.starts && house.steadyMs() - seen.stoppedAt < minute) expect.fail(`it was started ${house.steadyMs() - seen.stoppedAt} ms after it was stopped`)
  seen.starts = one.starts
  seen.stops = one.stops.length
  expect(house.logged.filter((line) => line.split(' ')[1] === 'error'), 'nothing failed inside').toEqual([])
  for (const decision of house.decisions()) expect(decision.because.length).toBeGreaterThan(0)
}
