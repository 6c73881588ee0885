/** The tray's menu and picture, as the policy and the software stand. */
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { trayMenu, type TrayAct, type TrayEntry } from '../../../main/desktop/tray-menu.ts'
import { brokenUp, readableKeys, trayStatus, type TrayState } from '../../../main/desktop/tray-words.ts'
import type { PolicyState } from '../../../shared/policy-state.ts'
import type { ProviderState } from '../../../shared/provider.ts'
import { overrideAskSchema } from '../../../shared/policy.ts'
import { createDesk, deskAt as now, minuteMs, override, policyState, runningState, worker } from '../../helpers/desk.ts'

function stateOf(policy: PolicyState = policyState(), providers: ProviderState[] = [runningState()]): TrayState {
  const { store } = createDesk(policy, providers)
  return { policy: store.read('policy'), programmes: store.read('programmes'), networks: store.read('networks'), health: store.read('health') }
}
const flat = (entries: TrayEntry[]): TrayEntry[] => entries.flatMap((entry) => (entry.kind === 'menu' ? [entry, ...flat(entry.entries)] : [entry]))
const labels = (state: TrayState): string[] => flat(trayMenu(state, now)).flatMap((entry) => (entry.kind === 'line' ? [] : [entry.label]))
function actOf(state: TrayState, label: string): TrayAct {
  const found = flat(trayMenu(state, now)).find((entry) => entry.kind === 'do' && entry.label.includes(label))
  if (found?.kind !== 'do') throw new Error(`nothing to click with "${label}": ${labels(state).join(' | ')}`)
  return found.act
}

describe('the menu', () => {
  test('says what is decided, why, and until when', () => {
    const said = labels(stateOf(policyState({ until: now + 90 * minuteMs })))
    expect(said.slice(0, 3)).toEqual(['Practice worker runs.', 'Nobody has been at the machine for 20 min.', 'Until 16:30, as far as is known'])
  })
  test.each([
    ['Pause for 1 h', { kind: 'pause', minutes: 60 }],
    ['Pause until tonight (24:00)', { kind: 'pause', until: Date.UTC(2026, 10, 23, 23) }],
    ['Pause until I resume', { kind: 'pause' }],
    ['Run now for 1 h', { kind: 'run-now', minutes: 60 }],
  ])('%s asks for just that', (label, input) => {
    const act = actOf(stateOf(), label)
    expect(act).toEqual({ kind: 'ask', name: 'policy.override', input })
    if (act.kind === 'ask') expect(overrideAskSchema.safeParse(act.input).success).toBe(true)
  })
  test('"I need my GPU" with its keys, where they are ours', () => {
    expect(actOf(stateOf(), 'I need my GPU')).toEqual({ kind: 'need-card' })
    expect(labels(stateOf(policyState({ shortcut: { keys: 'CommandOrControl+Alt+G', isTaken: false, sentence: '' } })))).toContain('I need my GPU: pause for 1 h (Ctrl+Alt+G)')
    expect(labels(stateOf(policyState({ shortcut: { keys: 'CommandOrControl+Alt+G', isTaken: true, sentence: '' } })))).toContain('I need my GPU: pause for 1 h')
  })
  test('each pause in force can be taken back, and says what it is of and until when; one that is over cannot', () => {
    const overrides = [override({ id: 'card', gpuId: 'gpu-0', until: null }), override(), override({ id: 'worker', kind: 'run-now', programmeId: worker }), override({ id: 'old', until: now })]
    const state = stateOf(policyState({}, { overrides }))
    expect(labels(state)).toEqual(expect.arrayContaining(['Resume: paused until 16:00', 'Resume: gpu-0 is paused until you resume', 'Back to the rules: Practice worker is to run now until 16:00']))
    expect(actOf(state, 'gpu-0')).toEqual({ kind: 'ask', name: 'policy.resume', input: { id: 'card' } })
    expect(labels(state).filter((label) => /^(Resume|Back)/.test(label))).toHaveLength(3)
    expect(labels(state).some((label) => label.startsWith('Run now'))).toBe(false)
  })
  test.each([
    ['nothing', { sentence: 'Stopping costs nothing.', usd: 0, finishMinutes: 0 }, 'Stop Practice worker (costs nothing)'],
    ['money', { sentence: 'Stopping now loses the job.', usd: 0.5, finishMinutes: 12.4 }, 'Stop Practice worker (costs about 0.50 USD)'],
    ['what has no figure', { sentence: 'Stopping now resets the uptime.', usd: null, finishMinutes: null }, 'Stop Practice worker (see what it costs)'],
    ['what nobody knows', { sentence: '', usd: null, finishMinutes: null }, 'Stop Practice worker (cost not known)'],
  ])('stopping that costs %s says so before the click', (_what, stopPrice, label) => {
    const programmes = policyState().programmes.map((one) => ({ ...one, stopPrice }))
    const state = stateOf(policyState({ programmes }))
    expect(labels(state)).toContain(label)
    if (stopPrice.sentence !== '') expect(labels(state)).toContain(stopPrice.sentence)
    expect(actOf(state, 'Stop now')).toEqual({ kind: 'ask', name: 'provider.stop', input: { programmeId: worker } })
    expect(actOf(state, stopPrice.finishMinutes === 12.4 ? 'then stop (about 12 min)' : 'Finish its work, then stop')).toEqual({ kind: 'ask', name: 'provider.finish', input: { programmeId: worker } })
  })
  test('software that is only looked at cannot be stopped from here, and is not counted as left behind', () => {
    const said = labels(stateOf(policyState(), [runningState({ kind: 'observed', can: { start: false, finish: false, stop: false } })]))
    expect(said.some((label) => label.startsWith('Stop'))).toBe(false)
    expect(said.at(-1)).toBe('Quit Idlewatt')
  })
  test('quitting says what runs on', () => {
    expect(labels(stateOf()).at(-1)).toBe('Quit Idlewatt (1 programme runs on, and nothing stops it for you)')
    expect(labels(stateOf(policyState(), [runningState({ phase: 'stopped' })])).at(-1)).toBe('Quit Idlewatt')
  })
  test('says why the machine is kept awake', () => {
    expect(labels(stateOf(policyState({ keepsAwake: { since: now, sentence: 'Keeps the machine awake: Practice worker runs.' } })))).toContain('Keeps the machine awake: Practice worker runs.')
  })
  test('with nothing set up there is nothing to pause', () => {
    expect(labels(stateOf(policyState({ sentence: 'No programme is set up.', why: null }), [runningState({ phase: 'not-set-up' })]))).toEqual(['No programme is set up.', 'No programme is set up yet', 'Open Idlewatt', 'Quit Idlewatt'])
  })
  test('sixteen programmes: a few, and how many more', () => {
    const many = Array.from({ length: 16 }, (_, no) => runningState({ programmeId: `a/${no}` }))
    const said = labels(stateOf(policyState(), many))
    expect(said.filter((label) => label.startsWith('Stop a/'))).toHaveLength(6)
    expect(said).toContain('and 10 more, in the window')
  })
  test('that it does not act is said', () => {
    expect(labels(stateOf(policyState({ notActing: 'This is a recorded machine.' })))).toContain('This is a recorded machine.')
  })
})

describe('the picture', () => {
  const critical = { id: 'hot', rule: 'hot', severity: 'critical' } as never
  test.each([
    ['idle', 'Nothing runs', policyState(), runningState({ phase: 'stopped' }), []],
    ['earning', 'Running', policyState(), runningState(), []],
    ['earning', 'Earning', policyState(), runningState({ earning: true }), []],
    ['paused', 'Paused until 16:00', policyState({}, { overrides: [override()] }), runningState({ phase: 'stopping' }), []],
    ['paused', 'Paused until you resume', policyState({}, { overrides: [override({ until: null })] }), runningState({ phase: 'stopped' }), []],
    ['idle', 'Nothing runs', policyState({}, { overrides: [override({ until: now - 1 })] }), runningState({ phase: 'stopped' }), []],
    ['paused', 'Partly paused', policyState({}, { overrides: [override({ gpuId: 'gpu-0' })] }), runningState({ phase: 'stopped' }), []],
    ['attention', 'A program will not end', policyState({}, { overrides: [override()] }), runningState({ phase: 'stop-failed' }), []],
    ['attention', 'A program gave up', policyState(), runningState({ phase: 'failed' }), []],
    ['attention', 'Something needs you', policyState(), runningState(), [critical]],
  ] as const)('%s: %s', (icon, title, policy, provider, open) => {
    const state = stateOf(policy, [provider])
    expect(trayStatus({ ...state, health: { ...state.health, open: [...open] } }, now)).toMatchObject({ icon, title })
  })
  test('its words fit a tooltip of Windows, whatever the sentence', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'grapheme' }), (sentence) => {
        const { tooltip } = trayStatus(stateOf(policyState({ sentence })), now)
        expect([...tooltip].length).toBeLessThanOrEqual(127)
      }),
      { numRuns: 50 },
    )
  })
})

describe('words', () => {
  test('a menu stays narrow and low, whatever is said', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600 }), (sentence) => {
        const lines = brokenUp(sentence)
        expect(lines.length).toBeLessThanOrEqual(3)
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(64)
      }),
      { numRuns: 100 },
    )
    expect(brokenUp('Short enough.')).toEqual(['Short enough.'])
    expect(brokenUp('a '.repeat(200)).at(-1)).toMatch(/…$/)
  })
  test.each([
    ['CommandOrControl+Alt+G', 'linux', 'Ctrl+Alt+G'],
    ['CommandOrControl+Alt+G', 'darwin', 'Cmd+Option+G'],
    ['Super+F9', 'win32', 'Super+F9'],
  ])('%s on %s is %s', (keys, platform, said) => expect(readableKeys(keys, platform)).toBe(said))
})
