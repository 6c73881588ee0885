/** Rules about a card as a whole: lost, silent, Xid events, crashes that come back, and a PCIe link that got narrower. */
import type { GpuSample } from '../../shared/telemetry.ts'
import { bad, clear, defineRule, isLost, unknown, type CardLook } from './rule.ts'
import { isLoaded, isOfLaptop } from './rules-heat.ts'
import { countWords, listWords, percentWords } from './words.ts'
import { xidRemedy, xidSeverity } from './xids.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

export const lost = defineRule<CardLook>({
  id: 'lost',
  // A driver that is being installed takes its cards away for a moment.
  beginAfterMs: 20_000,
  endAfterMs: 20_000,
  judge(look) {
    if (look.gpu === null) return unknown
    // Adapters of remote sessions come and go with them.
    if (look.gpu.lostSince === null || look.gpu.kind !== 'gpu' || look.gpu.attachment?.kind === 'remote-display') return clear
    const isExternal = look.gpu.attachment?.kind === 'external'
    const isOnPurpose = isExternal || isOfLaptop(look.gpu) || look.gpu.isIntegrated === true
    return bad({
      severity: isOnPurpose ? 'warning' : 'critical',
      title: 'Card lost',
      // No moment in the words: whoever reads them may be in another time zone, and `since` stands beside them.
      sentence: 'The system does not find it any more.',
      remedy: isExternal
        ? 'If it was unplugged, nothing is wrong. If not, check the cable and the power of its enclosure.'
        : isOnPurpose
          ? 'If it was switched off (laptops can, in a tool of their maker or in the firmware), nothing is wrong. If not, restart the computer and look whether the driver still loads.'
          : 'Switch the computer off and on: many cards come back so. If not, check its power cables, the riser and the slot, and whether the driver still loads. If it was taken out for good, choose Forget on its page.',
      evidence: [{ label: 'Last look for cards', value: 'not found' }],
      since: look.gpu.lostSince,
    })
  },
})

/** Silent so long is critical: by then the driver was started again several times. */
const criticalSilenceMs = 5 * minuteMs

export const driverSilent = defineRule<CardLook, { since: number }>({
  id: 'driver-silent',
  beginAfterMs: 30_000,
  // Longer than it takes to say that the card is lost: then that is what is said, not that the silence is over.
  endAfterMs: 30_000,
  judge(look, memory) {
    if (isLost(look)) return clear
    if (look.silent === null) return look.sample === null ? { ...unknown, memory } : clear
    const since = memory?.since ?? look.steadyMs
    return {
      ...bad({
        severity: look.steadyMs - since >= criticalSilenceMs ? 'critical' : 'warning',
        title: 'Driver does not answer',
        sentence: `Nothing can be read from it: ${midSentence(withoutStop(look.silent))}.`,
        remedy: 'Idlewatt goes on trying. If it stays so, restart the computer: a driver that hangs seldom mends itself. If a driver was just installed, that restart is still due.',
        evidence: [{ label: 'Why', value: withoutStop(look.silent) }],
      }),
      memory: { since },
    }
  },
  resume: (_alert, agoMs, steadyMs) => ({ since: steadyMs - agoMs }),
})

/** A sentence of its own as it reads after a colon. */
function midSentence(sentence: string): string {
  return /^(The|This|That|Its?|An?|No|There|Nothing)\b/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/[.\s]+$/, '')
}

interface XidMemory {
  seen: { steadyMs: number; code: number; sentence: string }[]
}
/** An Xid stays a matter this long. */
const xidLastsMs: Record<'info' | 'warning' | 'critical', number> = { info: 15 * minuteMs, warning: hourMs, critical: 6 * hourMs }

export const xid = defineRule<CardLook, XidMemory>({
  id: 'xid',
  isOfMoments: true,
  beginAfterMs: 0,
  endAfterMs: 0,
  judge(look, memory) {
    const lasting = (memory?.seen ?? []).filter((one) => look.steadyMs - one.steadyMs < xidLastsMs[xidSeverity(one.code)])
    const fresh = (look.sample?.incidents ?? []).filter((incident) => incident.kind === 'xid').map(({ code, sentence }) => ({ steadyMs: look.steadyMs, code, sentence }))
    const seen = [...lasting, ...fresh].slice(-100)
    if (seen.length === 0) return clear
    const worst = [...seen].sort((one, other) => rank(other.code) - rank(one.code) || other.steadyMs - one.steadyMs)[0] as XidMemory['seen'][number]
    const same = seen.filter((one) => one.code === worst.code).length
    const others = [...new Set(seen.map((one) => one.code))].filter((code) => code !== worst.code)
    return {
      ...bad({
        severity: xidSeverity(worst.code),
        title: `NVIDIA error Xid ${worst.code}`,
        sentence: `${withoutStop(worst.sentence)}${same > 1 ? ` (${same} times)` : ''}.${others.length === 0 ? '' : ` It also reported Xid ${listWords(others.map(String))}.`}`,
        remedy: xidRemedy(worst.code),
        evidence: fresh.map((one) => ({ label: `Xid ${one.code}`, value: withoutStop(one.sentence) })),
      }),
      memory: { seen },
    }
  },
  resume: (alert, agoMs, steadyMs) => ({ seen: [{ steadyMs: steadyMs - agoMs, code: Number(/Xid (\d+)/.exec(alert.title)?.[1] ?? 0), sentence: alert.sentence }] }),
})

function rank(code: number): number {
  return ['info', 'warning', 'critical'].indexOf(xidSeverity(code))
}

/** So many within an hour are no accident. One fault often brings several numbers at once: what comes within a minute is one. */
const recurring = 3
const manyMore = 8
const oneFaultMs = minuteMs

export const recurringXids = defineRule<CardLook, { times: number[] }>({
  id: 'recurring-xids',
  isOfMoments: true,
  beginAfterMs: 0,
  endAfterMs: 0,
  judge(look, memory) {
    const before = (memory?.times ?? []).filter((time) => look.steadyMs - time < hourMs)
    const isFresh = (look.sample?.incidents ?? []).length > 0 && look.steadyMs - (before.at(-1) ?? -Infinity) >= oneFaultMs
    const times = [...before, ...(isFresh ? [look.steadyMs] : [])].slice(-100)
    // The last one counts for an hour as well: the alert ends when no more than two lie within it.
    if (times.length < recurring) return { ...clear, memory: { times } }
    return {
      ...bad({
        severity: times.length >= manyMore ? 'critical' : 'warning',
        title: 'Errors keep coming back',
        sentence: `The driver reported Xid errors for it ${countWords(times.length, 'time')} within an hour.`,
        remedy: 'Take work off the card and restart the computer. Take off any overclocking, check power and cooling, and try another version of the driver. If another card in the same slot is well, this one is failing.',
        evidence: [{ label: 'Times within an hour', value: String(times.length) }],
      }),
      memory: { times },
    }
  },
  resume: (_alert, agoMs, steadyMs) => ({ times: Array.from({ length: recurring }, () => steadyMs - agoMs) }),
})

interface LinkMemory {
  /** The best seen under load. */
  lanes: number
  generation: number
}

export const pcieNarrowed = defineRule<CardLook, LinkMemory>({
  id: 'pcie-narrowed',
  beginAfterMs: minuteMs,
  endAfterMs: minuteMs,
  judge(look, memory) {
    if (isLost(look)) return { ...clear, memory }
    const { sample, gpu } = look
    // Idle cards narrow and slow their link to save power: only a card at work shows what it has.
    if (sample === null || sample.pcieLanes === null || sample.pcieLanes <= 0 || !usesWholeLink(sample)) return { ...unknown, memory }
    const lanes = sample.pcieLanes
    const generation = sample.pcieGeneration ?? 0
    const best = { lanes: Math.max(memory?.lanes ?? 0, lanes), generation: Math.max(memory?.generation ?? 0, generation) }
    const hasDropped = lanes < best.lanes || generation < best.generation
    const lanesMax = gpu?.pcieLanesMax ?? null
    const isBelowMax = lanesMax !== null && lanes < lanesMax
    const isExpected = gpu?.isIntegrated === true || gpu?.attachment?.kind === 'external' || gpu?.attachment?.kind === 'virtual-gpu' || gpu?.attachment?.kind === 'paravirtual'
    if (!hasDropped && (!isBelowMax || isExpected)) return { ...clear, memory: best }
    const now = linkWords(lanes, generation)
    const could = hasDropped ? linkWords(best.lanes, best.generation) : `x${lanesMax}`
    return {
      ...bad({
        severity: hasDropped ? 'warning' : 'info',
        title: hasDropped ? 'PCIe link got narrower' : 'PCIe link narrower than it could be',
        sentence: hasDropped ? `Under load its link runs at ${now}; it ran at ${could} before.` : `Under load its link runs at ${now}; the card could use ${could}.`,
        remedy: hasDropped
          ? 'Switch the computer off, seat the card again and clean its contacts; check the riser. A link that keeps dropping points to a bad riser, slot or card.'
          : 'On a riser or in a smaller slot this is as it must be. Otherwise seat the card again, or use the slot next to the processor.',
        evidence: [{ label: 'PCIe link', value: now }, { label: hasDropped ? 'PCIe link before' : 'PCIe link at most', value: could }, ...(sample.utilisation === null ? [] : [{ label: 'Load', value: percentWords(sample.utilisation) }])],
      }),
      memory: best,
    }
  },
  resume(alert) {
    const before = alert.evidence.findLast((one) => one.label === 'PCIe link before')?.value ?? ''
    return { lanes: Number(/x(\d+)/.exec(before)?.[1] ?? 0), generation: Number(/generation (\d+)/.exec(before)?.[1] ?? 0) }
  },
})

/** A desktop keeps a card half busy at its lowest clocks, and its link slow: only the states meant for work show the link. */
export function usesWholeLink(sample: GpuSample): boolean {
  if (!isLoaded(sample)) return false
  const state = /^P(\d+)$/.exec(sample.performanceState ?? '')?.[1]
  return state === undefined ? (sample.utilisation ?? 1) >= 0.6 : Number(state) <= 2
}

function linkWords(lanes: number, generation: number): string {
  return generation > 0 ? `generation ${generation} x${lanes}` : `x${lanes}`
}
