/** Idlewatt killed hard at every moment, and moves in any order: nothing is lost, nothing of others is touched, and leaving always clears up. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reportHash, reportParts } from '../../../main/enrolment/report-hash.ts'
import { moduleUrl, newFolder, runCode } from '../../helpers/files.ts'
import { makes, programmeId, starts, step, world, type World } from './support.ts'

const stepsIn = (folder: string): ReturnType<typeof step>[] => [makes('one', join(folder, 'one'))]

/** Sets up and leaves, and kills itself after so many saves of the record. Says "over" where it got to the end. */
const code = `
  const { world, makes, programmeId } = await import(${moduleUrl('test/main/enrolment/support.ts')})
  const { reportParts, reportHash } = await import(${moduleUrl('main/enrolment/report-hash.ts')})
  const { createProviderTables } = await import(${moduleUrl('main/history/provider-tables.ts')})
  const { bringUpToDate } = await import(${moduleUrl('main/history/schema.ts')})
  const { DatabaseSync } = await import('node:sqlite')
  const { join } = await import('node:path')
  const [folder, kill] = process.argv.slice(1)
  const steps = [makes('one', join(folder, 'one'))]
  const database = new DatabaseSync(join(folder, 'history.sqlite'))
  bringUpToDate(database)
  const tables = createProviderTables(database, '', () => {})
  let saves = 0
  const of = world({ folder, steps, tables: { ...tables, saveEnrolment(id, document) {
    tables.saveEnrolment(id, document)
    saves += 1
    if (saves === Number(kill)) process.kill(process.pid, 'SIGKILL')
  } } })
  const hash = reportHash(reportParts({ programmeId, title: 'Worker', networkTitle: 'Example', definition: { programmeId, summary: 'Works.', steps }, software: null, duties: [] }, process.platform, []))
  await of.enrolment.consent(programmeId, hash)
  await of.enrolment.doStep(programmeId, 'one')
  await of.enrolment.leave(programmeId)
  console.log('over')`

it('a kill after any save is got over: the rest is done, and leaving clears up', { timeout: 240_000 }, async () => {
  let saves = 1
  for (; ; saves += 1) {
    const folder = newFolder()
    writeFileSync(join(folder, 'beside'), 'mine')
    const run = runCode(code, { args: [folder, String(saves)] })
    expect(run.stderr).toBe('')
    if (run.stdout === 'over\n') break
    expect(run.signal).toBe('SIGKILL')

    const of = world({ folder, steps: stepsIn(folder) })
    await of.enrolment.begin()
    const { phase, steps } = of.state()
    expect(steps.some((each) => ['doing', 'verifying', 'undoing'].includes(each.phase))).toBe(false)
    if (phase !== 'leaving' && phase !== 'left') {
      for (const each of steps.filter((one) => !['done', 'found-done'].includes(one.phase))) await of.enrolment.doStep(programmeId, each.id)
      expect(of.state().phase).toBe('set-up')
      expect(existsSync(join(folder, 'one'))).toBe(true)
    }
    if (phase !== 'left') await of.enrolment.leave(programmeId)
    expect(of.state().phase).toBe('left')
    expect(existsSync(join(folder, 'one'))).toBe(false)
    expect(readFileSync(join(folder, 'beside'), 'utf8')).toBe('mine')
  }
  // Consent, a step with four moves or more, and leaving.
  expect(saves).toBeGreaterThan(9)
})

it('moves in any order, with restarts between, keep the promises', { timeout: 120_000 }, async () => {
  const ids = ['found', 'one', 'two', 'start'] as const
  const move = fc.oneof(
    fc.record({ kind: fc.constantFrom('do', 'undo', 'confirm'), id: fc.constantFrom(...ids) }),
    fc.record({ kind: fc.constantFrom('restart', 'leave', 'agree'), id: fc.constantFrom(...ids) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (sequence) => {
      const folder = newFolder()
      const path = (id: string): string => join(folder, id)
      writeFileSync(path('found'), 'mine')
      const steps = [makes('found', path('found')), makes('one', path('one')), makes('two', path('two')), starts()]
      let of: World = world({ folder, definition: {}, steps })
      const hash = reportHash(reportParts({ programmeId, title: 'Worker', networkTitle: 'Example', url: '', isPractice: false, definition: { programmeId, summary: 'Works.', steps }, software: { programmeId, kind: 'managed', platforms: ['linux', 'darwin', 'win32'], command: null, readyWithinMs: 5_000 } as never, duties: [] }, process.platform as 'linux', []))
      const refused = (error: unknown): void => {
        if ((error as Error).name !== 'NotPossible') throw error
      }
      for (const { kind, id } of sequence) {
        if (kind === 'do') await of.enrolment.doStep(programmeId, id).catch(refused)
        if (kind === 'undo') await of.enrolment.undo(programmeId, id).catch(refused)
        if (kind === 'confirm') await of.enrolment.confirm(programmeId, id).catch(refused)
        if (kind === 'agree') await of.enrolment.consent(programmeId, hash).catch(refused)
        if (kind === 'leave') await of.enrolment.leave(programmeId).catch(refused)
        if (kind === 'restart') {
          const { running, reading } = of.software
          await of.enrolment.close()
          of = world({ folder, definition: {}, steps })
          Object.assign(of.software, { running, reading })
          await of.enrolment.begin()
        }
        const state = of.state()
        expect(readFileSync(path('found'), 'utf8')).toBe('mine')
        for (const each of state.steps) if (each.phase === 'done' && each.id !== 'start') expect(existsSync(path(each.id))).toBe(true)
        if (state.phase === 'left') expect([existsSync(path('one')), existsSync(path('two')), of.software.running]).toEqual([false, false, false])
        if (state.phase === 'set-up') expect(state.steps.every((each) => each.phase === 'done' || each.phase === 'found-done')).toBe(true)
        if (existsSync(path('one')) && state.phase !== 'leaving') expect(state.consent).not.toBeNull()
        expect(state.steps.filter((each) => each.can.cancel)).toEqual([])
      }
    }),
    { numRuns: 60 },
  )
})

