/** What `detect --json` promises of every recorded machine: all fields, of their types, in their ranges, and a reason for each null reading. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fastClock, handClock } from '../../helpers/clocks.ts'
import { bookInMemory, gpusOnRecording, machineFolder } from '../../helpers/gpus.ts'
import { presentGpus, type Detection, type DetectionLayer, type Gpu } from '../../../shared/machine.ts'
import type { GpuSample, SampleTurn } from '../../../shared/telemetry.ts'

const machines = readdirSync(machineFolder('.'))

const text = z.string().trim().min(1)
const count = z.int().min(0)
const share = z.number().min(0).max(1)
const bytes = z.number().min(0).max(2 ** 50)
const clockMhz = z.number().min(0).max(20_000)
const degrees = z.number().min(-60).max(150)
const watts = z.number().min(0).max(5_000)
const generation = z.int().min(1).max(8)
const lanes = z.int().min(1).max(32)
const moment = z.number().min(Date.UTC(2000, 0)).max(Date.UTC(2100, 0))
const layer = z.enum(['nvml', 'nvidia-smi', 'rocm-smi', 'amd-smi', 'opencl', 'sysfs', 'os'] satisfies DetectionLayer[])
const pciId = z.string().regex(/^(?!ffff)[0-9a-f]{4}:[0-9a-f]{4}$/)
const said = z.union([z.string(), z.number(), z.boolean()])
const problem = z.strictObject({ id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/), sentence: text, remedy: text.nullable() })

const sample = z.strictObject({
  takenAt: moment,
  utilisation: share.nullable(),
  memoryUtilisation: share.nullable(),
  encoder: share.nullable(),
  decoder: share.nullable(),
  memoryUsedBytes: bytes.nullable(),
  memoryTotalBytes: bytes.nullable(),
  temperatureC: degrees.nullable(),
  hotspotC: degrees.nullable(),
  memoryC: degrees.nullable(),
  powerW: watts.nullable(),
  powerLimitW: watts.nullable(),
  coreClockMhz: clockMhz.nullable(),
  memoryClockMhz: clockMhz.nullable(),
  smClockMhz: clockMhz.nullable(),
  videoClockMhz: clockMhz.nullable(),
  fan: share.nullable(),
  fanRpm: z.number().min(0).max(30_000).nullable(),
  energyJ: z.number().min(0).nullable(),
  pcieReplays: count.nullable(),
  eccCorrected: count.nullable(),
  eccUncorrected: count.nullable(),
  pcieGeneration: generation.nullable(),
  pcieLanes: lanes.nullable(),
  performanceState: z.string().regex(/^P\d+$/).nullable(),
  throttle: z.array(text).nullable(),
  processes: z.array(
    z.strictObject({ pid: z.int().min(0), name: z.string(), memoryBytes: bytes.nullable(), ours: z.boolean().nullable(), kind: z.enum(['compute', 'graphics', 'both']).nullable().optional(), utilisation: share.nullable().optional() }),
  ),
  fans: z.array(z.strictObject({ share: share.nullable(), rpm: z.number().min(0).nullable() })),
  incidents: z.array(z.strictObject({ kind: z.literal('xid'), code: count, sentence: text })),
  unknown: z.record(z.string(), text),
}) satisfies z.ZodType<GpuSample>

const mig = z.strictObject({
  enabled: z.boolean(),
  instances: z.array(z.strictObject({ index: count, gpuInstanceId: count.nullable(), computeInstanceId: count.nullable(), memoryBytes: bytes.nullable(), multiprocessors: count.nullable() })),
})

const gpu = z.strictObject({
  id: text,
  uuid: text.nullable(),
  name: text,
  driverName: text.nullable(),
  vendor: z.enum(['nvidia', 'amd', 'intel', 'apple', 'other']),
  model: text.nullable(),
  kind: z.enum(['gpu', 'cpu-device', 'virtual']),
  memoryBytes: bytes.nullable(),
  driverVersion: text.nullable(),
  cudaVersion: text.nullable(),
  vbiosVersion: text.nullable(),
  pciAddress: z.string().regex(/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/).nullable(),
  pciDeviceId: pciId.nullable(),
  pciSubsystemId: pciId.nullable(),
  cudaComputeCapability: z.string().regex(/^\d+\.\d+$/).nullable(),
  pcieGenerationMax: generation.nullable(),
  pcieLanesMax: lanes.nullable(),
  drivesDisplay: z.boolean().nullable(),
  isIntegrated: z.boolean().nullable(),
  eccEnabled: z.boolean().nullable(),
  mig: mig.nullable(),
  powerLimitW: watts.nullable(),
  powerLimitDefaultW: watts.nullable(),
  powerLimitMinW: watts.nullable(),
  powerLimitMaxW: watts.nullable(),
  seenBy: z.array(layer).min(1),
  views: z.array(z.strictObject({ layer, says: z.record(z.string(), said) })).min(1),
  disagreements: z.array(z.strictObject({ field: text, said: z.array(z.strictObject({ layer, value: said })).min(2) })),
  opencl: z.strictObject({ platform: count, device: count, name: text, driverVersion: text.nullable() }).nullable(),
  sample: sample.nullable(),
  problems: z.array(problem),
  architecture: text.nullable(),
  coreClockMaxMhz: clockMhz.nullable(),
  memoryClockMaxMhz: clockMhz.nullable(),
  temperatureLimits: z.strictObject({ slowdownC: degrees.nullable(), shutdownC: degrees.nullable(), targetC: degrees.nullable(), memoryC: degrees.nullable(), hotspotC: degrees.nullable().optional() }).nullable(),
  fanCount: count.nullable(),
  retiredPages: z.strictObject({ singleBit: count.nullable(), doubleBit: count.nullable(), pending: z.boolean().nullable() }).nullable(),
  remappedRows: z.strictObject({ correctable: count.nullable(), uncorrectable: count.nullable(), pending: z.boolean().nullable(), failed: z.boolean().nullable() }).nullable(),
  nvlinks: z.array(z.strictObject({ link: count, isActive: z.boolean().nullable(), version: text.nullable(), remotePciAddress: text.nullable() })).nullable(),
  persistenceMode: z.boolean().nullable(),
  computeMode: text.nullable(),
  driverModel: z.enum(['WDDM', 'TCC', 'MCDM']).nullable(),
  boardPartNumber: text.nullable(),
  attachment: z.strictObject({ kind: z.enum(['internal', 'integrated', 'external', 'passthrough', 'virtual-gpu', 'paravirtual', 'remote-display']), sentence: text, because: text }).nullable(),
  firstSeenAt: moment.nullable(),
  lostSince: moment.nullable(),
}) satisfies z.ZodType<Gpu>

const surroundings = z.strictObject({
  kind: z.enum(['bare-metal', 'virtual-machine', 'container', 'wsl']),
  name: text.nullable(),
  hypervisor: text.nullable().optional(),
  isLaptop: z.boolean().nullable(),
  onBattery: z.boolean().nullable(),
  remoteSession: z.enum(['rdp', 'vnc', 'ssh']).nullable(),
  sentence: text,
  evidence: z.array(text),
})
const detection = z.strictObject({
  machine: z.strictObject({
    platform: z.enum(['linux', 'win32', 'darwin', 'freebsd', 'openbsd', 'unknown']),
    arch: text,
    os: text.nullable(),
    osVersion: text.nullable(),
    cpuName: text.nullable(),
    cpuCores: z.int().min(1).nullable(),
    memoryBytes: bytes.nullable(),
    diskFreeBytes: bytes.nullable(),
    diskTotalBytes: bytes.nullable(),
    isVirtual: z.boolean().nullable(),
    isWsl: z.boolean().nullable(),
    hasDocker: z.boolean().nullable(),
    downMbps: z.number().min(0).nullable(),
    upMbps: z.number().min(0).nullable(),
    uptimeSeconds: z.number().min(0).nullable(),
    surroundings: surroundings.nullable(),
    recorded: text.nullable(),
  }),
  gpus: z.array(gpu),
  problems: z.array(problem),
  detectedAt: moment,
}) satisfies z.ZodType<Detection>

/** Each null has a reason of its own or one for all, and nothing that is known has one. */
function expectReasons(of: GpuSample, where: string): void {
  for (const [field, value] of Object.entries(of)) {
    if (value === null) expect(of.unknown[field] ?? of.unknown['all'], `${where}: ${field} is null without a reason`).toBeTruthy()
    else if (typeof value === 'number' || typeof value === 'string') expect(of.unknown[field], `${where}: ${field} is known, and said to be unknown`).toBeUndefined()
  }
}

/** As `detect --json` prints it. */
function expectContract(found: Detection, where: string): void {
  const printed = JSON.parse(JSON.stringify(found)) as unknown
  const checked = detection.safeParse(printed)
  expect(checked.success ? '' : z.prettifyError(checked.error), where).toBe('')
  expect(printed, `${where}: no NaN, no undefined`).toEqual(found)
  expect(new Set(found.gpus.map(({ id }) => id)).size, `${where}: ids`).toBe(found.gpus.length)
  for (const one of found.gpus) {
    const place = `${where}, ${one.id}`
    if (one.sample) expectReasons(one.sample, place)
    // Graphics that only lists know of: they are as they should be.
    const isOnlyListed = one.seenBy.every((by) => by === 'opencl' || by === 'os') && one.seenBy.length > 1
    expect(one.sample !== null || one.lostSince !== null || one.kind !== 'gpu' || isOnlyListed || one.problems.length > 0, `${place}: no readings, and not a word about it`).toBe(true)
    expect(new Set(one.problems.map(({ id }) => id)).size, `${place}: problems`).toBe(one.problems.length)
    expect(new Set(one.views.map((view) => view.layer)), `${place}: a view of each layer`).toEqual(new Set(one.seenBy))
    if (one.powerLimitMinW !== null && one.powerLimitMaxW !== null) expect(one.powerLimitMinW, place).toBeLessThanOrEqual(one.powerLimitMaxW)
    for (const { field, said: values } of one.disagreements) {
      expect(new Set(values.map(({ value }) => value)).size, `${place}: ${field} differs`).toBeGreaterThan(1)
      for (const { layer: by, value } of values) expect(one.views.some((view) => view.layer === by && view.says[field] === value), `${place}: ${field} as ${by} said it`).toBe(true)
    }
  }
}

describe.each(machines)('%s', (name) => {
  test('its detection keeps to the contract, at first and when it is known', async () => {
    const book = bookInMemory()
    const first = gpusOnRecording(name, fastClock(50), { book })
    const found = await first.look()
    expectContract(found, name)
    await first.gpus.stop()

    const again = gpusOnRecording(name, fastClock(50), { book })
    const known = await again.look()
    expectContract(known, `${name}, known`)
    expect(known.gpus.map(({ id }) => id)).toEqual(found.gpus.map(({ id }) => id))
    expect(again.events.filter(({ id }) => ['card-first-seen', 'card-moved', 'driver-changed', 'card-returned'].includes(id))).toEqual([])
    await again.gpus.stop()
  })

  test('its turns of samples keep to it as well, and miss no card without a word', async () => {
    const clock = handClock()
    const rig = gpusOnRecording(name, clock)
    const look = rig.look()
    for (let seconds = 0; seconds < 60 && rig.states.at(-1)?.phase !== 'ready'; seconds++) await clock.advance(1_000)
    const { gpus } = await look
    const turns: SampleTurn[] = []
    rig.gpus.record((turn) => turns.push(turn))
    await clock.advance(10_000)
    const cards = presentGpus(gpus).filter(({ kind }) => kind === 'gpu')
    if (cards.length > 0) expect(turns.length).toBeGreaterThanOrEqual(9)
    for (const turn of turns) {
      for (const [id, one] of Object.entries(turn.samples)) {
        const checked = sample.safeParse(one)
        expect(checked.success ? '' : z.prettifyError(checked.error), `${name}, ${id}`).toBe('')
        expectReasons(one, `${name}, ${id}`)
      }
      expect(Object.keys({ ...turn.samples, ...turn.silent }).every((id) => cards.some((card) => card.id === id)), `${name}: only cards that are here`).toBe(true)
    }
    for (const { id } of cards) expect(turns.some(({ samples, silent }) => samples[id] !== undefined || silent[id] !== undefined), `${name}, ${id}`).toBe(true)
    await rig.gpus.stop()
    expect(clock.pending()).toBe(0)
  })
})
