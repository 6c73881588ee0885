/** Under which conditions a run was made: what it takes to compare it with another. */
import type { ReactNode } from 'react'
import type { BenchmarkResult } from '../../../shared/benchmark.ts'
import { formatBytes, formatNumber, formatTemperature, formatWatts, gap } from '../../format/numbers.ts'
import { usePart } from '../../state/window-context.ts'

export function Conditions({ result }: { result: BenchmarkResult }) {
  const { values } = usePart('settings')
  const { conditions } = result
  if (!conditions) return null
  const yes = (value: boolean | null) => (value === null ? null : value ? 'yes' : 'no')
  const clock = (mhz: number | null) => (mhz === null ? null : `${formatNumber(mhz, 0)}${gap}MHz`)
  const facts: [string, string | null][] = [
    ['Idlewatt', `${conditions.idlewattVersion}, kernels ${conditions.kernelSet}`],
    ['Model', conditions.model],
    ['Memory', conditions.memoryBytes === null ? null : formatBytes(conditions.memoryBytes)],
    ['Driver', conditions.driverVersion],
    ['OpenCL platform', conditions.openclPlatform],
    ['CUDA', conditions.cudaVersion],
    ['VBIOS', conditions.vbiosVersion],
    ['Power limit', conditions.powerLimitW === null ? null : `${formatWatts(conditions.powerLimitW)}${conditions.powerLimitDefaultW === null ? '' : `, the maker’s is ${formatWatts(conditions.powerLimitDefaultW)}`}`],
    ['Highest core clock', clock(conditions.coreClockMaxMhz)],
    ['Highest memory clock', clock(conditions.memoryClockMaxMhz)],
    ['PCIe link', conditions.pcieGeneration === null || conditions.pcieLanes === null ? null : `generation ${conditions.pcieGeneration}, ${conditions.pcieLanes} lanes`],
    ['ECC', conditions.eccEnabled === null ? null : conditions.eccEnabled ? 'on' : 'off'],
    ['Drives a display', yes(conditions.drivesDisplay)],
    ['Several cards at once', yes(conditions.inParallel)],
    ['Stops at', conditions.temperatureCeilingC === null ? 'no ceiling: its temperature is not readable' : formatTemperature(conditions.temperatureCeilingC, values.temperatureUnit)],
    ['System', conditions.os],
    ['Processor', conditions.cpuName],
  ]
  return (
    <details className="folded">
      <summary>Conditions of this run</summary>
      <dl className="facts-list small">
        {facts.map(([title, value]): ReactNode => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value ?? <span className="unknown">not known</span>}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
