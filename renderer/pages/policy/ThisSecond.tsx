/** What happens this second, with why and until when; and whether Idlewatt decides at all. */
import { Section } from '../../components/Page.tsx'
import { PauseControls } from '../../components/PauseControls.tsx'
import { PolicyWords } from '../../components/PolicyWords.tsx'
import { Words } from '../../components/Words.tsx'
import { usePart } from '../../state/window-context.ts'
import { PolicySwitch } from './fields.tsx'

export function ThisSecond() {
  const policy = usePart('policy')
  return (
    <Section title="This second" hideTitle className="this-second">
      <PolicyWords lead="This second: " />
      {policy.notActing === null ? null : (
        <p className="this-second-not">
          {policy.notActing === policy.why ? null : <Words text={`${policy.notActing} `} />}What you set here changes what would be done.
        </p>
      )}
      <div className="this-second-foot">
        <PauseControls />
        <PolicySwitch name="isOn" label="Idlewatt decides when software runs" />
      </div>
    </Section>
  )
}
