/** What is stopped again and again starts less and less often: heat, ceilings, and programmes that are refused. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import { noMemory, type PolicyInputs } from '../../../main/policy/inputs.ts'
import type { Decision, PolicyProgramme } from '../../../shared/policy-state.ts'
import { card, demands, inputs, later, program, programme, settings, source } from '../../helpers/policy-inputs.ts'

const [second, minute, hour] = [1_000, 60_000, 3_600_000]
const always = settings({ otherwise: 'always' })

interface Seen {
  ms: number
  doing: string
  decision: Decision
}

/** Software that obeys at once, looked at every few seconds; `given` reads whether it runs. */
function live(hours: number, given: (ms: number, isUp: boolean) => Partial<PolicyInputs>, own: Partial<PolicyProgramme> = {}): { starts: number[]; stops: Seen[]; waits: Seen[] } {
  let [memory, isUp, since] = [noMemory, false, 0]
  const found = { starts: [] as number[], stops: [] as Seen[], waits: [] as Seen[] }
  const base = inputs({ settings: always })
  for (let ms = 0; ms < hours * hour; ms += 5 * second) {
    const decided = decide(later(base, ms, { programmes: [programme({ phase: isUp ? 'running' : 'stopped', since: base.at + since, ...own })], ...given(ms, isUp) }), memory)
    memory = decided.memory
    const decision = decided.decisions[0] as Decision
    if (decision.do === 'run' && !isUp) {
      found.starts.push(ms)
      ;[isUp, since] = [true, ms]
    } else if (decision.do !== 'run' && decision.do !== 'wait' && isUp) {
      found.stops.push({ ms, doing: decision.do, decision })
      ;[isUp, since] = [false, ms]
    } else if (decision.do === 'wait') found.waits.push({ ms, doing: decision.do, decision })
  }
  return found
}

describe('heat', () => {
  test('a card that is too hot whenever it works rests for longer and longer', () => {
    let temperatureC = 50
    const { starts, stops, waits } = live(6, (_ms, isUp) => {
      temperatureC += ((isUp ? 95 : 45) - temperatureC) / 12
      return { cards: [card({ temperatureC })] }
    })
    expect(stops.every(({ decision }) => decision.because[0]?.rule === 'too-hot')).toBe(true)
    const rests = starts.slice(1).map((start, index) => Math.floor((start - (stops[index]?.ms ?? 0)) / minute))
    expect(rests.slice(2)).toEqual([8, 16, 32, 64, 120])
    expect(starts.length).toBeLessThan(10)
    const said = waits.findLast(({ decision }) => decision.because[0]?.rule === 'calm')
    expect(said?.decision.because[0]?.sentence).toMatch(/^GeForce RTX 4090 was too hot [78] times within a day while it worked, and rests for 2 h\.$/)
    expect(said?.decision.until).toBeGreaterThan(0)
  })

  test('another programme does not heat the same card at once', () => {
    const two = [programme({ programmeId: 'a/a', title: 'A', phase: 'running' }), programme({ programmeId: 'b/b', title: 'B' })]
    const base = inputs({ programmes: two, settings: settings({ otherwise: 'always' }, ['a/a', 'b/b']) })
    let memory = noMemory
    const look = (ms: number, temperatureC: number, phase: 'running' | 'stopped'): (string | undefined)[] => {
      const decided = decide(later(base, ms, { cards: [card({ temperatureC })], programmes: [{ ...two[0] as PolicyProgramme, phase }, two[1] as PolicyProgramme] }), memory)
      memory = decided.memory
      return decided.decisions.map((one) => one.because[0]?.rule)
    }
    look(0, 50, 'running')
    expect(look(second, 90, 'running')[0]).toBe('too-hot')
    for (let ms = 2 * second; ms < 122 * second; ms += 10 * second) expect(look(ms, 60, 'stopped')).toEqual(['too-hot', 'too-hot'])
    // Cool for two minutes, and the rest after one stop is over as well: one of the two has it.
    expect(look(122 * second, 60, 'stopped')).toContain('free')
    // After three stops of the first the second rests with it.
    memory = { ...memory, pairs: Object.fromEntries(Object.entries(memory.pairs).map(([key, pair]) => [key, key.endsWith('a/a') ? { ...pair, cardStops: [1, 2, 3].map((steady) => ({ steady: base.steadyMs + steady, rule: 'too-hot' as const })) } : pair])) }
    expect(look(123 * second, 60, 'stopped')).toEqual(['calm', 'calm'])
  })
})

describe('a ceiling', () => {
  const strict = { demands: demands({ interruption: 'punished', ceilings: [{ models: ['GeForce RTX 4090'], gpu: 0.05, processor: 0.3, source }] }) }

  test('a desktop that is above it for a minute in ten ends it less and less often, and the wait says why', () => {
    const { starts, waits } = live(4, (ms) => ({ cards: [card({ programs: [program({ name: 'gnome-shell', whose: 'desktop', utilisation: ms % (10 * minute) < minute ? 0.08 : 0.01, memoryBytes: 3e8 })] })] }), strict)
    expect(starts.length).toBeGreaterThan(3)
    expect(starts.length).toBeLessThanOrEqual(12)
    const gaps = starts.slice(1).map((start, index) => start - (starts[index] as number))
    expect(gaps.at(-1)).toBeGreaterThan(gaps[0] as number)
    expect(waits.some(({ decision }) => decision.because[0]?.rule === 'calm' && decision.because[0].evidence.join().includes('by others’ use of the card'))).toBe(true)
  })
})

test('a programme that is refused at each start stops the one that runs no second time', () => {
  const base = inputs({ settings: settings({ otherwise: 'always', programmes: { 'a/a': { isArmed: true, may: null, priority: 0 }, 'b/b': { isArmed: true, may: null, priority: 5 } } }) })
  let [memory, isUp, since, refusedUntil, refusals, stops, starts] = [noMemory, false, 0, -1, 0, 0, 0]
  for (let ms = 0; ms < 4 * hour; ms += 5 * second) {
    const programmes = [programme({ programmeId: 'a/a', title: 'A', phase: isUp ? 'running' : 'stopped', since: base.at + since }), programme({ programmeId: 'b/b', title: 'B', cannotStart: ms < refusedUntil ? 'It was refused.' : null, refusals })]
    const decided = decide(later(base, ms, { programmes }), memory)
    memory = decided.memory
    const [a, b] = decided.decisions
    if (isUp && (a?.do === 'stop' || a?.do === 'finish')) [isUp, since, stops] = [false, ms, stops + 1]
    else if (!isUp && a?.do === 'run') [isUp, since, starts] = [true, ms, starts + 1]
    if (b?.do === 'run') [refusedUntil, refusals] = [ms + 30 * second * 2 ** Math.min(refusals, 4), refusals + 1]
  }
  expect(refusals).toBeGreaterThan(0)
  expect({ starts, stops, isUp }).toEqual({ starts: 1, stops: 0, isUp: true })
})
