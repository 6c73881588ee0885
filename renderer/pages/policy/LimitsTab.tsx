/** What stops work or holds it back: who is there, heat and noise, power, network and disk, money, sleep, the desktop. */
import { policySettingsSchema } from '../../../shared/policy.ts'
import { Section } from '../../components/Page.tsx'
import { TextEntry } from '../../components/TextEntry.tsx'
import { TimesEntry } from '../../components/TimesEntry.tsx'
import { Words } from '../../components/Words.tsx'
import { usePart } from '../../state/window-context.ts'
import { PolicyChoice, PolicyNumber, PolicySwitch } from './fields.tsx'
import { usePolicyChange } from './use-policy-change.ts'

const stopOrRun = (stop: string, run: string) => [
  { value: 'stop' as const, title: stop },
  { value: 'run' as const, title: run },
]

export function LimitsTab() {
  const { settings, shortcut, canSleep } = usePart('policy')
  const { temperatureUnit } = usePart('settings').values
  const change = usePolicyChange()
  const celsius = temperatureUnit === 'F' ? ' In Celsius here: 83 °C is 181 °F.' : ''
  return (
    <>
      <Section title="Whether somebody is there">
        <div className="settings">
          <PolicyNumber name="idleAfterMinutes" label="You count as away after" unit="minutes" help="Without keyboard and mouse. The first touch ends it." />
          <PolicyChoice
            name="whenIdleUnknown"
            label="Where nothing tells whether you are there"
            choices={[
              { value: 'by-load', title: 'go by each card’s load' },
              { value: 'wait', title: 'wait' },
            ]}
            help="Some Wayland desktops tell nobody. By its load: a card that has been quiet for a while may work. Unknown is never taken for away."
          />
          <PolicySwitch name="countsLock" label="A locked screen means that you are away" />
          <PolicySwitch name="sparesOnlyDisplay" label="Cards without a display may work while you are there" help="As long as nothing of yours is on them." />
        </div>
      </Section>
      <Section title="Heat and noise">
        <div className="settings">
          <PolicyNumber name="maxTemperatureC" label="A card stops at" unit="°C" placeholder="its own limit" help={`Empty: 5 °C below the point where it slows itself down. It goes on once it is 8 °C cooler.${celsius}`} />
          <PolicyNumber name="maxFan" label="Fan at most" unit="%" scale={100} placeholder="no limit" help="At any time of day." />
          <TimesEntry legend="Quiet hours of the room" from={settings.quietFrom} to={settings.quietTo} save={(quietFrom, quietTo) => change({ quietFrom, quietTo })} help="By the clock of the week; they may go over midnight." />
          <PolicyNumber name="quietMaxFan" label="Fan in quiet hours at most" unit="%" scale={100} help="0: nothing runs in quiet hours." />
        </div>
      </Section>
      <Section title="Power, network and disk">
        <div className="settings">
          <PolicyChoice name="onBattery" label="On battery" choices={stopOrRun('stop', 'go on')} />
          <PolicyChoice name="onLidClosed" label="With the lid closed" choices={stopOrRun('stop', 'go on')} />
          <PolicyChoice name="onMetered" label="On a metered network" choices={stopOrRun('stop', 'go on')} />
          <PolicyNumber name="mostTrafficGb" label="Traffic in a day at most" unit="GB" placeholder="not counted" help="All that this machine sends and receives, since midnight." />
          <PolicyNumber name="leastDiskGb" label="Free on the disk at least" unit="GB" help="Of the disk that holds Idlewatt’s data folder." />
        </div>
      </Section>
      <Section title="Money">
        <div className="settings">
          <PolicySwitch name="stopsAtLoss" label="Stand still while the coming hours would cost more than they bring" help="Only where stopping costs less than going on." />
          <PolicyChoice
            name="judgesBy"
            label="Judge by"
            choices={[
              { value: 'low', title: 'the cautious case' },
              { value: 'expected', title: 'the expected case' },
              { value: 'high', title: 'the hopeful case' },
            ]}
            help="Where no expected case is published, the hopeful one stands in."
          />
          <PolicyNumber name="leastUsdPerHour" label="An hour must bring at least" unit="USD" help="After power, for each programme. Below zero: you would pay for going on." />
        </div>
      </Section>
      <Section title="Sleeping and waking">
        <div className="settings">
          <PolicySwitch name="keepsAwake" label="Keep the machine awake while something paid or listed needs it" help="Only as long as it does. The screen may always go dark." />
          <PolicySwitch name="sleepsAtLoss" label="Put the machine to sleep while nothing is worth running" help={<>Only while nobody is there, and it is woken for the next hours that are. <Words text={canSleep.sentence} /></>} />
        </div>
      </Section>
      <Section title="On the desktop">
        <div className="settings">
          <TextEntry
            label="Shortcut for “I need my GPU”"
            value={settings.shortcut}
            placeholder="none"
            read={(typed) => readShortcut(typed)}
            save={(next) => change({ shortcut: next })}
            help={<>It pauses everything for an hour, from anywhere on the desktop. Empty: none. {shortcut.isTaken ? <strong className="tone-warning">{shortcut.sentence}</strong> : shortcut.sentence}</>}
          />
          <PolicySwitch name="staysInTray" label="Closing the window leaves Idlewatt in the tray" help="While something is to run. Otherwise it ends, as before." />
        </div>
      </Section>
    </>
  )
}

/** Keys joined by "+", at least one of them a modifier: a shortcut of one letter would take that letter from every program. */
export function readShortcut(typed: string): { value: string | null; problem?: string } {
  const keys = typed.split('+').map((key) => key.trim())
  if (typed.trim() === '') return { value: null }
  if (keys.length < 2 || keys.some((key) => key === '')) return { value: null, problem: 'Keys joined by +, such as CommandOrControl+Alt+G.' }
  const value = keys.join('+')
  return policySettingsSchema.shape.shortcut.unwrap().safeParse(value).success ? { value } : { value: null, problem: 'That is too long for a shortcut.' }
}
