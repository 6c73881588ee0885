/** `idlewatt doctor`: every check with its remedy, one alone, a programme's needs; exit codes and documents. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { doctorText } from '../../../main/command-line/doctor-text.ts'
import { emptyFolder, idlewatt, machinesFolder } from './call.ts'
import { doctorDocument } from './documents.ts'

const records = z.array(
  z.object({
    id: z.string(), title: z.string(), actual: z.string().nullable(), required: z.string().min(1), unit: z.string().nullable(), ok: z.boolean().nullable(), why: z.string(), remedy: z.string().nullable(),
    source: z.object({ url: z.string(), date: z.string().nullable() }).loose().nullable(), measuredAt: z.number(), programmeId: z.string().nullable(),
  }),
)
const documentSchema = doctorDocument.extend({ checks: doctorDocument.shape.checks.min(1), records })
const listSchema = z.object({ checks: z.array(z.object({ id: z.string(), title: z.string(), required: z.string() })) })
const machine = ['--machine', join(machinesFolder, 'two-rtx-3090-linux')]
const limit = { timeout: 60_000 }

async function document(words: string[]) {
  const answer = await idlewatt(['doctor', '--json', ...words])
  return { ...answer, ...z.object({ ok: z.boolean(), checks: z.array(doctorDocument.shape.checks.element), records }).parse(JSON.parse(answer.stdout)) }
}

describe('the whole of it', () => {
  test('installation, machine, and the needs of every programme; those count only where they are asked for', limit, async () => {
    const answer = await document(machine)
    expect(documentSchema.safeParse(JSON.parse(answer.stdout)).error).toBeUndefined()
    expect(answer.exitCode).toBe(answer.ok ? 0 : 1)
    expect(answer.ok).toBe(answer.checks.every(({ ok }) => ok !== false))
    const ids = answer.checks.map(({ id }) => id)
    for (const id of ['node', 'disk', 'clock', 'dns', 'cgnat', 'docker', 'container-toolkit', 'sleep', 'remote-session', 'virtualisation', 'files', 'other-software']) expect(ids).toContain(id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.some((id) => id.includes(':'))).toBe(false)
    expect(new Set(answer.records.map(({ programmeId }) => programmeId)).size).toBeGreaterThan(5)
    for (const record of answer.records) if (record.programmeId !== null) expect(record.source?.url, record.id).toMatch(/^(https|own):/)
    for (const check of answer.checks) if (check.ok === false && check.id !== 'gpus') expect(check.remedy, check.id).not.toBeNull()
  })
  test('it leaves no data folder behind', limit, async () => {
    const data = join(emptyFolder(), 'not', 'there')
    await idlewatt(['doctor', '--json', '--data', data])
    expect(existsSync(data)).toBe(false)
  })
})

describe('a part of it', () => {
  test('of one programme, each need is a check and counts', limit, async () => {
    const answer = await document([...machine, '--programme', 'render/rendering'])
    const own = answer.checks.filter(({ id }) => id.startsWith('render/rendering:'))
    expect(own.length).toBeGreaterThan(3)
    expect(own.some(({ ok }) => ok === false), 'Linux is not taken there').toBe(true)
    expect(answer.exitCode).toBe(1)
    expect(new Set(answer.records.map(({ programmeId }) => programmeId))).toEqual(new Set([null, 'render/rendering']))
  })
  test('one check alone, of the installation, of the machine, of a programme', limit, async () => {
    expect((await document(['--only', 'node'])).checks.map(({ id }) => id)).toEqual(['node'])
    expect((await document([...machine, '--only', 'disk-space', '--only', 'page'])).checks.map(({ id }) => id)).toEqual(['page', 'disk-space'])
    expect((await document([...machine, '--only', 'io-net/worker:memory'])).checks.map(({ id }) => id)).toEqual(['io-net/worker:memory'])
  })
  test('what costs something is measured where it is named', limit, async () => {
    const [speed] = (await document(['--only', 'disk-speed'])).records
    expect(speed?.why).not.toBe('Not measured yet.')
  })
  test('a check or programme there is not is said before anything is run', limit, async () => {
    const wrong = await idlewatt(['doctor', '--only', 'clok'])
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/no check "clok"\. Did you mean clock\?/) })
    expect(await idlewatt(['doctor', '--programme', 'io-net/wroker'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean io-net/worker?') })
  })
  test('the list has every check, and runs none', limit, async () => {
    const answer = await idlewatt(['doctor', '--list', '--json', ...machine])
    const ids = listSchema.parse(JSON.parse(answer.stdout)).checks.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['node', 'clock', 'line', 'disk-speed', 'io-net/worker:docker']))
    expect(answer.exitCode).toBe(0)
  })
})

describe('in a terminal', () => {
  test('marks, remedies and a line for each programme', limit, async () => {
    const { stdout } = await idlewatt(['doctor', ...machine])
    expect(stdout).toMatch(/This installation[\s\S]*This machine[\s\S]*What programmes need/)
    expect(stdout).toContain('recorded machine "two-rtx-3090-linux"')
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
  })
  test('without a card it says so among the needs, and judges those of the machine', limit, async () => {
    const { stdout } = await idlewatt(['doctor', '--machine', join(machinesFolder, 'no-gpu'), '--network', 'io-net'])
    expect(stdout).toMatch(/Graphics card\s+none found/)
    expect(stdout).toMatch(/Memory\s+\d+ GB/)
  })
  test('the verdict counts what is wrong, and does not call the unknown right', () => {
    const text = (oks: (boolean | null)[]): string => {
      const results = oks.map((ok, index) => ({ id: `${index}`, title: 'x', ok, what: 'y', remedy: null }))
      return doctorText({ results, own: results, records: [], programmes: [], asked: [], isPart: true, detection: null }, { asksOutside: true, measures: true })
    }
    expect(text([true, null])).toContain('Nothing is wrong.')
    expect(text([false, null])).toContain('One thing is wrong.')
    expect(text([false, false])).toContain('2 things are wrong.')
    expect(text([null])).toContain('Nothing could be told for certain.')
  })
})
