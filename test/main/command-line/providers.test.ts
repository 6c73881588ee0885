/** `idlewatt providers`: its words, the documents that others build on, and tables that fit a terminal. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import type { ProviderState } from '../../../shared/provider.ts'
import { openControl } from '../../../main/api/control.ts'
import { priceText, providersText, stateText } from '../../../main/command-line/providers-text.ts'
import { claimDataFolder } from '../../../main/system/data-folder.ts'
import { createLog } from '../../../main/system/log.ts'
import { newFolder } from '../../helpers/files.ts'
import { createSmallHouse } from '../../helpers/small-house.ts'
import { machinesFolder } from './call.ts'
import { idlewattHere } from './here.ts'

const rig = ['--machine', join(machinesFolder, 'two-rtx-3090-linux')]
const id = 'practice/worker'

/** As DESIGN.md has it; fields may be added. */
const listDocument = z.object({
  providers: z.array(
    z
      .object({
        programmeId: z.string(), phase: z.enum(['not-set-up', 'stopped', 'starting', 'running', 'finishing', 'stopping', 'stop-failed', 'waiting', 'failed']), since: z.number(), pid: z.number().nullable(),
        containers: z.array(z.object({ id: z.string(), image: z.string(), state: z.string() })), earning: z.boolean().nullable(), because: z.string().min(1), retryAt: z.number().nullable(),
      })
      .loose(),
  ),
})

const providers = (words: string[], data = newFolder()) => idlewattHere(['providers', ...words, '--data', data])

describe('words', () => {
  test.each([
    [['frobnicate'], 'knows no word "frobnicate"'],
    [['strt', id], 'Did you mean start?'],
    [['start'], 'needs a programme'],
    [['start', 'nosuch'], 'There is no programme "nosuch". There are: practice/worker'],
    [['start', 'practice/wroker'], 'Did you mean practice/worker?'],
    [['start', 'render'], 'render/rendering, render/compute'],
    [['start', id, 'render/salad'], 'one too many'],
    [['list', id], 'takes no further word'],
    [['--network', 'nosuch'], 'knows no network "nosuch"'],
    [['start', id, '--network', 'akash'], 'belongs to practice'],
    [['start', id, '--price'], '--price belongs to providers stop'],
    [['stop', id, '--search', 'x'], '--search belongs to providers logs'],
    [['list', '--yes'], '--yes belongs to providers leave'],
    [['logs', id, '--limit', '0'], '--limit must lie between 1 and 2000'],
    [['logs', id, '--limit', 'ten'], '--limit needs a number'],
    [['logs', id, '--search', ''], '--search needs a value'],
    [['logs', id, '--search', 'x'.repeat(201)], 'at most 200 letters'],
  ])('%s is refused with exit code 2 and an empty stdout', async (words, sentence) => {
    const answer = await providers([...words, ...rig])
    expect(answer.stderr).toContain(sentence)
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
  })
})

describe('nothing is set up', () => {
  test('the list is the document that others build on, and leaves no folder behind', async () => {
    const folder = join(newFolder(), 'not', 'there')
    const answer = await providers(['list', '--json'], folder)
    const { providers: all } = listDocument.parse(JSON.parse(answer.stdout))
    expect(all.map(({ programmeId }) => programmeId)).toEqual(expect.arrayContaining([id, 'akash/provider', 'io-net/worker', 'render/rendering', 'aethir/checker']))
    for (const state of all) expect(state).toMatchObject({ phase: 'not-set-up', pid: null, containers: [], retryAt: null })
    expect(answer).toMatchObject({ exitCode: 0, stderr: '' })
    expect(existsSync(folder)).toBe(false)
  })
  test('one network alone', async () => {
    const answer = await providers(['list', '--network', 'RENDER', '--json', ...rig])
    expect(listDocument.parse(JSON.parse(answer.stdout)).providers.map(({ programmeId }) => programmeId)).toEqual(['render/rendering', 'render/compute', 'render/salad'])
  })
  test.each([
    ['start', 'not set up'],
    ['leave', 'Nothing was undone'],
    ['logs', 'no log yet'],
  ])('%s says so', async (verb, sentence) => {
    const answer = await providers([verb, id])
    expect(answer.stderr).toContain(sentence)
    expect(answer.exitCode).toBe(verb === 'logs' ? 0 : 1)
  })
  test('a recorded machine is not acted on', async () => {
    expect((await providers(['start', id, ...rig])).exitCode).toBe(1)
    expect((await providers(['leave', id, '--yes', ...rig])).exitCode).toBe(1)
  })
})

describe('an Idlewatt that is open', () => {
  const running: ProviderState = {
    programmeId: id, phase: 'running', since: 1_000_000, pid: 4711, containers: [{ id: 'c0ffee00c0ffee00', image: 'idlewatt-practice:1', state: 'running' }], earning: false, cause: 'no-demand', activity: 'idle',
    because: 'Waiting for a practice job.', evidence: ['process: there'], job: null, retryAt: null, wanted: 'run', adopted: false, duplicate: null, can: { start: false, finish: true, stop: true }, kind: 'managed', readAt: 1_000_000, failures: 0,
  }

  /** A real socket and a small house behind it, whose software takes a moment to end. */
  async function opened(end: ProviderState['phase']) {
    const folder = newFolder()
    const claim = claimDataFolder(folder, 'headless')
    const asked: string[] = []
    const { handlers, store } = createSmallHouse({
      'provider.stop-price': () => ({ sentence: 'Stopping now loses the job.', usd: 0.5, finishMinutes: 12.4, source: null }),
      'provider.stop': () => {
        asked.push('stop')
        const stopping: ProviderState = { ...running, phase: 'stopping' }
        show(stopping)
        setTimeout(() => show({ ...running, phase: end, because: end === 'stopped' ? 'It is stopped.' : 'It will not end.', pid: null, containers: [], evidence: [] }), 100)
        return stopping
      },
    })
    const show = (state: ProviderState): void => store.change('programmes', (programmes) => ({ ...programmes, providers: [state], practice: [{ id, networkId: 'practice', networkTitle: 'Practice', title: 'Practice worker' }] as never }))
    show(running)
    const control = await openControl({ folder, handlers, log: createLog('silent', () => {}) })
    onTestFinished(() => {
      control.close()
      claim.release()
    })
    return { folder, asked }
  }

  test('its list is shown', async () => {
    const { folder } = await opened('stopped')
    const answer = await providers(['list', '--json'], folder)
    expect(listDocument.parse(JSON.parse(answer.stdout)).providers).toEqual([running])
  })
  test('only the price is told, and nothing is stopped', async () => {
    const { folder, asked } = await opened('stopped')
    const answer = await providers(['stop', id, '--price', '--json'], folder)
    expect(JSON.parse(answer.stdout)).toMatchObject({ programmeId: id, usd: 0.5, sentence: 'Stopping now loses the job.' })
    expect(asked).toEqual([])
  })
  test('a stop is answered once it has come about, with its price before', async () => {
    const { folder, asked } = await opened('stopped')
    const answer = await providers(['stop', id], folder)
    expect(asked).toEqual(['stop'])
    expect(answer.stdout).toBe('Practice worker is stopped.\n')
    expect(answer.stderr).toContain('Stopping now loses the job. About 0.50 USD. Finishing takes about 12 minutes.')
    expect(answer.exitCode).toBe(0)
  })
  test('a stop that fails is never told as one that came about', async () => {
    const { folder } = await opened('stop-failed')
    const answer = await providers(['stop', id, '--json'], folder)
    expect(JSON.parse(answer.stdout)).toMatchObject({ provider: { phase: 'stop-failed' } })
    expect(answer.exitCode).toBe(1)
  })

  describe('tables', () => {
    const wide: ProviderState[] = (['starting', 'running', 'finishing', 'stopping', 'stop-failed', 'waiting', 'failed'] as const).map((phase, no) => ({
      ...running, phase, programmeId: `some-network/programme-number-${no}`, cause: (['no-demand', 'not-eligible', 'broken-here', 'unknown', null] as const)[no] ?? null, earning: no === 5 ? null : no === 6,
      because: 'It ended with exit code 137, which Idlewatt does not know, and was killed by the system, which may have run out of memory.', retryAt: phase === 'waiting' ? 2_000_000 : null,
      duplicate: no === 1 ? 'A copy of it that Idlewatt did not start is running.' : null,
    }))
    test('fit 100 columns, and say each state, its reason and the next try', () => {
      const text = providersText(wide, [{ id: 'some-network/programme-number-0', networkId: 'some-network', title: 'A network with a long name: a programme with a long name' }])
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
      for (const words of ['WILL NOT END', 'GAVE UP', 'waiting', 'no: not eligible', 'unknown', 'yes']) expect(text).toContain(words)
      expect(text.replace(/\s+/g, ' ')).toContain('Tried again at')
      expect(providersText([], [])).toContain('No provider software')
    })
    test('a state names process and containers by their ids', () => {
      expect(stateText(running, 'Practice worker')).toBe('Practice worker is running: Waiting for a practice job.\n- Process 4711.\n- Container c0ffee00c0ff (idlewatt-practice:1): running.\n- process: there')
    })
    test('a price of nothing has no figure', () => {
      expect(priceText({ sentence: 'It costs nothing.', usd: 0, finishMinutes: 0.2, source: null })).toBe('It costs nothing.')
    })
  })
})

vi.stubEnv('IDLEWATT_OFFLINE', '1')
