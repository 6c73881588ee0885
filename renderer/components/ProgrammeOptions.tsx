/** Programmes to choose from, by their names. */
import type { ProgrammeInfo } from '../../shared/network.ts'
import { programmeName } from '../state/programmes.ts'

export function ProgrammeOptions({ programmes }: { programmes: readonly ProgrammeInfo[] }) {
  return programmes.map((info) => (
    <option key={info.id} value={info.id}>
      {programmeName(info, info.id)}
    </option>
  ))
}
