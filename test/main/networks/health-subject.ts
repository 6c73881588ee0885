/** What a network's health is read from, for tests: nothing known, unless a test says so. */
import type { HealthSubject, KeptValue } from '../../../main/networks/network.ts'

export const at = Date.parse('2026-11-23T12:00:00Z')

export function healthSubject<Market>(change: Partial<HealthSubject<Market>> = {}): HealthSubject<Market> {
  return { at, value: () => null, market: null, tokenUsd: () => null, kept: () => [], ...change }
}

export function keptOf(value: unknown, change: Partial<KeptValue> = {}): KeptValue {
  return { value, origin: 'live', source: { url: 'https://example.org/live', date: '2026-11-23' }, takenAt: at - 3_600_000, isStale: false, ...change }
}
