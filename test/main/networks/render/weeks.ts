/** Makes weekly series of pay rates, and the two files that would have recorded them. */

/** Numbers that look drawn by chance and are the same on every machine (mulberry32). */
export function drawFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
}

/** Logarithms that fall back to 0 by 1 − `persistence` a week; with `jumps`, now and then to three times as much or as little. */
export function wander(length: number, draw: () => number, { persistence, spread, jumps = 0 }: { persistence: number; spread: number; jumps?: number }): number[] {
  let offset = 0
  let level = 0
  return Array.from({ length }, () => {
    if (draw() < jumps) level = draw() < 0.5 ? 0 : Math.log(3) * (draw() < 0.5 ? 1 : -1)
    offset = persistence * offset + spread * normal(draw)
    return Math.exp(level + offset)
  })
}

export interface Wallet {
  name: string
  hours: number
  /** Part of its hours that tier 3 did. */
  tier3: number
}

/** Eight wallets of tier 2, three of tier 3 and one of both. */
export const mixedWallets: Wallet[] = [
  ...Array.from({ length: 8 }, (_, index) => ({ name: `two-${index}`, hours: 60_000 + 9_000 * index, tier3: 0 })),
  ...Array.from({ length: 3 }, (_, index) => ({ name: `three-${index}`, hours: 40_000 + 5_000 * index, tier3: 1 })),
  { name: 'both', hours: 80_000, tier3: 0.4 },
]

const pool = 15_000

export interface RawEpoch {
  epochId: number
  channel: string
  start: string
  end: string
  amountDue: number
  metadataBySolKey: Record<string, { obhUsed?: number | null } | null>
}
export interface RawPaid {
  paid: Record<string, Record<string, { workRender?: number; availabilityRender?: number }>>
}

/** Two files in which each week pays exactly its rate; hours are whole numbers, as in the real ones. */
export function record(rates: readonly number[], { firstEpoch = 100, walletsOf = () => mixedWallets }: { firstEpoch?: number; walletsOf?: (index: number) => readonly Wallet[] } = {}): { epochs: { data: { epochs: RawEpoch[] }; success: boolean }; paid: RawPaid } {
  const epochs: RawEpoch[] = []
  const paid: RawPaid = { paid: {} }
  rates.forEach((rate, index) => {
    const epochId = firstEpoch + index
    const wallets = walletsOf(index)
    const asTier2 = wallets.reduce((sum, each) => sum + each.hours * (1 - each.tier3 / 2), 0)
    const grown = (pool * 1000) / rate / asTier2
    const start = Date.parse('2025-11-05') + index * 7 * 86_400_000
    const hours = Object.fromEntries(wallets.map((each) => [each.name, Math.round(each.hours * grown)]))
    epochs.push({
      epochId, channel: 'node_operator', start: new Date(start).toISOString(), end: new Date(start + 7 * 86_400_000).toISOString(), amountDue: pool * 1e8,
      metadataBySolKey: Object.fromEntries(Object.entries(hours).map(([name, obhUsed]) => [name, { obhUsed }])),
    })
    for (const each of wallets) {
      const weeks = (paid.paid[each.name] ??= {})
      weeks[String(epochId)] = { workRender: ((hours[each.name] ?? 0) * (1 - each.tier3 / 2) * rate) / 1000, availabilityRender: 12 }
    }
  })
  return { epochs: { data: { epochs }, success: true }, paid }
}
