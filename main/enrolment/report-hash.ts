/** What a report is made of, word by word, and its hash: consent is to these words. Without times, measured values and the user's own answers. Pure. */
import { createHash } from 'node:crypto'
import type { Platform } from '../../shared/machine.ts'
import type { StepDefinition } from '../networks/network.ts'
import type { ProgrammeEntry } from './index.ts'
import { commandOf } from './step-words.ts'

/** By what it is, as the end of "what has changed: …"; each a hash of its words. */
export type ReportParts = Record<string, string>

interface Capital {
  asset: string
  lockDays: number | null
  slashable: boolean | null
}

export function reportParts(entry: ProgrammeEntry, platform: Platform, capital: readonly Capital[]): ReportParts {
  const parts: ReportParts = {
    'what the programme is': digest([entry.programmeId, entry.title, entry.networkTitle, entry.definition.summary]),
    'what you take upon yourself': digest(entry.duties),
    // The amount follows the market and is no word of ours.
    'what is locked or staked': digest(capital.map(({ asset, lockDays, slashable }) => ({ asset, lockDays, slashable }))),
    'the steps and their order': digest(entry.definition.steps.map((step) => step.id)),
  }
  for (const step of entry.definition.steps) {
    const title = titleIn(entry, step)
    parts[runPart(title)] = digest(actionOf(step, entry, platform))
    parts[effectsPart(title)] = digest(step.effects)
    parts[`the warnings of ${title}`] = digest(step.traps)
    parts[`how ${title} is undone`] = digest([step.undo, step.undoWords, step.remains])
    parts[`what ${title} asks for`] = digest(step.fields)
    parts[`the description of ${title}`] = digest([step.what, step.publisher, step.noticedBy, step.source])
  }
  return parts
}

/** Steps of several systems may have one title. */
function titleIn(entry: ProgrammeEntry, step: StepDefinition): string {
  const isTwice = entry.definition.steps.some((other) => other !== step && other.title === step.title)
  return isTwice ? `“${step.title}” (${step.id})` : `“${step.title}”`
}

function runPart(title: string): string {
  return `what is run or fetched in ${title}`
}

function effectsPart(title: string): string {
  return `what ${title} changes on this machine`
}

/** What every start of the software does, not the first alone: none of it may differ from what was agreed to. */
export function startParts(entry: ProgrammeEntry): string[] {
  return entry.definition.steps.filter((step) => step.do.kind === 'start').flatMap((step) => [runPart(titleIn(entry, step)), effectsPart(titleIn(entry, step))])
}

/** 80 bits: 64 digits in a row look like a private key, which every door refuses. */
export function reportHash(parts: ReportParts): string {
  return digest(parts).slice(0, 20)
}

/** What differs, as words; empty: nothing. */
export function changedParts(before: ReportParts, now: ReportParts): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => before[name] !== now[name])
}

function actionOf(step: StepDefinition, entry: ProgrammeEntry, platform: Platform): unknown {
  return step.do.kind === 'start' ? [step.do, commandOf(step.do, entry.software, platform), entry.software?.ownContainer ?? null] : [step.do, commandOf(step.do, entry.software, platform)]
}

/** Names in order, so that the same words always give the same hash. */
function digest(value: unknown): string {
  const ordered = JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))) : part,
  )
  return createHash('sha256').update(ordered ?? 'nothing').digest('hex')
}
