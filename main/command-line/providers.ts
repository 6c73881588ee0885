/** `idlewatt providers`: what provider software does, and what it is told to do. Asks the Idlewatt that is open, else looks itself. */
import { setTimeout as wait } from 'node:timers/promises'
import type { ProviderPhase, ProviderState, StopPrice } from '../../shared/provider.ts'
import { openForAsking, type AskedApp } from './ask-app.ts'
import { readOneOf, readText, readWholeNumber, quoted, WrongWords } from './words.ts'
import { programmesOf, readProgramme, refuseOtherNetwork, type NamedProgramme } from './programme-words.ts'
import { leavingText, priceText, providersText, stateText } from './providers-text.ts'
import { keepsOwn, sayNotices, type Call } from './open-app.ts'
import { wrap } from './output.ts'
import { timeText } from './times.ts'

export interface ProvidersFlags {
  price?: boolean
  search?: string
  limit?: string
  yes?: boolean
}

const verbs = ['list', 'start', 'finish', 'stop', 'logs', 'leave'] as const
type Verb = (typeof verbs)[number]
type Order = Extract<Verb, 'start' | 'finish' | 'stop'>
/** As many as a log is asked for at once. */
const mostLines = 2000
const mostSearch = 200

/** 0: done or listed; 1: something was refused, failed, or would not end. */
export async function providers(call: Call, words: string[], flags: ProvidersFlags): Promise<number> {
  const { verb, typed } = readWords(words, flags)
  const limit = flags.limit === undefined ? 200 : readWholeNumber('--limit', flags.limit, { min: 1, max: mostLines, unit: 'lines' })
  const search = flags.search === undefined ? undefined : readText('--search', flags.search)
  if (search !== undefined && search.length > mostSearch) throw new WrongWords(`--search takes at most ${mostSearch} letters; this is ${search.length}.`)
  const isLook = verb === 'list' || verb === 'logs' || (verb === 'stop' && flags.price === true) || (verb === 'leave' && flags.yes !== true)
  const app = await openForAsking(call, isLook ? 'looks' : 'acts')
  if (app.own) sayNotices(app.own, call.terminal, keepsOwn(call))
  const { state } = await app.ask('state.read', undefined)
  const known = programmesOf(state)
  const programme = verb === 'list' ? null : readProgramme(typed, known)
  if (programme !== null && call.common.network !== null) refuseOtherNetwork(programme, call.common.network)
  await app.look()
  if (programme === null) return list(call, app, known)
  if (verb === 'logs') return logs(call, app, programme, { limit, ...(search === undefined ? {} : { search }) })
  if (verb === 'leave') return leave(call, app, programme, flags.yes === true)
  if (verb === 'stop') {
    const price = await app.ask('provider.stop-price', { programmeId: programme.id })
    if (flags.price) return tellPrice(call, programme, price)
    const before = await stateOf(app, programme)
    if (before?.can.stop) call.terminal.say(wrap(priceText(price)))
  }
  const asked = await app.ask(`provider.${verb as Order}`, { programmeId: programme.id })
  const after = verb === 'stop' ? await untilStopped(call, app, programme, asked) : asked
  if (call.common.json) await call.terminal.document({ provider: after })
  else await call.terminal.print(stateText(after, programme.title))
  if (app.own && unwatched.has(after.phase)) call.terminal.say(wrap('`idlewatt serve` or the desktop app takes it over as it is, and then watches it.'))
  return troubles.has(after.phase) || (verb === 'start' && after.phase === 'waiting') || (verb === 'stop' && after.phase === 'stopping') ? 1 : 0
}

/** Software that was wanted and is not there, or will not go. */
const troubles = new Set<ProviderPhase>(['failed', 'stop-failed'])
/** What goes on when this command has ended. */
const unwatched = new Set<ProviderPhase>(['starting', 'running', 'finishing', 'waiting'])
/** A stop may be asked of software that takes minutes to end; the one who asked wants to know that it has. */
const stopWait = { mostMs: 120_000, everyMs: 300 }

async function untilStopped(call: Call, app: AskedApp, programme: NamedProgramme, asked: ProviderState): Promise<ProviderState> {
  const until = performance.now() + stopWait.mostMs
  let state = asked
  while (state.phase === 'stopping' && performance.now() < until && !call.stops.isStopping()) {
    call.terminal.progress('It is being stopped …', `${programme.title} is being stopped …`)
    await wait(stopWait.everyMs)
    state = (await stateOf(app, programme)) ?? state
  }
  call.terminal.endProgress()
  return state
}

async function stateOf(app: AskedApp, programme: NamedProgramme): Promise<ProviderState | null> {
  return (await statesOf(app)).find(({ programmeId }) => programmeId === programme.id) ?? null
}

async function statesOf(app: AskedApp): Promise<ProviderState[]> {
  return app.own ? app.own.programmes.providers.states() : (await app.ask('state.read', undefined)).state.programmes.providers
}

function readWords(words: string[], flags: ProvidersFlags): { verb: Verb; typed: string } {
  const [first, second, ...more] = words
  const verb = first === undefined ? 'list' : (readOneOf('word', first, verbs) as Verb)
  if (more.length > 0) throw new WrongWords(`providers ${verb} takes one programme; ${quoted(more[0] ?? '')} is one too many.`)
  if (verb === 'list' && second !== undefined) throw new WrongWords(`providers list takes no further word; ${quoted(second)} is one. Use --network for one network.`)
  if (verb !== 'list' && second === undefined) throw new WrongWords(`providers ${verb} needs a programme; \`idlewatt providers\` lists them.`)
  const only: [keyof ProvidersFlags, Verb][] = [['price', 'stop'], ['search', 'logs'], ['limit', 'logs'], ['yes', 'leave']]
  for (const [flag, of] of only) if (flags[flag] !== undefined && verb !== of) throw new WrongWords(`--${flag} belongs to providers ${of}.`)
  return { verb, typed: second ?? '' }
}

async function list(call: Call, app: AskedApp, known: NamedProgramme[]): Promise<number> {
  const all = await statesOf(app)
  const wanted = call.common.network === null ? null : readOneOf('network', call.common.network, [...new Set(known.map(({ networkId }) => networkId))])
  const shown = all.filter(({ programmeId }) => wanted === null || known.some(({ id, networkId }) => id === programmeId && networkId === wanted))
  if (call.common.json) await call.terminal.document({ providers: shown })
  else await call.terminal.print(providersText(shown, known))
  return shown.some(({ phase }) => troubles.has(phase)) ? 1 : 0
}

async function logs(call: Call, app: AskedApp, programme: NamedProgramme, query: { limit: number; search?: string }): Promise<number> {
  const page = await app.ask('provider.logs', { programmeId: programme.id, ...query })
  if (call.common.json) await call.terminal.document(page)
  else if (page.lines.length > 0) await call.terminal.print(page.lines.map(({ at, stream, text }) => `${timeText(at)}  ${stream.padEnd(5)}  ${text}`).join('\n'))
  else call.terminal.say(query.search === undefined ? `${programme.title} has no log yet.` : `No line of the log of ${programme.title} holds ${quoted(query.search)}.`)
  if (page.hasOlder) call.terminal.say(query.limit < mostLines ? `Older lines are kept: --limit shows up to ${mostLines}.` : 'Older lines are kept: --search finds them.')
  return 0
}

async function tellPrice(call: Call, programme: NamedProgramme, price: StopPrice): Promise<number> {
  if (call.common.json) await call.terminal.document({ programmeId: programme.id, ...price })
  else await call.terminal.print(wrap(priceText(price)))
  return 0
}

async function leave(call: Call, app: AskedApp, programme: NamedProgramme, isMeant: boolean): Promise<number> {
  await app.own?.start()
  await app.own?.programmes.enrolment.begin()
  if (!isMeant) {
    const report = await app.ask('enrolment.report', { programmeId: programme.id })
    if (call.common.json) await call.terminal.document({ programmeId: programme.id, leaving: report.leaving })
    else await call.terminal.print(leavingText(report, programme.title))
    call.terminal.say('Nothing was undone. Add --yes to leave.')
    return 1
  }
  const after = await app.ask('enrolment.leave', { programmeId: programme.id })
  const failed = after.steps.filter(({ phase }) => phase === 'undo-failed')
  if (call.common.json) await call.terminal.document({ enrolment: after })
  else await call.terminal.print(failed.length === 0 ? wrap(`${programme.title} was left.`) : failed.map(({ title, because }) => wrap(`${title} was not undone: ${because ?? 'no reason was given.'}`)).join('\n'))
  for (const remains of new Set(after.steps.flatMap((step) => (step.phase === 'undone' || step.phase === 'undo-failed' ? step.remains : [])))) call.terminal.say(wrap(`What remains: ${remains}`))
  return failed.length === 0 ? 0 : 1
}
