/** What the user asks of the policy: changed rules, a pause, "run now", "ignore this program". Pure: settings in, settings and what to tell out. */
import type { HistoryEventId } from '../../shared/history.ts'
import { policySettingsSchema, quietProblem, type Override, type OverrideAsk, type PolicyChange, type PolicySettings, type ProgrammePolicy } from '../../shared/policy.ts'
import { plainName, shortName } from '../system/desktop-programs.ts'
import { NotPossible } from '../system/not-possible.ts'
import { isZone } from '../system/zone.ts'
import { isOver, overrideOf, runNowMinutes, scopeWords, withOverride } from './overrides.ts'
import { clockText } from './words.ts'

export interface Known {
  at: number
  zone: string
  /** By id; every card that is here or was lost. */
  cards: ReadonlyMap<string, string>
  programmes: ReadonlyMap<string, string>
}

export interface Asked {
  settings: PolicySettings
  event: { id: HistoryEventId; sentence: string; gpuId: string | null; programmeId: string | null } | null
}

const mostPrograms = 200

/** Throws NotPossible where the rules would not make sense together. */
export function changed(before: PolicySettings, change: PolicyChange, known: Known): Asked {
  const { cards, programmes, ...plain } = change
  if (typeof plain.zone === 'string' && !isZone(plain.zone)) throw new NotPossible(`There is no time zone called "${plain.zone}". Use a name such as Europe/Berlin.`)
  for (const programmeId of Object.keys(programmes ?? {})) if (!known.programmes.has(programmeId) && before.programmes[programmeId] === undefined) throw new NotPossible(`There is no programme "${programmeId}". "providers list" shows what there is.`)
  const wanted = {
    ...before,
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
    cards: merged(before.cards, cards),
    programmes: merged(before.programmes, programmes, (id) => before.programmes[id]),
  }
  const parsed = policySettingsSchema.safeParse(wanted)
  if (!parsed.success) throw new NotPossible(`That cannot be kept: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}.`)
  const problem = quietProblem(parsed.data)
  if (problem !== null) throw new NotPossible(problem)
  const keys = Object.keys(change)
  return { settings: parsed.data, event: keys.length === 0 ? null : { id: 'policy-changed', gpuId: null, programmeId: null, sentence: `You changed the rules on when cards may work: ${[...new Set(keys.map((key) => keyWords[key] ?? key))].join(', ')}.` } }
}

const keyWords: Record<string, string> = {
  isOn: 'whether Idlewatt decides', schedule: 'schedule', otherwise: 'outside of the schedule', zone: 'time zone', idleAfterMinutes: 'when nobody counts as being there', whenIdleUnknown: 'where that cannot be told',
  countsLock: 'locked screen', sparesOnlyDisplay: 'cards without a display', cards: 'single cards', programmes: 'single programmes', countsFullScreen: 'full screen', countsGameMode: 'GameMode', busyFrom: 'load of others',
  busyMemoryMb: 'memory of others', ignoredPrograms: 'programs that do not count', busyPrograms: 'programs that go before', onBattery: 'battery', onLidClosed: 'lid', onMetered: 'metered network', mostTrafficGb: 'traffic',
  leastDiskGb: 'disk', maxTemperatureC: 'temperature', maxFan: 'fan', quietFrom: 'quiet hours', quietTo: 'quiet hours', quietMaxFan: 'fan in quiet hours', stopsAtLoss: 'stopping at a loss', judgesBy: 'how pay is judged',
  leastUsdPerHour: 'least pay', sleepsAtLoss: 'sleep at a loss', keepsAwake: 'keeping awake', shortcut: 'shortcut', staysInTray: 'staying in the tray',
}

function merged<Entry>(before: Record<string, Entry>, change: Record<string, Partial<Entry> | null | undefined> | undefined, base: (id: string) => Entry | undefined = () => undefined): Record<string, unknown> {
  const entries = new Map<string, unknown>(Object.entries(before))
  for (const [id, entry] of Object.entries(change ?? {})) {
    if (entry === undefined) continue
    if (entry === null) entries.delete(id)
    else entries.set(id, { ...base(id), ...Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) })
  }
  return Object.fromEntries(entries)
}

/** Throws NotPossible for a moment that has passed, and for cards and programmes that there are not. */
export function overridden(before: PolicySettings, ask: OverrideAsk, id: string, known: Known): Asked {
  const { at, zone } = known
  if (ask.gpuId !== null && !known.cards.has(ask.gpuId)) throw new NotPossible(`There is no card "${ask.gpuId}". "detect" shows what there is.`)
  if (ask.programmeId !== null && !known.programmes.has(ask.programmeId)) throw new NotPossible(`There is no programme "${ask.programmeId}". "providers list" shows what there is.`)
  if (ask.until !== undefined && ask.until <= at) throw new NotPossible(`${clockText(ask.until, zone, at)} has passed already. Name a time that is still to come.`)
  const overrides = withOverride(before.overrides, overrideOf(ask, at, id))
  // Its end may be that of a longer pause before it.
  const added = overrides.at(-1) as Override
  return { settings: { ...before, overrides }, event: { id: added.kind === 'pause' ? 'policy-paused' : 'policy-run-now', sentence: overrideSentence(added, known, before.isOn), gpuId: added.gpuId, programmeId: added.programmeId } }
}

function overrideSentence(added: Override, known: Known, isOn: boolean): string {
  const what = whatOf(added, known)
  const until = added.until === null ? (added.kind === 'pause' ? 'until you resume' : 'until you take it back') : `until ${clockText(added.until, known.zone, known.at)}`
  return added.kind === 'pause' ? `${what} is paused ${until}: you asked for it.${isOn ? '' : ' Nothing is started by itself afterwards, as you switched that off.'}` : `${what} may run now, ${until}: you asked for it.`
}

export function whatOf(override: Pick<Override, 'gpuId' | 'programmeId'>, known: Known): string {
  return scopeWords(override, { card: (gpuId) => known.cards.get(gpuId) ?? gpuId, programme: (programmeId) => known.programmes.get(programmeId) ?? programmeId })
}

/** null: all of them. */
export function resumed(before: PolicySettings, id: string | null, known: Known): Asked {
  // What is over is kept for a day, for a clock that was wrong: it goes along without a word.
  const gone = before.overrides.filter((one) => (id === null || one.id === id) && !isOver(one, known.at))
  if (id !== null && gone.length === 0) throw new NotPossible('That pause is over already.')
  const [only] = gone
  const left = before.overrides.filter((one) => !gone.includes(one) && (id !== null || !isOver(one, known.at)))
  if (only === undefined) return { settings: left.length === before.overrides.length ? before : { ...before, overrides: left }, event: null }
  const sentence = gone.length > 1 ? 'You took back all pauses and all that was to run now.' : `You took back that ${whatOf(only, known).replace(/^Everything/, 'everything')} ${only.kind === 'pause' ? 'is paused' : 'is to run now'}.`
  return { settings: { ...before, overrides: left }, event: { id: 'policy-resumed', sentence, gpuId: gone.length === 1 ? only.gpuId : null, programmeId: gone.length === 1 ? only.programmeId : null } }
}

export function ignored(before: PolicySettings, name: string, isIgnored: boolean): Asked {
  const plain = plainName(name)
  if (plain === '') throw new NotPossible('A program without a name cannot be ignored.')
  const others = before.ignoredPrograms.filter((one) => plainName(one) !== plain)
  if (isIgnored && others.length >= mostPrograms) throw new NotPossible(`${mostPrograms} programs are ignored already. Take some off the list first.`)
  const settings = isIgnored
    ? { ...before, ignoredPrograms: [...others, shortName(name)], busyPrograms: before.busyPrograms.filter((one) => plainName(one) !== plain) }
    : { ...before, ignoredPrograms: others }
  return { settings, event: { id: 'policy-changed', gpuId: null, programmeId: null, sentence: isIgnored ? `${shortName(name)} does not count any more: you said so.` : `${shortName(name)} counts again: you said so.` } }
}

const unset: ProgrammePolicy = { isArmed: false, may: null, priority: 0 }

/** `runsNow`: also at once, for an hour. */
export function armedIn(before: PolicySettings, programmeId: string, id: string, runsNow: boolean, known: Known): Asked {
  const programmes = { ...before.programmes, [programmeId]: { ...(before.programmes[programmeId] ?? unset), isArmed: true } }
  const own = before.overrides.filter((one) => one.programmeId !== programmeId)
  const added = overrideOf({ kind: 'run-now', minutes: runNowMinutes, gpuId: null, programmeId }, known.at, id)
  const title = known.programmes.get(programmeId) ?? programmeId
  return {
    settings: { ...before, programmes, overrides: runsNow ? withOverride(own, added) : before.overrides },
    event: { id: 'policy-run-now', gpuId: null, programmeId, sentence: runsNow ? `You started ${title}: from now on it runs whenever it may, and at once until ${clockText(added.until ?? known.at, known.zone, known.at)}.` : `${title} ran already: from now on it runs whenever it may.` },
  }
}

export function disarmedIn(before: PolicySettings, programmeId: string): Asked {
  const entry = before.programmes[programmeId] ?? unset
  return { settings: { ...before, programmes: { ...before.programmes, [programmeId]: { ...entry, isArmed: false } }, overrides: before.overrides.filter((one) => one.programmeId !== programmeId) }, event: null }
}
