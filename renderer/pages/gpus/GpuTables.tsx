/** MIG slices and NVLinks of a card, one line each. */
import type { Gpu } from '../../../shared/machine.ts'
import { ScrollBox } from '../../components/Page.tsx'
import { formatBytes } from '../../format/numbers.ts'
import { detectionOf } from '../../components/Looking.tsx'
import { gpuTitle } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'

const unknown = <span className="unknown">unknown</span>

export function GpuSlices({ gpu }: { gpu: Gpu }) {
  if (!gpu.mig?.enabled || gpu.mig.instances.length === 0) return null
  return (
    <ScrollBox label="MIG slices">
      <table className="table table-small">
        <caption>MIG slices</caption>
        <thead>
          <tr>
            <th scope="col" className="number">Slice</th>
            <th scope="col" className="number">GPU instance</th>
            <th scope="col" className="number">Compute instance</th>
            <th scope="col" className="number">Memory</th>
            <th scope="col" className="number">Multiprocessors</th>
          </tr>
        </thead>
        <tbody>
          {gpu.mig.instances.map((slice) => (
            <tr key={slice.index}>
              <th scope="row" className="number">{slice.index}</th>
              <td className="number">{slice.gpuInstanceId ?? unknown}</td>
              <td className="number">{slice.computeInstanceId ?? unknown}</td>
              <td className="number">{slice.memoryBytes === null ? unknown : formatBytes(slice.memoryBytes)}</td>
              <td className="number">{slice.multiprocessors ?? unknown}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

export function GpuLinks({ gpu }: { gpu: Gpu }) {
  const all = detectionOf(usePart('gpus'))?.gpus ?? []
  if (!gpu.nvlinks || gpu.nvlinks.length === 0) return null
  function nameOf(address: string): string {
    const other = all.find((one) => one.pciAddress === address)
    return other ? `${gpuTitle(other, all)}, ${address}` : address
  }
  return (
    <ScrollBox label="NVLinks">
      <table className="table table-small">
        <caption>NVLinks</caption>
        <thead>
          <tr>
            <th scope="col" className="number">Link</th>
            <th scope="col">State</th>
            <th scope="col">Version</th>
            <th scope="col">Leads to</th>
          </tr>
        </thead>
        <tbody>
          {gpu.nvlinks.map((link) => (
            <tr key={link.link}>
              <th scope="row" className="number">{link.link}</th>
              <td>{link.isActive === null ? unknown : link.isActive ? 'active' : 'not active'}</td>
              <td>{link.version ?? unknown}</td>
              <td>{link.remotePciAddress === null ? unknown : nameOf(link.remotePciAddress)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
