/** Leaving a programme, starting Idlewatt again in the midst of a step, and the log of commands. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { EnrolmentOptions } from '../../../main/enrolment/index.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { handClock } from '../../helpers/clocks.ts'
import { newFolder } from '../../helpers/files.ts'
import { field, makes, programmeId, reading, starts, step, world, type World } from './support.ts'

const phases = (of: World): string[] => of.state().steps.map((each) => each.phase)

describe('leaving', () => {
  it('goes on after a fault, says it, and can be finished', async () => {
    const folder = newFolder()
    const [one, two, three] = ['one', 'two', 'three'].map((name) => join(folder, name)) as [string, string, string]
    let isBarred = true
    const of = world({
      folder,
      definition: {},
      steps: [makes('one', one), makes('two', two), starts(), makes('three', three)],
      software: {
        start: async () => {},
        stop: async () => {
          if (isBarred) throw new Error('no')
        },
        reading: () => reading,
        isRunning: () => isBarred,
        forget: async () => {},
        enrolmentChanged: () => {},
      },
    })
    await of.agree()
    for (const id of ['one', 'two', 'start', 'three']) await of.enrolment.doStep(programmeId, id)
    await of.enrolment.leave(programmeId)
    expect(of.state().phase).toBe('leaving')
    // Nothing is taken away under it.
    expect(phases(of)).toEqual(['done', 'done', 'undo-failed', 'done'])
    expect([one, two, three].every((path) => existsSync(path))).toBe(true)
    expect(of.state().blocked).toMatch(/Not all could be undone/)
    await expect(of.enrolment.doStep(programmeId, 'one')).rejects.toThrow(/is being left/)
    isBarred = false
    await of.enrolment.leave(programmeId)
    expect(of.state().phase).toBe('left')
    expect([one, two, three].some((path) => existsSync(path))).toBe(false)
    await expect(of.enrolment.leave(programmeId)).rejects.toThrow(/nothing to leave/)
  })

  /** Set up but for its last step; the software is started all the same, as by the Start button. */
  async function startedOtherwise(own: Partial<EnrolmentOptions> = {}): Promise<{ of: World; path: string; calls: string[] }> {
    const folder = newFolder()
    const path = join(folder, 'made')
    const calls: string[] = []
    let looksUntilOver = 3
    const of: World = world({
      folder,
      definition: {},
      steps: [makes('make', path), step('look', { check: { kind: 'none' }, do: { kind: 'check' }, verify: { kind: 'none' }, undo: { kind: 'remove-paths', paths: [path] } }), starts()],
      software: {
        start: async () => {},
        stop: async () => void calls.push(existsSync(path) ? 'stop while all is there' : 'stop too late'),
        reading: () => reading,
        look: async () => void (looksUntilOver -= 1),
        isRunning: () => looksUntilOver > 0,
        forget: async () => void calls.push('forget'),
        enrolmentChanged: () => void calls.push(`set up: ${of.enrolment.software(programmeId).isSetUp}`),
      },
      ...own,
    })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    await of.enrolment.doStep(programmeId, 'look')
    calls.splice(0)
    return { of, path, calls }
  }
  const neverStops = (isRunning: () => boolean, stop = async (): Promise<void> => {}): EnrolmentOptions['software'] => ({ start: async () => {}, stop, reading: () => reading, isRunning, forget: async () => {}, enrolmentChanged: () => {} })

  it('stops what runs before anything is taken away, whoever started it, and lets nobody start it again', async () => {
    const { of, path, calls } = await startedOtherwise()
    expect(of.enrolment.software(programmeId).isSetUp).toBe(true)
    expect(of.stepState('start').phase).toBe('open')
    await of.enrolment.leave(programmeId)
    expect(calls.slice(0, 2)).toEqual(['set up: false', 'stop while all is there'])
    expect(calls).toContain('forget')
    expect(calls).not.toContain('set up: true')
    expect(of.state()).toMatchObject({ phase: 'left', blocked: null })
    expect(phases(of)).toEqual(['undone', 'undone', 'open'])
    expect(existsSync(path)).toBe(false)
  })

  it('tells what does not run to stop all the same, so that nothing starts it again; a refusal of that is no fault', async () => {
    const stop = vi.fn(() => Promise.reject(new NotPossible('It is not set up.')))
    const { of } = await startedOtherwise({ software: neverStops(() => false, stop) })
    await of.enrolment.leave(programmeId)
    expect(stop).toHaveBeenCalledWith(programmeId)
    expect(of.state().phase).toBe('left')
  })

  it('goes no further where it will not stop, says so, and is finished once it has', async () => {
    const clock = handClock()
    let isRunning = true
    const stop = vi.fn(async () => {})
    const { of, path } = await startedOtherwise({ clock, software: neverStops(() => isRunning, stop) })
    const leaving = of.enrolment.leave(programmeId)
    await vi.waitFor(() => expect(stop).toHaveBeenCalled())
    await clock.advance(11 * 60_000)
    await leaving
    expect(phases(of)).toEqual(['done', 'done', 'undo-failed'])
    expect(of.state()).toMatchObject({ phase: 'leaving', blocked: expect.stringContaining('did not stop within ten minutes') })
    expect(existsSync(path)).toBe(true)
    expect(of.enrolment.software(programmeId).isSetUp).toBe(false)
    isRunning = false
    await of.enrolment.leave(programmeId)
    expect(of.state().phase).toBe('left')
    expect(existsSync(path)).toBe(false)
  })

  it('does not hold up the end of Idlewatt while it waits for that', async () => {
    const { of } = await startedOtherwise({ clock: handClock(), software: neverStops(() => true) })
    const leaving = of.enrolment.leave(programmeId)
    await of.enrolment.close()
    await leaving
    expect(of.stepState('start')).toMatchObject({ phase: 'undo-failed', because: 'Idlewatt is closing while the software stops; stopping goes on.' })
  })

  it('leaves running what Idlewatt only looks at', async () => {
    const stop = vi.fn(async () => {})
    const of = world({ folder: newFolder(), definition: { kind: 'observed' }, steps: [step('one')], software: neverStops(() => true, stop) })
    await of.enrolment.confirm(programmeId, 'one')
    await of.enrolment.leave(programmeId)
    expect(stop).not.toHaveBeenCalled()
    expect(of.state()).toMatchObject({ phase: 'left', remains: ['Its software still runs: Idlewatt only looked at it. Stop it yourself if it should not.'] })
  })

  it('ends what is under way first', async () => {
    const folder = newFolder()
    const of = world({ folder, steps: [makes('make', join(folder, 'made'), { do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'exec sleep 600'] }, timeoutMs: 60_000 } })] })
    await of.agree()
    const doing = of.enrolment.doStep(programmeId, 'make')
    await vi.waitFor(() => expect(of.stepState('make').phase).toBe('doing'))
    await of.enrolment.leave(programmeId)
    await doing
    expect(of.state().phase).toBe('left')
  })
})

describe('after a restart', () => {
  it('takes up what was done, and offers anew what was under way', async () => {
    const folder = newFolder()
    const [made, missing] = [join(folder, 'made'), join(folder, 'missing')]
    const steps = [makes('made', made), makes('missing', missing)]
    const of = world({ folder, steps })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'made')
    const { DatabaseSync } = await import('node:sqlite')
    const { createProviderTables } = await import('../../../main/history/provider-tables.ts')
    const tables = createProviderTables(new DatabaseSync(of.databaseFile), '', () => {})
    const document = tables.enrolment(programmeId) as { steps: Record<string, object> }
    document.steps['made'] = { ...document.steps['made'], phase: 'verifying' }
    document.steps['missing'] = { ...document.steps['made'], phase: 'doing' }
    tables.saveEnrolment(programmeId, document as Record<string, unknown>)
    const again = world({ folder, steps })
    await again.enrolment.begin()
    expect(again.stepState('made').phase).toBe('done')
    expect(again.stepState('missing')).toMatchObject({ phase: 'failed', because: 'Idlewatt ended while this was under way.', can: { retry: true } })
    await again.enrolment.doStep(programmeId, 'missing')
    expect(again.state().phase).toBe('set-up')
  })

  it('begins anew where the record cannot be read', async () => {
    const folder = newFolder()
    const of = world({ folder, steps: [step('one')] })
    await of.enrolment.confirm(programmeId, 'one')
    const { DatabaseSync } = await import('node:sqlite')
    new DatabaseSync(of.databaseFile).exec("UPDATE enrolments SET document = '{\"steps\": 3}'")
    expect(world({ folder, steps: [step('one')] }).state().phase).toBe('not-begun')
  })

  it('a step that Idlewatt’s end interrupted is no step that is done', async () => {
    const folder = newFolder()
    const steps = [makes('make', join(folder, 'made'), { do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'exec sleep 600'] }, timeoutMs: 60_000 } })]
    const of = world({ folder, steps })
    await of.agree()
    const doing = of.enrolment.doStep(programmeId, 'make')
    await vi.waitFor(() => expect(of.stepState('make').phase).toBe('doing'))
    await of.enrolment.close()
    await doing
    expect(world({ folder, steps }).stepState('make')).toMatchObject({ phase: 'failed', because: 'Idlewatt ended while this was under way.' })
  })
})

describe('the log of commands', () => {
  it('is the owner’s alone and holds no secret, no escapes', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    const steps = [
      step('ask', { fields: [field('token', 'secret')], check: { kind: 'answered', fields: ['token'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['token'] }, undo: { kind: 'forget-answers' } }),
      makes('make', path, { do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'printf "\\033[31mred\\033[0m %s\\n" "$TOKEN"; echo "$TOKEN" > "$0"; echo "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"; echo "Authorization: Bearer c0ffee0123456789"; echo "-----BEGIN PRIVATE KEY-----"; echo QyNTUxOQAAACB; echo "-----END PRIVATE KEY-----"', path], env: { TOKEN: '{secret:token}' } }, timeoutMs: 10_000 } }),
    ]
    const of = world({ folder, steps })
    await of.agree()
    await of.enrolment.answer(programmeId, 'ask', { token: 'very-hidden-token' })
    expect(of.stepState('make').environment).toEqual(['TOKEN=(a stored secret, not shown)'])
    await of.enrolment.doStep(programmeId, 'make')
    expect(readFileSync(path, 'utf8')).toBe('very-hidden-token\n')
    const log = join(of.own, 'enrolment.log')
    expect(statSync(log).mode & 0o777).toBe(0o600)
    const text = readFileSync(log, 'utf8')
    expect(text).toContain('red [removed]')
    expect(text).toContain('Authorization: [removed]')
    expect(text).not.toMatch(/very-hidden|4c0883|QyNTUx|c0ffee|\u001b/)
    for (const told of [JSON.stringify(of.states), JSON.stringify(of.events), of.log.join(''), readFileSync(of.databaseFile, 'latin1')]) expect(told).not.toContain('very-hidden')
    await of.enrolment.leave(programmeId)
    expect(existsSync(of.secretsFile)).toBe(false)
  })

  it('is not a reason to fail where it cannot be kept', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    const of = world({ folder, steps: [makes('make', path)] })
    mkdirSync(join(of.own, 'enrolment.log'), { recursive: true })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    expect(of.stepState('make').phase).toBe('done')
    rmSync(of.own, { recursive: true })
  })
})
