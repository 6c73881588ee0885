/** What the tests of estimates need: the bundled table and markets, and cards to put in a machine. */
import { fileURLToPath } from 'node:url'
import { loadGpuTable } from '../../../main/earnings/gpu-table.ts'
import { loadMarkets, type Markets } from '../../../main/earnings/markets.ts'
import { networks } from '../../../main/networks/index.ts'
import { createLog } from '../../../main/system/log.ts'
import { presentCard, unknownCardDetails, type Detection, type Gpu, type Machine } from '../../../shared/machine.ts'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const resourcesFolder = `${root}/resources`
export const sharedData = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
export const gpuTable = loadGpuTable(resourcesFolder)
export const at = Date.parse('2026-11-23T12:00:00Z')
export const quiet = createLog('silent', () => {})

export function markets(files: Record<string, string> = {}, prices: Record<string, number> = {}): Markets {
  return loadMarkets({ resourcesFolder, networks, files, prices, now: at, log: quiet })
}

export function machine(change: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux', arch: 'x64', os: 'Ubuntu 24.04', osVersion: '24.04', cpuName: 'AMD Ryzen 9 7950X', cpuCores: 16, memoryBytes: 64e9, diskFreeBytes: 800e9, diskTotalBytes: 1e12,
    isVirtual: false, isWsl: false, hasDocker: true, downMbps: null, upMbps: null, uptimeSeconds: null, surroundings: null, recorded: 'test', ...change,
  }
}

export function gpu(model: string, change: Partial<Gpu> = {}): Gpu {
  const facts = gpuTable.byModel(model)
  return {
    ...unknownCardDetails,
    ...presentCard,
    views: [],
    disagreements: [],
    id: `GPU-${model}`, uuid: null, name: `NVIDIA ${model}`, driverName: null, vendor: facts?.vendor ?? 'nvidia', model: facts?.model ?? null, kind: 'gpu', memoryBytes: facts?.memoryBytes ?? null,
    driverVersion: '580.95.05', cudaVersion: '13.0', vbiosVersion: null, pciAddress: '0000:01:00.0', pciDeviceId: facts?.pciDeviceIds[0] ?? null, pciSubsystemId: null,
    cudaComputeCapability: facts?.cudaComputeCapability ?? null, pcieGenerationMax: 4, pcieLanesMax: 16, drivesDisplay: true, isIntegrated: false, eccEnabled: null, mig: null,
    powerLimitW: null, powerLimitDefaultW: null, powerLimitMinW: null, powerLimitMaxW: null, seenBy: ['nvml'], opencl: null, sample: null, problems: [], ...change,
  }
}

export function detection(gpus: Gpu[], change: Partial<Machine> = {}): Detection {
  return { machine: machine(change), gpus, problems: [], detectedAt: at }
}
