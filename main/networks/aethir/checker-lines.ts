/** What the checker's log says: its version, its licences, and that it was shut out. */
import { z } from 'zod'
import type { SoftwareSign } from '../network.ts'

/** Licences may come as numbers or as lists of ids. */
const count = z.union([z.number().int().min(0).max(1e6), z.array(z.unknown()).transform((list) => list.length)]).nullish().catch(null)
const licences = z.object({ data: z.object({ delegatedLicense: count, pendingLicenses: count, checking: count, banned: count, ready: count, offline: count }) })

/** `tail -f ~/aethir/log/server.log` */
export function readLine(line: string): SoftwareSign | null {
  if (/below the minimum required version/i.test(line)) {
    return { event: 'too-old', activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: 'The client is too old and was shut out. Update it: aethir update, or install the newest one.' }
  }
  if (/\bblack-?list(ed)?\b/i.test(line)) {
    return { event: 'blacklisted', activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: 'The network has blocked your address for the day: it was asked more than once a minute. Wait until tomorrow, and run one client alone.' }
  }
  const version = /\bInitialize Service Version: *(\d+(?:\.\d+){1,4})/.exec(line)?.[1]
  if (version !== undefined) return { event: 'started', activity: 'starting', sentence: `The checker ${version} is starting.` }
  return line.includes('"delegatedLicense"') || line.includes('capacityLimit') ? readLicences(line) : null
}

/** `Success to send: {"code":…,"data":{"delegatedLicense":2,"pendingLicenses":0,"checking":2,"banned":0,"ready":0,"capacityLimit":…}}` */
function readLicences(line: string): SoftwareSign | null {
  const json = /Success to send:\s*(\{.{2,20000}\})\s*$/.exec(line)?.[1]
  if (json === undefined) return null
  let raw: unknown
  try {
    raw = JSON.parse(json)
  } catch {
    return null
  }
  const read = licences.safeParse(raw)
  if (!read.success) return null
  const { delegatedLicense, pendingLicenses, checking, banned, ready, offline } = read.data.data
  const figures: Record<string, number> = {}
  for (const [name, value] of Object.entries({ delegated: delegatedLicense, pending: pendingLicenses, checking, banned, ready, offline })) if (typeof value === 'number') figures[name] = value
  return Object.keys(figures).length === 0 ? null : { event: 'licences', sentence: `Licences: ${Object.entries(figures).map(([name, value]) => `${value} ${name}`).join(', ')}.`, figures }
}
