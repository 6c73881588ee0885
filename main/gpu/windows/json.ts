/** What PowerShell's ConvertTo-Json printed: a list of one is printed as its only member, an empty one as nothing. Pure. */

export type Fields = Record<string, unknown>

/** Text before the document (a profile's or a policy's words) is skipped. null: there is no document. */
export function jsonIn(text: string): unknown {
  const start = text.search(/[[{]/)
  if (start === -1) return null
  try {
    return JSON.parse(text.slice(start)) as unknown
  } catch {
    return null
  }
}

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
