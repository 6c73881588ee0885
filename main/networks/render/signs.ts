/** How this network's programmes show: the names of their processes, and the score that the rendering client writes into its log. */
import type { ClientScore, ProviderSign } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

export const signs: ProviderSign[] = [
  // The client runs as TCPSVCS.exe; Windows has a service of that name too, but that one never uses a card.
  { programmeId: 'render/rendering', processNames: ['rndrclient.exe', 'TCPSVCS.exe'], source: sources.watchdog },
  { programmeId: 'render/compute', processNames: ['disNet', 'dispersed'], source: { url: 'https://otoyinc.mintlify.app/node-operators/quickstart-for-node-operators', date: '2026-11-23', note: 'names the client disNet; an older page starts it as dispersed; that its process has either name is not said' } },
  { programmeId: 'render/salad', processNames: ['Salad.exe', 'Salad.Bowl.Service.exe'], source: { url: 'https://salad.com', date: null, note: 'names as scripts and monitors of operators in public repositories use them, read on 2026-11-23; no page of the network\'s own that names them was found' } },
]

/** More than any node could have: the fastest card scores some 2,000, and a node holds a few. */
const mostScore = 100_000

/**
 * `node scored <float>` with a time in front, "2025-08-14 21:07:33", of the clock of the machine that wrote it.
 * The last line holds. The score is the node's: where it has several cards, it is none of theirs.
 */
export function readClientScore(log: string): ClientScore {
  let score: number | null = null
  let line = ''
  let gpus: number | null = null
  let gpusAtScore: number | null = null
  for (const text of log.split(/\r?\n/)) {
    const detected = /\b(\d{1,3}) usable gpus? detected/i.exec(text)
    if (detected) gpus = Number(detected[1])
    const found = /\bnode scored:?\s+(\d+(?:\.\d+)?)(?![\d.])/i.exec(text)
    if (!found) continue
    score = Number(found[1])
    gpusAtScore = gpus
    line = text
  }
  if (score === null) return null
  if (score <= 0 || score > mostScore) return { ok: false, sentence: `The last score in this log is ${score}, which no node has.` }
  if (gpusAtScore !== null && gpusAtScore > 1) return { ok: false, sentence: `This log is of a node with ${gpusAtScore} cards: its score of ${score} is that of all of them together and of none alone.` }
  const time = /\b(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})/.exec(line)
  const measuredAt = time ? Date.parse(`${time[1]}T${time[2]}`) : NaN
  return { ok: true, score, version: null, measuredAt: Number.isFinite(measuredAt) ? measuredAt : null }
}
