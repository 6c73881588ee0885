/** A figure that is none (NaN, infinite) is not known: it is taken out before any rule reads or tells it. Pure. */
import type { PolicyCard, PolicyMachine, ProgramOnCard, Sensed } from '../../shared/policy-state.ts'
import type { PolicyInputs } from './inputs.ts'

const why = 'What was read is no figure.'

/** The same inputs where all is well. */
export function fitInputs(inputs: PolicyInputs): PolicyInputs {
  const machine = fitMachine(inputs.machine)
  const cards = inputs.cards.every(isFitCard) ? inputs.cards : inputs.cards.map((card) => (isFitCard(card) ? card : fitCard(card)))
  return machine === inputs.machine && cards === inputs.cards ? inputs : { ...inputs, machine, cards }
}

function fitMachine(machine: PolicyMachine): PolicyMachine {
  const { idleMs, charge, trafficTodayBytes, diskFreeBytes, processorLoad } = machine
  if ([idleMs, charge, trafficTodayBytes, diskFreeBytes, processorLoad].every(({ value }) => isFit(value))) return machine
  return { ...machine, idleMs: fitSensed(idleMs), charge: fitSensed(charge), trafficTodayBytes: fitSensed(trafficTodayBytes), diskFreeBytes: fitSensed(diskFreeBytes), processorLoad: fitSensed(processorLoad) }
}

function fitSensed(sensed: Sensed<number>): Sensed<number> {
  return isFit(sensed.value) ? sensed : { value: null, why, at: sensed.at }
}

function isFitCard({ temperatureC, slowdownC, fan, utilisation, memoryUsedBytes, programs }: PolicyCard): boolean {
  return isFit(temperatureC) && isFit(slowdownC) && isFit(fan) && isFit(utilisation) && isFit(memoryUsedBytes) && programs.every(isFitProgram)
}

function isFitProgram({ utilisation, memoryBytes }: ProgramOnCard): boolean {
  return isFit(utilisation) && isFit(memoryBytes)
}

function fitCard(card: PolicyCard): PolicyCard {
  const programs = card.programs.map((program) => (isFitProgram(program) ? program : { ...program, utilisation: fit(program.utilisation), memoryBytes: fit(program.memoryBytes) }))
  return { ...card, temperatureC: fit(card.temperatureC), slowdownC: fit(card.slowdownC), fan: fit(card.fan), utilisation: fit(card.utilisation), memoryUsedBytes: fit(card.memoryUsedBytes), programs }
}

function isFit(value: number | null): boolean {
  return value === null || Number.isFinite(value)
}

function fit(value: number | null): number | null {
  return isFit(value) ? value : null
}
