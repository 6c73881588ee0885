/** When the machine is put to sleep: only while nobody is there, nothing works, and what is to run waits for better hours. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import { noMemory, type PolicyInputs } from '../../../main/policy/inputs.ts'
import { sleepPlan } from '../../../main/policy/sleep-plan.ts'
import type { Decision, RuleId } from '../../../shared/policy-state.ts'
import { card, demands, inputs, known, machine, pricesFrom, program, programme, settings, testAt, unknown } from '../../helpers/policy-inputs.ts'

const hourMs = 3_600_000
const sleeps = { sleepsAtLoss: true }

function waits(rule: RuleId, until: number | null = testAt + 5 * hourMs, over: Partial<Decision> = {}): Decision {
  return { gpuId: 'gpu-0', programmeId: 'example/worker', do: 'wait', because: [{ rule, sentence: 'So.', since: testAt, evidence: [], isForUser: false }], until, untilWords: '', ...over }
}
const asleep = (over: Partial<PolicyInputs> = {}): PolicyInputs => inputs({ settings: settings(sleeps), ...over })
const plan = (over: Partial<PolicyInputs> = {}, decisions = [waits('at-a-loss')]) => sleepPlan(asleep(over), decisions)

test('wakes two minutes before the next hours that are worth running', () => {
  expect(plan()).toEqual({ wakeAt: testAt + 5 * hourMs - 120_000, because: expect.stringMatching(/^Nobody is there.*\.$/) })
  expect(plan({}, [waits('schedule')])).not.toBeNull()
  expect(plan({}, [waits('quiet-hours')])).not.toBeNull()
})

test('the first of several programmes wakes it; one that waits for nothing known does not count', () => {
  const two = { programmes: [programme(), programme({ programmeId: 'example/other' })], settings: settings(sleeps, ['example/worker', 'example/other']) }
  expect(plan(two, [waits('at-a-loss'), waits('schedule', testAt + 2 * hourMs, { programmeId: 'example/other' })])?.wakeAt).toBe(testAt + 2 * hourMs - 120_000)
  expect(plan(two, [waits('at-a-loss', null), waits('schedule', testAt + 2 * hourMs, { programmeId: 'example/other' })])?.wakeAt).toBe(testAt + 2 * hourMs - 120_000)
})

describe('stays awake', () => {
  const cases: [string, Partial<PolicyInputs>, Decision[]?][] = [
    ['where the user does not want it', { settings: settings() }],
    ['while idle time is unknown', { machine: machine({ idleMs: unknown() }) }],
    ['on a machine without a screen, which tells nothing of who uses it', { machine: machine({ idleMs: unknown(), isAttended: known(false) }) }],
    ['for ten minutes after the last input', { machine: machine({ idleMs: known(9 * 60_000) }) }],
    ['in full screen, named or not', { machine: machine({ fullScreen: known<string | false>('') }) }],
    ['in game mode', { machine: machine({ gameMode: known(true) }) }],
    ['while the processor works', { machine: machine({ processorLoad: known(0.2) }) }],
    ['while the processor’s load is unknown', { machine: machine({ processorLoad: unknown() }) }],
    ['when the system goes to sleep by itself', { machine: machine({ isGoingToSleep: true }) }],
    ['while a card works', { cards: [card({ utilisation: 0.2 })] }],
    ['while a card is measured', { cards: [card({ isMeasured: true })] }],
    ['while a card does not answer', { cards: [card({ silent: 'The driver hangs.' })] }],
    ['while somebody’s program holds memory', { cards: [card({ programs: [program({ utilisation: 0 })] })] }],
    ['while other paid software is on a card', { cards: [card({ listedBy: ['example/other'] })] }],
    ['where a card tells no load and a program is on it', { cards: [card({ utilisation: null, programs: [program({ utilisation: null, memoryBytes: null })] })] }],
    ['while software runs', { programmes: [programme({ phase: 'running' })] }],
    ['while software is to be started again', { programmes: [programme({ phase: 'waiting' })] }],
    ['while observed software runs', { programmes: [programme(), programme({ programmeId: 'example/observed', kind: 'observed', phase: 'running' })] }],
    ['where nothing is to run at all', { settings: settings(sleeps, []) }],
    ['where an armed programme has a duty to be there', { programmes: [programme({ demands: demands({ uptime: { share: 0.99, offlineMinutesADay: 30, rewardsAfterHours: null, sentence: 'Be there.', source: { url: 'https://example.org/', date: null } } }) })] }],
    ['where one waits for the user alone', {}, [waits('user-here')]],
    ['where one is to run', {}, [waits('free', null, { do: 'run' })]],
    ['while a programme is paused', {}, [waits('paused')]],
    ['where nothing tells when the hours get better', {}, [waits('at-a-loss', null)]],
    ['for less than half an hour', {}, [waits('at-a-loss', testAt + 29 * 60_000)]],
    ['after the hours have already come', {}, [waits('at-a-loss', testAt - hourMs)]],
    ['where a time is no number', {}, [waits('at-a-loss', Number.NaN)]],
    ['where nothing was decided', {}, []],
  ]
  test.each(cases)('%s', (_what, over, decisions) => {
    expect(plan({ ...over, ...(over.settings ? {} : { settings: settings(sleeps) }) }, decisions ?? [waits('at-a-loss')])).toBeNull()
  })

  test('but not for a card that is out, another whose desktop draws, nor for a card that is lost', () => {
    expect(plan({ cards: [card(), card({ gpuId: 'gpu-1', isHere: false, utilisation: 0.9 })] }, [waits('at-a-loss'), waits('card-gone', null, { gpuId: 'gpu-1' })])).not.toBeNull()
    expect(plan({ cards: [card({ programs: [program({ name: 'gnome-shell', whose: 'desktop', utilisation: 0.01 })] })] })).not.toBeNull()
  })
})

test('with what is really decided: hours at a loss, then hours that pay', () => {
  // 0.30 USD an hour for 0.4 kWh: at 2 USD per kWh it loses, from the seventh hour on it pays.
  const dear = asleep({ prices: pricesFrom([2, 2, 2, 2, 2, 2, 0.1, 0.1, 0.1, 0.1]) })
  const { decisions } = decide(dear, noMemory)
  expect(decisions[0]?.because[0]?.rule).toBe('at-a-loss')
  expect(sleepPlan(dear, decisions)?.wakeAt).toBe(testAt + 6 * hourMs - 120_000)
  const cheap = asleep({ prices: pricesFrom(Array.from({ length: 48 }, () => 0.1)) })
  expect(sleepPlan(cheap, decide(cheap, noMemory).decisions)).toBeNull()
})
