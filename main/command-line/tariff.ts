/** `idlewatt tariff`: what a kilowatt-hour costs now and over the next day, and where that is from; sets and imports prices. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { numberWords } from '../../shared/sentence-numbers.ts'
import { settingsSchema, type Settings } from '../../shared/settings.ts'
import { hoursPerWeek, type TariffImport } from '../../shared/tariff.ts'
import { decodeText } from '../system/decode-text.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { isZone } from '../system/zone.ts'
import type { App } from '../app.ts'
import { makeDataFolder, openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, count, drawTable, unknown, wrap } from './output.ts'
import { quoted, readNumber, readOneOf, readText, WrongWords } from './words.ts'

export interface TariffFlags {
  zone?: string
  unit?: string
  currency?: string
}

/** As UTF-16, more characters than are taken at once (`mostPriceText`). */
const largestBytes = 16 * 1024 ** 2
const hourMs = 3_600_000
const actions = ['show', 'fixed', 'weekly', 'import', 'clear', 'unset'] as const
const units = ['auto', 'per-kwh', 'per-mwh', 'cent-per-kwh'] as const

/** 0: done. Throws WrongWords, and NotPossible for a file that cannot be read as prices. */
export async function tariff(call: Call, words: string[], flags: TariffFlags): Promise<number> {
  const [typed = 'show', given, ...rest] = words
  const action = readOneOf('word of tariff', typed, actions) as (typeof actions)[number]
  const takesOne = action !== 'show' && action !== 'clear' && action !== 'unset'
  if (rest.length > 0 || (given !== undefined && !takesOne)) throw new WrongWords(`tariff ${action} takes ${takesOne ? 'one word' : 'no more words'}; ${quoted((takesOne ? rest : [given ?? '']).join(' '))} is too much.`)
  if (takesOne && given === undefined) throw new WrongWords(action === 'fixed' ? 'tariff fixed needs a price: tariff fixed 0.31.' : `tariff ${action} needs a file.`)
  const zone = flags.zone === undefined ? null : readText('--zone', flags.zone)
  if (zone !== null && action !== 'weekly' && action !== 'import') throw new WrongWords('--zone belongs to tariff weekly and tariff import.')
  if (zone !== null && !isZone(zone)) throw new WrongWords(`There is no time zone ${quoted(zone)}. Names look like Europe/Berlin.`)
  if (flags.unit !== undefined && action !== 'import') throw new WrongWords('--unit belongs to tariff import.')
  const unit = readOneOf('unit', flags.unit ?? 'auto', units) as (typeof units)[number]
  if (flags.currency !== undefined && action !== 'import') throw new WrongWords('--currency belongs to tariff import; the currency of your own prices is that of the settings.')
  const currency = flags.currency === undefined ? undefined : (readOneOf('currency', flags.currency, settingsSchema.shape.currency.unwrap().options) as Settings['currency'])
  const isUnset = action === 'unset' || (action === 'fixed' && given?.trim().toLowerCase() === 'none')
  const price = action === 'fixed' && !isUnset ? readNumber('tariff fixed', given ?? '', { min: -1000, max: 1000, unit: '' }) : null

  // Read first: what cannot be used must not leave a folder behind.
  const week = action === 'weekly' ? readWeek(given ?? '') : null
  const file = action === 'import' ? readFile(given ?? '') : null
  if (action !== 'show') makeDataFolder(call)
  const app = openApp(call, 'command-line')
  sayNotices(app, call.terminal, action !== 'show')
  if (file !== null) return sayImport(call, app, await importFile(app, file, { zone, unit, currency }))
  if (price !== null) await app.handlers['settings.change']({ electricityPricePerKwh: price, tariffKind: 'fixed' })
  if (week !== null) await app.handlers['settings.change']({ weeklyTariff: week, tariffKind: 'weekly', ...(zone === null ? {} : { tariffZone: zone }) })
  if (action === 'clear') await clear(app)
  // Dated prices stay, for a file is not lost in passing; `clear` is for them.
  if (isUnset) await app.handlers['settings.change']({ electricityPricePerKwh: null, weeklyTariff: null, tariffKind: 'fixed' })
  const document = documentOf(app, Date.now())
  if (call.common.json) await call.terminal.document(document)
  else await call.terminal.print(textOf(document, app.tariffs.wallText))
  return 0
}

interface PriceText {
  text: string
  from: string
  /** What was odd about its letters; null: nothing. */
  remark: string | null
}

function readFile(path: string): PriceText {
  const { text, remark } = decodeText(readBytes(path))
  return { text, from: basename(path), remark }
}

async function importFile(app: App, { text, from, remark }: PriceText, how: { zone: string | null; unit: (typeof units)[number]; currency: Settings['currency'] | undefined }): Promise<TariffImport> {
  const imported = await importText(app, { text, from, zone: how.zone, unit: how.unit, ...(how.currency === undefined ? {} : { currency: how.currency }) })
  if (app.settings.values().tariffKind !== 'dated') await app.handlers['settings.change']({ tariffKind: 'dated' })
  return remark === null ? imported : { ...imported, remarks: [remark, ...imported.remarks] }
}

async function importText(app: App, file: Parameters<App['handlers']['tariff.import']>[0]): Promise<TariffImport> {
  try {
    return await app.handlers['tariff.import'](file)
  } catch (error) {
    // The page has a field for it, this door a flag.
    if (error instanceof NotPossible) throw new NotPossible(error.message.replace(/Choose the unit: .*$/, 'Say what they are with --unit: per-kwh, per-mwh or cent-per-kwh.'))
    throw error
  }
}

async function clear(app: App): Promise<void> {
  await app.handlers['tariff.clear'](undefined)
  const { tariffKind, weeklyTariff } = app.settings.values()
  if (tariffKind === 'dated') await app.handlers['settings.change']({ tariffKind: weeklyTariff === null ? 'fixed' : 'weekly' })
}

function readBytes(path: string): Uint8Array {
  try {
    const about = statSync(path)
    if (!about.isFile()) throw new NotPossible(`${path} is no file.`)
    if (about.size > largestBytes) throw new NotPossible(`${path} is larger than a file of prices can be (${largestBytes / 1024 ** 2} MB).`)
    return readFileSync(path)
  } catch (error) {
    if (error instanceof NotPossible) throw error
    throw new NotPossible(`${path} cannot be read: ${fileErrorWords(error)}.`)
  }
}

/** 168 prices from Monday 0:00 on, or 24 that hold every day, one after another; a decimal comma where commas do not part them. */
function readWeek(path: string): number[] {
  const { text } = decodeText(readBytes(path))
  if (/^[\s\ufeff]*</.test(text)) throw new NotPossible(`${path} is a web page or XML, no table of prices.`)
  if (/^[\s\ufeff]*\{/.test(text)) throw new NotPossible(`${path} is JSON, no table of prices.`)
  const fits = (parts: string[]): boolean => parts.length === hoursPerWeek || parts.length === 24
  const loose = text.replace(/^\ufeff/, '').split(/[\s;]+/).filter((part) => part !== '')
  const parts = fits(loose) ? loose.map((part) => part.replace(',', '.')) : text.replace(/^\ufeff/, '').split(/[\s;,]+/).filter((part) => part !== '')
  if (!fits(parts)) throw new NotPossible(`${path} holds ${count(parts.length, 'price')}. A week needs 168, from Monday 0:00 on, or 24 that hold every day.`)
  const prices = parts.map((part, index) => {
    const price = Number(part)
    if (!Number.isFinite(price)) throw new NotPossible(`${path}: ${quoted(part)}, the ${index + 1}. of its prices, is no number.`)
    return price
  })
  return prices.length === 24 ? Array.from({ length: hoursPerWeek }, (_, hour) => prices[hour % 24] ?? 0) : prices
}

interface TariffDocument {
  kind: 'fixed' | 'weekly' | 'dated'
  currency: string
  zone: string
  now: { perKwh: number; how: string } | null
  /** Hour by hour, the first one begun. */
  next24h: { from: number; to: number; perKwh: number | null }[]
  /** What estimates reckon with. */
  week: { perKwh: number; least: number; greatest: number; how: string; remarks: string[] } | null
  fixed: number | null
  weekly: number[] | null
  dated: { from: number; to: number; count: number } | null
}

function documentOf(app: App, at: number): TariffDocument {
  const { tariffs } = app
  const { tariffKind, currency, electricityPricePerKwh, weeklyTariff } = app.settings.values()
  const begun = Math.floor(at / hourMs) * hourMs
  return {
    kind: tariffKind,
    currency,
    zone: tariffs.zone(),
    now: tariffs.priceAt(at),
    next24h: Array.from({ length: 24 }, (_, hour) => {
      const from = begun + hour * hourMs
      return { from, to: from + hourMs, perKwh: tariffs.mean(from, from + hourMs)?.perKwh ?? null }
    }),
    week: tariffs.mean(at, at + 168 * hourMs),
    fixed: electricityPricePerKwh,
    weekly: weeklyTariff,
    dated: tariffs.known(),
  }
}

function textOf(document: TariffDocument, wallText: App['tariffs']['wallText']): string {
  const { currency, zone, now, week, dated } = document
  if (now === null && week === null && dated === null && document.weekly === null) return wrap('No electricity price is set; estimates assume one and say so. Set yours: idlewatt tariff fixed 0.31')
  const isSteady = now !== null && week !== null && week.least === week.greatest && week.remarks.length === 0
  const lines = [wrap(now === null ? `No price is set for this hour${week === null ? '; estimates assume one and say so' : ''}.` : `${isSteady ? '' : 'Now '}${priceText(now.perKwh)} ${currency} a kilowatt-hour${isSteady ? ', at any hour' : ''} (${now.how}).`)]
  if (week !== null && !isSteady) lines.push(wrap(`Over the coming week ${priceText(week.perKwh)} ${currency} on average (${week.how}).`), ...week.remarks.map((remark) => bullet(remark)))
  if (dated !== null) {
    const instead = document.kind === 'dated' ? '' : ' They are not in use: the kind of tariff is set otherwise.'
    lines.push(wrap(`Dated prices are kept from ${wallText(dated.from, zone)} to ${wallText(dated.to, zone)} (${numberWords(dated.count)}).${instead}`))
    if (document.kind === 'dated' && week === null) lines.push(bullet('None of them is for now or for the coming week, and no other price is set: estimates assume one and say so.'))
  }
  const [first] = document.next24h
  if (first && document.next24h.every(({ perKwh }) => perKwh === first.perKwh)) return lines.join('\n')
  const hours = document.next24h.map(({ from, perKwh }) => [wallText(from, zone), perKwh === null ? unknown : priceText(perKwh)])
  return [...lines, '', drawTable([{ head: `From (${zone})` }, { head: `${currency}/kWh`, align: 'right' }], hours)].join('\n')
}

async function sayImport(call: Call, app: App, imported: TariffImport): Promise<number> {
  if (call.common.json) {
    await call.terminal.document(imported)
    return 0
  }
  const zone = imported.zone === 'UTC' ? app.tariffs.zone() : imported.zone
  const { currency, inFile } = imported
  const { wallText } = app.tariffs
  await call.terminal.print(
    [
      wrap(`Imported ${count(imported.intervals, 'price')} from ${wallText(imported.from, zone)} to ${wallText(imported.to, zone)} (${zone}), ${imported.stepMinutes} minutes each.`),
      wrap(`Lowest ${priceText(imported.least)}, mean ${priceText(imported.mean)}, highest ${priceText(imported.greatest)} ${currency} a kilowatt-hour.${inFile.currency === currency ? '' : ` In the file: ${priceText(inFile.least)}, ${priceText(inFile.mean)} and ${priceText(inFile.greatest)} ${inFile.currency}.`}`),
      ...imported.unusualDays.map((day) => bullet(`A day of another length: ${day}.`)),
      ...imported.remarks.map((remark) => bullet(remark)),
    ].join('\n'),
  )
  return 0
}

function priceText(perKwh: number): string {
  return Number(perKwh.toPrecision(4)).toString()
}
