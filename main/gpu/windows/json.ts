/** What PowerShell's ConvertTo-Json printed: a list of one is printed as its only member, an empty one as nothing. Pure. */
import { jsonIn } from '../json-in-text.ts'

export type Fields = Record<string, unknown>

export function jsonList(text: string): Fields[] {
  return fieldsIn(jsonIn(text))
}

export function fieldsIn(value: unknown): Fields[] {
  const list = Array.isArray(value) ? value : [value]
  return list.filter((item): item is Fields => typeof item === 'object' && item !== null && !Array.isArray(item))
}

export function textIn(fields: Fields, name: string): string | null {
  const value = fields[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

export function numberIn(fields: Fields, name: string): number | null {
  const value = fields[name]
  const number = typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}
