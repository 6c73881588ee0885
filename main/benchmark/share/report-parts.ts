/** The parts of a report's page: tables and drawings as text. Everything that comes from a run is escaped here. */
import { lowerIsBetter, type BenchmarkResult, type DerivedUse, type MemoryTestRun, type RunConditions, type Standing, type SustainedRun, type WorkloadResult } from '../../../shared/benchmark.ts'
import { reasonWords } from '../../../shared/throttle.ts'
import { swingOf } from '../sustained-swing.ts'
import { workloadOf } from '../workloads/index.ts'
import { conditionLabels, conditionText } from './compare.ts'
import { bytesText, capital, escaped, figureText, shareText } from './figures.ts'
import { drawing, line, rangeBar, type Series } from './report-drawings.ts'

/** The figures against what the model should reach; what could not be run is told below in one line. */
export function figuresPart(results: readonly WorkloadResult[], standings: readonly Standing[]): string {
  const rows = results.filter((one) => one.status !== 'not-offered')
  const left = results.filter((one) => one.status === 'not-offered')
  const notOffered = left.length === 0 ? '' : `<p class="small">Not offered by this card or its driver: ${left.map((one) => escaped(workloadOf(one.workload).title)).join(', ')}.</p>`
  if (rows.length === 0) return notOffered
  const hasWatts = rows.some((one) => typeof one.workW === 'number')
  const head = `<tr><th>Workload</th><th class="n">Figure</th><th></th><th class="n">Spread</th><th class="n">Expected</th><th>Share of expected</th>${hasWatts ? '<th class="n">Watts</th>' : ''}</tr>`
  return `<table>${head}${rows.map((one) => figureRow(one, standings.find((of) => of.workload === one.workload), hasWatts)).join('')}</table>${notOffered}`
}

function figureRow(one: WorkloadResult, standing: Standing | undefined, hasWatts: boolean): string {
  const title = `${escaped(capital(workloadOf(one.workload).title))}${one.neverObserved === true ? ' <b class="mark">not observed</b>' : ''}`
  if (one.value === null) {
    const why = one.status === 'wrong' ? '<b class="bad">Computed wrong values.</b> ' : ''
    return `<tr><td>${title}</td><td colspan="${hasWatts ? 6 : 5}">${why}${escaped(one.reason ?? 'No figure.')}</td></tr>`
  }
  const share = standing?.ofExpected ?? null
  const isLow = one.expected !== null && (lowerIsBetter.has(one.workload) ? one.value > one.expected.high : one.value < one.expected.low)
  const cells = [
    `<td>${title}</td>`,
    `<td class="n"><b${isLow ? ' class="bad"' : ''}>${figureText(one.value)}</b></td>`,
    `<td>${escaped(one.unit)}</td>`,
    `<td class="n">${one.spread === null ? '–' : shareText(one.spread, 1)}</td>`,
    `<td class="n">${one.expected === null ? '–' : `${figureText(one.expected.low)} to ${figureText(one.expected.high)}`}</td>`,
    `<td>${one.expected === null ? '–' : `${rangeBar(one.value, one.expected)} ${share === null ? '' : shareText(share)}`}</td>`,
  ]
  if (hasWatts) cells.push(`<td class="n">${typeof one.workW === 'number' ? figureText(one.workW) : '–'}</td>`)
  return `<tr>${cells.join('')}</tr>`
}

export function conditionsPart(result: BenchmarkResult): string {
  const { conditions } = result
  if (!conditions) return `<p class="small">Driver ${escaped(result.driverVersion ?? 'unknown')}. This run is of a version that kept no other conditions.</p>`
  const shown = (Object.keys(conditionLabels) as (keyof RunConditions)[]).filter((field) => field in conditions && conditions[field] !== null && !(field === 'inParallel' && !conditions.inParallel) && !(field === 'kind' && conditions.kind !== 'cpu-device'))
  const unknown = (Object.keys(conditionLabels) as (keyof RunConditions)[]).filter((field) => conditions[field] === null).map((field) => conditionLabels[field])
  const items = shown.map((field) => `<div><dt>${escaped(conditionLabels[field])}</dt><dd>${escaped(conditionText(field, conditions[field]))}</dd></div>`)
  return `<dl>${items.join('')}</dl>${unknown.length > 0 ? `<p class="small">Not known: ${escaped(unknown.join(', '))}.</p>` : ''}`
}

export function powerPart(result: BenchmarkResult): string {
  const { power } = result
  if (!power || (power.workW === null && power.waitW === null)) return '<p>Power: not readable on this card.</p>'
  const words = [power.workW === null ? null : `${figureText(power.workW)} W while working`, power.waitW === null ? null : `${figureText(power.waitW)} W while waiting`].filter((one) => one !== null)
  const best = result.results.flatMap((one) => (one.energyPerUnit ? [`${capital(workloadOf(one.workload).title)}: ${figureText(one.energyPerUnit.value)} ${one.energyPerUnit.unit}`] : []))
  return `<p>Power of the board: ${words.join(', ')}.${best.length > 0 ? ` <span class="small">${escaped(best.slice(0, 3).join(' · '))}</span>` : ''}</p>`
}

/** `height`: of the whole drawing, where the sheet has room for it. */
export function sustainedPart(run: SustainedRun, height: number): string {
  const title = workloadOf(run.workload).title
  const facts = [
    run.first === null || run.last === null ? null : `First ${figureText(run.first)}, last ${figureText(run.last)} ${run.unit}${run.drop === null ? '' : ` (${run.drop > 0 ? 'lost' : 'gained'} ${shareText(Math.abs(run.drop), 1)})`}.`,
    run.dropAtSeconds === null ? (run.drop === null ? null : run.drop < -0.03 ? 'It did not fall; it began slower than it ended, so something else used the machine at first, or the clock changed.' : swingOf(run) === null ? 'It held its figure.' : 'It fell nowhere for long, but swung from second to second.') : `It fell after ${Math.round(run.dropAtSeconds)} s.`,
    run.cause?.sentence ?? null,
    run.meanW === null ? null : `${figureText(run.meanW)} W on average.`,
    ...run.heldBack.map((one) => `Held back by ${reasonWords(one.reason)} for ${shareText(one.share)} of the time.`),
    run.stoppedBecause === null ? null : `It ended before its time: ${run.stoppedBecause}`,
  ].filter((one) => one !== null)
  const series: Series[] = [
    line(run.unit, run.points.map((point) => [point.atSeconds, point.value]), 'a'),
    line('core, °C', run.points.map((point) => [point.atSeconds, point.temperatureC]), 'b'),
    line('board, W', run.points.map((point) => [point.atSeconds, point.powerW]), 'c'),
    line('core clock, MHz', run.points.map((point) => [point.atSeconds, point.coreClockMhz]), 'd'),
  ].filter((one) => one.points.length > 1)
  return `<h2>${run.minutes} minutes of full load: ${escaped(title)}</h2><p>${escaped(facts.join(' '))}</p>${drawing(series, run.dropAtSeconds, height)}`
}

export function memoryPart(run: MemoryTestRun): string {
  const head = run.errorCount === 0 ? 'No error was found.' : `<b class="bad">${figureText(run.errorCount)} errors were found: this card is not to be trusted with work.</b>`
  const facts = `${bytesText(run.testedBytes)} of ${bytesText(run.totalBytes)} tested, ${figureText(run.passes)} ${run.passes === 1 ? 'pass' : 'passes'} over ${run.patterns.length} patterns, ${bytesText(run.bytesChecked)} written and read back; ${bytesText(run.leftAlone.bytes)} left alone (${run.leftAlone.why}).${run.stoppedBecause === null ? '' : ` It ended before its time: ${run.stoppedBecause}`}`
  const rows = run.errors.slice(0, 8).map((one) => `<tr><td>${hex(one.fromByte)} to ${hex(one.toByte)}</td><td class="n">${figureText(one.count)}</td><td>${escaped(one.pattern)}</td><td>${escaped(one.expected)}</td><td>${escaped(one.got)}</td></tr>`)
  const more = run.errors.length - rows.length
  const table = rows.length === 0 ? '' : `<table><tr><th>Bytes</th><th class="n">Errors</th><th>Pattern</th><th>Expected</th><th>Read</th></tr>${rows.join('')}</table>${more > 0 ? `<p class="small">And ${more} ranges more.</p>` : ''}`
  return `<h2>Memory test</h2><p>${head} ${escaped(facts)}</p>${table}`
}

const kinds: Record<DerivedUse['kind'], string> = { inference: 'Running language models', rendering: 'Rendering', training: 'Training', transcoding: 'Transcoding' }

/** Of each kind so many at most: one page. Who pays is a matter of the kind. */
export function usesPart(uses: readonly DerivedUse[], mostOfKind: number): string {
  const shown = uses.filter((use) => use.value !== null && use.fits !== false)
  if (shown.length === 0) return ''
  const parts = (Object.keys(kinds) as DerivedUse['kind'][]).flatMap((kind) => {
    const ofKind = shown.filter((use) => use.kind === kind)
    if (ofKind.length === 0) return []
    const more = ofKind.length - mostOfKind
    const items = ofKind.slice(0, mostOfKind).map((use) => `<div><dt>${escaped(use.title)}</dt><dd>${use.value ? `${figureText(use.value.low)} to ${figureText(use.value.high)}` : '–'} ${escaped(use.unit)}</dd></div>`)
    const paidBy = [...new Set(ofKind.flatMap((use) => use.paidBy))]
    return [`<p><b>${kinds[kind]}</b>${paidBy.length > 0 ? ` <span class="small">(paid by ${escaped(paidBy.join(', '))})</span>` : ''}${more > 0 ? `, ${more} more not listed` : ''}</p><dl>${items.join('')}</dl>`]
  })
  const tooLarge = uses.filter((use) => use.fits === false).map((use) => use.title)
  const note = tooLarge.length === 0 ? '' : `<p class="small">Do not fit in its memory: ${escaped(tooLarge.slice(0, 5).join('; '))}${tooLarge.length > 5 ? `; and ${tooLarge.length - 5} more` : ''}.</p>`
  return `<h2>What it is good for <b class="mark">derived, not measured</b></h2>${parts.join('')}${note}`
}

function hex(bytes: number): string {
  return `0x${bytes.toString(16)}`
}
