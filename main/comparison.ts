/** Keeps the comparison of what every network pays up to date, and answers what-ifs. Part of the wiring. */
import type { OctaneScore, BenchmarkResult } from '../shared/benchmark.ts'
import type { Estimate, Factors, Sensitivity } from '../shared/earnings.ts'
import type { GpuTable } from '../shared/gpu-table.ts'
import type { Detection } from '../shared/machine.ts'
import type { WhatIf, WhatIfAnswer } from '../shared/requests.ts'
import type { State } from '../shared/state.ts'
import { compare, rowsOf, type PowerOverrides } from './earnings/compare.ts'
import type { Prepared } from './earnings/estimate-programme.ts'
import type { Markets } from './earnings/markets.ts'
import { sensitivityOf } from './earnings/sensitivity.ts'
import type { Tariffs } from './earnings/tariffs.ts'
import { readRig, whatIf, type CardWanted, type WhatIfOptions } from './earnings/what-if.ts'
import { networks } from './networks/index.ts'
import type { SettingsStore } from './state/settings.ts'
import type { Clock } from './system/clock.ts'
import type { Log } from './system/log.ts'
import { NotPossible } from './system/not-possible.ts'

/** How often estimates are made again while nothing changes, so that ages and dated rules stay true. */
const againMs = 10 * 60_000

export interface EstimateQuestion {
  overrides?: PowerOverrides
  /** "What if the token halves": what the question moves; left out: nothing. */
  factors?: Factors
  /** Money that sentences tell amounts in; left out: that of the settings. */
  currency?: string
  /** ms since epoch to estimate for; now when left out. */
  at?: number
  only?: { networkId?: string; gpuId?: string }
  /** Each row carries its tornado. */
  withSensitivity?: boolean
}

/** As the request has it, with what a command may add. The electricity figures may stand at either place. */
export type WhatIfQuestion = EstimateQuestion & CardWanted & Partial<Pick<WhatIf, 'usdPerKwh' | 'wattsWork' | 'wattsWait' | 'more'>>

export interface SensitivityQuestion extends EstimateQuestion {
  programmeId: string
  /** As in the row of the comparison; any one of its cards is enough. Of a what-if: not looked at. */
  gpuIds: string[]
  /** The row of its first card. */
  whatIf: WhatIfQuestion | null
}

export interface Comparison {
  /** For what was detected last; empty before the first look is over. */
  estimates(question?: EstimateQuestion): Estimate[]
  whatIf(question: WhatIfQuestion): WhatIfAnswer
  /** Which input moves a row most. Throws NotPossible for a row that there is not. */
  sensitivity(question: SensitivityQuestion): Sensitivity
  /** Something that estimates are made of has changed. Throws nothing. */
  again(): void
  /** Makes it again from time to time from now on, until it is stopped. */
  begin(): void
  stop(): void
}

export function setUpComparison(parts: {
  gpuTable: GpuTable
  markets: Markets
  tariffs: Tariffs
  settings: SettingsStore
  clock: Clock
  log: Log
  detection(): Detection | null
  figures(): Record<string, BenchmarkResult>
  octaneScores(): Record<string, OctaneScore>
  prepared(): Prepared
  /** The quarters of an hour that the run policy's schedule lets cards run in; null or left out: all. */
  hours?(): ((at: number) => boolean) | null
  onState(state: State['comparison']): void
}): Comparison {
  const { gpuTable, markets, tariffs, settings, clock, log } = parts
  let cancelNext = (): void => {}
  let isStopped = false

  const commonTo = ({ overrides, factors, currency, at, only, withSensitivity }: EstimateQuestion) => ({
    gpuTable,
    networks,
    markets,
    tariffs,
    hours: parts.hours?.() ?? null,
    settings: settings.values(),
    prepared: parts.prepared(),
    overrides: overrides ?? {},
    factors: factors ?? {},
    at: at ?? clock.now(),
    ...(currency === undefined ? {} : { currency }),
    ...(only ? { only } : {}),
    ...(withSensitivity === undefined ? {} : { withSensitivity }),
  })

  function estimates(question: EstimateQuestion = {}): Estimate[] {
    const detection = parts.detection()
    return detection ? compare({ ...commonTo(question), detection, results: parts.figures(), octaneScores: parts.octaneScores() }) : []
  }

  function optionsOf(question: WhatIfQuestion): WhatIfOptions {
    const { gpuModel, gpuCount, more, usdPerKwh, wattsWork, wattsWait } = question
    const overrides = { ...(usdPerKwh === undefined ? {} : { usdPerKwh }), ...(wattsWork === undefined ? {} : { wattsWork }), ...(wattsWait === undefined ? {} : { wattsWait }), ...question.overrides }
    return { ...commonTo({ ...question, overrides }), gpuModel, gpuCount, ...(more ? { more } : {}) }
  }

  function sensitivity(question: SensitivityQuestion): Sensitivity {
    const { programmeId, gpuIds } = question
    if (question.whatIf !== null) {
      const options = optionsOf(question.whatIf)
      const rig = readRig(options)
      const row = 'rows' in rig ? rig.rows.find(({ programme }) => programme.id === programmeId) : undefined
      if (!row) throw new NotPossible('There is no such row in this question: the card or the programme is not known.')
      return sensitivityOf(row, { ...options, results: {} })
    }
    const detection = parts.detection()
    if (!detection) throw new NotPossible('The cards of this machine have not been looked for yet.')
    const options = { ...commonTo(question), detection, results: parts.figures(), octaneScores: parts.octaneScores() }
    const row = rowsOf(options).find(({ programme, gpus }) => programme.id === programmeId && gpus.some(({ id }) => gpuIds.includes(id)))
    if (!row) throw new NotPossible('There is no such row in the comparison any more: the card or the programme is not known.')
    return sensitivityOf(row, options)
  }

  /** A fault in one network's arithmetic must not take the GPU page with it: the last comparison stays, its age shows, the log says why. */
  function again(): void {
    if (isStopped || !parts.detection()) return
    try {
      parts.onState({ phase: 'ready', estimates: estimates(), madeAt: clock.now() })
    } catch (error) {
      log.error('the comparison could not be made', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }

  function begin(): void {
    cancelNext = clock.after(againMs, () => {
      again()
      begin()
    })
  }

  return {
    estimates,
    whatIf: (question) => whatIf(optionsOf(question)),
    sensitivity,
    again,
    begin() {
      if (!isStopped) begin()
    },
    stop() {
      isStopped = true
      cancelNext()
    },
  }
}
