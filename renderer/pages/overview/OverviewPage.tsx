/** What this machine is, what it could earn at best, honestly, and what needs the user. */
import { LookStatus, NoGpu, detectionOf } from '../../components/Looking.tsx'
import { Page, Section } from '../../components/Page.tsx'
import type { Machine } from '../../../shared/machine.ts'
import { machineLine } from '../../format/words.ts'
import { drawnGpus } from '../../state/gpu-slots.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { usePart } from '../../state/window-context.ts'
import { BestAnswerCard } from './BestAnswerCard.tsx'
import { GpuLines } from './GpuLines.tsx'
import { HealthSection } from './HealthSection.tsx'
import { NeedsMe } from './NeedsMe.tsx'
import { PolicyNow } from './PolicyNow.tsx'
import { ProgrammeLines } from './ProgrammeLines.tsx'

export function OverviewPage() {
  useTelemetry()
  const gpus = usePart('gpus')
  const detection = detectionOf(gpus)
  const cards = detection ? drawnGpus(detection.gpus).cards : []
  return (
    <Page title="Overview" lead={detection ? <MachineLead machine={detection.machine} cards={cards.length} /> : 'This machine'}>
      <PolicyNow />
      <LookStatus gpus={gpus} />
      {detection && cards.length > 0 && cards.length <= 2 ? <GpuLines detection={detection} /> : null}
      {detection && cards.length > 0 ? <BestAnswerCard /> : null}
      {detection && cards.length === 0 ? <NoGpu detection={detection} /> : null}
      <ProgrammeLines />
      <HealthSection />
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

/** Where the system runs is said in a sentence where that bears on its cards: a container, WSL, a remote session, a laptop. */
function MachineLead({ machine, cards }: { machine: Machine; cards: number }) {
  const around = machine.surroundings
  const isPlain = around === null || (around.kind === 'bare-metal' && around.remoteSession === null && around.isLaptop !== true)
  return (
    <>
      <p>{machineLine(machine, cards)}</p>
      {isPlain ? null : <p>{around.sentence}</p>}
    </>
  )
}
