/** What NVIDIA's driver does not tell under WSL: the programs of the Windows around it. */
import type { GpuSample } from '../../../shared/telemetry.ts'
import type { MachineSource } from '../../system/machine-source.ts'

const whyUnknown = 'under WSL the driver lists none of the programs that use the card from Windows'
const told = new WeakMap<MachineSource, Promise<boolean>>()

/** Also in a container within WSL. Found out once: a sample is taken every second. */
export function isUnderWsl(machine: MachineSource): Promise<boolean> {
  const before = told.get(machine)
  if (before) return before
  const found = findOut(machine)
  told.set(machine, found)
  return found
}

async function findOut(machine: MachineSource): Promise<boolean> {
  if (machine.platform !== 'linux') return false
  const kernel = (await machine.readFile('/proc/sys/kernel/osrelease')) ?? ''
  if (/microsoft|wsl/i.test(kernel)) return true
  // Kernels of one's own may not say so; this folder comes from Windows.
  if ((await machine.listFolder('/usr/lib/wsl/lib')).length > 0) return true
  // A recording may have kept it among its facts alone; a living machine's facts take too long.
  const around = machine.recorded === null ? null : (await machine.facts()).surroundings
  return around?.kind === 'wsl' || /^WSL/.test(around?.hypervisor ?? '')
}

/** An empty list says nothing there. What newer drivers list of the Linux inside is kept. */
export function withoutWindowsPrograms<Sample extends GpuSample | null>(sample: Sample): Sample {
  if (sample === null || sample.processes.length > 0 || sample.unknown['processes'] !== undefined || sample.unknown['all'] !== undefined) return sample
  return { ...sample, unknown: { ...sample.unknown, processes: whyUnknown } }
}

export async function asUnderWsl<Seen extends { sample: GpuSample | null }>(machine: MachineSource, seen: Seen[]): Promise<Seen[]> {
  return (await isUnderWsl(machine)) ? seen.map((one) => ({ ...one, sample: withoutWindowsPrograms(one.sample) })) : seen
}
