/** Asks systeminformation for this machine's graphics adapters. Runs in the probe's process: it starts other programs and waits. */
import si from 'systeminformation'
import type { MachineSource } from '../system/machine-source.ts'

const windowsQuery = 'Get-CimInstance Win32_VideoController | Select-Object Name,PNPDeviceID,DriverVersion | ConvertTo-Json'
const timeoutMs = 10_000

/** On Linux the kernel's own listing is quicker and knows more; systeminformation would start nvidia-smi and wait for it. */
export async function readSystemInformation(machine: MachineSource): Promise<unknown> {
  if (machine.platform === 'linux' && (await machine.listFolder('/sys/bus/pci/devices')).length > 0) return null
  const [graphics, names, cpu] = await Promise.all([
    si.graphics(),
    machine.platform === 'win32' ? machine.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', windowsQuery], { timeoutMs }) : null,
    machine.platform === 'win32' ? si.cpu() : null,
  ])
  // FreeBSD and OpenBSD get null.
  const controllers = (graphics as { controllers?: object[] } | null)?.controllers ?? []
  const pnp = names?.kind === 'done' ? pnpIdsIn(names.stdout) : []
  return { graphics: { controllers: controllers.map((controller, index) => ({ ...pnp[index], ...controller })) }, cpu }
}

/** systeminformation leaves out the PCI id on Windows, in the same order of adapters. */
function pnpIdsIn(text: string): { pnpDeviceId: string; driverVersion: string | undefined }[] {
  try {
    const parsed: unknown = JSON.parse(text)
    const list = (Array.isArray(parsed) ? parsed : [parsed]) as { PNPDeviceID?: unknown; DriverVersion?: unknown }[]
    return list.map((item) => ({ pnpDeviceId: String(item?.PNPDeviceID ?? ''), driverVersion: typeof item?.DriverVersion === 'string' ? item.DriverVersion : undefined }))
  } catch {
    return []
  }
}
