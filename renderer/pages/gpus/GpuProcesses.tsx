/** What uses the card now. */
import { useState } from 'react'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { usersOf } from '../../components/why-unknown.ts'
import { ScrollBox } from '../../components/Page.tsx'
import { formatBytes, formatShare } from '../../format/numbers.ts'

/** A server of notebooks has hundreds; the readings below should not be pages away. */
const firstProcesses = 10

const kindWords = { compute: 'computing', graphics: 'graphics', both: 'both' } as const

export function GpuProcesses({ sample }: { sample: GpuSample | null }) {
  const [isLong, setLong] = useState(false)
  if (!sample || sample.unknown.all) return null
  if (usersOf(sample) === null) {
    return (
      <p className="small">
        <strong>Used by:</strong> <span className="unknown">unknown</span> <span className="muted">{sample.unknown.processes ?? ''}</span>
      </p>
    )
  }
  if (sample.processes.length === 0) {
    return (
      <p className="small">
        <strong>Used by:</strong> nothing
      </p>
    )
  }
  const sorted = [...sample.processes].sort((a, b) => (b.memoryBytes ?? -1) - (a.memoryBytes ?? -1))
  const drawn = isLong ? sorted : sorted.slice(0, firstProcesses)
  return (
    <>
      <ScrollBox label="Processes on this GPU">
        <table className="table table-small">
          <caption>Used by</caption>
          <thead>
            <tr>
              <th scope="col">Process</th>
              <th scope="col" className="number">Id</th>
              <th scope="col" className="number">GPU memory</th>
              {sorted.some((one) => one.utilisation != null) ? <th scope="col" className="number">Share of the card</th> : null}
              {sorted.some((one) => one.kind != null) ? <th scope="col">Uses it for</th> : null}
              <th scope="col">Whose</th>
            </tr>
          </thead>
          <tbody>
            {drawn.map((process) => (
              <tr key={`${process.pid} ${process.name}`}>
                <td className="wrap" title={process.name}>{process.name}</td>
                <td className="number">{process.pid}</td>
                <td className="number">{process.memoryBytes === null ? <span className="unknown">unknown</span> : formatBytes(process.memoryBytes)}</td>
                {sorted.some((one) => one.utilisation != null) ? <td className="number">{process.utilisation == null ? <span className="unknown">unknown</span> : formatShare(process.utilisation)}</td> : null}
                {sorted.some((one) => one.kind != null) ? <td>{process.kind == null ? <span className="unknown">unknown</span> : kindWords[process.kind]}</td> : null}
                <td>{process.ours === true ? 'Idlewatt’s' : process.ours === false ? 'not ours' : <span className="muted">not known</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {sorted.length > firstProcesses ? (
        <p>
          <button type="button" className="button button-small" aria-expanded={isLong} onClick={() => setLong(!isLong)}>
            {isLong ? `Show the first ${firstProcesses} only` : `Show all ${sorted.length} processes`}
          </button>
        </p>
      ) : null}
    </>
  )
}
