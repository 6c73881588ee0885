/** What is no GPU, in a few words: a processor that offers OpenCL, a virtual display adapter. */
import type { Gpu } from '../../../shared/machine.ts'
import { detectionOf } from '../../components/Looking.tsx'
import { ProblemNotice } from '../../components/Notice.tsx'
import { formatBytes } from '../../format/numbers.ts'
import { gpuTitle, problemsBesides } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'
import { GpuFactsList } from './GpuFactsList.tsx'

export function OtherDevice({ gpu, all }: { gpu: Gpu; all: readonly Gpu[] }) {
  const problems = problemsBesides(gpu.problems, detectionOf(usePart('gpus'))?.problems ?? [])
  return (
    <article className="gpu-panel card" aria-label={gpuTitle(gpu, all)}>
      <header className="gpu-panel-head">
        <h3>{gpuTitle(gpu, all)}</h3>
        <p className="muted">
          {[gpu.kind === 'cpu-device' ? 'a processor that offers OpenCL, not a GPU' : 'a virtual display adapter', gpu.memoryBytes === null ? null : `${formatBytes(gpu.memoryBytes).replace('.0', '')} memory`].filter(Boolean).join(' · ')}
        </p>
        {gpu.attachment ? <p className="muted small">{gpu.attachment.sentence}</p> : null}
      </header>
      {problems.map((problem) => (
        <ProblemNotice key={problem.id} problem={problem} level="info" />
      ))}
      <details className="gpu-facts">
        <summary>About this device</summary>
        <GpuFactsList gpu={gpu} />
      </details>
    </article>
  )
}
