/** `idlewatt ledger`: what was paid, what it cost, what was promised; adds, corrects, exports. The first word says which. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { exportFormats, exportPresets, knownCurrencies, ledgerAddSchema, ledgerCorrectSchema, ledgerExportSchema, ledgerFilterSchema, ledgerKinds, type LedgerFilter, type LedgerKind } from '../../shared/ledger.ts'
import { looksLikeSecret } from '../../shared/secrets.ts'
import type { App } from '../app.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { chooseCard } from './history.ts'
import { entryText, pageText, promisedText } from './ledger-text.ts'
import { readDay, readWhen, type LedgerFlags } from './ledger-words.ts'
import { keepsOwn, makeDataFolder, openApp, programmeTitles, sayNotices, type Call } from './open-app.ts'
import { bullet, count, wrap } from './output.ts'
import { nearestWord, quoted, readNumber, readOneOf, readText, readWholeNumber, WrongWords } from './words.ts'

const actions = ['list', 'add', 'correct', 'export', 'promised', 'refresh'] as const
type Action = (typeof actions)[number]
const addKinds = ledgerKinds.filter((kind) => kind !== 'correction')

const takes: Record<Action, (keyof LedgerFlags)[]> = {
  list: ['kind', 'from', 'to', 'programme', 'asset', 'text', 'limit'],
  add: ['amount', 'asset', 'programme', 'at', 'from', 'to', 'usd', 'kwh', 'reference', 'note'],
  correct: ['amount', 'usd', 'note'],
  export: ['format', 'preset', 'year', 'currency', 'out', 'force'],
  promised: ['programme', 'days'],
  refresh: [],
}
const takesCommon: Record<Action, ('gpu' | 'network')[]> = { list: ['gpu', 'network'], add: ['gpu'], correct: [], export: [], promised: [], refresh: [] }

const anyAmount = { min: 0, max: 1e12, unit: '' }

/** 0: done. 1: it could not be done, or (refresh) something could not be read. */
export async function ledger(call: Call, words: readonly string[], flags: LedgerFlags): Promise<number> {
  const [word = 'list', value, ...more] = words
  const action = actions.find((one) => one === word)
  if (action === undefined) {
    const nearest = nearestWord(word, actions)
    throw new WrongWords(`ledger knows no ${quoted(word)}.${nearest === null ? '' : ` Did you mean ${nearest}?`} It knows: ${actions.join(', ')}.`)
  }
  refuseForeign(call, action, flags)
  const hasWord = action === 'add' || action === 'correct'
  const extra = hasWord ? more[0] : value
  if (extra !== undefined) throw new WrongWords(`ledger ${action} takes no ${quoted(extra)}.`)
  if (action === 'add') return add(call, value, flags)
  if (action === 'correct') return correct(call, value, flags)
  if (action === 'export') return exportAll(call, flags)
  if (action === 'promised') return promised(call, flags)
  return action === 'refresh' ? refresh(call) : list(call, flags)
}

/** A flag that would be dropped in silence is a slip. */
function refuseForeign(call: Call, action: Action, flags: LedgerFlags): void {
  const foreign = (Object.keys(flags) as (keyof LedgerFlags)[]).find((flag) => !takes[action].includes(flag))
  if (foreign !== undefined) throw new WrongWords(`ledger ${action} takes no --${foreign}.`)
  for (const flag of ['gpu', 'network'] as const) if (call.common[flag] !== null && !takesCommon[action].includes(flag)) throw new WrongWords(`ledger ${action} takes no --${flag}.`)
}

async function list(call: Call, flags: LedgerFlags): Promise<number> {
  const limit = flags.limit === undefined ? 50 : readWholeNumber('--limit', flags.limit, { min: 1, max: 1000, unit: 'entries' })
  const filter: LedgerFilter = {
    ...(flags.kind === undefined ? {} : { kinds: [readOneOf('kind', flags.kind, ledgerKinds) as LedgerKind] }),
    ...(flags.from === undefined ? {} : { from: readDay('--from', flags.from).day }),
    ...(flags.to === undefined ? {} : { to: readDay('--to', flags.to).day }),
    ...(flags.programme === undefined ? {} : { programmeId: readText('--programme', flags.programme) }),
    ...(flags.asset === undefined ? {} : { asset: readText('--asset', flags.asset).trim().toUpperCase() }),
    ...(flags.text === undefined ? {} : { text: readText('--text', flags.text) }),
    ...(call.common.network === null ? {} : { networkId: call.common.network }),
  }
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) throw new WrongWords('--from must not lie after --to.')
  const app = openApp(call, 'command-line')
  if (filter.programmeId !== undefined) filter.programmeId = programmeOf(app, filter.programmeId)
  if (call.common.gpu !== null) filter.gpuId = gpuIdOf(app, call.common.gpu)
  const page = app.ledger.list({ filter: checked(ledgerFilterSchema.safeParse(filter), flagNames), limit, offset: 0 })
  sayNotices(app, call.terminal, keepsOwn(call))
  if (call.common.json) await call.terminal.document(page)
  else if (page.total > 0) await call.terminal.print(pageText(page, programmeTitles(app)))
  if (page.total === 0) call.terminal.say(Object.keys(filter).length > 0 ? 'No entry fits that.' : 'The ledger is empty. `idlewatt ledger add` enters something by hand, `idlewatt wallets set` names an address whose payouts are read.')
  return 0
}

async function add(call: Call, typed: string | undefined, flags: LedgerFlags): Promise<number> {
  if (typed === undefined) throw new WrongWords(`ledger add needs what it is: ${addKinds.join(', ')}.`)
  const kind = readOneOf('kind', typed, addKinds)
  if (flags.amount === undefined || flags.asset === undefined) throw new WrongWords(`ledger add ${kind} needs --amount and --asset: ledger add ${kind} --amount 12.5 --asset EUR.`)
  refuseSecretReference(flags.reference)
  const from = flags.from === undefined ? null : readDay('--from', flags.from)
  const to = flags.to === undefined ? null : readDay('--to', flags.to)
  if ((from === null) !== (to === null)) throw new WrongWords('--from and --to belong together: the first and the last day that it pays for.')
  const parts = {
    kind,
    at: flags.at === undefined ? null : readWhen('--at', flags.at),
    covers: from === null || to === null ? null : { from: from.from, to: to.to },
    asset: readText('--asset', flags.asset),
    amount: readNumber('--amount', flags.amount, anyAmount),
    fairUsd: flags.usd === undefined ? null : readNumber('--usd', flags.usd, { ...anyAmount, unit: 'USD' }),
    kwh: flags.kwh === undefined ? null : readNumber('--kwh', flags.kwh, { min: 0, max: 1e9, unit: 'kWh' }),
    reference: flags.reference === undefined ? null : readText('--reference', flags.reference),
    note: flags.note === undefined ? null : readText('--note', flags.note),
  }
  // Before a folder is made or a driver asked.
  const input = checked(ledgerAddSchema.safeParse(parts), flagNames)
  makeDataFolder(call)
  const app = openApp(call, 'command-line')
  const entry = await app.ledger.add({
    ...input,
    programmeId: flags.programme === undefined ? null : programmeOf(app, readText('--programme', flags.programme)),
    gpuId: call.common.gpu === null ? null : gpuIdOf(app, call.common.gpu),
  })
  sayNotices(app, call.terminal, true)
  refuseLost(app)
  if (call.common.json) await call.terminal.document(entry)
  else await call.terminal.print(entryText(entry))
  return 0
}

/** The words of a whole call are looked at before; this says what to do about it. */
function refuseSecretReference(reference: string | undefined): void {
  if (reference !== undefined && looksLikeSecret(reference)) throw new WrongWords('--reference has the form of a private key, so nothing of it was kept. If it is a transaction id, type its first and last eight characters.')
}

async function correct(call: Call, id: string | undefined, flags: LedgerFlags): Promise<number> {
  if (id === undefined || flags.note === undefined) throw new WrongWords('ledger correct needs an id of `ledger list`, what it should have been, and why: ledger correct ID --amount 12 --note WHY.')
  const input = checked(
    ledgerCorrectSchema.safeParse({
      id,
      ...(flags.amount === undefined ? {} : { amount: readNumber('--amount', flags.amount, anyAmount) }),
      ...(flags.usd === undefined ? {} : { fairUsd: readNumber('--usd', flags.usd, { ...anyAmount, unit: 'USD' }) }),
      note: readText('--note', flags.note),
    }),
    flagNames,
  )
  if (input.amount === undefined && input.fairUsd === undefined) throw new WrongWords('ledger correct needs --amount, --usd or both: what it should have been.')
  const app = openApp(call, 'command-line')
  const entry = app.ledger.correct(input)
  sayNotices(app, call.terminal, true)
  refuseLost(app)
  if (call.common.json) await call.terminal.document(entry)
  else await call.terminal.print(wrap(`Corrected: ${entry.corrects ?? ''} stands with this on top of it; it was not changed itself.`))
  return 0
}

/** To `--out`, else to stdout. With --json the document is the JSON export itself. */
async function exportAll(call: Call, flags: LedgerFlags): Promise<number> {
  const out = flags.out === undefined || flags.out === '-' ? null : readText('--out', flags.out)
  const isJson = (out === null && call.common.json) || (out !== null && /\.json$/i.test(out))
  const input = checked(
    ledgerExportSchema.safeParse({
      format: flags.format === undefined ? (isJson && flags.preset === undefined ? 'json' : 'csv') : readOneOf('format', flags.format, exportFormats),
      preset: flags.preset === undefined ? 'full' : readOneOf('preset', flags.preset, exportPresets),
      year: flags.year === undefined ? null : readWholeNumber('--year', flags.year, { min: 2009, max: 2100, unit: '' }),
      currency: flags.currency === undefined ? null : readOneOf('currency', readText('--currency', flags.currency), knownCurrencies),
    }),
    flagNames,
  )
  if (input.preset === 'koinly' && input.format === 'json') throw new WrongWords('--preset koinly is CSV: tax tools import no JSON.')
  if (out !== null && statSync(out, { throwIfNoEntry: false })?.isDirectory() === true) throw new NotPossible(`${out} is a folder. Name a file in it, such as ${join(out, `ledger.${input.format}`)}.`)
  if (out !== null && flags.force !== true && existsSync(out)) throw new NotPossible(`${out} is there already. --force writes over it.`)
  const app = openApp(call, 'command-line')
  const made = await app.ledger.export(input)
  sayNotices(app, call.terminal, keepsOwn(call))
  for (const remark of made.remarks) call.terminal.say(remark)
  if (out === null) {
    if (call.common.json && input.format === 'csv') await call.terminal.document(made)
    else await call.terminal.write(made.text)
    return 0
  }
  try {
    writeFileSync(out, made.text, { flag: flags.force === true ? 'w' : 'wx' })
  } catch (error) {
    throw new NotPossible(`${out} cannot be written: ${fileErrorWords(error)}.`)
  }
  const file = resolve(out)
  if (call.common.json) await call.terminal.document({ file, entries: made.entries, remarks: made.remarks })
  else await call.terminal.print(`${count(made.entries, 'entry', 'entries')} written to ${file}`)
  return 0
}

async function promised(call: Call, flags: LedgerFlags): Promise<number> {
  const days = flags.days === undefined ? 28 : readWholeNumber('--days', flags.days, { min: 1, max: 3660, unit: 'days' })
  const app = openApp(call, 'command-line')
  const report = app.ledger.promised({ days, ...(flags.programme === undefined ? {} : { programmeId: programmeOf(app, readText('--programme', flags.programme)) }) })
  sayNotices(app, call.terminal, keepsOwn(call))
  if (call.common.json) await call.terminal.document(report)
  else if (report.days.length > 0 || report.bias.length > 0) await call.terminal.print(promisedText(report, programmeTitles(app)))
  if (report.days.length === 0 && report.bias.length === 0) call.terminal.say('No income is here yet that a promise could be held against. While `idlewatt serve` or the desktop app runs, the promise of every day is kept; `--programme` shows those of one that has not paid yet.')
  return 0
}

async function refresh(call: Call): Promise<number> {
  makeDataFolder(call)
  const app = openApp(call, 'command-line')
  const result = await app.ledger.refresh()
  const wallets = app.ledger.wallets()
  sayNotices(app, call.terminal, true)
  if (result.added > 0) refuseLost(app)
  if (call.common.json) await call.terminal.document({ ...result, wallets })
  else {
    const isNone = wallets.every((wallet) => wallet.address === null)
    const head = isNone ? 'No address is set: `idlewatt wallets set NETWORK ADDRESS`.' : `${count(result.added, 'payout')} added, ${result.known} known already.`
    await call.terminal.print([head, ...[...result.faults, ...result.notAsked].map((sentence) => bullet(sentence))].join('\n'))
  }
  return result.faults.length > 0 ? 1 : 0
}

function programmeOf(app: App, typed: string): string {
  return readOneOf('programme', typed, app.store.read('networks').programmes.map(({ id }) => id))
}

/** No driver is asked: cards that are remembered are enough. */
function gpuIdOf(app: App, typed: string): string {
  const recorded = app.store.read('app').recordedMachine
  return chooseCard(app.history.allCards().filter((card) => card.scope === recorded), typed).gpuId
}

/** Where the place cannot be written, what was entered lived in memory and is gone when the call ends; a notice has said why. */
function refuseLost(app: App): void {
  if (app.store.read('app').notices.some((notice) => notice.id === 'history-not-kept' && notice.level === 'warning')) throw new NotPossible('Nothing was entered in the ledger: it cannot be written there.')
}

const flagNames: Record<string, string> = { fairUsd: '--usd', networkId: '--network', programmeId: '--programme', gpuId: '--gpu', covers: '--from and --to', id: 'The id' }

interface Issue {
  code?: string | undefined
  origin?: string
  maximum?: number | bigint
  minimum?: number | bigint
  path: PropertyKey[]
  message: string
}
type Parsed<Value> = { success: true; data: Value } | { success: false; error: { issues: Issue[] } }

function checked<Value>(parsed: Parsed<Value>, names: Record<string, string>): Value {
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  const field = String(first?.path[0] ?? '')
  throw new WrongWords(`${names[field] ?? `--${field}`} cannot be taken: ${first === undefined ? 'it has the wrong form' : reasonOf(first)}.`)
}

function reasonOf({ code, origin, maximum, minimum, message }: Issue): string {
  if (code === 'too_big') return origin === 'string' ? `it is longer than ${String(maximum)} letters` : `it is more than ${String(maximum)}`
  if (code === 'too_small') return origin === 'string' ? 'it is empty' : `it is less than ${String(minimum)}`
  // Formats are described by our own words.
  return code === 'invalid_format' ? `what belongs there is ${message}` : 'it has the wrong form'
}
