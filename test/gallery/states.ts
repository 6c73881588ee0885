/** Hand-made states, for the page's tests and for what no recording can show. Typed by the contract: one that no longer fits does not compile. */
import type { ImportedRun } from '../../shared/benchmark.ts'
import type { State } from '../../shared/state.ts'
import type { TariffReading } from '../../shared/tariff.ts'
import { unknownSample, type GpuSample } from '../../shared/telemetry.ts'
import { alert, benchmark, comparison, estimate, gpu, health, machine, now, result, sample, series, state } from './parts.ts'
import { ledger, tariff, type LedgerAnswers } from './ledger.ts'
import { assumedOutlook, pausedPolicy, policy, policyCard, recordedPolicy, rigPolicy, runningPolicy, stoppedPolicy, unknownPolicy, type PolicyAnswers } from './policy.ts'
import { brokenState, programmesState, type ProgrammeAnswers } from './programmes.ts'
import { ember, neverAsked, networks, offline, switchedOff, type NetworkAnswers } from './networks.ts'
import { conditions, fullResult, imports, memoryErrors, memoryTest, runningCard, sustainedRun, workload } from './runs.ts'

export interface GalleryState {
  id: string
  title: string
  state: State
  /** Earlier readings that are played in before the picture is taken. */
  history?: { gpuId: string; samples: GpuSample[] }[]
  /** Earlier results that `benchmark.past` answers with. */
  past?: ReturnType<typeof result>[]
  /** What `benchmark.imports` answers with. */
  imports?: ImportedRun[]
  /** What the pages about money are answered with; left out: an empty ledger. */
  ledger?: LedgerAnswers
  /** Where the tariff stands; left out: nothing is set. */
  tariff?: TariffReading
  /** Only these pages are worth a picture; all when left out. */
  pages?: string[]
  /** What the questions of the Networks page are answered with; left out: the hand-made networks. */
  networks?: NetworkAnswers
  /** What the pages about programmes are answered with; left out: the hand-made ones. */
  programmes?: ProgrammeAnswers
  /** What the Policy page is answered with; left out: the hand-made week. */
  policy?: PolicyAnswers
  /** `none`: nothing was recorded of any card; left out: the past of past.ts. */
  recorded?: 'none'
  /** The page comes through a browser, and the stream of updates ends at once. */
  isLost?: boolean
  /** Done on the page before the picture. */
  act?: 'open-moves' | 'rig' | 'open-row' | 'open-needs' | 'open-binds' | 'open-layers' | 'range-24h' | 'range-1y' | 'chart-keys' | 'webhook' | 'what-if' | 'what-if-unknown' | 'open-gpu' | 'bad-setting' | 'more-choices' | 'unfold' | 'show-run' | 'ask-all' | 'calibrate' | 'ask-stop' | 'ask-leave' | 'search-log' | 'list-bundle' | 'explain' | 'choose-hours'
}

const gib = 1024 ** 3
const h200 = { name: 'H200 SXM', model: 'H200 SXM', memoryBytes: 141 * gib, pciDeviceId: '10de:2335', powerLimitW: 700, powerLimitDefaultW: 700, cudaComputeCapability: '9.0', eccEnabled: true, drivesDisplay: false, mig: { enabled: false, instances: [] } }

function many(count: number, make: (n: number) => { gpu: ReturnType<typeof gpu>; sample: GpuSample | null }, over: { machine?: Parameters<typeof machine>[0]; groups: State['comparison']['estimates'] }): State {
  const made = Array.from({ length: count }, (_, n) => make(n))
  return state({
    gpus: { phase: 'ready', detection: { machine: machine(over.machine), gpus: made.map((one) => one.gpu), problems: [], detectedAt: now - 600_000 } },
    telemetry: { samples: Object.fromEntries(made.flatMap((one) => (one.sample ? [[one.gpu.id, one.sample]] : []))), status: { phase: 'on', since: now - 90_000 } },
    comparison: { phase: 'ready', estimates: over.groups, madeAt: now },
  })
}

const oneWindows = state({
  app: { ...state().app, recordedMachine: 'one-rtx-4090-windows' },
  gpus: { phase: 'ready', detection: { machine: machine({ platform: 'win32', os: 'Windows 11 Pro', osVersion: '10.0.26100', cpuName: 'Intel Core i9-13900K', cpuCores: 24, recorded: 'one-rtx-4090-windows' }), gpus: [gpu(0, { sample: sample() })], problems: [], detectedAt: now - 60_000 } },
  telemetry: { samples: { 'GPU-00000000': sample({ processes: [{ pid: 4, name: 'C:\\Windows\\System32\\dwm.exe', memoryBytes: null, ours: null }, { pid: 8120, name: 'C:\\Program Files\\Mozilla Firefox\\firefox.exe', memoryBytes: null, ours: null }, { pid: 9120, name: 'C:\\Program Files\\Blender\\blender.exe', memoryBytes: null, ours: null }] }) }, status: { phase: 'on', since: now - 90_000 } },
  benchmark: benchmark({ blocked: 'This is a recorded machine: there is no card here to measure.', holds: { 'GPU-00000000': [{ id: 'recorded', sentence: 'This is a recorded machine.', until: null, canOverride: false }] } }),
})

const two = many(2, (n) => ({ gpu: gpu(n, { name: 'GeForce RTX 3090', model: 'GeForce RTX 3090', pciDeviceId: '10de:2204', powerLimitW: 350, powerLimitDefaultW: 350, cudaComputeCapability: '8.6' }), sample: sample({ powerLimitW: 350, powerW: n === 0 ? 31.2 : null, temperatureC: n === 0 ? 44 : 38, unknown: n === 0 ? {} : { powerW: 'The driver says this card’s sensor is not supported.' }, processes: n === 0 ? sample().processes : [] }) }), { groups: comparison({ gpuIds: ['GPU-00000000', 'GPU-00000001'], gpuName: 'GeForce RTX 3090', gpuModel: 'GeForce RTX 3090', gpuCount: 2 }) })

const eight = many(8, (n) => ({
  gpu: gpu(n, { ...h200, mig: n === 7 ? { enabled: true, instances: [{ index: 0, gpuInstanceId: 1, computeInstanceId: 0, memoryBytes: 70 * gib, multiprocessors: 60 }, { index: 1, gpuInstanceId: 2, computeInstanceId: 0, memoryBytes: 70 * gib, multiprocessors: 60 }] } : h200.mig, problems: n === 5 ? [{ id: 'ecc-errors', sentence: '14 memory errors could not be corrected.', remedy: 'Reset the card when it is free; have it replaced if they come back.' }] : [] }),
  sample: sample({ temperatureC: 34 + n * 3, powerW: 112 + n * 61, powerLimitW: 700, memoryTotalBytes: 141 * gib, memoryUsedBytes: (n * 17 + 0.6) * gib, utilisation: n / 7, fan: null, eccCorrected: n === 5 ? 812 : 0, eccUncorrected: n === 5 ? 14 : 0, unknown: { fan: 'The card has no fan of its own.' }, processes: n === 0 ? [] : [{ pid: 7000 + n, name: 'python3', memoryBytes: n * 17 * gib, ours: false }] }),
}), { machine: { cpuName: '2 × Intel Xeon Platinum 8558', cpuCores: 96, memoryBytes: 2048 * gib }, groups: comparison({ gpuIds: Array.from({ length: 8 }, (_, n) => `GPU-0000000${n}`), gpuName: 'H200 SXM', gpuModel: 'H200 SXM', gpuCount: 8 }).map((one) => ({ ...one, net: { low: one.net.low === null ? null : one.net.low * 9, expected: one.net.expected === null ? null : one.net.expected * 9, high: one.net.high === null ? null : one.net.high * 9 } })) })

const sixteen = many(16, (n) => ({
  gpu: gpu(n, { id: `GPU-0000000${n}`, name: n < 12 ? 'GeForce RTX 3080' : 'Radeon RX 7900 XTX', vendor: n < 12 ? 'nvidia' : 'amd', model: n < 12 ? 'GeForce RTX 3080 10 GB' : 'Radeon RX 7900 XTX', memoryBytes: (n < 12 ? 10 : 24) * gib, opencl: n === 3 ? null : gpu(n).opencl }),
  sample: n === 9 ? unknownSample(now, 'The driver gave no answer for this card: it may have fallen off the bus.') : sample({ temperatureC: 48 + (n % 5) * 3, powerW: 18 + n * 13, powerLimitW: 320, memoryTotalBytes: (n < 12 ? 10 : 24) * gib, memoryUsedBytes: (n % 4) * 2.1 * gib, utilisation: (n % 4) / 3, processes: n % 4 === 0 ? [] : sample().processes }),
}), { machine: { os: 'HiveOS 0.6', cpuName: 'AMD EPYC 7302P', memoryBytes: 32 * gib }, groups: [
  ...comparison({ gpuIds: Array.from({ length: 12 }, (_, n) => `GPU-0000000${n}`), gpuName: 'GeForce RTX 3080', gpuModel: 'GeForce RTX 3080 10 GB', gpuCount: 12 }),
  ...comparison({ gpuIds: Array.from({ length: 4 }, (_, n) => `GPU-000000${n + 12}`), gpuName: 'Radeon RX 7900 XTX', gpuModel: 'Radeon RX 7900 XTX', gpuCount: 4 }).map((one) => ({ ...one, verdict: 'not-eligible' as const })),
] })

const noGpu = state({
  gpus: { phase: 'ready', detection: { machine: machine({ cpuName: 'Intel Core i5-8250U', memoryBytes: 8 * gib }), gpus: [gpu(0, { id: 'opencl:0', kind: 'cpu-device', vendor: 'other', name: 'cpu-haswell-Intel Core i5-8250U', model: null, uuid: null, pciAddress: null, pciDeviceId: null, seenBy: ['opencl'], memoryBytes: 6 * gib, driverVersion: null, cudaVersion: null, vbiosVersion: null, cudaComputeCapability: null, powerLimitW: null })], problems: [{ id: 'no-gpu', sentence: 'No GPU was found in this machine.', remedy: 'If one is built in, install its driver and look again. A card must be listed by “lspci” to be seen at all.' }], detectedAt: now - 9000 } },
  telemetry: { samples: {}, status: { phase: 'off' } },
  comparison: { phase: 'ready', estimates: [], madeAt: now },
})

const silent = state({
  gpus: { phase: 'failed', problem: { id: 'driver-not-answering', sentence: 'The NVIDIA driver is not answering: “nvidia-smi” gave no word for 8 seconds.', remedy: 'A card may have fallen off the bus. Restart the machine; if it comes back, check the power cables and the log for “Xid” lines.' }, previous: null, retryAt: now + 24_000 },
  telemetry: { samples: {}, status: { phase: 'not-answering', since: now - 40_000, sentence: 'The driver stopped answering.', retryAt: now + 24_000 } },
  comparison: { phase: 'waiting', estimates: [], madeAt: null },
})

const looking = state({ gpus: { phase: 'looking', since: now - 4_600, previous: null }, telemetry: { samples: {}, status: { phase: 'off' } }, comparison: { phase: 'waiting', estimates: [], madeAt: null } })

const hotSample = sample({ powerW: 431, temperatureC: 67, utilisation: 0.99, coreClockMhz: 2610 })
const running = state({ benchmark: benchmark({ now: { phase: 'running', mode: 'quick', startedAt: now - 9_300, cards: [runningCard('GPU-00000000')], queued: [] }, latest: { 'GPU-00000000': result('GPU-00000000', { startedAt: now - 9_300, results: [workload('fp32-compute')], verdict: 'unknown' }) } }), telemetry: { samples: { 'GPU-00000000': hotSample }, status: { phase: 'on', since: now } } })

const finished = state({ benchmark: benchmark({ latest: { 'GPU-00000000': result('GPU-00000000', { verdict: 'low', reasons: ['Memory bandwidth is 21 % below what this model reaches. A second load, a low memory clock or a PCIe riser are the usual causes.'], results: [...result('x').results.slice(0, 1), { workload: 'memory-bandwidth', value: 671.8, unit: 'GB/s', spread: 0.021, runs: 12, expected: { low: 857, high: 1018 } }] }) } }) })
const past = [finished.benchmark.latest['GPU-00000000'] ?? result('GPU-00000000'), ...[3, 11, 40].map((days, i) => result('GPU-00000000', { startedAt: now - days * 86_400_000, driverVersion: i === 2 ? '566.36' : '570.86' }, 1 - i * 0.007))]

const crashed = state({
  app: { ...state().app, notices: [{ id: 'settings-broken', level: 'warning', sentence: 'The settings file could not be read. It was set aside as settings.broken-2026-11-23.json, and the defaults are in use.', at: now - 120_000 }] },
  benchmark: benchmark({ crashes: [{ gpuId: 'GPU-00000000', workload: 'fp32-compute', startedAt: now - 7_200_000, driverVersion: '570.86' }], lastFailure: { gpuId: 'GPU-00000000', sentence: 'The measuring process ended on its own after 4 seconds, most likely with the driver.', at: now - 7_190_000 } }),
})

const losing = state({ settings: { values: { ...state().settings.values, currency: 'EUR', electricityPricePerKwh: 0.42, temperatureUnit: 'F' }, currencyRate: { usdPerUnit: 1.0873, origin: 'bundled', source: { url: 'https://www.ecb.europa.eu/stats', date: '2026-11-20' }, takenAt: now - 3 * 86_400_000 } }, comparison: { phase: 'ready', madeAt: now, estimates: comparison().map((one) => ({ ...one, net: { low: one.net.low === null ? null : one.net.low - 9, expected: one.net.expected === null ? null : one.net.expected - 8.6, high: one.net.high === null ? null : one.net.high - 8.2 } })) } })

const fourth = gpu(3, { name: 'GeForce RTX 3090', model: 'GeForce RTX 3090', temperatureLimits: { slowdownC: 95, shutdownC: 98, targetC: 83, memoryC: null }, nvlinks: [{ link: 0, isActive: true, version: '3.0', remotePciAddress: '0000:01:00.0' }, { link: 1, isActive: false, version: '3.0', remotePciAddress: null }], retiredPages: { singleBit: 0, doubleBit: 2, pending: true }, disagreements: [{ field: 'pcieLanesMax', said: [{ layer: 'nvml', value: 16 }, { layer: 'sysfs', value: 8 }] }] })
const critical = alert({ id: 'lost:GPU-00000001', rule: 'lost', gpuId: 'GPU-00000001', gpuName: 'GeForce RTX 3090', severity: 'critical', title: 'A card is lost', sentence: 'It has not been found since 08:52.', remedy: 'Restart the machine; if it stays away, check its power cables and its riser.', since: now - 83 * 60_000, evidence: [], toldAt: null })
const ailing = state({
  app: two.app,
  gpus: two.gpus.phase === 'ready' ? { phase: 'ready', detection: { ...two.gpus.detection, gpus: [...two.gpus.detection.gpus.slice(0, 1), fourth, ...two.gpus.detection.gpus.slice(1).map((one) => ({ ...one, lostSince: now - 83 * 60_000 }))] } } : two.gpus,
  telemetry: { samples: { 'GPU-00000000': sample({ temperatureC: 87, hotspotC: 101, powerW: 348, utilisation: 0.99, throttle: ['sw_thermal_slowdown', 'hw_thermal_slowdown'], powerLimitW: 350 }), 'GPU-00000003': sample({ powerLimitW: 350 }) }, status: { phase: 'on', since: now - 90_000 } },
  health: health({
    open: [critical, alert({ gpuName: 'GeForce RTX 3090' }), alert({ id: 'power-limit:GPU-00000000', rule: 'power-limit', severity: 'info', title: 'At its power limit', sentence: 'It draws 348 W of 350 W.', remedy: 'Nothing, unless you want it to work faster: its power limit can be raised.', evidence: [], toldAt: null })],
    ended: [alert({ id: 'memory-full:GPU-00000000', title: 'Memory nearly full', severity: 'warning', since: now - 9 * 3_600_000, until: now - 8.2 * 3_600_000 })],
    quietUntil: now + 3 * 3_600_000,
    channels: [{ id: 'desktop', isSetUp: true, host: null, because: null, last: null, waiting: 0 }, { id: 'webhook', isSetUp: true, host: 'hooks.example.org', because: null, last: { at: now - 600_000, ok: false, sentence: 'The server did not answer within 10 seconds.' }, waiting: 2 }, { id: 'ntfy', isSetUp: false, host: null, because: null, last: null, waiting: 0 }],
  }),
})
const stillLoading = state({ ...noGpu, gpus: noGpu.gpus.phase === 'ready' ? { ...noGpu.gpus, retry: { at: now + 14_000, until: now + 240_000 } } : noGpu.gpus })
const notRecording = state({ health: health({ recording: { phase: 'stopped', since: now - 3_600_000, sentence: 'The disk that holds the data folder is full, so nothing is recorded.', retryAt: now + 40_000 } }) })

const card0 = 'GPU-00000000'
const day = 86_400_000
const fullPast = [fullResult(card0), ...[2, 9, 31, 80].map((days, i) => fullResult(card0, { startedAt: now - days * day, driverVersion: i > 1 ? '566.36' : '570.86', results: [workload('fp32-compute', {}, 1.02 - i * 0.01), workload('memory-bandwidth', {}, 1 + i * 0.004)], verdict: 'as-expected', reasons: [] }))]
const full = state({ benchmark: benchmark({ latest: { [card0]: fullPast[0]! }, octaneScores: { [card0]: { gpuId: card0, score: 1271.4, version: '2020.1.5', measuredAt: now - 30 * day, importedAt: now - day, from: 'octane.log' } } }) })
const sustained = state({ benchmark: benchmark({ latest: { [card0]: result(card0, { mode: 'sustained', endedAt: now - 2 * 3_600_000, results: [], conditions, sustained: sustainedRun(), verdict: 'low', reasons: ['It slowed down for its heat: its figure fell by 7.9 %.'] }) } }) })
const memoryBad = state({ benchmark: benchmark({ latest: { [card0]: result(card0, { mode: 'memory', results: [], conditions, memory: memoryTest(memoryErrors), verdict: 'unknown', power: null, reasons: ['133 words of its memory gave back other values than were written.'] }) } }) })
const memoryGood = state({ benchmark: benchmark({ latest: { [card0]: result(card0, { mode: 'memory', results: [], conditions, memory: memoryTest(), verdict: 'unknown', power: null }) } }) })
const held = { ...two, benchmark: benchmark({ holds: { 'GPU-00000000': [{ id: 'busy', sentence: 'A game is using it: `eldenring.exe`, 87 % of the card.', until: null, canOverride: true }], 'GPU-00000001': [{ id: 'listed', sentence: 'It is listed on Ember: a load that is not theirs is punished there.', until: null, canOverride: false }] } }) }
const sixteenRunning = { ...sixteen, benchmark: benchmark({ now: { phase: 'running', mode: 'full', startedAt: now - 60_000, cards: Array.from({ length: 16 }, (_, n) => runningCard(`GPU-0000000${n}`, { progress: 0.2 + n * 0.03, limitSeconds: 200, startedAt: now - 60_000, ...(n === 5 ? { curve: [], step: null, words: 'getting ready', unit: null, done: [] } : {}) })), queued: [] } }) }
const sixteenDone = { ...sixteen, benchmark: benchmark({ latest: Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`GPU-0000000${n}`, result(`GPU-0000000${n}`, n === 4 ? { verdict: 'low' } : {}, n === 4 ? 0.7 : 1)])) }) }
const sustaining = state({ benchmark: benchmark({ now: { phase: 'running', mode: 'sustained', startedAt: now - 190_000, cards: [runningCard(card0, { step: 'sustained-load', words: 'single-precision compute at full load, 3 of 10 minutes', progress: 0.31, limitSeconds: 620, startedAt: now - 190_000, unit: 'GFLOP/s', curve: sustainedRun().points.slice(0, 95).map((point) => ({ atSeconds: point.atSeconds, value: point.value ?? 79_000 })), done: [] })], queued: [] } }), telemetry: { samples: { [card0]: hotSample }, status: { phase: 'on', since: now } } })
const cancelling = state({ benchmark: benchmark({ now: { phase: 'cancelling', gpuIds: [card0] } }) })

const enrolled = { ...two, programmes: programmesState }
const outside = state().networks
const longNames = { ...outside, networks: [...networks.slice(0, 2), { id: 'ember', title: 'Ember Distributed Rendering and Inference Cooperative of the Northern Data Centres', url: 'https://example.org/ember' }] }
const euros = losing.settings

const oneCard = { ...state(), programmes: programmesState, settings: euros }
const policyTabs = ['policy', 'policy/week', 'policy/cards', 'policy/programs', 'policy/limits']

export const whatIfEstimates = comparison({ gpuIds: [], gpuName: 'GeForce RTX 5090', gpuModel: 'GeForce RTX 5090' }).map((one) => estimate({ ...one, needs: one.needs.filter((need) => need.id === 'class') }))

export const states: GalleryState[] = [
  { id: 'one-4090-windows', title: 'One RTX 4090 on Windows, a recorded machine', state: oneWindows },
  { id: 'two-3090', title: 'Two RTX 3090 on Linux', state: two, history: [series('GPU-00000000', sample({ powerLimitW: 350 }))] },
  { id: 'eight-h200', title: 'Eight H200', state: eight, history: [series('GPU-00000005', sample({ powerLimitW: 700 }))] },
  { id: 'sixteen', title: 'Sixteen cards of two kinds', state: sixteen },
  { id: 'none', title: 'No GPU', state: noGpu },
  { id: 'ailing', title: 'A lost card, a hot one, and one on which layers differ', state: ailing, history: [series('GPU-00000000', sample({ powerLimitW: 350, throttle: ['sw_thermal_slowdown'] }))] },
  { id: 'still-loading', title: 'Soon after the machine was started', state: stillLoading, pages: ['overview', 'gpus'] },
  { id: 'not-recording', title: 'A full disk', state: notRecording, pages: ['overview', 'gpus', 'settings'], recorded: 'none', history: [series('GPU-00000000', sample())] },
  { id: 'one-card', title: 'One card', state: state(), pages: ['gpus'] },
  { id: 'silent', title: 'A driver that does not answer', state: silent },
  { id: 'looking', title: 'Looking for GPUs', state: looking },
  { id: 'running', title: 'A measurement under way', state: running, pages: ['measure', 'overview'] },
  { id: 'finished', title: 'A measurement finished', state: finished, past, pages: ['measure', 'overview'] },
  { id: 'measure-full', title: 'A full measurement in every shape', state: full, past: fullPast, imports, pages: ['measure'], act: 'unfold' },
  { id: 'measure-sustained', title: 'A sustained run that became hot', state: sustained, pages: ['measure'] },
  { id: 'memory-errors', title: 'A memory test that found errors', state: memoryBad, pages: ['measure'] },
  { id: 'memory-good', title: 'A memory test without errors', state: memoryGood, pages: ['measure'] },
  { id: 'held', title: 'A card that is in use and one that is listed', state: held, pages: ['measure'], act: 'more-choices' },
  { id: 'sixteen-running', title: 'Sixteen cards measured at once', state: sixteenRunning, pages: ['measure'] },
  { id: 'sixteen-done', title: 'Sixteen cards measured', state: sixteenDone, pages: ['measure'] },
  { id: 'sustaining', title: 'A sustained run under way', state: sustaining, pages: ['measure'] },
  { id: 'cancelling', title: 'A measurement that is being cancelled', state: cancelling, pages: ['measure'] },
  { id: 'runs-compared', title: 'Two runs side by side', state: full, past: fullPast, imports, pages: ['measure/compare'] },
  { id: 'runs-imported', title: 'Runs of other machines', state: full, past: fullPast, imports, pages: ['measure/imported'], act: 'show-run' },
  { id: 'crash', title: 'After a crash', state: crashed, pages: ['measure', 'overview'] },
  { id: 'ledger', title: 'A ledger of some months', state: { ...two, settings: euros }, pages: ['ledger', 'ledger/promised', 'ledger/wallets', 'ledger/export'], ledger },
  { id: 'ledger-empty', title: 'An empty ledger', state: two, pages: ['ledger', 'ledger/promised', 'ledger/wallets'] },
  { id: 'tariff-weekly', title: 'A weekly tariff', state: state({ settings: { ...euros, values: { ...euros.values, tariffKind: 'weekly', weeklyTariff: Array.from({ length: 168 }, (_, hour) => (hour % 24 < 6 ? 0.21 : hour % 24 >= 17 && hour % 24 < 21 && hour < 120 ? 0.44 : 0.34)) } } }), pages: ['settings'] },
  { id: 'tariff-dated', title: 'Dated prices', state: state({ settings: { ...euros, values: { ...euros.values, tariffKind: 'dated' } } }), pages: ['settings'], tariff, act: 'calibrate' },
  { id: 'tariff-over', title: 'Dated prices that have ended, and a zone of its own', state: state({ settings: { ...euros, values: { ...euros.values, tariffKind: 'dated', tariffZone: 'Europe/Helsinki' } } }), pages: ['settings'], tariff: { zone: 'Europe/Helsinki', now: { perKwh: 0.34, how: 'fixed price; no dated price covers this hour' }, dated: { from: now - 300 * day, to: now - 3 * day, count: 7128 } } },
  { id: 'moves', title: 'What moves an estimate', state: two, pages: ['compare'], act: 'open-moves' },
  { id: 'rig', title: 'A rig in another market', state: two, pages: ['compare'], act: 'rig' },
  { id: 'network', title: 'A network in full', state: { ...two, settings: euros }, pages: ['networks/north', 'networks/frame', 'networks/ember', 'networks/granite'] },
  { id: 'networks-odd', title: 'Networks that answer late, not at all, and with a long name', state: state({ networks: longNames }), pages: ['networks', 'networks/frame', 'networks/north', 'networks/ember', 'networks/nobody'], networks: { health: { north: null, frame: 'The data folder cannot be read.', ember: { ...ember, title: longNames.networks[2]!.title } } } },
  { id: 'sources', title: 'Sources and requests', state: two, pages: ['networks/sources'], act: 'ask-all' },
  { id: 'sources-never', title: 'Sources that were never asked', state: state({ networks: { ...outside, sources: neverAsked } }), pages: ['networks', 'networks/sources'], networks: { requests: [] } },
  { id: 'sources-offline', title: 'No way outside, and a clock two years off', state: state({ networks: { ...outside, sources: offline, clockOffMs: 731 * 86_400_000 } }), pages: ['networks', 'networks/sources'], networks: { requests: 'The requests cannot be read: the disk is full.', refreshFailure: 'This machine is offline.' } },
  { id: 'sources-off', title: 'Asking outside is switched off', state: state({ networks: { ...outside, sources: switchedOff }, settings: { ...state().settings, values: { ...state().settings.values, asksOutside: false } } }), pages: ['networks', 'networks/sources'] },
  { id: 'programmes', title: 'Programmes in every state', state: enrolled, pages: ['overview', 'networks', 'networks/north', 'networks/frame/rendering', 'networks/frame/compute', 'networks/granite/host', 'networks/granite/checker', 'networks/practice/worker', 'activity', 'activity/north/provider'] },
  { id: 'programme-new', title: 'A programme before anything is set up', state: enrolled, pages: ['networks/north/home', 'networks/north/home/binds', 'networks/north/home/steps', 'networks/north/home/log', 'networks/north/home/leave'], programmes: { log: [] } },
  { id: 'programme-steps', title: 'A programme that is being set up', state: enrolled, pages: ['networks/ember/worker', 'networks/ember/worker/requirements', 'networks/ember/worker/leave'] },
  { id: 'programme-running', title: 'Stopping, with its price', state: enrolled, pages: ['networks/north/provider'], act: 'ask-stop' },
  { id: 'programme-log', title: 'A log that is searched', state: enrolled, pages: ['networks/north/provider/log'], act: 'search-log' },
  { id: 'programme-leave', title: 'Leaving', state: enrolled, pages: ['networks/north/provider/leave'], act: 'ask-leave' },
  { id: 'programme-broken', title: 'Containers, one of which is gone', state: { ...two, programmes: brokenState }, pages: ['overview', 'networks/north/provider'] },
  { id: 'programme-odd', title: 'A programme about which nothing can be read', state: enrolled, pages: ['networks/north/home', 'networks/north/home/steps', 'networks/north/provider/log', 'networks/nobody/nothing', 'activity'], programmes: { report: 'The report cannot be made: the data folder cannot be written to.', checks: 'The checks could not be made: the data folder cannot be written to.', log: 'The log cannot be read: the disk is full.', events: 'The history cannot be read: the disk is full.' } },
  { id: 'programme-slow', title: 'A programme that is still being looked at', state: enrolled, pages: ['networks/north/home'], programmes: { report: null, checks: null } },
  { id: 'activity-none', title: 'Nothing has happened', state: two, pages: ['activity'], programmes: { events: 'none' } },
  { id: 'diagnose', title: 'Diagnose, with a bundle listed', state: enrolled, pages: ['settings/diagnose'], act: 'list-bundle' },
  { id: 'policy', title: 'A policy that gives way to a program', state: { ...oneCard, policy: stoppedPolicy }, pages: ['overview', ...policyTabs, 'networks/north/provider'] },
  { id: 'policy-runs', title: 'A policy under which it runs', state: { ...oneCard, policy: runningPolicy }, pages: ['overview', 'policy'] },
  { id: 'policy-paused', title: 'Paused', state: { ...oneCard, policy: pausedPolicy }, pages: ['overview', 'policy', 'gpus'] },
  { id: 'policy-unknown', title: 'A desktop that tells nothing', state: { ...oneCard, policy: unknownPolicy }, pages: ['policy', 'policy/week', 'policy/limits'], policy: { week: 'The coming week cannot be worked out: no programme is set up.' } },
  { id: 'policy-recorded', title: 'The policy of a recorded machine', state: { ...oneCard, app: { ...state().app, recordedMachine: 'rtx-4090-linux' }, policy: recordedPolicy }, pages: ['overview', 'policy', 'policy/week'], policy: { week: assumedOutlook } },
  { id: 'policy-empty', title: 'A policy with nothing to run', state: { ...noGpu, policy: policy({ cards: [] }) }, pages: policyTabs, policy: { week: null } },
  { id: 'policy-sixteen', title: 'A policy over sixteen cards', state: { ...sixteen, programmes: programmesState, policy: rigPolicy(16) }, pages: ['overview', ...policyTabs, 'networks/north/provider'] },
  { id: 'policy-explained', title: 'Every rule explained', state: { ...oneCard, policy: stoppedPolicy }, pages: ['policy'], act: 'explain' },
  { id: 'policy-plan', title: 'Hours that are being set', state: { ...oneCard, policy: stoppedPolicy }, pages: ['policy/week'], act: 'choose-hours' },
  { id: 'policy-refused', title: 'A policy that cannot be saved', state: { ...oneCard, policy: policy({ ...stoppedPolicy, cards: [policyCard('GPU-00000000', { silent: 'The driver gives no answer for this card.', at: null, utilisation: null, memoryUsedBytes: null, temperatureC: null, fan: null, programs: [] })] }) }, pages: ['policy/programs'], policy: { refuses: 'The settings cannot be saved: the disk is full.' } },
  { id: 'losing', title: 'Dear electricity, in euros', state: losing, pages: ['overview', 'compare', 'settings'] },
  { id: 'what-if-unknown', title: 'A what-if for a card nobody knows', state: noGpu, pages: ['compare'], act: 'what-if-unknown' },
  { id: 'bad-setting', title: 'A setting that cannot be', state: losing, pages: ['settings'], act: 'bad-setting' },
  { id: 'lost', title: 'Connection lost', state: two, pages: ['overview'], isLost: true },
]
