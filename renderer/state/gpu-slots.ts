/** Tells identical cards apart for people: "GeForce RTX 3090 (1)" and where it sits. Pure. */
import type { Gpu, Problem } from '../../shared/machine.ts'

/** Cards first, then what only offers computing, in the order they were found. */
export function drawnGpus(gpus: readonly Gpu[]): { cards: Gpu[]; others: Gpu[] } {
  return { cards: gpus.filter((gpu) => gpu.kind === 'gpu'), others: gpus.filter((gpu) => gpu.kind !== 'gpu') }
}

/** The name, numbered where the machine has several of it. */
export function gpuTitle(gpu: Gpu, all: readonly Gpu[]): string {
  const same = all.filter((other) => other.name === gpu.name)
  return same.length < 2 ? gpu.name : `${gpu.name} #${same.indexOf(gpu) + 1}`
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
  return !isBuiltIn(gpu) && !gpu.problems.some((problem) => problem.id === 'gpu-lost')
}

/** Problems that ask something of the user: that one layer alone sees built-in graphics is how such graphics are. */
export function pressingProblems(gpu: Gpu): Problem[] {
  return isBuiltIn(gpu) ? gpu.problems.filter((problem) => problem.id !== 'seen-by-one-layer') : gpu.problems
}

/** A card's problems that are not already said of the whole machine. */
export function problemsBesides<Said extends { id: string }>(problems: readonly Said[], ofMachine: readonly { id: string }[]): Said[] {
  return problems.filter((problem) => !ofMachine.some((one) => one.id === problem.id))
}
