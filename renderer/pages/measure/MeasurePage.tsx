/** Measure: choose cards, watch it run, compare with what the model should do and with one's own past. */
import { useState } from 'react'
import type { Gpu } from '../../../shared/machine.ts'
import { LookStatus, NoGpu, detectionOf } from '../../components/Looking.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Page, Section } from '../../components/Page.tsx'
import { drawnGpus, gpuTitle } from '../../state/gpu-slots.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { CrashNotices } from './CrashNotices.tsx'
import { Running } from './Running.tsx'
import { ResultCard } from './ResultCard.tsx'
import { StartForm } from './StartForm.tsx'

export function MeasurePage() {
  useTelemetry()
  const ask = useAsk()
  const gpus = usePart('gpus')
  const benchmark = usePart('benchmark')
  const [failure, setFailure] = useState<string | null>(null)
  const detection = detectionOf(gpus)
  const all: Gpu[] = detection ? [...drawnGpus(detection.gpus).cards, ...drawnGpus(detection.gpus).others.filter((gpu) => gpu.kind === 'cpu-device')] : []
  const isIdle = benchmark.now.phase === 'idle'

  async function start(gpuIds: string[], evenAfterCrash: boolean): Promise<void> {
    const reply = await ask('benchmark.start', { gpuIds, mode: 'quick', evenAfterCrash })
    setFailure(reply.ok ? null : reply.failure.message)
  }

  const measured = all.filter((gpu) => benchmark.latest[gpu.id])
  const { lastFailure } = benchmark
  return (
    <Page title="Measure" lead="Single-precision compute and memory bandwidth, at most 15 seconds a card. The bands of the comparison narrow with it.">
      <LookStatus gpus={gpus} />
      {benchmark.blocked ? <Notice level="info" title={benchmark.blocked} /> : null}
      {failure ? <Notice level="error" title={failure} urgent /> : null}
      {lastFailure && isIdle ? <Notice level="error" title={`${nameOf(lastFailure.gpuId)}: ${lastFailure.sentence}`} /> : null}
      {isIdle && benchmark.blocked === null ? <CrashNotices crashes={benchmark.crashes} nameOf={nameOf} onRunAnyway={(gpuId) => void start([gpuId], true)} /> : null}
      {isIdle ? null : <Running now={benchmark.now} nameOf={nameOf} />}
      {detection && all.length === 0 ? <NoGpu detection={detection}><p>There is nothing to measure without a device that computes.</p></NoGpu> : null}
      {isIdle && benchmark.blocked === null && all.length > 0 ? <StartForm gpus={all} onStart={(gpuIds) => void start(gpuIds, false)} /> : null}
      {measured.length > 0 ? (
        <Section title="Results" className="plain">
          <div className="stack">
            {measured.map((gpu) => {
              const result = benchmark.latest[gpu.id]
              return result ? <ResultCard key={gpu.id} title={gpuTitle(gpu, all)} result={result} open={measured.length <= 2} /> : null
            })}
          </div>
        </Section>
      ) : all.length > 0 && isIdle ? (
        <p className="muted">{benchmark.blocked === null ? 'Nothing has been measured yet.' : 'There are no results to show.'}</p>
      ) : null}
    </Page>
  )

  function nameOf(gpuId: string): string {
    const gpu = all.find((one) => one.id === gpuId)
    return gpu ? gpuTitle(gpu, all) : 'A card that is no longer there'
  }
}
