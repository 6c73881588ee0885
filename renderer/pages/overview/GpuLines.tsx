/** Each GPU in one line: name, temperature, power, load, and what uses it. */
import type { Detection, Gpu } from '../../../shared/machine.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { Icon } from '../../components/Icon.tsx'
import { Moment } from '../../components/Moment.tsx'
import { Section } from '../../components/Page.tsx'
import { Level, Reading } from '../../components/Reading.tsx'
import { usersOf } from '../../components/why-unknown.ts'
import { count, formatBytes, formatShare, formatTemperature, formatWatts } from '../../format/numbers.ts'
import { drawnGpus, gpuTitle, pressingProblems, shortAddress } from '../../state/gpu-slots.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'

export function GpuLines({ detection }: { detection: Detection }) {
  const { samples, status } = usePart('telemetry')
  const { values } = usePart('settings')
  const { cards, others, lost } = drawnGpus(detection.gpus)
  return (
    <Section
      title={cards.length === 0 ? (lost.length > 0 ? 'GPUs that were here, and other devices' : 'Other devices') : cards.length === 1 ? 'GPU' : `${cards.length} GPUs`}
      aside={status.phase === 'not-answering' ? <span className="tone-warning">{status.sentence}</span> : null}
    >
      <table className="table gpu-lines">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="number">Temperature</th>
            <th scope="col" className="number">Power</th>
            <th scope="col" className="number">In use</th>
            <th scope="col">Used by</th>
          </tr>
        </thead>
        <tbody>
          {[...cards, ...lost, ...others].map((gpu) => {
            const sample = gpu.lostSince === null ? (samples[gpu.id] ?? gpu.sample) : null
            return (
              <tr key={gpu.id}>
                <th scope="row">
                  <a href={writeRoute('gpus', gpu.id)}>{gpuTitle(gpu, detection.gpus)}</a>
                  <span className="gpu-line-more">{moreOf(gpu)}</span>
                  {pressingProblems(gpu).length > 0 ? (
                    <span className="gpu-line-more tone-warning">
                      <Icon name="warning" /> {count(pressingProblems(gpu).length, 'problem')}
                    </span>
                  ) : null}
                </th>
                {gpu.lostSince !== null ? (
                  <td colSpan={4} className="tone-warning">
                    Lost since <Moment at={gpu.lostSince} />.
                  </td>
                ) : gpu.kind === 'gpu' ? (
                  <>
                    <td className="number">
                      <Reading sample={sample} field="temperatureC" format={(value) => formatTemperature(value, values.temperatureUnit)} />
                    </td>
                    <td className="number">
                      <Reading sample={sample} field="powerW" format={formatWatts} />
                    </td>
                    <td className="number gpu-line-use">
                      <Level value={sample?.utilisation ?? null} />
                      <span>
                        <Reading sample={sample} field="utilisation" format={formatShare} />
                      </span>
                    </td>
                    <td className="gpu-line-users" title={usersWords(sample, 99)}>
                      {usersWords(sample, 2)}
                    </td>
                  </>
                ) : (
                  <td colSpan={4} className="muted">
                    Idlewatt takes no readings of it.
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </Section>
  )
}

/** Memory and place, and what it is where it is no GPU. */
function moreOf(gpu: Gpu): string {
  const kind = gpu.kind === 'cpu-device' ? 'a processor, not a GPU' : gpu.kind === 'virtual' ? 'virtual display' : gpu.isIntegrated ? 'built into the processor' : null
  return [kind, gpu.memoryBytes === null ? null : formatBytes(gpu.memoryBytes).replace('.0', ''), shortAddress(gpu.pciAddress)].filter(Boolean).join(' · ')
}

/** The names of what uses the card, the first few. */
function usersWords(sample: GpuSample | null, limit: number): string {
  const names = usersOf(sample)
  if (names === null) return 'not known'
  if (names.length === 0) return 'nothing'
  const shown = names.slice(0, limit).join(', ')
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown
}
