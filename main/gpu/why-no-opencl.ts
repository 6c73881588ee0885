/** What OpenCL itself says where it lists no device of this machine. */
import type { MachineSource } from '../system/machine-source.ts'
import type { OpenClListing } from '../system/opencl-device.ts'
import type { Probes } from './probes.ts'

/** Sentences; null: it lists some, or the machine is a recorded one. Never rejects. */
export async function whyNoOpenCl(source: Pick<MachineSource, 'recorded'>, probes: Pick<Probes, 'capture' | 'endListing'>): Promise<string | null> {
  if (source.recorded !== null) return null
  try {
    const listing = (await probes.capture('opencl')) as OpenClListing
    return listing.ok ? null : listing.reason
  } catch (error) {
    return `OpenCL could not be asked: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    await probes.endListing()
  }
}
