/** The run of one card: watts while waiting, then what its plan says in a worker, each step behind a crash marker, and a look at the card after. */
import { join } from 'node:path'
import type { BenchmarkResult, MarkedStep, RunConditions, RunningCard } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Gpu, Machine } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { History } from '../history/index.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { createCardNotes } from './card-notes.ts'
import { openingMs, type Ended, type StepPlace } from './card-steps.ts'
import { capital, heldBackByMarker, longSteps, stuckSentence, whyNotOpened } from './card-words.ts'
import { measureAll, sustain, testMemory, type CardWork } from './card-work.ts'
import { ceilingOf } from './ceiling.ts'
import { conditionsOf } from './conditions.ts'
import { converse, type Conversation, type Heard } from './conversation.ts'
import { startGuard, type StopReason } from './guard.ts'
import { cacheRemark, openOwnCache, type OwnCache } from './kernel-cache.ts'
import { createRunningView } from './running-card.ts'
import type { RunPlan } from './run-plan.ts'
import { probeSanity, type Sanity, type SanityProbe } from './sanity-probe.ts'
import { waitForWatts } from './wait-for-watts.ts'
import { createWattsRecorder } from './watts.ts'
import type { Workload } from './workloads/workload.ts'

/** How long a killed process may take to be gone. */
export const goneMs = 1_000

export interface CardOptions {
  gpu: Gpu & { opencl: NonNullable<Gpu['opencl']> }
  facts: GpuFacts | null
  plan: RunPlan
  evenAfterCrash: boolean
  maxTemperatureC: number | undefined
  inParallel: boolean
  version: string
  kernelSet: string
  machine: Pick<Machine, 'os' | 'cpuName'> | null
  startWorker(name: 'bench', env?: Record<string, string>): WorkerHandle
  resourcesFolder: string
  clock: Clock
  log: Log
  history: History
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  /** What ends the work now, as a sentence; null: nothing. */
  whyStop(): StopReason | null
  onRunning(card: RunningCard): void
  /** After each step, and at the end. */
  onResult(result: BenchmarkResult): void
}

export interface CardOutcome {
  result: BenchmarkResult
  /** Why no further card is to be measured: the driver reset or lost this one. null: nothing of the kind. */
  driverTrouble: string | null
  /** A worker was started: the card had something to do. */
  didWork: boolean
}

export interface CardRun {
  /** Never rejects: what went wrong is in the reasons. */
  done: Promise<CardOutcome>
  /** Ends the worker; `done` then resolves within a second. `why` null: the user asked for it. */
  cancel(why: string | null): void
  /** Looks after the card once more; for a run that was cancelled. */
  probe(): SanityProbe
}

export function measureCard(options: CardOptions): CardRun {
  const { gpu, clock, history, plan } = options
  const startedAt = clock.now()
  const deadline = startedAt + plan.limitMs
  const kernelsFolder = join(options.resourcesFolder, 'kernels')
  const wanted = { platform: gpu.opencl.platform, device: gpu.opencl.device, name: gpu.opencl.name, pciAddress: gpu.pciAddress, uuid: uuidOf(gpu.uuid) }
  const watts = createWattsRecorder()
  const ceiling = ceilingOf(gpu, options.maxTemperatureC)
  const cancelled = new AbortController()
  const view = createRunningView({ gpuId: gpu.id, startedAt, limitSeconds: Math.round(plan.limitMs / 1000), now: clock.now, onChange: options.onRunning })
  const notes = createCardNotes(options, { startedAt, watts, conditions, driverVersion })
  let conversation: Conversation | null = null
  let probe: SanityProbe | null = null
  let opened: { driverVersion: string | null; platformName: string | null } | null = null
  let latest: GpuSample | null = null
  let didWork = false
  /** Why it was ended from outside; null: it was not, or the user asked for it. */
  let stopWhy: string | null = null
  let isStoppedByTrouble = false
  /** Instead of the driver's own cache of kernels, once that turned out to be of no use. */
  let ownCache: OwnCache | null = null

  const guard = startGuard({
    clock,
    ceiling,
    whyStop: options.whyStop,
    onStop({ why, isLoss, isDriver }) {
      isStoppedByTrouble = isLoss
      if (isDriver) notes.driverTrouble = why
      end(why)
    },
  })

  function driverVersion(): string | null {
    return gpu.driverVersion ?? opened?.driverVersion ?? gpu.opencl.driverVersion
  }

  function conditions(): RunConditions {
    return conditionsOf({ ...options, opened, sample: latest, temperatureCeilingC: guard.sawTemperature() === true ? ceiling.coreC : null })
  }

  function end(why: string | null): void {
    stopWhy ??= why
    cancelled.abort()
    conversation?.stop()
    probe?.stop()
  }

  const isCancelledByUser = (): boolean => cancelled.signal.aborted && stopWhy === null

  function save(): void {
    options.onResult(notes.resultSoFar())
    view.done(notes.results)
  }

  /** null: it may run; else the sentence of its marker. */
  function markerOf(step: MarkedStep, title: string): string | null {
    const marker = options.evenAfterCrash ? undefined : history.markers().find((one) => one.gpuId === gpu.id && one.workload === step)
    return marker ? heldBackByMarker(title, marker) : null
  }

  /** What no marker holds back; null: nothing is left to do. */
  function allowed(): Workload[] | null {
    const step = plan.sustained ? 'sustained-load' : plan.memory ? 'memory-test' : null
    if (step !== null) {
      const why = markerOf(step, longSteps[step])
      if (why === null) return []
      if (plan.sustained) notes.fail(plan.sustained.workload, 'held-back', why)
      else notes.trouble.push(why)
      return null
    }
    const ready = plan.workloads.filter((workload) => {
      if (workload.api === 'cuda' && gpu.vendor !== 'nvidia') {
        if (plan.tellsNotOffered) notes.fail(workload, 'not-offered', 'It is measured on the tensor cores of NVIDIA’s cards alone, through CUDA; this is no such card.')
        return false
      }
      const why = markerOf(workload.id, workload.title)
      if (why !== null) notes.fail(workload, 'held-back', why)
      return why === null
    })
    return ready.length === 0 ? null : ready
  }

  async function run(): Promise<void> {
    const ready = allowed()
    if (ready === null) return
    // A processor's watts and temperature are not the card's: nobody reads them here.
    const isRead = gpu.kind === 'gpu'
    const unfollow = isRead ? options.follow(gpu.id, take) : (): void => {}
    try {
      let hasWatts = false
      if (isRead) {
        view.begin(null, 'reading the watts while it waits', null)
        watts.mark('waiting', clock.now())
        hasWatts = await waitForWatts({ clock, follow: (listener) => options.follow(gpu.id, listener), signal: cancelled.signal })
        watts.mark('neither', clock.now())
      }
      if (!cancelled.signal.aborted) await talk(ready, hasWatts)
    } finally {
      watts.mark('neither', clock.now())
      guard.end()
      unfollow()
    }
    if (isRead && guard.sawTemperature() !== true) notes.remarks.push('No temperature of this card can be read here, so no ceiling watched over it.')
    if (!didWork || isCancelledByUser()) return
    view.say('looking after the card', 1)
    tellSanity(await askSanity())
  }

  function take(sample: GpuSample): void {
    latest = sample
    watts.take(sample)
    guard.take(sample)
  }

  async function talk(ready: Workload[], hasWatts: boolean): Promise<void> {
    view.begin(null, 'opening the card', null)
    didWork = true
    try {
      const worker = startTalking()
      const answer = await open(worker, ready)
      if (answer.tell === 'stopped') return
      if (answer.tell !== 'opened') return notOpened(ready, whyNotOpened(answer))
      opened = answer
      const place: StepPlace = { gpuId: gpu.id, clock, history, worker, view, driverVersion: driverVersion(), deadline, isStoppedByTrouble: () => isStoppedByTrouble }
      const work: CardWork = { options, place, notes, watts, hasWatts, latest: () => latest, signal: cancelled.signal, stopWhy: () => stopWhy, save, startAfresh: () => startAfresh(place, ready) }
      if (plan.sustained) await sustain(work, plan.sustained)
      else if (plan.memory) await testMemory(work, plan.memory)
      else await measureAll(work, ready)
    } finally {
      await endTalking()
    }
  }

  function startTalking(): Conversation {
    conversation = converse(options.startWorker('bench', ownCache?.env), clock)
    return conversation
  }

  async function endTalking(): Promise<void> {
    if (!conversation || (await conversation.end(goneMs))) return
    options.log.warn('the measuring process was told to end and is still there', { gpu: gpu.id })
    notes.driverTrouble ??= stuckSentence
    notes.trouble.push(stuckSentence)
  }

  /** Another process with an empty kernel cache, once in a run. null: there is none; else how opening went. */
  async function startAfresh(place: StepPlace, ready: Workload[]): Promise<{ ok: true } | Ended | null> {
    if (ownCache !== null || cancelled.signal.aborted) return null
    ownCache = openOwnCache()
    if (ownCache === null) return null
    options.log.warn('the driver could not make a kernel; once more with an empty cache', { gpu: gpu.id })
    await endTalking()
    if (cancelled.signal.aborted) return { ok: false, kind: 'stopped', how: '' }
    const worker = startTalking()
    const answer = await open(worker, ready)
    if (answer.tell === 'stopped') return { ok: false, kind: 'stopped', how: '' }
    if (answer.tell !== 'opened') return { ok: false, kind: 'failed', how: whyNotOpened(answer) }
    place.worker = worker
    return { ok: true }
  }

  /** Behind markers of all that was to follow: a driver that takes the machine down does so here, too. A process that merely ends does no harm. */
  async function open(worker: Conversation, ready: Workload[]): Promise<Heard> {
    const steps: MarkedStep[] = plan.sustained ? ['sustained-load'] : plan.memory ? ['memory-test'] : ready.map(({ id }) => id)
    for (const step of steps) history.setMarker({ gpuId: gpu.id, workload: step, startedAt: clock.now(), driverVersion: driverVersion() })
    worker.ask({ ask: 'open', wanted, kernelsFolder })
    const answer = await worker.next(Math.min(deadline, clock.now() + openingMs))
    for (const step of steps) history.clearMarker(gpu.id, step)
    return answer
  }

  function notOpened(ready: Workload[], why: string): void {
    const rows = plan.sustained ? [plan.sustained.workload] : ready
    if (rows.length === 0) notes.trouble.push(why)
    rows.forEach((workload, index) => notes.fail(workload, 'failed', index === 0 ? why : `${capital(workload.title)} was not measured for the same reason.`))
  }

  const startProbe = (): SanityProbe => probeSanity({ startWorker: (name) => options.startWorker(name, ownCache?.env), clock, wanted, kernelsFolder, gpuName: gpu.name, goneMs })

  /** A compiler that fails is asked once more with an empty cache: that card is well. */
  async function askSanity(): Promise<Sanity> {
    probe = startProbe()
    const sanity = await probe.done
    if (sanity.kind !== 'uncompiled' || ownCache !== null || cancelled.signal.aborted) return sanity
    ownCache = openOwnCache()
    if (ownCache === null) return sanity
    probe = startProbe()
    const again = await probe.done
    if (again.kind === 'fine') notes.remarks.push(cacheRemark)
    return again
  }

  function tellSanity(sanity: Sanity): void {
    if (sanity.kind === 'fine' || sanity.kind === 'stopped') return
    notes.trouble.push(sanity.sentence)
    if (sanity.kind === 'uncompiled') return
    notes.driverTrouble ??= sanity.sentence
  }

  return {
    done: run()
      .catch((error: unknown) => {
        options.log.error('measuring a card failed', { gpu: gpu.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
        notes.trouble.push('Measuring failed inside Idlewatt. The log has the details.')
      })
      .then(() => {
        guard.end()
        ownCache?.remove()
        ownCache = null
        if (stopWhy !== null) notes.trouble.unshift(stopWhy)
        if (isCancelledByUser()) notes.trouble.unshift('It was cancelled before everything was measured.')
        notes.isOver = true
        const result = notes.resultSoFar()
        options.onResult(result)
        return { result, driverTrouble: notes.driverTrouble, didWork }
      }),
    cancel: end,
    probe: startProbe,
  }
}

/** "GPU-1B2C…" as OpenCL says it: 32 lower-case hex digits. */
function uuidOf(uuid: string | null): string | null {
  const digits = uuid?.replace(/^GPU-/i, '').replaceAll('-', '').toLowerCase() ?? ''
  return /^[0-9a-f]{32}$/.test(digits) ? digits : null
}
