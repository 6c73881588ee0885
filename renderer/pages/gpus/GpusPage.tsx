/** Every card with live readings, health, who uses it and who saw it; from one card to sixteen. */
import type { Detection } from '../../../shared/machine.ts'
import { LookAgain, LookStatus, NoGpu, detectionOf } from '../../components/Looking.tsx'
import { Notice, ProblemNotice } from '../../components/Notice.tsx'
import { Page, Section } from '../../components/Page.tsx'
import { Moment } from '../../components/Moment.tsx'
import { count } from '../../format/numbers.ts'
import { drawnGpus } from '../../state/gpu-slots.ts'
import { replaceRoute, useRoute } from '../../state/route.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { usePart } from '../../state/window-context.ts'
import { GpuPanel } from './GpuPanel.tsx'
import { GpuTable } from './GpuTable.tsx'

/** Up to this many cards are drawn in full, one below the other; more become a table whose rows open. */
const fullPanels = 2

export function GpusPage() {
  useTelemetry()
  const gpus = usePart('gpus')
  const detection = detectionOf(gpus)
  const cardCount = detection ? drawnGpus(detection.gpus).cards.length : 0
  return (
    <Page
      title="GPUs"
      lead={detection ? <>{cardCount === 0 ? 'No GPU' : count(cardCount, 'GPU')}, last looked for <Moment at={detection.detectedAt} /></> : 'Live readings of every card'}
      actions={gpus.phase === 'failed' ? null : <LookAgain disabled={gpus.phase === 'looking'} />}
    >
      <LookStatus gpus={gpus} />
      <ReaderStatus />
      {detection?.problems.map((problem) => <ProblemNotice key={problem.id} problem={problem} />)}
      {detection && cardCount === 0 ? <NoGpu detection={detection} /> : null}
      {detection ? <Cards detection={detection} /> : null}
    </Page>
  )
}

function ReaderStatus() {
  const { status } = usePart('telemetry')
  if (status.phase !== 'not-answering') return null
  return (
    <Notice level="warning" title={status.sentence}>
      <p>
        Readings stopped at <Moment at={status.since} />; what is drawn below is the last that was heard.
        {status.retryAt === null ? '' : ' Idlewatt tries again by itself.'}
      </p>
    </Notice>
  )
}

function Cards({ detection }: { detection: Detection }) {
  const route = useRoute()
  const open = route.detail
  const { cards, others } = drawnGpus(detection.gpus)
  const all = [...cards, ...others]
  function toggle(gpuId: string): void {
    replaceRoute('gpus', open === gpuId ? null : gpuId)
  }
  if (cards.length > fullPanels) {
    return (
      <>
        <GpuTable gpus={cards} open={open} onToggle={toggle} />
        {others.length > 0 ? <OtherDevices>{others.map((gpu) => <GpuPanel key={gpu.id} gpu={gpu} all={all} />)}</OtherDevices> : null}
      </>
    )
  }
  return (
    <>
      {cards.map((gpu) => (
        <GpuPanel key={gpu.id} gpu={gpu} all={all} />
      ))}
      {others.length > 0 ? <OtherDevices>{others.map((gpu) => <GpuPanel key={gpu.id} gpu={gpu} all={all} />)}</OtherDevices> : null}
    </>
  )
}

function OtherDevices({ children }: { children: React.ReactNode }) {
  return (
    <Section title="Other devices" className="plain">
      <p className="muted section-note">Not GPUs: processors that offer OpenCL, and virtual display adapters. No programme pays for them.</p>
      <div className="stack">{children}</div>
    </Section>
  )
}
