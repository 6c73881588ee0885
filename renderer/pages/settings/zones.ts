/** Names of time zones as this window knows them: to choose from, as they are spelt, and whether two are one. */

/** The list of the standard leaves out what half of all servers are set to. */
export function zoneNames(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])]
}

/** The zone of whoever looks at this window; null: its system does not say. */
export function windowZone(): string | null {
  return resolved(Intl.DateTimeFormat().resolvedOptions().timeZone)
}

/** "europe/berlin" → "Europe/Berlin"; null: there is no such zone. */
export function spelledZone(typed: string): string | null {
  const name = typed.trim()
  const listed = zoneNames().find((one) => one.toLowerCase() === name.toLowerCase())
  return listed ?? (resolved(name) === null ? null : name)
}

/** Whether both are names of one zone, as "Etc/UTC" and "UTC" are. */
export function isSameZone(one: string, other: string): boolean {
  return one === other || (resolved(one) !== null && resolved(one) === resolved(other))
}

function resolved(name: string): string | null {
  try {
    return name === '' ? null : new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}
