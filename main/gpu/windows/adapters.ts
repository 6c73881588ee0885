/** Windows' graphics adapters with their LUIDs, under which the performance counters name them. A person types `reg query HKLM\SOFTWARE\Microsoft\DirectX /s`. */
import type { MachineSource } from '../../system/machine-source.ts'
import { hexWord, pciAddressFrom, pciIdOf } from '../../system/pci-address.ts'
import { readRegistryText } from '../../system/registry-text.ts'
import { jsonList, numberIn, textIn } from './json.ts'

export interface WindowsAdapter {
  /** As the counters spell it: `0x00000000_0x00012d1a`. It changes with every start of the driver. null: not told. */
  luid: string | null
  /** Which card of a linked group it is. */
  physicalIndex: number
  name: string | null
  pciDeviceId: string | null
  pciAddress: string | null
  dedicatedMemoryBytes: number | null
  /** What it may take of the machine's memory. */
  sharedMemoryBytes: number | null
  /** DirectX saw it earlier than the others: it was taken out, or is a session's that has ended. */
  isStale: boolean
}

const timeoutMs = 10_000
const directXKey = 'HKLM\\SOFTWARE\\Microsoft\\DirectX'
/** DEVPKEY_Gpu_Luid and DEVPKEY_Gpu_PhysicalAdapterIndex; Get-PnpDeviceProperty has no names for them. */
const luidKey = '{60b193cb-5276-4d0f-96fc-f173abad3ec6} 2'
const physicalKey = '{60b193cb-5276-4d0f-96fc-f173abad3ec6} 3'

/** Numbers alone, so that nothing in it depends on Windows' language. */
export const adaptersScript = [
  '[Console]::OutputEncoding=[Text.Encoding]::UTF8',
  '@(Get-CimInstance Win32_VideoController | ForEach-Object { $c=$_; $p=@{}',
  `Get-PnpDeviceProperty -InstanceId $c.PNPDeviceID -KeyName 'DEVPKEY_Device_BusNumber','DEVPKEY_Device_Address','${luidKey}','${physicalKey}' -ErrorAction SilentlyContinue | ForEach-Object { $p[$_.KeyName]=$_.Data }`,
  `[pscustomobject]@{ Name=$c.Name; PNPDeviceID=$c.PNPDeviceID; DriverVersion=$c.DriverVersion; BusNumber=$p['DEVPKEY_Device_BusNumber']; Address=$p['DEVPKEY_Device_Address']; Luid=$p['${luidKey}']; PhysicalIndex=$p['${physicalKey}'] } }) | ConvertTo-Json -Compress`,
].join('; ')

export interface PnpAdapter extends WindowsAdapter {
  pnpDeviceId: string | null
  driverVersion: string | null
}

/** In Win32_VideoController's order. Empty: PowerShell does not answer. */
export async function readPnpAdapters(machine: MachineSource): Promise<PnpAdapter[]> {
  const answer = await machine.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', adaptersScript], { timeoutMs })
  return answer.kind === 'done' ? parsePnpAdapters(answer.stdout) : []
}

/** Pure. */
export function parsePnpAdapters(text: string): PnpAdapter[] {
  return jsonList(text).map((item) => {
    const pnpDeviceId = textIn(item, 'PNPDeviceID')
    const ids = /VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})/i.exec(pnpDeviceId ?? '')
    const bus = numberIn(item, 'BusNumber')
    const address = numberIn(item, 'Address')
    const isPci = /^PCI\\/i.test(pnpDeviceId ?? '')
    return {
      luid: luidOf(numberIn(item, 'Luid')),
      physicalIndex: numberIn(item, 'PhysicalIndex') ?? 0,
      name: textIn(item, 'Name'),
      pnpDeviceId,
      driverVersion: textIn(item, 'DriverVersion'),
      pciDeviceId: ids ? pciIdOf(ids[1], ids[2]) : null,
      // Windows puts the PCI segment above the bus, and the device above its function.
      pciAddress: isPci && bus !== null && address !== null ? pciAddressFrom(bus >>> 8, bus & 0xff, (address >>> 16) & 0x1f, address & 0x7) : null,
      dedicatedMemoryBytes: null,
      sharedMemoryBytes: null,
      isStale: false,
    }
  })
}

/** What DirectX keeps of the adapters it saw. Empty: `reg` does not answer. */
export async function readDirectXAdapters(machine: MachineSource): Promise<WindowsAdapter[]> {
  const answer = await machine.run('reg', ['query', directXKey, '/s'], { timeoutMs })
  return answer.kind === 'done' ? parseDirectXAdapters(answer.stdout) : []
}

/** A day, in the registry's tenths of a microsecond. */
const staleAfter = 864e9
/** Chips for neural networks are adapters to DirectX, but draw nothing and run no OpenCL. */
const npuNames = /\bNPU\b|AI Boost|neural/i

/** Entries outlive their adapters: of several that claim one LUID, the one seen last is right. Software's own adapter is left out. Pure. */
export function parseDirectXAdapters(text: string): WindowsAdapter[] {
  const byLuid = new Map<string, { adapter: WindowsAdapter; seen: number }>()
  for (const { values } of readRegistryText(text)) {
    const luid = luidOf(values['AdapterLuid'])
    const name = values['Description'] || null
    const vendorId = Number(values['VendorId'])
    if (luid === null || (vendorId === 0x1414 && /basic render/i.test(name ?? '')) || npuNames.test(name ?? '')) continue
    const adapter: WindowsAdapter = {
      luid,
      physicalIndex: 0,
      name,
      pciDeviceId: pciIdOf(hexWord(vendorId), hexWord(Number(values['DeviceId']))),
      pciAddress: null,
      dedicatedMemoryBytes: countOf(values['DedicatedVideoMemory']),
      sharedMemoryBytes: countOf(values['SharedSystemMemory']),
      isStale: false,
    }
    const seen = Number(values['LastSeen'] ?? 0) || 0
    if (seen >= (byLuid.get(luid)?.seen ?? 0)) byLuid.set(luid, { adapter, seen })
  }
  const newest = Math.max(0, ...[...byLuid.values()].map(({ seen }) => seen))
  return [...byLuid.values()].map(({ adapter, seen }) => ({ ...adapter, isStale: seen > 0 && newest - seen > staleAfter }))
}

/** Both views of the adapters: who sits where, and how much memory it has. Entries of DirectX alone come last. Pure. */
export function joinAdapters(pnp: readonly PnpAdapter[], directX: readonly WindowsAdapter[]): WindowsAdapter[] {
  const left = [...directX]
  const joined = pnp.map((adapter): WindowsAdapter => {
    const alike = left.filter((other) => other.pciDeviceId !== null && other.pciDeviceId === adapter.pciDeviceId)
    const same = adapter.luid === null ? (alike.length === 1 && pnp.filter(({ pciDeviceId }) => pciDeviceId === adapter.pciDeviceId).length === 1 ? alike[0] : undefined) : left.find(({ luid }) => luid === adapter.luid)
    // Cards of one kind have the same memory, whichever is which.
    const memory = same ?? alike[0]
    if (same) left.splice(left.indexOf(same), 1)
    return { ...adapter, luid: adapter.luid ?? same?.luid ?? null, dedicatedMemoryBytes: memory?.dedicatedMemoryBytes ?? null, sharedMemoryBytes: memory?.sharedMemoryBytes ?? null }
  })
  const known = new Set(joined.map(({ luid }) => luid))
  return [...joined, ...left.filter(({ luid }) => !known.has(luid))]
}

export async function readAdapters(machine: MachineSource): Promise<WindowsAdapter[]> {
  const [pnp, directX] = await Promise.all([readPnpAdapters(machine), readDirectXAdapters(machine)])
  return joinAdapters(pnp, directX)
}

/** A LUID as the counters write it, from its 64 bits. null: none (0 is none as well). */
export function luidOf(value: number | string | null | undefined): string | null {
  if (value === null || value === undefined || value === '') return null
  try {
    const bits = BigInt.asUintN(64, BigInt(value))
    if (bits === 0n) return null
    const hex = bits.toString(16).padStart(16, '0')
    return `0x${hex.slice(0, 8)}_0x${hex.slice(8)}`
  } catch {
    return null
  }
}

function countOf(value: string | undefined): number | null {
  const number = value === undefined || value === '' ? Number.NaN : Number(value)
  return number >= 0 && number <= 1024 ** 5 ? number : null
}
