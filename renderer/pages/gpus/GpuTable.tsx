/** Three cards or more: one line each with live readings; a line opens to the whole card. */
import { Fragment } from 'react'
import type { Gpu } from '../../../shared/machine.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { Icon } from '../../components/Icon.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { Level, Reading, Unknown } from '../../components/Reading.tsx'
import { usersOf, whyUnknown } from '../../components/why-unknown.ts'
import { count, formatBytes, formatShare, formatTemperature, formatWatts } from '../../format/numbers.ts'
import { gpuTitle, shortAddress } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'
import { GpuPanel } from './GpuPanel.tsx'

export function GpuTable({ gpus, open, onToggle }: { gpus: Gpu[]; open: string | null; onToggle: (gpuId: string) => void }) {
  const { samples } = usePart('telemetry')
  const { values } = usePart('settings')
  return (
    <ScrollBox label="GPUs and their readings">
      <table className="table gpu-table">
        <thead>
          <tr>
            <th scope="col">GPU</th>
            <th scope="col" className="number">In use</th>
            <th scope="col" className="number">Memory</th>
            <th scope="col" className="number">Temperature</th>
            <th scope="col" className="number">Power</th>
            <th scope="col" className="number">Used by</th>
          </tr>
        </thead>
        <tbody>
          {gpus.map((gpu) => {
            const sample = samples[gpu.id] ?? gpu.sample
            const isOpen = open === gpu.id
            const total = sample?.memoryTotalBytes ?? gpu.memoryBytes
            return (
              <Fragment key={gpu.id}>
                <tr className={isOpen ? 'row row-open' : 'row'} onClick={() => onToggle(gpu.id)}>
                  <th scope="row">
                    <button type="button" className="row-button" aria-expanded={isOpen} onClick={(event) => { event.stopPropagation(); onToggle(gpu.id) }}>
                      <Icon name="open" />
                      <span>
                        {gpuTitle(gpu, gpus)}
                        <span className="row-sub">{[shortAddress(gpu.pciAddress), gpu.mig?.enabled ? `MIG, ${count(gpu.mig.instances.length, 'slice')}` : null].filter(Boolean).join(' · ')}</span>
                      </span>
                    </button>
                    {gpu.problems.length > 0 ? (
                      <span className="row-problem tone-warning">
                        <Icon name="warning" /> {count(gpu.problems.length, 'problem')}
                      </span>
                    ) : null}
                  </th>
                  <td className="number">
                    <Reading sample={sample} field="utilisation" format={formatShare} />
                    <Level value={sample?.utilisation ?? null} />
                  </td>
                  <td className="number">
                    <Reading sample={sample} field="memoryUsedBytes" format={formatBytes} />
                    <Level value={sample?.memoryUsedBytes != null && total ? sample.memoryUsedBytes / total : null} />
                  </td>
                  <td className="number">
                    <Reading sample={sample} field="temperatureC" format={(value) => formatTemperature(value, values.temperatureUnit)} />
                  </td>
                  <td className="number">
                    <Reading sample={sample} field="powerW" format={formatWatts} />
                    <Level value={sample?.powerW != null && (sample.powerLimitW ?? gpu.powerLimitW) ? sample.powerW / (sample.powerLimitW ?? gpu.powerLimitW ?? 1) : null} />
                  </td>
                  <td className="number"><Users sample={sample} /></td>
                </tr>
                {isOpen ? (
                  <tr className="row-detail">
                    <td colSpan={6}>
                      <GpuPanel gpu={gpu} all={gpus} inTable />
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function Users({ sample }: { sample: GpuSample | null }) {
  const users = usersOf(sample)
  if (users === null) return <Unknown why={whyUnknown(sample, 'processes')} />
  return users.length === 0 ? <span className="muted">nothing</span> : count(sample?.processes.length ?? 0, 'process', 'processes')
}
