/** Which cards to measure. */
import { useState, type FormEvent } from 'react'
import type { Gpu } from '../../../shared/machine.ts'
import { Section } from '../../components/Page.tsx'
import { Age } from '../../components/Moment.tsx'
import { count } from '../../format/numbers.ts'
import { formatSeconds } from '../../format/time.ts'
import { gpuTitle, shortAddress } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'

/** The quick measurement's own limit. */
const secondsPerCard = 15

export function StartForm({ gpus, onStart }: { gpus: Gpu[]; onStart: (gpuIds: string[]) => void }) {
  const { latest } = usePart('benchmark')
  const possible = gpus.filter((gpu) => gpu.opencl !== null)
  const [left, setLeft] = useState<ReadonlySet<string>>(() => new Set(gpus.filter((gpu) => gpu.kind !== 'gpu' && gpus.some((one) => one.kind === 'gpu')).map((gpu) => gpu.id)))
  const chosen = possible.filter((gpu) => !left.has(gpu.id)).map((gpu) => gpu.id)

  function toggle(gpuId: string): void {
    const next = new Set(left)
    if (!next.delete(gpuId)) next.add(gpuId)
    setLeft(next)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (chosen.length > 0) onStart(chosen)
  }

  return (
    <Section title={gpus.length === 1 ? 'Card' : 'Cards'}>
      <form onSubmit={submit}>
        <ul className={gpus.length > 6 ? 'choices choices-many' : 'choices'}>
          {gpus.map((gpu) => {
            const result = latest[gpu.id]
            return (
              <li key={gpu.id}>
                <label className={gpu.opencl === null ? 'choice choice-off' : 'choice'}>
                  <input type="checkbox" checked={gpu.opencl !== null && !left.has(gpu.id)} disabled={gpu.opencl === null} onChange={() => toggle(gpu.id)} />
                  <span>
                    {gpuTitle(gpu, gpus)}
                    <span className="row-sub">
                      {[gpu.kind === 'cpu-device' ? 'a processor, not a GPU' : null, shortAddress(gpu.pciAddress)].filter(Boolean).join(' · ')}
                      {gpu.opencl === null ? ' Cannot be measured: no OpenCL driver offers it. It comes with the graphics driver.' : null}
                      {result ? <> · measured, <Age at={result.endedAt} /></> : null}
                    </span>
                  </span>
                </label>
              </li>
            )
          })}
        </ul>
        <p className="form-go">
          <button type="submit" className="button button-main" disabled={chosen.length === 0}>
            {chosen.length > 1 ? `Measure ${count(chosen.length, 'card')}` : 'Measure'}
          </button>
          <span className="muted">{chosen.length === 0 ? 'Nothing is chosen.' : `At most ${formatSeconds(secondsPerCard * chosen.length)}${chosen.length > 1 ? ', one card after another' : ''}. The card works at full load; it can be cancelled at any time.`}</span>
        </p>
      </form>
    </Section>
  )
}
