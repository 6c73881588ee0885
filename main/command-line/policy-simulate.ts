/** `idlewatt policy simulate`: a recorded stretch of time, or the coming week, played by the rules: hours, money, interruptions, and every decision. */
import { readFileSync, statSync } from 'node:fs'
import type { Simulation } from '../../shared/policy-state.ts'
import { askHandlers } from '../api/control.ts'
import { decodeText } from '../system/decode-text.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { wallText } from '../system/wall-clock.ts'
import { openApp, type Call } from './open-app.ts'
import { bullet, drawTable, money, numberText, unknown, wrap } from './output.ts'
import type { PolicyFlags } from './policy.ts'
import { openPolicy } from './policy-app.ts'
import { doWords } from './policy-show.ts'
import { momentText, readTime, spanText } from './times.ts'
import { readText, WrongWords } from './words.ts'

/** As much as one request takes. */
const largestBytes = 20_000_000
/** So many decisions are shown in a terminal; all of them are in --json. */
const shownDecisions = 40
const secondMs = 1000

/** 0: played. Throws WrongWords, and NotPossible for a file that is no trace. */
export async function simulate(call: Call, flags: PolicyFlags): Promise<number> {
  const simulation = flags.trace === undefined ? await comingWeek(call, flags) : await recorded(call, readText('--trace', flags.trace), flags)
  if (call.common.json) await call.terminal.document(simulation)
  else await call.terminal.print(simulationText(simulation))
  return 0
}

async function comingWeek(call: Call, flags: PolicyFlags): Promise<Simulation> {
  for (const flag of ['from', 'to'] as const) if (flags[flag] !== undefined) throw new WrongWords(`--${flag} goes with --trace; without a trace it is the coming week.`)
  const app = await openPolicy(call, 'looks')
  await app.read()
  const gpuId = call.common.gpu === null ? null : await app.gpuId(call.common.gpu)
  return (await app.ask('policy.week', { gpuId })).simulation
}

/** In this process: another Idlewatt has other things to do. */
async function recorded(call: Call, file: string, flags: PolicyFlags): Promise<Simulation> {
  if (call.common.gpu !== null) throw new WrongWords('--gpu does not go with --trace: a trace names its own cards.')
  const now = Date.now()
  const range = { ...(flags.from === undefined ? {} : { from: readTime('--from', flags.from, now) }), ...(flags.to === undefined ? {} : { to: readTime('--to', flags.to, now) }) }
  if (range.from !== undefined && range.to !== undefined && range.from >= range.to) throw new WrongWords(`--from must lie before --to; ${momentText(range.from)} does not lie before ${momentText(range.to)}.`)
  const trace = readTrace(file)
  const app = openApp(call, 'command-line')
  const reply = await askHandlers(app.handlers, call.log, 'policy.simulate', { trace, ...range })
  if (!reply.ok) throw new NotPossible(reply.failure.code === 'not-possible' ? `${file}: ${reply.failure.message}` : reply.failure.message)
  return reply.value
}

function readTrace(file: string): string {
  try {
    const about = statSync(file)
    if (!about.isFile()) throw new NotPossible(`${file} is no file.`)
    if (about.size > largestBytes) throw new NotPossible(`${file} is larger than a trace can be (${largestBytes / 1e6} MB).`)
    return decodeText(readFileSync(file)).text
  } catch (error) {
    if (error instanceof NotPossible) throw error
    throw new NotPossible(`${file} cannot be read: ${fileErrorWords(error)}.`)
  }
}

export function simulationText({ from, to, zone, hours, userDelayedSeconds, interruptions, starts, earnedUsd, spentUsd, remarks, decisions }: Simulation): string {
  const share = hours.hindsightBest > 0 ? ` (${numberText((100 * hours.earning) / hours.hindsightBest)} % of what was possible in hindsight, ${numberText(hours.hindsightBest)} h)` : ''
  const at = (moment: number): string => `${wallText(moment, zone)}:${String(Math.floor(moment / secondMs) % 60).padStart(2, '0')}`
  const usd = (amount: number | null): string => (amount === null ? unknown : `${money(amount)} USD`)
  const rows = [
    ['From', `${at(from)} to ${at(to)} (${zone})`],
    ['Earning', `${numberText(hours.earning)} h of ${numberText(hours.total)} h, all cards added up${share}`],
    ['In the way of the user', userDelayedSeconds.total === 0 ? 'never' : `${spanText(userDelayedSeconds.total * secondMs)} in all, ${numberText(userDelayedSeconds.max)} s at most`],
    ['Starts', String(starts)],
    ['Interruptions', String(interruptions)],
    ['Earned', usd(earnedUsd)],
    ['Spent on power', usd(spentUsd)],
  ]
  const shown = decisions.slice(0, shownDecisions)
  const left = decisions.length - shown.length
  return [
    drawTable([{ head: 'What' }, { head: 'Came to', flexible: true, least: 40 }], rows),
    ...(remarks.length === 0 ? [] : [remarks.map((one) => bullet(one)).join('\n')]),
    ...(shown.length === 0 ? [] : [drawTable([{ head: 'At' }, { head: 'Programme', flexible: true }, { head: 'Card', flexible: true }, { head: 'Does' }, { head: 'Because', flexible: true, least: 24 }], shown.map((one) => [at(one.at), one.programmeId, one.gpuId ?? unknown, doWords[one.do], one.because]))]),
    ...(left > 0 ? [wrap(`${left} more decisions are left out; --json has them.`)] : []),
  ].join('\n\n')
}
