/** Asks NVML no more often than it is worth: what changes slowly is kept a while, and what a card cannot do is not asked each second. */
import { known, unknown, type Reading } from '../reading.ts'
import type { Nvml, NvmlDevice, NvmlValues } from './nvml.ts'
import { nvmlCodes, nvmlReason } from './nvml-words.ts'

/** A card that cannot do something may learn it: MIG and ECC are switched while the driver runs. */
const refusedForMs = 60_000
const lasting: ReadonlySet<number> = new Set([nvmlCodes.notSupported, nvmlCodes.invalidArgument, nvmlCodes.functionNotFound, nvmlCodes.deprecated, nvmlCodes.noPermission, nvmlCodes.versionMismatch])

export interface NvmlQuestions {
  /** `keepMs`: how old the answer may be. `at`: ms since epoch. */
  ask<Key extends keyof NvmlValues>(key: Key, at: number, keepMs?: number): Reading<NvmlValues[Key]>
  /** NVML's code of the last refusal of it; null: it was answered. */
  refusal(key: keyof NvmlValues): number | null
}

export function questionsTo(nvml: Nvml, device: NvmlDevice): NvmlQuestions {
  const held = new Map<keyof NvmlValues, { reading: Reading<unknown>; code: number | null; at: number; keepMs: number }>()
  return {
    ask<Key extends keyof NvmlValues>(key: Key, at: number, keepMs = 0): Reading<NvmlValues[Key]> {
      const before = held.get(key)
      // A clock that was set back makes an answer look younger than it is.
      if (before && at >= before.at && at - before.at < before.keepMs) return before.reading as Reading<NvmlValues[Key]>
      const answer = nvml.ask(device, key)
      const reading: Reading<NvmlValues[Key]> = answer.ok ? known(answer.value) : unknown(nvmlReason(answer.code))
      held.set(key, { reading, code: answer.ok ? null : answer.code, at, keepMs: answer.ok ? keepMs : lasting.has(answer.code) ? refusedForMs : 0 })
      return reading
    },
    refusal: (key) => held.get(key)?.code ?? null,
  }
}
