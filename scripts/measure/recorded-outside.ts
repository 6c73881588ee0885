/** Recorded answers of every source, for a loopback server in place of the internet (`IDLEWATT_LOOPBACK`). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

interface Row {
  file?: string
  key?: string
  answer?: unknown
}

/** Bodies by `host/path` or `host/path?query`; an address that ends in `/` stands for all that begin with it. `now`: what prices are dated. */
export function recordedBodies(now: number): Record<string, string> {
  const { _note, ...rows } = JSON.parse(readFileSync(join(root, 'test', 'helpers', 'recorded-outside.json'), 'utf8')) as Record<string, Row | string>
  return Object.fromEntries(
    Object.entries(rows as Record<string, Row>).map(([address, { file, key, answer }]) => {
      const whole = file === undefined ? answer : (JSON.parse(readFileSync(join(root, file), 'utf8')) as unknown)
      const value = key === undefined ? whole : (whole as Record<string, unknown>)[key]
      if (value === undefined) throw new Error(`nothing is recorded for ${address}`)
      // A page is sent as it is.
      const body = typeof value === 'string' ? value : JSON.stringify(value)
      return [address, body.replaceAll('"{{seconds}}"', String(Math.floor(now / 1000))).replaceAll('{{iso}}', new Date(now).toISOString())]
    }),
  )
}

/** What a request for `/host/path?query` is answered with; null: nothing is recorded. */
export function bodyFor(bodies: Record<string, string>, url: string): string | null {
  const asked = url.slice(1)
  const path = asked.split('?')[0] ?? ''
  const beginning = Object.keys(bodies).find((address) => address.endsWith('/') && path.startsWith(address))
  return bodies[asked] ?? bodies[path] ?? (beginning === undefined ? null : (bodies[beginning] ?? null))
}
