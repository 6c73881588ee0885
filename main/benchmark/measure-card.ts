/** The quick run of one card: watts while waiting, then one workload after another in a worker, each behind a crash marker. */
import { join } from 'node:path'
import type { BenchmarkResult, WorkloadResult } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { History } from '../history/index.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { converse, type Conversation, type Heard } from './conversation.ts'
import { judge } from './verdict.ts'
import { waitForWatts } from './wait-for-watts.ts'
import { createWattsRecorder } from './watts.ts'
import { workloads } from './workloads/index.ts'
import type { Workload } from './workloads/workload.ts'

/** A quick run of one card takes no longer. */
export const quickLimitMs = 15_000
/** Kept back at the end for the last launch, the last check and the ending. */
const endingMs = 1_200
/** A worker that says nothing for so long has hung: a launch takes 0.2 s, and building a kernel seldom over 2 s. */
const silenceMs = 6_000
/** How long a killed process may take to be gone. */
export const goneMs = 1_000

export interface CardOptions {
  gpu: Gpu & { opencl: NonNullable<Gpu['opencl']> }
  facts: GpuFacts | null
  evenAfterCrash: boolean
  startWorker(name: 'bench'): WorkerHandle
  resourcesFolder: string
  clock: Clock
  log: Log
  history: History
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  onProgress(progress: { workload: Workload['id'] | null; step: string; progress: number }): void
  /** After each workload, and at the end. */
  onResult(result: BenchmarkResult): void
}

export interface CardRun {
  /** Never rejects: what went wrong is in the reasons. */
  done: Promise<BenchmarkResult>
  /** Ends the worker; `done` then resolves within a second. */
  cancel(): void
}

export function measureCard(options: CardOptions): CardRun {
  const { gpu, facts, clock, history } = options
  const startedAt = clock.now()
  const results: WorkloadResult[] = []
  const trouble: string[] = []
  const watts = createWattsRecorder()
  const cancelled = new AbortController()
  let conversation: Conversation | null = null
  let driverVersion = gpu.opencl.driverVersion ?? gpu.driverVersion

  function resultSoFar(): BenchmarkResult {
    const judged = judge(results, facts, gpu.kind === 'cpu-device')
    const { power, reasons } = watts.means()
    return {
      gpuId: gpu.id,
      gpuName: gpu.name,
      startedAt,
      endedAt: clock.now(),
      mode: 'quick',
      driverVersion,
      results: [...results],
      power,
      verdict: trouble.length > 0 && judged.verdict === 'as-expected' ? 'unknown' : judged.verdict,
      reasons: [...trouble, ...judged.reasons, ...powerLimitReason(judged.verdict, gpu), ...reasons],
    }
  }

  function fail(workload: Workload, reason: string): void {
    results.push({ workload: workload.id, value: null, unit: workload.unit, spread: null, runs: 0, expected: expectedOf(workload, facts) })
    trouble.push(reason)
  }

  function allowed(): Workload[] {
    const markers = history.markers().filter((marker) => marker.gpuId === gpu.id)
    return workloads.filter((workload) => {
      const marker = markers.find((one) => one.workload === workload.id)
      if (!marker || options.evenAfterCrash) return true
      const when = new Date(marker.startedAt).toISOString().slice(0, 16).replace('T', ' ')
      const driver = marker.driverVersion ? ` with driver ${marker.driverVersion}` : ''
      fail(workload, `Skipped ${workload.title}: the last time it ran on this card (${when} UTC${driver}) it did not come back. It runs again only when asked to run even after a crash.`)
      return false
    })
  }

  async function run(): Promise<BenchmarkResult> {
    const ready = allowed()
    if (ready.length === 0) return resultSoFar()
    // A processor's watts are not the card's watts: nobody reads them here.
    const unfollow = gpu.kind === 'gpu' ? options.follow(gpu.id, watts.take) : (): void => {}
    try {
      let hasWatts = false
      if (gpu.kind === 'gpu') {
        options.onProgress({ workload: null, step: 'reading the watts while it waits', progress: 0 })
        watts.mark('waiting', clock.now())
        hasWatts = await waitForWatts({ clock, follow: (listener) => options.follow(gpu.id, listener), signal: cancelled.signal })
        watts.mark('neither', clock.now())
      }
      if (!cancelled.signal.aborted) await talk(ready, hasWatts)
    } finally {
      unfollow()
    }
    if (cancelled.signal.aborted) trouble.push('It was cancelled before everything was measured.')
    return resultSoFar()
  }

  async function talk(ready: Workload[], hasWatts: boolean): Promise<void> {
    options.onProgress({ workload: null, step: 'opening the card', progress: share(clock.now()) })
    conversation = converse(options.startWorker('bench'), clock)
    try {
      conversation.ask({
        ask: 'open',
        wanted: { platform: gpu.opencl.platform, device: gpu.opencl.device, name: gpu.opencl.name, pciAddress: gpu.pciAddress },
        kernelsFolder: join(options.resourcesFolder, 'kernels'),
      })
      const opened = await conversation.next(Math.min(deadline(), clock.now() + silenceMs))
      if (opened.tell === 'stopped') return
      if (opened.tell !== 'opened') return ready.forEach((workload, index) => fail(workload, index === 0 ? whyNotOpened(opened) : `${capital(workload.title)} was not measured for the same reason.`))
      driverVersion = gpu.driverVersion ?? opened.driverVersion
      for (const [index, workload] of ready.entries()) {
        const goesOn = await measure(conversation, workload, ready.length - index, hasWatts)
        if (goesOn) continue
        for (const left of ready.slice(index + 1)) if (!cancelled.signal.aborted) fail(left, `${capital(left.title)} was not measured, because the run had ended.`)
        return
      }
    } finally {
      if (!(await conversation.end(goneMs))) options.log.warn('the measuring process was told to end and is still there', { gpu: gpu.id })
    }
  }

  /** false: the worker cannot be asked for more. */
  async function measure(worker: Conversation, workload: Workload, left: number, hasWatts: boolean): Promise<boolean> {
    const limitMs = Math.max(500, (deadline() - endingMs - clock.now()) / left)
    history.setMarker({ gpuId: gpu.id, workload: workload.id, startedAt: clock.now(), driverVersion })
    watts.mark('working', clock.now())
    worker.ask({ ask: 'measure', workload: workload.id, limitMs, leastMs: hasWatts ? 3_000 : 2_000 })
    let lastHeardAt = clock.now()
    for (;;) {
      const heard = await worker.next(Math.min(deadline(), lastHeardAt + silenceMs))
      if (heard.tell === 'progress') {
        lastHeardAt = clock.now()
        options.onProgress({ workload: workload.id, step: heard.step, progress: share(lastHeardAt) })
        continue
      }
      watts.mark('neither', clock.now())
      if (heard.tell === 'measured') {
        history.clearMarker(gpu.id, workload.id)
        if (heard.measured.ok) {
          const { value, spread, runs } = heard.measured
          options.log.info(`measured ${workload.title}`, { gpu: gpu.id, value, unit: workload.unit, spread, runs, variant: heard.measured.variant })
          results.push({ workload: workload.id, value, unit: workload.unit, spread, runs, expected: expectedOf(workload, facts) })
        } else fail(workload, `${capital(workload.title)} was not measured: ${heard.measured.reason}`)
        options.onResult(resultSoFar())
        return true
      }
      if (heard.tell === 'too-late' && clock.now() - lastHeardAt < silenceMs) {
        // It was at work to the end: slow, not hung.
        history.clearMarker(gpu.id, workload.id)
        fail(workload, `There was no time to finish ${workload.title} within ${quickLimitMs / 1000} s; the machine is busy or the card is slow.`)
        return false
      }
      // A stop is our own doing; a failure that the worker could still put into words is no crash. Whatever else keeps the marker.
      if (heard.tell === 'stopped' || heard.tell === 'failed') history.clearMarker(gpu.id, workload.id)
      if (heard.tell !== 'stopped') fail(workload, whyEnded(heard, workload))
      return false
    }
  }

  const deadline = (): number => startedAt + quickLimitMs
  const share = (at: number): number => Math.min(1, Math.max(0, (at - startedAt) / quickLimitMs))

  return {
    done: run()
      .catch((error: unknown) => {
        options.log.error('measuring a card failed', { gpu: gpu.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
        trouble.push('Measuring failed inside Idlewatt. The log has the details.')
        return resultSoFar()
      })
      .then((result) => {
        options.onResult(result)
        return result
      }),
    cancel() {
      cancelled.abort()
      conversation?.stop()
    },
  }
}

function expectedOf(workload: Workload, facts: GpuFacts | null): WorkloadResult['expected'] {
  const expected = facts ? workload.expected(facts) : null
  return expected && { low: expected.low, high: expected.high }
}

/** A card that was set to less power than it shipped with is slower by its owner's choice. */
function powerLimitReason(verdict: BenchmarkResult['verdict'], gpu: Gpu): string[] {
  const { powerLimitW, powerLimitDefaultW } = gpu
  if (verdict !== 'low' || powerLimitW === null || powerLimitDefaultW === null || powerLimitW >= powerLimitDefaultW) return []
  return [`Its power limit is set to ${Math.round(powerLimitW)} W; it shipped with ${Math.round(powerLimitDefaultW)} W.`]
}

function whyNotOpened(heard: Heard): string {
  if (heard.tell === 'failed') return `The card could not be opened: ${heard.reason}`
  if (heard.tell === 'gone') return `The measuring process ended before it could open the card (${heard.how}).`
  return `The driver did not open the card within ${silenceMs / 1000} s. Restarting the machine usually helps.`
}

function whyEnded(heard: Heard, workload: Workload): string {
  if (heard.tell === 'failed') return `${capital(workload.title)} was not measured: ${heard.reason}`
  const again = 'It is not run again unless asked to run even after a crash.'
  if (heard.tell === 'gone') return `The measuring process ended while measuring ${workload.title} (${heard.how}); the driver may have crashed. ${again}`
  return `The card stopped answering while measuring ${workload.title}, so the measuring process was ended. ${again}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
