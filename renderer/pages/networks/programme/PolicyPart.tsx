/** What the policy says for one programme, beside the buttons that start and stop it. */
import { IgnoreProgram } from '../../../components/IgnoreProgram.tsx'
import { MarkWord } from '../../../components/ProviderMark.tsx'
import { Words } from '../../../components/Words.tsx'
import { count } from '../../../format/numbers.ts'
import { asSentence } from '../../../format/words.ts'
import { decisionGroups, doMark } from '../../../state/policy.ts'
import { writeRoute } from '../../../state/route.ts'
import { useNames } from '../../../state/use-names.ts'
import { usePart } from '../../../state/window-context.ts'

export function PolicyPart({ programmeId }: { programmeId: string }) {
  const { decisions, settings, notActing } = usePart('policy')
  const names = useNames()
  const groups = decisionGroups(decisions.filter((one) => one.programmeId === programmeId))
  if (groups.length === 0) return null
  const isArmed = settings.programmes[programmeId]?.isArmed ?? false
  return (
    <div className="policy-part">
      <ul className="policy-list">
        {groups.map(({ decision, gpuIds }) => {
          const [first, ...others] = decision.because
          return (
            <li key={`${gpuIds[0] ?? ''} ${decision.do} ${first?.sentence ?? ''}`}>
              <MarkWord mark={doMark(decision.do, notActing === null)} />{' '}
              {gpuIds.length === 0 || groups.length === 1 ? null : <span className="muted">{gpuIds.length === 1 ? names.card(gpuIds[0] ?? '') : count(gpuIds.length, 'card')}: </span>}
              {first ? <Words text={first.sentence} /> : null} <span className="muted">{decision.untilWords === '' ? null : <Words text={asSentence(decision.untilWords)} />}</span> {first?.program ? <IgnoreProgram name={first.program.name} /> : null}
              {others.length > 0 ? (
                <ul className="decision-others small">
                  {others.map((one) => (
                    <li key={`${one.rule} ${one.sentence}`}>
                      <Words text={one.sentence} /> {one.program && one.program.name !== first?.program?.name ? <IgnoreProgram name={one.program.name} /> : null}
                    </li>
                  ))}
                </ul>
              ) : null}
            </li>
          )
        })}
      </ul>
      <p className="small muted">
        {notActing === null ? (isArmed ? 'You started it, so Idlewatt runs it whenever it may, until you stop it. ' : 'Idlewatt does not start it by itself. Once you start it, it runs whenever it may. ') : `${notActing} `}
        <a href={writeRoute('policy')}>When it may run</a>
      </p>
    </div>
  )
}
