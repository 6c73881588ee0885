/** Whether the readings are kept, how that goes, and for how long they stay. */
import { Section } from '../../components/Page.tsx'
import { Moment } from '../../components/Moment.tsx'
import { Notice } from '../../components/Notice.tsx'
import { formatTime } from '../../format/time.ts'
import { usePart } from '../../state/window-context.ts'
import { SwitchSetting } from './SwitchSetting.tsx'

export function RecordingSettings() {
  const { values } = usePart('settings')
  const { recording } = usePart('health')
  return (
    <Section title="Recording">
      {recording.phase === 'stopped' ? (
        <Notice level="warning" title={recording.sentence}>
          <p>
            Nothing is kept since <Moment at={recording.since} />. It is tried again at {formatTime(recording.retryAt)}.
          </p>
        </Notice>
      ) : null}
      <div className="settings">
        <SwitchSetting
          name="recordHistory"
          label="Keep the readings of every card"
          value={values.recordHistory}
          help="Once a second, also while no window is open. Kept: every second for a day, every 10 seconds for a week, every minute for 90 days, every 15 minutes for good; under 30 MB a year for one card. They never leave this machine."
        />
        <p className="field-help">
          {recording.phase === 'on' ? (
            <>
              Recording since <Moment at={recording.since} />.
            </>
          ) : recording.phase === 'off' ? (
            recording.sentence
          ) : null}
        </p>
      </div>
    </Section>
  )
}
