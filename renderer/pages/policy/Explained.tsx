/** Every rule of one programme on one card, in the order in which they are asked: those that matter in full, the rest folded. */
import { useEffect, useState } from 'react'
import type { Explanation, RuleVerdict } from '../../../shared/policy-state.ts'
import { MarkWord } from '../../components/ProviderMark.tsx'
import { Words } from '../../components/Words.tsx'
import { count } from '../../format/numbers.ts'
import type { Mark } from '../../state/providers.ts'
import { useNames } from '../../state/use-names.ts'
import { useAsk, usePart } from '../../state/window-context.ts'

const marks: Record<RuleVerdict['outcome'], Mark> = {
  decides: { word: 'Decides', icon: 'yes', tone: 'open' },
  holds: { word: 'Holds too', icon: 'maybe', tone: 'open' },
  overridden: { word: 'You said otherwise', icon: 'no', tone: 'fix' },
  unknown: { word: 'Not known', icon: 'unknown', tone: 'unknown' },
  clear: { word: 'Does not hold', icon: 'maybe', tone: 'unknown' },
}

/** `alike`: more cards of which the same is true. */
export function Explained({ programmeId, gpuId, alike }: { programmeId: string; gpuId: string | null; alike: readonly string[] }) {
  const ask = useAsk()
  const names = useNames()
  const { madeAt } = usePart('policy')
  const [answer, setAnswer] = useState<Explanation | string | null>(null)
  useEffect(() => {
    let isOver = false
    void ask('policy.explain', { programmeId, ...(gpuId === null ? {} : { gpuId }) }).then((reply) => {
      if (isOver) return
      const found = reply.ok ? reply.value.find((one) => one.programmeId === programmeId && one.gpuId === gpuId) : undefined
      setAnswer(reply.ok ? (found ?? 'There is nothing to explain any more: this programme no longer has that card.') : reply.failure.message)
    })
    return () => void (isOver = true)
  }, [ask, programmeId, gpuId, madeAt])
  if (answer === null) {
    return (
      <p role="status" className="detail muted">
        Asking every rule …
      </p>
    )
  }
  if (typeof answer === 'string') {
    return (
      <p role="alert" className="detail field-problem">
        {answer}
      </p>
    )
  }
  const telling = answer.rules.filter(({ outcome }) => outcome !== 'clear')
  const clear = answer.rules.filter(({ outcome }) => outcome === 'clear')
  const of = gpuId === null ? names.programme(programmeId) : `${names.programme(programmeId)} on ${names.card(gpuId)}`
  return (
    <div className="detail explained">
      <p className="small muted">
        Rules are asked in this order; the first that holds decides. Of {of}
        {alike.length > 0 ? `; the same is true of ${alike.map(names.card).join(', ')}` : ''}.
      </p>
      <Rules rules={telling} label={`Rules that matter now: ${of}`} />
      {clear.length > 0 ? (
        <details className="folded">
          <summary>{count(clear.length, 'rule')} that {clear.length === 1 ? 'does' : 'do'} not hold now</summary>
          <Rules rules={clear} label={`Rules that do not hold: ${of}`} />
        </details>
      ) : null}
    </div>
  )
}

function Rules({ rules, label }: { rules: RuleVerdict[]; label: string }) {
  return (
    <table className="table table-small rules">
      <caption className="visually-hidden">{label}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Whether it holds</th>
          <th scope="col">What it says</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ rule, title, outcome, sentence }) => (
          <tr key={rule} className={outcome === 'decides' ? 'rule-decides' : undefined}>
            <th scope="row">{title}</th>
            <td>
              <MarkWord mark={marks[outcome]} />
            </td>
            <td>
              <Words text={sentence} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
