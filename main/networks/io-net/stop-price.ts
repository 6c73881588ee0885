/** What stopping the worker now costs, by io.net's own rules. Pure. */
import type { StopPrice } from '../../../shared/provider.ts'
import type { SoftwareFacts } from '../network.ts'
import { readDevice } from './device-answers.ts'
import sources from './sources.json' with { type: 'json' }
import { upSince, workerContainers } from './worker-containers.ts'

const minute = 60_000
const hour = 60 * minute

export function stopPrice(facts: SoftwareFacts): StopPrice {
  const isHired = readDevice(facts.endpoints['device'])?.isHired ?? null
  const found = facts.containers === null ? null : workerContainers(facts.containers)
  const since = (found === null ? null : upSince(found)) ?? facts.startedAt
  const up = since === null ? null : Math.max(0, facts.at - since)
  const nothingRuns = found !== null && found.workers.length === 0
  return { sentence: nothingRuns ? 'No worker container runs, so stopping loses no hire.' : sentenceOf(isHired, up), usd: null, finishMinutes: null, source: sources.docs }
}

function sentenceOf(isHired: boolean | null, up: number | null): string {
  const anew = 'the five hours without a break, which pay for being ready (block rewards) needs, begin anew.'
  const uptime = up === null ? `${anew.charAt(0).toUpperCase()}${anew.slice(1)}` : `It has been up for ${inWords(up)}; ${anew}`
  if (isHired === false) return `Stopping now loses no hire. ${uptime} Pause it on io.net's website first, so that nobody hires it meanwhile.`
  const loss = 'the whole job is not paid (stopped within its first hour, nothing is paid in any case), and poor service may cost stake'
  if (isHired === true) return `Stopping now ends a hire: ${loss}. ${uptime} Pause it on io.net's website, and finish first.`
  return `Whether it is hired is not known. If it is, ${loss}. ${uptime} Look on io.net's website first.`
}

function inWords(ms: number): string {
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  const hours = Math.floor(ms / hour)
  return hours >= 48 ? `${Math.floor(hours / 24)} days` : `${hours} h ${Math.floor((ms % hour) / minute)} min`
}
