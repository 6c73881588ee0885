/** What Windows tells of its surroundings. A person types `reg query HKLM\HARDWARE\DESCRIPTION\System\BIOS` and `qwinsta`. */
import { hypervisorOf, isLaptopCase, type Nameplate } from './hypervisors.ts'
import type { MachineSource } from './machine-source.ts'
import { readRegistryText } from './registry-text.ts'
import type { Traces } from './surroundings.ts'

const timeoutMs = 4_000
/** The first card on screen waits for this: a PowerShell that is slow to start is not worth it. */
const batteryTimeoutMs = 1_500
const nameplateKey = 'HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS'
const controlKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Control'
export const batteryScript = '@(Get-CimInstance Win32_Battery | Select-Object Name,BatteryStatus) | ConvertTo-Json -Compress'

export async function readWindows(machine: MachineSource, env: Record<string, string | undefined>): Promise<Traces> {
  const query = async (...args: string[]): Promise<Record<string, string>> => {
    const answer = await machine.run('reg', ['query', ...args], { timeoutMs })
    return answer.kind === 'done' ? Object.assign({}, ...readRegistryText(answer.stdout).map(({ values }) => values)) : {}
  }
  const [values, control, isRemote] = await Promise.all([query(nameplateKey), query(controlKey, '/v', 'ContainerType'), remoteDesktop(machine, env)])
  const word = (name: string): string | null => values[name]?.trim() || null
  const plate: Nameplate = { systemMaker: word('SystemManufacturer'), product: word('SystemProductName'), boardMaker: word('BaseBoardManufacturer'), biosMaker: word('BIOSVendor'), assetTag: null }
  const name = hypervisorOf(plate)
  const words = [plate.systemMaker, plate.product].filter((part) => part !== null).join(' ')
  const byCase = isLaptopCase(values['EnclosureType'] === undefined ? null : Number(values['EnclosureType']))
  // Asking for the battery starts PowerShell, about half a second: only where there may be one.
  const battery = byCase === false || name !== null || words === '' ? null : await batteryOf(machine)
  return {
    container: control['ContainerType'] === undefined ? null : { name: 'Windows container', because: `${controlKey} has a ContainerType` },
    wsl: null,
    hypervisor: name === null ? null : { name, because: `the nameplate says ${words}` },
    hardware: words === '' ? null : `the nameplate says ${words}`,
    isLaptop: byCase ?? (battery === null ? null : battery.hasBattery),
    onBattery: battery === null ? (byCase === false ? false : null) : battery.onBattery,
    remoteSession: isRemote ? 'rdp' : null,
    evidence: [],
  }
}

/** SESSIONNAME is that of the session in which this process was started; `qwinsta` marks the present one with ">". */
async function remoteDesktop(machine: MachineSource, env: Record<string, string | undefined>): Promise<boolean> {
  const session = env['SESSIONNAME'] ?? ''
  if (session !== '') return /^rdp-tcp/i.test(session)
  const answer = await machine.run('qwinsta', [], { timeoutMs })
  return answer.kind === 'done' && /^>rdp-tcp/im.test(answer.stdout)
}

/** BatteryStatus 1: discharging; 4 and 5: low and critical while discharging; everything else has mains (Win32_Battery). */
async function batteryOf(machine: MachineSource): Promise<{ hasBattery: boolean; onBattery: boolean | null } | null> {
  const answer = await machine.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', batteryScript], { timeoutMs: batteryTimeoutMs })
  if (answer.kind !== 'done' || answer.exitCode !== 0) return null
  if (answer.stdout.trim() === '') return { hasBattery: false, onBattery: false }
  try {
    const parsed: unknown = JSON.parse(answer.stdout)
    const states = (Array.isArray(parsed) ? parsed : [parsed]).map((item) => (item as { BatteryStatus?: unknown } | null)?.BatteryStatus)
    if (states.length === 0) return { hasBattery: false, onBattery: false }
    const numbers = states.filter((state) => typeof state === 'number')
    return { hasBattery: true, onBattery: numbers.length === 0 ? null : numbers.some((state) => [1, 4, 5].includes(state)) }
  } catch {
    return null
  }
}
