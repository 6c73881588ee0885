/** `idlewatt pause`, `resume` and `policy run-now`: what the user says for a while. */
import type { PolicyState } from '../../shared/policy-state.ts'
import type { Override } from '../../shared/policy.ts'
import { momentWords, nextAt, tonight } from '../system/moment-words.ts'
import { openPolicy, sayNotActing } from './policy-app.ts'
import type { Call } from './open-app.ts'
import { bullet, wrap } from './output.ts'
import { momentText } from './times.ts'
import { quoted, readMoment, readText, WrongWords } from './words.ts'

export interface PauseFlags {
  for?: string
  until?: string
  tonight?: boolean
  programme?: string
}

type Kind = Override['kind']
const mostMinutes = 10_080
const runNowMinutes = 60

/** 0: it holds. Throws WrongWords, and NotPossible where it cannot be kept. */
export async function pause(call: Call, kind: Kind, flags: PauseFlags): Promise<number> {
  const now = Date.now()
  const length = readLength(kind, flags, now)
  const typed = flags.programme === undefined ? null : readText('--programme', flags.programme)
  const app = await openPolicy(call, 'acts')
  const programme = typed === null ? null : await app.programme(typed)
  const gpuId = call.common.gpu === null ? null : await app.gpuId(call.common.gpu)
  const { policy } = await app.state()
  const before = new Set(policy.settings.overrides.map(({ id }) => id))
  const state = await app.ask('policy.override', { kind, ...length(policy.zone), gpuId, programmeId: programme?.id ?? null })
  if (call.common.json) await call.terminal.document(state)
  else await call.terminal.print(pausedText(state, (override) => !before.has(override.id), now, app.own === null))
  sayNotActing(call, app, state)
  return 0
}

export async function resume(call: Call, words: string[]): Promise<number> {
  const [id, ...more] = words
  if (more.length > 0) throw new WrongWords(`resume takes one id; ${quoted(more[0] ?? '')} is one too many.`)
  const app = await openPolicy(call, 'acts')
  const now = Date.now()
  const { policy } = await app.state()
  const held = inForce(policy, now)
  const wanted = id === undefined ? null : held.find((one) => one.id === id)
  if (wanted === undefined) throw new WrongWords(`No pause has the id ${quoted(id ?? '')}. ${held.length === 0 ? 'Nothing is paused.' : `There are: ${held.map((one) => `${one.id} (${overrideWords(one, policy, now)})`).join(', ')}.`}`)
  const state = held.length === 0 ? policy : await app.ask('policy.resume', { id: wanted?.id ?? null })
  if (call.common.json) await call.terminal.document(state)
  else if (held.length === 0) await call.terminal.print('Nothing is paused.')
  else await call.terminal.print([wrap(wanted === null ? 'Everything is as the rules say again.' : `Taken back: ${overrideWords(wanted, policy, now)}.`), ...inForce(state, now).map((one) => bullet(`Still ${overrideWords(one, state, now)} (${one.id}).`))].join('\n'))
  if (held.length > 0) sayNotActing(call, app, state)
  return 0
}

/** By the clock that the schedule goes by, once it is known. One of --for, --until and --tonight; none: until it is taken back, or the usual hour of "run now". */
function readLength(kind: Kind, flags: PauseFlags, now: number): (zone: string) => { minutes?: number; until?: number } {
  const given = (['for', 'until', 'tonight'] as const).filter((flag) => flags[flag] !== undefined)
  if (given.length > 1) throw new WrongWords(`${given.map((flag) => `--${flag}`).join(' and ')} exclude each other.`)
  const minutes = flags.for === undefined ? null : readMinutes('--for', flags.for)
  const until = flags.until === undefined ? null : readUntil('--until', flags.until, now)
  if (minutes !== null) return () => ({ minutes })
  if (until !== null) return (zone) => ({ until: until(zone) })
  if (flags.tonight) return (zone) => ({ until: tonight(now, zone) })
  return () => (kind === 'pause' ? {} : { minutes: runNowMinutes })
}

/** "1h", "90m", "1.5h", "1h30m". */
export function readMinutes(flag: string, text: string): number {
  const bare = text.trim().toLowerCase()
  const parts = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?$/.exec(bare)
  const minutes = parts && (parts[1] ?? parts[2]) !== undefined ? Number(parts[1] ?? 0) * 60 + Number(parts[2] ?? 0) : readSpan(flag, text, bare)
  if (minutes < 1 || minutes > mostMinutes) throw new WrongWords(`${flag} must lie between 1 minute and 7 days; ${quoted(text)} does not.`)
  return minutes
}

const spanMinutes: Record<string, number> = { s: 1 / 60, d: 1440, w: 10_080 }

function readSpan(flag: string, text: string, bare: string): number {
  if (/^\d+(\.\d+)?$/.test(bare)) throw new WrongWords(`${flag} needs a unit: ${bare}m for minutes, ${bare}h for hours.`)
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([sdw])$/.exec(bare) ?? []
  const minutes = spanMinutes[unit]
  if (minutes === undefined) throw new WrongWords(`${flag} needs a length of time such as 1h, 90m or 2d; ${quoted(text)} is none.`)
  return Number(count) * minutes
}

/** A time of day, the next time that the zone's clock shows it, or a moment. */
export function readUntil(flag: string, text: string, now: number): (zone: string) => number {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text.trim())
  if (clock) {
    const [hour, minute] = [Number(clock[1]), Number(clock[2])]
    if (hour > 24 || minute > 59 || (hour === 24 && minute > 0)) throw new WrongWords(`${flag} needs a time of day such as 18:00; ${quoted(text)} is none.`)
    return (zone) => nextAt(hour, minute, now, zone)
  }
  let at: number
  try {
    at = readMoment(flag, text)
  } catch (error) {
    if (!(error instanceof WrongWords) || /years/.test(error.message)) throw error
    throw new WrongWords(`${flag} needs a time such as 18:00, or a date such as 2026-11-24T08:00Z; ${quoted(text)} is none.`)
  }
  if (at <= now) throw new WrongWords(`${flag} needs a time to come; ${momentText(at)} has passed.`)
  return () => at
}

export function inForce({ settings }: PolicyState, now: number): Override[] {
  return settings.overrides.filter(({ until }) => until === null || until > now)
}

/** "everything paused until 18:00", "Practice worker to run now until you take it back". */
export function overrideWords({ kind, gpuId, programmeId, until }: Override, { cards, programmes, zone }: PolicyState, now: number): string {
  const card = gpuId === null ? null : cardWords(gpuId, cards)
  const programme = programmeId === null ? null : (programmes.find((one) => one.programmeId === programmeId)?.title ?? programmeId)
  const about = programme === null ? (card ?? 'everything') : card === null ? programme : `${programme} on ${card}`
  const end = until === null ? (kind === 'pause' ? 'until you resume' : 'until you take it back') : `until ${momentWords(until, now, zone)}`
  return kind === 'pause' ? `${about} paused ${end}` : `${about} to run now ${end}`
}

/** With its id where several have its name. */
function cardWords(gpuId: string, cards: PolicyState['cards']): string {
  const name = cards.find((one) => one.gpuId === gpuId)?.name
  if (name === undefined) return gpuId
  return cards.filter((one) => one.name === name).length > 1 ? `${name} (${gpuId})` : name
}

function pausedText(state: PolicyState, isNew: (override: Override) => boolean, now: number, isOpen: boolean): string {
  const added = state.settings.overrides.filter(isNew)
  const words = added.map((one) => overrideWords(one, state, now))
  const stopping = new Set(state.decisions.filter((one) => one.do === 'stop' || one.do === 'finish').map((one) => state.programmes.find(({ programmeId }) => programmeId === one.programmeId)?.title ?? one.programmeId))
  return [
    ...words.map((one) => wrap(`${one.charAt(0).toUpperCase()}${one.slice(1)}. Taken back by: idlewatt resume`)),
    ...(state.notActing === null && stopping.size > 0 ? [wrap(`Stopping now: ${[...stopping].join(', ')}.`)] : []),
    // Of a pause it would only say the same again.
    ...(isOpen && added.some(({ kind }) => kind === 'run-now') ? [wrap(state.sentence)] : []),
  ].join('\n')
}
