/** What programmes would pay for a card one does not own. Pure. */
import type { WhatIfAnswer } from '../../shared/requests.ts'
import { cardOfModel } from './cards.ts'
import { listed, networksWanted, type CompareOptions } from './compare.ts'
import { estimateProgramme } from './estimate-programme.ts'

export type WhatIfOptions = Omit<CompareOptions, 'detection' | 'results'> & { gpuModel: string; gpuCount: number }

export function whatIf(options: WhatIfOptions): WhatIfAnswer {
  const { gpuModel, gpuCount, gpuTable, at, only } = options
  const facts = gpuTable.find(gpuModel)
  if (!facts) return { model: null, nearest: gpuTable.nearest(gpuModel), estimates: [] }
  const card = cardOfModel(facts)
  const subject = { at, card, count: gpuCount, gpusInMachine: gpuCount, modelsInMachine: 1, machine: null }
  const context = { ...options, results: {} }
  const estimates = networksWanted(options.networks, only?.networkId).flatMap((network) =>
    network.programmes.map((programme) => estimateProgramme(network, programme, subject, [], context)),
  )
  return { model: facts.model, nearest: [], estimates: listed(estimates) }
}
