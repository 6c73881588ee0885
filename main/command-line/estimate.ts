/** `idlewatt estimate`: what every programme would pay for this machine's cards, or for one that is not here (`--gpu-model`). */
import { groupOf, leverIds, type Estimate, type EstimateInput, type Factors, type LeverId } from '../../shared/earnings.ts'
import { mostTokenUsd } from '../../shared/market-data.ts'
import { settingsSchema, type Settings } from '../../shared/settings.ts'
import { networks, type App, type EstimateQuestion } from '../app.ts'
import { clockSentence } from './clock-sentence.ts'
import { readNetwork, sayNoCard, verdictWords } from './eligibility.ts'
import { detectWith, findGpu, openApp, programmeTitles, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, money, numberText, percentText, unknown, wrap } from './output.ts'
import { quoted, readMoment, readNumber, readOneOf, readPair, readText, readWholeNumber, WrongWords } from './words.ts'

/** The flags of this command as they were typed. */
export interface EstimateFlags {
  gpuModel?: string
  count?: string
  /** NAME=COUNT each. */
  card?: string[]
  /** LEVER=FACTOR, several with commas. */
  whatIf?: string[]
  usdPerKwh?: string
  wattsWork?: string
  wattsWait?: string
  at?: string
  currency?: string
  market?: string[]
  price?: string[]
}

export interface EstimateWords {
  /** Cards that need not be here, as typed; empty: those of this machine. */
  cards: { gpuModel: string; gpuCount: number }[]
  factors: Factors
  overrides: { usdPerKwh?: number; wattsWork?: number; wattsWait?: number }
  at: number | null
  currency: Settings['currency'] | null
  files: Record<string, string>
  prices: Record<string, number>
  networkId: string | null
}

const watts = { min: 0, max: 5000, unit: 'W' }
const cardCount = { min: 1, max: 64, unit: 'cards' }
const mostKinds = 16

/** 0: rows were printed. 1: there is no card to estimate for. Throws WrongWords for an unknown model, with the nearest names. */
export async function estimate(call: Call, flags: EstimateFlags): Promise<number> {
  const words = readFlags(flags, call.common)
  const app = openApp(call, 'command-line', { files: words.files, prices: words.prices })
  const [first, ...more] = words.cards
  const rows = first === undefined ? await rowsOfMachine(call, app, words) : rowsOfRig(call, app, words, { ...first, more })
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document({ estimates: rows })
  else if (rows.length > 0) await call.terminal.print(estimatesText(rows, app, words.currency, words.factors))
  return rows.length > 0 ? 0 : 1
}

export function readFlags(flags: EstimateFlags, common: Call['common']): EstimateWords {
  const overrides: EstimateWords['overrides'] = {}
  if (flags.usdPerKwh !== undefined) overrides.usdPerKwh = readNumber('--usd-per-kwh', flags.usdPerKwh, { min: -5, max: 10, unit: 'USD' })
  if (flags.wattsWork !== undefined) overrides.wattsWork = readNumber('--watts-work', flags.wattsWork, watts)
  if (flags.wattsWait !== undefined) overrides.wattsWait = readNumber('--watts-wait', flags.wattsWait, watts)
  const gpuModel = flags.gpuModel === undefined ? null : readText('--gpu-model', flags.gpuModel)
  const cards = (flags.card ?? []).map(readCard)
  if (common.gpu !== null && (gpuModel !== null || cards.length > 0)) throw new WrongWords(`--gpu names a card of this machine and ${gpuModel === null ? '--card' : '--gpu-model'} one that need not be here: use one of them.`)
  if (gpuModel === null && flags.count !== undefined) throw new WrongWords('--count belongs to --gpu-model; the cards of a machine are counted by themselves, and --card takes NAME=COUNT.')
  if (gpuModel !== null) cards.unshift({ gpuModel, gpuCount: flags.count === undefined ? 1 : readWholeNumber('--count', flags.count, cardCount) })
  if (cards.length > mostKinds) throw new WrongWords(`A rig of ${cards.length} kinds of cards is too much: at most ${mostKinds} can be asked about at once.`)
  return {
    cards,
    factors: readFactors(flags.whatIf ?? []),
    overrides,
    at: flags.at === undefined ? null : readMoment('--at', flags.at),
    currency: flags.currency === undefined ? null : (readOneOf('currency', flags.currency, settingsSchema.shape.currency.unwrap().options) as Settings['currency']),
    files: readFiles(flags.market ?? []),
    prices: readPrices(flags.price ?? []),
    networkId: common.network === null ? null : readNetwork(common.network),
  }
}

/** "RTX 3080 10 GB=2"; without a count it is one. */
function readCard(text: string): EstimateWords['cards'][number] {
  const at = text.lastIndexOf('=')
  const gpuModel = readText('--card', (at < 0 ? text : text.slice(0, at)).trim())
  return { gpuModel, gpuCount: at < 0 ? 1 : readWholeNumber('--card', text.slice(at + 1), cardCount) }
}

/** "token-price=0.5,utilisation=2": what is multiplied by what. */
function readFactors(texts: string[]): Factors {
  const factors: Factors = {}
  for (const text of texts.flatMap((one) => one.split(','))) {
    const { name, value } = readPair('--what-if', text, {}, 'token-price=0.5')
    const lever = readOneOf('input to move', name, leverIds) as LeverId
    if (factors[lever] !== undefined) throw new WrongWords(`--what-if names ${lever} twice.`)
    factors[lever] = readNumber(`--what-if ${lever}`, value, { min: 0, max: 100, unit: 'times' })
  }
  return factors
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
    prices[symbol] = readNumber(`--price ${symbol}`, value, { min: 0, max: mostTokenUsd, unit: 'USD' })
  }
  return prices
}

function question(words: EstimateWords, withSensitivity: boolean): EstimateQuestion {
  return { overrides: words.overrides, factors: words.factors, withSensitivity, ...(words.currency === null ? {} : { currency: words.currency }), ...(words.at === null ? {} : { at: words.at }) }
}

async function rowsOfMachine(call: Call, app: App, words: EstimateWords): Promise<Estimate[]> {
  const detection = await detectWith(app)
  const only = {
    ...(words.networkId === null ? {} : { networkId: words.networkId }),
    ...(call.common.gpu === null ? {} : { gpuId: findGpu(detection, call.common.gpu).id }),
  }
  const rows = app.estimates({ ...question(words, call.common.json), only })
  if (rows.length === 0) sayNoCard(call, detection.problems.map((problem) => [problem.sentence, problem.remedy].filter(Boolean).join(' ')))
  return rows
}

function rowsOfRig(call: Call, app: App, words: EstimateWords, rig: EstimateWords['cards'][number] & { more: EstimateWords['cards'] }): Estimate[] {
  const only = words.networkId === null ? {} : { only: { networkId: words.networkId } }
  const answer = app.whatIf({ ...question(words, call.common.json), ...only, ...rig })
  const typed = quoted(answer.about ?? rig.gpuModel)
  if (answer.ambiguous.length > 0) throw new WrongWords(`${typed} fits several cards: ${answer.ambiguous.join(', ')}. Name the one you mean.`)
  if (answer.model === null) {
    const nearest = answer.nearest.length > 0 ? ` Nearest: ${answer.nearest.join(', ')}.` : ''
    throw new WrongWords(`Idlewatt knows no card ${typed}.${nearest}`)
  }
  return answer.estimates
}

export function estimatesText(rows: Estimate[], app: App, currency: Settings['currency'] | null, factors: Factors = {}): string {
  const shown = chooseCurrency(app, currency)
  const titles = programmeTitles(app)
  const several = new Set(rows.map((row) => `${row.gpuName} ${row.gpuCount}`)).size > 1
  const asked = Object.entries(factors).filter(([, factor]) => factor !== 1)
  const parts = [cardsText(rows), ...(asked.length > 0 ? [wrap(`What if: ${asked.map(([lever, factor]) => `${lever} × ${factor}`).join(', ')}.`)] : []), `${shown.code} per day and card, after electricity. Low, expected and high are three scenarios;\nbreak-even is the share of the time it must work to pay for its power.`]
  const ranked = rows.filter((row) => groupOf(row) === 'ranked')
  const unpublished = rows.filter((row) => groupOf(row) === 'pay-rule-not-published')
  const without = rows.filter((row) => groupOf(row) === 'no-figure')
  if (ranked.length > 0) parts.push(figuresTable(ranked, titles, shown, several))
  if (unpublished.length > 0) parts.push('Pay rule not published: only a band can be given, and it is not ranked.', figuresTable(unpublished, titles, shown, several))
  if (without.length > 0) parts.push('No figure can be defended:', withoutTable(without, titles, several))
  const clock = clockSentence(app)
  const notes = [...(clock === null ? [] : [clock]), ...priceRemarks(rows, app), ...notesOf(rows, titles, several)]
  if (notes.length > 0) parts.push(notes.map(bullet).join('\n'))
  if (shown.note) parts.push(wrap(shown.note))
  parts.push(wrap('An estimate is not a promise. Never buy hardware on the strength of one. Every line, input and source: --json, or the Compare page.'))
  return parts.join('\n\n')
}

function cardsText(rows: Estimate[]): string {
  const cards = [...new Set(rows.map((row) => `${row.gpuCount} × ${row.gpuName}`))]
  return wrap(cards.join(', '))
}

/** Of token prices that were given: said once, whatever they do to the rows. */
function priceRemarks(rows: Estimate[], app: App): string[] {
  const ids = new Set(rows.flatMap((row) => row.inputs.flatMap(({ id, origin }) => (origin === 'user' && id.startsWith('token-price-') ? [id.slice('token-price-'.length)] : []))))
  return [...ids].flatMap((symbol) => app.markets.givenPriceRemark?.(symbol) ?? [])
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

/** What to know before believing the table: assumed and stale inputs once, each card's programmes in plain words, and each programme's leading reason once. */
function notesOf(rows: Estimate[], titles: Map<string, string>, several: boolean): string[] {
  const notes: string[] = []
  const inputs = new Map<string, EstimateInput>()
  for (const row of rows) for (const input of row.inputs) inputs.set(`${input.id} ${input.value}`, input)
  const price = [...inputs.values()].find((input) => /kwh/i.test(input.id) || /kwh/i.test(input.unit))
  if (price?.origin === 'assumed') notes.push(`Electricity is assumed to cost ${price.value} ${price.unit}; set yours with --usd-per-kwh, or for good with \`idlewatt tariff fixed PRICE\`.`)
  const stale = [...inputs.values()].filter((input) => input.stale)
  if (stale.length > 0) notes.push(staleText(stale))
  const told = new Set<string>()
  for (const row of rows) {
    const title = titles.get(row.programmeId) ?? row.programmeId
    const isHopeless = row.net.high !== null && row.net.high < 0
    const isRanked = groupOf(row) === 'ranked'
    if (groupOf(row) === 'no-figure') continue
    const [reason = ''] = isHopeless ? [] : row.reasons
    const key = `${title} ${reason}`
    const first = reason !== '' && !told.has(key) ? reason : ''
    told.add(key)
    // The band that is not published stands in the table, and its reason says so.
    const words = [isRanked || isHopeless ? row.plain : '', first].filter((part) => part !== '').join(' ')
    if (words !== '') notes.push(`${title}${several && (isRanked || isHopeless) ? `, ${row.gpuName}` : ''}: ${words}`)
  }
  return [...new Set(notes)]
}

/** Each label once, without what tells the ends of one band apart. */
function staleText(stale: readonly EstimateInput[]): string {
  const labels = [...new Set(stale.map((input) => input.label.replace(/, [^,]*(low end|high end|median|percentile)[^,]*$/, '')))]
  const rest = labels.length > 4 ? ` and ${labels.length - 4} more` : ''
  return `Past their shelf life, and still used: ${labels.slice(0, 4).join('; ')}${rest}.`
}
