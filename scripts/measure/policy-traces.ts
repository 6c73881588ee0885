/** `policy.*` over days: hours earned against the best in hindsight, and seconds in the user's way, on the five recorded days and on made-up ones. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { performance } from 'node:perf_hooks'
import { generateDay } from '../../main/policy/generate.ts'
import { simulateAtOnce } from '../../main/policy/simulate.ts'
import { readTrace, traceOf, type Trace } from '../../main/policy/trace.ts'
import type { Simulation } from '../../shared/policy-state.ts'
import type { Budgets, Row } from './row.ts'

const leastShare = 95
const mostSeconds = 3
const madeUpDays = Number(process.env['IDLEWATT_MADE_UP_DAYS'] ?? 10_000)
const hoursId = 'policy.hours-vs-hindsight'
const delayId = 'policy.user-delay'
const madeUpHoursId = 'policy.generated-hours-vs-hindsight'
const madeUpDelayId = 'policy.generated-user-delay'
const folder = fileURLToPath(new URL('../../resources/traces', import.meta.url))

export const budgets: Budgets = {
  ids: [hoursId, delayId, madeUpHoursId, madeUpDelayId],
  measure: async (only) => [...(only === null || !only.startsWith('policy.generated') ? recorded() : []), ...(only === null || only.startsWith('policy.generated') ? await (made ??= madeUp()) : [])],
}

/** Asked for by either of its ids; worked out once. */
let made: Promise<Row[]> | null = null

function recorded(): Row[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const found = names.map((name) => ({ name: name.replace('.json', ''), result: simulateAtOnce(readTrace(readFileSync(`${folder}/${name}`, 'utf8'))) }))
  const shares = found.map(({ name, result }) => ({ name, share: shareOf(result) * 100, starts: result.starts }))
  const worst = Math.min(...shares.map(({ share }) => share))
  const mean = shares.reduce((sum, { share }) => sum + share, 0) / shares.length
  const longest = Math.max(...found.map(({ result }) => result.userDelayedSeconds.max))
  return [
    { id: hoursId, value: worst, unit: '%', budget: leastShare, ok: worst >= leastShare, peer: null, note: `at least this share; the worst of ${shares.length}, mean ${mean.toFixed(2)}: ${shares.map(({ name, share, starts }) => `${name} ${share.toFixed(2)} (${starts} starts)`).join(', ')}` },
    { id: delayId, value: longest, unit: 's', budget: mostSeconds, ok: longest <= mostSeconds, peer: null, note: `longest stretch in the user's way after the cause could be seen, in simulated time: up to 1 s to see it, and the software's own time to stop (${found.map(({ name, result }) => `${name} ${result.userDelayedSeconds.max.toFixed(1)}`).join(', ')})` },
  ]
}

async function madeUp(): Promise<Row[]> {
  const began = performance.now()
  let [earning, possible, longest, beaten] = [0, 0, 0, 0]
  const shares: number[] = []
  for (let seed = 1; seed <= madeUpDays; seed += 1) {
    const result = simulateAtOnce(day(seed))
    earning += result.hours.earning
    possible += result.hours.hindsightBest
    longest = Math.max(longest, result.userDelayedSeconds.max)
    if (result.hours.earning > result.hours.hindsightBest + 1e-9) beaten += 1
    if (result.hours.hindsightBest > 0) shares.push(shareOf(result))
    if (seed % 500 === 0) await new Promise((goOn) => setImmediate(goOn))
  }
  shares.sort((one, other) => one - other)
  const at = (part: number): string => `${((shares[Math.floor(part * shares.length)] ?? 0) * 100).toFixed(1)}`
  const share = (earning / possible) * 100
  const took = `${madeUpDays} days in ${((performance.now() - began) / 1000).toFixed(0)} s`
  return [
    { id: madeUpHoursId, value: share, unit: '%', budget: leastShare, ok: share >= leastShare && beaten === 0, peer: null, note: `at least this share of all possible hours; ${took}; of single days the worst hundredth has less than ${at(0.01)}, a twentieth less than ${at(0.05)}, half more than ${at(0.5)}; better than hindsight on ${beaten} days` },
    { id: madeUpDelayId, value: longest, unit: 's', budget: mostSeconds, ok: longest <= mostSeconds, peer: null, note: `the longest of ${madeUpDays} days; software is made up to need 0.3 to 2 s to stop` },
  ]
}

function day(seed: number): Trace {
  return traceOf(generateDay(seed))
}

function shareOf({ hours }: Simulation): number {
  return hours.hindsightBest === 0 ? 1 : hours.earning / hours.hindsightBest
}
