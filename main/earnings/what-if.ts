/** What programmes would pay for cards one does not own, or for a rig of them. Pure. */
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { WhatIfAnswer } from '../../shared/requests.ts'
import { cardOfModel } from './cards.ts'
import { estimateRow, listed, networksWanted, rowsOfProgramme, type ComparedRow, type CompareOptions } from './compare.ts'

export interface CardWanted {
  /** As typed. */
  gpuModel: string
  gpuCount: number
}

/** `more`: further cards of the same rig; left out: none. */
export type WhatIfOptions = Omit<CompareOptions, 'detection' | 'results'> & CardWanted & { more?: CardWanted[] }

/** The first name that is unknown, or fits several cards, is answered with what it may have meant, and nothing is estimated. */
export function whatIf(options: WhatIfOptions): WhatIfAnswer {
  const rig = readRig(options)
  if ('answer' in rig) return rig.answer
  const context = { ...options, results: {} }
  const estimates = rig.rows.map((row) => estimateRow(row, context, options.withSensitivity))
  return { model: rig.model, nearest: [], ambiguous: [], estimates: listed(estimates) }
}

/** The rows of a what-if, the first card's first; or the answer that says why there are none. */
export function readRig(options: WhatIfOptions): { model: string; rows: ComparedRow[] } | { answer: WhatIfAnswer } {
  const { gpuTable, at, only } = options
  const counts = new Map<GpuFacts, number>()
  for (const { gpuModel, gpuCount } of [{ gpuModel: options.gpuModel, gpuCount: options.gpuCount }, ...(options.more ?? [])]) {
    const fits = gpuTable.meant(gpuModel)
    const [facts] = fits
    if (!facts) return { answer: { model: null, nearest: gpuTable.nearest(gpuModel), ambiguous: [], about: gpuModel, estimates: [] } }
    if (fits.length > 1) return { answer: { model: null, nearest: [], ambiguous: fits.map((one) => one.model), about: gpuModel, estimates: [] } }
    // One model named twice is one group.
    counts.set(facts, (counts.get(facts) ?? 0) + gpuCount)
  }
  const gpusInMachine = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const groups = [...counts].map(([facts, count]) => ({ card: cardOfModel(facts), count }))
  const subjects = groups.map(({ card, count }) => ({ subject: { at, card, count, gpusInMachine, modelsInMachine: counts.size, machine: null }, gpus: [] }))
  const rows = networksWanted(options.networks, only?.networkId).flatMap((network) => network.programmes.flatMap((programme) => rowsOfProgramme(network, programme, subjects)))
  return { model: [...counts.keys()][0]?.model ?? '', rows }
}
