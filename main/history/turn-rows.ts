/** What of a turn of samples is kept: the readings in stored units, and the energy since the turn before. */
import type { SampleTurn } from '../../shared/telemetry.ts'
import type { SampleRow } from './block.ts'
import { addEnergy, type EnergyMemory } from './energy.ts'
import { throttleOf, unitsOf } from './metrics.ts'

export interface TurnRow {
  gpuId: string
  row: SampleRow
}

/** Remembers each card's last watts; to be asked for every turn, once. */
export function createRowTaker(): (turn: SampleTurn) => TurnRow[] {
  const energies = new Map<string, EnergyMemory>()
  return (turn) =>
    Object.entries(turn.samples).flatMap(([gpuId, sample]) => {
      const energy = addEnergy(energies.get(gpuId) ?? null, { steadyMs: turn.steadyMs, powerW: sample.powerW, counterJ: sample.energyJ })
      energies.set(gpuId, energy.memory)
      const units = unitsOf(sample)
      const throttle = throttleOf(sample)
      // A card that says nothing at all has no sample: a gap is the truth.
      if (throttle.length === 0 && energy.knownTenths === 0 && units.every(Number.isNaN)) return []
      return [{ gpuId, row: { at: Math.round(turn.at), joules: energy.joules, knownTenths: energy.knownTenths, throttle, units } }]
    })
}
