/** Answers `policy.simulate`: a trace as text, or a part of it. */
import type { Simulation } from '../../shared/policy-state.ts'
import { NotPossible } from '../system/not-possible.ts'
import { wallText } from '../system/wall-clock.ts'
import { simulate } from './simulate.ts'
import { readTrace } from './trace.ts'

/** Rejects with NotPossible for a trace that is none, and for a part that lies outside of it. */
export async function simulateQuestion({ trace: text, from, to }: { trace: string; from?: number | undefined; to?: number | undefined }): Promise<Simulation> {
  const trace = readTrace(text)
  const span = `it lasts from ${wallText(trace.from, trace.zone)} to ${wallText(trace.to, trace.zone)} (${trace.zone})`
  if (from !== undefined && (from < trace.from || from >= trace.to)) throw new NotPossible(`The beginning lies outside of the trace: ${span}.`)
  if (to !== undefined && (to > trace.to || to <= trace.from)) throw new NotPossible(`The end lies outside of the trace: ${span}.`)
  if (from !== undefined && to !== undefined && to <= from) throw new NotPossible('The end is not after the beginning.')
  return simulate(trace, { from, to })
}
