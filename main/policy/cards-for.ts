/** Which cards a programme has: what could join before it is set up, all that its software takes afterwards. Pure. */
import { presentGpus, type Gpu } from '../../shared/machine.ts'

/** A card that was lost this short a time ago is still what running software works on. */
const lostForMs = 10 * 60_000

/**
 * The cards that software has. Before it is set up: those that could join. Afterwards, since it takes all it can use: every
 * card of the same makers, listed by the network or not, so that a game on any of them is seen. Cards within the processor
 * are not taken.
 */
export function cardsFor({ gpus, joining, isSetUp, now }: { gpus: readonly Gpu[]; joining: string[]; isSetUp: boolean; now: number }): string[] {
  const real = gpus.filter(({ kind }) => kind === 'gpu')
  const takes = new Set(joining)
  if (!isSetUp) return presentGpus(real).flatMap(({ id }) => (takes.has(id) ? [id] : []))
  const makers = new Set(real.flatMap(({ id, vendor }) => (takes.has(id) ? [vendor] : [])))
  const own = real.filter(({ id, vendor, isIntegrated }) => takes.has(id) || (isIntegrated !== true && (makers.size === 0 || makers.has(vendor))))
  const recent = own.filter(({ lostSince }) => lostSince === null || now - lostSince < lostForMs)
  return (recent.length > 0 ? recent : own).map(({ id }) => id)
}
