/** What the user has set. One schema for every door; stored as `settings.json` in the data folder. */
import { z } from 'zod'
import { clockTime, defaultPolicySettings, policySettingsSchema } from './policy.ts'

/** The largest figure each field takes: beyond them a typing slip is likelier than the truth. */
const wattOffset = z.number().min(-500).max(2000)

export const settingsSchema = z.object({
  /** Price of one kilowatt-hour in `currency` (30 in JPY is common, so the limits are wide; a change is also judged in USD); null: not set, the estimate then assumes one and says so. */
  electricityPricePerKwh: z.number().min(-1000).max(1000).nullable().default(null),
  /** ISO 4217. Estimates are made in USD and shown in this. */
  currency: z.enum(['USD', 'EUR', 'GBP', 'CHF', 'CAD', 'AUD', 'JPY', 'PLN', 'SEK', 'NOK', 'DKK', 'CZK', 'INR', 'BRL']).default('USD'),
  /** What one unit of `currency` is worth in USD, when the user knows better than the bundled, dated rate; null: use that. */
  usdPerCurrencyUnit: z.number().positive().max(1000).nullable().default(null),
  /** Wall power = GPU watts × factor + offset. */
  wallPowerFactor: z.number().min(0.5).max(3).default(1),
  wallPowerOffsetW: wattOffset.default(0),
  /** What the rest of the machine draws while a programme that takes all of it runs; null: 60 W assumed. */
  hostPowerW: z.number().min(0).max(5000).nullable().default(null),
  /** `fixed`: electricityPricePerKwh. `weekly`: weeklyTariff. `dated`: intervals that were imported, else the other two. */
  tariffKind: z.enum(['fixed', 'weekly', 'dated']).default('fixed'),
  /** Price of a kilowatt-hour in `currency` for each hour of the week, Monday 00:00 first, by the wall clock of `tariffZone`. */
  weeklyTariff: z.array(z.number().min(-1000).max(1000)).length(168).nullable().default(null),
  /** IANA name; null: this machine's own. */
  tariffZone: z.string().min(1).max(64).nullable().default(null),
  /** What an hour of work is taken to wear off a card, in `currency`; null: not counted. */
  wearPerHour: z.number().min(0).max(1000).nullable().default(null),
  /** By programme id: what its income is multiplied by, since the user took on what past pay showed. */
  incomeCorrections: z.record(z.string().max(100), z.number().min(0.01).max(100)).default({}),
  /** Public data of networks and prices is asked for at all. */
  asksOutside: z.boolean().default(true),
  /** Ids of sources that are switched off. */
  sourcesOff: z.array(z.string().max(100)).max(200).default([]),
  /** Receive addresses by network id. Addresses only, checked for their chain. */
  wallets: z.record(z.string().max(100), z.string().max(200)).default({}),
  /** HTTP(S) address whose server preflight measures the line against; null: not measured. */
  bandwidthServer: z.string().max(500).regex(/^https?:\/\//, 'an address that begins with https://').nullable().default(null),
  /** host:port; null: the named default. "off": not asked. */
  stunServer: z.string().max(300).nullable().default(null),
  ntpServer: z.string().max(300).nullable().default(null),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  temperatureUnit: z.enum(['C', 'F']).default('C'),
  /** Samples of every card are kept once a second, whether somebody looks or not. */
  recordHistory: z.boolean().default(true),
  /** Alerts below this are shown but not sent. */
  notifyFrom: z.enum(['info', 'warning', 'critical', 'never']).default('warning'),
  notifyOnDesktop: z.boolean().default(true),
  /** Local wall clock, 24 h: "22:00". Both or neither; alerts of these hours are told when they are over. */
  quietFrom: clockTime.nullable().default(null),
  quietTo: clockTime.nullable().default(null),
  /** Critical alerts are told in quiet hours as well. */
  criticalBreaksQuiet: z.boolean().default(true),
  /** Core temperature from which an alert begins, in °C; null: the card's own slow-down temperature. */
  hotFromC: z.number().min(40).max(120).nullable().default(null),
  /** When each card may work. Changed through `policy.change` and `policy.override` alone. */
  policy: policySettingsSchema.default(defaultPolicySettings),
})

export type Settings = z.infer<typeof settingsSchema>

type Fields = { [Key in keyof typeof settingsSchema.shape]: ReturnType<(typeof settingsSchema.shape)[Key]['removeDefault']> }
/** Without the defaults, which `partial()` would keep: a change of one key would then set all the others back. */
const fields = Object.fromEntries(Object.entries(settingsSchema.shape).map(([key, field]) => [key, field.removeDefault()])) as Fields

/** A change names only what changes. */
export const settingsChangeSchema = z.object(fields).partial().strict()
export type SettingsChange = z.infer<typeof settingsChangeSchema>

export const defaultSettings: Settings = settingsSchema.parse({})
