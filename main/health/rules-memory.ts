/** Rules about a card's memory: errors that rise, parts taken out of use, and memory that is nearly full. */
import { bad, between, clear, defineRule, isLost, unknown, type CardLook } from './rule.ts'
import { countWords, listWords, memoryWords, percentWords, programWords } from './words.ts'

const hourMs = 3_600_000
/** Uncorrected errors stay a matter this long after the last one. */
const uncorrectedLastsMs = 24 * hourMs
/** Corrected ones: so many within an hour, since single ones are what the correction is there for. */
const correctedPerHour = 10

interface EccMemory {
  corrected: number | null
  uncorrected: number | null
  /** Rises within the last hour (corrected) or day (uncorrected). */
  rises: { steadyMs: number; kind: 'corrected' | 'uncorrected'; count: number }[]
}

export const eccRising = defineRule<CardLook, EccMemory>({
  id: 'ecc-rising',
  isOfMoments: true,
  beginAfterMs: 0,
  endAfterMs: 60_000,
  judge(look, memory) {
    if (isLost(look)) return { ...clear, memory }
    const { sample } = look
    const rises = (memory?.rises ?? []).filter((rise) => look.steadyMs - rise.steadyMs < (rise.kind === 'corrected' ? hourMs : uncorrectedLastsMs))
    const next: EccMemory = { corrected: sample?.eccCorrected ?? memory?.corrected ?? null, uncorrected: sample?.eccUncorrected ?? memory?.uncorrected ?? null, rises }
    for (const kind of ['corrected', 'uncorrected'] as const) {
      const count = risen(memory?.[kind] ?? null, next[kind])
      if (count > 0) rises.push({ steadyMs: look.steadyMs, kind, count })
    }
    if (rises.length > 400) rises.splice(0, rises.length - 400)
    const corrected = sum(rises, 'corrected')
    const uncorrected = sum(rises, 'uncorrected')
    if (uncorrected === 0 && corrected < correctedPerHour) {
      if (sample === null || (sample.eccCorrected === null && sample.eccUncorrected === null)) return { ...unknown, memory: next }
      return { judgement: { is: corrected > 0 ? 'between' : 'clear' }, memory: next }
    }
    return {
      ...bad({
        severity: uncorrected > 0 ? 'critical' : 'warning',
        title: uncorrected > 0 ? 'Memory errors that could not be corrected' : 'Memory errors are rising',
        sentence:
          uncorrected > 0
            ? `${countWords(uncorrected, 'memory error')} could not be corrected within the last day: what the card computed then may be wrong.`
            : `${countWords(corrected, 'memory error')} had to be corrected within the last hour. Nothing was lost, but the memory is not well.`,
        remedy:
          uncorrected > 0
            ? 'Do the work of that time again. Restart the computer, so that the card can take the bad memory out of use, and take off any memory overclocking. If errors come back, have the card replaced.'
            : 'Take off any memory overclocking and look at the memory’s temperature. If the errors go on, expect the card to fail and have it looked at.',
        evidence: [
          ...(next.uncorrected === null ? [] : [{ label: 'Uncorrected errors since the driver was loaded', value: next.uncorrected.toLocaleString('en-US') }]),
          ...(next.corrected === null ? [] : [{ label: 'Corrected errors since the driver was loaded', value: next.corrected.toLocaleString('en-US') }]),
        ],
      }),
      memory: next,
    }
  },
  resume: (alert, agoMs, steadyMs) => ({
    corrected: null,
    uncorrected: null,
    rises: [alert.severity === 'critical' ? { steadyMs: steadyMs - agoMs, kind: 'uncorrected', count: 1 } : { steadyMs: steadyMs - agoMs, kind: 'corrected', count: correctedPerHour }],
  }),
})

/** Counters start again when the driver is loaded: lower than before is no rise. */
function risen(before: number | null, now: number | null): number {
  return before === null || now === null || now <= before ? 0 : now - before
}

function sum(rises: EccMemory['rises'], kind: 'corrected' | 'uncorrected'): number {
  return rises.reduce((total, rise) => total + (rise.kind === kind ? rise.count : 0), 0)
}

/** NVIDIA replaces cards of the page-retiring kind from 60 double-bit pages on; 64 is the most a card can retire. */
const wornOutPages = 60

export const memoryRetired = defineRule<CardLook>({
  id: 'memory-retired',
  // An Xid about the same memory comes first, and then speaks for it.
  beginAfterMs: 20_000,
  endAfterMs: 60_000,
  judge(look) {
    if (isLost(look)) return clear
    const pages = look.gpu?.retiredPages ?? null
    const rows = look.gpu?.remappedRows ?? null
    if (pages === null && rows === null) return unknown
    const evidence = [
      ...(pages === null ? [] : [{ label: 'Retired pages', value: `${count(pages.singleBit)} single-bit, ${count(pages.doubleBit)} double-bit, pending: ${yesNo(pages.pending)}` }]),
      ...(rows === null ? [] : [{ label: 'Remapped rows', value: `${count(rows.correctable)} correctable, ${count(rows.uncorrectable)} uncorrectable, pending: ${yesNo(rows.pending)}, failed: ${yesNo(rows.failed)}` }]),
    ]
    if (rows?.failed === true || (pages?.doubleBit ?? 0) >= wornOutPages || (pages?.singleBit ?? 0) + (pages?.doubleBit ?? 0) >= 64) {
      return bad({
        severity: 'critical',
        title: 'Memory worn out',
        sentence: rows?.failed === true ? 'The card has bad memory that it can no longer replace: it has no spare rows left.' : 'The card has taken nearly as much memory out of use as it can.',
        remedy: 'Take the card out of work and have it replaced: NVIDIA counts this as a case for a return.',
        evidence,
      })
    }
    const pending = [...(pages?.pending === true ? ['pages'] : []), ...(rows?.pending === true ? ['rows'] : [])]
    if (pending.length === 0) return clear
    return bad({
      severity: 'warning',
      title: 'Bad memory waits to be replaced',
      sentence: `The card found bad ${listWords(pending)} in its memory and will stop using them when it is next reset.`,
      remedy: 'Restart the computer when it suits. Until then the card may meet the same errors again.',
      evidence,
    })
  },
})

function count(value: number | null): string {
  return value === null ? 'unknown' : String(value)
}
function yesNo(value: boolean | null): string {
  return value === null ? 'unknown' : value ? 'yes' : 'no'
}

/**
 * Shares of the memory: bad from, warning from, clear below. One program that fills a card does so on purpose (servers of
 * language models take all there is), and so may one that is not told; several that fill it together get into each other's way.
 */
const nearlyFull = 0.95
const full = 0.99
const roomAgain = 0.9
/** What a second program takes at least, to count as one that shares the card; desktops take less. */
const largePart = 0.1

export const memoryFull = defineRule<CardLook>({
  id: 'memory-full',
  beginAfterMs: 120_000,
  endAfterMs: 60_000,
  judge(look) {
    // An integrated card's "memory" is a small window that is always full.
    if (isLost(look) || look.gpu?.isIntegrated === true) return clear
    const used = look.sample?.memoryUsedBytes ?? null
    const total = look.sample?.memoryTotalBytes ?? look.gpu?.memoryBytes ?? null
    if (used === null || total === null || total <= 0) return unknown
    const share = used / total
    if (share < nearlyFull) return share >= roomAgain ? between : clear
    const value = `${memoryWords(used)} of ${memoryWords(total)} (${percentWords(Math.min(1, share))})`
    const [biggest, next] = [...(look.sample?.processes ?? [])].filter((process) => process.memoryBytes !== null).sort((one, other) => (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0))
    const isShared = (next?.memoryBytes ?? 0) >= total * largePart
    return bad({
      severity: share >= full && isShared ? 'warning' : 'info',
      title: 'Memory nearly full',
      sentence: `${value} of its memory is in use${biggest === undefined ? '' : `, most of it by ${programWords(biggest.name)} (${memoryWords(biggest.memoryBytes ?? 0)})`}.`,
      remedy: 'A program that asks for more will fail. End what is not needed, or give the program a smaller model or batch. Where one program fills the card on purpose, nothing must be done.',
      evidence: [{ label: 'Memory in use', value }],
    })
  },
})
