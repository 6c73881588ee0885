/** Measures one workload on an opened device: picks the fastest variant, repeats it until the runs agree, checks the result. */
import { launchMs, nextSize } from './calibrate.ts'
import type { OpenDevice } from './open-device.ts'
import { median, spreadOf, steadyRuns } from './spread.ts'
import type { Candidate, Prepared, Workload } from './workloads/workload.ts'

export interface MeasureOptions {
  workload: Workload
  device: OpenDevice
  kernelText: string
  /** Ends the repeating; the runs so far are then what there is. */
  limitMs: number
  /** Goes on at least so long even when the runs agree sooner: other programs come and go, and a card's power reading lags by a second. */
  leastMs: number
  /** Monotonic, in ms. */
  now(): number
  onProgress(step: string, share: number): void
}

export type Measured =
  | { ok: true; value: number; spread: number | null; runs: number; variant: string }
  | { ok: false; reason: string }

/** Choosing a variant may take this share of the time. */
const choosingShare = 0.4

/** Never rejects: what goes wrong is the reason of a failed workload. */
export async function measureWorkload(options: MeasureOptions): Promise<Measured> {
  const { now } = options
  const begun = now()
  try {
    const chosen = await chooseVariant(options, begun)
    if (!chosen.ok) return chosen
    try {
      return await repeat(options, chosen, begun)
    } finally {
      chosen.prepared.release()
    }
  } catch (error) {
    return { ok: false, reason: sentence(error) }
  }
}

interface Chosen {
  ok: true
  candidate: Candidate
  prepared: Prepared
  size: number
}

/** Calibrates each variant, checks what it computes and keeps the fastest. A variant that does not compile or start is passed over. */
async function chooseVariant(options: MeasureOptions, begun: number): Promise<Chosen | { ok: false; reason: string }> {
  let best: (Chosen & { rate: number }) | null = null
  const failures: string[] = []
  for (const candidate of options.workload.candidates(options.device, options.kernelText)) {
    if (best && options.now() - begun > options.limitMs * choosingShare) break
    let prepared: Prepared | null = null
    try {
      const alive = (): void => options.onProgress(`preparing ${options.workload.title} (${candidate.label})`, Math.min(1, (options.now() - begun) / options.limitMs))
      alive()
      prepared = await candidate.prepare(alive)
      const tried = await calibrate(prepared, options)
      if (tried.wrong !== null) {
        // Wrong arithmetic condemns the device, not the variant: no other figure of this run could be believed.
        prepared.release()
        best?.prepared.release()
        return { ok: false, reason: `The result was wrong with ${candidate.label}: ${tried.wrong}. No figure is given.` }
      }
      if (!best || tried.rate > best.rate) {
        best?.prepared.release()
        best = { ok: true, candidate, prepared, size: tried.size, rate: tried.rate }
      } else prepared.release()
    } catch (error) {
      prepared?.release()
      failures.push(sentence(error))
    }
  }
  return best ?? { ok: false, reason: failures[0] ?? 'This device offers no way to run it.' }
}

async function calibrate(prepared: Prepared, options: MeasureOptions): Promise<{ size: number; rate: number; wrong: string | null }> {
  let size = 1
  // The first launch may compile for the group size and is not timed; its small result is exact enough to check strictly.
  await prepared.launch(size)
  const wrong = prepared.check(size)
  if (wrong !== null) return { size, rate: 0, wrong }
  let tookMs = await timed(prepared, size, options)
  for (let next = nextSize(size, tookMs, prepared.mostSize); next !== size; next = nextSize(size, tookMs, prepared.mostSize)) {
    size = next
    tookMs = await timed(prepared, size, options)
  }
  for (let again = 0; again < 2; again++) tookMs = Math.min(tookMs, await timed(prepared, size, options))
  return { size, rate: prepared.work(size) / tookMs, wrong: null }
}

async function repeat(options: MeasureOptions, chosen: Chosen, begun: number): Promise<Measured> {
  const { workload, now, onProgress, limitMs, leastMs } = options
  const { prepared, candidate } = chosen
  let { size } = chosen
  const repeating = now()
  const rates: number[] = []
  let steady: number[] | null = null
  while (steady === null || now() - repeating < leastMs) {
    if (rates.length >= 2 && now() - begun > limitMs) break
    const tookMs = await timed(prepared, size, options)
    rates.push(prepared.work(size) / workload.perUnit / (tookMs / 1000))
    // A card that changes its clock on the way is calibrated anew for the next run.
    if (tookMs > launchMs.most || tookMs < launchMs.least) size = nextSize(size, tookMs, prepared.mostSize)
    steady = steadyRuns(rates)
    onProgress(`measuring ${workload.title}, run ${rates.length}`, Math.min(1, (now() - begun) / limitMs))
  }
  // Another size than was timed: a driver that began to drop launches leaves the sums of an earlier one behind.
  const last = size > 1 ? size - 1 : Math.min(2, prepared.mostSize)
  await prepared.launch(last)
  const wrong = prepared.check(last)
  if (wrong !== null) return { ok: false, reason: `The result was wrong after ${rates.length} runs: ${wrong}. No figure is given.` }
  const counted = steady ?? rates
  return { ok: true, value: median(counted), spread: spreadOf(counted), runs: counted.length, variant: candidate.label }
}

async function timed(prepared: Prepared, size: number, options: MeasureOptions): Promise<number> {
  const before = options.now()
  await prepared.launch(size)
  return Math.max(0.001, options.now() - before)
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
