/** Budget `compare.8x9`: eight different cards of one machine against every programme, as the Compare page asks for it, with all that a user can set. */
import { fileURLToPath } from 'node:url'
import { performance } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { compare, type CompareOptions } from '../../main/earnings/compare.ts'
import { loadGpuTable } from '../../main/earnings/gpu-table.ts'
import { loadMarkets } from '../../main/earnings/markets.ts'
import { usdPerUnitOf } from '../../main/earnings/money-settings.ts'
import { createTariffs } from '../../main/earnings/tariffs.ts'
import { bringUpToDate } from '../../main/history/schema.ts'
import { createTariffTables, type TariffTables } from '../../main/history/tariff-tables.ts'
import { networks } from '../../main/networks/index.ts'
import { hoursOf } from '../../main/policy/hours.ts'
import { createLog } from '../../main/system/log.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import { presentCard, unknownCardDetails, type Gpu, type Machine } from '../../shared/machine.ts'
import { defaultPolicySettings } from '../../shared/policy.ts'
import { defaultSettings, type Settings } from '../../shared/settings.ts'
import { hoursPerWeek } from '../../shared/tariff.ts'
import { median, type Budgets, type Row } from './row.ts'

const budgetMs = 5
const rounds = 200
const models = ['GeForce RTX 4090', 'GeForce RTX 3090', 'GeForce RTX 5090', 'RTX A6000', 'L40S', 'A100 SXM4 80 GB', 'H100 SXM5 80 GB', 'H200 SXM 141 GB']

async function measure(only: string | null): Promise<Row[]> {
  if (only !== null && only !== 'compare.8x9') return []
  const options = eightCards()
  const took: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    // Another moment each time, so that the week's mean price is worked out anew as it is in the app.
    options.at += 1
    const start = performance.now()
    compare(options)
    took.push(performance.now() - start)
  }
  const value = median(took)
  const rows = compare(options).length
  return [{ id: 'compare.8x9', value, unit: 'ms', budget: budgetMs, ok: value <= budgetMs, peer: null, note: `${rows} estimates, median of ${rounds}, dated tariff over the schedule's hours, wear, corrections and wall factor on; slowest ${Math.max(...took).toFixed(1)} ms` }]
}

export const budgets: Budgets = { ids: ['compare.8x9'], measure }

function eightCards(): CompareOptions {
  const resourcesFolder = fileURLToPath(new URL('../../resources', import.meta.url))
  const at = Date.parse('2026-11-23T12:00:00Z')
  const log = createLog('silent', () => {})
  const gpuTable = loadGpuTable(resourcesFolder)
  const gpus = models.flatMap((model, index) => {
    const facts = gpuTable.byModel(model)
    return facts ? [gpuOf(facts, index)] : []
  })
  const machine: Machine = {
    platform: 'linux', arch: 'x64', os: 'Ubuntu 24.04', osVersion: '24.04', cpuName: 'AMD EPYC 9354', cpuCores: 32, memoryBytes: 512e9, diskFreeBytes: 3e12, diskTotalBytes: 4e12,
    isVirtual: false, isWsl: false, hasDocker: true, downMbps: null, upMbps: null, uptimeSeconds: null, surroundings: null, recorded: 'measure',
  }
  const markets = loadMarkets({ resourcesFolder, networks, files: {}, prices: {}, now: at, log })
  const settings: Settings = {
    ...defaultSettings,
    currency: 'EUR',
    tariffKind: 'dated',
    weeklyTariff: Array.from({ length: hoursPerWeek }, (_, hour) => 0.2 + (hour % 24) / 100),
    tariffZone: 'Europe/Berlin',
    wearPerHour: 0.01,
    wallPowerFactor: 1.1,
    incomeCorrections: Object.fromEntries(networks.flatMap((network) => network.programmes.map(({ id }) => [id, 0.8]))),
  }
  return {
    detection: { machine, gpus, problems: [], detectedAt: at },
    gpuTable,
    networks,
    markets,
    results: {},
    settings,
    tariffs: createTariffs({ tables: datedPrices(at), settings: () => settings, now: () => at, usdPerUnit: usdPerUnitOf(() => settings, markets) }),
    // Nights on working days, and quiet hours: seven and more stretches a week.
    hours: hoursOf({ ...defaultPolicySettings, schedule: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00', may: 'never', gpuId: null }], quietFrom: '23:00', quietTo: '01:00' }, 'Europe/Berlin'),
    overrides: {},
    at,
  }
}

/** A month of prices for each quarter of an hour, known to tomorrow noon. */
function datedPrices(at: number): TariffTables {
  const database = new DatabaseSync(':memory:')
  bringUpToDate(database)
  const tables = createTariffTables(database)
  const step = 15 * 60_000
  const from = at - 30 * 24 * 4 * step
  tables.saveIntervals(Array.from({ length: 31 * 24 * 4 }, (_, index) => ({ from: from + index * step, to: from + (index + 1) * step, perKwh: 0.1 + (index % 96) / 500 })), 'EUR')
  return tables
}

function gpuOf(facts: GpuFacts, index: number): Gpu {
  return {
    ...unknownCardDetails,
    ...presentCard,
    views: [],
    disagreements: [],
    id: `GPU-${index}`, uuid: `GPU-${index}`, name: `NVIDIA ${facts.model}`, driverName: null, vendor: facts.vendor, model: facts.model, kind: 'gpu', memoryBytes: facts.memoryBytes, driverVersion: '580.95.05',
    cudaVersion: '13.0', vbiosVersion: null, pciAddress: `0000:0${index}:00.0`, pciDeviceId: facts.pciDeviceIds[0] ?? null, pciSubsystemId: null, cudaComputeCapability: facts.cudaComputeCapability,
    pcieGenerationMax: 4, pcieLanesMax: 16, drivesDisplay: false, isIntegrated: false, eccEnabled: null, mig: null, powerLimitW: facts.boardPowerW, powerLimitDefaultW: facts.boardPowerW,
    powerLimitMinW: null, powerLimitMaxW: null, seenBy: ['nvml'], opencl: null, sample: null, problems: [],
  }
}
