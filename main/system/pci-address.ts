/** PCI addresses and ids in one spelling: `0000:01:00.0` and `10de:2684`, lower case. */

/** From any spelling a driver uses (`00000000:01:00.0`, `01:00.0`, `1:0:0`); null: not an address. */
export function pciAddressOf(text: string | null | undefined): string | null {
  const match = /^\s*(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})[.:]([0-7])\s*$/i.exec(text ?? '')
  if (!match) return null
  const domain = parseInt(match[1] ?? '0', 16).toString(16).padStart(4, '0')
  return `${domain}:${match[2]!.padStart(2, '0')}:${match[3]!.padStart(2, '0')}.${match[4]}`.toLowerCase()
}

/** From numbers, as NVML and OpenCL give them. */
export function pciAddressFrom(domain: number, bus: number, device: number, fn = 0): string {
  const hex = (value: number, digits: number): string => (value >>> 0).toString(16).padStart(digits, '0')
  return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(device, 2)}.${fn & 7}`
}

/** NVIDIA writes device and vendor as one number, device first: `0x268410DE`, in old drivers without leading zeros (`6D110DE`). null: not such a number. */
export function pciIdFromCombined(text: string | number | null | undefined): string | null {
  const digits = typeof text === 'number' ? (text >>> 0).toString(16).padStart(8, '0') : /^\s*(?:0x)?([0-9a-f]{6,8})\s*$/i.exec(text ?? '')?.[1]?.padStart(8, '0')
  if (!digits || /^0+$/.test(digits)) return null
  return `${digits.slice(4)}:${digits.slice(0, 4)}`.toLowerCase()
}

/** From vendor and device apart, each as `0x10de`, `10DE` or a number; null: one is missing. */
export function pciIdOf(vendor: string | number | null | undefined, device: string | number | null | undefined): string | null {
  const left = hexWord(vendor)
  const right = hexWord(device)
  return left && right ? `${left}:${right}` : null
}

/** Four hex digits; null: none. */
export function hexWord(value: string | number | null | undefined): string | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 && value <= 0xffff ? value.toString(16).padStart(4, '0') : null
  const match = /^\s*(?:0x)?([0-9a-f]{1,4})\s*$/i.exec(value ?? '')
  return match ? match[1]!.padStart(4, '0').toLowerCase() : null
}
