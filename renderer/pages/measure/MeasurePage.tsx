/** Measure: choose cards and mode, watch it run, compare with the model, with one's own past and with other machines. */
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import type { CrashMarker } from '../../../shared/benchmark.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { LookStatus, NoGpu, detectionOf } from '../../components/Looking.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Page, Section } from '../../components/Page.tsx'
import { drawnGpus, gpuTitle } from '../../state/gpu-slots.ts'
import { replaceRoute, useRoute } from '../../state/route.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { ComparePanel } from './ComparePanel.tsx'
import { CrashNotices } from './CrashNotices.tsx'
import { ImportPanel } from './ImportPanel.tsx'
import { ResultCard } from './ResultCard.tsx'
import { compareDetail, ReportButton } from './RunActions.tsx'
import { Running } from './Running.tsx'
import { StartForm } from './StartForm.tsx'
import { refOf } from './runs.ts'
import { firstChoice, modeOfStep, type StartInput } from './start-form.ts'

const importDetail = 'imported'
/** What one report takes. */
const mostReported = 16

export function MeasurePage() {
  useTelemetry()
  const route = useRoute()
  const gpus = usePart('gpus')
  const detection = detectionOf(gpus)
  const drawn = drawnGpus(detection?.gpus ?? [])
  const all: Gpu[] = [...drawn.cards, ...drawn.others.filter((gpu) => gpu.kind === 'cpu-device')]
  const [tab, first] = splitDetail(route.detail)
  return (
    <Page title="Measure" lead="What each card really does, beside what its model should do, its own past and other machines. What is measured here makes the estimates of what it would earn narrower.">
      <LookStatus gpus={gpus} />
      <Tabs.Root value={tab} onValueChange={(next) => replaceRoute('measure', next === 'own' ? null : next)}>
        <Tabs.List className="tabs" aria-label="Runs">
          <Tabs.Trigger className="tab" value="own">
            This machine
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value={compareDetail}>
            Compare two runs
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value={importDetail}>
            Other machines
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="own" className="tab-content" tabIndex={-1}>
          <OwnRuns gpus={all} />
          {detection && all.length === 0 ? <NoGpu detection={detection}><p>There is nothing to measure without a device that computes.</p></NoGpu> : null}
        </Tabs.Content>
        <Tabs.Content value={compareDetail} className="tab-content" tabIndex={-1}>
          <ComparePanel gpus={all} first={first} />
        </Tabs.Content>
        <Tabs.Content value={importDetail} className="tab-content" tabIndex={-1}>
          <ImportPanel />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  )
}

/** "compare:<run>" opens the comparison with that run. */
function splitDetail(detail: string | null): [string, string | null] {
  if (detail === importDetail) return [importDetail, null]
  if (detail === compareDetail) return [compareDetail, null]
  if (detail?.startsWith(`${compareDetail}:`)) return [compareDetail, detail.slice(compareDetail.length + 1)]
  return ['own', null]
}

function OwnRuns({ gpus: all }: { gpus: Gpu[] }) {
  const ask = useAsk()
  const benchmark = usePart('benchmark')
  const [choice, setChoice] = useState(firstChoice)
  const [failure, setFailure] = useState<string | null>(null)
  const [isStartedHere, setStartedHere] = useState(false)
  const [begun, setBegun] = useState<number | null>(null)
  const { now, blocked, lastFailure } = benchmark
  const isIdle = now.phase === 'idle'
  if (now.phase === 'running' && begun !== now.startedAt) setBegun(now.startedAt)
  const canStart = isIdle && blocked === null

  async function start(input: StartInput): Promise<void> {
    setStartedHere(true)
    const reply = await ask('benchmark.start', input)
    setFailure(reply.ok ? null : reply.failure.message)
  }
  function runAnyway(crash: CrashMarker): void {
    void start({ gpuIds: [crash.gpuId], mode: modeOfStep(crash.workload), evenAfterCrash: true })
  }
  function nameOf(gpuId: string): string {
    const gpu = all.find((one) => one.id === gpuId)
    return gpu ? gpuTitle(gpu, all) : 'A card that is no longer there'
  }

  // Figures are saved as they come: a run that is not over yet is no result.
  const unfinished = new Set(now.phase === 'running' ? now.cards.map((card) => card.gpuId) : now.phase === 'cancelling' ? now.gpuIds : [])
  const measured = all.flatMap((gpu) => {
    const result = benchmark.latest[gpu.id]
    return result && !unfinished.has(gpu.id) ? [{ gpu, result }] : []
  })
  const hasKept = Object.values(benchmark.latest).some((result) => begun !== null && result.startedAt >= begun)
  return (
    <>
      <p className="visually-hidden" role="status">
        {isIdle && begun !== null ? `The measurement is over.${hasKept ? ' Its results are below.' : ''}` : ''}
      </p>
      {isIdle && begun !== null && !hasKept && !lastFailure ? <Notice level="info" title="The measurement ended before there was a result to keep." /> : null}
      {blocked ? <Notice level="info" title={blocked} /> : null}
      {failure ? <Notice level="error" title={failure} urgent /> : null}
      {lastFailure && isIdle ? <Notice level="error" title={`${nameOf(lastFailure.gpuId)}: ${lastFailure.sentence}`} /> : null}
      {canStart ? <CrashNotices crashes={benchmark.crashes} nameOf={nameOf} onRunAnyway={runAnyway} /> : null}
      {now.phase === 'idle' ? null : <Running now={now} nameOf={nameOf} takesFocus={isStartedHere} />}
      {canStart && all.length > 0 ? <StartForm gpus={all} choice={choice} onChange={setChoice} onStart={(input) => void start(input)} /> : null}
      {measured.length > 0 ? (
        <Section title="Results" className="plain" aside={measured.length > 1 ? <ReportButton runs={measured.slice(0, mostReported).map(({ result }) => refOf(result))}>Save a report on {measured.length > mostReported ? `the first ${mostReported}` : 'all cards'}</ReportButton> : null}>
          <div className="stack">
            {measured.map(({ gpu, result }) => (
              <ResultCard key={gpu.id} title={gpuTitle(gpu, all)} result={result} open={measured.length <= 2} />
            ))}
          </div>
        </Section>
      ) : all.length > 0 && isIdle ? (
        <p className="muted">{blocked === null ? 'Nothing has been measured yet.' : 'There are no results to show.'}</p>
      ) : null}
    </>
  )
}
