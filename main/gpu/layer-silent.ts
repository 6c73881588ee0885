/** A driver that answers nothing, with its trouble in words: what a sampling rejects with. */
import type { MachineSource } from '../system/machine-source.ts'
import type { CardKey, Layer, SampleSeen } from './vendor.ts'

export class LayerSilent extends Error {
  override name = 'LayerSilent'
}

/**
 * Samples of one layer. Where it gives none, it is started afresh and asked why: a driver that was updated underneath says so,
 * and one that has mended answers at once. Rejects with LayerSilent.
 */
export async function sampleOrSayWhy(layer: Layer, machine: MachineSource, at: number, cards: CardKey[]): Promise<SampleSeen[]> {
  if (!layer.sample) return []
  const seen = await layer.sample(machine, at, cards)
  // The system's list of adapters may well have no readings: that is no silence.
  if (seen.length > 0 || cards.length === 0 || layer.name === 'os') return seen
  const answer = await layer.detect(machine, at)
  const again = answer.state === 'answered' ? answer.cards.flatMap(({ uuid, pciAddress, sample }) => (sample ? [{ uuid, pciAddress, sample }] : [])) : []
  if (again.length > 0) return again
  throw new LayerSilent(answer.problems[0]?.sentence ?? (answer.state === 'absent' ? `${layer.name} is not on this machine any more` : 'it gave no reading of any card'))
}
