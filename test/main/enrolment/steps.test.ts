/** The steps of a programme: order, consent, doing, verifying, waiting for the user and undoing. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { newFolder } from '../../helpers/files.ts'
import { field, makes, programmeId, starts, step, world, type World } from './support.ts'

const phases = (of: World): string[] => of.state().steps.map((each) => each.phase)
const all = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).sort()

describe('the whole way', () => {
  it('goes through questions, a website, commands, a check and the start, and says each thing once', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    const of = world({
      folder,
      definition: {},
      steps: [
        step('ask', { fields: [field('name')], check: { kind: 'answered', fields: ['name'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['name'] }, undo: { kind: 'forget-answers' } }),
        step('sign-up', { do: { kind: 'website', url: 'https://example.org/join', todo: ['Sign up as {name}.'] }, undo: { kind: 'website', url: 'https://example.org/leave', todo: ['Close the account.'] }, remains: ['The account of {name}.'] }),
        makes('make', path),
        step('look', { check: { kind: 'none' }, do: { kind: 'check' }, verify: { kind: 'file', path } }),
        starts(),
      ],
      capital: () => [{ asset: 'EX', amount: 200, lockDays: 14, slashable: true, why: 'Asked for.' }],
    })
    expect(of.state().phase).toBe('not-begun')
    await of.agree()
    expect(of.state().phase).toBe('setting-up')
    expect(of.enrolment.software(programmeId).isSetUp).toBe(false)
    await of.enrolment.answer(programmeId, 'ask', { name: 'rig one' })
    expect(of.stepState('ask').phase).toBe('done')
    expect(of.stepState('sign-up').todo).toEqual(['Sign up as rig one.'])
    await of.enrolment.doStep(programmeId, 'sign-up')
    expect(of.stepState('sign-up').phase).toBe('waits-for-you')
    expect(of.stepState('sign-up').can.confirm).toBe(true)
    await of.enrolment.confirm(programmeId, 'sign-up')
    await of.enrolment.doStep(programmeId, 'make')
    await of.enrolment.doStep(programmeId, 'look')
    expect(of.enrolment.software(programmeId)).toMatchObject({ isSetUp: true, answers: { name: 'rig one' } })
    await of.enrolment.doStep(programmeId, 'start')
    expect(phases(of)).toEqual(['done', 'done', 'done', 'done', 'done'])
    expect(of.state()).toMatchObject({ phase: 'set-up', blocked: null })
    expect(of.enrolment.known(programmeId).doneSteps).toEqual(['ask', 'sign-up', 'make', 'look', 'start'])
    expect(of.events.map((event) => event.id)).toEqual(['enrolment-consent', ...Array<string>(5).fill('enrolment-step-done'), 'enrolment-set-up'])
    expect(of.events.every((event) => event.programmeId === programmeId && event.sentence.endsWith('.'))).toBe(true)

    await of.enrolment.leave(programmeId)
    // What has stopped is told to stop again where its step is undone.
    expect(of.software.asked.filter((what, no, all) => what !== all[no - 1])).toEqual(['start', 'stop'])
    expect(existsSync(path)).toBe(false)
    expect(of.software.forgotten).toBe(1)
    expect(of.state().phase).toBe('left')
    const unlock = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10)
    expect(of.state().remains).toEqual(['Left to you, on https://example.org/leave: Close the account.', 'The account of rig one.', `200 EX: stays locked for 14 days after you ask for it back, until ${unlock} if you ask today. Idlewatt cannot do that for you.`])
    expect(of.stepState('ask').answers).toEqual({})
    expect(of.stepState('sign-up')).toMatchObject({ phase: 'waits-for-you', can: { confirm: true } })
    await of.enrolment.confirm(programmeId, 'sign-up')
    expect(of.stepState('sign-up').phase).toBe('undone')
    expect(of.state().remains).not.toContain('Left to you, on https://example.org/leave: Close the account.')
    // And anew, from the beginning.
    await of.agree()
    expect(of.state()).toMatchObject({ phase: 'setting-up', steps: [{ phase: 'open' }, { phase: 'open' }, { phase: 'open' }, { phase: 'open' }, { phase: 'open' }] })
  })

  it('keeps to the order', async () => {
    const of = world({ folder: newFolder(), steps: [step('one'), step('two')] })
    await expect(of.enrolment.doStep(programmeId, 'two')).rejects.toThrow('First comes “Step one”.')
    await expect(of.enrolment.confirm(programmeId, 'two')).rejects.toThrow('First comes “Step one”.')
    await expect(of.enrolment.doStep(programmeId, 'three')).rejects.toThrow(/no step of that name/)
    await expect(of.enrolment.doStep('example/other', 'one')).rejects.toThrow(/There is no programme/)
    expect(of.stepState('two').can.do).toBe(false)
  })

  it('leaves out what does not concern this machine', async () => {
    const of = world({ folder: newFolder(), steps: [step('windows', { leftOut: ({ platform }) => (platform === 'win32' ? null : 'For Windows.') }), step('two')] })
    expect(of.stepState('windows')).toMatchObject({ phase: 'left-out', because: 'For Windows.', can: { do: false } })
    await of.enrolment.confirm(programmeId, 'two')
    expect(of.state().phase).toBe('set-up')
    await expect(of.enrolment.doStep(programmeId, 'windows')).rejects.toThrow(/does not concern this machine/)
  })

  it('does nothing on a recorded machine', async () => {
    const { createThisMachine } = await import('../../../main/system/this-machine.ts')
    const folder = newFolder()
    const of = world({ folder, steps: [makes('make', join(folder, 'made'))], source: { ...createThisMachine({ dataFolder: folder }), recorded: 'elsewhere' } })
    expect(of.state()).toMatchObject({ phase: 'not-begun', blocked: 'This is a recorded machine: nothing can be set up on it.' })
    await expect(of.agree()).rejects.toThrow(/recorded machine/)
    await expect(of.enrolment.doStep(programmeId, 'make')).rejects.toThrow(/recorded machine/)
  })
})

describe('consent', () => {
  it('comes before anything that runs, and is to this very report', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    const of = world({ folder, steps: [makes('make', path)] })
    await expect(of.enrolment.doStep(programmeId, 'make')).rejects.toThrow('Read first what setting up does, and agree to it.')
    const { hash } = await of.report()
    await expect(of.enrolment.consent(programmeId, hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))).rejects.toThrow('not the report as it is now')
    await of.enrolment.consent(programmeId, hash)
    const other = world({ folder, steps: [makes('make', path, { do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'rm -rf /'] }, timeoutMs: 1 } })] })
    await expect(other.enrolment.doStep(programmeId, 'make')).rejects.toThrow('What you agreed to has changed since: what is run or fetched in “Step make”. Read it again and agree.')
    await expect(other.enrolment.consent(programmeId, hash)).rejects.toThrow(/Read it again/)
    expect(existsSync(path)).toBe(false)
  })

  it('does not fall with an answer, a time or a measured value, and is the same after a restart', async () => {
    const folder = newFolder()
    const steps = [step('ask', { fields: [field('name')], check: { kind: 'answered', fields: ['name'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['name'] } }), makes('make', join(folder, '{name}'))]
    const of = world({ folder, steps })
    const first = await of.report()
    await of.enrolment.consent(programmeId, first.hash)
    await of.enrolment.answer(programmeId, 'ask', { name: 'made' })
    const again = world({ folder, steps, capital: () => [] })
    expect((await again.report()).hash).toBe(first.hash)
    expect(again.stepState('make').command).toEqual(['/bin/sh', '-c', 'echo made > "$0"', join(folder, 'made')])
    await again.enrolment.doStep(programmeId, 'make')
    expect(again.state().phase).toBe('set-up')
  })

  it('is refused where its software cannot run at all', async () => {
    const of = world({ folder: newFolder(), steps: [step('one')], definition: { platforms: process.platform === 'win32' ? ['linux'] : ['win32'] } })
    const { hash, blocked } = await of.report()
    expect(blocked).toMatch(/^Its software runs on .* only; this machine has /)
    await expect(of.enrolment.consent(programmeId, hash)).rejects.toThrow(blocked ?? 'a sentence')
    expect(of.state()).toMatchObject({ phase: 'not-begun', consent: null, startedAt: null })
  })

  it.each([['something runs', true], ['nothing runs', false]])('once read and not given leaves it as not begun, where %s', async (_, runs) => {
    const folder = newFolder()
    const of = world({ folder, steps: [runs ? makes('make', join(folder, 'made')) : step('one')] })
    expect(of.state().phase).toBe('not-begun')
    await of.report()
    expect(of.states.some((state) => state.phase === 'checking')).toBe(true)
    expect(of.state().phase).toBe('not-begun')
  })

  it('is what it waits for where answers came first', async () => {
    const folder = newFolder()
    const of = world({ folder, steps: [step('ask', { fields: [field('name')], check: { kind: 'answered', fields: ['name'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['name'] } }), makes('make', join(folder, 'made'))] })
    await of.enrolment.answer(programmeId, 'ask', { name: 'rig' })
    expect(of.state().phase).toBe('consent')
  })

  it('is not asked for where nothing runs', async () => {
    const of = world({ folder: newFolder(), steps: [step('one')] })
    await of.enrolment.confirm(programmeId, 'one')
    expect(of.state().phase).toBe('set-up')
  })

  it('the report itself does nothing', async () => {
    const folder = newFolder()
    const of = world({ folder, steps: [makes('make', join(folder, 'made'))] })
    const before = all(folder)
    const kept = of.state()
    await of.report()
    expect(all(folder)).toEqual(before)
    expect(of.state().steps).toEqual(kept.steps)
    expect(of.events).toEqual([])
  })
})

describe('a step', () => {
  it('that was so before is not undone', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    writeFileSync(path, 'mine')
    const of = world({ folder, steps: [makes('make', path)] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    expect(of.stepState('make')).toMatchObject({ phase: 'found-done', can: { undo: false } })
    await expect(of.enrolment.undo(programmeId, 'make')).rejects.toThrow(/was so before/)
    await of.enrolment.leave(programmeId)
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  it('removes only what was not there before', async () => {
    const folder = newFolder()
    const [made, mine] = [join(folder, 'made'), join(folder, 'mine')]
    writeFileSync(mine, 'mine')
    const of = world({ folder, steps: [makes('make', made, { undo: { kind: 'remove-paths', paths: [made, mine] } })] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    await of.enrolment.undo(programmeId, 'make')
    expect([existsSync(made), existsSync(mine)]).toEqual([false, true])
    expect(of.stepState('make').because).toContain(`stays: ${mine}`)
  })

  it.each(['/', '{home}', '{folder}/../..', 'relative', '/usr'])('never removes %s', async (path) => {
    const folder = newFolder()
    const made = join(folder, 'made')
    const of = world({ folder, steps: [makes('make', made, { undo: { kind: 'remove-paths', paths: [path] } })] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    const before = of.stepState('make')
    await expect(of.enrolment.undo(programmeId, 'make')).rejects.toThrow(/holds more than this programme/)
    expect(of.stepState('make')).toEqual(before)
    expect(existsSync(folder)).toBe(true)
    // Leaving has nobody to refuse: it says what stayed.
    await of.enrolment.leave(programmeId)
    expect(of.state().phase).toBe('leaving')
    expect(of.stepState('make').phase).toBe('undo-failed')
  })

  it('whose command disappeared says so, and can be tried again', async () => {
    const folder = newFolder()
    const [tool, path] = [join(folder, 'tool'), join(folder, 'made')]
    const of = world({ folder, steps: [makes('make', path, { do: { kind: 'command', command: { program: tool, args: [path] }, timeoutMs: 5_000 } })] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    expect(of.stepState('make')).toMatchObject({ phase: 'failed', because: `The command ${tool} is not there.`, can: { retry: true, do: false } })
    expect(of.stepState('make').remedy).toMatch(/Do the step that brings it again/)
    expect(of.state().blocked).toContain('is not there')
    expect(of.events.at(-1)?.id).toBe('enrolment-step-failed')
    writeFileSync(tool, '#!/bin/sh\necho made > "$1"\n')
    chmodSync(tool, 0o700)
    await of.enrolment.doStep(programmeId, 'make')
    expect(of.stepState('make').phase).toBe('done')
  })

  it.each([
    ['fails', 'echo "no space for it" >&2; exit 3', 'ended with exit code 3. It said: no space for it'],
    ['does nothing', 'true', 'It was done, but it did not work'],
    ['hangs', 'sleep 600', 'did not end within'],
  ])('whose command %s has failed', async (_, script, because) => {
    const folder = newFolder()
    const of = world({ folder, steps: [makes('make', join(folder, 'made'), { do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', script] }, timeoutMs: script === 'sleep 600' ? 300 : 10_000 } })] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    expect(of.stepState('make').phase).toBe('failed')
    expect(of.stepState('make').because).toContain(because)
  })

  it('can be cancelled, and only one thing is under way at a time', async () => {
    const folder = newFolder()
    const of = world({ folder, steps: [makes('make', join(folder, 'made'), { do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'exec sleep 600'] }, timeoutMs: 60_000 } })] })
    await of.agree()
    const doing = of.enrolment.doStep(programmeId, 'make')
    await vi.waitFor(() => expect(of.stepState('make')).toMatchObject({ phase: 'doing', can: { cancel: true, do: false } }))
    await expect(of.enrolment.doStep(programmeId, 'make')).rejects.toThrow(/is under way/)
    of.enrolment.cancel(programmeId, 'make')
    await doing
    expect(of.stepState('make')).toMatchObject({ phase: 'open', can: { do: true } })
    expect(of.events.filter((event) => event.id === 'enrolment-step-failed')).toEqual([])
  })

  it('that asks for administrator rights is shown, never run', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    const of = world({ folder, steps: [makes('make', path, { do: { kind: 'command', command: { program: 'touch', args: [path, "it's"], isElevated: true }, timeoutMs: 1_000 } })] })
    expect(of.stepState('make')).toMatchObject({ where: 'by-hand', command: null, byHand: `touch ${path} 'it'\\''s'` })
    await of.enrolment.doStep(programmeId, 'make')
    expect(of.stepState('make').phase).toBe('waits-for-you')
    expect(existsSync(path)).toBe(false)
    await of.enrolment.confirm(programmeId, 'make')
    expect(of.stepState('make').because).toMatch(/It does not show yet/)
    writeFileSync(path, '')
    await of.enrolment.confirm(programmeId, 'make')
    expect(of.stepState('make').phase).toBe('done')
  })

  it('that starts waits until the software is ready, and says why it is not', async () => {
    const of = world({ folder: newFolder(), definition: { readyWithinMs: 1_500 }, steps: [starts()] })
    await of.agree()
    const doing = of.enrolment.doStep(programmeId, 'start')
    await vi.waitFor(() => expect(of.software.running).toBe(true))
    await doing
    expect(of.stepState('start').phase).toBe('done')
    await of.enrolment.undo(programmeId, 'start')
    const slow = world({ folder: newFolder(), definition: { readyWithinMs: 600 }, steps: [starts({ verify: { kind: 'software', isSo: () => ({ ok: null, because: 'It says nothing.' }) } })] })
    await slow.agree()
    await slow.enrolment.doStep(programmeId, 'start')
    expect(slow.stepState('start')).toMatchObject({ phase: 'failed', because: 'It was done, but whether it worked cannot be told: It says nothing.' })
  })
})
