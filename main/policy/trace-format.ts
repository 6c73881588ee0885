/** The shape of a trace file: a recorded or made-up stretch of time that the policy can be replayed on (described in README.md). */
import { z } from 'zod'
import { policyChangeSchema } from '../../shared/policy.ts'
import { hoursPerWeek } from '../../shared/tariff.ts'

const name = z.string().min(1).max(200)
const share = z.number().min(0).max(1)
/** Minutes from the trace's beginning, or a moment with its offset. */
const time = z.union([z.number().min(0).max(1_000_000), z.string().min(1).max(40)], { error: 'minutes from the beginning, or a moment with its offset such as 2026-03-10T18:00+01:00' })
const price = z.number().min(-100).max(100)
const pay = z.number().min(0).max(10_000).nullable()

const cardSchema = z
  .object({ id: name, name, model: name.nullable().default(null), memoryBytes: z.number().min(1).max(1e15), drivesDisplay: z.boolean().nullable().default(null), slowdownC: z.number().min(40).max(150).nullable().default(null) })
  .strict()

const pricesSchema = z.union(
  [
    price,
    z
      .object({
        /** In order; each lasts to the next one's beginning. */
        dated: z.array(z.object({ from: time, usdPerKwh: price }).strict()).max(100_000).default([]),
        /** End of the last dated price; left out: the end of the trace. */
        datedTo: time.optional(),
        /** Monday 00:00 first, by the wall clock of the zone. */
        weekly: z.array(price).length(hoursPerWeek).optional(),
        fixed: price.optional(),
      })
      .strict(),
  ],
  { error: 'USD per kWh, or { dated, datedTo, weekly, fixed }' },
)

const demandsSchema = z
  .object({
    exclusive: z.enum(['free', 'card', 'machine']),
    ceilings: z.array(z.object({ models: z.array(name).nullable().default(null), gpu: share, processor: share.nullable().default(null) }).strict()).max(20),
    uptime: z.object({ share: share.nullable().default(null), offlineMinutesADay: z.number().min(0).max(1440).nullable().default(null), rewardsAfterHours: z.number().min(0).max(240).nullable().default(null) }).strict().nullable(),
    interruption: z.enum(['free', 'costly', 'punished']),
  })
  .partial()
  .strict()

const programmeSchema = z
  .object({
    id: z.string().min(1).max(100),
    title: name,
    /** Of these cards all are taken; none: it uses no card. */
    cards: z.array(name).max(64),
    demands: demandsSchema.default({}),
    /** While it has a job: all its cards together, before power; null: not known. */
    grossUsdPerHour: z.union([pay, z.object({ low: pay, expected: pay, high: pay }).strict()], { error: 'USD an hour (0 to 10000), null, or { low, expected, high } of them' }),
    kwhPerHour: z.number().min(0).max(1000),
    startSeconds: z.number().min(0).max(86_400).default(30),
    stopSeconds: z.number().min(0).max(3600).default(1),
    stopPriceUsd: z.number().min(0).max(1e6).nullable().default(null),
    /** `always`: it is paid for being there. */
    jobs: z.union([z.literal('always'), z.array(z.object({ from: time, to: time }).strict()).max(100_000)], { error: '"always", or a list of { from, to }' }).default('always'),
  })
  .strict()

const programSchema = z
  .object({
    pid: z.number().int().min(1).max(2 ** 32),
    name,
    utilisation: share.nullable().default(null),
    memoryMb: z.number().min(0).max(1e9).nullable().default(null),
    whose: z.enum(['desktop', 'stranger']).optional(),
  })
  .strict()

const machineChangeSchema = z
  .object({
    /** `active`: keys and pointer all the time. `touched`: once, now. `away`: not any more. */
    idle: z.enum(['active', 'touched', 'away', 'unknown']),
    attended: z.boolean().nullable(),
    locked: z.boolean().nullable(),
    fullScreen: z.union([z.string().max(200), z.literal(false), z.null()]),
    gameMode: z.boolean().nullable(),
    onBattery: z.boolean().nullable(),
    charge: share.nullable(),
    lidClosed: z.boolean().nullable(),
    metered: z.boolean().nullable(),
    trafficGb: z.number().min(0).nullable(),
    diskFreeGb: z.number().min(0).nullable(),
    processorLoad: share.nullable(),
  })
  .partial()
  .strict()

const cardChangeSchema = z
  .object({
    isHere: z.boolean(),
    silent: name.nullable(),
    isMeasured: z.boolean(),
    programs: z.array(programSchema).max(1000),
    temperatureC: z.number().min(-50).max(200).nullable(),
    fan: share.nullable(),
    /** Programmes whose other software is on it. */
    listedBy: z.array(z.string().min(1).max(100)).max(20),
  })
  .partial()
  .strict()

/** What the user asks for at that moment. `resume` takes back all that was asked for. */
const saysSchema = z.union(
  [
    z.literal('resume'),
    z
      .object({ kind: z.enum(['pause', 'run-now']), minutes: z.number().min(1).max(10_080).optional(), until: time.optional(), card: name.nullable().default(null), programme: name.nullable().default(null) })
      .strict()
      .refine((ask) => ask.minutes === undefined || ask.until === undefined, { message: 'minutes or a moment, not both' }),
  ],
  { error: '"resume", or { kind: "pause" or "run-now", minutes or until }' },
)

const changeSchema = z
  .object({
    at: time,
    machine: machineChangeSchema.optional(),
    cards: z.record(name, cardChangeSchema).optional(),
    /** `true`: the system says so before; `"sudden"`: it does not, as where a decision is interrupted. */
    sleep: z.union([z.boolean(), z.literal('sudden')]).optional(),
    /** The machine's clock is set so much forward, or back. */
    clockJumpMinutes: z.number().min(-100_000).max(100_000).optional(),
    says: saysSchema.optional(),
  })
  .strict()

export const traceFileSchema = z
  .object({
    format: z.literal('idlewatt-trace', { error: 'idlewatt-trace' }),
    version: z.literal(1, { error: '1: this Idlewatt reads no other' }),
    title: name,
    /** Where it comes from, honestly. */
    source: z.string().min(1).max(2000),
    zone: z.string().min(1).max(64),
    from: z.string().min(1).max(40),
    to: z.string().min(1).max(40),
    machine: z.object({ cards: z.array(cardSchema).max(64) }).strict(),
    settings: policyChangeSchema.default({}),
    prices: pricesSchema.nullable().default(null),
    programmes: z.array(programmeSchema).min(1).max(50),
    changes: z.array(changeSchema).max(200_000),
  })
  .strict()

export type TraceFile = z.output<typeof traceFileSchema>
export type TraceFileInput = z.input<typeof traceFileSchema>
export type MachineChange = z.output<typeof machineChangeSchema>
export type CardChange = z.output<typeof cardChangeSchema>
export type TraceProgram = z.output<typeof programSchema>
