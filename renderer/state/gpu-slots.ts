/** Tells identical cards apart for people: "GeForce RTX 3090 (1)" and where it sits. Pure. */
import { presentGpus, type Gpu, type Problem } from '../../shared/machine.ts'

/** Cards that are here, what only offers computing, and what was here before; each in the order it was found. */
export function drawnGpus(gpus: readonly Gpu[]): { cards: Gpu[]; others: Gpu[]; lost: Gpu[] } {
  const present = presentGpus(gpus)
  return { cards: present.filter((gpu) => gpu.kind === 'gpu'), others: present.filter((gpu) => gpu.kind !== 'gpu'), lost: gpus.filter((gpu) => gpu.lostSince !== null) }
}

/** The name, numbered where the machine has several of it: by their place, so that a lost card leaves the others their numbers. */
export function gpuTitle(gpu: Gpu, all: readonly Gpu[]): string {
  const same = all.filter((other) => other.name === gpu.name)
  if (same.length < 2) return gpu.name
  const placed = same.every((other) => other.pciAddress !== null) ? [...same].sort((a, b) => (a.pciAddress ?? '').localeCompare(b.pciAddress ?? '')) : same
  return `${gpu.name} #${placed.findIndex((other) => other.id === gpu.id) + 1}`
}

/** "01:00.0": the address without a domain that is zero. */
export function shortAddress(pciAddress: string | null): string | null {
  return pciAddress === null ? null : pciAddress.replace(/^0000:/, '')
}

/** Built into the processor, or no GPU of its own at all. */
export function isBuiltIn(gpu: Gpu): boolean {
  return gpu.isIntegrated === true || gpu.kind !== 'gpu'
}

/** Whether a figure for it is worth reading first: a card of its own that still answers. */
export function isWorthComparing(gpu: Gpu): boolean {
  return !isBuiltIn(gpu) && gpu.lostSince === null && !gpu.problems.some((problem) => problem.id === 'gpu-lost')
}

/** Problems that ask something of the user: that one layer alone sees built-in graphics is how such graphics are. */
export function pressingProblems(gpu: Gpu): Problem[] {
  return isBuiltIn(gpu) ? gpu.problems.filter((problem) => problem.id !== 'seen-by-one-layer') : gpu.problems
}

/** A card's problems that are not already said of the whole machine. */
export function problemsBesides<Said extends { id: string }>(problems: readonly Said[], ofMachine: readonly { id: string }[]): Said[] {
  return problems.filter((problem) => !ofMachine.some((one) => one.id === problem.id))
}
