/** Which card is which on Akash: its registry of PCI ids, and the names that its price list may use for a model. */
import type { Card } from '../network.ts'
import registryFile from './registry.json' with { type: 'json' }

export interface RegisteredCard {
  pciDeviceId: string
  model: string
  ram: string
  interface: string
  vendor: string
}

const byId = new Map<string, RegisteredCard>(registryFile.cards.map((card) => [card.pciDeviceId, card]))

/** The registry's rows for the card's ids: the one it has, or in a what-if every revision of the model. `rows`: the registry as it was read last; left out: the bundled one. */
export function registeredCards(card: Card, rows?: RegisteredCard[]): RegisteredCard[] {
  if (rows === undefined) return card.pciDeviceIds.flatMap((id) => byId.get(id) ?? [])
  return card.pciDeviceIds.flatMap((id) => rows.find((row) => row.pciDeviceId === id) ?? [])
}

/** Names under which prices may be listed, likeliest first: what id and model agree on, then the id's, then the model's. */
export function priceNames(card: Card): string[] {
  const registered = registeredCards(card).map((row) => row.model)
  const derived = namesFromModel(card.model ?? card.name)
  const agreed = registered.filter((name) => derived.includes(name))
  return [...new Set([...agreed, ...registered, ...derived])]
}

/** The one name by which a price row is told, however it is spelt: "RTX 4090", "rtx-4090" and "rtx4090" are one. */
export function priceName(listed: string): string {
  return namesFromModel(listed)[0] ?? listed.toLowerCase()
}

/** "GeForce RTX 4070 Ti SUPER" → "rtx4070tis"; "RTX A5000" → "rtxa5000", "a5000"; "A100 SXM4 80 GB" → "a100". */
function namesFromModel(model: string): string[] {
  const plain = model
    .toLowerCase()
    .replace(/\b\d+ ?gb\b/g, '')
    .replace(/_/g, ' ')
    .replace(/\b(nvidia|geforce|tesla|quadro|generation|gpu|edition)\b/g, '')
    .replace(/\b(rtx|gtx|gt)(?=a?\d)/g, '$1 ')
    .trim()
  if (/^rtx pro 6000 blackwell/.test(plain)) return [plain.includes('max-q') ? 'pro6000mq' : plain.includes('server') ? 'pro6000se' : 'pro6000we']
  const words = plain.split(/[\s-]+/).filter((word) => word !== '')
  if (/^(rtx|gtx|gt)$/.test(words[0] ?? '')) {
    const name = words
      .join('')
      .replace(/super$/, 's')
      .replace(/(mobile|laptop)$/, 'm')
      .replace(/sffada$/, 'sada')
    return /^rtxa\d/.test(name) ? [name, name.slice(3)] : [name]
  }
  const chip = words[0] ?? ''
  return words.includes('nvl') ? [`${chip}nvl`] : [chip]
}

/** "80Gi" → 80; null: not said. */
export function ramGib(ram: string | null): number | null {
  const hit = ram === null ? null : /^(\d+(?:\.\d+)?)\s*gi?b?$/i.exec(ram.trim())
  return hit ? Number(hit[1]) : null
}

/** GiB of memory as the registry, the card or its facts say. */
export function memoryGib(card: Card): number | null {
  const bytes = card.memoryBytes ?? card.facts?.memoryBytes ?? null
  return bytes === null ? null : bytes / 1024 ** 3
}

/** "sxm" or "pcie", as far as names, the registry or the kind of card tell; null: they do not. */
export function interfaceOf(card: Card): 'sxm' | 'pcie' | null {
  const named = `${card.model ?? ''} ${card.name} ${card.facts?.aliases.join(' ') ?? ''} ${registeredCards(card).map((row) => row.interface).join(' ')}`
  if (/sxm/i.test(named)) return 'sxm'
  const isBoard = card.facts !== null && ['consumer', 'laptop', 'workstation'].includes(card.facts.class)
  return isBoard || /pcie|nvl/i.test(named) ? 'pcie' : null
}
