/** Rules about the machine as a whole: disk, recording, clock, and a driver reader that keeps ending. */
import { bad, between, clear, defineRule, unknown, type MachineLook } from './rule.ts'
import { bytesWords, countWords, lengthWords, momentWords, percentWords } from './words.ts'

const hourMs = 3_600_000

/** Below either, the disk is filling; a small share of a huge disk is still plenty. */
const littleBytes = 2e9
const littleShare = 0.05
const plentyBytes = 20e9
const nothingLeftBytes = 500e6
/** An alert ends with so much more than where it began. */
const roomFactor = 1.25

export const diskFilling = defineRule<MachineLook>({
  id: 'disk-filling',
  beginAfterMs: 0,
  endAfterMs: 60_000,
  judge(look) {
    const { freeBytes, totalBytes } = look.disk
    if (freeBytes === null) return unknown
    const byShare = totalBytes === null ? 0 : Math.min(totalBytes * littleShare, plentyBytes)
    // A disk smaller than the usual figures is judged by its own size.
    const fromBytes = totalBytes !== null && totalBytes < 4 * littleBytes ? totalBytes * 0.1 : Math.max(littleBytes, byShare)
    if (freeBytes >= fromBytes) return freeBytes >= fromBytes * roomFactor ? clear : between
    const value = `${bytesWords(freeBytes)} free${totalBytes === null || totalBytes <= 0 ? '' : ` (${percentWords(freeBytes / totalBytes)} of ${bytesWords(totalBytes)})`}`
    return bad({
      severity: freeBytes < Math.min(nothingLeftBytes, fromBytes / 2) ? 'critical' : 'warning',
      title: 'Disk nearly full',
      sentence: `The disk that holds Idlewatt’s data has ${value}. When it is full, the past of the cards can no longer be kept, and other programs fail.`,
      remedy: 'Delete what is not needed on that disk (old container images are often the largest), or keep Idlewatt’s data elsewhere with --data.',
      evidence: [{ label: 'Disk', value }],
    })
  },
})

export const recordingStopped = defineRule<MachineLook>({
  id: 'recording-stopped',
  beginAfterMs: 0,
  endAfterMs: 10_000,
  judge(look) {
    const { recording } = look
    if (recording.phase !== 'stopped') return clear
    return bad({
      severity: 'warning',
      title: 'Recording has stopped',
      sentence: recording.sentence,
      remedy: 'Make room on the disk, or make the data folder writable again. Recording goes on by itself as soon as it can; what was measured meanwhile is lost.',
      evidence: [{ label: 'Recording', value: recording.sentence }],
    })
  },
})

/** No computer that runs this was set right before it was made: a clock without its battery starts in 1970 or 2000. */
const earliestPlausible = Date.UTC(2026, 0, 1)
/** A jump stays a matter this long. */
const jumpLastsMs = hourMs

interface JumpMemory {
  steadyMs: number
  sentence: string
}

/** Going ahead is what a sleep looks like, and a clock that is set right after a start: less than a month of it is no matter. */
const longSleepMs = 30 * 24 * hourMs

function jumpOf(ms: number): string | null {
  const far = lengthWords(Math.abs(ms))
  if (ms < 0) return `The computer’s clock was set back by ${far}. Samples and events of that time are there twice.`
  return ms >= longSleepMs ? `The computer’s clock went ahead by ${far}.` : null
}

export const clockWrong = defineRule<MachineLook, JumpMemory>({
  id: 'clock-wrong',
  beginAfterMs: 0,
  endAfterMs: 0,
  judge(look, memory) {
    const fresh = look.clockJumpMs === null ? null : jumpOf(look.clockJumpMs)
    const jump = fresh === null ? memory : { steadyMs: look.steadyMs, sentence: fresh }
    const evidence = [{ label: 'The clock says', value: momentWords(look.at) }]
    if (look.at < earliestPlausible) {
      return {
        ...bad({
          severity: 'critical',
          title: 'Clock wrong',
          sentence: `The computer’s clock says ${momentWords(look.at)}, which cannot be. Times of samples and alerts are wrong until it is set, and secure connections fail.`,
          remedy: 'Set the clock, and let the system keep it (time synchronisation, NTP). If it is wrong after every start, replace the battery on the mainboard.',
          evidence,
        }),
        memory: jump,
      }
    }
    if (!jump || look.steadyMs - jump.steadyMs >= jumpLastsMs) return clear
    return {
      ...bad({
        severity: 'warning',
        title: 'Clock jumped',
        sentence: jump.sentence,
        remedy: 'If you set it, nothing must be done. Otherwise let the system keep the time (time synchronisation, NTP); if it jumps after every start, replace the battery on the mainboard.',
        evidence,
      }),
      memory: jump,
    }
  },
  resume: (alert, agoMs, steadyMs) => ({ steadyMs: steadyMs - agoMs, sentence: alert.sentence }),
})

/** The reader of the driver ended so often within an hour. */
const recurring = 3
const manyMore = 8

export const recurringCrashes = defineRule<MachineLook, { times: number[] }>({
  id: 'recurring-crashes',
  isOfMoments: true,
  beginAfterMs: 0,
  endAfterMs: 0,
  judge(look, memory) {
    const restarts = look.events.filter((event) => event.id === 'probe-restarted')
    const times = [...(memory?.times ?? []).filter((time) => look.steadyMs - time < hourMs), ...restarts.map(() => look.steadyMs)].slice(-100)
    if (times.length < recurring) return { ...clear, memory: { times } }
    const last = restarts.at(-1)?.sentence
    return {
      ...bad({
        severity: times.length >= manyMore ? 'critical' : 'warning',
        title: 'The driver keeps crashing',
        sentence: `The process that reads the driver had to be started again ${countWords(times.length, 'time')} within ${lengthWords(hourMs)}.`,
        remedy: 'Restart the computer. If it goes on, install the driver afresh or try another version; a card that fails can also take its driver down.',
        evidence: [{ label: 'Starts within an hour', value: String(times.length) }, ...(last === undefined ? [] : [{ label: 'The last one', value: last }])],
      }),
      memory: { times },
    }
  },
  resume: (_alert, agoMs, steadyMs) => ({ times: Array.from({ length: recurring }, () => steadyMs - agoMs) }),
})
