/** When the owner is told of provider software: it gave up, will not end, keeps ending, earns nothing, or runs twice. */
import { describe, expect, test } from 'vitest'
import { providerDoubled, providerEarnsNothing, providerGaveUp, providerKeepsDying, providerWillNotEnd } from '../../../main/health/rules-provider.ts'
import type { AnyRule, MachineLook, WatchedProvider } from '../../../main/health/rule.ts'
import { defaultSettings } from '../../../shared/settings.ts'

const well: WatchedProvider = { programmeId: 'net/work', title: 'Net work', phase: 'running', wanted: 'run', earning: true, cause: null, because: 'On a job.', duplicate: null, failures: 0 }

function judged(rule: AnyRule<MachineLook>, ...providers: Partial<WatchedProvider>[]) {
  const look: MachineLook = { at: 0, steadyMs: 0, settings: defaultSettings, recording: { phase: 'off', sentence: '' }, disk: { freeBytes: null, totalBytes: null }, events: [], clockJumpMs: null, providers: providers.map((one) => ({ ...well, ...one })) }
  return rule.judge(look, undefined).judgement
}

const rules = { providerGaveUp, providerWillNotEnd, providerKeepsDying, providerEarnsNothing, providerDoubled }

test.each(Object.entries(rules))('%s: nothing set up, and software that is well, is no matter', (_, rule) => {
  expect(judged(rule)).toEqual({ is: 'clear' })
  expect(judged(rule, {}, { programmeId: 'net/other' })).toEqual({ is: 'clear' })
})

describe('what is the matter', () => {
  test('given up, while it was wanted', () => {
    expect(judged(providerGaveUp, {}, { title: 'Other', phase: 'failed', because: 'It ended with code 3.' })).toMatchObject({ is: 'bad', trouble: { severity: 'critical', title: 'Other no longer runs', sentence: expect.stringContaining('It ended with code 3.') } })
    expect(judged(providerGaveUp, { phase: 'failed', wanted: 'stop' })).toEqual({ is: 'clear' })
  })
  test('two at once are one alert that names both', () => {
    expect(judged(providerGaveUp, { phase: 'failed', title: 'One' }, { phase: 'failed', title: 'Two' })).toMatchObject({ trouble: { title: '2 programmes no longer run', sentence: expect.stringMatching(/One: .* Two: /), evidence: [{ label: 'One' }, { label: 'Two' }] } })
  })
  test('it will not end', () => {
    expect(judged(providerWillNotEnd, { phase: 'stop-failed', because: 'Process 4711 still runs.' })).toMatchObject({ is: 'bad', trouble: { severity: 'critical', sentence: expect.stringContaining('4711') } })
  })
  test('it keeps ending: three times, not twice', () => {
    expect(judged(providerKeepsDying, { phase: 'waiting', failures: 2 })).toEqual({ is: 'clear' })
    for (const over of [{ wanted: 'stop' }, { phase: 'failed' }, { phase: 'stopped' }] as const) expect(judged(providerKeepsDying, { failures: 5, ...over })).toEqual({ is: 'clear' })
    expect(judged(providerKeepsDying, { phase: 'waiting', failures: 3 })).toMatchObject({ is: 'bad', trouble: { severity: 'warning' } })
  })
  test('it earns nothing for a reason that lies here; no demand is no alarm', () => {
    expect(judged(providerEarnsNothing, { earning: false, cause: 'broken-here', because: 'Two containers of one kind.' })).toMatchObject({ is: 'bad', trouble: { sentence: 'Net work: Two containers of one kind.' } })
    for (const quiet of [{ earning: false, cause: 'no-demand' }, { earning: null, cause: null }, { earning: false, cause: 'broken-here', phase: 'stopped' }] as const) expect(judged(providerEarnsNothing, quiet)).toEqual({ is: 'clear' })
    expect(providerEarnsNothing.beginAfterMs).toBeGreaterThanOrEqual(300_000)
  })
  test('it runs twice', () => {
    expect(judged(providerDoubled, { duplicate: 'Process 99 is another copy.' })).toMatchObject({ is: 'bad', trouble: { sentence: 'Net work: Process 99 is another copy.' } })
  })
})
