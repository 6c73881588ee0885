/** Facts for the readers of software: nothing known, but for what a test changes. */
import type { SoftwareDefinition, SoftwareFacts } from '../../../main/networks/network.ts'

export const now = Date.parse('2026-11-23T12:00:00Z')
export const minute = 60_000

export function factsOf(change: Partial<SoftwareFacts> = {}): SoftwareFacts {
  return { at: now, signs: [], lastLineAt: null, isProcessThere: null, containers: null, services: {}, endpoints: {}, registry: null, cards: [], answers: {}, startedAt: null, ...change }
}

/** Lines of a log as the supervisor would hand them over: `[minutes ago, line]`. */
export function signsOf(definition: SoftwareDefinition, lines: [number, string][]): Pick<SoftwareFacts, 'signs' | 'lastLineAt'> {
  const signs = lines.flatMap(([ago, line]) => {
    const sign = definition.readLine(line)
    return sign === null ? [] : [{ ...sign, at: now - ago * minute }]
  })
  const last = lines.at(-1)
  return { signs, lastLineAt: last === undefined ? null : now - last[0] * minute }
}
