/** Folds what log, registry and cards say of the rendering client into one reading. Pure. */
import type { SoftwareReading, StopPrice } from '../../../shared/provider.ts'
import type { SoftwareFacts } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

type Sign = SoftwareFacts['signs'][number]

const minute = 60_000
/** Work without a word in the log for so long: it may hang. The client's own tools take 5 minutes of a window that does not answer. */
const silentMs = 60 * minute
/** The registry is read now and then: a job that began just now is believed before it. */
const registryLagMs = 2 * minute
/** Windows itself holds some memory of a card, and moves windows with it. What the client takes for "in use" is not published. */
const busyShare = 0.25
const busyBytes = 3 * 1024 ** 3
/** Of jobs since the client's start, once there are enough to tell. */
const mostFailed = 0.05
const enoughJobs = 20
const scoreFall = 0.1

export function read(facts: SoftwareFacts): SoftwareReading {
  const session = sessionOf(facts.signs)
  const idle = flag(facts.registry?.['RNDR_IDLE'])
  const evidence = evidenceOf(facts, session, idle)
  const base = { evidence, job: null, at: facts.at }
  const isThere = isRunning(facts)
  if (isThere === false) return { ...base, activity: 'unknown', earning: false, cause: 'broken-here', sentence: 'The client is not running. Start it from where you put it.' }
  if (isThere === null) return { ...base, activity: 'unknown', earning: null, cause: null, sentence: 'Whether the client runs cannot be told on this machine.' }

  const job = jobOf(facts, session, idle)
  const fault = faultOf(facts, session)
  if (fault !== null) return { ...base, activity: 'unhealthy', earning: job !== null ? null : false, cause: job !== null ? null : 'broken-here', job, sentence: fault }
  if (job !== null && facts.lastLineAt !== null && facts.at - facts.lastLineAt > silentMs) {
    return { ...base, activity: 'unhealthy', earning: null, cause: null, job, sentence: `A job has been under way without a word in the log for ${Math.round((facts.at - facts.lastLineAt) / minute)} minutes: the client may hang. Look at its window.` }
  }
  const last = session.findLast(({ activity }) => activity !== undefined)
  // Before it has measured the card, not being idle is no job.
  if (last?.activity === 'starting' && idle !== true) return { ...base, activity: 'starting', earning: null, cause: null, sentence: 'The client is starting and measures the card.' }
  if (job !== null || idle === false) {
    const since = job ? `, for ${minutes(facts.at - job.since)} so far` : ''
    return { ...base, activity: 'working', earning: true, cause: null, job, sentence: `Rendering a job${since}.` }
  }
  const busy = facts.cards.find(({ utilisation, memoryUsedBytes }) => (utilisation ?? 0) > busyShare || (memoryUsedBytes ?? 0) > busyBytes)
  if (idle === true && busy) {
    return { ...base, activity: 'idle', earning: false, cause: 'broken-here', sentence: `No job, and none will come: something else uses the card (${used(busy)}). The client waits until it is free.` }
  }
  const notes = notesOf(facts.signs, session)
  if (idle === true) return { ...base, activity: 'idle', earning: true, cause: null, sentence: `Ready, without a job. The time it is ready is paid a little; jobs come as artists need them.${notes}` }
  return { ...base, activity: last?.activity === 'ready' || last?.activity === 'idle' ? 'idle' : 'unknown', earning: null, cause: null, sentence: `The client runs; whether it is idle it does not say.${notes}` }
}

/** Signs since the client last started. */
function sessionOf(signs: Sign[]): Sign[] {
  const start = signs.findLastIndex(({ event }) => event === 'client-starting')
  return start === -1 ? signs : signs.slice(start)
}

/** A process that cannot be told apart is made up for by fresh words in the log. */
function isRunning({ isProcessThere, lastLineAt, at }: SoftwareFacts): boolean | null {
  if (isProcessThere === true) return true
  if (lastLineAt !== null && at - lastLineAt < 10 * minute) return true
  return isProcessThere
}

function jobOf(facts: SoftwareFacts, session: Sign[], idle: boolean | null): SoftwareReading['job'] {
  const last = session.findLast(({ job }) => job !== undefined)
  if (last?.job?.what !== 'started') return null
  if (idle === true && facts.at - last.at > registryLagMs) return null
  return { id: last.job.id, since: last.at }
}

function faultOf(facts: SoftwareFacts, session: Sign[]): string | null {
  const gpus = session.findLast(({ figures }) => figures?.['gpus'] !== undefined)?.figures?.['gpus']
  if (gpus !== undefined && gpus < facts.cards.length) return `The client found ${gpus} usable ${gpus === 1 ? 'card' : 'cards'}, but this machine has ${facts.cards.length}. Look for a card that was lost, restart the PC, and start the client again.`
  const wanted = facts.answers['wallet']
  const paid = facts.registry?.['WALLETID']
  // Addresses of Solana count in capitals and small letters; older clients kept an Ethereum one.
  if (wanted && paid && wanted !== paid) return `The client is paid to another wallet (${short(paid)}) than the one you gave Idlewatt (${short(wanted)}). Correct one of the two.`
  const { done, failed } = countJobs(session)
  if (done + failed >= enoughJobs && failed / (done + failed) > mostFailed) return `${failed} of ${done + failed} jobs failed since the client started. Failed frames lower the node's standing: look at driver, temperature and memory of the card.`
  return null
}

function notesOf(signs: Sign[], session: Sign[]): string {
  const scores = signs.flatMap(({ figures }) => (figures?.['score'] === undefined ? [] : [figures['score']]))
  const now = session.findLast(({ figures }) => figures?.['score'] !== undefined)?.figures?.['score']
  const before = scores.slice(0, -1).toSorted((one, other) => one - other)
  const usual = before[Math.floor(before.length / 2)]
  if (now === undefined || usual === undefined || now >= usual * (1 - scoreFall)) return ''
  return ` Its score fell from ${usual} to ${now}: the card may be too hot, or something else used it.`
}

function evidenceOf(facts: SoftwareFacts, session: Sign[], idle: boolean | null): string[] {
  const { done, failed } = countJobs(session)
  const last = session.at(-1)
  const completed = Number(facts.registry?.['JOBS_COMPLETED'] ?? NaN)
  return [
    facts.isProcessThere === null ? null : `process: ${facts.isProcessThere ? 'running' : 'not found'}`,
    idle === null ? null : `registry: RNDR_IDLE = ${idle ? 1 : 0}`,
    Number.isFinite(completed) ? `registry: JOBS_COMPLETED = ${completed}` : null,
    last ? `log: ${last.event} at ${new Date(last.at).toISOString()}` : null,
    done + failed === 0 ? null : `log: ${done} jobs done, ${failed} failed since its start`,
  ].filter((line) => line !== null)
}

function countJobs(session: Sign[]): { done: number; failed: number } {
  const count = (what: string): number => session.filter(({ job }) => job?.what === what).length
  return { done: count('finished'), failed: count('failed') }
}

/** A value of the registry is "0x1" or "1". */
function flag(value: string | undefined): boolean | null {
  const number = value === undefined || value.trim() === '' ? NaN : Number(value)
  return Number.isFinite(number) ? number === 1 : null
}

function used({ utilisation, memoryUsedBytes }: SoftwareFacts['cards'][number]): string {
  return [utilisation === null ? null : `${Math.round(utilisation * 100)} % at work`, memoryUsedBytes === null ? null : `${(memoryUsedBytes / 1024 ** 3).toFixed(1)} GB of its memory taken`].filter((one) => one !== null).join(', ')
}

function short(address: string): string {
  return address.length <= 12 ? address : `${address.slice(0, 4)}…${address.slice(-4)}`
}

function minutes(ms: number): string {
  const count = Math.max(0, Math.round(ms / minute))
  return `${count} minute${count === 1 ? '' : 's'}`
}

export function stopPrice(facts: SoftwareFacts): StopPrice {
  const { job, activity } = read(facts)
  if (job === null && activity !== 'working') return restPrice(facts)
  const session = sessionOf(facts.signs)
  const took = session.flatMap((sign) => (sign.job?.seconds === undefined ? [] : [sign.job.seconds])).toSorted((one, other) => one - other)
  const usual = took[Math.floor(took.length / 2)]
  const leftMs = job === null || usual === undefined ? 0 : usual * 1000 - (facts.at - job.since)
  // A job that takes longer than usual: how much longer is not known.
  const left = leftMs <= 0 ? null : Math.ceil(leftMs / minute)
  const soFar = job === null ? '' : ` (${minutes(facts.at - job.since)} so far)`
  return { sentence: `Stopping now loses the job in progress${soFar}: it is not paid, and failed frames lower the node's standing.`, usd: null, finishMinutes: left, source: sources.governanceIdea }
}

/** No job is known of: only the client's own word, or its absence, tells that there is none. */
function restPrice(facts: SoftwareFacts): StopPrice {
  const isAtRest = isRunning(facts) === false || flag(facts.registry?.['RNDR_IDLE']) === true
  const sentence = isAtRest ? 'No job is under way, so stopping loses none. While the client is stopped, the time does not count as ready.' : 'Whether a job is under way is not known. If one is, stopping loses it: it is not paid, and failed frames lower the node\'s standing.'
  return { sentence, usd: null, finishMinutes: isAtRest ? 0 : null, source: isAtRest ? sources.rnp015 : sources.governanceIdea }
}
