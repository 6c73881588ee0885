/** How the practice worker is run, and what it says of itself. */
import type { SoftwareReading, StopPrice } from '../../../shared/provider.ts'
import type { ContainerFacts, SoftwareDefinition, SoftwareFacts, SoftwareSign } from '../network.ts'
import { image, imageReference, practiceSource } from './source.ts'

const label = { name: 'net.idlewatt.practice', value: 'worker' }
const containerTakesMs = 10_000
const env = { PRACTICE_NAME: '{name}', PRACTICE_BEHAVIOUR: '{behaviour}', PRACTICE_TOKEN: '{secret:token}' }

export const practiceSoftware: SoftwareDefinition = {
  programmeId: 'practice/worker',
  kind: 'managed',
  platforms: ['linux', 'darwin', 'win32'],
  command: { program: '/bin/sh', args: ['{folder}/files/practice-worker.sh', 'run'], env, cwd: '{folder}' },
  commandOn: { win32: { program: 'powershell.exe', args: ['-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', '{folder}/files/practice-worker.ps1', 'run'], env, cwd: '{folder}' } },
  containers: { imagePrefix: image, label, expected: [{ image, count: 1 }] },
  ownContainer: { image: imageReference, command: ['/practice-container'], labels: { [label.name]: label.value }, networkMode: 'none' },
  services: null,
  endpoints: [],
  logFiles: [],
  registryKey: null,
  processes: [],
  readyWithinMs: 30_000,
  stop: { signal: 'SIGTERM', graceMs: 5000 },
  finish: { how: 'watch-until-idle', mostMs: 5 * 60_000 },
  exitCodes: { 2: 'The practice worker was asked for something that it does not know.', 7: 'The practice worker crashed, as it was told to.' },
  readLine: readPracticeLine,
  read,
  stopPrice,
  source: practiceSource,
}

const said: { pattern: RegExp; sign(hit: RegExpExecArray): SoftwareSign }[] = [
  { pattern: /^practice: starting as /, sign: () => ({ event: 'starting', activity: 'starting', sentence: 'The worker is starting.' }) },
  // What follows is a password.
  { pattern: /^practice: signed in with /, sign: () => ({ event: 'signed-in', sentence: 'The worker has signed in.' }) },
  { pattern: /^practice: ready$/, sign: () => ({ event: 'ready', activity: 'ready', earning: null, sentence: 'The worker is ready.' }) },
  { pattern: /^practice: waiting for a job$/, sign: () => ({ event: 'waiting', activity: 'idle', earning: false, cause: 'no-demand', sentence: 'Waiting for a practice job.' }) },
  { pattern: /^practice: no job was offered$/, sign: () => ({ event: 'no-job', activity: 'idle', earning: false, cause: 'no-demand', sentence: 'No practice job was offered, as it was told to.' }) },
  {
    pattern: /^practice: job (\d{1,9}) started$/,
    sign: ([, id = '']) => ({ event: 'job-started', activity: 'working', earning: true, sentence: `Working on practice job ${id}. It counts as earning here, and pays nothing.`, job: { id, what: 'started' } }),
  },
  {
    pattern: /^practice: job (\d{1,9}) finished in (\d+(?:\.\d+)?) s$/,
    sign: ([, id = '', seconds = '']) => ({ event: 'job-finished', activity: 'idle', earning: false, cause: 'no-demand', sentence: `Practice job ${id} is finished.`, job: { id, what: 'finished', seconds: Number(seconds) }, figures: { seconds: Number(seconds) } }),
  },
  { pattern: /^practice: job (\d{1,9}) failed$/, sign: ([, id = '']) => ({ event: 'job-failed', activity: 'idle', earning: false, cause: 'broken-here', sentence: `Practice job ${id} failed, as it was told to.`, job: { id, what: 'failed' } }) },
  { pattern: /^practice: job (\d{1,9}) cancelled$/, sign: ([, id = '']) => ({ event: 'job-cancelled', sentence: `Practice job ${id} was cancelled.`, job: { id, what: 'cancelled' } }) },
  { pattern: /^practice: error: /, sign: () => ({ event: 'unwell', activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: 'The worker reports an error all the time, as it was told to. Choose another behaviour in its second step.' }) },
  { pattern: /^practice: crashing/, sign: () => ({ event: 'crashing', activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: 'The worker crashes, as it was told to.' }) },
  { pattern: /^practice: ended$/, sign: () => ({ event: 'ended', sentence: 'The worker has ended.' }) },
  { pattern: /^practice container: ready$/, sign: () => ({ event: 'container-ready', sentence: 'The container is ready.' }) },
  { pattern: /^practice container: ended$/, sign: () => ({ event: 'container-ended', sentence: 'The container has ended.' }) },
]

export function readPracticeLine(line: string): SoftwareSign | null {
  for (const { pattern, sign } of said) {
    const hit = pattern.exec(line.trimEnd())
    if (hit) return sign(hit)
  }
  return null
}

function read(facts: SoftwareFacts): SoftwareReading {
  const { at, containers, isProcessThere } = facts
  const running = runningOf(containers)
  const evidence = [
    `process: ${isProcessThere === null ? 'not known' : isProcessThere ? 'there' : 'not there'}`,
    `containers: ${running === null ? 'not known' : `${running.length} ${image} running`}`,
  ]
  const tell = (activity: SoftwareReading['activity'], sentence: string, more: Partial<SoftwareReading> = {}): SoftwareReading => ({ activity, earning: null, cause: null, sentence, evidence, job: null, at, ...more })
  const broken = (sentence: string): SoftwareReading => tell('unhealthy', sentence, { earning: false, cause: 'broken-here' })
  const paused = containers?.find(({ state }) => state === 'paused')
  if (running !== null && running.length > 1) return broken(`${running.length} practice containers run where one should. Stop it and start it again.`)
  if (isProcessThere === false) return (running?.length ?? 0) > 0 || paused !== undefined ? broken('The container runs without its worker. Stop it and start it again.') : tell('unknown', 'The practice worker does not run.', { earning: false, cause: 'broken-here' })
  if (running === null) return tell('unknown', 'Docker does not answer, so nothing is known of the container. Start Docker.')
  if (paused !== undefined) return broken(`The container ${paused.name.replace(/^\//, '')} is paused. Resume it with "docker unpause ${paused.name.replace(/^\//, '')}", or stop the worker and start it again.`)
  const last = facts.signs.findLast((sign) => sign.activity !== undefined)
  if (last === undefined) return tell('starting', 'The worker is starting.')
  evidence.push(`log: ${last.event}`)
  // Both have to stand; the container may take a moment longer.
  if (running.length === 0) return last.activity === 'starting' || at - (facts.startedAt ?? 0) < containerTakesMs ? tell('starting', 'The worker is starting.') : broken('The container does not run. Stop the worker, and start it again.')
  if (last.activity === 'unhealthy') return broken(last.sentence)
  const shown = last.activity === 'idle' ? (unmended(facts) ?? last) : last
  return tell(last.activity ?? 'unknown', shown.sentence, { earning: shown.earning ?? null, cause: shown.earning === false ? (shown.cause ?? 'unknown') : null, job: jobOf(facts) })
}

function runningOf(containers: ContainerFacts[] | null): ContainerFacts[] | null {
  return containers?.filter(({ state }) => state === 'running') ?? null
}

/** The last job, where it failed: waiting for the next one does not make that good. */
function unmended({ signs }: SoftwareFacts): SoftwareSign | null {
  const last = signs.findLast(({ job }) => job !== undefined && job.what !== 'started')
  return last?.job?.what === 'failed' ? last : null
}

function jobOf({ signs }: SoftwareFacts): SoftwareReading['job'] {
  const last = signs.findLast((sign) => sign.job !== undefined)
  return last?.job?.what === 'started' ? { id: last.job.id, since: last.at } : null
}

/** As long as the last job took; null: none has ended yet. */
function minutesLeft({ at, signs }: SoftwareFacts, since: number): number | null {
  const took = signs.findLast((sign) => sign.job?.what === 'finished')?.job?.seconds
  const leftMs = took === undefined ? 0 : took * 1000 - (at - since)
  // It takes longer than the last one did: how much longer is not known.
  return leftMs <= 0 ? null : Math.ceil(leftMs / 60_000)
}

function stopPrice(facts: SoftwareFacts): StopPrice {
  const job = facts.isProcessThere === false ? null : jobOf(facts)
  const isTold = facts.isProcessThere !== null
  const seconds = job === null ? 0 : Math.max(0, Math.round((facts.at - job.since) / 1000))
  const sentence = job === null ? 'Stopping now costs nothing: this is practice.' : `Stopping now loses practice job ${job.id ?? ''} (${seconds} s so far). It is practice, so it costs nothing.`
  return { sentence, usd: 0, finishMinutes: job !== null ? minutesLeft(facts, job.since) : isTold ? 0 : null, source: practiceSource }
}
