/** A history in a folder of its own, and turns of samples by the second. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openHistory, type History, type HistoryOptions } from '../../../main/history/index.ts'
import { createLog } from '../../../main/system/log.ts'
import type { RecordingStatus } from '../../../shared/history.ts'
import { presentCard, unknownCardDetails, type Gpu, type KnownCard } from '../../../shared/machine.ts'
import type { Notice } from '../../../shared/state.ts'
import { unknownSample, type GpuSample, type SampleTurn } from '../../../shared/telemetry.ts'
import { newFolder } from '../../helpers/files.ts'

export const silent = createLog('silent', () => {})
/** A Monday, at a full hour. */
export const noon = Date.UTC(2026, 10, 23, 12)
export const hourMs = 3_600_000
export const dayMs = 86_400_000

export interface Opened {
  history: History
  folder: string
  file: string
  notices: Notice[]
  statuses: RecordingStatus[]
}

export function open(options: Partial<HistoryOptions> = {}): Opened {
  const folder = options.folder ?? newFolder()
  const notices: Notice[] = []
  const statuses: RecordingStatus[] = []
  const history = openHistory({
    folder,
    clock: { now: () => noon, after: () => () => {} },
    log: silent,
    onNotice: (notice) => notices.push(notice),
    onRecording: (status) => statuses.push(status),
    ...options,
  })
  onTestFinished(() => history.close())
  return { history, folder, file: join(folder, 'history.sqlite'), notices, statuses }
}

export function sample(at: number, values: Partial<GpuSample> = {}): GpuSample {
  return { ...unknownSample(at, 'not told'), utilisation: 0.5, temperatureC: 60, powerW: 100, throttle: [], ...values }
}

export function turn(at: number, samples: Record<string, Partial<GpuSample>>, steadyMs = at - noon): SampleTurn {
  return { at, steadyMs, samples: Object.fromEntries(Object.entries(samples).map(([id, values]) => [id, sample(at, values)])), silent: {} }
}

/** One card, once a second, `from` inclusive and `to` exclusive. */
export function recordSeconds(history: History, gpuId: string, from: number, to: number, values: (n: number) => Partial<GpuSample> = () => ({}), steadyFrom = from - noon): void {
  for (let at = from, n = 0; at < to; at += 1000, n++) history.record(turn(at, { [gpuId]: values(n) }, steadyFrom + n * 1000))
}

export function ask(gpuId: string, from: number, to: number, more: { stepSeconds?: number; points?: number } = {}) {
  return { gpuId, from, to, points: 800, ...more }
}

export function gpu(id: string, name = 'A card'): Gpu {
  return {
    ...unknownCardDetails, ...presentCard, id, uuid: id, name, driverName: null, vendor: 'nvidia', model: null, kind: 'gpu', memoryBytes: null, driverVersion: null,
    cudaVersion: null, vbiosVersion: null, pciAddress: null, pciDeviceId: null, pciSubsystemId: null, cudaComputeCapability: null, pcieGenerationMax: null,
    pcieLanesMax: null, drivesDisplay: null, isIntegrated: null, eccEnabled: null, mig: null, powerLimitW: null, powerLimitDefaultW: null, powerLimitMinW: null,
    powerLimitMaxW: null, seenBy: [], views: [], disagreements: [], opencl: null, sample: null, problems: [],
  }
}
export function knownCard(id: string, name?: string): KnownCard {
  return { gpuId: id, uuid: id, pciAddress: null, pciDeviceId: null, gpu: gpu(id, name), firstSeenAt: 1, lastSeenAt: 2, lostSince: null }
}
