/** Hand-made programmes in every state: running, waiting, given up, being set up, never begun, practice; and what their pages are answered with. Typed by the contract. */
import type { EnrolmentReport, EnrolmentState, StepEffects, StepState, Trap } from '../../shared/enrolment.ts'
import type { ProgrammeInfo, Source } from '../../shared/network.ts'
import type { CheckRecord } from '../../shared/preflight.ts'
import { logQuerySchema, type LogLine, type ProviderState, type StopPrice } from '../../shared/provider.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import { requests, type Reply } from '../../shared/requests.ts'
import type { ProgrammesState } from '../../shared/state.ts'
import type { SupportBundle } from '../../shared/support.ts'
import { happened } from './happened.ts'
import { now } from './parts.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const docs: Source = { url: 'https://docs.example.org/host/setup', date: '2026-08-20' }

export const practice: ProgrammeInfo[] = [
  { id: 'practice/worker', networkId: 'practice', networkTitle: 'Practice', title: 'Practice', summary: 'Goes through every step with a real download, a real process and a real container, and changes nothing else.', software: 'managed', takesWholeMachine: false, url: 'https://example.org/practice', duties: [] },
]

export function provider(over: Partial<ProviderState>): ProviderState {
  return {
    programmeId: 'north/provider', phase: 'running', since: now - 12 * minute, pid: 48_211, containers: [], earning: true, cause: null, activity: 'working', because: 'It works on a job that began 12 minutes ago.',
    evidence: ['log: “job accepted” at 11:03:12', 'process 48211 is there', 'card 0: 97 % in use'], job: { id: 'job-77', since: now - 12 * minute }, retryAt: null, wanted: 'run', adopted: false, duplicate: null,
    can: { start: false, finish: true, stop: true }, kind: 'managed', readAt: now - 2000, failures: 0, ...over,
  }
}

const rest = { pid: null, earning: null, activity: null, job: null, evidence: [], cause: null }

const noEffects: StepEffects = { files: [], folders: [], rights: [], ports: [], image: null, downloadBytes: null, diskBytes: null, hash: null, otherSoftware: [], costs: [] }
const danger: Trap = { id: 'removes-containers', severity: 'danger', sentence: 'The launcher may remove **every** container of the Docker it runs on, not only its own.'.replaceAll('**', ''), source: docs }

export function step(over: Partial<StepState>): StepState {
  return {
    id: 'docker', title: 'Docker answers', where: 'here', what: 'Looks whether a Docker Engine answers here and may be used.', publisher: null, command: null, byHand: null, todo: [], url: null, noticedBy: 'the engine answers with its version',
    effects: noEffects, traps: [], undo: 'nothing was changed', remains: [], fields: [], answers: {}, storedSince: {}, source: docs, phase: 'open', because: null, remedy: null, progress: null, startedAt: null, endedAt: null,
    can: { do: false, retry: false, cancel: false, undo: false, confirm: false }, ...over,
  }
}

const download = step({
  id: 'launcher', title: 'Download the launcher', what: 'Downloads the programme’s launcher, checks it, and puts it in Idlewatt’s own folder.', publisher: { name: 'Ember Labs', url: 'https://ember.example.org' }, noticedBy: 'the file is there and its hash is the pinned one',
  effects: { ...noEffects, files: ['/home/ada/.local/share/idlewatt/providers/ember-worker/files/launcher'], rights: ['your own'], downloadBytes: 46_200_000, diskBytes: 46_200_000, hash: 'SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, pinned by its publisher' }, undo: 'the file is removed', source: docs,
})
const start = step({
  id: 'start', title: 'Start the software', what: 'Runs the launcher, which fetches its image and starts two containers.', publisher: { name: 'Ember Labs', url: 'https://ember.example.org' }, command: ['/home/ada/.local/share/idlewatt/providers/ember-worker/files/launcher', '--device-id', '6f1e0b2c-93d1', '--device-name', 'Ada’s rig', '--usegpus=true'], environment: ['EMBER_TOKEN=(the stored access token)'],
  effects: { ...noEffects, rights: ['the Docker socket: root in effect'], ports: ['TCP 443 outward'], image: 'ember/worker:latest', downloadBytes: 20_100_000_000, diskBytes: 62_000_000_000, otherSoftware: ['containers of others on the same Docker may be removed by it'], costs: ['200 EMB stake, 14 days until it is free again'] },
  traps: [danger, { id: 'idle-ceiling', severity: 'warning', sentence: 'While it is listed and idle, other load above 5 % of the card is punished.', source: docs }], undo: 'its containers are stopped and removed by their ids', remains: ['the image (20 GB), until you remove it below'], noticedBy: 'two containers run and the site shows the device as online',
})
const account = step({ id: 'account', title: 'Make an account', where: 'website', what: 'An account on the programme’s own site, where the device is entered.', todo: ['Sign in with `GitHub` or by mail', 'Choose “Add a device”, then “Linux”', 'Copy the device id that it shows'], url: 'https://cloud.example.org/worker', noticedBy: 'you say so; its site cannot be read', undo: 'on its site: Devices → Terminate', remains: ['the account itself'] })
const token = step({
  id: 'token', title: 'Device id and token', what: 'What the launcher signs in with.', noticedBy: 'both are answered', undo: 'what was answered is forgotten',
  fields: [
    { id: 'device', label: 'Device id', kind: 'text', hint: 'As its site shows it.', placeholder: '6f1e0b2c-…', choices: [], isRequired: true },
    { id: 'token', label: 'Access token', kind: 'secret', hint: 'Made on its site for this device alone.', placeholder: null, choices: [], isRequired: true },
    { id: 'region', label: 'Region', kind: 'choice', hint: 'Where jobs come from.', placeholder: null, choices: [{ value: 'eu', label: 'Europe' }, { value: 'us', label: 'North America' }], isRequired: false },
  ],
})
const setup = step({ id: 'toolkit', title: 'Let containers use the card', where: 'by-hand', what: 'The container toolkit of the card’s maker; it needs an administrator.', byHand: 'sudo apt-get install -y nvidia-container-toolkit\nsudo nvidia-ctk runtime configure --runtime=docker\nsudo systemctl restart docker', todo: ['Run this in a terminal', 'Docker restarts: containers of others stop for a moment'], noticedBy: 'Docker lists the runtime `nvidia`', effects: { ...noEffects, files: ['/etc/docker/daemon.json (changed)'], rights: ['administrator'], otherSoftware: ['Docker restarts'] }, undo: '`sudo apt-get remove nvidia-container-toolkit`', remains: [] })
const antivirus = step({ id: 'antivirus', title: 'Leave the file alone', what: 'Some antivirus programs remove the launcher.', phase: 'left-out', because: 'This concerns Windows alone.' })

const fresh = [step({}), setup, account, token, download, antivirus, start]

function enrolment(over: Partial<EnrolmentState>): EnrolmentState {
  return { programmeId: 'ember/worker', phase: 'not-begun', consent: null, steps: fresh, blocked: null, startedAt: null, setUpAt: null, ...over }
}

const consent = { at: now - 40 * minute, reportHash: 'a1b2' }
const can = { do: false, retry: false, cancel: false, undo: false, confirm: false }
const done = (one: StepState): StepState => ({ ...one, phase: one.phase === 'left-out' ? 'left-out' : 'done', because: null, startedAt: now - 9 * day, endedAt: now - 9 * day, can: { ...can, undo: one.phase !== 'left-out' } })

export const underWay = enrolment({
  phase: 'setting-up', consent, startedAt: now - 40 * minute,
  steps: [
    { ...step({}), phase: 'found-done', because: 'Docker 27.3 answered before Idlewatt did anything.' },
    { ...setup, phase: 'failed', because: 'Docker does not list the runtime `nvidia`.', remedy: 'Restart Docker with `sudo systemctl restart docker`, then look again.', can: { ...can, retry: true, confirm: true } },
    { ...account, phase: 'waits-for-you', because: 'Waits until you say that the device is entered there.', can: { ...can, do: true, confirm: true } },
    { ...token, phase: 'waits-for-you', because: 'The device id is not answered yet.', answers: { region: 'eu' }, storedSince: { token: now - 31 * minute }, can: { ...can, do: true } },
    { ...download, phase: 'doing', because: 'Downloading from ember.example.org.', progress: { doneBytes: 17_900_000, totalBytes: 46_200_000 }, startedAt: now - 20_000, can: { ...can, cancel: true } },
    antivirus,
    { ...start, phase: 'blocked', because: 'Two containers of others are on this Docker: `plex` and `postgres`.', remedy: 'Move them, or remove them yourself.', can: { ...can } },
  ],
})
const setUp = enrolment({ programmeId: 'north/provider', phase: 'set-up', consent: { at: now - 9 * day, reportHash: 'n1' }, steps: fresh.map(done), startedAt: now - 9 * day, setUpAt: now - 9 * day })
const leavingFailed = enrolment({ programmeId: 'frame/compute', phase: 'leaving', consent, steps: [...fresh.slice(0, 6).map(done), { ...start, phase: 'undo-failed', because: 'One of its containers does not end: 4f2a91c03b17.', remedy: 'Restart Docker, then leave again.', can: { ...can, retry: true, undo: true } }] })

export const programmesState: ProgrammesState = {
  practice, measuredAt: now - 5 * minute,
  enrolments: [
    enrolment({ programmeId: 'practice/worker', phase: 'set-up', consent, steps: [step({}), { ...download, publisher: { name: 'Idlewatt', url: 'https://example.org/idlewatt' } }, start].map(done), setUpAt: now - hour }),
    setUp,
    enrolment({ programmeId: 'north/home' }),
    underWay,
    enrolment({ programmeId: 'frame/rendering', phase: 'set-up', consent, steps: [account, token].map(done), setUpAt: now - 30 * day }),
    leavingFailed,
    enrolment({ programmeId: 'granite/host', phase: 'set-up', consent, steps: [account].map(done), setUpAt: now - 30 * day }),
    enrolment({ programmeId: 'granite/checker', phase: 'set-up', consent, steps: [account].map(done), setUpAt: now - 30 * day }),
  ],
  providers: [
    provider({ ...rest, programmeId: 'practice/worker', phase: 'stopped', since: now - hour, because: 'You stopped it.', wanted: 'stop', can: { start: true, finish: false, stop: false } }),
    provider({}),
    provider({ programmeId: 'frame/rendering', kind: 'observed', pid: null, activity: 'idle', earning: false, cause: 'no-demand', because: 'Waiting for a job; none was offered for 2 h.', evidence: ['log: “waiting for frames” at 08:14:50', 'registry: status = idle'], job: null, since: now - 26 * hour, can: { start: false, finish: false, stop: false }, adopted: true }),
    provider({ ...rest, programmeId: 'frame/compute', phase: 'stop-failed', since: now - 4 * minute, because: 'Process 7001 and its child 7044 do not end; stopping them is tried again in 20 s.', pid: 7001, wanted: 'stop', can: { start: false, finish: false, stop: true } }),
    provider({ ...rest, programmeId: 'granite/host', phase: 'failed', since: now - 50 * minute, because: 'It ended five times in ten minutes, the last time with exit code 137: it was killed for want of memory. It is not started again by itself.', wanted: 'stop', can: { start: true, finish: false, stop: false }, duplicate: 'Another copy of the same software runs as process 3120, which Idlewatt did not start. End it before this one is started.' }),
    provider({ ...rest, programmeId: 'granite/checker', phase: 'waiting', since: now - 3000, retryAt: now + 13_000, because: 'It ended with exit code 1: the network could not be reached.', can: { start: true, finish: false, stop: true } }),
    provider({ ...rest, programmeId: 'ember/worker', phase: 'not-set-up', because: '', can: { start: false, finish: false, stop: false } }),
  ],
}

/** Containers in place of a process, one of them unhealthy; broken here. */
export const brokenState: ProgrammesState = {
  ...programmesState,
  providers: [provider({ pid: null, activity: 'unhealthy', earning: false, cause: 'broken-here', job: null, adopted: true, because: 'One of its two containers does not run: ember/monitor ended 3 minutes ago.', containers: [{ id: '4f2a91c03b17aa01', image: 'ember/worker:latest', state: 'running' }, { id: '88c1d2e3f4a5bb02', image: 'ember/monitor:latest', state: 'exited' }], evidence: ['containers: 1 of ember/worker, 0 of 1 of ember/monitor'] })],
}

export const checks: CheckRecord[] = [
  { id: 'ram', title: 'Memory', actual: '31.2 GiB', required: '64 GiB', unit: 'GiB', ok: false, why: 'Scenes are loaded whole.', remedy: 'Fit 32 GiB more.', source: docs, measuredAt: now - 4000, programmeId: 'x' },
  { id: 'class', title: 'Class of card', actual: 'consumer card', required: 'data-centre card', unit: null, ok: false, why: 'Only data-centre cards are taken.', remedy: null, source: docs, measuredAt: now - 4000, programmeId: 'x' },
  { id: 'ports', title: 'Ports 80 and 8443 from outside', actual: null, required: 'open', unit: null, ok: null, why: 'Whether they can be reached from outside cannot be seen from here.', remedy: 'Ask a friend, or a port checker of your choice.', source: docs, measuredAt: now - 4000, programmeId: 'x' },
  { id: 'line', title: 'Speed of the line', actual: '412 Mbit/s down, 38 Mbit/s up', required: '20 Mbit/s down, 10 Mbit/s up', unit: 'Mbit/s', ok: true, why: 'Jobs bring their data along.', remedy: null, source: docs, measuredAt: now - 26 * minute, programmeId: 'x' },
  { id: 'docker', title: 'Docker', actual: 'permission denied', required: 'answers', unit: null, ok: false, why: 'The socket /var/run/docker.sock may not be used by ada.', remedy: 'Run `sudo usermod -aG docker ada`, then sign in again.', source: null, measuredAt: now - 4000, programmeId: null },
  { id: 'clock', title: 'Clock', actual: '0.2 s off', required: 'at most 1 s off', unit: 's', ok: true, why: 'Signatures carry the time.', remedy: null, source: null, measuredAt: now - 4000, programmeId: null },
]

const strangers: EnrolmentReport['strangers'] = [{ id: 'ab12cd34ef5678', name: '/plex', image: 'plexinc/pms-docker:latest', state: 'running' }, { id: '99aa88bb77cc66', name: '/postgres', image: 'postgres:16', state: 'exited' }]

export function report(programmeId: string, over: Partial<EnrolmentReport> = {}): EnrolmentReport {
  const steps = programmesState.enrolments.find((one) => one.programmeId === programmeId)?.steps ?? fresh
  return {
    programmeId, title: 'Worker', networkTitle: 'Ember', madeAt: now, hash: 'a1b2', summary: 'Seven steps: an account, a token, one download of 46 MB, and two containers whose image takes 20 GB.', checks: checks.map((check) => ({ ...check, programmeId: check.programmeId === null ? null : programmeId })), steps,
    traps: steps.flatMap((one) => one.traps), capital: [{ asset: 'EMB', amount: 200, lockDays: 14, slashable: true, why: 'stake per card' }], duties: [{ title: 'Uptime', sentence: 'Stay online 24 hours a day.' }],
    leaving: steps.toReversed().map((one) => ({ step: one.title, undo: one.undo, remains: one.remains })), strangers: programmeId === 'ember/worker' ? strangers : [], blocked: null, ...over,
  }
}

const said = ['connected to relay eu-2', 'heartbeat 200 in 41 ms', 'job accepted: job-77, 14 frames', 'frame 3 of 14 done in 31.4 s', 'WARN: temperature 84 °C, slowing down', 'sign-in with token=[removed]', 'frame 4 of 14 done in 30.9 s', '{"level":"info","msg":"score","ob":1271.4,"node":"6f1e0b2c-93d1-4c55-8f77-000000000001","region":"eu","queue":{"waiting":0,"running":1}}']
export const logLines: LogLine[] = Array.from({ length: 940 }, (_, i) => ({
  no: i + 1, at: now - (940 - i) * 97_000,
  stream: i % 97 === 5 ? 'note' : i % 13 === 4 ? 'error' : i % 5 === 0 ? 'file' : 'out',
  text: i % 97 === 5 ? 'Started as process 48211.' : (said[i % said.length] ?? ''),
}))

const stopPrice: StopPrice = { sentence: 'Stopping now loses the job in progress (12 min so far) and resets the five-hour uptime.', usd: 0.42, finishMinutes: 12, source: docs }

const bundle: SupportBundle = {
  id: 'b1', fileName: 'idlewatt-support-2026-11-23.zip', madeAt: now, bytes: 148_213,
  files: [{ name: 'state.json', what: 'what every page shows', bytes: 48_100, preview: '{\n  "app": { "version": "0.1.0" },\n  "wallet": "[removed: wallet address]"\n}' }, { name: 'logs/ember-worker.log', what: 'the last lines of its log', bytes: 99_000, preview: said.join('\n') }, { name: 'machine/machine.json', what: 'this machine as a recording', bytes: 1_113, preview: '{ "platform": "linux" }' }],
  removed: [{ what: 'wallet address', count: 3 }, { what: 'serial number', count: 2 }, { what: 'path of the home folder', count: 41 }],
}

/** How a gallery state answers what the pages about programmes ask. */
export interface ProgrammeAnswers {
  /** A sentence: reports fail with it; null: no answer comes. */
  report?: string | null | ((programmeId: string) => EnrolmentReport)
  checks?: CheckRecord[] | string | null
  log?: LogLine[] | string
  stopPrice?: StopPrice | string
  /** What starting, finishing, stopping, steps and leaving fail with. */
  refuses?: string
  consentFails?: string
  events?: 'none' | string
}

const refused = (message: string): Reply<never> => ({ ok: false, failure: { code: 'not-possible', message } })
const never = new Promise<Reply<unknown>>(() => {})

/** null: it is no question about programmes. Inputs are held against the real schemas. */
export function answerProgrammes(answers: ProgrammeAnswers, programmes: ProgrammesState, name: string, input: unknown): Reply<unknown> | Promise<Reply<unknown>> | null {
  if (!/^(preflight|enrolment|provider|support)\.|^history\.events$/.test(name)) return null
  const read = requests[name as 'preflight.run'].input.safeParse(input)
  if (!read.success) return { ok: false, failure: { code: 'bad-input', message: `The page asked wrongly: ${read.error.message}` } }
  const { programmeId = null } = (input ?? {}) as { programmeId?: string | null }
  if (name === 'history.events') return answers.events === undefined ? { ok: true, value: happened(input as never) } : answers.events === 'none' ? { ok: true, value: [] } : refused(answers.events)
  if (name === 'preflight.run') {
    const { checkIds } = input as { checkIds?: string[] }
    const shown = answers.checks === undefined ? checks.map((check) => ({ ...check, programmeId: check.programmeId === null ? null : (programmeId ?? 'north/provider') })) : answers.checks
    if (shown === null) return never
    return typeof shown === 'string' ? refused(shown) : { ok: true, value: shown.filter((check) => checkIds === undefined || checkIds.includes(check.id)).map((check) => ({ ...check, measuredAt: now, ...(checkIds ? { ok: true, actual: 'as asked for' } : {}) })) }
  }
  if (name === 'enrolment.report') {
    if (answers.report === null) return never
    return typeof answers.report === 'string' ? refused(answers.report) : { ok: true, value: (answers.report ?? report)(programmeId ?? '') }
  }
  if (name === 'provider.logs') return typeof answers.log === 'string' ? refused(answers.log) : { ok: true, value: logPage(answers.log ?? logLines, input) }
  if (name === 'provider.stop-price') return typeof answers.stopPrice === 'string' ? refused(answers.stopPrice) : { ok: true, value: answers.stopPrice ?? stopPrice }
  if (name === 'support.bundle') return { ok: true, value: bundle }
  if (name === 'support.save') return { ok: true, value: { fileName: bundle.fileName, base64: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==' } }
  if (name === 'enrolment.consent' && answers.consentFails !== undefined) return refused(answers.consentFails)
  if (name === 'enrolment.answer' && Object.values((input as { values: Record<string, string> }).values).some(looksLikeSecret)) return refused(secretRefusal)
  if (answers.refuses !== undefined) return refused(answers.refuses)
  const list: { programmeId: string }[] = name.startsWith('provider') ? programmes.providers : programmes.enrolments
  return { ok: true, value: name === 'enrolment.cancel' ? null : (list.find((one) => one.programmeId === programmeId) ?? null) }
}

function logPage(all: readonly LogLine[], input: unknown): { lines: LogLine[]; hasOlder: boolean; bytes: number } {
  const { search, before, limit } = logQuerySchema.parse(input)
  const fitting = all.filter((line) => (before === undefined || line.no < before) && (search === undefined || line.text.toLowerCase().includes(search.toLowerCase())))
  return { lines: fitting.slice(-limit), hasOlder: fitting.length > limit, bytes: all.length * 60 }
}
