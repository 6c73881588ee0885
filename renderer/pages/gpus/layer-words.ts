/** What each layer said of a card, field by field, in words. Pure. */
import type { DetectionLayer, Gpu } from '../../../shared/machine.ts'
import { formatBytes, formatNumber, gap } from '../../format/numbers.ts'

export interface FieldRow {
  field: string
  label: string
  /** By layer; what a layer did not say is missing. */
  said: Partial<Record<DetectionLayer, string>>
  isDisputed: boolean
}

const labels: Record<string, string> = {
  name: 'Name', driverName: 'Driver’s name for it', uuid: 'UUID', memoryBytes: 'Memory', driverVersion: 'Driver', cudaVersion: 'CUDA', vbiosVersion: 'Video BIOS', pciAddress: 'PCI address', pciDeviceId: 'PCI device', pciSubsystemId: 'Subsystem',
  cudaComputeCapability: 'Compute capability', pcieGenerationMax: 'PCIe generation at most', pcieLanesMax: 'PCIe lanes at most', drivesDisplay: 'Drives a display', isIntegrated: 'Built in', eccEnabled: 'ECC', coreClockMaxMhz: 'Core clock at most', memoryClockMaxMhz: 'Memory clock at most',
  vendor: 'Maker', 'attachment.kind': 'Attached', 'mig.enabled': 'MIG on', 'mig.instances.length': 'MIG slices', 'temperatureLimits.slowdownC': 'Slows down at', 'temperatureLimits.shutdownC': 'Shuts down at', 'temperatureLimits.targetC': 'Aims at', 'temperatureLimits.memoryC': 'Memory at most',
  'opencl.platform': 'OpenCL platform', 'opencl.device': 'OpenCL device', 'opencl.name': 'Name in OpenCL', 'opencl.driverVersion': 'OpenCL driver',
}

/** `powerLimitMaxW` → "Power limit max", `retiredPages.pending` → "Retired pages: pending". */
export function fieldLabel(field: string): string {
  const known = labels[field]
  if (known) return known
  const words = field.replaceAll('.', ': ').replace(/(Mhz|Bytes|W|C)$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function fieldWords(field: string, value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (field.endsWith('Bytes')) return formatBytes(value)
  if (field.endsWith('Mhz')) return `${formatNumber(value, 0)}${gap}MHz`
  if (/[a-z]W$/.test(field)) return `${formatNumber(value, 0)}${gap}W`
  if (/[a-z]C$/.test(field)) return `${formatNumber(value, 0)}${gap}°C`
  return String(value)
}

/** Disputed fields first, then in the order in which the layers told them. */
export function fieldRows(gpu: Pick<Gpu, 'views' | 'disagreements'>): FieldRow[] {
  const rows = new Map<string, FieldRow>()
  const row = (field: string) => {
    const known = rows.get(field)
    if (known) return known
    const fresh: FieldRow = { field, label: fieldLabel(field), said: {}, isDisputed: gpu.disagreements.some((one) => one.field === field) }
    rows.set(field, fresh)
    return fresh
  }
  for (const view of gpu.views) for (const [field, value] of Object.entries(view.says)) row(field).said[view.layer] = fieldWords(field, value)
  for (const { field, said } of gpu.disagreements) for (const { layer, value } of said) row(field).said[layer] ??= fieldWords(field, value)
  return [...rows.values()].sort((a, b) => Number(b.isDisputed) - Number(a.isDisputed))
}
