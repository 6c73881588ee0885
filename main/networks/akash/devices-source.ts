/** Reads the registry of cards that tenants can find, live; the bundled copy (registry.json) holds where it has not been read. */
import { z } from 'zod'
import { MarketMisfit, type SourceDefinition } from '../network.ts'
import { readAnswer } from './answers.ts'
import type { RegisteredCard } from './cards.ts'
import sources from './sources.json' with { type: 'json' }

const text = z.string().min(1).max(100)
const device = z.object({ name: text, interface: text, memory_size: text })
const vendor = z.object({ name: text, devices: z.record(z.string(), device) })
const pciId = /^[0-9a-f]{4}$/i
/** A list with fewer was cut: the shortest one ever published has dozens. */
const fewest = 10

/** By vendor id and device id; other keys are passed over. Throws MarketMisfit. */
export function parseDevices(raw: unknown): RegisteredCard[] {
  const all = readAnswer(z.record(z.string(), z.unknown()), raw, () => 'an object of vendors')
  const cards = Object.entries(all).flatMap(([vendorId, value]) => {
    if (!pciId.test(vendorId)) return []
    const read = vendor.safeParse(value)
    if (!read.success) {
      const path = read.error.issues[0]?.path ?? []
      throw new MarketMisfit(`${[vendorId, ...path].map(String).join('.')} does not hold a list of devices with name, interface and memory_size.`)
    }
    return Object.entries(read.data.devices).filter(([id]) => pciId.test(id)).map(([id, one]): RegisteredCard => ({
      pciDeviceId: `${vendorId}:${id}`.toLowerCase(), model: one.name, ram: one.memory_size, interface: one.interface, vendor: read.data.name,
    }))
  })
  if (cards.length < fewest) throw new MarketMisfit(`the registry lists ${cards.length} cards, where dozens are expected.`)
  return cards
}

const what = 'which cards tenants can find on Akash'

export const devicesSource: SourceDefinition<RegisteredCard[]> = {
  id: 'akash/devices', title: 'Akash device registry', what, hosts: [new URL(sources.liveRegistry.url).host], shelfLifeMs: 7 * 24 * 3_600_000, source: sources.liveRegistry,
  read: (request) => request({ method: 'GET', url: sources.liveRegistry.url, what }), parse: parseDevices,
}
