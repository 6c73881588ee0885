/** What the pages about programmes work out before they draw: states in words, effects, commands, checks, logs, events. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StepField } from '../../../shared/enrolment.ts'
import { historyEventIds, type HistoryEvent } from '../../../shared/history.ts'
import type { LogLine, ProviderPhase } from '../../../shared/provider.ts'
import { byDay, eventKinds, fits, isFault, joined, kindOf } from '../../../renderer/pages/activity/activity-events.ts'
import { checkGroups, outcomeOfCheck, tallyOf, withNew } from '../../../renderer/pages/checks/checks.ts'
import { mostLines, olderBefore, piecesOf, withFresh } from '../../../renderer/pages/networks/programme/log-lines.ts'
import { programmeDetail, readProgrammeDetail } from '../../../renderer/pages/networks/programme/programme-detail.ts'
import { commandLine, effectRows, hasAnswers, isCurrent, progressWords, sentences, standIns, stepMarks, trapsInOrder } from '../../../renderer/pages/networks/programme/programme-words.ts'
import { bytesOf } from '../../../renderer/pages/settings/diagnose/base64.ts'
import { causeWords, isEnrolled, markOf, needsUser, stepsDone } from '../../../renderer/state/providers.ts'
import { readRoute, writeRoute } from '../../../renderer/state/route.ts'
import { checks, programmesState, provider, step, underWay } from '../../gallery/programmes.ts'

const phases: ProviderPhase[] = ['not-set-up', 'stopped', 'starting', 'running', 'finishing', 'stopping', 'stop-failed', 'waiting', 'failed']

describe('provider software in a word', () => {
  it('has a word of its own for every phase, and never calls stopped what would not stop', () => {
    const words = phases.map((phase) => markOf({ phase, activity: null, cause: null }).word)
    expect(new Set(words).size).toBe(phases.length)
    expect(markOf({ phase: 'stop-failed', activity: null, cause: null })).toMatchObject({ word: 'Could not be stopped', tone: 'bad' })
  })
  it('tells running apart by what it does, and takes broken here for worse than want of demand', () => {
    expect(markOf({ phase: 'running', activity: 'working', cause: null }).tone).toBe('good')
    expect(markOf({ phase: 'running', activity: 'idle', cause: 'no-demand' }).word).toBe('Ready, without work')
    expect(markOf({ phase: 'running', activity: 'idle', cause: 'broken-here' }).tone).toBe('bad')
    expect(Object.values(causeWords).every((words) => words !== '')).toBe(true)
  })
  it('needs its owner where only they can help, and not for want of demand or a pause', () => {
    expect(programmesState.providers.filter(needsUser).map((one) => one.programmeId)).toEqual(['frame/compute', 'granite/host'])
    expect(needsUser(provider({ duplicate: 'Another copy runs.' }))).toBe(true)
    expect(needsUser(provider({ activity: 'idle', cause: 'no-demand', earning: false }))).toBe(false)
  })
  it('counts steps without those that do not concern the machine', () => {
    expect(stepsDone(underWay)).toEqual({ done: 1, all: 6 })
    expect(isEnrolled(underWay, undefined)).toBe(true)
    expect(isEnrolled({ ...underWay, phase: 'not-begun' }, provider({ phase: 'not-set-up' }))).toBe(false)
    expect(isEnrolled(undefined, provider({ phase: 'stopped' }))).toBe(true)
  })
})

describe('the address of a programme', () => {
  it('reads as network, programme and tab, and survives', () => {
    expect(writeRoute('networks', programmeDetail('north/provider', 'log'))).toBe('#/networks/north/provider/log')
    expect(readProgrammeDetail(readRoute('#/networks/north/provider/log').detail)).toEqual({ programmeId: 'north/provider', tab: 'log' })
    expect(readProgrammeDetail('north/provider/nonsense')).toEqual({ programmeId: 'north/provider', tab: null })
    for (const detail of [null, 'north', 'sources', 'north/', '/x']) expect(readProgrammeDetail(detail).programmeId).toBeNull()
    expect(readRoute('#/networks/north%2Fprovider').detail).toBe('north/provider')
  })
  it('survives whatever is in it', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (detail) => readRoute(writeRoute('compare', detail)).detail === detail))
  })
})

describe('a step', () => {
  it('has a mark for every phase, and is shown by itself where somebody is needed or something is under way', () => {
    expect(Object.keys(stepMarks)).toHaveLength(12)
    expect(underWay.steps.filter(isCurrent).map((one) => one.id)).toEqual(['toolkit', 'account', 'token', 'launcher', 'start'])
    expect(isCurrent(step({ can: { do: true, retry: false, cancel: false, undo: false, confirm: false } }))).toBe(true)
  })
  it('says what it does and, by name, what it leaves alone; an unpublished size is not none', () => {
    const bare = effectRows(step({}).effects)
    expect(bare.rows).toEqual([])
    expect(bare.none).toContain('download')
    const image = effectRows({ ...step({}).effects, image: 'ember/worker:latest', rights: ['none'] })
    expect(image.rows).toEqual([{ title: 'Container image', values: ['ember/worker:latest'] }, { title: 'Download', values: ['not published'] }, { title: 'Disk', values: ['not published'] }])
    expect(image.none).toContain('rights')
    expect(effectRows({ ...step({}).effects, hash: 'x', downloadBytes: 1024 }).rows.find((row) => row.title === 'Download')?.values).toEqual(['1.0\u202fKiB'])
  })
  it('shows its command as one line that a shell reads as the same words', () => {
    expect(commandLine(['/opt/a b/run', '--name', 'Ada’s $HOME', '', "it's"], 'linux')).toBe(`'/opt/a b/run' --name 'Ada’s $HOME' '' 'it'\\''s'`)
    expect(commandLine(['C:\\Program Files\\x.exe', '--ok'], 'win32')).toBe('"C:\\Program Files\\x.exe" --ok')
    expect(progressWords({ doneBytes: 512, totalBytes: null })).toBe('512\u202fB so far')
  })
  it('names the answers that its words stand for, and waits for those that are needed', () => {
    const labels = new Map([['device', 'Device id'], ['name', 'Name']])
    expect(standIns({ command: ['run', '--id={device}'], environment: [], byHand: null }, labels)).toEqual([{ name: 'device', label: 'Device id' }])
    expect(standIns({ command: null, byHand: '{home}/x {names}' }, labels)).toEqual([])
    const field: StepField = { id: 'device', label: 'Device id', kind: 'text', hint: '', placeholder: null, choices: [], isRequired: true }
    expect(hasAnswers(step({ fields: [field] }))).toBe(false)
    expect(hasAnswers(step({ fields: [field], answers: { device: '6f1e' } }))).toBe(true)
    expect(hasAnswers(step({ fields: [{ ...field, kind: 'secret' }], storedSince: { device: 1 } }))).toBe(true)
    expect(hasAnswers(step({ fields: [{ ...field, isRequired: false }] }))).toBe(true)
    expect(sentences(['the image', 'Your account.'])).toBe('The image. Your account.')
  })
  it('says danger first, and the same once', () => {
    const trap = (id: string, severity: 'note' | 'warning' | 'danger') => ({ id, severity, sentence: id, source: step({}).source })
    expect(trapsInOrder([trap('a', 'note'), trap('b', 'danger'), trap('c', 'warning'), trap('b', 'danger')]).map((one) => one.id)).toEqual(['b', 'c', 'a'])
  })
})

describe('checks', () => {
  it('stand by whose they are, what decides first', () => {
    expect(checkGroups(checks).map((group) => [group.programmeId, ...group.checks.map((check) => check.id)])).toEqual([['x', 'class', 'ram', 'ports', 'line'], [null, 'docker', 'clock']])
    expect(tallyOf(checks)).toBe('3 not met, 1 not known')
    expect(tallyOf(checks.filter((check) => check.ok))).toBe('all 2 met')
    expect(outcomeOfCheck({ ok: null, remedy: 'x' })).toBe('to-check')
  })
  it('are replaced one by one, and never doubled', () => {
    const [ram] = checks
    const better = { ...ram!, ok: true, actual: '64 GiB' }
    const next = withNew(checks, [better, { ...ram!, id: 'new' }])
    expect(next).toHaveLength(checks.length + 1)
    expect(next[0]).toBe(better)
    expect(withNew(checks, [{ ...ram!, programmeId: 'other' }])).toHaveLength(checks.length + 1)
  })
})

const line = (no: number): LogLine => ({ no, at: no, stream: 'out', text: `line ${no}` })
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(from + i))

describe('a log', () => {
  it('grows at its end, and is never shown with a hole in it', () => {
    expect(withFresh({ lines: null, hasOlder: false }, { lines: lines(5, 9), hasOlder: true })).toEqual({ lines: lines(5, 9), hasOlder: true })
    expect(withFresh({ lines: lines(1, 9), hasOlder: false }, { lines: lines(5, 12), hasOlder: true })).toEqual({ lines: lines(1, 12), hasOlder: false })
    expect(withFresh({ lines: lines(1, 9), hasOlder: false }, { lines: lines(30, 40), hasOlder: true })).toEqual({ lines: lines(30, 40), hasOlder: true })
    expect(withFresh({ lines: lines(1, 9), hasOlder: false }, { lines: [], hasOlder: false }).lines).toEqual([])
    const many = withFresh({ lines: lines(1, mostLines), hasOlder: false }, { lines: lines(mostLines - 5, mostLines + 50), hasOlder: true })
    expect([many.lines.length, many.lines.at(-1)?.no, many.hasOlder]).toEqual([mostLines, mostLines + 50, true])
  })
  it('stays in order without doubles whatever pages come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(300), fc.nat(60), fc.boolean())), (pages) => {
        let shown: { lines: readonly LogLine[] | null; hasOlder: boolean } = { lines: null, hasOlder: false }
        for (const [from, length, isOlder] of pages) {
          const page = { lines: lines(from, from + length), hasOlder: from > 0 }
          shown = isOlder && shown.lines ? olderBefore(shown.lines, page) : withFresh(shown, page)
        }
        const numbers = (shown.lines ?? []).map((one) => one.no)
        return numbers.every((no, i) => i === 0 || no > (numbers[i - 1] ?? 0))
      }),
    )
  })
  it('marks what was searched for, in any case', () => {
    expect(piecesOf('Frame 3 of FRAME 4', 'frame')).toEqual(['', 'Frame', ' 3 of ', 'FRAME', ' 4'])
    expect(piecesOf('a.b', '.')).toEqual(['a', '.', 'b'])
    expect(piecesOf('plain', '')).toEqual(['plain'])
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, search) => piecesOf(text, search).join('') === text))
  })
})

describe('what happened', () => {
  const event = (at: number, over: Partial<HistoryEvent> = {}): HistoryEvent => ({ at, id: 'provider-started', gpuId: null, sentence: 's', ...over })
  it('has a kind for every event, and every kind has events', () => {
    expect(new Set(historyEventIds.map(kindOf))).toEqual(new Set(eventKinds))
    expect(['provider-gave-up', 'job-failed', 'enrolment-step-failed', 'alert-began'].every((id) => isFault({ id: id as HistoryEvent['id'] }))).toBe(true)
    expect(isFault({ id: 'provider-stopped' })).toBe(false)
  })
  it('leaves programs out until they are asked for', () => {
    const any = { programmeId: null, gpuId: null, kind: null }
    expect(fits(event(1, { id: 'process-came' }), any)).toBe(false)
    expect(fits(event(1, { id: 'process-came' }), { ...any, kind: 'programs' })).toBe(true)
    expect(fits(event(1), { ...any, kind: 'jobs' })).toBe(false)
  })
  it('joins stretches that overlap, and keeps what happened twice at once', () => {
    const twice = [event(3), event(3), event(2)]
    expect(joined(twice, [event(3), event(2), event(1)])).toEqual([event(3), event(3), event(2), event(1)])
    expect(joined([], twice)).toHaveLength(3)
    expect(byDay([event(Date.parse('2026-11-23T12:00:00Z')), event(Date.parse('2026-11-22T12:00:00Z'))]).map((group) => group.events.length)).toEqual([1, 1])
  })
})

it('bytes that come as text are the same bytes', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => Buffer.from(bytesOf(Buffer.from(bytes).toString('base64'))).equals(Buffer.from(bytes))))
})
