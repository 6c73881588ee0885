/** A run, a list of runs, and a comparison as a terminal shows them. Pure. */
import type { BenchmarkResult, Meaning, MemoryTestRun, RunComparison, SustainedPoint, SustainedRun, WorkloadResult } from '../../shared/benchmark.ts'
import { reasonWords } from '../../shared/throttle.ts'
import { bullet, count, drawTable, memoryText, numberText, percentText, unknown, wrap } from './output.ts'
import { spanText, timeText } from './times.ts'

const verdictWords: Record<BenchmarkResult['verdict'], string> = {
  'as-expected': 'As this model should do.',
  low: 'Less than this model should do.',
  unstable: 'The runs differ too much from each other.',
  unknown: 'Whether this is what the card should do is not known.',
}
const modeWords: Record<BenchmarkResult['mode'], string> = { quick: 'quick', full: 'full', sustained: 'sustained load', memory: 'memory test' }

/** `meaning` null: the run is not kept, so that it has no standing. */
export function resultText(result: BenchmarkResult, meaning: Meaning | null): string {
  const head = `${result.gpuName}: ${modeWords[result.mode]}, ${timeText(result.startedAt)}, ${spanText(result.endedAt - result.startedAt)}`
  const parts = [wrap(head)]
  const rows = result.results.filter((one) => one.status !== 'not-offered')
  if (rows.length > 0) parts.push(figuresTable(rows, meaning))
  if (result.sustained) parts.push(sustainedText(result.sustained))
  if (result.memory) parts.push(memoryTestText(result.memory))
  parts.push(closingText(result, meaning))
  return parts.join('\n\n')
}

function figuresTable(rows: readonly WorkloadResult[], meaning: Meaning | null): string {
  const shareOf = (one: WorkloadResult): number | null => meaning?.standings.find((standing) => standing.workload === one.workload)?.ofExpected ?? null
  const table = drawTable(
    [
      { head: 'Workload' },
      { head: 'Result', align: 'right' },
      { head: 'Spread', align: 'right' },
      { head: 'Expected of this model', align: 'right', flexible: true, least: 20 },
      { head: 'Share', align: 'right' },
      { head: 'Watts', align: 'right' },
    ],
    rows.map((one) => [`${one.workload}${one.neverObserved === true ? ' *' : ''}`, valueText(one), percentText(one.spread, 1), expectedText(one), percentText(shareOf(one)), wattsText(one.workW ?? null, unknown)]),
  )
  const note = '* Its code has never run on such a card of ours: the values were checked, how well it uses the card is not known.'
  return rows.some((one) => one.neverObserved === true && one.value !== null) ? `${table}\n${wrap(note)}` : table
}

function valueText(one: WorkloadResult): string {
  if (one.value !== null) return `${numberText(one.value)} ${one.unit}`
  return { measured: unknown, failed: 'failed', wrong: 'WRONG VALUES', 'not-offered': 'not offered', 'held-back': 'held back' }[one.status ?? 'failed']
}

function expectedText(one: WorkloadResult): string {
  return one.expected === null ? unknown : `${numberText(one.expected.low)} to ${numberText(one.expected.high)} ${one.unit}`
}

function wattsText(watts: number | null, none = 'unknown'): string {
  return watts === null ? none : `${Math.round(watts)} W`
}

/** The verdict with watts, what the run means, and every reason, each once. */
function closingText(result: BenchmarkResult, meaning: Meaning | null): string {
  const power = result.power === null ? 'Power: not readable here.' : `Power: ${wattsText(result.power.workW)} working, ${wattsText(result.power.waitW)} waiting.`
  const notOffered = result.results.filter((one) => one.status === 'not-offered')
  const ofRows = result.results.flatMap((one) => (one.value === null && one.status !== 'not-offered' && one.reason != null ? [one.reason] : []))
  const sentences = [
    ...(meaning?.sentences ?? []),
    ...result.reasons,
    ...ofRows.filter((reason) => !result.reasons.some((said) => said.includes(reason))),
    ...(meaning?.remarks ?? []),
    ...(notOffered.length > 0 ? [`Not offered by this card or its driver: ${notOffered.map((one) => one.workload).join(', ')}.`] : []),
  ]
  const verdict = result.mode === 'memory' && result.results.length === 0 ? '' : `${verdictWords[result.verdict]} ${power}`
  return [...(verdict === '' ? [] : [verdict]), ...[...new Set(sentences)].map(bullet)].join('\n')
}

export function sustainedText(run: SustainedRun): string {
  const lines = [`${run.workload}, ${numberText(run.minutes)} min at full load`]
  const shape = sparkline(run.points)
  if (shape !== '') lines.push(`  ${shape}`)
  if (run.first !== null && run.last !== null) {
    const change = run.drop === null ? '' : run.drop > 0 ? `, lost ${percentText(run.drop, 1)}` : `, gained ${percentText(-run.drop, 1)}`
    lines.push(`  first ${numberText(run.first)}, last ${numberText(run.last)} ${run.unit}${change}${run.dropAtSeconds === null ? '' : ` (it fell after ${spanText(run.dropAtSeconds * 1000)})`}`)
  }
  const most = (read: (point: SustainedPoint) => number | null): number | null => run.points.reduce<number | null>((high, point) => (read(point) === null ? high : Math.max(high ?? Number.NEGATIVE_INFINITY, read(point) ?? 0)), null)
  const hottest = most((point) => point.temperatureC)
  const energy = run.energyJ === null ? null : run.energyJ / 3600
  lines.push(`  ${[hottest === null ? 'temperature not readable' : `up to ${Math.round(hottest)} °C`, run.meanW === null ? 'watts not readable' : `${Math.round(run.meanW)} W on average`, ...(energy === null ? [] : [`${numberText(energy)} Wh`])].join(', ')}`)
  const sentences = [
    ...(run.cause === null ? [] : [run.cause.sentence]),
    ...run.heldBack.map((one) => `Held back by ${reasonWords(one.reason)} for ${percentText(one.share)} of the time.`),
    ...(run.stoppedBecause === null ? [] : [`It ended before its time: ${run.stoppedBecause}`]),
  ]
  return [...lines, ...sentences.map(bullet)].join('\n')
}

/** At most 80 blocks, each the mean of its stretch; a gap where nothing came back. The scale covers at least a tenth of the figure, so that calm looks calm. */
export function sparkline(points: readonly Pick<SustainedPoint, 'value'>[], columns = 80): string {
  const blocks = '▁▂▃▄▅▆▇█'
  const width = Math.min(columns, points.length)
  const means = Array.from({ length: width }, (_, i) => {
    const part = points.slice(Math.floor((i * points.length) / width), Math.floor(((i + 1) * points.length) / width)).flatMap((point) => point.value ?? [])
    return part.length === 0 ? null : part.reduce((sum, one) => sum + one, 0) / part.length
  })
  const known = means.filter((one) => one !== null)
  if (known.length < 2) return ''
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const span = Math.max(high - low, high * 0.1, Number.MIN_VALUE)
  return means.map((one) => (one === null ? ' ' : (blocks[Math.min(7, Math.floor((1 - (high - one) / span) * 7.999))] ?? ' '))).join('')
}

export function memoryTestText(run: MemoryTestRun): string {
  const head = `Memory: ${memoryText(run.testedBytes)} of ${memoryText(run.totalBytes)} tested, ${count(run.passes, 'pass', 'passes')} over ${count(run.patterns.length, 'pattern')}, ${memoryText(run.bytesChecked)} checked; ${memoryText(run.leftAlone.bytes)} left alone (${run.leftAlone.why}).`
  const parts = [wrap(head), run.errorCount === 0 ? 'No error was found.' : wrap(`${count(run.errorCount, 'error')} found: this card computes with wrong values. Do not offer it to a network.`)]
  if (run.errors.length > 0) {
    const shown = run.errors.slice(0, 32)
    parts.push(
      drawTable(
        [{ head: 'From byte' }, { head: 'To byte' }, { head: 'Errors', align: 'right' }, { head: 'Pattern', flexible: true }, { head: 'Expected' }, { head: 'Read' }],
        shown.map((one) => [hex(one.fromByte), hex(one.toByte), String(one.count), one.pattern, one.expected, one.got]),
      ),
    )
    if (run.errors.length > shown.length) parts.push(`${count(run.errors.length - shown.length, 'range')} more; --json gives all.`)
  }
  if (run.stoppedBecause !== null) parts.push(wrap(`It ended before its time: ${run.stoppedBecause}`))
  return parts.join('\n')
}

function hex(bytes: number): string {
  return `0x${bytes.toString(16)}`
}

export interface ListedRunText {
  id: string
  result: BenchmarkResult
  from: string | null
}

export function listText(runs: readonly ListedRunText[]): string {
  return drawTable(
    [{ head: 'Run' }, { head: 'When' }, { head: 'Card', flexible: true }, { head: 'Mode' }, { head: 'Single precision', align: 'right' }, { head: 'Bandwidth', align: 'right' }, { head: 'From', flexible: true, least: 8 }],
    runs.map(({ id, result, from }) => [id.slice(0, 8), timeText(result.startedAt).slice(0, 16), result.gpuName, result.mode, figureOf(result, 'fp32-compute'), figureOf(result, 'memory-bandwidth'), from ?? 'here']),
  )
}

function figureOf(result: BenchmarkResult, workload: WorkloadResult['workload']): string {
  const found = result.results.find((one) => one.workload === workload)
  return found === undefined ? unknown : valueText(found)
}

export function comparisonText(comparison: RunComparison): string {
  const heads = (['a', 'b'] as const).map((side) => wrap(`${side.toUpperCase()}: ${comparison[side].gpuName}, ${modeWords[comparison[side].mode]}, ${timeText(comparison[side].startedAt)}`))
  const parts = [heads.join('\n')]
  if (comparison.rows.length > 0) {
    parts.push(
      drawTable(
        [{ head: 'Workload' }, { head: 'A', align: 'right' }, { head: 'B', align: 'right' }, { head: 'B against A', align: 'right' }],
        comparison.rows.map((row) => [row.workload, row.a === null ? unknown : `${numberText(row.a)} ${row.unit}`, row.b === null ? unknown : `${numberText(row.b)} ${row.unit}`, ratioText(row)]),
      ),
    )
  }
  const watts = (power: BenchmarkResult['power']): string => (power === null ? 'unknown' : `${wattsText(power.workW)} working, ${wattsText(power.waitW)} waiting`)
  const differs = [...comparison.differs.map(({ label, a, b }) => [label, a, b]), ...(watts(comparison.power.a) === watts(comparison.power.b) ? [] : [['Power', watts(comparison.power.a), watts(comparison.power.b)]])]
  if (differs.length > 0) parts.push(drawTable([{ head: 'What differs' }, { head: 'A', flexible: true }, { head: 'B', flexible: true }], differs))
  parts.push(comparison.sentences.map(bullet).join('\n'))
  return parts.join('\n\n')
}

/** Of latencies too, more than 0 means that B is better. */
function ratioText(row: RunComparison['rows'][number]): string {
  if (row.ratio === null) return unknown
  const change = row.ratio - 1
  // Apart, but no further than the runs of one of them: neither the same nor better.
  const isUnsure = row.isSame === true && Math.abs(change) > 0.05
  if (row.isSame === true && !isUnsure) return 'the same'
  return `${isUnsure ? 'unsure, ' : ''}${change > 0 ? '+' : ''}${percentText(change, Math.abs(change) < 0.1 ? 1 : 0)}`
}
