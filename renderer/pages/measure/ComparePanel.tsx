/** Two runs side by side: own or imported, which is better in what, and under which different conditions. */
import { useEffect, useId, useState } from 'react'
import type { BenchmarkMode, BenchmarkResult, RunComparison, RunRef } from '../../../shared/benchmark.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { Notice } from '../../components/Notice.tsx'
import { Section } from '../../components/Page.tsx'
import { gpuTitle } from '../../state/gpu-slots.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { ComparedRuns } from './ComparedRuns.tsx'
import { refKey, refOf, runName, useImports, withLatest } from './runs.ts'

interface Choice {
  key: string
  ref: RunRef
  mode: BenchmarkMode
  group: string
  name: string
}

/** `first`: the key of the run that the page was opened with; null: the newest. */
export function ComparePanel({ gpus, first }: { gpus: Gpu[]; first: string | null }) {
  const ask = useAsk()
  const { choices, isReady, failure: listFailure } = useChoices(gpus)
  const [picked, setPicked] = useState<{ a: string | null; b: string | null }>({ a: null, b: null })
  const [answer, setAnswer] = useState<{ key: string; comparison: RunComparison | null; failure: string | null } | null>(null)
  const find = (key: string | null) => choices.find((choice) => choice.key === key)
  const b = find(picked.b) ?? find(first) ?? choices[0]
  // The one before it of the same card and kind says most; else any other one of the card, then any at all.
  const others = choices.filter((choice) => choice.key !== b?.key)
  const own = others.filter((choice) => choice.group === b?.group)
  const alike = own.filter((choice) => choice.mode === b?.mode)
  const a = find(picked.a) ?? alike.find((choice) => b !== undefined && choice.ref.startedAt < b.ref.startedAt) ?? alike[0] ?? own[0] ?? others[0]
  const pair = a && b && a.key !== b.key ? JSON.stringify([a.ref, b.ref]) : null

  useEffect(() => {
    if (pair === null) return
    let current = true
    const [refA, refB] = JSON.parse(pair) as [RunRef, RunRef]
    void ask('benchmark.compare', { a: refA, b: refB }).then((reply) => {
      if (current) setAnswer({ key: pair, comparison: reply.ok ? reply.value : null, failure: reply.ok ? null : reply.failure.message })
    })
    return () => {
      current = false
    }
  }, [ask, pair])

  if (!isReady) return <p role="status">Reading the runs there are …</p>
  if (choices.length < 2) {
    return (
      <>
        {listFailure ? <Notice level="warning" title={listFailure} /> : null}
        <p className="muted">It takes two runs to compare. Measure once more, or import a run of another machine.</p>
      </>
    )
  }
  const shown = answer?.key === pair ? answer : null
  return (
    <Section title="Two runs side by side">
      {listFailure ? <Notice level="warning" title={listFailure} /> : null}
      <div className="compare-pick">
        <RunSelect label="This run" choices={choices} value={a?.key ?? ''} onChange={(key) => setPicked({ a: key, b: b?.key ?? null })} />
        <RunSelect label="beside this one" choices={choices} value={b?.key ?? ''} onChange={(key) => setPicked({ a: a?.key ?? null, b: key })} />
        <button type="button" className="button" onClick={() => setPicked({ a: b?.key ?? null, b: a?.key ?? null })}>
          Swap them
        </button>
      </div>
      {pair === null ? <p className="field-problem">These are the same run: choose another one.</p> : null}
      {shown?.failure ? <Notice level="error" title={shown.failure} urgent /> : null}
      {pair !== null && shown === null ? <p role="status" className="muted">Comparing …</p> : null}
      {shown?.comparison ? <ComparedRuns comparison={shown.comparison} nameA={a?.name ?? ''} nameB={b?.name ?? ''} /> : null}
    </Section>
  )
}

function RunSelect({ label, choices, value, onChange }: { label: string; choices: Choice[]; value: string; onChange: (key: string) => void }) {
  const id = useId()
  const groups = [...Map.groupBy(choices, (choice) => choice.group)]
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        {groups.map(([group, own]) => (
          <optgroup key={group} label={group}>
            {own.map((choice) => (
              <option key={choice.key} value={choice.key}>{choice.name}</option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  )
}

/** Runs with figures, card by card, imported ones last; memory tests have nothing to be set side by side. */
function useChoices(gpus: Gpu[]): { choices: Choice[]; isReady: boolean; failure: string | null } {
  const ask = useAsk()
  const { latest } = usePart('benchmark')
  const { imports, failure } = useImports()
  const [past, setPast] = useState<{ of: string; runs: Record<string, BenchmarkResult[]> } | null>(null)
  const of = JSON.stringify(gpus.map((gpu) => [gpu.id, latest[gpu.id]?.startedAt ?? null]))
  useEffect(() => {
    let current = true
    const ids = (JSON.parse(of) as [string, number | null][]).map(([gpuId]) => gpuId)
    void Promise.all(ids.map(async (gpuId) => [gpuId, await ask('benchmark.past', { gpuId, limit: 50 })] as const)).then((replies) => {
      if (current) setPast({ of, runs: Object.fromEntries(replies.map(([gpuId, reply]) => [gpuId, reply.ok ? (reply.value ?? []) : []])) })
    })
    return () => {
      current = false
    }
  }, [ask, of])

  const own = gpus.flatMap((gpu) => withLatest(past?.runs[gpu.id] ?? [], latest[gpu.id] ?? null).map((result) => ({ result, importId: null, group: gpuTitle(gpu, gpus) })))
  const foreign = (imports ?? []).map((run) => ({ result: run.result, importId: run.id, group: `${run.result.gpuName}, imported` }))
  const choices = [...own, ...foreign]
    .filter(({ result }) => result.mode !== 'memory')
    .map(({ result, importId, group }) => {
      const ref = refOf(result, importId)
      return { key: refKey(ref), ref, mode: result.mode, group, name: `${group}: ${runName(result)}` }
    })
  return { choices, isReady: past !== null && (imports !== null || failure !== null), failure }
}
