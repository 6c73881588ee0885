/** Every setting of the run policy as `policy set` takes it and `policy show` prints it. */
import type { z } from 'zod'
import { cardPolicySchema, policySettingsSchema, programmePolicySchema, type PolicySettings } from '../../shared/policy.ts'
import { clockOf } from './block-words.ts'
import { numberText } from './output.ts'
import { quoted, readNumber, readOneOf, WrongWords } from './words.ts'

type Kind = 'switch' | 'number' | 'share' | 'clock' | 'text' | 'words' | readonly string[]
interface Spec {
  kind: Kind
  /** `none` takes it away. */
  hasNone?: boolean
  about: string
  unit?: string
}

type TopKey = Exclude<keyof PolicySettings, 'schedule' | 'cards' | 'programmes' | 'overrides'>
const modes = policySettingsSchema.shape.otherwise.unwrap().options
const stopRun = policySettingsSchema.shape.onBattery.unwrap().options

export const settingSpecs: Record<TopKey, Spec> = {
  isOn: { kind: 'switch', about: 'Idlewatt starts and stops software by itself' },
  otherwise: { kind: modes, about: 'outside of every block of the schedule' },
  zone: { kind: 'text', hasNone: true, about: 'time zone of the schedule; none: that of this machine' },
  idleAfterMinutes: { kind: 'number', unit: 'min', about: 'so long without keyboard and mouse, and nobody counts as being there' },
  whenIdleUnknown: { kind: policySettingsSchema.shape.whenIdleUnknown.unwrap().options, about: 'where nothing tells whether somebody is there' },
  countsLock: { kind: 'switch', about: 'a locked screen counts as nobody being there' },
  sparesOnlyDisplay: { kind: 'switch', about: 'cards without a display may work while somebody is there' },
  countsFullScreen: { kind: 'switch', about: 'a program in full screen stops the card' },
  countsGameMode: { kind: 'switch', about: "Feral's GameMode stops the card" },
  busyFrom: { kind: 'share', about: "from this share of a card's time on, a program is in the way" },
  busyMemoryMb: { kind: 'number', unit: 'MB', about: "from this much of a card's memory on, too" },
  busyPrograms: { kind: 'words', about: 'programs that count however little they do' },
  ignoredPrograms: { kind: 'words', about: 'programs that never count' },
  onBattery: { kind: stopRun, about: 'what work does on battery' },
  onLidClosed: { kind: stopRun, about: 'what work does with the lid closed' },
  onMetered: { kind: stopRun, about: 'what work does on a metered network' },
  mostTrafficGb: { kind: 'number', hasNone: true, unit: 'GB', about: 'most traffic of this machine in a day; none: not counted' },
  leastDiskGb: { kind: 'number', unit: 'GB', about: 'less free than this on the disk stops' },
  maxTemperatureC: { kind: 'number', hasNone: true, unit: '°C', about: 'work stops at this temperature; none: 5 °C below where the card slows down' },
  maxFan: { kind: 'share', hasNone: true, about: 'loudest fan at any time; none: no limit' },
  quietFrom: { kind: 'clock', hasNone: true, about: 'quiet hours begin' },
  quietTo: { kind: 'clock', hasNone: true, about: 'quiet hours end' },
  quietMaxFan: { kind: 'share', about: 'loudest fan in quiet hours; 0: nothing runs in them' },
  stopsAtLoss: { kind: 'switch', about: 'stops where the coming hours would cost more than they bring' },
  judgesBy: { kind: policySettingsSchema.shape.judgesBy.unwrap().options, about: 'the case of the estimate by which that is judged' },
  leastUsdPerHour: { kind: 'number', unit: 'USD', about: 'what an hour must bring after power' },
  sleepsAtLoss: { kind: 'switch', about: 'puts the machine to sleep while nothing is worth running and nobody is there' },
  keepsAwake: { kind: 'switch', about: 'keeps the machine from sleeping while something paid or listed runs' },
  shortcut: { kind: 'text', hasNone: true, about: 'keys of "I need my GPU"; none: no keys' },
  staysInTray: { kind: 'switch', about: 'closing the window leaves Idlewatt in the tray while something is to run' },
}
/** Of one card; none: as for all cards. */
export const cardSpecs: Record<keyof typeof cardPolicySchema.shape, Spec> = {
  may: { kind: modes, hasNone: true, about: 'when it may work; none: as the schedule says' },
  maxTemperatureC: { kind: 'number', hasNone: true, unit: '°C', about: 'work on it stops at this temperature' },
  maxFan: { kind: 'share', hasNone: true, about: 'its loudest fan' },
  programmes: { kind: 'words', hasNone: true, about: 'programmes that may have it; none: every one that is set up' },
}
export const programmeSpecs: Record<Exclude<keyof typeof programmePolicySchema.shape, 'isArmed'>, Spec> = {
  may: { kind: modes, hasNone: true, about: 'when it may run; none: as the schedule and the card say' },
  priority: { kind: 'number', about: 'of two that cannot share a card the greater has it' },
}

const schemas: Record<string, Record<string, z.ZodType>> = { top: policySettingsSchema.shape, card: cardPolicySchema.shape, programme: programmePolicySchema.shape }
const switchWords: Record<string, boolean> = { on: true, yes: true, true: true, '1': true, off: false, no: false, false: false, '0': false }
const noneWords = new Set(['none', 'null', ''])

/** One `KEY=VALUE` of those that `of` has. Throws WrongWords. */
export function readSetting(text: string, of: 'top' | 'card' | 'programme'): { key: string; value: unknown } {
  const specs: Record<string, Spec> = { top: settingSpecs, card: cardSpecs, programme: programmeSpecs }[of]
  const at = text.indexOf('=')
  if (at < 1) throw new WrongWords(`policy set takes KEY=VALUE, such as ${of === 'top' ? 'idleAfterMinutes=5' : 'may=never'}; ${quoted(text)} has not that form.`)
  const typed = text.slice(0, at).trim()
  const value = text.slice(at + 1).trim()
  if (of === 'top' && plain(typed) === 'schedule') {
    if (!noneWords.has(value.toLowerCase())) throw new WrongWords('The schedule is changed with --add "Mon-Fri 22:00-06:00 always" and --remove N; schedule=none takes all of it away.')
    return { key: 'schedule', value: [] }
  }
  const known = Object.keys(specs)
  const key = known.find((one) => plain(one) === plain(typed)) ?? readOneOf(of === 'top' ? 'setting' : `setting of a ${of}`, typed, known)
  return { key, value: checked(key, readValue(key, value, specs[key] as Spec), value, { of, isShare: specs[key]?.kind === 'share' }) }
}

/** As `show` prints it, and `set` would take it. */
export function settingText(value: unknown, { kind, unit }: Spec): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  if (typeof value !== 'number') return String(value)
  if (kind === 'share') return `${numberText(value * 100)} %`
  return unit === undefined ? numberText(value) : `${numberText(value)} ${unit}`
}

function readValue(key: string, text: string, { kind, hasNone, unit }: Spec): unknown {
  if (noneWords.has(text.toLowerCase())) {
    if (hasNone) return null
    if (kind === 'words') return []
    throw new WrongWords(`${key} needs a value; ${text === '' ? 'it has none' : quoted(text)}.`)
  }
  if (kind === 'switch') {
    const value = switchWords[text.toLowerCase()]
    if (value === undefined) throw new WrongWords(`${key} is on or off; ${quoted(text)} is neither.`)
    return value
  }
  if (kind === 'words') return [...new Set(text.split(',').map((one) => one.trim()).filter((one) => one !== ''))]
  if (kind === 'clock') {
    const clock = clockOf(text)
    if (clock === null || clock === '24:00') throw new WrongWords(`${key} needs a time of day such as 22:00; ${quoted(text)} is none.`)
    return clock
  }
  if (kind === 'share') return readShare(key, text)
  if (kind === 'number') return readNumber(key, unit !== undefined && text.toLowerCase().endsWith(unit.toLowerCase()) ? text.slice(0, -unit.length) : text, { min: -Infinity, max: Infinity, unit: '' })
  if (kind === 'text') return text
  return readOneOf(`value of ${key}`, text.replace(/\s+/g, '-'), kind)
}

/** "60%" or 0.6. */
function readShare(key: string, text: string): number {
  const isPercent = text.endsWith('%')
  const value = readNumber(key, isPercent ? text.slice(0, -1) : text, { min: -Infinity, max: Infinity, unit: '' })
  // What is out of bounds as a percentage too would only be refused again.
  if (!isPercent && value > 1 && value <= 100) throw new WrongWords(`${key} is a share: write ${text}% or ${value / 100}.`)
  return isPercent ? value / 100 : value
}

/** The limits stand in the schema alone. */
function checked(key: string, value: unknown, typed: string, { of, isShare }: { of: keyof typeof schemas; isShare: boolean }): unknown {
  const schema = schemas[of]?.[key]
  const parsed = schema?.safeParse(value)
  if (parsed?.success) return parsed.data
  const { minValue, maxValue } = numberOf(schema)
  if (typeof value === 'number' && minValue !== null && maxValue !== null) throw new WrongWords(`${key} must lie between ${minValue} and ${maxValue}${isShare ? ` (${numberText(minValue * 100)} % and ${numberText(maxValue * 100)} %)` : ''}; ${quoted(typed)} does not.`)
  throw new WrongWords(`${key} cannot be ${quoted(typed)}: ${parsed?.error.issues[0]?.message ?? 'wrong'}.`)
}

function numberOf(schema: unknown): { minValue: number | null; maxValue: number | null } {
  let inner = schema as { unwrap?(): unknown; minValue?: number | null; maxValue?: number | null } | undefined
  while (inner?.unwrap) inner = inner.unwrap() as typeof inner
  return { minValue: inner?.minValue ?? null, maxValue: inner?.maxValue ?? null }
}

/** idle-after-minutes is idleAfterMinutes. */
function plain(key: string): string {
  return key.toLowerCase().replace(/[-_ ]/g, '')
}
