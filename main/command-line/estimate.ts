/** `idlewatt estimate`: what every programme would pay for this machine's cards, or for one that is not here (`--gpu-model`). */
import { groupOf, type Estimate, type EstimateInput } from '../../shared/earnings.ts'
import { settingsSchema, type Settings } from '../../shared/settings.ts'
import { networks, type App } from '../app.ts'
import { readNetwork, sayNoCard, verdictWords } from './eligibility.ts'
import { detectWith, findGpu, openApp, programmeTitles, sayNotices, type Call } from './open-app.ts'
import { bullet, count, drawTable, money, numberText, percentText, unknown, wrap } from './output.ts'
import { quoted, readMoment, readNumber, readOneOf, readPair, readText, readWholeNumber, WrongWords } from './words.ts'

/** The flags of this command as they were typed. */
export interface EstimateFlags {
  gpuModel?: string
  count?: string
  usdPerKwh?: string
  wattsWork?: string
  wattsWait?: string
  at?: string
  currency?: string
  market?: string[]
  price?: string[]
}

export interface EstimateWords {
  gpuModel: string | null
  gpuCount: number
  overrides: { usdPerKwh?: number; wattsWork?: number; wattsWait?: number }
  at: number | null
  currency: Settings['currency'] | null
  files: Record<string, string>
  prices: Record<string, number>
  networkId: string | null
}

const watts = { min: 0, max: 5000, unit: 'W' }

/** 0: rows were printed. 1: there is no card to estimate for. Throws WrongWords for an unknown model, with the nearest names. */
export async function estimate(call: Call, flags: EstimateFlags): Promise<number> {
  const words = readFlags(flags, call.common)
  const app = openApp(call, 'command-line', { files: words.files, prices: words.prices })
  const rows = words.gpuModel === null ? await rowsOfMachine(call, app, words) : rowsOfModel(app, words, words.gpuModel)
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document({ estimates: rows })
  else if (rows.length > 0) await call.terminal.print(estimatesText(rows, app, words.currency))
  return rows.length > 0 ? 0 : 1
}

export function readFlags(flags: EstimateFlags, common: Call['common']): EstimateWords {
  const overrides: EstimateWords['overrides'] = {}
  if (flags.usdPerKwh !== undefined) overrides.usdPerKwh = readNumber('--usd-per-kwh', flags.usdPerKwh, { min: -5, max: 10, unit: 'USD' })
  if (flags.wattsWork !== undefined) overrides.wattsWork = readNumber('--watts-work', flags.wattsWork, watts)
  if (flags.wattsWait !== undefined) overrides.wattsWait = readNumber('--watts-wait', flags.wattsWait, watts)
  const gpuModel = flags.gpuModel === undefined ? null : readText('--gpu-model', flags.gpuModel)
  if (gpuModel !== null && common.gpu !== null) throw new WrongWords('--gpu names a card of this machine and --gpu-model one that need not be here: use one of them.')
  if (gpuModel === null && flags.count !== undefined) throw new WrongWords('--count belongs to --gpu-model; the cards of a machine are counted by themselves.')
  return {
    gpuModel,
    gpuCount: flags.count === undefined ? 1 : readWholeNumber('--count', flags.count, { min: 1, max: 64, unit: 'cards' }),
    overrides,
    at: flags.at === undefined ? null : readMoment('--at', flags.at),
    currency: flags.currency === undefined ? null : (readOneOf('currency', flags.currency, settingsSchema.shape.currency.unwrap().options) as Settings['currency']),
    files: readFiles(flags.market ?? []),
    prices: readPrices(flags.price ?? []),
    networkId: common.network === null ? null : readNetwork(common.network),
  }
}

function readFiles(pairs: string[]): Record<string, string> {
  const files: Record<string, string> = {}
  for (const text of pairs) {
    const { name, value } = readPair('--market', text, {}, 'NETWORK=FILE')
    const id = readNetwork(name)
    if (Object.hasOwn(files, id)) throw new WrongWords(`--market names ${id} twice.`)
    files[id] = value
  }
  return files
}

function readPrices(pairs: string[]): Record<string, number> {
  const prices: Record<string, number> = {}
  const known = [...new Set(networks.flatMap((network) => network.tokens))]
  for (const text of pairs) {
    const { name, value } = readPair('--price', text, {}, 'TOKEN=USD')
    const symbol = readOneOf('token', name, known)
    if (Object.hasOwn(prices, symbol)) throw new WrongWords(`--price names ${symbol} twice.`)
    prices[symbol] = readNumber(`--price ${symbol}`, value, { min: 0, max: 1e6, unit: 'USD' })
  }
  return prices
}

function question(words: EstimateWords): { overrides: EstimateWords['overrides']; at?: number } {
  return { overrides: words.overrides, ...(words.at === null ? {} : { at: words.at }) }
}

async function rowsOfMachine(call: Call, app: App, words: EstimateWords): Promise<Estimate[]> {
  const detection = await detectWith(app)
  const only = {
    ...(words.networkId === null ? {} : { networkId: words.networkId }),
    ...(call.common.gpu === null ? {} : { gpuId: findGpu(detection, call.common.gpu).id }),
  }
  const rows = app.estimates({ ...question(words), only })
  if (rows.length === 0) sayNoCard(call, detection.problems.map((problem) => [problem.sentence, problem.remedy].filter(Boolean).join(' ')))
  return rows
}

function rowsOfModel(app: App, words: EstimateWords, gpuModel: string): Estimate[] {
  const only = words.networkId === null ? {} : { only: { networkId: words.networkId } }
  const answer = app.whatIf({ ...question(words), ...only, gpuModel, gpuCount: words.gpuCount })
  if (answer.model === null) {
    const nearest = answer.nearest.length > 0 ? ` Nearest: ${answer.nearest.join(', ')}.` : ''
    throw new WrongWords(`Idlewatt knows no card ${quoted(gpuModel)}.${nearest}`)
  }
  return answer.estimates
}

export function estimatesText(rows: Estimate[], app: App, currency: Settings['currency'] | null): string {
  const shown = chooseCurrency(app, currency)
  const titles = programmeTitles(app)
  const several = new Set(rows.map((row) => `${row.gpuName} ${row.gpuCount}`)).size > 1
  const parts = [cardsText(rows), `${shown.code} per day and card, after electricity. Low, expected and high are three scenarios;\nbreak-even is the share of the time it must work to pay for its power.`]
  const ranked = rows.filter((row) => groupOf(row) === 'ranked')
  const unpublished = rows.filter((row) => groupOf(row) === 'pay-rule-not-published')
  const without = rows.filter((row) => groupOf(row) === 'no-figure')
  if (ranked.length > 0) parts.push(figuresTable(ranked, titles, shown, several))
  if (unpublished.length > 0) parts.push('Pay rule not published: only a band can be given, and it is not ranked.', figuresTable(unpublished, titles, shown, several))
  if (without.length > 0) parts.push('No figure can be defended:', withoutTable(without, titles, several))
  const notes = notesOf(rows, titles)
  if (notes.length > 0) parts.push(notes.map(bullet).join('\n'))
  if (shown.note) parts.push(wrap(shown.note))
  parts.push(wrap('An estimate is not a promise. Never buy hardware on the strength of one. Every line, input and source: --json, or the Compare page.'))
  return parts.join('\n\n')
}

function cardsText(rows: Estimate[]): string {
  const cards = [...new Set(rows.map((row) => `${row.gpuCount} × ${row.gpuName}`))]
  return wrap(cards.join(', '))
}

interface Shown {
  code: string
  usdPerUnit: number
  note: string | null
}

/** Estimates are made in USD; a currency without a known rate is not shown by a guess. */
function chooseCurrency(app: App, wanted: Settings['currency'] | null): Shown {
  const code = wanted ?? app.settings.values().currency
  if (code === 'USD') return { code, usdPerUnit: 1, note: null }
  const rate = code === app.settings.values().currency ? app.store.read('settings').currencyRate : app.markets.currencyRate(code)
  if (rate === null) return { code: 'USD', usdPerUnit: 1, note: `No rate for ${code} is known, so the figures are in USD.` }
  const date = rate.takenAt === null ? '' : `, ${new Date(rate.takenAt).toISOString().slice(0, 10)}`
  return { code, usdPerUnit: rate.usdPerUnit, note: `1 ${code} = ${rate.usdPerUnit.toPrecision(4)} USD (${rate.origin}${date}).` }
}

function figuresTable(rows: Estimate[], titles: Map<string, string>, shown: Shown, several: boolean): string {
  const card = several ? [{ head: 'Card', flexible: true, least: 10 }] : []
  return drawTable(
    [
      { head: 'Programme', flexible: true, least: 12 },
      ...card,
      { head: 'Verdict' },
      { head: 'Low', align: 'right' },
      { head: 'Expected', align: 'right' },
      { head: 'High', align: 'right' },
      { head: 'Break-even', align: 'right' },
      { head: 'To lock', align: 'right', flexible: true, least: 8 },
      { head: 'Confidence' },
    ],
    rows.map((row) => [
      titles.get(row.programmeId) ?? row.programmeId,
      ...(several ? [`${row.gpuCount} × ${row.gpuName}`] : []),
      verdictWords[row.verdict],
      ...[row.net.low, row.net.expected, row.net.high].map((usd) => money(usd === null ? null : usd / shown.usdPerUnit)),
      row.breakEven.utilisation === null ? unknown : percentText(row.breakEven.utilisation, 2),
      capitalText(row),
      row.confidence,
    ]),
  )
}

/** Cards of which the same is to be said share a row. */
function withoutTable(rows: Estimate[], titles: Map<string, string>, several: boolean): string {
  const shared = new Map<string, { row: Estimate; cards: string[] }>()
  for (const row of rows) {
    const key = JSON.stringify([row.programmeId, row.verdict, row.reasons[0]])
    const card = `${row.gpuCount} × ${row.gpuName}`
    const same = shared.get(key)
    if (same) same.cards.push(card)
    else shared.set(key, { row, cards: [card] })
  }
  return drawTable(
    [{ head: 'Programme', flexible: true }, ...(several ? [{ head: 'Card', flexible: true }] : []), { head: 'Verdict' }, { head: 'Why', flexible: true }],
    [...shared.values()].map(({ row, cards }) => [titles.get(row.programmeId) ?? row.programmeId, ...(several ? [cards.join('\n')] : []), verdictWords[row.verdict], row.reasons[0] ?? unknown]),
  )
}

function capitalText(row: Estimate): string {
  if (row.capital.length === 0) return 'nothing'
  return row.capital.map((one) => `${one.amount === null ? 'some' : numberText(one.amount)} ${one.asset}`).join(', ')
}

/** What to know before believing the table: assumed and stale inputs once, then each row's leading reason. */
function notesOf(rows: Estimate[], titles: Map<string, string>): string[] {
  const notes: string[] = []
  const inputs = new Map<string, EstimateInput>()
  for (const row of rows) for (const input of row.inputs) inputs.set(`${input.id} ${input.value}`, input)
  const price = [...inputs.values()].find((input) => /kwh/i.test(input.id) || /kwh/i.test(input.unit))
  if (price?.origin === 'assumed') notes.push(`Electricity is assumed to cost ${price.value} ${price.unit}; set yours with --usd-per-kwh.`)
  const stale = [...inputs.values()].filter((input) => input.stale)
  if (stale.length > 0) notes.push(`${count(stale.length, 'input is', 'inputs are')} past the shelf life: ${[...new Set(stale.map((input) => input.label))].slice(0, 4).join('; ')}.`)
  for (const row of rows) {
    const title = titles.get(row.programmeId) ?? row.programmeId
    if (row.net.high !== null && row.net.high < 0) notes.push(`${title}: not worth running here.`)
    else if (groupOf(row) !== 'no-figure' && row.reasons[0]) notes.push(`${title}: ${row.reasons[0]}`)
  }
  return [...new Set(notes)]
}
