/** Makes the report of what setting up would do: everything, before anything. Looks only. */
import type { EnrolmentReport, EnrolmentState } from '../../shared/enrolment.ts'
import type { CheckRecord } from '../../shared/preflight.ts'
import type { Platform } from '../../shared/machine.ts'
import { leavingOf } from './leave.ts'
import { strangersOf, strangersSentence } from './probe-step.ts'
import { asFault } from './step-fault.ts'
import type { StepTools } from './step-tools.ts'

export interface ReportOptions {
  tools: StepTools
  state: EnrolmentState
  checks: CheckRecord[]
  hash: string
}

const platformNames: Partial<Record<Platform, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }

export async function makeReport({ tools, state, checks, hash }: ReportOptions): Promise<EnrolmentReport> {
  const { entry, options } = tools
  const { steps, summary } = entry.definition
  const capital = options.capital(entry.programmeId)
  const { strangers, why } = await findStrangers(tools)
  return {
    programmeId: entry.programmeId,
    title: entry.title,
    networkTitle: entry.networkTitle,
    madeAt: options.clock.now(),
    hash,
    summary,
    checks,
    steps: state.steps,
    traps: steps.flatMap((step) => step.traps),
    capital,
    duties: entry.duties,
    leaving: leavingOf(steps, capital, { now: options.clock.now(), values: tools.shownValues() }),
    strangers,
    blocked: platformRefusal(tools) ?? (strangers.length > 0 ? strangersSentence(strangers) : why) ?? state.blocked,
  }
}

/** Why its software cannot run here at all; null: it can. */
export function platformRefusal({ entry, options }: StepTools): string | null {
  const platforms = entry.software?.platforms
  if (platforms === undefined || platforms.includes(options.source.platform)) return null
  return `Its software runs on ${platforms.map(nameOf).join(' and ')} only; this machine has ${nameOf(options.source.platform)}.`
}

function nameOf(platform: Platform): string {
  return platformNames[platform] ?? (platform === 'unknown' ? 'a system that is not known' : platform)
}

/** Only where a step says that they may be hurt. `why`: they could not be looked for. */
async function findStrangers(tools: StepTools): Promise<{ strangers: EnrolmentReport['strangers']; why: string | null }> {
  const probes = tools.entry.definition.steps.filter((step) => tools.isLeftOut(step) === null).flatMap((step) => [step.check, step.verify])
  const prefix = probes.find((probe) => probe.kind === 'no-strangers')
  if (prefix?.kind !== 'no-strangers') return { strangers: [], why: null }
  if (tools.options.docker === null) return { strangers: [], why: 'There is no Docker here that could be asked for other containers.' }
  try {
    const found = await strangersOf(tools.options.docker, prefix.imagePrefix)
    return { strangers: found.map(({ id, name, image, state }) => ({ id, name, image, state })), why: null }
  } catch (error) {
    return { strangers: [], why: `Whether containers of others are in danger cannot be told: ${asFault(error).message}` }
  }
}
