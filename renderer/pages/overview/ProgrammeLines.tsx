/** One line for each programme that this machine takes part in: how its software is, in one sentence, and the way to it. */
import { ProviderMark, MarkWord } from '../../components/ProviderMark.tsx'
import { Section } from '../../components/Page.tsx'
import { Words } from '../../components/Words.tsx'
import { isEnrolled, stepsDone } from '../../state/providers.ts'
import { findProgramme, programmeName } from '../../state/programmes.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'

export function ProgrammeLines() {
  const { programmes } = usePart('networks')
  const { enrolments, providers, practice } = usePart('programmes')
  const ids = [...new Set([...enrolments, ...providers].map((one) => one.programmeId))]
  const lines = ids.flatMap((id) => {
    const enrolment = enrolments.find((one) => one.programmeId === id)
    const provider = providers.find((one) => one.programmeId === id)
    return isEnrolled(enrolment, provider) ? [{ id, enrolment, provider }] : []
  })
  if (lines.length === 0) return null
  return (
    <Section title="Programmes" aside={<a href={writeRoute('activity')}>What happened</a>}>
      <ul className="programme-lines">
        {lines.map(({ id, enrolment, provider }) => {
          const info = findProgramme([...programmes, ...practice], id)
          const steps = enrolment && enrolment.phase !== 'set-up' ? stepsDone(enrolment) : null
          return (
            <li key={id}>
              <a href={writeRoute('networks', id)}>{programmeName(info, id)}</a>
              {provider && provider.phase !== 'not-set-up' ? <ProviderMark state={provider} /> : <MarkWord mark={{ word: enrolment?.phase === 'leaving' ? 'Being left' : 'Being set up', icon: 'wait', tone: 'open' }} />}
              <span className="programme-line-words">
                {practice.some((one) => one.id === id) ? <span className="chip">practice: earns nothing</span> : null}{' '}
                <Words text={provider && provider.phase !== 'not-set-up' ? provider.because : (enrolment?.blocked ?? (steps ? `${steps.done} of ${steps.all} steps done.` : 'It is set up.'))} />
              </span>
            </li>
          )
        })}
      </ul>
    </Section>
  )
}
