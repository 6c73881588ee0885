/** What the rendering client's log says, line by line: sessions, scores, cards and jobs. The words are those that operators' own tools look for. */
import type { SoftwareSign } from '../network.ts'

/** "2025-09-14 21:07:33 INFO: [12] text"; older logs leave parts of it out, so only the text is held against the words below. */
const prefix = /^\s*(?:\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?)\s*(?:[A-Za-z]+:?)?\s*(?:\[\w+\])?\s*/
const seconds = /render time:? (\d+(?:\.\d+)?) ?s/i
/** No frame takes longer; a longer one is a slip of the log. */
const mostSeconds = 30 * 86_400

type Reader = (text: string) => SoftwareSign | null

const readers: Reader[] = [
  (text) => (/\brndr client is starting\b/i.test(text) ? { event: 'client-starting', activity: 'starting', sentence: 'The client is starting.' } : null),
  (text) => {
    const score = /\bnode scored:?\s+(\d+(?:\.\d+)?)(?![\d.])/i.exec(text)?.[1]
    return score === undefined ? null : { event: 'node-scored', activity: 'ready', sentence: `The client measured a score of ${score}.`, figures: { score: Number(score) } }
  },
  (text) => {
    const gpus = /\b(\d{1,3}) usable gpus? detected\b/i.exec(text)?.[1]
    return gpus === undefined ? null : { event: 'gpus-detected', sentence: `The client found ${gpus} usable ${gpus === '1' ? 'card' : 'cards'}.`, figures: { gpus: Number(gpus) } }
  },
  (text) => (/\boctane gpu devices detected and enabled\b/i.test(text) ? { event: 'octane-ready', activity: 'ready', sentence: 'Octane is ready.' } : null),
  (text) => (/\bstarting a new render job\b/i.test(text) ? { event: 'job-started', activity: 'working', earning: true, sentence: 'A render job began.', job: { id: hashOf(text), what: 'started' } } : null),
  (text) => {
    if (!/\bjob completed successfully\b/i.test(text)) return null
    const took = Number(seconds.exec(text)?.[1] ?? NaN)
    const isKnown = Number.isFinite(took) && took <= mostSeconds
    return { event: 'job-finished', activity: 'idle', earning: true, sentence: isKnown ? `A render job was finished after ${Math.round(took)} s of rendering.` : 'A render job was finished.', job: { id: hashOf(text), what: 'finished', ...(isKnown ? { seconds: took } : {}) } }
  },
  (text) => (/\bjob failed\b/i.test(text) ? { event: 'job-failed', activity: 'idle', sentence: 'A render job failed; it is not paid, and too many lower the node\'s standing.', job: { id: hashOf(text), what: 'failed' } } : null),
  (text) => (/\bjob was cancell?ed\b/i.test(text) ? { event: 'job-cancelled', activity: 'idle', sentence: 'A render job was cancelled by the network.', job: { id: hashOf(text), what: 'cancelled' } } : null),
  (text) => (/\b(initializing c4d|loaded c4d scene|started c4d rendering)\b/i.test(text) ? { event: 'scene-under-way', activity: 'working', sentence: 'A Cinema 4D scene is being rendered.' } : null),
]

export function readLine(line: string): SoftwareSign | null {
  const text = line.replace(prefix, '')
  for (const read of readers) {
    const sign = read(text)
    if (sign) return sign
  }
  return null
}

function hashOf(text: string): string | null {
  return /\bhash:?\s+([0-9a-f]{6,128})\b/i.exec(text)?.[1]?.toLowerCase() ?? null
}
