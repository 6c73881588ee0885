/** Tells the policy's state to whoever shows it: at once where something changed, at most once a second, and now and then while something counts. */
import type { PolicyState } from '../../shared/policy-state.ts'
import type { Clock } from '../system/clock.ts'
import { newsOf, policyStateOf, type StateQuestion } from './state-of.ts'

const atMostEveryMs = 1_000
/** Figures that move all the time are told with it. */
const whileItCountsMs = 15_000
const atRestMs = 60_000

export interface Telling {
  state(): PolicyState
  take(question: StateQuestion): void
  /** What was taken last, if it is new. */
  now(): void
  close(): void
}

export function createTelling(options: { clock: Clock; steadyMs(): number; fresh: PolicyState; onState(state: PolicyState): void }): Telling {
  const { clock, steadyMs } = options
  let state = options.fresh
  let told = { news: '', steady: Number.NEGATIVE_INFINITY }
  let question: StateQuestion | null = null
  let cancel: (() => void) | null = null
  let isClosed = false

  function tell(): void {
    cancel?.()
    cancel = null
    if (question === null || isClosed) return
    state = policyStateOf(question)
    const news = newsOf(state)
    const everyMs = counts(state) ? whileItCountsMs : atRestMs
    if (news === told.news && steadyMs() - told.steady < everyMs) return
    told = { news, steady: steadyMs() }
    options.onState(state)
  }

  return {
    state() {
      if (question !== null) state = policyStateOf(question)
      return state
    },
    take(taken) {
      question = taken
      const restMs = atMostEveryMs - (steadyMs() - told.steady)
      // A turn comes a little early at times: what is new then would wait for a whole turn more.
      if (restMs <= 100) tell()
      else cancel ??= clock.after(restMs, tell)
    },
    now: tell,
    close() {
      isClosed = true
      cancel?.()
    },
  }
}

function counts({ decisions, programmes }: PolicyState): boolean {
  return programmes.length > 0 && decisions.some((decision) => decision.do === 'run' || decision.until !== null)
}
