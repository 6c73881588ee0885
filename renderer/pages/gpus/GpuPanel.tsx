/** One card in full: problems, live readings, charts of this session, processes, and the facts about it. */
import type { Gpu } from '../../../shared/machine.ts'
import { detectionOf } from '../../components/Looking.tsx'
import { ProblemNotice } from '../../components/Notice.tsx'
import { formatBytes } from '../../format/numbers.ts'
import { gpuTitle, problemsBesides } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'
import { GpuCharts } from './GpuCharts.tsx'
import { GpuFactsList } from './GpuFactsList.tsx'
import { GpuProcesses } from './GpuProcesses.tsx'
import { GpuReadingsGrid } from './GpuReadingsGrid.tsx'

export function GpuPanel({ gpu, all, inTable = false }: { gpu: Gpu; all: readonly Gpu[]; inTable?: boolean }) {
  const { samples } = usePart('telemetry')
  const sample = samples[gpu.id] ?? gpu.sample
  const problems = problemsBesides(gpu.problems, detectionOf(usePart('gpus'))?.problems ?? [])
  const kind = gpu.kind === 'cpu-device' ? 'a processor that offers OpenCL, not a GPU' : gpu.kind === 'virtual' ? 'a virtual display adapter' : null
  return (
    <article className={inTable ? 'gpu-panel gpu-panel-inner' : 'gpu-panel card'} aria-label={gpuTitle(gpu, all)}>
      {inTable ? null : (
        <header className="gpu-panel-head">
          <h2>{gpuTitle(gpu, all)}</h2>
          <p className="muted">
            {[kind, gpu.memoryBytes === null ? null : `${formatBytes(gpu.memoryBytes).replace('.0', '')} memory`, gpu.driverName && gpu.driverName !== gpu.name ? `the driver calls it “${gpu.driverName}”` : null, gpu.isIntegrated ? 'built into the processor' : null, gpu.drivesDisplay ? 'drives a display' : null].filter(Boolean).join(' · ')}
          </p>
        </header>
      )}
      {problems.length > 0 ? (
        <div className="stack">
          {problems.map((problem) => (
            <ProblemNotice key={problem.id} problem={problem} />
          ))}
        </div>
      ) : null}
      {gpu.kind === 'gpu' ? (
        <>
          <GpuReadingsGrid gpu={gpu} sample={sample} />
          <GpuCharts gpu={gpu} sample={sample} />
          <GpuProcesses sample={sample} />
        </>
      ) : null}
      <GpuFactsList gpu={gpu} />
    </article>
  )
}
