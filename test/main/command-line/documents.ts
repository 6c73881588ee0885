/** The documents of `--json` as the plan lists them. Fields may be added, none may go or change its type. */
import { z } from 'zod'

const finite = z.number().refine(Number.isFinite)
const share = finite.min(0).max(1).nullable()
const isoDate = z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/)
const moment = finite.min(1_400_000_000_000).max(4_200_000_000_000)
const source = z.object({ url: z.string().regex(/^(https?:\/\/|\S)/), date: isoDate.nullable() })

export const sample = z.object({
  takenAt: moment,
  utilisation: share,
  memoryUtilisation: share,
  memoryUsedBytes: finite.nullable(),
  temperatureC: finite.nullable(),
  powerW: finite.nullable(),
  powerLimitW: finite.nullable(),
  coreClockMhz: finite.nullable(),
  memoryClockMhz: finite.nullable(),
  fan: share,
  throttle: z.array(z.string()).nullable(),
  eccCorrected: finite.nullable(),
  eccUncorrected: finite.nullable(),
  pcieGeneration: finite.nullable(),
  pcieLanes: finite.nullable(),
  processes: z.array(z.object({ pid: finite, name: z.string(), memoryBytes: finite.nullable(), ours: z.boolean().nullable() })),
  unknown: z.record(z.string(), z.string()),
})

const known = z.record(z.string(), finite.nullable())

export const historyDocument = z.object({
  gpuId: z.string().min(1),
  from: moment,
  to: moment,
  stepSeconds: z.number().int().positive(),
  samples: z.array(z.object({ takenAt: moment, seconds: finite.min(0), min: known, mean: known, max: known, throttle: z.array(z.string()) })),
  events: z.array(z.object({ at: moment, id: z.string(), sentence: z.string().min(5) })),
  energy: z.object({ kwh: finite.min(0), coverage: finite.min(0).max(1) }).nullable(),
})

/** A line of `watch --json`. */
export const turnDocument = z.object({ at: moment, samples: z.record(z.string(), sample), silent: z.record(z.string(), z.string()) })

const problem = z.object({ id: z.string().regex(/^[a-z0-9-]+$/), sentence: z.string().min(10), remedy: z.string().nullable() })

export const detectDocument = z.object({
  machine: z.object({ os: z.string().nullable(), arch: z.string(), cpuName: z.string().nullable(), memoryBytes: finite.nullable(), recorded: z.string().nullable() }),
  gpus: z.array(
    z.object({
      id: z.string().min(1),
      uuid: z.string().nullable(),
      name: z.string().min(1),
      vendor: z.enum(['nvidia', 'amd', 'intel', 'apple', 'other']),
      model: z.string().nullable(),
      kind: z.enum(['gpu', 'cpu-device', 'virtual']),
      memoryBytes: finite.positive().nullable(),
      driverVersion: z.string().nullable(),
      cudaVersion: z.string().nullable(),
      pciAddress: z.string().regex(/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/).nullable(),
      pciDeviceId: z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/).nullable(),
      seenBy: z.array(z.enum(['nvml', 'nvidia-smi', 'rocm-smi', 'amd-smi', 'opencl', 'sysfs', 'os'])).min(1),
      sample: sample.nullable(),
      lostSince: moment.nullable(),
      problems: z.array(problem),
    }),
  ),
  problems: z.array(problem),
})

const workload = z.object({
  workload: z.string(),
  value: finite.positive().nullable(),
  unit: z.string(),
  spread: finite.min(0).nullable(),
  runs: z.number().int().min(0),
  expected: z.object({ low: finite, high: finite }).nullable(),
  status: z.enum(['measured', 'failed', 'wrong', 'not-offered', 'held-back']),
  reason: z.string().min(5).nullable(),
})

export const benchDocument = z.object({
  gpuId: z.string(),
  gpuName: z.string().min(1),
  startedAt: moment,
  endedAt: moment,
  mode: z.enum(['quick', 'full', 'sustained', 'memory']),
  results: z.array(workload).min(1),
  power: z.object({ workW: finite.nullable(), waitW: finite.nullable() }).nullable(),
  verdict: z.enum(['as-expected', 'low', 'unstable', 'unknown']),
  reasons: z.array(z.string()),
  conditions: z.object({ idlewattVersion: z.string(), kernelSet: z.string().regex(/^[0-9a-f]{12}$/), driverVersion: z.string().nullable(), powerLimitW: finite.nullable() }),
  meaning: z.object({ sentences: z.array(z.string()), standings: z.array(z.object({ workload: z.string(), value: finite.positive() })), uses: z.array(z.object({ title: z.string(), formula: z.string() })), remarks: z.array(z.string()) }).nullable(),
})

const verdict = z.enum(['eligible', 'fixable', 'not-eligible', 'unknown'])
const programmeRow = { gpuIds: z.array(z.string()), networkId: z.string(), programmeId: z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/), verdict }

export const eligibilityDocument = z.object({
  verdicts: z.array(
    z.object({
      ...programmeRow,
      needs: z.array(
        z.object({
          id: z.string(),
          title: z.string().min(1),
          required: z.string().min(1),
          actual: z.string().nullable(),
          ok: z.boolean().nullable(),
          why: z.string().min(1),
          remedy: z.string().nullable(),
          source,
        }),
      ),
    }),
  ),
})

const amount = finite.nullable()
const band = z.object({ low: amount, expected: amount, high: amount })

export const estimateDocument = z.object({
  estimates: z.array(
    z.object({
      ...programmeRow,
      net: band,
      currency: z.literal('USD'),
      per: z.literal('day'),
      lines: z.array(z.object({ id: z.string(), label: z.string(), low: amount, expected: amount, high: amount, formula: z.string().min(1), inputs: z.array(z.string()) })),
      inputs: z.array(
        z.object({
          id: z.string(),
          value: amount,
          unit: z.string(),
          origin: z.enum(['measured', 'live', 'bundled', 'user', 'assumed']),
          source: source.nullable(),
          takenAt: finite.nullable(),
          confidence: z.enum(['high', 'medium', 'low', 'none']),
        }),
      ),
      capital: z.array(z.object({ asset: z.string(), amount, usd: amount, lockDays: amount, slashable: z.boolean().nullable(), why: z.string() })),
      breakEven: z.object({ utilisation: amount, usdPerKwh: amount }),
      confidence: z.enum(['high', 'medium', 'low', 'none']),
      notModelled: z.array(z.string()),
      reasons: z.array(z.string()),
    }),
  ),
})

export const doctorDocument = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ id: z.string(), title: z.string(), ok: z.boolean().nullable(), what: z.string().min(1), remedy: z.string().nullable() })).min(8),
})
