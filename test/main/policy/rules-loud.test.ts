/** A room that is to be quiet: how long a loud fan is borne, and when its card may try again. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import type { PolicyInputs } from '../../../main/policy/inputs.ts'
import type { Decision, PolicyProgramme } from '../../../shared/policy-state.ts'
import { calmMemory, card, demands, inputs, later, programme, running, settings, testAt } from '../../helpers/policy-inputs.ts'

const minute = 60_000
const quiet = settings({ quietFrom: '09:00', quietTo: '12:00', quietMaxFan: 0.4 })
const any = settings({ maxFan: 0.4 })
const job = (interruption: 'costly' | 'punished'): Partial<PolicyProgramme> => ({ job: { since: testAt }, demands: demands({ interruption }), stopPrice: { sentence: '', usd: null, finishMinutes: null } })

type Step = [seconds: number, fan: number | null, programme?: Partial<PolicyProgramme>]

/** Decisions at so many seconds, with the fan as it is then. */
function heard(over: Partial<PolicyInputs>, ...steps: Step[]): Decision[] {
  const base = inputs({ programmes: [running()], ...over })
  let memory = calmMemory(inputs({ programmes: [running(steps[0]?.[2])] }))
  return steps.map(([seconds, fan, now = {}]) => {
    const decided = decide(later(base, seconds * 1000, { cards: [card({ fan })], programmes: [running(now)] }), { ...memory, dueSteady: null })
    memory = decided.memory
    return decided.decisions[0] as Decision
  })
}
const doing = (decisions: Decision[]): string[] => decisions.map((one) => one.do)
const stopped = (since: number): Partial<PolicyProgramme> => ({ phase: 'stopped', since: testAt + since * 1000 })

test.each([['in quiet hours', quiet], ['at any time', any]])('%s: twenty seconds above the limit end what runs, and a moment ends nothing', (_name, set) => {
  expect(doing(heard({ settings: set }, [0, 0.5], [19, 0.5], [20, 0.5]))).toEqual(['run', 'run', 'stop'])
  expect(doing(heard({ settings: set }, [0, 0.5], [10, 0.4], [15, 0.5], [30, 0.5], [35, 0.5]))).toEqual(['run', 'run', 'run', 'run', 'stop'])
  expect(doing(heard({ settings: set }, [0, 0.5, job('costly')], [20, 0.5, job('costly')])), 'a job that is only lost').toEqual(['run', 'stop'])
  expect(doing(heard({ settings: set }, [0, 0.5, stopped(-600)]))).toEqual(['wait'])
})

test('a job whose end is punished may be finished, for ten minutes at most', () => {
  const punished = job('punished')
  const found = heard({ settings: quiet }, [0, 0.5, punished], [20, 0.5, punished], [619, 0.5, punished], [620, 0.5, punished])
  expect(doing(found)).toEqual(['run', 'finish', 'finish', 'stop'])
  expect(found[1]).toMatchObject({ until: testAt + 620_000, untilWords: 'until its work is done, and for 10 min at most', because: [{ rule: 'too-loud', sentence: 'GeForce RTX 4090 is too loud: its fan runs at 50 %, and 40 % is the limit in quiet hours.' }] })
})

test('in the same quiet hours it is not tried again, and the next night it is', () => {
  const found = heard({ settings: quiet }, [0, 0.5], [20, 0.5], [40, 0.3, stopped(30)], [3600, 0.3, stopped(30)], [7199, 0.3, stopped(30)], [7200, 0.3, stopped(30)])
  expect(doing(found)).toEqual(['run', 'stop', 'wait', 'wait', 'wait', 'run'])
  expect(found[3]).toMatchObject({ until: testAt + 120 * minute, untilWords: 'until 12:00, when the quiet hours end', because: [{ rule: 'too-loud', sentence: 'GeForce RTX 4090 was too loud when it worked in these quiet hours, so it waits for their end.' }] })
  const day = 86_400
  expect(doing(heard({ settings: quiet }, [0, 0.5], [20, 0.5], [day, 0.3, stopped(30)], [day + 121, 0.3, stopped(30)])).at(-1)).toBe('run')
})

test('a fan that was loud without us bars nothing, once it is quiet', () => {
  const found = heard({ settings: quiet }, [0, 0.6, stopped(-600)], [60, 0.6, stopped(-600)], [120, 0.25, stopped(-600)], [240, 0.25, stopped(-600)])
  expect(doing(found)).toEqual(['wait', 'wait', 'wait', 'run'])
})

describe('a fan that is not told', () => {
  test('in limited quiet hours nothing starts, and what runs is stopped after 20 s', () => {
    const [first, second] = heard({ settings: quiet }, [0, null, stopped(-600)], [30, 0.3, stopped(-600)])
    expect(first).toMatchObject({ do: 'wait', untilWords: 'until 12:00, when the quiet hours end', because: [{ rule: 'too-loud' }] })
    expect(first?.because[0]?.sentence).toContain('cannot be told')
    expect(second?.do).toBe('run')
    expect(doing(heard({ settings: quiet }, [0, null], [10, 0.3], [12, null], [31, null], [32, null]))).toEqual(['run', 'run', 'run', 'run', 'stop'])
  })
  test('at other times it may run', () => {
    expect(doing(heard({ settings: any }, [0, null], [60, null]))).toEqual(['run', 'run'])
    expect(doing(heard({ settings: settings({ quietFrom: '13:00', quietTo: '14:00', quietMaxFan: 0.4 }) }, [0, null, stopped(-600)]))).toEqual(['run'])
  })
})

test('outside of quiet hours it rests longer after each try', () => {
  const base = inputs({ settings: any })
  let memory = calmMemory(base)
  let [phase, since, fan] = ['stopped' as 'stopped' | 'running', testAt - 600_000, 0.25]
  const starts: number[] = []
  for (let second = 0; second < 4 * 3600; second += 5) {
    const decided = decide(later(base, second * 1000, { cards: [card({ fan })], programmes: [programme({ phase, since })] }), memory)
    memory = decided.memory
    const wanted = decided.decisions[0]?.do
    if (wanted === 'run' && phase === 'stopped') {
      starts.push(second)
      ;[phase, since] = ['running', testAt + second * 1000]
    } else if (wanted === 'stop' && phase === 'running') [phase, since] = ['stopped', testAt + second * 1000]
    fan = phase === 'running' ? 0.7 : 0.25
  }
  expect(starts.length).toBeGreaterThan(2)
  expect(starts.length).toBeLessThan(7)
})
