/** Everything that is needed to compare a run with another one. Pure. */
import type { RunConditions } from '../../shared/benchmark.ts'
import type { Gpu, Machine } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'

export function conditionsOf(given: {
  version: string
  kernelSet: string
  machine: Pick<Machine, 'os' | 'cpuName'> | null
  gpu: Gpu
  /** As the measuring process found it; null: it was not opened. */
  opened: { driverVersion: string | null; platformName: string | null } | null
  /** While it worked: the link and the limit are what they are then. null: not read. */
  sample: GpuSample | null
  inParallel: boolean
  temperatureCeilingC: number | null
}): RunConditions {
  const { gpu, sample } = given
  return {
    kind: gpu.kind === 'cpu-device' ? 'cpu-device' : 'gpu',
    idlewattVersion: given.version,
    kernelSet: given.kernelSet,
    os: given.machine?.os ?? null,
    cpuName: given.machine?.cpuName ?? null,
    model: gpu.model,
    vendor: gpu.vendor,
    pciDeviceId: gpu.pciDeviceId,
    memoryBytes: gpu.memoryBytes,
    vbiosVersion: gpu.vbiosVersion,
    driverVersion: gpu.driverVersion ?? given.opened?.driverVersion ?? gpu.opencl?.driverVersion ?? null,
    openclPlatform: given.opened?.platformName ?? null,
    cudaVersion: gpu.cudaVersion,
    powerLimitW: sample?.powerLimitW ?? gpu.powerLimitW,
    powerLimitDefaultW: gpu.powerLimitDefaultW,
    coreClockMaxMhz: gpu.coreClockMaxMhz,
    memoryClockMaxMhz: gpu.memoryClockMaxMhz,
    pcieGeneration: sample?.pcieGeneration ?? null,
    pcieLanes: sample?.pcieLanes ?? null,
    eccEnabled: gpu.eccEnabled,
    drivesDisplay: gpu.drivesDisplay,
    attachment: gpu.attachment?.kind ?? null,
    inParallel: given.inParallel,
    temperatureCeilingC: given.temperatureCeilingC,
  }
}
