/** Keeps the latest signs of a run and tells of its jobs. */
import type { HistoryEventId } from '../../shared/history.ts'
import type { SoftwareFacts, SoftwareSign } from '../networks/network.ts'

export const mostSigns = 500

export interface Signs {
  /** Oldest first. */
  all(): SoftwareFacts['signs']
  lastLineAt(): number | null
  /** A line came that says nothing. */
  seen(at: number): void
  add(sign: SoftwareSign, at: number): void
  /** The clock moved by itself. */
  shift(ms: number): void
  clear(): void
}

export function createSigns(): Signs {
  let signs: SoftwareFacts['signs'] = []
  let lastLineAt: number | null = null
  return {
    all: () => signs.slice(-mostSigns),
    lastLineAt: () => lastLineAt,
    seen: (at) => void (lastLineAt = at),
    add(sign, at) {
      lastLineAt = at
      signs.push({ ...sign, at })
      // Cut seldom: a flood of signs must not copy five hundred of them for each.
      if (signs.length >= 2 * mostSigns) signs = signs.slice(-mostSigns)
    },
    shift(ms) {
      signs = signs.map((sign) => ({ ...sign, at: sign.at + ms }))
      lastLineAt = lastLineAt === null ? null : lastLineAt + ms
    },
    clear() {
      signs = []
      lastLineAt = null
    },
  }
}

const jobEvents: Record<NonNullable<SoftwareSign['job']>['what'], HistoryEventId> = { started: 'job-started', finished: 'job-finished', failed: 'job-failed', cancelled: 'job-cancelled' }

export function jobEventOf(sign: SoftwareSign): HistoryEventId | null {
  return sign.job ? jobEvents[sign.job.what] : null
}
