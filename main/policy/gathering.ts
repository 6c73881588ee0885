/** Gathers what `decide` is given: readings of the machine and its cards, programmes, prices and settings; costly parts are kept for a moment. */
import type { PolicyMachine, PolicyProgramme, PriceStep } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import { cardsOf } from './card-readings.ts'
import type { PolicyOptions } from './index.ts'
import type { PolicyInputs } from './inputs.ts'
import type { Origins } from './programs-origins.ts'

const programmesKeptMs = 5_000
/** Where none is set up nothing of them counts but that, and a change of it is told. */
const noneSetUpKeptMs = 60_000
const pricesKeptMs = 60_000
/** What was asked for a moment ago is not asked again, though something has changed. */
const pricesRestMs = 5_000
export const pricesAheadMs = 48 * 3_600_000
/** Phases in which work may be on a card. */
const onCards = new Set(['starting', 'running', 'finishing', 'stopping', 'stop-failed'])

export interface Gathering {
  take(turn: SampleTurn): void
  /** Programmes, pay or prices may have changed. */
  stale(): void
  /** Phases may have changed; prices have not. */
  staleProgrammes(): void
  inputs(): PolicyInputs
  programmes(): readonly PolicyProgramme[]
  hasTurn(): boolean
}

export interface GatheringOptions extends Pick<PolicyOptions, 'clock' | 'steadyMs' | 'zone' | 'cards' | 'measured' | 'signs' | 'prices'> {
  settings(): PolicySettings
  machine(): PolicyMachine
  origins: Origins
  isRecorded: boolean
  keepsWatch: boolean
  readProgrammes(): PolicyProgramme[]
  /** Why it could not be started a moment ago; null: nothing is known. */
  refusal(programmeId: string): string | null
  refusals(programmeId: string): number
}

export function createGathering(options: GatheringOptions): Gathering {
  const { clock, steadyMs } = options
  let turn: { turn: SampleTurn; takenSteady: number } | null = null
  let programmes: { readSteady: number; list: PolicyProgramme[] } | null = null
  let prices: { readSteady: number; at: number; steps: PriceStep[] } | null = null
  let arePricesStale = false

  function isFresh(kept: { readSteady: number } | null, forMs: number): boolean {
    if (kept === null) return false
    const ageMs = steadyMs() - kept.readSteady
    return ageMs >= 0 && ageMs < forMs
  }

  function programmesNow(): PolicyProgramme[] {
    const keptMs = programmes?.list.some(({ isSetUp }) => isSetUp) === false ? noneSetUpKeptMs : programmesKeptMs
    if (!isFresh(programmes, keptMs)) programmes = { readSteady: steadyMs(), list: options.readProgrammes() }
    return (programmes as { list: PolicyProgramme[] }).list
  }

  function withRefusals(programme: PolicyProgramme): PolicyProgramme {
    const refusals = options.refusals(programme.programmeId)
    const refusal = programme.cannotStart === null && (programme.phase === 'stopped' || programme.phase === 'waiting') ? options.refusal(programme.programmeId) : null
    return refusal === null && refusals === programme.refusals ? programme : { ...programme, refusals, cannotStart: refusal ?? programme.cannotStart }
  }

  function pricesNow(at: number): PriceStep[] {
    // A wall clock that was set leaves the kept steps behind it or ahead of it.
    const isOff = prices !== null && (at < prices.at || at - prices.at > 2 * pricesKeptMs)
    if (!isFresh(prices, arePricesStale ? pricesRestMs : pricesKeptMs) || isOff) {
      prices = { readSteady: steadyMs(), at, steps: options.prices(at, pricesAheadMs) }
      arePricesStale = false
    }
    const { steps } = prices as { steps: PriceStep[] }
    return steps[0] !== undefined && steps[0].to <= at ? steps.filter(({ to }) => to > at) : steps
  }

  return {
    take: (taken) => void (turn = { turn: taken, takenSteady: steadyMs() }),
    stale() {
      programmes = null
      arePricesStale = true
    },
    staleProgrammes: () => void (programmes = null),
    programmes: programmesNow,
    hasTurn: () => turn !== null,
    inputs() {
      const at = clock.now()
      const settings = options.settings()
      const all = programmesNow()
      options.origins.begin()
      return {
        at,
        steadyMs: steadyMs(),
        zone: settings.zone ?? options.zone(),
        settings,
        machine: options.machine(),
        cards: cardsOf({
          cards: options.cards(),
          turn: turn === null ? null : { turn: turn.turn, ageMs: Math.max(0, steadyMs() - turn.takenSteady) },
          detected: options.isRecorded ? 'counts' : options.keepsWatch ? 'counts-not' : 'counts-while-fresh',
          at,
          measured: options.measured(),
          settings,
          signs: options.signs,
          originOf: options.origins.of,
          isOursActive: (gpuId) => all.some((programme) => programme.kind === 'managed' && programme.gpuIds.includes(gpuId) && onCards.has(programme.phase)),
        }),
        programmes: all.map(withRefusals),
        prices: pricesNow(at),
      }
    },
  }
}
