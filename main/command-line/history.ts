/** `idlewatt history`: the past of one card: steps with minimum, mean and maximum, events, and energy. */
import { metricIds, type CsvPage, type HistoryAnswer, type HistoryEvent, type HistoryPoint, type MetricId } from '../../shared/history.ts'
import type { KnownCard } from '../../shared/machine.ts'
import { NotPossible } from '../system/not-possible.ts'
import { openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, count, drawTable, memoryText, numberText, percentText, unknown, wrap } from './output.ts'
import { momentText, readStep, readTime, spanText, timeText } from './times.ts'
import { quoted, WrongWords } from './words.ts'

export interface HistoryFlags {
  from?: string
  to?: string
  step?: string
  csv?: boolean
}

/** A card of this machine (scope null) or of a recorded one, as the history remembers it. */
export interface PastCard extends Pick<KnownCard, 'gpuId' | 'pciAddress'> {
  gpu: Pick<KnownCard['gpu'], 'name'>
  scope: string | null
  /** It is listed nowhere any more, but its samples are there. */
  isForgotten: boolean
}

const dayMs = 86_400_000
/** So many events are shown in a terminal; all of them are in --json. */
const shownEvents = 20

/** 0: there is something; 1: nothing is kept of that card or that time. No driver is asked: only what is kept is read. */
export async function history(call: Call, flags: HistoryFlags): Promise<number> {
  if (flags.csv && call.common.json) throw new WrongWords('--csv and --json exclude each other.')
  const now = Date.now()
  const to = flags.to === undefined ? now : readTime('--to', flags.to, now)
  const from = flags.from === undefined ? to - dayMs : readTime('--from', flags.from, now)
  if (from >= to) throw new WrongWords(`--from must lie before --to; ${momentText(from)} does not lie before ${momentText(to)}${flags.to === undefined ? ', which is now' : ''}.`)
  const stepSeconds = flags.step === undefined ? null : readStep('--step', flags.step)
  const app = openApp(call, 'command-line')
  // Without --machine also the cards of recordings: their ids cannot be mistaken for one of this machine's.
  const cards = app.history.allCards().filter((card) => call.common.machine === null || card.scope === app.store.read('app').recordedMachine)
  sayNotices(app, call.terminal, true)
  const card = chooseCard(cards, call.common.gpu)
  const range = { gpuId: card.gpuId, from, to, ...(stepSeconds === null ? {} : { stepSeconds }) }
  if (flags.csv) {
    const hasRows = await writeCsv(call, (next) => app.history.csv({ ...range, from: next }, card.scope), from)
    if (!hasRows) call.terminal.say(nothingSentence(card, { from, to }, app.history.span(card.gpuId, card.scope)))
    return hasRows ? 0 : 1
  }
  // A terminal has no use for hundreds of rows.
  const points = call.common.json ? 800 : 24
  const answer = app.history.read({ ...range, points }, card.scope)
  if (call.common.json) await call.terminal.document(answer)
  else if (answer.samples.length > 0 || answer.events.length > 0) await call.terminal.print(historyText(answer, card))
  if (answer.samples.length === 0) call.terminal.say(nothingSentence(card, { from, to }, app.history.span(card.gpuId, card.scope)))
  return answer.samples.length > 0 ? 0 : 1
}

/** Page after page, the head line once. Whether there was any row. */
async function writeCsv(call: Call, read: (from: number) => CsvPage, from: number): Promise<boolean> {
  const first = read(from)
  const head = first.text.slice(0, first.text.indexOf('\r\n') + 2)
  let hasRows = first.text.length > head.length
  await call.terminal.write(first.text)
  for (let { nextFrom } = first; nextFrom !== null && !call.stops.isStopping(); ) {
    const page = read(nextFrom)
    const rows = page.text.startsWith(head) ? page.text.slice(head.length) : page.text
    hasRows ||= rows !== ''
    await call.terminal.write(rows)
    if (page.nextFrom !== null && page.nextFrom <= nextFrom) throw new Error(`the CSV did not go on from ${nextFrom}`)
    nextFrom = page.nextFrom
  }
  return hasRows
}

/** The card that `--gpu` names, by its id, the beginning of it or its PCI address; without one the only card there is. */
export function chooseCard<Card extends PastCard>(all: readonly Card[], typed: string | null): Card {
  if (all.length === 0) throw new NotPossible('Nothing is recorded yet. Samples are kept while `idlewatt serve` or the desktop app runs.')
  const listed = all.filter((card) => !card.isForgotten)
  const cards = listed.length === 0 ? all : listed
  const known = cards.map((card) => `${card.gpuId} (${card.gpu.name}${card.scope === null ? '' : `, recording "${card.scope}"`})`).join(', ')
  if (typed === null) {
    const only = cards.length === 1 ? cards[0] : undefined
    if (only) return only
    throw new WrongWords(`Name one card with --gpu. The ids are: ${known}.`)
  }
  const { fitting, isWhole } = fittingCards(cards, all, typed)
  // The same id in this machine and in a recording of it: this machine is meant.
  const own = fitting.filter((card) => card.scope === null)
  const found = own.length > 0 ? own : fitting
  if (found.length === 1 && found[0]) return found[0]
  if (found.length > 1 && isWhole) throw new NotPossible(`${quoted(typed)} is in several recordings: ${found.map((card) => `"${card.scope ?? ''}"`).join(', ')}. Name one with --machine.`)
  if (found.length > 1) throw new WrongWords(`${quoted(typed)} fits more than one card. The ids are: ${known}.`)
  throw new NotPossible(`Nothing is recorded of a card ${quoted(typed)}. The ids are: ${known}.`)
}

/** Forgotten ones (`all`) only where none of the others (`cards`) fits. */
function fittingCards<Card extends PastCard>(cards: readonly Card[], all: readonly Card[], typed: string): { fitting: Card[]; isWhole: boolean } {
  const wanted = typed.trim().toLowerCase()
  const isExact = (card: Card): boolean => card.gpuId.toLowerCase() === wanted
  const begins = (card: Card): boolean => wanted.length >= 4 && card.gpuId.toLowerCase().startsWith(wanted)
  const isAt = (card: Card): boolean => card.pciAddress !== null && [card.pciAddress, card.pciAddress.replace(/^0000:/, '')].includes(wanted)
  for (const [among, fits] of [[cards, isExact], [all, isExact], [cards, isAt], [cards, begins], [all, begins]] as const) {
    const fitting = among.filter(fits)
    if (fitting.length > 0) return { fitting, isWhole: fits === isExact }
  }
  return { fitting: [], isWhole: false }
}

function nothingSentence(card: PastCard, asked: { from: number; to: number }, kept: { from: number; to: number } | null): string {
  const sentence = `No samples of ${card.gpu.name} are kept between ${momentText(asked.from)} and ${momentText(asked.to)}.`
  if (kept === null) return `${sentence} Samples are kept while \`idlewatt serve\` or the desktop app runs.`
  return `${sentence} Those that are kept lie between ${momentText(kept.from)} and ${momentText(kept.to)}.`
}

export function historyText(answer: HistoryAnswer, card: Pick<PastCard, 'gpu' | 'scope'>): string {
  const name = answer.gpuName ?? card.gpu.name
  const head = `${name}${card.scope === null ? '' : ` (recording "${card.scope}")`}: ${momentText(answer.from)} to ${momentText(answer.to)}, in steps of ${spanText(answer.stepSeconds * 1000)}`
  const parts = [wrap(head)]
  if (answer.samples.length > 0) parts.push(summaryTable(answer.samples), stepTable(answer))
  parts.push(energyText(answer), eventsText(answer.events))
  return parts.join('\n\n')
}

const titles: Record<MetricId, string> = {
  utilisation: 'Load',
  memoryUtilisation: 'Memory traffic',
  encoder: 'Encoder',
  decoder: 'Decoder',
  memoryUsedBytes: 'Memory in use',
  temperatureC: 'Core temperature',
  hotspotC: 'Hotspot',
  memoryC: 'Memory temperature',
  powerW: 'Power',
  coreClockMhz: 'Core clock',
  memoryClockMhz: 'Memory clock',
  fan: 'Fan',
  pcieGeneration: 'PCIe generation',
  pcieLanes: 'PCIe lanes',
  fanRpm: 'Fan turns',
  powerLimitW: 'Power limit',
  eccCorrected: 'ECC errors corrected',
  eccUncorrected: 'ECC errors uncorrected',
  pcieReplays: 'PCIe replays',
}

function metricText(metric: MetricId, value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown
  if (metric === 'memoryUsedBytes') return memoryText(value)
  if (metric === 'fanRpm') return `${Math.round(value)} rpm`
  if (/^(pcie|ecc)/.test(metric)) return numberText(value)
  if (metric.endsWith('Mhz')) return `${Math.round(value)} MHz`
  if (metric.endsWith('C')) return `${Math.round(value)} °C`
  if (metric.endsWith('W')) return `${numberText(value)} W`
  return percentText(value)
}

/** Over the whole range; the mean is weighted by the seconds that hold samples. */
function summaryTable(samples: readonly HistoryPoint[]): string {
  const rows = metricIds.flatMap((metric) => {
    const known = samples.filter((one) => typeof one.mean[metric] === 'number')
    if (known.length === 0) return []
    const seconds = known.reduce((sum, one) => sum + one.seconds, 0)
    const mean = known.reduce((sum, one) => sum + (one.mean[metric] ?? 0) * one.seconds, 0) / seconds
    const low = known.reduce((least, one) => Math.min(least, one.min[metric] ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY)
    const high = known.reduce((most, one) => Math.max(most, one.max[metric] ?? Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY)
    return [[titles[metric], metricText(metric, low), metricText(metric, seconds > 0 ? mean : null), metricText(metric, high)]]
  })
  return drawTable([{ head: 'Over the whole range' }, { head: 'Least', align: 'right' }, { head: 'Mean', align: 'right' }, { head: 'Most', align: 'right' }], rows)
}

/** The last two dozen steps; more is what --csv and --json are for. */
function stepTable({ samples }: HistoryAnswer): string {
  const last = samples.slice(-24)
  const table = drawTable(
    [{ head: 'From' }, { head: 'Load', align: 'right' }, { head: 'Temperature', align: 'right' }, { head: 'Power', align: 'right' }, { head: 'Memory', align: 'right' }, { head: 'Throttled by', flexible: true }],
    last.map((one) => [timeText(one.takenAt), metricText('utilisation', one.mean.utilisation), metricText('temperatureC', one.mean.temperatureC), metricText('powerW', one.mean.powerW), metricText('memoryUsedBytes', one.mean.memoryUsedBytes), one.throttle.join(', ')]),
  )
  return samples.length > last.length ? `${table}\n${count(samples.length - last.length, 'earlier step')} left out; --csv and --json give all.` : table
}

function energyText({ energy }: HistoryAnswer): string {
  if (energy === null) return 'Energy: unknown, no watts were read in this time.'
  const amount = energy.kwh >= 0.1 ? `${numberText(energy.kwh)} kWh` : `${numberText(energy.kwh * 1000)} Wh`
  return wrap(`Energy: ${amount}${energy.coverage < 0.995 ? `, from ${percentText(energy.coverage, 1)} of the time; the rest is not known and not guessed` : ''}.`)
}

function eventsText(events: readonly HistoryEvent[]): string {
  if (events.length === 0) return 'Events: none.'
  const shown = events.slice(-shownEvents)
  const more = events.length - shown.length
  return [`Events${more > 0 ? ` (the last ${shown.length} of ${events.length})` : ''}:`, ...shown.map((event) => bullet(`${timeText(event.at)}  ${event.sentence}`))].join('\n')
}
