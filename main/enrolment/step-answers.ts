/** Takes what the user enters into a step: checked before anything is kept; secrets go to the key store alone and are never shown again. */
import { z } from 'zod'
import type { StepField } from '../../shared/enrolment.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import type { StepDefinition } from '../networks/network.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { StepRecord } from './step-record.ts'

export interface SecretStore {
  read(name: string): string | null
  write(name: string, value: string | null): void
}

const storedSchema = z.object({ storedAt: z.number(), value: z.string() })

export function secretName(programmeId: string, field: string): string {
  return `enrolment:${programmeId}:${field}`
}

/** null: not stored. Throws NotPossible where the key store cannot be read. */
export function readSecret(store: SecretStore, programmeId: string, field: string): string | null {
  return stored(store, programmeId, field)?.value ?? null
}

/** ms since epoch; null: not stored. */
export function secretStoredAt(store: SecretStore, programmeId: string, field: string): number | null {
  return stored(store, programmeId, field)?.storedAt ?? null
}

/** The values of every secret field that can be read. Never throws. */
export function storedSecrets(store: SecretStore, programmeId: string, steps: readonly StepDefinition[]): string[] {
  return steps.flatMap((step) => step.fields).flatMap((field) => {
    if (field.kind !== 'secret') return []
    try {
      return readSecret(store, programmeId, field.id) ?? []
    } catch {
      return []
    }
  })
}

function stored(store: SecretStore, programmeId: string, field: string): z.output<typeof storedSchema> | null {
  const text = store.read(secretName(programmeId, field))
  if (text === null) return null
  try {
    return storedSchema.parse(JSON.parse(text))
  } catch {
    // Its own message would quote what it could not read.
    throw new NotPossible('What was stored for a secret of this programme is damaged. Enter it again.')
  }
}

/** All values or none: throws NotPossible before anything is kept. An empty value removes. Refusals never repeat the value. */
export function takeAnswers(definition: StepDefinition, record: StepRecord, values: Record<string, string>, to: { store: SecretStore; programmeId: string; at: number }): void {
  const taken = Object.entries(values).map(([id, given]) => {
    const field = definition.fields.find((each) => each.id === id)
    if (!field) throw new NotPossible(`“${definition.title}” has no field of that name. Its fields are: ${definition.fields.map((each) => each.id).join(', ') || 'none'}.`)
    const value = given.trim()
    if (value !== '') {
      const refused = looksLikeSecret(value) ? secretRefusal : (shapeRefusal(field, value) ?? definition.refuse?.(id, value) ?? null)
      if (refused !== null) throw new NotPossible(refused.includes(value) && field.kind === 'secret' ? `“${field.label}” was not taken: it is not of the right shape.` : refused)
    }
    return { field, value }
  })
  for (const { field, value } of taken) {
    if (field.kind === 'secret') {
      to.store.write(secretName(to.programmeId, field.id), value === '' ? null : JSON.stringify({ storedAt: to.at, value }))
      if (value === '') delete record.storedSince[field.id]
      else record.storedSince[field.id] = to.at
    } else if (value === '') delete record.answers[field.id]
    else record.answers[field.id] = value
  }
}

/** Fields that must have a value and have none. */
export function missingFields(definition: StepDefinition, record: StepRecord, ids = definition.fields.filter((field) => field.isRequired).map((field) => field.id)): StepField[] {
  return definition.fields.filter((field) => ids.includes(field.id) && (field.kind === 'secret' ? record.storedSince[field.id] === undefined : !record.answers[field.id]))
}

function shapeRefusal(field: StepField, value: string): string | null {
  if ([...value].some((letter) => letter < ' ' || letter === '\u007f')) return `“${field.label}” takes one line without control characters.`
  // It becomes a word of a command: the program would take it for an option.
  if (field.kind !== 'secret' && value.startsWith('-')) return `“${field.label}” cannot begin with a dash: a program would take it for an option.`
  if (field.kind === 'choice' && !field.choices.some((choice) => choice.value === value)) return `“${field.label}” takes one of: ${field.choices.map((choice) => choice.value).join(', ')}.`
  if (field.kind === 'path' && !/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(value)) return `“${field.label}” takes a full path, from the root of the disk on.`
  return null
}
