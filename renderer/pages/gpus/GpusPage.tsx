/** Every card at a glance, from one to sixteen; or one of them in full. */
import { useEffect, useRef } from 'react'
import type { Detection, Gpu } from '../../../shared/machine.ts'
import { LookAgain, LookStatus, NoGpu, detectionOf, problemsToSay } from '../../components/Looking.tsx'
import { Notice, ProblemNotice } from '../../components/Notice.tsx'
import { Page, Section } from '../../components/Page.tsx'
import { Moment } from '../../components/Moment.tsx'
import { count } from '../../format/numbers.ts'
import { drawnGpus } from '../../state/gpu-slots.ts'
import { useRoute, writeRoute } from '../../state/route.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { usePart } from '../../state/window-context.ts'
import { GpuDetail } from './GpuDetail.tsx'
import { GpuTile, tileLinkId } from './GpuTile.tsx'
import { OtherDevice } from './OtherDevice.tsx'

export function GpusPage() {
  useTelemetry()
  const gpus = usePart('gpus')
  const { detail } = useRoute()
  const detection = detectionOf(gpus)
  const all = detection ? [...drawnGpus(detection.gpus).cards, ...drawnGpus(detection.gpus).lost] : []
  // A machine with one card has nothing to choose from.
  const only = all.length === 1 && detail === null ? all[0] : undefined
  const open = all.find((gpu) => gpu.id === detail) ?? only
  useFocusOnTheWay(detail)
  if (detection && open) return <OpenCard detection={detection} gpu={open} all={all} isOnly={all.length === 1} />
  return <AllCards detection={detection} isUnknown={detail !== null && detection !== null && gpus.phase === 'ready'} />
}

function OpenCard({ detection, gpu, all, isOnly }: { detection: Detection; gpu: Gpu; all: Gpu[]; isOnly: boolean }) {
  const gpus = usePart('gpus')
  const { others } = drawnGpus(detection.gpus)
  return (
    <GpuDetail key={gpu.id} gpu={gpu} all={all} back={isOnly ? null : writeRoute('gpus')} actions={isOnly && gpus.phase !== 'failed' ? <LookAgain disabled={gpus.phase === 'looking'} /> : null} after={isOnly && others.length > 0 ? <OtherDevices gpus={others} /> : null}>
      <LookStatus gpus={gpus} />
      <ReaderStatus />
      {isOnly ? problemsToSay(gpus).map((problem) => <ProblemNotice key={problem.id} problem={problem} />) : null}
    </GpuDetail>
  )
}

function AllCards({ detection, isUnknown }: { detection: Detection | null; isUnknown: boolean }) {
  const gpus = usePart('gpus')
  const { cards, others, lost } = drawnGpus(detection?.gpus ?? [])
  const all = [...cards, ...lost]
  return (
    <Page
      title="GPUs"
      lead={detection ? <>{cards.length === 0 ? 'No GPU' : count(cards.length, 'GPU')}{lost.length > 0 ? `, ${lost.length} lost` : ''}, last looked for <Moment at={detection.detectedAt} /></> : 'Live readings of every card'}
      actions={gpus.phase === 'failed' || (gpus.phase === 'ready' && gpus.retry) ? null : <LookAgain disabled={gpus.phase === 'looking'} />}
    >
      <LookStatus gpus={gpus} />
      <ReaderStatus />
      {isUnknown ? <Notice level="info" title="The card of this address is not here, and none like it is remembered." /> : null}
      {problemsToSay(gpus).map((problem) => <ProblemNotice key={problem.id} problem={problem} />)}
      {detection && cards.length === 0 ? <NoGpu detection={detection} /> : null}
      {all.length > 0 ? (
        <ul className="tiles" aria-label="GPUs">
          {all.map((gpu) => (
            <GpuTile key={gpu.id} gpu={gpu} all={all} />
          ))}
        </ul>
      ) : null}
      {others.length > 0 ? <OtherDevices gpus={others} /> : null}
    </Page>
  )
}

/** Into a card: its heading is focused, so that reading goes on there. Back: the card one came from. */
function useFocusOnTheWay(detail: string | null): void {
  const before = useRef(detail)
  useEffect(() => {
    const left = before.current
    before.current = detail
    if (left === detail) return
    if (detail !== null) {
      window.scrollTo(0, 0)
      document.querySelector<HTMLElement>('h1')?.focus()
    } else if (left !== null) document.getElementById(tileLinkId(left))?.focus()
  }, [detail])
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

function OtherDevices({ gpus }: { gpus: Gpu[] }) {
  return (
    <Section title="Other devices" className="plain">
      <p className="muted section-note">Not GPUs: processors that offer OpenCL, and virtual display adapters. No programme pays for them.</p>
      <div className="stack">
        {gpus.map((gpu) => (
          <OtherDevice key={gpu.id} gpu={gpu} all={gpus} />
        ))}
      </div>
    </Section>
  )
}
