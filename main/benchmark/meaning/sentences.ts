/** The few sentences that say what a run means. Pure. */
import type { BenchmarkResult, HeldBack, Standing, WorkloadId } from '../../../shared/benchmark.ts'
import { throttleKind } from '../../../shared/throttle.ts'
import { workloadOf } from '../workloads/index.ts'
import { dropShare } from '../sustained-analysis.ts'
import { swingOf } from '../sustained-swing.ts'
import { capital, day, percent, words } from './figures.ts'

/** What a card is bought for, in this order. */
const main: WorkloadId[] = ['fp32-compute', 'memory-bandwidth', 'tensor-fp16']
/** Within this, two figures are the same for all one can tell. */
const sameWithin = 0.02

export function sentencesOf(run: BenchmarkResult, model: string | null, standings: Standing[], heldBack: HeldBack[], at: number): string[] {
  return [...wrong(run), ...besideModel(run, model, standings), ...besidePast(standings, at), ...held(heldBack), ...sustained(run), ...memory(run), ...unobserved(run)]
}

function wrong(run: BenchmarkResult): string[] {
  const titles = run.results.filter((result) => result.status === 'wrong').map((result) => workloadOf(result.workload).title)
  if (titles.length === 0) return []
  return [`This card computed wrong values (${titles.join(', ')}): no figure of it is to be believed until that is explained.`]
}

/** Geometric mean, so that a half and a double are no gain. */
function meanOf(shares: number[]): number | null {
  return shares.length === 0 ? null : Math.exp(shares.reduce((sum, one) => sum + Math.log(one), 0) / shares.length)
}

function besideModel(run: BenchmarkResult, model: string | null, standings: Standing[]): string[] {
  // A figure of code that was never seen on a card may be low for the code's sake.
  const unseen = new Set(run.results.filter((result) => result.neverObserved === true).map((result) => result.workload))
  const of = standings.filter((standing) => main.includes(standing.workload) && !unseen.has(standing.workload))
  const known = of.length > 0 ? of : standings
  const name = model ?? run.gpuName
  const sentences: string[] = []
  const expected = meanOf(known.flatMap((standing) => standing.ofExpected ?? []))
  if (expected !== null) sentences.push(`${percent(expected)} of ${article(name)} ${name}, by what its board's facts let one expect${listed(known.filter((standing) => standing.ofExpected !== null))}.`)
  const references = known.filter((standing) => standing.ofReference !== null)
  const reference = meanOf(references.map((standing) => standing.ofReference?.share ?? 1))
  if (reference !== null) {
    const cards = Math.max(...references.map((standing) => standing.ofReference?.runs ?? 0))
    const imported = Math.max(...references.map((standing) => standing.ofReference?.imported ?? 0))
    sentences.push(`${percent(reference)} of ${cards === 1 ? 'the one other' : `the ${cards} other`} ${name} known here${importedWords(imported, cards)}.`)
  }
  return sentences
}

function importedWords(imported: number, cards: number): string {
  if (imported === 0) return ''
  return imported === cards ? ' (imported)' : ` (${imported} of them imported)`
}

/** "an RTX 4090", "an H200", "a GeForce RTX 4090": capitals are spelt out. */
function article(name: string): 'a' | 'an' {
  return /^([AEFHILMNORSX](?=[A-Z\d])|[AEIO])/.test(name) ? 'an' : 'a'
}

function listed(standings: Standing[]): string {
  const parts = standings.map((standing) => `${workloadOf(standing.workload).title} ${percent(standing.ofExpected ?? 0)}`)
  return parts.length < 2 || parts.length > 3 ? '' : `: ${parts.join(', ')}`
}

function besidePast(standings: Standing[], at: number): string[] {
  const known = standings.flatMap((standing) => (standing.ofBest === null ? [] : [{ ...standing, best: standing.ofBest }]))
  const of = known.filter((standing) => main.includes(standing.workload))
  const first = of[0] ?? known[0]
  if (!first) return []
  const all = of.length > 0 ? of : known
  const worst = all.reduce((least, one) => (one.best.share < least.best.share ? one : least), first)
  if (worst.best.share < 1 - sameWithin) {
    const below = percent(1 - worst.best.share)
    return [`${below} below its best of ${day(worst.best.at, at)} (${workloadOf(worst.workload).title}).`]
  }
  const finest = all.reduce((most, one) => (one.best.share > most.best.share ? one : most), first)
  if (finest.best.share > 1 + sameWithin) return [`A new best: ${percent(finest.best.share - 1)} above that of ${day(finest.best.at, at)} (${workloadOf(finest.workload).title}).`]
  return [`As good as its best of ${day(finest.best.at, at)}.`]
}

const kindWords = { 'hard-heat': 'temperature', heat: 'temperature', brake: 'its board or power supply', other: 'a reason of its own' } as const

function held(heldBack: HeldBack[]): string[] {
  const byKind = new Map<string, number>()
  let power = 0
  for (const { reason, share } of heldBack) {
    const kind = throttleKind(reason)
    if (kind === 'none') continue
    // Several reasons of one kind mostly come together: the larger share is the truth, not their sum.
    if (kind === 'power') power = Math.max(power, share)
    else byKind.set(kindWords[kind], Math.max(byKind.get(kindWords[kind]) ?? 0, share))
  }
  const sentences = [...byKind].filter(([, share]) => share >= 0.005).map(([words, share]) => `Held back by ${words} for ${percent(share)} of the time.`)
  if (power >= 0.005) sentences.push(`At its power limit for ${percent(power)} of the time, as cards are under full load.`)
  return sentences
}

function sustained(run: BenchmarkResult): string[] {
  const found = run.sustained
  if (!found) return []
  const minutes = Math.round((found.points.at(-1)?.atSeconds ?? 0) / 60)
  if (found.cause !== null) return [found.cause.sentence]
  if (found.drop === null) return [`The sustained run was too short to tell whether the card keeps its pace${found.stoppedBecause === null ? '' : `: ${found.stoppedBecause.replace(/\.$/, '')}`}.`]
  if (found.drop < -dropShare && found.first !== null && found.last !== null) {
    const [first, last] = [words(found.first), words(found.last)]
    return [`It began slower than it ended: ${first} ${found.unit} at first, ${last} in the last minute of ${minutes} min. Something else had a part of the card at first, or its clock rose.`]
  }
  const swing = swingOf(found)
  if (swing !== null) return [`Its figure fell nowhere for long, but it swung: in most seconds of ${minutes} min between ${words(swing.low)} and ${words(swing.high)} ${found.unit}. Something else used the machine, or the clock changed.`]
  const change = Math.abs(found.drop) < 0.005 ? 'to the half per cent' : `within ${percent(Math.max(0.01, Math.abs(found.drop)))}`
  return [`It kept its pace over ${minutes} min of full load, ${change}.`]
}

function memory(run: BenchmarkResult): string[] {
  const test = run.memory
  if (!test) return []
  const gb = (bytes: number): string => (bytes / 1e9).toFixed(1)
  const share = `${gb(test.testedBytes)} of ${gb(test.totalBytes)} GB`
  if (test.errorCount > 0) return [`The memory test found ${test.errorCount.toLocaleString('en-US')} ${test.errorCount === 1 ? 'wrong word' : 'wrong words'} in ${share}: this card's memory is not to be trusted.`]
  if (test.passes < 1) return [`The memory test found no error in ${share}, but did not get through all patterns once.`]
  return [`The memory test found no error in ${share}, in ${test.passes === 1 ? 'one pass' : `${test.passes} passes`} over ${test.patterns.length} patterns.`]
}

function unobserved(run: BenchmarkResult): string[] {
  const titles = run.results.filter((result) => result.neverObserved === true && result.value !== null).map((result) => workloadOf(result.workload).title)
  if (titles.length === 0) return []
  return [`${capital(titles.join(', '))}: checked for right values, but this code had never been seen on a card by us when it was written.`]
}
