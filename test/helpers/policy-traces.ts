/** Traces for tests: one quiet day with one card and one programme that is paid for being there; every part can be another. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { traceOf, type Trace } from '../../main/policy/trace.ts'
import type { TraceFileInput } from '../../main/policy/trace-format.ts'

export const recordedNames = ['gamers-evening', 'office-pc', 'rig', 'laptop', 'server-with-duty'] as const

export function recordedText(name: (typeof recordedNames)[number]): string {
  return readFileSync(fileURLToPath(new URL(`../../resources/traces/${name}.json`, import.meta.url)), 'utf8')
}

export function traceProgramme(over: Partial<TraceFileInput['programmes'][number]> = {}): TraceFileInput['programmes'][number] {
  return { id: 'example/worker', title: 'Example worker', cards: ['gpu-0'], grossUsdPerHour: 0.3, kwhPerHour: 0.4, startSeconds: 30, stopSeconds: 1, stopPriceUsd: 0, jobs: 'always', ...over }
}

export function traceFile(over: Partial<TraceFileInput> = {}): TraceFileInput {
  return {
    format: 'idlewatt-trace',
    version: 1,
    title: 'A test',
    source: 'Made for a test.',
    zone: 'Europe/Berlin',
    from: '2026-03-10T12:00+01:00',
    to: '2026-03-10T18:00+01:00',
    machine: { cards: [{ id: 'gpu-0', name: 'GeForce RTX 4090', memoryBytes: 24e9, drivesDisplay: true }] },
    prices: 0.3,
    programmes: [traceProgramme()],
    changes: [],
    ...over,
  }
}

export function trace(over: Partial<TraceFileInput> = {}): Trace {
  return traceOf(traceFile(over))
}
