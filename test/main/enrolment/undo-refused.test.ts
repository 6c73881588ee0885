/** Undoing that is refused leaves the step as it was; undoing that broke off can be looked at again. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DockerFault, type DockerEngine } from '../../../main/system/docker-engine.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { newFolder } from '../../helpers/files.ts'
import { field, makes, programmeId, starts, step, world } from './support.ts'

describe('a step', () => {
  it('of running software is not undone under its feet', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    const of = world({ folder, definition: {}, steps: [makes('make', path), starts()] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    await of.enrolment.doStep(programmeId, 'start')
    const before = of.state()
    await expect(of.enrolment.undo(programmeId, 'make')).rejects.toThrow('The software still runs, and this is a part of it. Stop it first, then try again.')
    expect(of.state()).toEqual(before)
    expect(of.state()).toMatchObject({ phase: 'set-up', blocked: null })
    expect(of.enrolment.software(programmeId).isSetUp).toBe(true)
    expect(existsSync(path)).toBe(true)
  })

  it('of two paths of which one may not go is not undone by half', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    const of = world({ folder, steps: [makes('make', path, { undo: { kind: 'remove-paths', paths: [path, '/usr'] } })] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    await expect(of.enrolment.undo(programmeId, 'make')).rejects.toThrow('/usr holds more than this programme')
    expect([existsSync(path), of.stepState('make').phase]).toEqual([true, 'done'])
  })

  it('that could not be undone once something was begun can be looked at again, and is done where nothing is gone', async () => {
    const of = world({ folder: newFolder(), definition: {}, steps: [step('read'), starts()] })
    await of.agree()
    await of.enrolment.confirm(programmeId, 'read')
    await of.enrolment.doStep(programmeId, 'start')
    of.software.stopFails = 'It does not end.'
    await of.enrolment.undo(programmeId, 'start')
    expect(of.stepState('start')).toMatchObject({ phase: 'undo-failed', because: expect.stringContaining('It does not end.'), can: { retry: true, undo: true } })
    const told = of.events.length
    await of.enrolment.doStep(programmeId, 'start')
    expect(of.stepState('start').phase).toBe('done')
    expect(of.state().phase).toBe('set-up')
    // It was found, not started a second time, and is no news.
    expect(of.software.asked).toEqual(['start', 'stop'])
    expect(of.events.length).toBe(told)
  })

  it('that was undone by half is done anew', async () => {
    const folder = newFolder()
    const path = join(folder, 'made')
    // No file system takes such a name, so the second one cannot be looked at.
    const long = join(folder, 'n'.repeat(300))
    const of = world({ folder, steps: [makes('make', path, { undo: { kind: 'remove-paths', paths: [path, long] } })] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    await of.enrolment.undo(programmeId, 'make')
    expect([existsSync(path), of.stepState('make').phase]).toEqual([false, 'undo-failed'])
    await of.enrolment.doStep(programmeId, 'make')
    expect([existsSync(path), of.stepState('make').phase]).toEqual([true, 'done'])
  })
})

it.each([
  ['containers', { kind: 'remove-containers', imagePrefix: 'x/' }],
  ['images', { kind: 'remove-images', imagePrefix: 'x/' }],
] as const)('while Docker does not answer, the undo of %s is refused and the step stays as it was', async (_, undo) => {
  const silent = { containers: () => Promise.reject(new DockerFault('Docker does not answer.', 'not-there')), look: async () => ({ value: null, why: 'Docker does not answer.', at: 0 }) } as unknown as DockerEngine
  const of = world({ folder: newFolder(), docker: silent, steps: [step('one', { undo })] })
  await of.enrolment.confirm(programmeId, 'one')
  await expect(of.enrolment.undo(programmeId, 'one')).rejects.toThrow('Docker does not answer. Start Docker, then try again.')
  expect(of.stepState('one').phase).toBe('done')
})

it('secrets that went are said to be gone, though another one stayed', async () => {
  const kept = new Map<string, string>()
  const secrets = {
    read: (name: string) => kept.get(name) ?? null,
    write(name: string, value: string | null) {
      if (value === null && name.endsWith(':two')) throw new NotPossible('The key store is locked.')
      if (value === null) kept.delete(name)
      else kept.set(name, value)
    },
  }
  const fields = [field('one', 'secret'), field('two', 'secret')]
  const of = world({ folder: newFolder(), secrets, steps: [step('ask', { fields, check: { kind: 'answered', fields: ['one', 'two'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['one', 'two'] }, undo: { kind: 'forget-answers' } })] })
  await of.enrolment.answer(programmeId, 'ask', { one: 'made-up-one', two: 'made-up-two' })
  await of.enrolment.undo(programmeId, 'ask')
  expect(of.stepState('ask')).toMatchObject({ phase: 'undo-failed', because: expect.stringContaining('locked') })
  expect(Object.keys(of.stepState('ask').storedSince)).toEqual(['two'])
  await of.enrolment.doStep(programmeId, 'ask')
  expect(of.stepState('ask').phase).toBe('waits-for-you')
})
