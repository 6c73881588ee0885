/** Whether the worker works and earns: its containers first, then what io.net says of it, then the launcher's lines. Pure. */
import type { SoftwareReading } from '../../../shared/provider.ts'
import type { ContainerFacts, SoftwareFacts } from '../network.ts'
import { readDevice, readReadiness, type Device, type Readiness } from './device-answers.ts'
import { repositoryOf, upSince, workerContainers, type WorkerContainers } from './worker-containers.ts'

const minute = 60_000
/** io.net's answers lag behind by ten minutes and more (community watchdog, 2026). */
const answersLag = 20 * minute
/** Used share above which an idle card of the strict models breaks the rule; the lax ones may have 20 %. */
const strictCeiling = 0.05

type Told = Pick<SoftwareReading, 'activity' | 'sentence'> & Partial<SoftwareReading>

export function readWorker(facts: SoftwareFacts): SoftwareReading {
  const evidence: string[] = []
  const told = orHired(facts, tell(facts, evidence))
  return { earning: null, cause: null, job: null, at: facts.at, evidence, ...told }
}

const broken = (sentence: string): Told => ({ activity: 'unhealthy', sentence, earning: false, cause: 'broken-here' })

function tell(facts: SoftwareFacts, evidence: string[]): Told {
  if (facts.containers === null) {
    evidence.push('containers: not known')
    return { activity: 'unknown', sentence: 'Docker does not answer, so nothing is known of the worker. Start Docker.' }
  }
  const found = workerContainers(facts.containers)
  evidence.push(`containers: ${found.workers.length} io-worker-vc, ${found.monitors.length} io-worker-monitor`)
  const faulty = faultOf(found)
  if (faulty !== null) return broken(faulty)
  if (found.workers.length === 1 && found.monitors.length === 1) return tellUp(facts, found, evidence)
  return tellDown(facts, found, evidence)
}

/** A fault beside a worker that is on a hire: the advice to stop it would end the hire. */
function orHired(facts: SoftwareFacts, told: Told): Told {
  const device = readDevice(facts.endpoints['device'])
  const workers = facts.containers === null ? [] : workerContainers(facts.containers).workers
  if (told.activity !== 'unhealthy' || told.cause !== 'broken-here' || device?.isHired !== true || workers.length !== 1) return told
  const { job } = tellHired(facts, device)
  return { activity: 'working', sentence: `Hired: a customer’s job runs on this machine and must not be interrupted. Once it is over, put this right: ${told.sentence}`, job: job ?? null }
}

/** null: nothing is wrong with those that are there. */
function faultOf({ standing, unwell, paused }: WorkerContainers): string | null {
  if (standing.workers > 1) return `${standing.workers} io-worker-vc containers run where exactly one may: the worker is broken. Stop it, and start it once.`
  if (standing.monitors > 1) return `${standing.monitors} io-worker-monitor containers run where one should. Stop it, and start it once.`
  const halted = paused[0]
  if (halted !== undefined) return `The container ${shortImage(halted)} (${halted.name.replace(/^\//, '')}) is paused, so the worker does nothing. Resume it with "docker unpause ${halted.name.replace(/^\//, '')}", or stop the worker and start it once.`
  const ill = unwell[0]
  if (ill === undefined) return null
  const called = shortImage(ill)
  return ill.state === 'restarting' ? `The container ${called} starts again and again${ill.restartCount === null ? '' : ` (${ill.restartCount} times)`}. Look at its log, then stop the worker and start it once.` : `Docker's own check calls the container ${called} unhealthy. Look at its log, then stop the worker and start it once.`
}

function shortImage({ image }: ContainerFacts): string {
  return repositoryOf(image).split('/').at(-1) ?? image
}

/** Not both of them run: it is still starting, was never started, or is half down. */
function tellDown(facts: SoftwareFacts, found: WorkerContainers, evidence: string[]): Told {
  const last = facts.signs.findLast((sign) => sign.activity !== undefined)
  if (last !== undefined) evidence.push(`launcher: ${last.event}`)
  if (last?.activity === 'unhealthy') return broken(last.sentence)
  if (facts.isProcessThere === true || found.launching.length > 0) {
    // Once it has announced success, a missing container is no longer a matter of waiting.
    const isAnnounced = last?.event === 'launched'
    if (!isAnnounced) return { activity: 'starting', sentence: last?.sentence ?? 'The launcher is at work. The first start downloads about 20 GB and takes long.' }
  }
  const missing = [found.workers.length === 0 ? 'io-worker-vc' : null, found.monitors.length === 0 ? 'io-worker-monitor' : null].filter((name) => name !== null)
  if (missing.length === 2 && last === undefined && found.all.length === 0) return { activity: 'unknown', sentence: 'None of the worker’s containers is there: it does not run.', earning: false, cause: 'broken-here' }
  return broken(`${missing.length === 2 ? 'Neither of the worker’s two containers runs' : `The container ${missing[0] ?? ''} does not run`}${last?.event === 'launched' ? ', although the launcher reported success' : ''}. Stop the worker, and start it once.`)
}

function tellUp(facts: SoftwareFacts, found: WorkerContainers, evidence: string[]): Told {
  const device = readDevice(facts.endpoints['device'])
  const readiness = readReadiness(facts.endpoints['ready'])
  if (device !== null) evidence.push(`io.net: ${device.said ?? 'no state'}${device.isHired === null ? '' : device.isHired ? ', hired' : ', not hired'}`)
  if (readiness !== null) evidence.push(`block rewards: ${readiness.isReady === true ? 'ready' : `not ready (${readiness.unmet.length} rules)`}`)
  if (device?.isHired === true) return tellHired(facts, device)
  evidence.push(...busyCards(facts))
  if (device === null) return { activity: 'ready', sentence: `Both containers run. Whether it is hired is not known: ${whyNot(facts)}` }
  return tellByState(facts, found, device, readiness)
}

/** Told once it was seen: io.net gives no moment at which a hire began. */
function tellHired({ at, signs, endpoints }: SoftwareFacts, device: Device): Told {
  const since = signs.findLast((sign) => sign.job?.what === 'started')?.at ?? endpoints['device']?.at ?? at
  return { activity: 'working', earning: true, sentence: 'Hired: a customer’s job runs on this machine. It must not be interrupted.', job: { id: device.jobId, since } }
}

function tellByState(facts: SoftwareFacts, found: WorkerContainers, { state, said, isHired }: Device, readiness: Readiness | null): Told {
  const since = upSince(found) ?? facts.startedAt
  const isFresh = since !== null && facts.at - since < answersLag
  switch (state) {
    case 'paused':
      return { activity: 'idle', earning: false, cause: 'not-eligible', sentence: 'Paused on io.net’s website: it is neither hired nor rewarded. Resume it there.' }
    case 'blocked':
      return { activity: 'unhealthy', earning: false, cause: 'not-eligible', sentence: 'io.net has blocked this worker. Usual causes: the card was used while idle, a VPN, more than eight cards, changed hardware. Read the notice on worker.io.net, mend it, and appeal there.' }
    case 'unsupported':
      return broken('io.net lists this card as unsupported. Where the card is on its list, Docker cannot reach it: check "docker run --rm --gpus all" with nvidia-smi, install the NVIDIA container toolkit, restart Docker, and start the worker again.')
    case 'terminated':
      return { activity: 'unhealthy', earning: false, cause: 'not-eligible', sentence: 'This device was terminated on io.net’s website. Register a new one there, and enter its id.' }
    case 'down':
    case 'failed':
    case 'inactive':
      if (isFresh) return { activity: 'starting', sentence: `Both containers run. io.net still calls it "${said ?? state}"; its answers lag ten minutes and more.` }
      return broken(`Both containers run, but io.net calls the worker "${said ?? state}". Check the line (no VPN), the clock and the sign-in; then stop the worker, and start it once.`)
    case 'up':
    case 'running':
    case 'idle':
      return tellIdle(isHired, readiness)
    default:
      return { activity: 'ready', sentence: `Both containers run. io.net calls the worker "${said ?? 'nothing'}", a word that is not known here: whether it earns cannot be told.` }
  }
}

function tellIdle(isHired: boolean | null, readiness: Readiness | null): Told {
  if (readiness?.isReady === false) {
    const why = readiness.unmet.length === 0 ? 'io.net gives no reason' : readiness.unmet.join('; ')
    return { activity: 'idle', earning: false, cause: 'not-eligible', sentence: `Up and not hired, and not ready for block rewards: ${why}.` }
  }
  if (readiness?.isReady === true) return { activity: 'idle', earning: null, sentence: 'Up and not hired. It is ready for block rewards; what they pay since June 2026 is not published, so whether it earns cannot be told.' }
  if (isHired === null) return { activity: 'ready', sentence: 'Up. Whether it is hired is not told, so whether it earns cannot be told.' }
  return { activity: 'idle', earning: false, cause: 'no-demand', sentence: 'Up and not hired: no customer has taken it.' }
}

/** While idle the card must be nearly unused; io.net's own proof of work loads it for up to 15 minutes an hour. */
function busyCards({ cards }: SoftwareFacts): string[] {
  return cards.flatMap(({ utilisation }, i) => {
    if (utilisation === null || utilisation <= strictCeiling) return []
    return [`card ${i + 1}: ${Math.round(utilisation * 100)} % used while not hired; 5 % (some models 20 %) is the most, but for io.net's own proof of work`]
  })
}

function whyNot({ endpoints }: SoftwareFacts): string {
  const device = endpoints['device']
  if (device === undefined) return 'io.net was not asked yet.'
  if (device.why === null) return 'its answer has none of the fields that are looked for.'
  return /[.!?]$/.test(device.why) ? device.why : `${device.why}.`
}
