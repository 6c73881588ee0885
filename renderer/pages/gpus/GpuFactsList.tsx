/** What the card is: ids, driver, limits, MIG slices, and which layers saw it. */
import type { Gpu } from '../../../shared/machine.ts'
import { count, formatBytes, formatWatts } from '../../format/numbers.ts'
import { layerWords } from '../../format/words.ts'

export function GpuFactsList({ gpu }: { gpu: Gpu }) {
  const isCard = gpu.kind === 'gpu'
  const facts: [string, string | null][] = [
    ['Model', gpu.model ?? (isCard ? 'not in Idlewatt’s table of cards' : null)],
    ['Driver', gpu.driverVersion],
    ['CUDA', gpu.cudaVersion],
    ['Compute capability', gpu.cudaComputeCapability],
    ['PCI address', gpu.pciAddress],
    ['PCI device', gpu.pciDeviceId],
    ['UUID', gpu.uuid],
    ['Video BIOS', gpu.vbiosVersion],
    ['Power limit', powerWords(gpu)],
    ['OpenCL', gpu.opencl === null ? null : [gpu.opencl.name, gpu.opencl.driverVersion].filter(Boolean).join(', driver ')],
    ['Seen by', gpu.seenBy.length === 0 ? null : gpu.seenBy.map((layer) => layerWords[layer]).join(', ')],
  ]
  return (
    <details className="gpu-facts">
      <summary>{isCard ? 'About this card' : 'About this device'}</summary>
      <dl className="facts-list">
        {facts.filter(([, value]) => isCard || value !== null).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value ?? <span className="unknown">unknown</span>}</dd>
          </div>
        ))}
        {isCard ? (
          <div>
            <dt>MIG</dt>
            <dd>{migWords(gpu)}</dd>
          </div>
        ) : null}
      </dl>
      {gpu.mig?.enabled && gpu.mig.instances.length > 0 ? (
        <table className="table table-small">
          <caption>MIG slices</caption>
          <thead>
            <tr>
              <th scope="col" className="number">Slice</th>
              <th scope="col" className="number">GPU instance</th>
              <th scope="col" className="number">Memory</th>
              <th scope="col" className="number">Multiprocessors</th>
            </tr>
          </thead>
          <tbody>
            {gpu.mig.instances.map((slice) => (
              <tr key={slice.index}>
                <td className="number">{slice.index}</td>
                <td className="number">{slice.gpuInstanceId ?? '–'}</td>
                <td className="number">{slice.memoryBytes === null ? 'unknown' : formatBytes(slice.memoryBytes)}</td>
                <td className="number">{slice.multiprocessors ?? 'unknown'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </details>
  )
}

function powerWords(gpu: Gpu): string | null {
  if (gpu.powerLimitW === null) return null
  const parts = [formatWatts(gpu.powerLimitW)]
  if (gpu.powerLimitDefaultW !== null && gpu.powerLimitDefaultW !== gpu.powerLimitW) parts.push(`shipped with ${formatWatts(gpu.powerLimitDefaultW)}`)
  if (gpu.powerLimitMinW !== null && gpu.powerLimitMaxW !== null) parts.push(`can be set from ${formatWatts(gpu.powerLimitMinW)} to ${formatWatts(gpu.powerLimitMaxW)}`)
  return parts.join(', ')
}

function migWords(gpu: Gpu): string {
  if (gpu.mig === null) return 'this card has none, or it could not be read'
  return gpu.mig.enabled ? `on, ${count(gpu.mig.instances.length, 'slice')}` : 'off'
}
