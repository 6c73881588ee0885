/** The machine of a made-up day: its cards, programmes, prices and what its user has set. Pure. */
import { between, chance, pick, whole, type Random } from './generate-random.ts'
import type { TraceFileInput } from './trace-format.ts'

type Programme = TraceFileInput['programmes'][number]

export function generatedCards(random: Random): TraceFileInput['machine']['cards'] {
  const count = pick(random, [1, 1, 1, 2, 4])
  return Array.from({ length: count }, (_, index) => ({ id: `gpu-${index}`, name: `Card ${index + 1}`, model: null, memoryBytes: 12e9, drivesDisplay: index === 0 ? pick(random, [true, true, null]) : false, slowdownC: pick(random, [null, 90]) }))
}

export function generatedProgrammes(random: Random, minutes: number, ids: readonly string[]): Programme[] {
  const first: Programme = {
    id: 'example/first',
    title: 'First example',
    cards: [...ids],
    demands: { exclusive: pick(random, ['card', 'card', 'machine', 'free']), interruption: pick(random, ['free', 'costly', 'punished']), uptime: chance(random, 0.05) ? { rewardsAfterHours: 2 } : null, ceilings: chance(random, 0.1) ? [{ gpu: 0.2, processor: 0.5 }] : [] },
    grossUsdPerHour: chance(random, 0.05) ? null : between(random, 0.05, 0.3) * ids.length,
    kwhPerHour: between(random, 0.1, 0.45) * ids.length,
    startSeconds: between(random, 5, 60),
    stopSeconds: between(random, 0.3, 2),
    stopPriceUsd: pick(random, [0, 0, null, 0.2]),
    jobs: chance(random, 0.2) ? jobs(random, minutes) : 'always',
  }
  if (!chance(random, 0.25)) return [first]
  // Its twin on the same cards: only one of the two can have them.
  return [first, { ...first, id: 'example/second', title: 'Second example', grossUsdPerHour: between(random, 0.05, 0.3) * ids.length, jobs: 'always', startSeconds: between(random, 5, 60) }]
}

function jobs(random: Random, minutes: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (let at = between(random, 0, 120); at < minutes; at += between(random, 1, 90)) {
    const to = at + between(random, 5, 240)
    found.push({ from: at, to })
    at = to
  }
  return found
}

/** By the hour or the quarter; by chance below zero, ended early, or none. */
export function generatedPrices(random: Random, minutes: number): TraceFileInput['prices'] {
  const kind = random()
  if (kind < 0.1) return null
  if (kind < 0.45) return between(random, 0.05, 0.4)
  const step = chance(random, 0.3) ? 15 : 60
  const base = between(random, 0.08, 0.35)
  const dated: { from: number; usdPerKwh: number }[] = []
  for (let at = 0; at < minutes; at += step) {
    const hour = at / 60
    const peak = 0.15 * Math.exp(-(((hour - 19) / 2.5) ** 2)) + 0.08 * Math.exp(-(((hour - 8) / 2) ** 2))
    const sun = (kind > 0.85 ? base + 0.05 : 0.05) * Math.exp(-(((hour - 13) / 2.5) ** 2))
    dated.push({ from: at, usdPerKwh: Math.round((base + peak - sun + between(random, -0.01, 0.01)) * 1e4) / 1e4 })
  }
  const endsEarly = chance(random, 0.2)
  if (!endsEarly) return { dated }
  const weekly = Array.from({ length: 168 }, (_, hour) => base + (hour % 24 >= 7 ? 0.06 : 0))
  return { dated: dated.slice(0, Math.ceil(dated.length / 2)), datedTo: Math.ceil(dated.length / 2) * step, ...pick(random, [{ fixed: base }, { weekly }, {}]) }
}

export function generatedSettings(random: Random): NonNullable<TraceFileInput['settings']> {
  const clock = (): string => `${String(whole(random, 0, 23)).padStart(2, '0')}:${pick(random, ['00', '30', '45'])}`
  const block = (): { days: number[]; from: string; to: string; may: 'always' | 'when-idle' | 'never'; gpuId: string | null } => ({ days: [1, 2, 3, 4, 5, 6, 7].filter(() => chance(random, 0.8)), from: clock(), to: clock(), may: pick(random, ['always', 'when-idle', 'never']), gpuId: chance(random, 0.2) ? 'gpu-0' : null })
  const blocks = chance(random, 0.25) ? Array.from({ length: whole(random, 1, 3) }, block).filter(({ days }) => days.length > 0) : []
  return {
    schedule: blocks,
    otherwise: chance(random, 0.08) ? 'always' : 'when-idle',
    whenIdleUnknown: pick(random, ['by-load', 'wait']),
    ...(chance(random, 0.1) ? { quietFrom: '22:00', quietTo: '06:30', quietMaxFan: pick(random, [0, 0.45]) } : {}),
    ...(chance(random, 0.1) ? { sparesOnlyDisplay: false } : {}),
    ...(chance(random, 0.1) ? { idleAfterMinutes: whole(random, 1, 10) } : {}),
    ...(chance(random, 0.05) ? { stopsAtLoss: false } : {}),
  }
}
