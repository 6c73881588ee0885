/** Keeps one workload up for minutes: a figure a second, and a look at what was computed every ten seconds and at the end. Inside the worker. */
import { launchMs, nextSize } from './calibrate.ts'
import { chooseVariant, figureOf, isLost, releaseQuietly, sentence, timed, wrongAnew, type MeasureOptions } from './measure.ts'
import type { NotMeasured } from './worker-messages.ts'

export interface SustainOptions extends Omit<MeasureOptions, 'leastMs' | 'limitMs'> {
  seconds: number
  /** Of the second that ended then; null: no launch ended in it. */
  onRate(atSeconds: number, value: number | null): void
}

/** Choosing the variant is part of the warming up, and no part of the curve. */
const choosingMs = 6_000
const checkEveryMs = 10_000

export type Sustained = { ok: true; variant: string; checks: number } | NotMeasured

/** Never rejects. */
export async function sustainWorkload(options: SustainOptions): Promise<Sustained> {
  try {
    const chosen = await chooseVariant({ ...options, limitMs: choosingMs }, options.now())
    if (!chosen.ok) return chosen
    try {
      return await keepUp(options, chosen)
    } finally {
      releaseQuietly(chosen.prepared)
    }
  } catch (error) {
    return { ok: false, status: 'failed', reason: sentence(error), lost: await isLost(error, options) }
  }
}

async function keepUp(options: SustainOptions, { prepared, candidate, size: firstSize }: Extract<Awaited<ReturnType<typeof chooseVariant>>, { ok: true }>): Promise<Sustained> {
  const { workload, now, seconds } = options
  const begun = now()
  const endsAt = begun + seconds * 1000
  let size = firstSize
  let second = { number: 1, work: 0, tookMs: 0 }
  let checkAt = begun + checkEveryMs
  let checks = 0

  async function checkNow(): Promise<NotMeasured | null> {
    const wrong = await wrongAnew(prepared, size)
    checks += 1
    if (wrong === null) return null
    return { ok: false, status: 'wrong', reason: `The result was wrong after ${Math.round((now() - begun) / 1000)} s of work: ${wrong}.`, lost: false }
  }

  while (now() < endsAt) {
    const { wallMs, countedMs } = await timed(prepared, size, options)
    second.work += prepared.work(size)
    second.tookMs += countedMs
    if (wallMs > launchMs.most || wallMs < launchMs.least) size = nextSize(size, wallMs, prepared.mostSize)
    while (now() >= begun + second.number * 1000 && second.number <= seconds) {
      options.onRate(second.number, second.tookMs > 0 ? figureOf(workload, second.work, second.tookMs) : null)
      second = { number: second.number + 1, work: 0, tookMs: 0 }
    }
    if (now() < checkAt) continue
    const wrong = await checkNow()
    if (wrong) return wrong
    checkAt = now() + checkEveryMs
  }
  return (await checkNow()) ?? { ok: true, variant: candidate.label, checks }
}
