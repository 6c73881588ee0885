/** `idlewatt policy`, `pause` and `resume`: their words, what they ask of an Idlewatt that is open, and what they keep where none is. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openControl } from '../../../main/api/control.ts'
import { claimDataFolder } from '../../../main/system/data-folder.ts'
import { createLog } from '../../../main/system/log.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { momentWords, nextAt, tonight } from '../../../main/system/moment-words.ts'
import { wallText } from '../../../main/system/wall-clock.ts'
import { policySettingsSchema, type PolicySettings } from '../../../shared/policy.ts'
import type { Explanation, PolicyState, Simulation } from '../../../shared/policy-state.ts'
import type { Handlers } from '../../../shared/requests.ts'
import { repositoryFolder } from '../../helpers/built.ts'
import { createDesk, deskZone, minuteMs, override, policyState, worker } from '../../helpers/desk.ts'
import { newFolder } from '../../helpers/files.ts'
import { idlewattHere } from './here.ts'

beforeEach(() => void vi.stubEnv('IDLEWATT_OFFLINE', '1'))
afterEach(() => void vi.unstubAllEnvs())

const words = async (...call: string[]): Promise<Awaited<ReturnType<typeof idlewattHere>>> => {
  const answer = await idlewattHere(call)
  return { ...answer, stdout: answer.stdout.replace(/\s+/g, ' '), stderr: answer.stderr.replace(/\s+/g, ' ') }
}
const kept = (folder: string): PolicySettings => policySettingsSchema.parse((JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as { policy: unknown }).policy)

describe('words that are wrong: exit code 2, nothing printed, nothing left behind', () => {
  test.each([
    [['policy', 'shw'], 'Did you mean show?'],
    [['policy', 'idleAfterMinutes=5'], 'write idlewatt policy set idleAfterMinutes=5'],
    [['policy', 'show', 'me'], '"me" is one too many'],
    [['policy', 'set'], 'needs what to set'],
    [['policy', 'set', 'idleAfter'], 'KEY=VALUE'],
    [['policy', 'set', 'idleAfterMinuts=5'], 'Did you mean idleAfterMinutes?'],
    [['policy', 'set', 'idleAfterMinutes=soon'], 'needs a number'],
    [['policy', 'set', 'idleAfterMinutes=0'], 'must lie between 0.5 and 240'],
    [['policy', 'set', 'idleAfterMinutes='], 'needs a value'],
    [['policy', 'set', 'idleAfterMinutes=5', 'idle-after-minutes=6'], 'set twice'],
    [['policy', 'set', 'isOn=maybe'], 'on or off'],
    [['policy', 'set', 'onBattery=sometimes'], 'It knows: stop, run'],
    [['policy', 'set', 'maxFan=60'], 'write 60% or 0.6'],
    [['policy', 'set', 'maxFan=160%'], 'between 0 and 1 (0 % and 100 %)'],
    [['policy', 'set', 'maxFan=200'], 'must lie between 0 and 1 (0 % and 100 %); "200" does not'],
    [['policy', 'set', 'quietFrom=22:00'], 'Quiet hours need a beginning and an end'],
    [['policy', 'set', 'quietFrom=22:00', 'quietTo=22:00'], 'Quiet hours from 22:00 to 22:00 have no length'],
    [['policy', 'run-now', '--for', '400d'], 'between 1 minute and 7 days'],
    [['policy', 'set', 'quietFrom=25:00'], 'a time of day such as 22:00'],
    [['policy', 'set', 'zone=Mars/Olympus'], 'no time zone "Mars/Olympus"'],
    [['policy', 'set', 'schedule=always'], '--add'],
    [['policy', 'set', 'schedule=none', '--remove', '1'], 'leave --remove out'],
    [['policy', 'set', '--add', 'Mon-Fri always'], 'no time such as'],
    [['policy', 'set', '--add', 'Mon-Fri 22:00-06:00'], 'does not end in always'],
    [['policy', 'set', '--add', 'Mon-Fry 22:00-06:00 never'], '"mon-fry" is no day'],
    [['policy', 'set', '--add', 'Mon 24:00-06:00 never'], '"24:00" is no time of day'],
    [['policy', 'set', '--add', 'Mon 22:70-06:00 never'], '"22:70" is no time of day'],
    [['policy', 'set', '--remove', '1.5'], 'whole number'],
    [['policy', 'set', '--card', 'a', '--programme', 'b', 'may=never'], 'exclude each other'],
    [['policy', 'set', '--card', 'a', '--gpu', 'b', 'may=never'], 'name two cards'],
    [['policy', 'set', '--reset'], '--card or --programme'],
    [['policy', 'set', '--card', 'a', '--reset', 'may=never'], 'goes with no KEY=VALUE'],
    [['policy', 'set', '--programme', worker, '--add', 'daily 8-9 never'], 'not for a programme'],
    [['policy', 'set', '--programme', worker, 'maxFan=1'], 'setting of a programme'],
    [['policy', 'set', '--programme', 'practice/wroker', 'may=never'], 'Did you mean practice/worker?'],
    [['policy', 'set', 'isOn=on', '--for', '1h'], '--for belongs to policy run-now'],
    [['policy', 'show', '--trace', 'x'], '--trace belongs to policy simulate'],
    [['policy', 'explain', worker, 'x'], 'one too many'],
    [['policy', 'explain', 'nosuch'], 'There is no programme "nosuch"'],
    [['policy', 'simulate', '--from', '-1d'], '--from goes with --trace'],
    [['policy', 'simulate', '--trace', 'x.json', '--from', '2026-11-02', '--to', '2026-11-01'], '--from must lie before --to'],
    [['policy', 'simulate', '--trace', 'x.json', '--gpu', 'GPU-1'], 'names its own cards'],
    [['pause', '--for', '1h', '--tonight'], 'exclude each other'],
    [['pause', '--for', '90'], '90m for minutes'],
    [['pause', '--for', '0m'], 'between 1 minute and 7 days'],
    [['pause', '--for', '8d'], 'between 1 minute and 7 days'],
    [['pause', '--for', 'a while'], 'a length of time such as 1h'],
    [['pause', '--until', '25:00'], 'a time of day such as 18:00'],
    [['pause', '--until', 'noon'], 'a time such as 18:00'],
    [['pause', '--until', '2020-01-01'], 'has passed'],
    [['pause', '--programme', 'nosuch'], 'There is no programme'],
    [['pause', 'now'], 'now'],
    [['policy', 'run-now', '--for', 'ever'], 'a length of time'],
    [['resume', 'one', 'two'], 'one too many'],
    [['resume', 'nosuch'], 'No pause has the id "nosuch". Nothing is paused.'],
  ])('%j', async (call, sentence) => {
    const data = join(newFolder(), 'none')
    const answer = await words(...call, '--data', data)
    expect(answer.stderr).toContain(sentence)
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
    expect(existsSync(join(data, 'settings.json'))).toBe(false)
  })
})

describe('where no Idlewatt is open', () => {
  test('rules are kept for when one is, and it is said that none is', async () => {
    const data = newFolder()
    const answer = await words('policy', 'set', 'idle-after-minutes=5', 'onBattery=run', 'maxFan=60%', 'busyPrograms=blender, obs', 'quietFrom=22:00', 'quietTo=7:00', 'shortcut=none', '--add', 'Mon-Fri 22:00-06:00 always', '--add', 'daily 20-23 when idle', '--ignore', '/usr/bin/OBS.exe', '--data', data)
    expect(answer.exitCode, answer.stderr).toBe(0)
    expect(kept(data)).toMatchObject({
      idleAfterMinutes: 5, onBattery: 'run', maxFan: 0.6, quietFrom: '22:00', quietTo: '07:00', shortcut: null,
      schedule: [{ days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00', may: 'always', gpuId: null }, { days: [1, 2, 3, 4, 5, 6, 7], from: '20:00', to: '23:00', may: 'when-idle', gpuId: null }],
    })
    expect(answer.stdout).toContain('idleAfterMinutes is 5 min now; it was 3 min.')
    expect(answer.stderr).toContain('No Idlewatt is open here')
    expect(answer.stderr).toContain('overlap')
    const removed = await words('policy', 'set', '--remove', '1', '--count', 'obs', '--json', '--data', data)
    expect((JSON.parse(removed.stdout) as PolicyState).settings.schedule).toEqual([expect.objectContaining({ from: '20:00' })])
    expect(kept(data)).toMatchObject({ idleAfterMinutes: 5, ignoredPrograms: [] })
    expect(await words('policy', 'set', '--remove', '2', '--data', data)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('there is no block 2') as string })
    expect(await words('policy', 'set', 'schedule=none', '--data', data)).toMatchObject({ exitCode: 0 })
    expect(kept(data).schedule).toEqual([])
  })
  test('a programme has rules of its own, which can be taken back', async () => {
    const data = newFolder()
    expect(await words('policy', 'set', '--programme', worker, 'may=always', 'priority=-3', '--data', data)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`Programme ${worker}: may always, priority -3.`) as string })
    await words('policy', 'set', '--programme', worker, 'priority=2', '--data', data)
    expect(kept(data).programmes[worker]).toEqual({ isArmed: false, may: 'always', priority: 2 })
    await words('policy', 'set', '--programme', worker, '--reset', '--data', data)
    expect(kept(data).programmes[worker]).toMatchObject({ may: null, priority: 0 })
  })
  test('quiet hours are judged with those that are set already, and what is refused leaves them', async () => {
    const data = newFolder()
    await words('policy', 'set', 'quietFrom=22:00', 'quietTo=07:00', '--data', data)
    expect(await words('policy', 'set', 'quietTo=22:00', '--data', data)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('have no length') as string })
    expect(await words('policy', 'set', 'quietTo=none', '--data', data)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('Set both, or neither') as string })
    expect(kept(data)).toMatchObject({ quietFrom: '22:00', quietTo: '07:00' })
    expect(await words('policy', 'set', 'quietFrom=none', 'quietTo=none', '--data', data)).toMatchObject({ exitCode: 0 })
  })
  test.each([
    [['pause'], null],
    [['pause', '--for', '1h30m'], 90],
    [['pause', '--for', '90m'], 90],
    [['policy', 'run-now'], 60],
    [['policy', 'run-now', '--for', '1d', '--programme', worker], 1440],
  ])('%j is kept', async (call, minutes) => {
    const data = newFolder()
    const answer = await words(...call, '--json', '--data', data)
    expect(answer.exitCode, answer.stderr).toBe(0)
    const [only] = (JSON.parse(answer.stdout) as PolicyState).settings.overrides
    expect(kept(data).overrides).toEqual([only])
    expect(only).toMatchObject({ kind: call[0] === 'pause' ? 'pause' : 'run-now', programmeId: call.includes(worker) ? worker : null })
    expect(only?.until === null ? null : ((only?.until ?? 0) - (only?.since ?? 0)) / minuteMs).toEqual(minutes === null ? null : expect.closeTo(minutes, 5))
  })
  test('until a time of day: the next time that the clock shows it; tonight: the end of this day', async () => {
    const now = Date.now()
    const data = newFolder()
    const zone = 'Asia/Kolkata'
    await words('policy', 'set', `zone=${zone}`, '--data', data)
    const [hour = 0, minute = 0] = wallText(now - 2 * 60 * minuteMs, zone).slice(11).split(':').map(Number)
    await words('pause', '--until', `${hour}:${String(minute).padStart(2, '0')}`, '--data', data)
    expect(kept(data).overrides[0]?.until).toBe(nextAt(hour, minute, now, zone))
    expect(kept(data).overrides[0]?.until).toBeGreaterThan(now)
    await words('resume', '--data', data)
    expect(kept(data).overrides).toEqual([])
    const answer = await words('pause', '--tonight', '--data', data)
    expect([tonight(now, zone), tonight(Date.now(), zone)]).toContain(kept(data).overrides[0]?.until)
    expect(answer.stdout).toContain('Everything paused until 24:00. Taken back by: idlewatt resume')
    expect(await words('resume', 'nosuch', '--data', data)).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/There are: \S+ \(everything paused until 24:00\)/) as string })
    expect(await words('resume', '--data', data)).toMatchObject({ exitCode: 0, stdout: 'Everything is as the rules say again. ' })
    expect(await words('resume', '--data', data)).toMatchObject({ exitCode: 0, stdout: 'Nothing is paused. ', stderr: '' })
  })
  test('a folder of data that cannot be made is said', async () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    expect(await words('pause', '--data', join(file, 'below'))).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('cannot be made') as string })
  })
})

describe('an Idlewatt that is open', () => {
  const explanation: Explanation = {
    gpuId: null,
    programmeId: worker,
    decision: { gpuId: null, programmeId: worker, do: 'wait', because: [{ rule: 'user-here', sentence: 'Somebody is at the machine.', since: 0, evidence: ['keyboard and mouse: 12 s ago (GNOME)'], isForUser: true }], until: null, untilWords: 'in 2 min, if the mouse stays still' },
    rules: [
      { rule: 'user-here', title: 'Nobody is at the machine', outcome: 'decides', sentence: 'Somebody is at the machine.' },
      { rule: 'battery', title: 'It is plugged in', outcome: 'unknown', sentence: 'Whether it runs on its battery is not known.' },
    ],
  }
  const simulation: Simulation = {
    from: Date.UTC(2026, 10, 23), to: Date.UTC(2026, 10, 30), zone: 'Europe/Berlin', hours: { total: 168, earning: 100, hindsightBest: 104 }, userDelayedSeconds: { max: 0, total: 0 }, interruptions: 2, starts: 9, earnedUsd: 12.5, spentUsd: null, remarks: ['Nobody is taken to be there in the hours for "when idle".'],
    decisions: Array.from({ length: 100 }, (_, no) => ({ at: Date.UTC(2026, 10, 23, no), gpuId: 'gpu-0', programmeId: worker, do: 'run', because: 'Nothing is in the way.', rule: 'free' }) as const),
  }

  async function opened(policy: PolicyState = policyState(), change: Partial<Handlers> = {}) {
    const folder = newFolder()
    const claim = claimDataFolder(folder, 'headless')
    const desk = createDesk(policy, undefined, { 'policy.explain': () => [explanation], 'policy.week': () => ({ zone: 'UTC', hours: [], simulation, now: '', remarks: [] }), ...change })
    const control = await openControl({ folder, handlers: desk.handlers, log: createLog('silent', () => {}) })
    onTestFinished(() => {
      control.close()
      claim.release()
    })
    return { ...desk, folder, ask: (...call: string[]) => words(...call, '--data', folder) }
  }

  test.each([
    [['pause'], { kind: 'pause' }],
    [['pause', '--for', '2h', '--programme', worker], { kind: 'pause', minutes: 120, programmeId: worker }],
    [['policy', 'run-now', '--for', '30m'], { kind: 'run-now', minutes: 30 }],
  ])('%j asks it for just that', async (call, input) => {
    const { asked, ask } = await opened(policyState({ decisions: [{ ...explanation.decision, do: 'stop' }] }))
    const answer = await ask(...call)
    expect(asked).toEqual([['policy.override', { gpuId: null, programmeId: null, ...input }]])
    expect(answer).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining('Stopping now: Practice worker.') as string })
  })
  test('one pause of two is taken back by its id, and the other is told', async () => {
    const until = Date.now() + 10 * minuteMs
    const { asked, ask } = await opened(policyState({}, { overrides: [override({ until: null }), override({ id: 'o2', programmeId: worker, until }), override({ id: 'old', until: 5 })] }))
    const answer = await ask('resume', 'o2')
    expect(asked).toEqual([['policy.resume', { id: 'o2' }]])
    expect(answer.stdout).toBe(`Taken back: Practice worker paused until ${momentWords(until, Date.now(), deskZone)}. - Still everything paused until you resume (o1). `)
    expect(await ask('resume', 'old')).toMatchObject({ exitCode: 2 })
  })
  test('what it refuses is said, with exit code 1', async () => {
    const { ask } = await opened(undefined, { 'policy.override': () => { throw new NotPossible('That has passed already.') } })
    expect(await ask('pause')).toMatchObject({ exitCode: 1, stdout: '', stderr: 'That has passed already. ' })
  })
  test('that it does not act is said', async () => {
    const { ask } = await opened(policyState({ notActing: 'This is a recorded machine.' }))
    expect(await ask('pause')).toMatchObject({ exitCode: 0, stderr: 'This is a recorded machine. ' })
  })
  test('a change of one card keeps the rest of its rules', async () => {
    let changed: unknown = null
    const { ask, store } = await opened(policyState({}, { cards: { 'gpu-0': { may: 'never', maxTemperatureC: 70, maxFan: null, programmes: null } } }), { 'policy.change': (input) => { changed = input; return policyState() } })
    store.write('gpus', { phase: 'ready', detection: { machine: {}, gpus: [{ id: 'gpu-0', name: 'GeForce RTX 3090', lostSince: null, pciAddress: null }], problems: [] } as never })
    expect(await ask('policy', 'set', '--card', 'gpu-0', 'maxFan=50%', `programmes=${worker}`)).toMatchObject({ exitCode: 0 })
    expect(changed).toEqual({ cards: { 'gpu-0': { may: 'never', maxTemperatureC: 70, maxFan: 0.5, programmes: [worker] } } })
    await ask('policy', 'set', '--card', 'gpu-0', '--reset')
    expect(changed).toEqual({ cards: { 'gpu-0': null } })
    await ask('policy', 'set', '--gpu', 'gpu-0', '--add', 'daily 8-9 never')
    expect(changed).toEqual({ schedule: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '08:00', to: '09:00', may: 'never', gpuId: 'gpu-0' }] })
    expect(await ask('policy', 'set', '--card', 'gpu-9', 'may=never')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('gpu-0') as string })
  })
  test('show: the document is the state as it is', async () => {
    const state = policyState({ decisions: [explanation.decision] })
    const { ask } = await opened(state)
    expect(JSON.parse((await ask('policy', 'show', '--json')).stdout)).toEqual(JSON.parse(JSON.stringify(state)))
  })
  test('explain: every rule in its order', async () => {
    const { ask } = await opened()
    const answer = await ask('policy', 'explain', worker)
    expect(answer.exitCode).toBe(0)
    expect(answer.stdout).toContain('Practice worker waits: Somebody is at the machine. Until: in 2 min, if the mouse stays still - keyboard and mouse: 12 s ago (GNOME)')
    expect(answer.stdout).toMatch(/Nobody is at the machine +DECIDES.*It is plugged in +not known/)
    expect(JSON.parse((await ask('policy', 'explain', '--json')).stdout)).toEqual([explanation])
  })
  test('explain: where nothing is set up it says so', async () => {
    const unset = { ...explanation, decision: { ...explanation.decision, because: [{ ...explanation.decision.because[0], rule: 'not-set-up' }] } } as Explanation
    const { ask } = await opened(undefined, { 'policy.explain': () => [unset] })
    expect(await ask('policy', 'explain')).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('No programme is set up') as string })
    expect((await ask('policy', 'explain', worker)).exitCode).toBe(0)
  })
  test('simulate: the coming week, as it is; a terminal gets the beginning of it', async () => {
    const { ask } = await opened()
    expect(JSON.parse((await ask('policy', 'simulate', '--json')).stdout)).toEqual(simulation)
    const { stdout } = await ask('policy', 'simulate')
    expect(stdout).toContain('100 h of 168 h, all cards added up (96.2 % of what was possible in hindsight, 104 h)')
    expect(stdout).toContain('12.50 USD')
    expect(stdout).toContain('60 more decisions are left out')
  })
})

describe('a trace', () => {
  const shipped = join(repositoryFolder, 'resources', 'traces', 'office-pc.json')
  test('that is shipped: its document, of the whole or a part, with nothing left behind', async () => {
    const data = join(newFolder(), 'none')
    const whole = await words('policy', 'simulate', '--trace', shipped, '--json', '--data', data)
    expect(whole.exitCode, whole.stderr).toBe(0)
    const simulation = JSON.parse(whole.stdout) as Simulation
    expect(simulation.hours.earning).toBeGreaterThan(0)
    expect(simulation.hours.earning).toBeLessThanOrEqual(simulation.hours.hindsightBest)
    for (const one of simulation.decisions) expect(one).toMatchObject({ at: expect.any(Number) as number, programmeId: expect.any(String) as string, because: expect.stringMatching(/.{5}/) as string })
    const from = simulation.from + 6 * 60 * minuteMs
    const part = await words('policy', 'simulate', '--trace', shipped, '--from', new Date(from).toISOString(), '--to', String(from + 60 * minuteMs), '--json', '--data', data)
    expect(JSON.parse(part.stdout)).toMatchObject({ from, to: from + 60 * minuteMs })
    expect(existsSync(data)).toBe(false)
  })
  test.each([
    ['that is not there', () => join(newFolder(), 'none.json'), 'cannot be read'],
    ['that is a folder', () => newFolder(), 'is no file'],
    ['that is no JSON', () => write('half.json', '{"format":'), 'half.json'],
    ['of another kind', () => write('other.json', '{"format":"something-else"}'), 'other.json'],
    ['that is too large', () => write('large.json', ' '.repeat(20_000_001)), 'larger than a trace can be'],
  ])('%s is refused with its name and a sentence', async (_what, file, sentence) => {
    const answer = await words('policy', 'simulate', '--trace', file(), '--json', '--data', newFolder())
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain(sentence)
    expect(answer.stderr).not.toContain('went wrong inside')
  })
  function write(name: string, text: string): string {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
})
