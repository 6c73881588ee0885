/** Xid reports through NVML's event sets (Linux alone has them): the driver's own word of what went wrong on a card. */
import { Buffer } from 'node:buffer'
import type { NvmlDevice } from './nvml.ts'
import { big, handle, pointer, type NvmlBinding } from './nvml-binding.ts'
import { nvmlCodes } from './nvml-words.ts'

/** nvmlEventTypeXidCriticalError of nvml.h. */
const xidEvents = 0x8n
/** A card that reports without end must not hold up the sample. */
const mostAtOnce = 64

export interface XidListener {
  /** What came since the last call. The first call begins to listen; cards that are new are taken in. Never waits. */
  poll(devices: readonly NvmlDevice[]): { device: NvmlDevice; code: number }[]
  /** Must come before the library is shut down. */
  close(): void
}

export function createXidListener(binding: NvmlBinding): XidListener {
  const create = binding.lazily(['nvmlEventSetCreate'], [pointer])
  const free = binding.lazily(['nvmlEventSetFree'], [handle])
  const supported = binding.struct(['nvmlDeviceGetSupportedEventTypes'], 8, (out) => out.readBigUInt64LE(0))
  const register = binding.lazily(['nvmlDeviceRegisterEvents'], [handle, 'uint64_t', handle])
  const wait = binding.lazily(['nvmlEventSetWait_v2', 'nvmlEventSetWait'], [handle, pointer, 'uint32_t'])
  const data = Buffer.alloc(32)
  /** null: not opened yet. 0: this library or system has none. */
  let set: number | null = null
  const asked = new Set<NvmlDevice>()
  let listening = 0

  function open(): number {
    const out = Buffer.alloc(8)
    const code = create()?.(out) ?? nvmlCodes.functionNotFound
    return code === nvmlCodes.success ? big(out, 0) : 0
  }

  function listenTo(device: NvmlDevice, into: number): void {
    asked.add(device)
    const types = supported(device)
    if (types.ok && (types.value & xidEvents) === 0n) return
    if (register()?.(device, xidEvents, into) === nvmlCodes.success) listening += 1
  }

  return {
    poll(devices) {
      set ??= open()
      if (set === 0) return []
      for (const device of devices) if (!asked.has(device)) listenTo(device, set)
      const entry = wait()
      if (!entry || listening === 0) return []
      const found: { device: NvmlDevice; code: number }[] = []
      // nvmlEventData_t: the device, the kind of event at 8 and its data, here the Xid, at 16.
      while (found.length < mostAtOnce && entry(set, data.fill(0), 0) === nvmlCodes.success) {
        const device = big(data, 0)
        if ((data.readBigUInt64LE(8) & xidEvents) !== 0n) found.push({ device, code: Number(data.readBigUInt64LE(16) & 0xffff_ffffn) })
        else if (device === 0) break
      }
      return found
    },
    close() {
      if (set !== null && set !== 0) free()?.(set)
      set = null
      asked.clear()
      listening = 0
    },
  }
}
