/** Apple's own graphics: part of the chip, with the machine's memory as theirs. A person types `system_profiler SPDisplaysDataType`. */
import type { MachineSource } from '../../system/machine-source.ts'
import type { CardSeen } from '../vendor.ts'
import { readApple } from './ioreg.ts'

/** What is true of every Apple GPU. */
export function appleCard(model: string, cores: number | null): Partial<CardSeen> {
  return { vendor: 'apple', name: cores === null ? model : `${model} (${cores} GPU cores)`, isIntegrated: true }
}

/** A Mac's cards with their readings. With two of them (Intel Macs) macOS does not say which reading is whose. */
export async function withAppleReadings(machine: MachineSource, at: number, cards: readonly CardSeen[]): Promise<CardSeen[]> {
  const [card, ...others] = cards
  if (machine.platform !== 'darwin' || card === undefined || others.length > 0) return [...cards]
  const [seen] = await readApple(machine, at)
  const cores = seen?.accelerator.cores ?? null
  // systeminformation may not tell the cores, by which makers tell their chips apart.
  const named = card.vendor === 'apple' && cores !== null && !/GPU cores/.test(card.name ?? '') ? appleCard(card.name ?? seen?.accelerator.model ?? 'Apple GPU', cores) : {}
  return [{ ...card, ...named, sample: seen?.sample ?? card.sample }]
}
