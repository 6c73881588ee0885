/** `idlewatt enrol`: everything is said before anything is done, nothing is changed by saying it, and no secret goes through the words of a call. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { EnrolmentReport, EnrolmentState } from '../../../shared/enrolment.ts'
import { reportText } from '../../../main/command-line/enrol-report-text.ts'
import { enrolmentText } from '../../../main/command-line/enrol-text.ts'
import { newFolder } from '../../helpers/files.ts'
import { idlewatt, machinesFolder } from './call.ts'
import { idlewattHere } from './here.ts'

vi.stubEnv('IDLEWATT_OFFLINE', '1')
const rig = ['--machine', join(machinesFolder, 'two-rtx-3090-linux')]
const practice = 'practice/worker'
const networks = ['akash', 'io-net', 'render', 'aethir', 'practice']

const enrol = (words: string[], data = newFolder()) => idlewattHere(['enrol', ...words, '--data', data])
const flat = (text: string): string => text.replace(/\s+/g, ' ')
async function reportsOf(network: string): Promise<EnrolmentReport[]> {
  return (JSON.parse((await enrol(['--network', network, '--dry-run', '--json', ...rig])).stdout) as { reports: EnrolmentReport[] }).reports
}

describe('a dry run', () => {
  test.each(networks)('of %s: what it is, publisher, command, files, rights, ports, image, sizes, hash, effects, costs, undo', { timeout: 30_000 }, async (network) => {
    const reports = await reportsOf(network)
    expect(reports.length).toBeGreaterThan(0)
    for (const report of reports) {
      const text = reportText(report)
      const said = flat(text)
      const all = (values: (string | null)[]): void => {
        for (const value of values) if (value !== null) expect(said, value).toContain(flat(value).trim())
      }
      all([report.summary, report.hash])
      for (const row of ['Publishers', 'Commands run', 'Left to you', 'Folders', 'Files', 'Rights', 'Ports', 'Images', 'Downloads', 'Disk', 'Other software', 'Cost, lock-up']) expect(text).toMatch(new RegExp(`^ {2}${row} {2,}\\S`, 'm'))
      for (const step of report.steps) {
        if (step.phase === 'left-out') continue
        const { effects } = step
        all([step.title, step.what, step.noticedBy, step.undo, step.publisher?.name ?? null, step.byHand, ...step.todo, ...step.remains, ...step.fields.map(({ label }) => label), ...(step.environment ?? [])])
        all([...effects.files, ...effects.folders, ...effects.rights.filter((right) => right !== 'none'), ...effects.ports, effects.image, effects.hash, ...effects.otherSoftware, ...effects.costs])
        for (const word of step.command ?? []) expect(said).toContain(word)
        if (effects.hash !== null) expect(said).toMatch(/Download: /)
        for (const trap of step.traps) all([trap.sentence])
      }
      for (const { asset, why } of report.capital) all([asset, why])
      for (const duty of report.duties) all([duty.sentence])
      for (const check of report.checks) all([check.title])
    }
  })

  test('each kind of line fits a terminal; only commands, addresses and paths may be longer', { timeout: 30_000 }, async () => {
    for (const network of networks) {
      for (const report of await reportsOf(network)) {
        for (const line of reportText(report).split('\n')) {
          if (line.length > 100) expect(line, line).toMatch(/^ +(Runs|With|Address|Website|Source): |^ {5}\S|^\s*\(?(https:\/\/|\/|[A-Z]:\\)\S+$|^To agree|^ {7}https/)
        }
      }
    }
  })

  test('text and document say the same hash, again and again, and nothing is left behind', async () => {
    const folder = join(newFolder(), 'not', 'there')
    const text = await enrol([practice, '--dry-run'], folder)
    const document = await enrol([practice, '--dry-run', '--json'], folder)
    const { reports } = JSON.parse(document.stdout) as { reports: EnrolmentReport[] }
    expect(text.stdout).toContain(`--agree ${reports[0]?.hash} --data ${folder}`)
    for (const answer of [text, document]) expect(answer).toMatchObject({ exitCode: 0, stderr: 'Nothing was done.\n' })
    expect(existsSync(folder)).toBe(false)
  })

  test('without a card it says so among the needs, and the stake is told all the same', async () => {
    const { stdout } = await enrol(['--network', 'io-net', '--dry-run', '--machine', join(machinesFolder, 'no-gpu')])
    expect(flat(stdout)).toContain('Graphics card: none found')
    expect(flat(stdout)).toContain('For a GeForce RTX 4090 it is 250 IO; no card was found here')
  })

  test('containers of others are told, without what moves a cursor', async () => {
    const [report] = await reportsOf('practice')
    if (report === undefined) throw new Error('no report')
    const text = reportText({ ...report, blocked: 'A container of something else is in danger.', strangers: [{ id: 'abcdef0123456789', name: '/postgres\u001b[2J', image: 'postgres:16', state: 'running' }] })
    expect(text).toContain('/postgres[2J (postgres:16, running, abcdef012345)')
    expect(text).toContain('IN THE WAY NOW: A container')
    expect(text).not.toContain('\u001b')
  })
})

describe('where it stands', () => {
  test('steps for other systems are counted, not listed, and the next call is named', async () => {
    const folder = newFolder()
    const open = await enrol([practice], folder)
    expect(open.stdout).toContain('Not agreed to yet')
    expect(open.stdout).toContain(`Next: idlewatt enrol ${practice} --dry-run --data ${folder}`)
    expect(open.stdout).toContain('left out.')
    const waiting = await enrol([practice, '--do', 'read'], folder)
    expect(waiting.stdout).toContain(`Next: idlewatt enrol ${practice} --confirm read --data ${folder}`)
    const next = await enrol([practice, '--confirm', 'read', '--continue'], folder)
    expect(next.stdout).toContain(`Next: idlewatt enrol ${practice} --answer name=… --data ${folder}`)
    expect(next.exitCode).toBe(0)
    const half = await enrol([practice, '--answer', 'name=rig', '--answer', 'behaviour=usual', '--json'], folder)
    const { enrolment } = JSON.parse(half.stdout) as { enrolment: EnrolmentState }
    expect(enrolment.steps.find(({ id }) => id === 'details')?.answers).toEqual({ name: 'rig', behaviour: 'usual' })
    expect(enrolmentText({ ...enrolment, phase: 'left', remains: ['The account stays.'] }, 'Practice worker')).toContain('What remains: The account stays.')
  })

  test('what needs consent is not done without it', async () => {
    const folder = newFolder()
    await enrol([practice, '--do', 'read', '--confirm', 'read'], folder)
    await enrol([practice, '--answer', 'name=rig', '--answer', 'behaviour=usual'], folder)
    const answer = await enrol([practice, '--agree', 'a'.repeat(20)], folder)
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain('not the report as it is now')
    expect(existsSync(join(folder, 'providers'))).toBe(false)
  })
})

describe('words', () => {
  test.each([
    [[], 'needs a programme, or --network'],
    [['--network', 'render'], 'Name one programme to set up'],
    [['nosuch/thing', '--dry-run'], 'There is no programme'],
    [['--network', 'nosuch', '--dry-run'], 'knows no network'],
    [[practice, '--network', 'render', '--dry-run'], 'belongs to practice'],
    [[practice, 'more'], 'one too many'],
    [[practice, '--dry-run', '--continue'], 'goes with no other flag'],
    [[practice, '--undo', 'read', '--continue'], '--undo goes with neither'],
    [[practice, '--agree', ''], '--agree needs a value'],
    [[practice, '--answer', 'name'], 'has no "="'],
    [[practice, '--answer', '=x'], 'has no field'],
    [[practice, '--answer', 'nmae=x'], 'Idlewatt knows no field "nmae"'],
    [[practice, '--secret', 'name'], 'is no secret'],
    [[practice, '--answer', 'token=abcdefgh12'], 'other programs can read'],
    [[practice, '--do', 'nosuch'], 'knows no step'],
    [[practice, '--gpu', 'x'], 'takes no --gpu'],
  ])('%s is refused with exit code 2 and an empty stdout', async (words, sentence) => {
    const answer = await enrol([...words, ...rig])
    expect(answer.stderr).toContain(sentence)
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
    expect(answer.stderr).not.toContain('abcdefgh12')
  })

  test('an answer that the step does not take is refused, and a recorded machine is not set up', async () => {
    expect(await enrol([practice, '--answer', 'behaviour=foo'])).toMatchObject({ exitCode: 1, stdout: '' })
    expect((await enrol([practice, '--continue', ...rig])).stderr).toContain('recorded machine')
  })

  test('a seed phrase or a key is not even looked at, and never repeated', { timeout: 30_000 }, async () => {
    for (const value of ['legal winner thank year wave sausage worth useful legal winner thank yellow', `0x${'a1'.repeat(32)}`]) {
      const answer = await idlewatt(['enrol', practice, '--answer', `name=${value}`])
      expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
      expect(answer.stderr).toContain('seed phrase or a private key')
      expect(answer.stderr).not.toContain(value.slice(5, 20))
    }
  })

  test('an empty standard input is no secret', { timeout: 30_000 }, async () => {
    const answer = await idlewatt(['enrol', practice, '--secret', 'token'])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain('No secret came on standard input')
  })
})
