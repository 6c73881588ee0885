/** Budget `policy.decide-16x9`: one decision for sixteen cards and nine programmes, each with twelve programs on it, with schedule, prices and overrides. */
import { performance } from 'node:perf_hooks'
import { decide } from '../../main/policy/decide.ts'
import { noMemory, type PolicyInputs } from '../../main/policy/inputs.ts'
import type { PolicyCard, PolicyProgramme, PriceStep, ProgramOnCard, Sensed } from '../../shared/policy-state.ts'
import { policySettingsSchema } from '../../shared/policy.ts'
import { median, type Budgets, type Row } from './row.ts'

const budgetMs = 1
const rounds = 2_000
const startAt = Date.parse('2026-11-23T12:00:00Z')
const hourMs = 3_600_000

async function measure(only: string | null): Promise<Row[]> {
  if (only !== null && only !== 'policy.decide-16x9') return []
  let memory = noMemory
  const took: number[] = []
  const kinds = new Set<string>()
  for (let round = 0; round < rounds; round += 1) {
    const inputs = busyHouse(round)
    const start = performance.now()
    const decided = decide(inputs, memory)
    took.push(performance.now() - start)
    memory = decided.memory
    for (const { because } of decided.decisions) kinds.add(because[0]?.rule ?? '')
  }
  // The first second of a run is spent on compiling.
  const settled = took.slice(rounds / 4)
  const value = median(settled)
  const worst = [...settled].sort((one, other) => one - other)[Math.floor(settled.length * 0.99)] ?? Number.NaN
  return [{ id: 'policy.decide-16x9', value, unit: 'ms', budget: budgetMs, ok: value <= budgetMs, peer: null, note: `144 pairs, 12 programs on each card, median of ${settled.length}; 99 of 100 under ${worst.toFixed(2)} ms, the first ${(took[0] ?? 0).toFixed(1)} ms; rules that decided: ${[...kinds].sort().join(', ')}` }]
}

export const budgets: Budgets = { ids: ['policy.decide-16x9'], measure }

/** A second of a day on a machine where all nine programmes are armed and somebody comes and goes. */
function busyHouse(second: number): PolicyInputs {
  const at = startAt + second * 1000
  const gpuIds = Array.from({ length: 16 }, (_, index) => `gpu-${index}`)
  const cards = gpuIds.map((gpuId, index): PolicyCard => ({
    gpuId,
    name: `Card ${index}`,
    model: 'GeForce RTX 4090',
    isHere: true,
    silent: null,
    drivesDisplay: known(index === 0, at),
    temperatureC: 60 + ((second + index) % 20),
    slowdownC: 88,
    fan: 0.5,
    utilisation: 0.3,
    memoryUsedBytes: 9e9,
    programs: Array.from({ length: 12 }, (_, n) => programOf(n, second > 1200 && (second + index) % 400 < 20)),
    listedBy: [],
    isMeasured: false,
    at,
  }))
  const programmes = Array.from({ length: 9 }, (_, index) => programmeOf(index, gpuIds, second))
  return {
    at,
    steadyMs: second * 1000,
    zone: 'Europe/Berlin',
    settings: {
      ...settings,
      programmes: Object.fromEntries(programmes.map(({ programmeId }) => [programmeId, { isArmed: true, may: null, priority: 0 }])),
    },
    machine: {
      idleMs: known((second % 600) * 1000, at),
      isAttended: known(true, at),
      isLocked: known(false, at),
      fullScreen: known<string | false>(false, at),
      gameMode: known(false, at),
      onBattery: known(false, at),
      charge: known(1, at),
      isLidClosed: known(false, at),
      isMetered: known(false, at),
      trafficTodayBytes: known(1e9, at),
      diskFreeBytes: known(500e9, at),
      processorLoad: known(0.1, at),
      isGoingToSleep: false,
    },
    cards,
    programmes,
    prices,
  }
}

const settings = policySettingsSchema.parse({
  schedule: [
    { days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00', may: 'always' },
    { days: [6, 7], from: '00:00', to: '00:00', may: 'always', gpuId: 'gpu-3' },
  ],
  quietFrom: '23:00',
  quietTo: '07:00',
  quietMaxFan: 0.4,
  maxFan: 0.9,
  overrides: [{ id: 'o', kind: 'pause', gpuId: 'gpu-9', programmeId: null, since: startAt, until: startAt + hourMs, isFor: true }],
})

const prices: PriceStep[] = Array.from({ length: 192 }, (_, index) => ({ from: startAt + (index * hourMs) / 4, to: startAt + ((index + 1) * hourMs) / 4, usdPerKwh: 0.2 + (index % 40) / 50, how: 'dated price' }))

function known<T>(value: T, at: number): Sensed<T> {
  return { value, how: 'measured', at } as Sensed<T>
}

function programOf(n: number, isBusy: boolean): ProgramOnCard {
  const whose = n < 3 ? 'ours' : n < 6 ? 'desktop' : 'stranger'
  return { pid: 1000 + n, name: `program-${n}`, startedAt: startAt, memoryBytes: 50e6, utilisation: whose === 'stranger' && isBusy ? 0.2 : 0.01, whose, confidence: 'high', why: 'measured' }
}

function programmeOf(index: number, gpuIds: string[], second: number): PolicyProgramme {
  const source = { url: 'https://example.org/', date: null }
  return {
    programmeId: `example/${index}`,
    title: `Programme ${index}`,
    isPractice: false,
    kind: 'managed',
    isSetUp: true,
    cannotStart: null,
    phase: index === 0 && second > 100 ? 'running' : 'stopped',
    since: startAt,
    job: null,
    earning: null,
    gpuIds,
    demands: { cards: 'all', exclusive: index % 3 === 0 ? 'free' : 'card', exclusiveWhy: 'Its work needs the whole card.', exclusiveSource: source, ceilings: [{ models: null, gpu: 0.2, processor: 0.3, source }], uptime: null, interruption: 'costly', startMinutes: 1, startWhy: 'assumed' },
    worth: { grossUsdPerHour: { low: 0.1, expected: 0.2 + index / 10, high: 1 }, kwhPerHour: { low: 0.3, expected: 0.4, high: 0.5 } },
    stopPrice: { sentence: '', usd: null, finishMinutes: null },
    refusals: 0,
  }
}
