/** Who is told what, when and how: the least severity, quiet hours, and the ways to reach the owner. */
import type { ChannelId } from '../../../shared/health.ts'
import type { Settings } from '../../../shared/settings.ts'
import type { Choice } from '../../components/ChoiceEntry.tsx'
import { Section } from '../../components/Page.tsx'
import { formatClock } from '../../format/time.ts'
import { usePart } from '../../state/window-context.ts'
import { ChannelCard } from './ChannelCard.tsx'
import { ChoiceSetting } from './ChoiceSetting.tsx'
import { NtfySetting } from './NtfySetting.tsx'
import { NumberSetting } from './NumberSetting.tsx'
import { QuietHours } from './QuietHours.tsx'
import { SwitchSetting } from './SwitchSetting.tsx'
import { WebhookSetting } from './WebhookSetting.tsx'

const severities: Choice<Settings['notifyFrom']>[] = [
  { value: 'info', title: 'everything' },
  { value: 'warning', title: 'warnings and what is critical' },
  { value: 'critical', title: 'only what is critical' },
  { value: 'never', title: 'nothing' },
]

export function NotificationSettings() {
  const { values } = usePart('settings')
  const { channels, quietUntil } = usePart('health')
  const find = (id: ChannelId) => channels.find((channel) => channel.id === id)
  const [desktop, webhook, ntfy] = [find('desktop'), find('webhook'), find('ntfy')]
  return (
    <Section title="Notifications" aside={quietUntil === null ? null : `Quiet hours until ${formatClock(quietUntil)}`}>
      <div className="settings">
        <ChoiceSetting name="notifyFrom" label="Send me" value={values.notifyFrom} choices={severities} help="Every alert is shown on the pages, whatever is chosen here." />
        <QuietHours from={values.quietFrom} to={values.quietTo} />
        <SwitchSetting name="criticalBreaksQuiet" label="Critical alerts are sent in quiet hours too" value={values.criticalBreaksQuiet} />
        <NumberSetting name="hotFromC" label="A card is hot from" unit="°C" value={values.hotFromC} placeholder="its own limit" help={`Empty: the temperature at which the card slows itself down.${values.temperatureUnit === 'F' ? ' In Celsius here: 85 °C is 185 °F.' : ''}`} />
      </div>
      <div className="channels">
        {desktop ? (
          <ChannelCard channel={desktop} title="On the desktop" about="A notification of the system, where this machine has a screen.">
            <SwitchSetting name="notifyOnDesktop" label="Show notifications" value={values.notifyOnDesktop} />
          </ChannelCard>
        ) : null}
        {webhook ? <WebhookSetting channel={webhook} /> : null}
        {ntfy ? <NtfySetting channel={ntfy} /> : null}
      </div>
    </Section>
  )
}
