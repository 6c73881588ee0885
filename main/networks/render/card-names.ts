/** Tells whether a card is the one a published table names, exactly: never a neighbour with a similar name. */
import { isSlice, readGpuName } from '../../../shared/gpu-names.ts'
import type { Card } from '../network.ts'

/** The fact table's own key decides where there is one; else the name the driver gives. null: a slice of a card. */
function nameOf(card: Card): string | null {
  if (isSlice(card.name)) return null
  return card.model ?? card.name
}

export function isNamed(card: Card, names: readonly string[]): boolean {
  const text = nameOf(card)
  if (text === null) return false
  const own = readGpuName(text)
  return names.map(readGpuName).some((name) => name.core === own.core && name.memoryGb === own.memoryGb)
}

/** The first telling word of the name: "h200" of "NVIDIA H200 NVL", "l40s" of "L40S". Empty for a slice of a card. */
export function familyOf(card: Card): string {
  const text = nameOf(card)
  return text === null ? '' : (readGpuName(text).core.split(' ')[0] ?? '')
}

/** "Data Center GPU Max 1550". */
export function isIntelMax(card: Card): boolean {
  return card.vendor === 'intel' && /\bdata center max\b/.test(readGpuName(nameOf(card) ?? '').core)
}
