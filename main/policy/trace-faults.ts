/** What is wrong with a trace file, each as part of a sentence with its place. Pure. */
import type { z } from 'zod'
import type { PolicySettings } from '../../shared/policy.ts'
import type { TraceChange } from './trace.ts'

/** As deep as a trace goes, and a little more. */
const deepest = 8

/** The schema was asked to tell what it was given. */
export function faultText(issue: z.core.$ZodIssue): string {
  const place = issue.path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '') || 'the document'
  return `${place}: ${wordsOf(issue)}`
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `${issue.keys.map((key) => JSON.stringify(key)).join(', ')} ${issue.keys.length === 1 ? 'is' : 'are'} not known here`
  if (issue.code === 'invalid_value') return `it must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return `it is missing; ${issue.expected} is needed`
    // JSON has no Infinity, but 1e999 is read as one.
    return typeof issue.input === 'number' && !Number.isFinite(issue.input) ? 'it is too large a number' : `it must be of the kind ${issue.expected}`
  }
  // zod's own words begin with a capital and end in no point.
  return /^(Invalid|Too) /.test(issue.message) ? `it is not as it should be (${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)})` : `it must be ${issue.message}`
}

/** "__proto__" as a name is passed over by whoever copies objects: what stands under it would be lost without a word. */
export function namesThatGetLost(value: unknown, place = '', depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > deepest) return []
  const own = Object.hasOwn(value, '__proto__') && !Array.isArray(value) ? [`${place || 'the document'}: "__proto__" is no name that can be used`] : []
  return [...own, ...Object.entries(value).flatMap(([key, part]) => (key === '__proto__' ? [] : namesThatGetLost(part, Array.isArray(value) ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`, depth + 1)))]
}

/** Every object has something by such a name: it would be taken for a setting. */
export function idFaults(ids: readonly string[], what: string): string[] {
  return ids.flatMap((id, index) => (id in {} ? [`${what}[${index}].id: ${JSON.stringify(id)} is no name that can be used`] : []))
}

/** What the rules refuse a user, too. */
export function settingFaults({ quietFrom, quietTo, zone }: { quietFrom?: string | null | undefined; quietTo?: string | null | undefined; zone?: string | null | undefined }, traceZone: string): string[] {
  const faults: string[] = []
  if ((quietFrom ?? null) === null !== ((quietTo ?? null) === null)) faults.push(`settings: quiet hours need a beginning and an end; ${(quietFrom ?? null) === null ? '"quietFrom"' : '"quietTo"'} is missing`)
  if (zone != null && zone !== traceZone) faults.push(`settings.zone: the schedule follows the trace’s own zone, ${traceZone}; name the same or none`)
  return faults
}

/** A wish whose end has passed by the machine's own clock when it is said. */
export function endedWishes(changes: readonly TraceChange[]): string[] {
  let offMs = 0
  return changes.flatMap(({ at, says, clockJumpMs }, index) => {
    offMs += clockJumpMs
    const until = typeof says === 'object' && says !== null ? says.until : undefined
    return until !== undefined && until <= at + offMs ? [`changes[${index}].says.until: it has passed when it is said`] : []
  })
}

/** Settings of cards and programmes that the trace does not have: they change nothing, which is told. */
export function settingRemarks({ cards, programmes, schedule }: PolicySettings, cardIds: ReadonlySet<string>, programmeIds: ReadonlySet<string>): string[] {
  const named = (ids: readonly string[], known: ReadonlySet<string>, what: string): string[] => [...new Set(ids)].filter((id) => !known.has(id)).slice(0, 3).map((id) => `The settings speak of the ${what} "${id}", which is not in this trace.`)
  return [
    ...named([...Object.keys(cards), ...schedule.flatMap(({ gpuId }) => gpuId ?? [])], cardIds, 'card'),
    ...named([...Object.keys(programmes), ...Object.values(cards).flatMap((card) => card.programmes ?? [])], programmeIds, 'programme'),
  ]
}
