/** What this machine is, what it could earn at best, honestly, and what needs the user. */
import { LookStatus, NoGpu, detectionOf } from '../../components/Looking.tsx'
import { Page, Section } from '../../components/Page.tsx'
import { machineLine } from '../../format/words.ts'
import { drawnGpus } from '../../state/gpu-slots.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { usePart } from '../../state/window-context.ts'
import { BestAnswerCard } from './BestAnswerCard.tsx'
import { GpuLines } from './GpuLines.tsx'
import { NeedsMe } from './NeedsMe.tsx'

export function OverviewPage() {
  useTelemetry()
  const gpus = usePart('gpus')
  const detection = detectionOf(gpus)
  const cards = detection ? drawnGpus(detection.gpus).cards : []
  return (
    <Page title="Overview" lead={detection ? machineLine(detection.machine, cards.length) : 'This machine'}>
      <LookStatus gpus={gpus} />
      {detection && cards.length > 0 && cards.length <= 2 ? <GpuLines detection={detection} /> : null}
      {detection && cards.length > 0 ? <BestAnswerCard /> : null}
      {detection && cards.length === 0 ? <NoGpu detection={detection} /> : null}
      <NeedsMe />
      {detection && (cards.length > 2 || cards.length === 0) && detection.gpus.length > 0 ? <GpuLines detection={detection} /> : null}
      {cards.length === 0 && gpus.phase !== 'looking' ? (
        <Section title="What would a card earn?">
          <p>
            Compare answers for cards you do not own: <a href="#/compare/what-if">try a what-if</a>. Never buy hardware on the strength of an estimate.
          </p>
        </Section>
      ) : null}
    </Page>
  )
}
