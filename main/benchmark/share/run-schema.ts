/** The shape of a run that comes from a file: every field checked, figures within reason, what is unknown left out. */
import { z } from 'zod'
import { benchmarkModes, workloadIds, type BenchmarkResult } from '../../../shared/benchmark.ts'
import { workloadOf } from '../workloads/index.ts'

/** Larger than any figure of any card to come; what is beyond it was typed. */
const mostFigure = 1e12
const firstMoment = Date.UTC(2015, 0, 1)
const longestRunMs = 7 * 86_400_000

function amount(most: number, what = 'a number'): z.ZodNumber {
  return z
    .number({ error: (issue) => `must be ${what}, and is ${shown(issue.input)}` })
    .min(0, 'must not be negative')
    .max(most, `must not be larger than ${most}`)
}
/** Texts are shown in a terminal and on pages: no control characters, and not endless. */
function words(most: number): z.ZodString {
  return z
    .string({ error: (issue) => `must be a text, and is ${shown(issue.input)}` })
    .max(most, `must not be longer than ${most} characters`)
    .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$/, 'holds characters that are no text')
}
/** Of a name: it stands in one line of a table. */
function label(most: number): z.ZodString {
  return words(most).regex(/^[^\t\n]*$/, 'holds a line break or a tab')
}
function list<Item extends z.ZodType>(item: Item, most: number): z.ZodArray<Item> {
  return z.array(item, { error: (issue) => `must be a list, and is ${shown(issue.input)}` }).max(most, `must not hold more than ${most}`)
}
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: (issue) => `must be ${values.length > 6 ? 'one that Idlewatt knows' : `one of ${values.join(', ')}`}, and is ${shown(issue.input)}` })
const yesOrNo = z.boolean({ error: (issue) => `must be true or false, and is ${shown(issue.input)}` })

const moment = amount(8.64e15, 'a time in ms since 1970').int('must be a whole number of ms').min(firstMoment, 'must be a time in ms since 1970, not before 2015')
const share = amount(1, 'a share from 0 to 1')
const watts = amount(20_000, 'watts').nullable()
const celsius = z.number({ error: (issue) => `must be a temperature in °C, and is ${shown(issue.input)}` }).min(-100, 'is colder than any card').max(300, 'is hotter than any card').nullable()
const mhz = amount(100_000).nullable()
const bytes = amount(2 ** 50).int('must be a whole number of bytes')
const name = label(300).nullable()
const heldBack = list(z.object({ reason: label(100), share }), 64)

const figure = z
  .number({ error: (issue) => `must be a number or null, and is ${shown(issue.input)}` })
  .positive('must be above 0: a figure that is not known is null')
  .max(mostFigure, 'is larger than any card can reach')
  .nullable()

const workload = z
  .object({
    workload: oneOf(workloadIds),
    status: oneOf(['measured', 'failed', 'wrong', 'not-offered', 'held-back']).optional(),
    reason: words(2000).nullable().optional(),
    value: figure,
    unit: words(30),
    spread: amount(1000).nullable(),
    runs: amount(1e6).int('must be a whole number'),
    expected: z.object({ low: amount(mostFigure), high: amount(mostFigure) }).nullable(),
    variant: label(200).nullable().optional(),
    workW: watts.optional(),
    energyPerUnit: z.object({ value: amount(mostFigure), unit: words(40) }).nullable().optional(),
    heldBack: heldBack.optional(),
    neverObserved: yesOrNo.optional(),
  })
  .superRefine((one, context) => {
    const say = (field: string, message: string): void => context.addIssue({ code: 'custom', path: [field], message })
    const { unit } = workloadOf(one.workload)
    if (one.unit !== unit) say('unit', `must be ${unit} for ${one.workload}, and is ${shown(one.unit)}`)
    if (one.value !== null && one.status !== undefined && one.status !== 'measured') say('value', `must be null where the status is ${one.status}`)
    if (one.value === null && one.status === 'measured') say('value', 'must not be null where the status is measured')
    if (one.value !== null && one.runs < 1) say('runs', 'must be at least 1 where there is a figure')
    if (one.expected && one.expected.low > one.expected.high) say('expected', 'ends before it begins')
  })

const conditions = z.object({
  kind: oneOf(['gpu', 'cpu-device']).optional(),
  idlewattVersion: label(60),
  kernelSet: label(60),
  os: name,
  cpuName: name,
  model: name,
  vendor: label(60),
  pciDeviceId: label(20).nullable(),
  memoryBytes: bytes.nullable(),
  vbiosVersion: label(60).nullable(),
  driverVersion: label(60).nullable(),
  openclPlatform: name,
  cudaVersion: label(60).nullable(),
  powerLimitW: watts,
  powerLimitDefaultW: watts,
  coreClockMaxMhz: mhz,
  memoryClockMaxMhz: mhz,
  pcieGeneration: amount(20).nullable(),
  pcieLanes: amount(64).nullable(),
  eccEnabled: yesOrNo.nullable(),
  drivesDisplay: yesOrNo.nullable(),
  attachment: name,
  inParallel: yesOrNo,
  temperatureCeilingC: celsius,
})

const sustained = z.object({
  workload: oneOf(workloadIds),
  unit: words(30),
  minutes: amount(24 * 60),
  points: list(
    z.object({
      atSeconds: amount(86_400),
      value: amount(mostFigure).nullable(),
      coreClockMhz: mhz,
      memoryClockMhz: mhz,
      powerW: watts,
      temperatureC: celsius,
      hotspotC: celsius,
      memoryC: celsius,
      fan: share.nullable(),
      throttle: list(label(100), 64),
    }),
    4000,
  ),
  first: figure,
  last: amount(mostFigure).nullable(),
  drop: z.number({ error: (issue) => `must be a number or null, and is ${shown(issue.input)}` }).min(-1000).max(1, 'must not be larger than 1').nullable(),
  dropAtSeconds: amount(86_400).nullable(),
  cause: z.object({ id: oneOf(['temperature', 'power', 'clock', 'other-load', 'unknown']), sentence: words(2000) }).nullable(),
  heldBack,
  meanW: watts,
  energyJ: amount(mostFigure).nullable(),
  stoppedBecause: words(2000).nullable(),
})

const memory = z.object({
  totalBytes: bytes,
  freeBytes: bytes.nullable(),
  testedBytes: bytes,
  leftAlone: z.object({ bytes, why: words(500) }),
  passes: amount(1e9),
  patterns: list(label(200), 200),
  errorCount: amount(1e15),
  errors: list(z.object({ fromByte: bytes, toByte: bytes, count: amount(1e15), pattern: label(200), expected: label(60), got: label(60) }), 256),
  bytesChecked: amount(1e18),
  stoppedBecause: words(2000).nullable(),
})

/** `now`: a run of tomorrow was not measured. */
export function runSchema(now: number) {
  return z
    .object({
      gpuId: label(200).min(1, 'must not be empty'),
      gpuName: label(300).min(1, 'must not be empty'),
      startedAt: moment.max(now + 86_400_000, 'lies in the future'),
      endedAt: moment,
      mode: oneOf(benchmarkModes),
      driverVersion: label(60).nullable(),
      results: list(workload, workloadIds.length),
      power: z.object({ workW: watts, waitW: watts }).nullable(),
      verdict: oneOf(['as-expected', 'low', 'unstable', 'unknown']),
      reasons: list(words(2000), 200),
      endedWell: yesOrNo.optional(),
      conditions: conditions.optional(),
      sustained: sustained.nullable().optional(),
      memory: memory.nullable().optional(),
    })
    .superRefine((run, context) => {
      const say = (path: (string | number)[], message: string): void => context.addIssue({ code: 'custom', path, message })
      if (run.endedAt < run.startedAt) say(['endedAt'], 'lies before startedAt')
      else if (run.endedAt - run.startedAt > longestRunMs) say(['endedAt'], 'lies more than a week after startedAt')
      run.results.forEach((one, i) => {
        if (run.results.findIndex((other) => other.workload === one.workload) < i) say(['results', i, 'workload'], `${one.workload} stands there twice`)
      })
      if (run.sustained && run.sustained.unit !== workloadOf(run.sustained.workload).unit) say(['sustained', 'unit'], `must be ${workloadOf(run.sustained.workload).unit} for ${run.sustained.workload}`)
      if (run.results.every((one) => one.value === null) && !run.sustained && !run.memory) say(['results'], 'holds no figure at all')
    })
}

/** Fails to compile where a field of a run is missing above, or has another type: what is imported is a whole run. */
type Read = z.output<ReturnType<typeof runSchema>>
type Same<One, Other> = Required<One> extends Required<Other> ? (Required<Other> extends Required<One> ? true : false) : false
export const isWhole: Same<Read, BenchmarkResult> = true

/** What stands there, short and harmless. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return `"${value.length > 40 ? `${value.slice(0, 37)}…` : value}"`.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
