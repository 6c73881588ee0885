/** What a card is good for, worked out from its figures and labelled as that. */
import type { DerivedUse } from '../../../shared/benchmark.ts'
import { ScrollBox } from '../../components/Page.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { kindWords } from '../../format/benchmark-words.ts'
import { formatPlain, gap } from '../../format/numbers.ts'

const kinds: DerivedUse['kind'][] = ['inference', 'rendering', 'training', 'transcoding']

export function Uses({ uses }: { uses: DerivedUse[] }) {
  if (uses.length === 0) return null
  // Of what does not fit there is no figure to explain.
  const tooLarge = uses.filter((use) => use.fits === false)
  return (
    <details className="folded">
      <summary>What it is good for, derived from these figures</summary>
      <p className="muted small">Derived: none of these was measured. Each is worked out from the figures above by the formula shown, with a band for what the formula leaves open.</p>
      <ScrollBox label="What the card is good for">
        <table className="table table-small uses">
          <thead>
            <tr>
              <th scope="col">Work</th>
              <th scope="col">Fits in memory</th>
              <th scope="col" className="number">Derived</th>
              <th scope="col">How it is worked out</th>
            </tr>
          </thead>
          {kinds.map((kind) => {
            const own = uses.filter((use) => use.kind === kind && use.fits !== false)
            const payers = commonPayers(own)
            return own.length === 0 ? null : (
              <tbody key={kind}>
                <tr className="group-row">
                  <th scope="rowgroup" colSpan={4} className="wrap">
                    {kindWords[kind]}
                    {payers === null ? null : <span className="row-sub">paid by {payers}</span>}
                  </th>
                </tr>
                {own.map((use) => (
                  <Use key={use.id} use={use} tellsPayers={payers === null} />
                ))}
              </tbody>
            )
          })}
        </table>
      </ScrollBox>
      {tooLarge.length > 0 ? (
        <details className="folded">
          <summary>{tooLarge.length === 1 ? '1 work does' : `${tooLarge.length} works do`} not fit in its memory</summary>
          <dl className="not-offered">
            {tooLarge.map((use) => (
              <div key={use.id}>
                <dt>{use.title}</dt>
                <dd>{use.fitSentence ?? 'It needs more memory than the card has.'}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
    </details>
  )
}

/** Said once where all works of a kind are paid by the same; null: they differ, or nobody is known. */
function commonPayers(uses: readonly DerivedUse[]): string | null {
  const all = new Set(uses.map((use) => use.paidBy.join(', ')))
  const [only] = all
  return all.size === 1 && only ? only : null
}

function Use({ use, tellsPayers }: { use: DerivedUse; tellsPayers: boolean }) {
  return (
    <tr>
      <th scope="row" className="wrap">
        {use.title}
        {tellsPayers && use.paidBy.length > 0 ? <span className="row-sub">paid by {use.paidBy.join(', ')}</span> : null}
      </th>
      <td className="wrap">
        {use.fits === null ? <span className="muted">–</span> : 'yes'}
        {use.fitSentence ? <span className="row-sub">{use.fitSentence}</span> : null}
      </td>
      <td className="number">
        {use.value === null ? (
          <span className="unknown">no figure</span>
        ) : (
          <>
            {`${formatPlain(use.value.expected)}${gap}${use.unit}`}
            <span className="row-sub">{`${formatPlain(use.value.low)} to ${formatPlain(use.value.high)}`}</span>
          </>
        )}
      </td>
      <td className="wrap">
        <details className="folded">
          <summary>
            How<span className="visually-hidden"> {use.title} is worked out</span>
          </summary>
          {use.formula}
        </details>
        {use.source ? <span className="row-sub"><SourceLink source={use.source} /></span> : null}
      </td>
    </tr>
  )
}
