/** One card in full: how it is, what it reads now, its past, who uses it, and everything that is known about it. */
import { useEffect, type KeyboardEvent, type ReactNode } from 'react'
import type { Gpu } from '../../../shared/machine.ts'
import { EndedAlerts, OpenAlerts } from '../../components/Alerts.tsx'
import { HealthMark } from '../../components/HealthMark.tsx'
import { Icon } from '../../components/Icon.tsx'
import { detectionOf } from '../../components/Looking.tsx'
import { ProblemNotice } from '../../components/Notice.tsx'
import { Section } from '../../components/Page.tsx'
import { formatBytes } from '../../format/numbers.ts'
import { alertsOf, cardHealth } from '../../state/alerts.ts'
import { gpuTitle, problemsBesides } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'
import { GpuFactsList } from './GpuFactsList.tsx'
import { GpuLayers } from './GpuLayers.tsx'
import { GpuProcesses } from './GpuProcesses.tsx'
import { GpuReadingsGrid } from './GpuReadingsGrid.tsx'
import { GpuLinks, GpuSlices } from './GpuTables.tsx'
import { LostCard } from './LostCard.tsx'
import { Past } from './past/Past.tsx'

export interface GpuDetailProps {
  gpu: Gpu
  all: readonly Gpu[]
  /** Address of all cards; null: there are no others. */
  back: string | null
  actions: ReactNode
  children: ReactNode
  after: ReactNode
}

export function GpuDetail({ gpu, all, back, actions, children, after }: GpuDetailProps) {
  const { samples } = usePart('telemetry')
  const { open, ended } = usePart('health')
  const detection = detectionOf(usePart('gpus'))
  const title = gpuTitle(gpu, all)
  const isLost = gpu.lostSince !== null
  const sample = isLost ? null : (samples[gpu.id] ?? gpu.sample)
  // That it is lost stands above its other problems, with the way to forget it.
  const problems = problemsBesides(gpu.problems, detection?.problems ?? []).filter((problem) => !(isLost && problem.id === 'card-lost'))
  const openHere = alertsOf(open, gpu.id)
  const endedHere = alertsOf(ended, gpu.id)
  useEffect(() => {
    document.title = `${title} · Idlewatt`
  }, [title])
  /** As in an opened row of the comparison; fields have an Escape of their own. */
  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || back === null) return
    if (event.target instanceof HTMLElement && event.target.closest('input:not([type=radio], [type=checkbox]), select')) return
    window.location.assign(back)
  }
  return (
    <main className="page" id="page" tabIndex={-1} onKeyDown={closeOnEscape}>
      {back ? (
        <p className="back">
          <a href={back}>
            <Icon name="back" />
            All GPUs
          </a>
        </p>
      ) : null}
      <header className="page-head">
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          <div className="page-lead">
            <HealthMark health={cardHealth(gpu, sample, open)} /> {leadOf(gpu)}
          </div>
        </div>
        {actions ? <div className="page-actions">{actions}</div> : null}
      </header>
      {children}
      {isLost ? <LostCard gpu={gpu} title={title} /> : null}
      {gpu.attachment && gpu.attachment.kind !== 'internal' && gpu.attachment.kind !== 'integrated' ? <p className="muted">{gpu.attachment.sentence}</p> : null}
      {problems.map((problem) => (
        <ProblemNotice key={problem.id} problem={problem} />
      ))}
      {openHere.length > 0 || endedHere.length > 0 ? (
        <Section title="Health">
          {openHere.length > 0 ? <OpenAlerts alerts={openHere} nameOf={() => null} withLinks={false} /> : <p>Nothing is the matter at the moment.</p>}
          <EndedAlerts alerts={endedHere} nameOf={() => null} />
        </Section>
      ) : null}
      {isLost ? null : (
        <Section title="Now">
          <div className="gpu-panel">
            <GpuReadingsGrid gpu={gpu} sample={sample} />
            <GpuProcesses sample={sample} />
          </div>
        </Section>
      )}
      <Past gpu={gpu} title={title} />
      <Section title="About this card">
        <div className="gpu-panel">
          <GpuFactsList gpu={gpu} />
          <GpuSlices gpu={gpu} />
          <GpuLinks gpu={gpu} />
        </div>
      </Section>
      <GpuLayers gpu={gpu} />
      {after}
    </main>
  )
}

function leadOf(gpu: Gpu): string {
  return [
    gpu.memoryBytes === null ? null : `${formatBytes(gpu.memoryBytes).replace('.0', '')} memory`,
    gpu.architecture,
    gpu.driverName && gpu.driverName !== gpu.name ? `the driver calls it “${gpu.driverName}”` : null,
    gpu.isIntegrated ? 'built into the processor' : null,
    gpu.drivesDisplay ? 'drives a display' : null,
  ]
    .filter((part) => part !== null)
    .join(' · ')
}
