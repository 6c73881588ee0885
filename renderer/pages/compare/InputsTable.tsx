/** Every number that went into an estimate, each with its age on one line and its remark and source across the next. */
import type { EstimateInput } from '../../../shared/earnings.ts'
import type { Source } from '../../../shared/network.ts'
import { Age } from '../../components/Moment.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { Confidence } from '../../components/Verdict.tsx'
import { formatExact, formatWithUnit } from '../../format/numbers.ts'
import { asSentence, originWords } from '../../format/words.ts'

export function InputsTable({ inputs, hasSum }: { inputs: EstimateInput[]; hasSum: boolean }) {
  if (inputs.length === 0) return null
  return (
    <table className="table table-small entries inputs-table">
      <caption>{hasSum ? 'Every number that went in' : 'What is known already'}</caption>
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Value</th>
          <th scope="col">From</th>
          <th scope="col">Age</th>
          <th scope="col">How sure</th>
        </tr>
      </thead>
      {inputs.map((input, i) => (
        <tbody key={input.id}>
          <tr>
            <th scope="row">{input.label}</th>
            <td title={input.value === null ? undefined : `${formatExact(input.value)} ${input.unit}`}>
              {input.value === null ? <span className="unknown">unknown</span> : formatWithUnit(input.value, input.unit)}
            </td>
            <td>
              <span className={`chip chip-${input.origin}`}>{originWords[input.origin]}</span>
            </td>
            <td>
              <InputAge input={input} />
            </td>
            <td>
              <Confidence level={input.confidence} />
            </td>
          </tr>
          <More input={input} before={inputs[i - 1]} />
        </tbody>
      ))}
    </table>
  )
}

function InputAge({ input }: { input: EstimateInput }) {
  if (input.takenAt !== null) {
    return (
      <>
        <Age at={input.takenAt} />
        {input.stale ? <span className="chip chip-warning">out of date</span> : null}
      </>
    )
  }
  // What somebody assumed or typed has no age of its own.
  return <span className="muted">{input.origin === 'assumed' || input.origin === 'user' ? '–' : 'undated'}</span>
}

/** The remark and the source; what would repeat the row above says so in few words. */
function More({ input, before }: { input: EstimateInput; before: EstimateInput | undefined }) {
  if (!input.note && !input.source) return null
  const sameNote = before !== undefined && input.note !== undefined && before.note === input.note
  const sameSource = before !== undefined && input.source !== null && isSame(before.source, input.source)
  const note = sameNote ? '' : notSaidYet(input)
  if (note === '' && !sameNote && !input.source) return null
  return (
    <tr className="entry-more">
      <td colSpan={5}>
        {note ? `${asSentence(note)} ` : null}
        {sameSource || (sameNote && !input.source) ? <span>{sameNote ? 'As above.' : 'Source as above.'}</span> : input.source ? <SourceLink source={input.source} /> : null}
      </td>
    </tr>
  )
}

/** The remark without what the columns beside it say: the age, and that it was assumed. */
function notSaidYet({ note = '', takenAt, origin }: EstimateInput): string {
  if (note === originWords[origin]) return ''
  return takenAt === null ? note : note.replace(/(?:^|[;,] )\d+ days old$/, '')
}

function isSame(a: Source | null, b: Source): boolean {
  return a !== null && a.url === b.url && a.date === b.date && a.note === b.note
}
