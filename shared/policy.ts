/** When each card may work: what the user has set. What was read and decided stands in policy-state.ts. */
import { z } from 'zod'

/** `always`: also while the user is at the machine. `when-idle`: only while nobody is. */
export const runModes = ['always', 'when-idle', 'never'] as const
export type RunMode = (typeof runModes)[number]

/** Local wall clock, 24 h. */
export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 22:00')
const gpuId = z.string().min(1).max(200)
const programmeId = z.string().min(1).max(100)
const moment = z.number().int().min(0).max(8.64e15)
/** As the system lists it, without a path. */
const programName = z.string().min(1).max(200)

/**
 * A stretch of the week on the wall clock. `to` before `from`: it ends on the day after; the same: it lasts a whole day.
 * Where blocks overlap the strictest holds: never, when idle, always.
 */
export const scheduleBlockSchema = z
  .object({
    /** On which days it begins: 1 Monday to 7 Sunday (ISO 8601). */
    days: z.array(z.number().int().min(1).max(7)).min(1).max(7),
    from: clockTime,
    to: clockTime,
    may: z.enum(runModes),
    /** null: every card. */
    gpuId: gpuId.nullable().default(null),
  })
  .strict()
export type ScheduleBlock = z.infer<typeof scheduleBlockSchema>

/** One card. null: as for all cards. */
export const cardPolicySchema = z
  .object({
    /** null: as the schedule says. */
    may: z.enum(runModes).nullable().default(null),
    maxTemperatureC: z.number().min(40).max(120).nullable().default(null),
    /** 0..1 of the fastest fan. */
    maxFan: z.number().min(0).max(1).nullable().default(null),
    /** Programmes that may have this card; null: every one that is set up. */
    programmes: z.array(programmeId).max(50).nullable().default(null),
  })
  .strict()
export type CardPolicy = z.infer<typeof cardPolicySchema>

export const programmePolicySchema = z
  .object({
    /** The user wants it to run whenever it may: set by starting it, taken back by stopping it. */
    isArmed: z.boolean().default(false),
    /** null: as the schedule and the card say. `always` is for software with an uptime duty; what the user runs on its card still stops it. */
    may: z.enum(runModes).nullable().default(null),
    /** Of two that cannot share a card the greater has it; equal: the one that pays more. */
    priority: z.number().int().min(-100).max(100).default(0),
  })
  .strict()
export type ProgrammePolicy = z.infer<typeof programmePolicySchema>

/** What the user said for a while. It goes before schedule, idleness and money, and never before what protects cards and deposits. */
export const overrideSchema = z
  .object({
    id: z.string().min(1).max(60),
    kind: z.enum(['pause', 'run-now']),
    /** null: every card, every programme. */
    gpuId: gpuId.nullable().default(null),
    programmeId: programmeId.nullable().default(null),
    since: moment,
    /** null: until it is taken back. */
    until: moment.nullable(),
    /** It was asked for as a length of time ("1 h"): where the clock jumps, its end moves along. */
    isFor: z.boolean().default(false),
  })
  .strict()
export type Override = z.infer<typeof overrideSchema>

export const policySettingsSchema = z.object({
  /** Idlewatt starts and stops provider software by itself. */
  isOn: z.boolean().default(true),
  schedule: z.array(scheduleBlockSchema).max(100).default([]),
  /** Outside of every block. */
  otherwise: z.enum(runModes).default('when-idle'),
  /** IANA name of the schedule's clock; null: this machine's own. */
  zone: z.string().min(1).max(64).nullable().default(null),
  /** So long without keyboard and mouse, and nobody counts as being there. */
  idleAfterMinutes: z.number().min(0.5).max(240).default(3),
  /** Where no way tells whether somebody is there: `by-load`: a card that has been quiet for a while may work; `wait`: none does. */
  whenIdleUnknown: z.enum(['by-load', 'wait']).default('by-load'),
  /** A locked screen counts as nobody being there, at once. */
  countsLock: z.boolean().default(true),
  /** Cards that drive no display may work while somebody is there, as long as nothing of theirs is on them. */
  sparesOnlyDisplay: z.boolean().default(true),
  cards: z.record(gpuId, cardPolicySchema).default({}),
  programmes: z.record(programmeId, programmePolicySchema).default({}),
  /** A program in full screen, and Feral's GameMode, stop the card. */
  countsFullScreen: z.boolean().default(true),
  countsGameMode: z.boolean().default(true),
  /** From this share of a card's time on, a stranger is in the way. */
  busyFrom: z.number().min(0.01).max(1).default(0.1),
  /** From this much of a card's memory on, a stranger is in the way. In 10^6 bytes. */
  busyMemoryMb: z.number().min(50).max(200_000).default(800),
  /** Programs that never count ("ignore this program"). */
  ignoredPrograms: z.array(programName).max(200).default([]),
  /** Programs that count as soon as they run on a card, however little they do. */
  busyPrograms: z.array(programName).max(200).default([]),
  onBattery: z.enum(['stop', 'run']).default('stop'),
  onLidClosed: z.enum(['stop', 'run']).default('stop'),
  onMetered: z.enum(['stop', 'run']).default('stop'),
  /** All traffic of this machine in a calendar day, in 10^9 bytes; null: not counted. */
  mostTrafficGb: z.number().min(0.1).max(100_000).nullable().default(null),
  /** Less free than this on the data folder's disk stops. In 10^9 bytes. */
  leastDiskGb: z.number().min(0).max(10_000).default(5),
  /** Core temperature at which work stops; null: 5 °C below the card's own slow-down point, 83 °C where it tells none. */
  maxTemperatureC: z.number().min(40).max(120).nullable().default(null),
  /** At any time, 0..1; null: no limit. */
  maxFan: z.number().min(0).max(1).nullable().default(null),
  /** The room is to be quiet between them. Both or neither. */
  quietFrom: clockTime.nullable().default(null),
  quietTo: clockTime.nullable().default(null),
  /** Fan share that is quiet enough; 0: nothing runs in quiet hours. */
  quietMaxFan: z.number().min(0).max(1).default(0),
  /** Stops where the coming hours would cost more than they bring. */
  stopsAtLoss: z.boolean().default(true),
  /** Which case of the estimate that is judged by. Where no expected case is published the hopeful one stands in. */
  judgesBy: z.enum(['low', 'expected', 'high']).default('expected'),
  /** What an hour must bring after power, in USD per programme. */
  leastUsdPerHour: z.number().min(-100).max(100).default(0),
  /** Puts the machine to sleep while nothing is worth running and nobody is there, and wakes it for the next hours that are. */
  sleepsAtLoss: z.boolean().default(false),
  /** While something paid or listed runs, the machine is kept from sleeping. */
  keepsAwake: z.boolean().default(true),
  /** "I need my GPU", everywhere on the desktop, as Electron writes keys; null: none. */
  shortcut: z.string().min(1).max(60).nullable().default('CommandOrControl+Alt+G'),
  /** Closing the window leaves Idlewatt in the tray while something is to run. */
  staysInTray: z.boolean().default(true),
  overrides: z.array(overrideSchema).max(50).default([]),
})
export type PolicySettings = z.infer<typeof policySettingsSchema>

/** What is wrong with the quiet hours, for the user; null: nothing, or there are none. */
export function quietProblem({ quietFrom, quietTo }: Pick<PolicySettings, 'quietFrom' | 'quietTo'>): string | null {
  if ((quietFrom === null) !== (quietTo === null)) return 'Quiet hours need a beginning and an end. Set both, or neither.'
  // A block of the schedule lasts a whole day then; of quiet hours nobody could tell whether that or nothing was meant.
  if (quietFrom !== null && quietFrom === quietTo) return `Quiet hours from ${quietFrom} to ${quietTo} have no length. Set two different times, or neither.`
  return null
}

export const defaultPolicySettings: PolicySettings = policySettingsSchema.parse({})

type WithoutDefaults<Shape extends Record<string, { removeDefault(): z.ZodType }>> = { [Key in keyof Shape]: ReturnType<Shape[Key]['removeDefault']> }
/** `partial()` alone would keep the defaults: a change of one key would then set all the others back. */
function withoutDefaults<Shape extends Record<string, { removeDefault(): z.ZodType }>>(shape: Shape): WithoutDefaults<Shape> {
  return Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, field.removeDefault()])) as WithoutDefaults<Shape>
}
const fields = withoutDefaults(policySettingsSchema.shape)

/** A change names only what changes. Overrides are changed by asking for them. `cards` and `programmes` are merged entry by entry; null removes one. */
export const policyChangeSchema = z
  .object({ ...fields, cards: z.record(gpuId, z.object(withoutDefaults(cardPolicySchema.shape)).partial().strict().nullable()), programmes: z.record(programmeId, z.object(withoutDefaults(programmePolicySchema.shape)).partial().strict().nullable()) })
  .omit({ overrides: true })
  .partial()
  .strict()
export type PolicyChange = z.input<typeof policyChangeSchema>

/** "pause for 1 h", "pause until 18:00", "until I resume": one of minutes, until, or neither. */
export const overrideAskSchema = z
  .object({
    kind: z.enum(['pause', 'run-now']),
    minutes: z.number().min(1).max(10_080).optional(),
    until: moment.optional(),
    gpuId: gpuId.nullable().default(null),
    programmeId: programmeId.nullable().default(null),
  })
  .strict()
  .refine((ask) => ask.minutes === undefined || ask.until === undefined, { message: 'minutes or a moment, not both' })
export type OverrideAsk = z.output<typeof overrideAskSchema>
