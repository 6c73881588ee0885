/** Measures one workload: picks the fastest variant, repeats it until the runs agree, checks the result. */
import { launchMs, nextSize } from './calibrate.ts'
import { lossOf } from './lost-device.ts'
import { NotOffered } from './not-offered.ts'
import { median, spreadOf, steadyRuns, wantedSpread } from './spread.ts'
import type { Measured, NotMeasured } from './worker-messages.ts'
import type { Candidate, Prepared, Workload } from './workloads/workload.ts'

export type { Measured }

export interface MeasureOptions {
  /** `observed` false: its kernels have never run on a card before; a first wrong value may then be our mistake. */
  workload: Pick<Workload, 'title' | 'perUnit' | 'better' | 'wantedSpread'> & { observed?: boolean }
  candidates: Candidate[]
  /** Ends the repeating; the runs so far are then what there is. */
  limitMs: number
  /** Goes on at least so long even when the runs agree sooner: other programs come and go, and a card's power reading lags by a second. */
  leastMs: number
  /** Monotonic, in ms. */
  now(): number
  /** `rate`: what the last run gave, in the workload's unit. */
  onProgress(step: string, share: number, rate: number | null): void
  /** Whether the device still answers, asked after a failure that leaves it in doubt. Left out: it does. */
  stillAnswers?(): Promise<boolean>
}

/** Choosing a variant may take this share of the time; less where a kernel that we never saw run is to be tried as well. */
const choosingShare = { alone: 0.5, beforeUntried: 0.3 } as const
/** A card at rest needs some tenths of a second to raise its clocks: the first variant must not lose for that. */
const trials = { first: 5, later: 2 } as const
const rampMs = 500
/** A variant that is so much slower at its first full launch needs no second. */
const hopeless = 0.8
/** For the figure that is kept safe before an untried kernel is run. */
const safeFigureMs = 1_000

/** Never rejects: what goes wrong is the reason of a failed workload. */
export async function measureWorkload(options: MeasureOptions): Promise<Measured> {
  const { now } = options
  const begun = now()
  try {
    const chosen = await fastestOf(options, options.candidates.filter((one) => one.isUntried !== true), begun)
    if (!chosen.ok) return chosen
    const untried = options.candidates.filter((one) => one.isUntried === true)
    return untried.length === 0 ? await repeatAndRelease(options, chosen, begun) : await withUntried(options, chosen, untried, begun)
  } catch (error) {
    return { ok: false, status: 'failed', reason: sentence(error), lost: await isLost(error, options) }
  }
}

/** A kernel that may crash for a mistake of ours costs nobody the figure of the one before it. */
async function withUntried(options: MeasureOptions, chosen: Chosen, untried: Candidate[], begun: number): Promise<Measured> {
  let current: Chosen | null = chosen
  try {
    const safe = await repeat({ ...options, leastMs: 0, limitMs: options.now() - begun + safeFigureMs }, chosen, begun)
    if (!safe.ok) return safe
    const second = await tryUntried(options, chosen, untried, begun)
    if (second.isLost) {
      current = null
      return { ...safe, variant: `${safe.variant}${second.note}` }
    }
    if (second.faster === null) {
      const measured = await repeat(options, chosen, begun)
      return measured.ok ? { ...measured, variant: `${measured.variant}${second.note}` } : measured
    }
    releaseQuietly(chosen.prepared)
    current = second.faster
    const measured = await repeat(options, second.faster, begun).catch((error: unknown) => ({ ok: false as const, error }))
    if (measured.ok) return measured
    const why = 'error' in measured ? faultWords(measured.error) : `it gave a wrong value, ${perhapsOurs}`
    return { ...safe, variant: `${safe.variant}${passedOver(second.faster.candidate, why)}` }
  } finally {
    if (current) releaseQuietly(current.prepared)
  }
}

async function repeatAndRelease(options: MeasureOptions, chosen: Chosen, begun: number): Promise<Measured> {
  try {
    return await repeat(options, chosen, begun)
  } finally {
    releaseQuietly(chosen.prepared)
  }
}

/** What is wrong after a failure: the workload alone, or the whole device. */
export async function isLost(error: unknown, options: Pick<MeasureOptions, 'stillAnswers'>): Promise<boolean> {
  const loss = lossOf(error)
  if (loss === 'no') return false
  if (loss === 'lost') return true
  return !((await options.stillAnswers?.()) ?? true)
}

export interface Chosen {
  ok: true
  candidate: Candidate
  prepared: Prepared
  size: number
  /** Work per ms. */
  rate: number
}

type ChoosingOptions = Omit<MeasureOptions, 'leastMs'>

/** For work that is then kept up: the fastest of all, where an untried kernel that crashes leaves the others. */
export async function chooseVariant(options: ChoosingOptions, begun: number): Promise<Chosen | NotMeasured> {
  const chosen = await fastestOf(options, options.candidates.filter((one) => one.isUntried !== true), begun)
  const untried = options.candidates.filter((one) => one.isUntried === true)
  if (!chosen.ok || untried.length === 0) return chosen
  const second = await tryUntried(options, chosen, untried, begun)
  if (second.faster !== null) {
    releaseQuietly(chosen.prepared)
    return second.faster
  }
  const candidate = { ...chosen.candidate, label: `${chosen.candidate.label}${second.note}` }
  if (!second.isLost) return { ...chosen, candidate }
  // What was prepared went with the device's context.
  return { ...chosen, candidate, prepared: await chosen.candidate.prepare(() => options.onProgress(`preparing ${options.workload.title} anew`, 0, null)) }
}

/** Calibrates each variant, checks what it computes and keeps the fastest. A variant that does not compile or start is passed over. */
async function fastestOf(options: ChoosingOptions, candidates: Candidate[], begun: number): Promise<Chosen | NotMeasured> {
  const share = candidates.length === options.candidates.length ? choosingShare.alone : choosingShare.beforeUntried
  let best: Chosen | null = null
  const failures: { isRefusal: boolean; words: string }[] = []
  for (const candidate of candidates) {
    if (best && options.now() - begun > options.limitMs * share) break
    let prepared: Prepared | null = null
    try {
      prepared = await prepareOf(options, candidate, begun)
      const tried = await calibrate(prepared, options, best, sayer(options, candidate, begun))
      if (tried.wrong !== null) {
        // Wrong arithmetic condemns the device, not the variant: no other figure of this run could be believed.
        releaseQuietly(prepared)
        if (best) releaseQuietly(best.prepared)
        return neverRight(options, `The result was wrong with ${candidate.label}: ${tried.wrong}`)
      }
      if (!best || tried.rate > best.rate) {
        if (best) releaseQuietly(best.prepared)
        best = { ok: true, candidate, prepared, size: tried.size, rate: tried.rate }
      } else releaseQuietly(prepared)
    } catch (error) {
      if (prepared) releaseQuietly(prepared)
      if (await isLost(error, options)) {
        if (best) releaseQuietly(best.prepared)
        return { ok: false, status: 'failed', reason: sentence(error), lost: true }
      }
      failures.push({ isRefusal: error instanceof NotOffered, words: sentence(error) })
    }
  }
  if (best) return best
  const told = failures.find(({ isRefusal }) => !isRefusal) ?? failures[0]
  return { ok: false, status: told && !told.isRefusal ? 'failed' : 'not-offered', reason: told?.words ?? 'This device offers no way to run it.', lost: false }
}

/** Wrong from the first on. Code that no card has run before may be wrong itself: the card is not accused then. */
function neverRight(options: ChoosingOptions, words: string): NotMeasured {
  if (options.workload.observed !== false) return { ok: false, status: 'wrong', reason: `${words}. No figure is given.`, lost: false }
  return { ok: false, status: 'failed', reason: `${words}. This kernel had never run on a card before, so the mistake may be ours rather than the card’s. No figure is given.`, lost: false }
}

const perhapsOurs = 'which may be our mistake'

/** `note`: what is to be said of those that were passed over; '': nothing. `isLost`: what was prepared before is gone. */
async function tryUntried(options: ChoosingOptions, chosen: Chosen, untried: Candidate[], begun: number): Promise<{ faster: Chosen | null; note: string; isLost: boolean }> {
  let faster: Chosen | null = null
  let note = ''
  for (const candidate of untried) {
    let prepared: Prepared | null = null
    try {
      prepared = await prepareOf(options, candidate, begun)
      const tried = await calibrate(prepared, options, faster ?? chosen, sayer(options, candidate, begun))
      if (tried.wrong === null && tried.rate > (faster ?? chosen).rate) {
        if (faster) releaseQuietly(faster.prepared)
        faster = { ok: true, candidate, prepared, size: tried.size, rate: tried.rate }
        continue
      }
      releaseQuietly(prepared)
      if (tried.wrong !== null) note ||= passedOver(candidate, `it gave a wrong value, ${perhapsOurs}`)
    } catch (error) {
      if (prepared) releaseQuietly(prepared)
      note ||= passedOver(candidate, faultWords(error))
      if (await isLost(error, options)) return { faster: null, note, isLost: true }
    }
  }
  return { faster, note, isLost: false }
}

function passedOver(candidate: Candidate, why: string): string {
  return ` (${candidate.label.split(',')[0]} was passed over: ${why})`
}

function faultWords(error: unknown): string {
  if (error instanceof NotOffered) return 'this driver cannot build it'
  return lossOf(error) === 'lost' ? `it crashed or hung on the card, ${perhapsOurs}` : 'it did not start'
}

function sayer(options: ChoosingOptions, candidate: Candidate, begun: number): (doing: string) => void {
  return (doing) => options.onProgress(`${doing} ${options.workload.title} (${candidate.label})`, Math.min(1, (options.now() - begun) / options.limitMs), null)
}

async function prepareOf(options: ChoosingOptions, candidate: Candidate, begun: number): Promise<Prepared> {
  const say = sayer(options, candidate, begun)
  const alive = (): void => say('preparing')
  alive()
  return await candidate.prepare(alive)
}

/** Once something is told to be tried, nothing but short launches is to come, so that silence means a hang. `best`: the fastest so far. */
async function calibrate(prepared: Prepared, options: ChoosingOptions, best: Chosen | null, say: (doing: string) => void): Promise<{ size: number; rate: number; wrong: string | null }> {
  let size = 1
  // The first launch may compile for the group size and is not timed; its small result is exact enough to check strictly.
  await prepared.launch(size)
  const wrong = prepared.check(size)
  if (wrong !== null) return { size, rate: 0, wrong }
  say('trying')
  let took = await timed(prepared, size, options)
  for (let next = nextSize(size, took.wallMs, prepared.mostSize); next !== size; next = nextSize(size, took.wallMs, prepared.mostSize)) {
    size = next
    took = await timed(prepared, size, options)
  }
  // Right at full length once: from then on a wrong value is no mistake of the code.
  const wrongAtLength = options.workload.observed === false ? await wrongAnew(prepared, size) : null
  if (wrongAtLength !== null) return { size, rate: 0, wrong: wrongAtLength }
  let leastMs = took.countedMs
  const tryingSince = options.now()
  for (let trial = 0; trial < (best === null ? trials.first : trials.later); trial++) {
    if (trial >= trials.later && options.now() - tryingSince >= rampMs) break
    if (best !== null && prepared.work(size) / leastMs < best.rate * hopeless) break
    leastMs = Math.min(leastMs, (await timed(prepared, size, options)).countedMs)
  }
  return { size, rate: prepared.work(size) / leastMs, wrong: null }
}

async function repeat(options: MeasureOptions, chosen: Chosen, begun: number): Promise<Measured> {
  const { workload, now, onProgress, limitMs, leastMs } = options
  const { prepared, candidate } = chosen
  const wanted = workload.wantedSpread ?? wantedSpread
  let { size } = chosen
  const repeating = now()
  const rates: number[] = []
  let steady: number[] | null = null
  while (steady === null || now() - repeating < leastMs) {
    if (rates.length >= 2 && now() - begun > limitMs) break
    const { wallMs, countedMs } = await timed(prepared, size, options)
    const rate = figureOf(workload, prepared.work(size), countedMs)
    rates.push(rate)
    // A card that changes its clock on the way is calibrated anew for the next run.
    if (wallMs > launchMs.most || wallMs < launchMs.least) size = nextSize(size, wallMs, prepared.mostSize)
    steady = steadyRuns(rates, wanted, workload.better)
    onProgress(`measuring ${workload.title}, run ${rates.length}`, Math.min(1, (now() - begun) / limitMs), rate)
  }
  const wrong = await wrongAnew(prepared, size)
  if (wrong !== null) return { ok: false, status: 'wrong', reason: `The result was wrong after ${rates.length} runs: ${wrong}. No figure is given.`, lost: false }
  const counted = steady ?? rates
  return { ok: true, value: median(counted), spread: spreadOf(counted), runs: counted.length, variant: candidate.label }
}

/**
 * Launches once more and looks at the result; null: right. What earlier launches left behind must not pass for it, or a driver that
 * began to drop launches would never be found: it is another size than was timed, and what would look the same is spoilt before.
 */
export async function wrongAnew(prepared: Prepared, size: number): Promise<string | null> {
  const other = size > 1 ? size - 1 : Math.min(2, prepared.mostSize)
  prepared.spoil?.(other)
  await prepared.launch(other)
  return prepared.check(other)
}

/** What a launch of so much work in so many ms says, in the workload's unit. Pure. */
export function figureOf(workload: Pick<Workload, 'perUnit' | 'better'>, work: number, tookMs: number): number {
  const seconds = tookMs / 1000
  return workload.better === 'lower' ? (seconds * workload.perUnit) / work : work / workload.perUnit / seconds
}

/** `wallMs` is what a launch is sized by; `countedMs` the device's own account of it, where it gives one. */
export async function timed(prepared: Prepared, size: number, options: Pick<MeasureOptions, 'now'>): Promise<{ wallMs: number; countedMs: number }> {
  const before = options.now()
  await prepared.launch(size)
  const wallMs = Math.max(0.001, options.now() - before)
  const seconds = prepared.deviceSeconds?.() ?? null
  return { wallMs, countedMs: seconds !== null && seconds > 0 ? seconds * 1000 : wallMs }
}

/** A device that is gone cannot give back either; the reason is told already. */
export function releaseQuietly(prepared: Prepared): void {
  try {
    prepared.release()
  } catch {
    return
  }
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
