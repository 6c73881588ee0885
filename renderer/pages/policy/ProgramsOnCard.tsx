/** The programs on one card: those that may be in the way first, the rest folded. */
import type { PolicyCard, ProgramOnCard } from '../../../shared/policy-state.ts'
import { IgnoreProgram } from '../../components/IgnoreProgram.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { Confidence } from '../../components/Verdict.tsx'
import { count, formatDecimalBytes, formatShare, formatTemperature } from '../../format/numbers.ts'
import { usePart } from '../../state/window-context.ts'
import { byName, counts, whoseWords } from './programs.ts'

/** More than these nobody reads; all of them are counted. */
const mostShown = 25

export function ProgramsOnCard({ card, name }: { card: PolicyCard; name: string }) {
  const { values } = usePart('settings')
  const counting = card.programs.filter(counts)
  const rest = card.programs.filter((one) => !counts(one))
  const facts = [
    card.utilisation === null ? 'load not known' : `${formatShare(card.utilisation)} in use`,
    card.memoryUsedBytes === null ? null : `${formatDecimalBytes(card.memoryUsedBytes)} of memory`,
    card.temperatureC === null ? null : formatTemperature(card.temperatureC, values.temperatureUnit),
    card.fan === null ? null : `fan ${formatShare(card.fan)}`,
  ].filter((fact) => fact !== null)
  return (
    <div className="on-card">
      <h3>
        {name} <span className="muted small">{card.isHere ? facts.join(', ') : 'it is gone'}</span>
      </h3>
      {card.silent === null ? null : <p className="tone-warning">{card.silent}</p>}
      {card.isMeasured ? <p>Idlewatt measures it now.</p> : null}
      {counting.length === 0 ? <p className="muted">{!card.isHere || card.silent !== null ? 'What runs on it is not known.' : card.at === null ? 'It has not been read yet.' : 'No program of yours is seen on it.'}</p> : <Programs programs={counting} label={`Programs on ${name} that count`} />}
      {rest.length > 0 ? (
        <details className="folded">
          <summary>
            {count(rest.length, 'program')} that {rest.length === 1 ? 'does' : 'do'} not count<span className="visually-hidden"> on {name}</span>
          </summary>
          <Programs programs={rest} label={`Programs on ${name} that do not count`} />
        </details>
      ) : null}
    </div>
  )
}

function Programs({ programs, label }: { programs: readonly ProgramOnCard[]; label: string }) {
  const groups = byName(programs)
  return (
    <>
      <ScrollBox label={label}>
        <table className="table table-small on-card-programs">
          <thead>
            <tr>
              <th scope="col">Program</th>
              <th scope="col" className="number">Load</th>
              <th scope="col" className="number">Memory</th>
              <th scope="col">Whose</th>
              <th scope="col">How sure</th>
              <th scope="col">
                <span className="visually-hidden">Count it or not</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.slice(0, mostShown).map(({ first, pids, utilisation, memoryBytes }) => (
              <tr key={`${first.whose} ${first.name} ${first.why}`}>
                <th scope="row">
                  {first.name === '' ? <span className="unknown">name not told</span> : first.name}{' '}
                  <span className="row-sub">
                    process {first.pid}
                    {pids.length > 1 ? ` and ${pids.length - 1} more` : ''}
                  </span>
                </th>
                <td className="number">{utilisation === null ? <span className="unknown">not told</span> : formatShare(utilisation)}</td>
                <td className="number">{memoryBytes === null ? <span className="unknown">not told</span> : formatDecimalBytes(memoryBytes)}</td>
                <td>
                  {whoseWords[first.whose]}
                  <span className="row-sub">{first.why}</span>
                </td>
                <td>
                  <Confidence level={first.confidence} />
                </td>
                <td>{first.name !== '' && (first.whose === 'stranger' || first.whose === 'ignored') ? <IgnoreProgram name={first.name} isIgnored={first.whose === 'ignored'} /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {groups.length > mostShown ? (
        <p className="small muted">
          The {mostShown} that use most are shown; {groups.length - mostShown} more are on it.
        </p>
      ) : null}
    </>
  )
}
