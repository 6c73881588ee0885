/** What runs now or does not, in one sentence with why and until when; and the ways to say otherwise for a while. */
import { Section } from '../../components/Page.tsx'
import { PauseControls } from '../../components/PauseControls.tsx'
import { PolicyWords } from '../../components/PolicyWords.tsx'
import { Words } from '../../components/Words.tsx'
import { decisionsToSay } from '../../state/policy.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'

export function PolicyNow() {
  const policy = usePart('policy')
  // Where nothing is set up there is nothing to pause, and what a newcomer came for stands below.
  if (decisionsToSay(policy).length === 0 && policy.settings.overrides.length === 0) return null
  return (
    <Section title="Now" aside={<a href={writeRoute('policy')}>Why, and what may run when</a>}>
      <PolicyWords />
      {policy.notActing === null || policy.notActing === policy.why ? null : (
        <p className="muted small">
          <Words text={policy.notActing} />
        </p>
      )}
      <PauseControls />
    </Section>
  )
}
