/** Part of the wiring: the library of runs with the table of cards, the models, and who pays for which work. */
import type { GpuTable } from '../shared/gpu-table.ts'
import type { Gpu } from '../shared/machine.ts'
import { createRunLibrary, type RunLibrary } from './benchmark/library.ts'
import { languageModels, meaningOf, readOctaneLog } from './benchmark/meaning/index.ts'
import type { History } from './history/index.ts'
import { paysFor, readClientScore } from './networks/index.ts'
import type { Clock } from './system/clock.ts'

export function setUpRuns(parts: { history: History; clock: Clock; gpuTable: GpuTable; version: string; cardOf(gpuId: string): Gpu | null }): RunLibrary {
  const { history, clock, gpuTable, version, cardOf } = parts
  return createRunLibrary({
    history,
    clock,
    version,
    cardOf,
    factsOf: (model) => (model === null ? null : (gpuTable.byModel(model) ?? gpuTable.match({ name: model }))),
    meaning: (runs) => meaningOf({ ...runs, models: languageModels, paysFor, at: clock.now() }),
    readOctane: (text) => readOctaneLog(text, readClientScore),
  })
}
