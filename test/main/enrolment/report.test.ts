/** The report: every word of a step in it, a hash of the words alone, and which readings its judges look at. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SoftwareDefinition, StepDefinition } from '../../../main/networks/software.ts'
import { stakesAfter } from '../../../main/enrolment/leave.ts'
import { watchedReadings } from '../../../main/enrolment/probe-use.ts'
import { changedParts, reportHash, reportParts, type ReportParts } from '../../../main/enrolment/report-hash.ts'
import type { DockerEngine } from '../../../main/system/docker-engine.ts'
import type { ContainerFacts } from '../../../shared/provider.ts'
import { noReadings } from '../../../shared/preflight.ts'
import { newFolder } from '../../helpers/files.ts'
import { field, makes, programmeId, source, step, world, type WorldOptions } from './support.ts'

const full: StepDefinition = step('full', {
  title: 'Get the launcher',
  what: 'Fetches the launcher.',
  publisher: { name: 'Example Ltd', url: 'https://example.org/publisher' },
  fields: [field('token', 'secret')],
  do: { kind: 'download', url: 'https://example.org/launcher', file: 'launcher', version: '3', sha256: null, bytes: null, mostBytes: 5, hosts: [], isExecutable: true },
  check: { kind: 'download', file: 'launcher' },
  verify: { kind: 'download', file: 'launcher' },
  noticedBy: 'The file is there.',
  undoWords: 'Removes the launcher.',
  remains: ['The account.'],
  effects: { files: ['{folder}/files/launcher'], folders: ['/opt/x'], rights: ['the Docker socket: root in effect'], ports: ['TCP 8443 inward'], image: 'maker/worker:1', downloadBytes: 20_000_000, diskBytes: 20e9, hash: null, otherSoftware: ['turns ECC off'], costs: ['200 EX for 14 days'] },
  traps: [{ id: 'wipes', severity: 'danger', sentence: 'It may remove every container.', source }],
})

it('is made of the steps: their order in leaving, their traps, what is staked', async () => {
  const of = world({ folder: newFolder(), steps: [full, makes('run', '/opt/x/made')], capital: () => [{ asset: 'EX', amount: 200, lockDays: 14, slashable: true, why: 'The programme asks for it.' }] })
  const report = await of.report()
  expect(report.leaving.map((one) => one.step)).toEqual(['Step run', 'Get the launcher', 'Your stake or deposit'])
  expect(report.traps.map((trap) => trap.id)).toEqual(['wipes'])
  expect(report.steps[0]?.effects).toMatchObject({ files: [`${of.own}/files/launcher`], hash: expect.stringContaining('The publisher gives none') })
})

describe('the report', () => {
  it('says where its software does not run', async () => {
    const of = world({ folder: newFolder(), steps: [full], definition: { platforms: ['win32', 'darwin'] } })
    const other = process.platform === 'win32' || process.platform === 'darwin'
    expect((await of.report()).blocked).toBe(other ? null : 'Its software runs on Windows and macOS only; this machine has Linux.')
  })
})

it('a container that tries the card is nobody’s in danger, and every other one is', async () => {
  const container = (id: string, labels: Record<string, string>): ContainerFacts => ({ id, name: `/${id}`, image: 'ubuntu:24.04', state: 'running', labels, startedAt: 0, exitCode: null, restartCount: 0, health: null })
  const docker = { containers: async () => [container('try', { 'idlewatt.check': 'card' }), container('mine', { 'idlewatt.check': 'other' })] } as unknown as DockerEngine
  const of = world({ folder: newFolder(), docker, steps: [step('alone', { check: { kind: 'none' }, do: { kind: 'check' }, verify: { kind: 'no-strangers', imagePrefix: 'x/' } })] })
  expect((await of.report()).strangers.map((one) => one.id)).toEqual(['mine'])
  // The label is the one that the try is started with.
  expect(readFileSync(join(import.meta.dirname, '../../../main/enrolment/preflight/card-in-container.ts'), 'utf8')).toContain("'--label', 'idlewatt.check=card'")
})

describe('the hash', () => {
  const partsOf = (steps: StepDefinition[], software: Partial<SoftwareDefinition> = {}): ReportParts =>
    reportParts({ programmeId, title: 'x', networkTitle: 'x', url: '', isPractice: false, definition: { programmeId, summary: 'x', steps }, software: software as SoftwareDefinition, duties: [] }, 'linux', [])
  const hashOf = async (more: Partial<WorldOptions>): Promise<string> => (await world({ folder: newFolder(), steps: [full], ...more }).report()).hash

  it('is of the words alone', async () => {
    const first = await hashOf({})
    expect(first).toMatch(/^[0-9a-f]{20}$/)
    expect(await hashOf({ judge: () => [{ id: 'x', title: 'x', actual: String(Date.now()), required: 'x', unit: null, ok: null, why: 'x', remedy: null, source: null, measuredAt: 1, programmeId }] })).toBe(first)
    // The market moves the amount; that something is staked is a word.
    const staked = await hashOf({ capital: () => [{ asset: 'EX', amount: 200, lockDays: 14, slashable: true, why: 'a' }] })
    expect(staked).not.toBe(first)
    expect(await hashOf({ capital: () => [{ asset: 'EX', amount: 300, lockDays: 14, slashable: true, why: 'b' }] })).toBe(staked)
  })

  it.each<[string, Partial<StepDefinition>]>([
    ['title', { title: 'Get it' }],
    ['what', { what: 'Fetches another.' }],
    ['publisher', { publisher: null }],
    ['address', { do: { ...full.do, url: 'https://example.org/other' } as StepDefinition['do'] }],
    ['pinned hash', { do: { ...full.do, sha256: '0'.repeat(64) } as StepDefinition['do'] }],
    ['rights', { effects: { ...full.effects, rights: [] } }],
    ['ports', { effects: { ...full.effects, ports: ['TCP 1 inward'] } }],
    ['costs', { effects: { ...full.effects, costs: [] } }],
    ['traps', { traps: [] }],
    ['undo', { undoWords: 'Nothing.' }],
    ['what remains', { remains: [] }],
    ['fields', { fields: [] }],
  ])('changes with the %s, and says so', (_, own) => {
    const [before, now] = [partsOf([full]), partsOf([{ ...full, ...own }])]
    expect(reportHash(now)).not.toBe(reportHash(before))
    expect(changedParts(before, now).join()).toMatch(/Get (the launcher|it)/)
    expect(changedParts(before, partsOf([full]))).toEqual([])
  })

  it('changes with each of two steps of one title', () => {
    const [one, two] = [step('one', { title: 'Download' }), step('two', { title: 'Download' })]
    const hash = reportHash(partsOf([one, two]))
    expect(reportHash(partsOf([{ ...one, what: 'x' }, two]))).not.toBe(hash)
    expect(reportHash(partsOf([one, { ...two, what: 'x' }]))).not.toBe(hash)
  })

  it('changes with the command of the software that a step starts', () => {
    const start = step('start', { do: { kind: 'start' } })
    const one = reportHash(partsOf([start], { command: { program: '/opt/x', args: [] } }))
    expect(reportHash(partsOf([start], { command: { program: '/opt/x', args: ['--no_warnings'] } }))).not.toBe(one)
  })
})

it('readings that a judge looks at are known by name', () => {
  const { readings, used } = watchedReadings(noReadings(0))
  expect(readings.docker.value).toBeNull()
  expect(readings.names['provider.example.org']).toBeUndefined()
  expect(readings.reaches['example.org:8443']).toBeUndefined()
  expect([[...used.ids], [...used.names], [...used.reaches]]).toEqual([['docker'], ['provider.example.org'], ['example.org:8443']])
})

it('what stays locked is dated', () => {
  const at = Date.UTC(2026, 10, 23)
  expect(stakesAfter([{ asset: 'EX', amount: null, lockDays: 14, slashable: true, why: '' }], at)[0]).toBe('What you staked or deposited in EX: stays locked for 14 days after you ask for it back, until 2026-12-07 if you ask today. Idlewatt cannot do that for you.')
  expect(stakesAfter([{ asset: 'EX', amount: 5, lockDays: null, slashable: null, why: '' }], at)[0]).toMatch(/is not known/)
  expect(stakesAfter([{ asset: 'EX', amount: 5, lockDays: 0, slashable: null, why: '' }], at)[0]).toMatch(/at once/)
})
