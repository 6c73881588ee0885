/** Keeps the comparison of what every network pays up to date, and answers what-ifs. Part of the wiring. */
import type { OctaneScore, BenchmarkResult } from '../shared/benchmark.ts'
import type { Estimate } from '../shared/earnings.ts'
import type { GpuTable } from '../shared/gpu-table.ts'
import type { Detection } from '../shared/machine.ts'
import type { WhatIfAnswer } from '../shared/requests.ts'
import type { State } from '../shared/state.ts'
import { compare, type PowerOverrides } from './earnings/compare.ts'
import type { Markets } from './earnings/markets.ts'
import { whatIf } from './earnings/what-if.ts'
import { networks } from './networks/index.ts'
import type { SettingsStore } from './state/settings.ts'
import type { Clock } from './system/clock.ts'
import type { Log } from './system/log.ts'

/** How often estimates are made again while nothing changes, so that ages and dated rules stay true. */
const againMs = 10 * 60_000

export interface EstimateQuestion {
  overrides?: PowerOverrides
  /** ms since epoch to estimate for; now when left out. */
  at?: number
  only?: { networkId?: string; gpuId?: string }
}

export type WhatIfQuestion = EstimateQuestion & { gpuModel: string; gpuCount: number }

export interface Comparison {
  /** For what was detected last; empty before the first look is over. */
  estimates(question?: EstimateQuestion): Estimate[]
  whatIf(question: WhatIfQuestion): WhatIfAnswer
  /** Something that estimates are made of has changed. Throws nothing. */
  again(): void
  /** Makes it again from time to time from now on, until it is stopped. */
  begin(): void
  stop(): void
}

export function setUpComparison(parts: {
  gpuTable: GpuTable
  markets: Markets
  settings: SettingsStore
  clock: Clock
  log: Log
  detection(): Detection | null
  figures(): Record<string, BenchmarkResult>
  octaneScores(): Record<string, OctaneScore>
  onState(state: State['comparison']): void
}): Comparison {
  const { gpuTable, markets, settings, clock, log } = parts
  let cancelNext = (): void => {}
  let isStopped = false

  const commonTo = ({ overrides, at, only }: EstimateQuestion) => ({
    gpuTable,
    networks,
    markets,
    settings: settings.values(),
    overrides: overrides ?? {},
    at: at ?? clock.now(),
    ...(only ? { only } : {}),
  })

  function estimates(question: EstimateQuestion = {}): Estimate[] {
    const detection = parts.detection()
    return detection ? compare({ ...commonTo(question), detection, results: parts.figures(), octaneScores: parts.octaneScores() }) : []
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
    whatIf: (question) => whatIf({ ...commonTo(question), gpuModel: question.gpuModel, gpuCount: question.gpuCount }),
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
