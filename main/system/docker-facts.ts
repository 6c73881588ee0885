/** What an engine tells of containers and of what happens to them, in our own words. Pure. */
import type { ContainerFacts } from '../../shared/provider.ts'
import type { EngineEvent } from './docker-engine.ts'

export interface ListedContainer {
  Id: string
  Names?: string[]
  Image?: string
  State?: string
  Status?: string
  Labels?: Record<string, string> | null
}

export interface InspectedContainer {
  Id: string
  Name?: string
  Config?: { Image?: string; Labels?: Record<string, string> | null; Tty?: boolean }
  State?: { Status?: string; StartedAt?: string; ExitCode?: number; Health?: { Status?: string } | null }
  RestartCount?: number
}

/** A list does not tell when a container started and how often it was restarted: those stay null. */
export function factsOfListed(one: ListedContainer): ContainerFacts {
  const status = one.Status ?? ''
  const exit = /^(?:Exited|Restarting) \((-?\d+)\)/.exec(status)?.[1]
  return {
    id: one.Id,
    name: bareName(one.Names?.[0] ?? ''),
    image: one.Image ?? '',
    state: one.State ?? 'unknown',
    labels: one.Labels ?? {},
    startedAt: null,
    exitCode: exit === undefined ? null : Number(exit),
    restartCount: null,
    health: healthOf(/\((?:health: )?(starting|healthy|unhealthy)\)/.exec(status)?.[1]),
  }
}

export function factsOfInspected(one: InspectedContainer): ContainerFacts {
  const state = one.State?.Status ?? 'unknown'
  const hasEnded = state === 'exited' || state === 'dead' || state === 'restarting'
  return {
    id: one.Id,
    name: bareName(one.Name ?? ''),
    image: one.Config?.Image ?? '',
    state,
    labels: one.Config?.Labels ?? {},
    startedAt: momentOf(one.State?.StartedAt),
    exitCode: hasEnded ? (one.State?.ExitCode ?? null) : null,
    restartCount: one.RestartCount ?? null,
    health: healthOf(one.State?.Health?.Status),
  }
}

/** null: nothing of interest, or no event of a container. */
export function eventOf(raw: unknown): Extract<EngineEvent, { kind: 'container' }> | null {
  const event = raw as { Type?: string; Action?: string; id?: string; time?: number; timeNano?: number; Actor?: { ID?: string; Attributes?: Record<string, string> } } | null
  if (event?.Type !== 'container' || typeof event.Action !== 'string') return null
  const id = event.Actor?.ID ?? event.id
  if (typeof id !== 'string' || id === '') return null
  const exit = event.Actor?.Attributes?.['exitCode']
  return {
    kind: 'container',
    id,
    what: event.Action,
    image: event.Actor?.Attributes?.['image'] ?? '',
    at: Math.round(event.timeNano === undefined ? (event.time ?? 0) * 1000 : event.timeNano / 1e6),
    exitCode: exit === undefined || !/^-?\d+$/.test(exit) ? null : Number(exit),
  }
}

function bareName(name: string): string {
  return name.replace(/^\//, '')
}

/** Go's zero time stands for "never". */
function momentOf(text: string | undefined): number | null {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) || at <= 0 ? null : at
}

function healthOf(word: string | undefined): ContainerFacts['health'] {
  return word === 'starting' || word === 'healthy' || word === 'unhealthy' ? word : null
}
