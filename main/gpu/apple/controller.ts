/** Apple's own graphics: part of the chip, with the machine's memory as theirs. A person types `system_profiler SPDisplaysDataType`. */
import type { MachineSource } from '../../system/machine-source.ts'
import { blankCard, type CardSeen } from '../vendor.ts'
import { ofMaker, readAccelerators, readApple } from './ioreg.ts'

/** What is true of every Apple GPU but the ones that a virtual machine is lent. */
export function appleCard(model: string, cores: number | null): Partial<CardSeen> {
  const name = cores === null ? model : `${model} (${cores} GPU cores)`
  return { vendor: 'apple', name, isIntegrated: /paravirtual/i.test(name) ? null : true }
}

/** A Mac's cards with their readings. With two of one maker macOS does not say which reading is whose. */
export async function withAppleReadings(machine: MachineSource, at: number, cards: readonly CardSeen[]): Promise<CardSeen[]> {
  if (machine.platform !== 'darwin' || cards.length === 0) return [...cards]
  const all = await readApple(machine, at)
  const makers = cards.map(({ vendor }) => vendor)
  return cards.map((card): CardSeen => {
    const seen = ofMaker(all, card.vendor, makers)
    if (seen === null) return card
    const { cores, model } = seen.accelerator
    // systeminformation may not tell the cores, by which makers tell their chips apart.
    const named = card.vendor === 'apple' && cores !== null && !/GPU cores/.test(card.name ?? '') ? appleCard(card.name ?? model ?? 'Apple GPU', cores) : {}
    return { ...card, ...named, sample: seen.sample }
  })
}

/** Where systeminformation said nothing: what the registry alone knows. */
export async function cardsOfRegistry(machine: MachineSource): Promise<CardSeen[]> {
  return (await readAccelerators(machine)).map(({ vendor, model, ioClass, cores }): CardSeen => {
    const card = { ...blankCard('os'), name: model, vendor }
    if (vendor !== 'apple') return card
    return { ...card, ...appleCard(model ?? (/Paravirt/.test(ioClass ?? '') ? 'Apple Paravirtual device' : 'Apple GPU'), cores) }
  })
}
