/** Runs of this machine and imported ones: asked for, put in order, named. */
import { useCallback, useEffect, useState } from 'react'
import type { BenchmarkResult, ImportedRun, Meaning, RunRef } from '../../../shared/benchmark.ts'
import { modeWords } from '../../format/benchmark-words.ts'
import { formatMoment } from '../../format/time.ts'
import { useAsk } from '../../state/window-context.ts'

const runsShown = 50

export function refOf(result: Pick<BenchmarkResult, 'gpuId' | 'startedAt'>, importId: string | null = null): RunRef {
  return { importId, gpuId: result.gpuId, startedAt: result.startedAt }
}

export function refKey(ref: RunRef): string {
  return JSON.stringify([ref.importId, ref.gpuId, ref.startedAt])
}

/** "Full, 23 Nov 2026, 10:15" */
export function runName(result: Pick<BenchmarkResult, 'mode' | 'startedAt'>): string {
  return `${modeWords[result.mode]}, ${formatMoment(result.startedAt)}`
}

/** Newest first, each once; `latest` is there even before the answer is. Pure. */
export function withLatest(past: readonly BenchmarkResult[], latest: BenchmarkResult | null): BenchmarkResult[] {
  const all = latest && !past.some((run) => run.startedAt === latest.startedAt) ? [latest, ...past] : [...past]
  return all.sort((a, b) => b.startedAt - a.startedAt)
}

/** A card's runs, asked for anew when there is a newer one. */
export function usePast(gpuId: string, latest: BenchmarkResult | null): { runs: BenchmarkResult[]; failure: string | null } {
  const ask = useAsk()
  const [past, setPast] = useState<{ gpuId: string; runs: BenchmarkResult[]; failure: string | null }>({ gpuId, runs: [], failure: null })
  const newest = latest?.startedAt ?? null
  useEffect(() => {
    let current = true
    void ask('benchmark.past', { gpuId, limit: runsShown }).then((reply) => {
      if (current) setPast({ gpuId, runs: reply.ok ? (reply.value ?? []) : [], failure: reply.ok ? null : reply.failure.message })
    })
    return () => {
      current = false
    }
  }, [ask, gpuId, newest])
  return { runs: withLatest(past.gpuId === gpuId ? past.runs : [], latest), failure: past.failure }
}

/** Null until it is answered; asked anew when the run has gone on since. */
export function useMeaning(ref: RunRef, endedAt: number): { meaning: Meaning | null; failure: string | null } {
  const ask = useAsk()
  const key = `${refKey(ref)} ${endedAt}`
  const [answer, setAnswer] = useState<{ key: string; meaning: Meaning | null; failure: string | null }>({ key: '', meaning: null, failure: null })
  useEffect(() => {
    let current = true
    const [importId, gpuId, startedAt] = JSON.parse(key.slice(0, key.lastIndexOf(' '))) as [string | null, string, number]
    void ask('benchmark.meaning', { importId, gpuId, startedAt }).then((reply) => {
      if (current) setAnswer({ key, meaning: reply.ok ? reply.value : null, failure: reply.ok ? null : reply.failure.message })
    })
    return () => {
      current = false
    }
  }, [ask, key])
  return answer.key === key ? answer : { meaning: null, failure: null }
}

/** The imported runs; `renew` after one was added or forgotten. */
export function useImports(): { imports: ImportedRun[] | null; failure: string | null; renew: () => void } {
  const ask = useAsk()
  const [turn, setTurn] = useState(0)
  const [answer, setAnswer] = useState<{ imports: ImportedRun[] | null; failure: string | null }>({ imports: null, failure: null })
  useEffect(() => {
    let current = true
    void ask('benchmark.imports', null).then((reply) => {
      if (current) setAnswer(reply.ok ? { imports: reply.value ?? [], failure: null } : { imports: null, failure: reply.failure.message })
    })
    return () => {
      current = false
    }
  }, [ask, turn])
  const renew = useCallback(() => setTurn((before) => before + 1), [])
  return { ...answer, renew }
}
