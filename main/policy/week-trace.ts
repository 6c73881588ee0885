/** The coming week as a trace: this machine with nobody there, the programmes that would run, and the prices that are known. Pure. */
import type { PolicyProgramme, PriceStep, ProgrammeWorth } from '../../shared/policy-state.ts'
import type { PolicyInputs } from './inputs.ts'
import { netOf, type JudgedBy } from './money.ts'
import type { Trace, TraceProgramme } from './trace.ts'

/** Stopping takes about so long; nobody is there to notice. */
const stopMs = 2000
/** A trace begins so long after somebody was there last: whoever is to be away for longer is away here all the same. */
const awayMinutes = 60

/** Neither pay nor power is known: no sum comes of it. */
const notKnown: ProgrammeWorth = { grossUsdPerHour: { low: null, expected: null, high: null }, kwhPerHour: { low: NaN, expected: NaN, high: NaN } }

export interface Subjects {
  /** Those that are to run; else the best that could. */
  programmes: PolicyProgramme[]
  /** That pays most; null: none does that is known. */
  best: PolicyProgramme | null
  /** Nothing that pays is set up: the one that is assumed to be. */
  assumed: PolicyProgramme | null
  /** The first says what was assumed. */
  remarks: string[]
}

export function subjectsOf(inputs: PolicyInputs, gpuId: string | null, prices: readonly PriceStep[] = inputs.prices): Subjects {
  const paying = inputs.programmes.filter(({ isPractice, gpuIds }) => !isPractice && (gpuId === null || gpuIds.includes(gpuId)))
  const bestOf = (programmes: readonly PolicyProgramme[]): PolicyProgramme | null => bestAt(meanPrice(prices), inputs.settings.judgesBy, programmes)
  const setUp = paying.filter(({ isSetUp, kind }) => isSetUp && kind === 'managed')
  const armed = setUp.filter(({ programmeId }) => inputs.settings.programmes[programmeId]?.isArmed === true)
  if (armed.length > 0) return { programmes: armed, best: bestOf(armed) ?? bestOf(setUp), assumed: null, remarks: [] }
  const ready = bestOf(setUp) ?? setUp[0]
  if (ready !== undefined) return { programmes: [ready], best: bestOf(setUp), assumed: null, remarks: [`Nothing is to run now: this is what ${ready.title} would come to if you started it.`] }
  // Software that runs by its own rules is what pays here; else whatever this machine could join.
  const watched = paying.filter(({ isSetUp }) => isSetUp)
  const joinable = paying.filter(({ gpuIds, demands }) => gpuIds.length > 0 || demands.cards === 'none')
  const [known, any] = [bestOf(watched) ?? bestOf(joinable), watched[0] ?? joinable[0]]
  const assumed = known ?? any ?? null
  if (assumed === null) return { programmes: [], best: null, assumed, remarks: [whyNone(inputs, gpuId)] }
  const unpaid = known === null ? ' What it pays is not known.' : ''
  if (assumed.isSetUp) return { programmes: [assumed], best: known, assumed: null, remarks: [`${assumed.title} runs by its own rules: this is what it would come to if it kept to yours.${unpaid}`] }
  const none = inputs.programmes.some(({ isSetUp }) => isSetUp) ? 'Nothing that pays is set up' : 'No programme is set up'
  const among = joinable.length > 1 && known !== null ? `, which promises most of the ${joinable.length} that this machine could join` : ''
  return { programmes: [assumed], best: known, assumed, remarks: [`${none}: this is what ${assumed.title} would come to${among}.${unpaid}`] }
}

function whyNone({ cards, programmes }: PolicyInputs, gpuId: string | null): string {
  if (cards.every(({ isHere }) => !isHere)) return 'No card was found on this machine, so nothing would run.'
  if (programmes.every(({ isPractice }) => isPractice)) return 'No programme is known for this machine, so nothing would run.'
  return `There is no programme that this ${gpuId === null ? 'machine' : 'card'} could join, as far as is known, so nothing would run.`
}

/** Over all that is known; 0 where nothing is. */
function meanPrice(prices: readonly PriceStep[]): number {
  const ms = prices.reduce((sum, { from, to }) => sum + to - from, 0)
  return ms > 0 ? prices.reduce((sum, { from, to, usdPerKwh }) => sum + usdPerKwh * (to - from), 0) / ms : 0
}

function bestAt(price: number, judgesBy: JudgedBy, programmes: readonly PolicyProgramme[]): PolicyProgramme | null {
  let found: { programme: PolicyProgramme; net: number } | null = null
  for (const programme of programmes) {
    const net = programme.worth === null ? null : netOf(programme.worth, judgesBy, price)
    if (net !== null && (found === null || net > found.net)) found = { programme, net }
  }
  return found?.programme ?? null
}

/** The same machine with one more programme that is set up and to run. */
export function withAssumed(inputs: PolicyInputs, { programmeId }: PolicyProgramme): PolicyInputs {
  const { settings } = inputs
  return {
    ...inputs,
    settings: { ...settings, programmes: { ...settings.programmes, [programmeId]: { may: null, priority: 0, ...settings.programmes[programmeId], isArmed: true } } },
    programmes: inputs.programmes.map((one): PolicyProgramme => (one.programmeId === programmeId ? { ...one, isSetUp: true, kind: 'managed', cannotStart: null, phase: 'stopped', job: null } : one)),
  }
}

export function weekTrace(inputs: PolicyInputs, { programmes, prices, to }: { programmes: readonly PolicyProgramme[]; prices: readonly PriceStep[]; to: number }): Trace {
  const armed = Object.fromEntries(programmes.map(({ programmeId }) => [programmeId, { may: null, priority: 0, ...inputs.settings.programmes[programmeId], isArmed: true }]))
  return {
    title: 'The coming week',
    source: 'Made from the schedule, the tariff and the pay that are known now.',
    zone: inputs.zone,
    from: inputs.at,
    to: Math.max(to, inputs.at + 1),
    settings: { ...inputs.settings, idleAfterMinutes: Math.min(inputs.settings.idleAfterMinutes, awayMinutes), isOn: true, overrides: inputs.settings.overrides.filter(({ kind }) => kind === 'pause'), programmes: armed },
    cards: inputs.cards.filter(({ isHere }) => isHere).map(({ gpuId, name, model, drivesDisplay, slowdownC }) => ({ id: gpuId, name, model, memoryBytes: 1, drivesDisplay: drivesDisplay.value, slowdownC })),
    programmes: programmes.map((programme): TraceProgramme => {
      const { programmeId, title, gpuIds, demands, stopPrice } = programme
      const worth = programme.worth ?? notKnown
      const isKnown = gpuIds.filter((id) => inputs.cards.some((card) => card.gpuId === id && card.isHere))
      return { programmeId, title, gpuIds: isKnown, demands, hourly: worth, worth, startMs: Math.round(demands.startMinutes * 60_000), stopMs, stopPriceUsd: stopPrice.usd, jobs: null }
    }),
    changes: [],
    prices: [...prices],
    remarks: [],
  }
}
