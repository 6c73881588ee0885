/** Every health rule there is. A new one is an object in one of the files beside, and a word here. */
import type { AnyRule, CardLook, MachineLook } from './rule.ts'
import { memoryFaulty, wrongResults } from './rules-benchmark.ts'
import { driverSilent, lost, pcieNarrowed, recurringXids, xid } from './rules-card.ts'
import { fanStopped, hot, hotMemory, powerAtLimit, temperatureUnreadable, throttled } from './rules-heat.ts'
import { clockWrong, diskFilling, recordingStopped, recurringCrashes } from './rules-machine.ts'
import { providerDoubled, providerEarnsNothing, providerGaveUp, providerKeepsDying, providerWillNotEnd } from './rules-provider.ts'
import { eccRising, memoryFull, memoryRetired } from './rules-memory.ts'

/** Judged whenever a card was sampled, or should have been. */
export const cardRules: readonly AnyRule<CardLook>[] = [
  hot,
  hotMemory,
  throttled,
  fanStopped,
  temperatureUnreadable,
  powerAtLimit,
  eccRising,
  memoryFull,
  driverSilent,
  xid,
  recurringXids,
  pcieNarrowed,
]

/** They need no sample: what the last look for cards says is enough. */
export const listingRules: readonly AnyRule<CardLook>[] = [lost, memoryRetired, wrongResults, memoryFaulty]

export const machineRules: readonly AnyRule<MachineLook>[] = [diskFilling, recordingStopped, clockWrong, recurringCrashes, providerGaveUp, providerWillNotEnd, providerKeepsDying, providerEarnsNothing, providerDoubled]

/** Rules that tell of moments, by their ids. */
export const momentRules: ReadonlySet<string> = new Set([...cardRules, ...listingRules, ...machineRules].filter((rule) => rule.isOfMoments === true).map((rule) => rule.id))
