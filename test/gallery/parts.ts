/** Pieces that the gallery's states are put together from; every default is a healthy machine. */
import type { BenchmarkResult } from '../../shared/benchmark.ts'
import type { Estimate, EstimateInput } from '../../shared/earnings.ts'
import type { Alert, HealthState } from '../../shared/health.ts'
import { presentCard, unknownCardDetails, type Gpu, type Machine } from '../../shared/machine.ts'
import type { NeedResult, ProgrammeInfo, Source } from '../../shared/network.ts'
import { defaultSettings } from '../../shared/settings.ts'
import type { BenchmarkState, State } from '../../shared/state.ts'
import { unknownSample, type GpuSample } from '../../shared/telemetry.ts'
import { networks, sources, tokens } from './networks.ts'
import { policy } from './policy.ts'

/** The gallery's "now". Pages are drawn with the clock set to it. */
export const now = Date.parse('2026-11-23T10:15:00Z')
const day = 86_400_000
const gib = 1024 ** 3

export function machine(over: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux', arch: 'x64', os: 'Ubuntu 24.04', osVersion: '24.04', cpuName: 'AMD Ryzen 9 7950X', cpuCores: 16, memoryBytes: 64 * gib,
    diskFreeBytes: 812e9, diskTotalBytes: 2000e9, isVirtual: false, isWsl: false, hasDocker: true, downMbps: null, upMbps: null, uptimeSeconds: 5_400, surroundings: null, recorded: null, ...over,
  }
}

export function sample(over: Partial<GpuSample> = {}): GpuSample {
  return {
    ...unknownSample(now - 800, ''),
    unknown: { hotspotC: 'This driver reports no hot spot.', memoryC: 'This driver reports no memory temperature.', eccCorrected: 'The card has no ECC.', eccUncorrected: 'The card has no ECC.' },
    utilisation: 0.04, memoryUtilisation: 0.02, encoder: 0, decoder: 0, memoryUsedBytes: 1.3 * gib, memoryTotalBytes: 24 * gib, temperatureC: 41, powerW: 24.6, powerLimitW: 450,
    coreClockMhz: 210, memoryClockMhz: 405, fan: 0.3, fanRpm: 1040, fans: [{ share: 0.3, rpm: 1040 }, { share: 0.28, rpm: 990 }], pcieGeneration: 1, pcieLanes: 16, performanceState: 'P8', throttle: ['gpu idle'],
    processes: [{ pid: 1432, name: '/usr/lib/xorg/Xorg', memoryBytes: 0.4 * gib, ours: false }, { pid: 2210, name: 'gnome-shell', memoryBytes: 0.2 * gib, ours: false }],
    ...over,
  }
}

export function gpu(n: number, over: Partial<Gpu> = {}): Gpu {
  const hex = (n + 1).toString(16).padStart(2, '0')
  return {
    id: `GPU-0000000${n}`, uuid: `GPU-6f1e0b2c-93d1-4c55-8f77-0000000000${hex}`, name: 'GeForce RTX 4090', driverName: null, vendor: 'nvidia', model: 'GeForce RTX 4090', kind: 'gpu', memoryBytes: 24 * gib,
    driverVersion: '570.86', cudaVersion: '12.8', vbiosVersion: '95.02.18.80.5E', pciAddress: `0000:${hex}:00.0`, pciDeviceId: '10de:2684', pciSubsystemId: null, cudaComputeCapability: '8.9',
    pcieGenerationMax: 4, pcieLanesMax: 16, drivesDisplay: n === 0, isIntegrated: false, eccEnabled: null, mig: null, powerLimitW: 450, powerLimitDefaultW: 450, powerLimitMinW: 150, powerLimitMaxW: 600,
    ...unknownCardDetails, ...presentCard, architecture: 'Ada Lovelace', coreClockMaxMhz: 3105, memoryClockMaxMhz: 10_501, temperatureLimits: { slowdownC: 88, shutdownC: 93, targetC: 84, memoryC: null }, fanCount: 2, nvlinks: [], persistenceMode: false, computeMode: 'Default', firstSeenAt: now - 200 * day,
    views: [{ layer: 'nvml', says: { name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24 * gib, driverVersion: '570.86', pcieLanesMax: 16 } }, { layer: 'opencl', says: { name: 'NVIDIA GeForce RTX 4090', memoryBytes: 23.6 * gib, driverVersion: '570.86' } }], disagreements: [],
    seenBy: ['nvml', 'opencl'], opencl: { platform: 0, device: n, name: 'NVIDIA GeForce RTX 4090', driverVersion: '570.86' }, sample: null, problems: [], ...over,
  }
}

const source: Source = { url: 'https://example.org/docs/requirements', date: '2026-06-11' }
const feed: Source = { url: 'https://api.example.org/v1/prices', date: '2026-08-20', note: 'recorded answer' }

export function need(over: Partial<NeedResult>): NeedResult {
  return { id: 'os', title: 'Operating system', required: 'Ubuntu 22.04 or 24.04', actual: 'Ubuntu 24.04', ok: true, why: 'The provider software is built for it.', remedy: 'Install Ubuntu beside what you have.', source, ...over }
}

export const programmes: ProgrammeInfo[] = [
  ['north/provider', 'Northcloud', 'Provider', true], ['north/home', 'Northcloud', 'Home box', true], ['ember/worker', 'Ember', 'Worker', false],
  ['frame/rendering', 'Framefarm', 'Rendering node', false], ['frame/compute', 'Framefarm', 'Compute node', true], ['granite/host', 'Granite', 'Cloud host', true], ['granite/checker', 'Granite', 'Checker', false],
].map(([id, networkTitle, title, whole]) => ({
  id: String(id), networkId: String(id).split('/')[0] ?? '', networkTitle: String(networkTitle), title: String(title), summary: 'Rents the machine’s GPUs to people who bid for containers, by the block.',
  software: id === 'frame/rendering' ? 'observed' : id === 'granite/checker' ? 'guided' : 'managed', takesWholeMachine: Boolean(whole), url: 'https://example.org/join', duties: [],
}))

export const inputs: EstimateInput[] = [
  { id: 'price', label: 'Asking price, weighted average', value: 0.33, unit: 'USD/h', origin: 'bundled', source: feed, takenAt: now - 95 * day, confidence: 'medium', stale: true, note: 'asking prices of whole bids, not what was paid' },
  { id: 'u', label: 'Share of these cards that is leased', value: 0.6, unit: '', origin: 'bundled', source: feed, takenAt: now - 95 * day, confidence: 'medium', stale: false },
  { id: 'kwh', label: 'Electricity price', value: 0.15, unit: 'USD/kWh', origin: 'assumed', source: null, takenAt: null, confidence: 'low', stale: false, note: 'set your own in Settings' },
  { id: 'watts-work', label: 'Power while working', value: 431.5, unit: 'W', origin: 'measured', source: null, takenAt: now - 3 * 3_600_000, confidence: 'high', stale: false },
  { id: 'watts-wait', label: 'Power while waiting', value: 45, unit: 'W', origin: 'user', source: null, takenAt: null, confidence: 'medium', stale: false },
]

export function estimate(over: Partial<Estimate>): Estimate {
  return {
    gpuIds: ['GPU-00000000'], gpuName: 'GeForce RTX 4090', gpuModel: 'GeForce RTX 4090', gpuCount: 1, networkId: 'north', programmeId: 'north/provider', verdict: 'eligible',
    needs: [need({}), need({ id: 'ip', title: 'Public address', required: 'an IPv4 address the internet can reach', actual: null, ok: null, why: 'Customers connect to it directly.', remedy: 'Ask your provider for one.' })],
    net: { low: 1.4796, expected: 3.7512, high: 7.587 }, currency: 'USD', per: 'day',
    lines: [
      { id: 'work', label: 'Paid work', kind: 'income', low: 2.016, expected: 4.752, high: 8.82, formula: 'asking price × 24 h × share leased', inputs: ['price', 'u'] },
      { id: 'power-work', label: 'Electricity while working', kind: 'cost', low: -0.486, expected: -0.972, high: -1.215, formula: '24 h × price × watts working × share', inputs: ['kwh', 'watts-work', 'u'] },
      { id: 'power-wait', label: 'Electricity while waiting', kind: 'cost', low: -0.0504, expected: -0.0288, high: -0.018, formula: '24 h × price × watts waiting × the rest', inputs: ['kwh', 'watts-wait', 'u'] },
    ],
    inputs, capital: [{ asset: 'NOR', amount: 5, usd: 2.84, lockDays: 0, slashable: false, why: '0.5 NOR for each open bid, ten assumed', source }],
    breakEven: { utilisation: 0.01131, usdPerKwh: 0.7123 }, confidence: 'medium', notModelled: ['Fees of bids that do not win.', 'Traffic.'],
    reasons: ['Prices are asking prices of whole bids: what is really paid may be lower.'],
    duties: [{ id: 'uptime', title: 'Uptime', sentence: 'Leases end when the machine goes away, and reviews suffer.', source }], plain: 'Worth trying: it pays more than its power even in the cautious case. It hangs on cards like this being hired.', ...over,
  }
}

export function result(gpuId: string, over: Partial<BenchmarkResult> = {}, factor = 1): BenchmarkResult {
  const startedAt = over.startedAt ?? now - 3 * 3_600_000
  return {
    gpuId, gpuName: 'GeForce RTX 4090', startedAt, endedAt: startedAt + 13_400, mode: 'quick', driverVersion: '570.86',
    results: [
      { workload: 'fp32-compute', value: 79_120 * factor, unit: 'GFLOP/s', spread: 0.004, runs: 9, expected: { low: 66_100, high: 86_700 } },
      { workload: 'memory-bandwidth', value: 931.4 * factor, unit: 'GB/s', spread: 0.011, runs: 11, expected: { low: 857, high: 1_018 } },
    ],
    power: { workW: 431.5, waitW: 24.8 }, verdict: 'as-expected', reasons: [], ...over,
  }
}

export function state(over: Partial<State> = {}): State {
  return {
    app: { version: '0.1.0', door: 'headless', recordedMachine: null, dataFolder: '/home/ada/.local/share/idlewatt', startedAt: now - 5_000_000, notices: [] },
    gpus: { phase: 'ready', detection: { machine: machine(), gpus: [gpu(0, { sample: sample() })], problems: [], detectedAt: now - 600_000 } },
    telemetry: { samples: { 'GPU-00000000': sample() }, status: { phase: 'on', since: now - 90_000 } },
    benchmark: benchmark(),
    networks: { programmes, markets: [
      { id: 'north', title: 'Northcloud asking prices', origin: 'bundled', source: feed, takenAt: now - 95 * day, stale: true, confidence: 'medium' },
      { id: 'frame', title: 'Framefarm weekly totals', origin: 'bundled', source: feed, takenAt: now - 9 * day, stale: false, confidence: 'high' },
    ], sources, tokens, clockOffMs: null, networks },
    comparison: { phase: 'ready', estimates: comparison(), madeAt: now - 30_000 },
    health: health(),
    ledger: { changes: 0, isReading: false, lastReadAt: null, faults: [] },
    programmes: { enrolments: [], providers: [], practice: [], measuredAt: null },
    policy: policy(),
    settings: { values: { ...defaultSettings, sourcesOff: ['granite/dashboard'] }, currencyRate: { usdPerUnit: 1, origin: 'bundled', source: null, takenAt: null } },
    ...over,
  }
}

export function benchmark(over: Partial<BenchmarkState> = {}): BenchmarkState {
  return { now: { phase: 'idle' }, latest: {}, crashes: [], holds: {}, octaneScores: {}, blocked: null, lastFailure: null, ...over }
}

export function health(over: Partial<HealthState> = {}): HealthState {
  return {
    open: [], ended: [], recording: { phase: 'on', since: now - 200 * day }, quietUntil: null,
    channels: [
      { id: 'desktop', isSetUp: false, host: null, because: 'This door has no desktop.', last: null, waiting: 0 },
      { id: 'webhook', isSetUp: false, host: null, because: null, last: null, waiting: 0 },
      { id: 'ntfy', isSetUp: true, host: 'ntfy.sh', because: null, last: { at: now - 3 * 3_600_000, ok: true, sentence: 'It was delivered.' }, waiting: 0 },
    ],
    ...over,
  }
}

export function alert(over: Partial<Alert> = {}): Alert {
  return {
    id: 'hot:GPU-00000000', rule: 'hot', gpuId: 'GPU-00000000', gpuName: 'GeForce RTX 4090', severity: 'warning', title: 'Hot', sentence: 'Its core is at 87 °C; it slows itself down at 88 °C.',
    remedy: 'Let more air reach it: clean its fans and filters, or lower its power limit with `nvidia-smi -pl 380`.', since: now - 12 * 60_000, until: null, toldAt: now - 11 * 60_000,
    evidence: [84, 86, 87].map((value, i) => ({ at: now - (12 - i * 5) * 60_000, label: 'Core temperature', value: `${value} °C` })), ...over,
  }
}

/** Seven programmes in every shape a row can have. `card` puts them on other cards. */
export function comparison(card: Partial<Estimate> = {}): Estimate[] {
  const none = { low: null, expected: null, high: null }
  return [
    estimate({ ...card }),
    estimate({ networkId: 'frame', programmeId: 'frame/rendering', verdict: 'fixable', confidence: 'low', net: { low: 0.31, expected: 1.12, high: 4.02 }, capital: [], needs: [need({ id: 'ram', title: 'Memory', required: '64 GiB', actual: '32 GiB', ok: false, why: 'Scenes are loaded whole.', remedy: 'Fit 32 GiB more.' }), need({ id: 'driver', title: 'Driver', required: '572 or newer', actual: '570.86', ok: false, remedy: 'Update the driver.' }), need({})], ...card }),
    estimate({ networkId: 'frame', programmeId: 'frame/compute', verdict: 'eligible', confidence: 'low', net: { low: -0.62, expected: -0.21, high: -0.04 }, capital: [], ...card }),
    estimate({ programmeId: 'north/home', confidence: 'low', net: { low: -0.36, expected: null, high: 3.75 }, capital: [], verdict: 'unknown', needs: [need({ ok: null, actual: null })], ...card }),
    estimate({ networkId: 'ember', programmeId: 'ember/worker', confidence: 'low', net: { low: -0.41, expected: null, high: 5.6 }, capital: [{ asset: 'EMB', amount: 200, usd: 31.2, lockDays: 14, slashable: true, why: 'stake per card', source }], ...card }),
    estimate({ networkId: 'granite', programmeId: 'granite/host', verdict: 'not-eligible', confidence: 'none', net: none, lines: [], breakEven: { utilisation: null, usdPerKwh: null }, capital: [{ asset: 'GRA', amount: null, usd: null, lockDays: 180, slashable: true, why: 'stake per server, shown in its portal only', source }], reasons: ['No rate per hour is published, so there is no honest figure.'], needs: [need({ id: 'class', title: 'Class of card', required: 'data-centre card', actual: 'consumer card', ok: false, why: 'Only data-centre cards are taken.', remedy: null })], ...card }),
    estimate({ networkId: 'granite', programmeId: 'granite/checker', verdict: 'unknown', confidence: 'none', net: none, lines: [], inputs: [], breakEven: { utilisation: null, usdPerKwh: null }, capital: [], reasons: ['This is not GPU work; it needs a licence whose sale is closed.'], needs: [need({ id: 'licence', title: 'Licence', required: 'one licence', actual: null, ok: null })], ...card }),
  ]
}

/** A minute and a half of readings, as a working card gives them. */
export function series(gpuId: string, base: GpuSample, seconds = 90): { gpuId: string; samples: GpuSample[] } {
  const samples = Array.from({ length: seconds }, (_, i) => {
    const work = i > 30 && i < 70 ? 1 : 0
    const wave = Math.sin(i / 5) * 0.5 + Math.sin(i / 1.7) * 0.5
    return { ...base, takenAt: base.takenAt - (seconds - i) * 1000, utilisation: Math.min(1, Math.max(0, work ? 0.97 + wave * 0.03 : 0.05 + wave * 0.04)), temperatureC: Math.round(41 + (work ? Math.min(26, (i - 30) * 1.2) : i >= 70 ? Math.max(0, 26 - (i - 70)) : 0) + wave), powerW: work ? 431 + wave * 9 : 27 + wave * 4 }
  })
  return { gpuId, samples }
}
