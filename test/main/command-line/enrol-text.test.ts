/** The report as a terminal shows it: every word of a made-up step, and nothing that a terminal would obey. */
import { expect, it } from 'vitest'
import type { EnrolmentReport } from '../../../shared/enrolment.ts'
import { reportText } from '../../../main/command-line/enrol-report-text.ts'
import type { StepDefinition } from '../../../main/networks/software.ts'
import { newFolder } from '../../helpers/files.ts'
import { field, makes, source, starts, step, world } from '../enrolment/support.ts'

const full: StepDefinition = step('full', {
  title: 'Get the launcher',
  what: 'Fetches the launcher.',
  publisher: { name: 'Example Ltd', url: 'https://example.org/publisher' },
  fields: [field('token', 'secret'), field('device')],
  do: { kind: 'download', url: 'https://example.org/launcher', file: 'launcher', version: '3', sha256: null, bytes: null, mostBytes: 5, hosts: [], isExecutable: true },
  check: { kind: 'download', file: 'launcher' },
  verify: { kind: 'download', file: 'launcher' },
  noticedBy: 'The file is there.',
  undoWords: 'Removes the launcher.',
  remains: ['The account.'],
  effects: { files: ['{folder}/files/launcher'], folders: ['/opt/x'], rights: ['the Docker socket: root in effect'], ports: ['TCP 8443 inward'], image: 'maker/worker:1', downloadBytes: 20_000_000, diskBytes: 20e9, hash: null, otherSoftware: ['turns ECC off'], costs: ['200 EX for 14 days'] },
  traps: [{ id: 'wipes', severity: 'danger', sentence: 'It may remove every container.', source: { ...source, note: 'seen in version 3' } }],
  source: { ...source, note: 'its second page' },
})
const steps = [full, makes('run', '/opt/x/made', { effects: { ...full.effects, downloadBytes: null, hash: 'none published' } }), starts()]

async function reported(): Promise<{ report: EnrolmentReport; own: string }> {
  const of = world({
    folder: newFolder(), steps,
    definition: { command: { program: '{folder}/files/launcher', args: ['--device_id={device}', 'two words'], env: { TOKEN: '{secret:token}', NAME: '{device}' } } },
    capital: () => [{ asset: 'EX', amount: 200, lockDays: 14, slashable: true, why: 'The programme asks for it.' }],
    entry: { duties: [{ title: 'Uptime', sentence: 'Be there.' }] },
  })
  return { report: await of.report(), own: of.own }
}
const flat = (text: string): string => text.replace(/\s+/g, ' ')

it('has everything in it: what, who, where from, files, rights, ports, sizes, hash, effects, costs, undo, what remains', async () => {
  const { report, own } = await reported()
  const text = flat(reportText(report))
  for (const words of [
    'Get the launcher', 'Example Ltd', 'https://example.org/launcher', `${own}/files/launcher`, '/opt/x', 'root in effect', 'TCP 8443 inward', 'maker/worker:1', '20 MB', '20 GB', 'size not published',
    'The publisher gives none', 'turns ECC off', '200 EX for 14 days', 'DANGER: It may remove every container. (https://example.org/docs, seen in version 3)', 'Removes the launcher.', 'The account.', 'kept in the key store',
    `Runs: /bin/sh -c 'echo made > "$0"' /opt/x/made`, 'may be slashed', 'Uptime: Be there.', 'Ask for it back where you staked it', '200 EX: stays locked for 14 days after you ask for it back', report.hash, 'Source: https://example.org/docs, 2026-11-23, its second page',
  ]) expect(text).toContain(words)
})

it('shows the environment without its secrets, and what is still to be entered without a shell’s quotes', async () => {
  const { report, own } = await reported()
  const text = reportText(report)
  expect(text).toContain(`Runs: ${own}/files/launcher --device_id=(to be entered) 'two words'`)
  expect(text).toContain('With: TOKEN=(a stored secret, not shown)')
  expect(text).toContain('With: NAME=(to be entered)')
})

it('says of rights that there are none beyond your own', async () => {
  const report = await world({ folder: newFolder(), steps: [step('one')] }).report()
  expect(reportText(report)).toMatch(/^ {2}Rights {2,}none beyond your own$/m)
})

it('says a duty once where a warning says it in the same words, and nothing of what has no size', async () => {
  const { report } = await reported()
  const [trap] = report.traps
  const twice = { ...report, duties: [...report.duties, { title: 'Alone', sentence: trap?.sentence ?? '' }], steps: report.steps.map((one) => ({ ...one, effects: { ...one.effects, downloadBytes: 0, diskBytes: 0, hash: null } })) }
  const text = flat(reportText(twice))
  expect(text).toContain('Uptime: Be there.')
  expect(text).not.toContain('Alone:')
  expect(text.split('It may remove every container.').length).toBe(2)
  expect(text).not.toMatch(/\b0 bytes|Download: /)
  expect(text).toMatch(/Downloads none Disk nothing to speak of/)
})

it('lets nobody’s words move the cursor, turn the reading order or hide', async () => {
  const { report } = await reported()
  const evil = '\u001b[2J\u202e\u2066\u200b\u009b31m'
  const text = reportText({
    ...report,
    strangers: [{ id: 'abc', name: `/evil\r\n${evil}`, image: `x${evil}`, state: 'running' }],
    checks: [{ id: 'x', title: 'Name', actual: `cn${evil}`, required: 'x', unit: null, ok: false, why: evil, remedy: evil, source: null, measuredAt: 1, programmeId: null }],
  })
  expect(text).toContain('/evil')
  expect(text).not.toMatch(/[\u001b\u009b\u200b\u202e\u2066\r]/)
})
