/** What is read of the machine and whoever sits at it; what is unknown says so, and why. */
import { ScrollBox } from '../../components/Page.tsx'
import { useNow, usePart } from '../../state/window-context.ts'
import { readingRows } from './readings.ts'

export function ReadingsTable() {
  const policy = usePart('policy')
  const now = useNow(1000)
  return (
    <ScrollBox label="Readings, line by line">
      <table className="table table-small policy-readings">
        <thead>
          <tr>
            <th scope="col">Reading</th>
            <th scope="col">Now</th>
            <th scope="col">How it is told, or why it is not</th>
          </tr>
        </thead>
        <tbody>
          {readingRows(policy, now).map(({ label, words, about, then }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{words ?? <span className="unknown">unknown</span>}</td>
              <td className="muted">
                {about}
                {then === null ? null : ` ${then}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
