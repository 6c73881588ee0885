/** The machine in one sentence: what runs or does not, why, and until when; with the one click that ignores the program it names. */
import { usePart } from '../state/window-context.ts'
import { IgnoreProgram } from './IgnoreProgram.tsx'
import { ShortMoment } from './Moment.tsx'
import { Words } from './Words.tsx'

/** As many as the sentence can name. */
const mostNamed = 2

export function PolicyWords({ lead = '' }: { lead?: string }) {
  const { sentence, why, until, decisions } = usePart('policy')
  // A sentence on many cards may name none of the programs that are in the way.
  const isNamed = (name: string): boolean => sentence.includes(name)
  const named = [...new Set(decisions.flatMap(({ because }) => because[0]?.program?.name ?? []))]
  return (
    <div className="policy-words">
      <p className="answer-sentence">
        {lead === '' ? null : <strong>{lead}</strong>}
        <Words text={sentence} />
        {named.length === 1 && isNamed(named[0] ?? '') ? (
          <>
            {' '}
            <IgnoreProgram name={named[0] ?? ''} />
          </>
        ) : null}
      </p>
      {why === null && until === null ? null : (
        <p>
          {why === null ? null : (
            <>
              <span className="policy-why">Why:</span> <Words text={why} />
            </>
          )}
          {until === null ? null : (
            <>
              {' '}
              <span className="policy-why">Until:</span> <ShortMoment at={until} />, unless something changes before.
            </>
          )}
        </p>
      )}
      {named.length > 1 || (named.length === 1 && !isNamed(named[0] ?? '')) ? (
        <p className="policy-named">
          {named.slice(0, mostNamed).map((name) => (
            <span key={name}>
              <code>{name}</code> <IgnoreProgram name={name} />
            </span>
          ))}
        </p>
      ) : null}
    </div>
  )
}
