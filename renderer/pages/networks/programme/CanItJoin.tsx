/** What somebody needs to know first of a programme: whether this machine can join, and what stands in the way. */
import type { CheckRecord } from '../../../../shared/preflight.ts'
import { Words } from '../../../components/Words.tsx'
import { count } from '../../../format/numbers.ts'
import { asSentence } from '../../../format/words.ts'

const mostInSight = 4

export function CanItJoin({ checks }: { checks: readonly CheckRecord[] }) {
  const failed = checks.filter((check) => check.ok === false)
  const forGood = failed.filter((check) => check.remedy === null)
  const open = checks.filter((check) => check.ok === null).length
  if (checks.length === 0) return <p>No card was found here that it could take, so nothing says that this machine can join.</p>
  if (failed.length === 0) return <p>{open === 0 ? 'This machine meets every requirement.' : `Nothing that was measured stands in the way; ${count(open, 'requirement')} ${open === 1 ? 'is' : 'are'} still to be checked.`}</p>
  return (
    <div>
      <p>
        <strong>{forGood.length > 0 ? 'This machine cannot join as it is.' : 'This machine can join once this is mended:'}</strong>
      </p>
      <ul className="duties">
        {[...forGood, ...failed.filter((check) => check.remedy !== null)].slice(0, mostInSight).map((check) => (
          <li key={check.id}>
            <strong>{check.title}:</strong> asked for is {check.required}; here: {check.actual ?? 'not known'}.{check.remedy === null ? null : <> <Words text={asSentence(check.remedy)} /></>}
          </li>
        ))}
      </ul>
      {failed.length > mostInSight ? <p className="muted small">{failed.length - mostInSight} more stand below.</p> : null}
    </div>
  )
}
