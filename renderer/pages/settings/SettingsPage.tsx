/** Settings: electricity and money, the plug, who is told what and how, recording, and how the pages look; beside them, Diagnose. */
import { Tabs } from 'radix-ui'
import { Suspense } from 'react'
import { lazyPage } from '../../components/lazy-page.ts'
import { Page, Section } from '../../components/Page.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { Moment } from '../../components/Moment.tsx'
import { PartNotLoaded } from '../../components/NotLoaded.tsx'
import { formatNumber } from '../../format/numbers.ts'
import { originWords } from '../../format/words.ts'
import { replaceRoute, useRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { Calibration } from './Calibration.tsx'
import { ChoiceSetting } from './ChoiceSetting.tsx'
import { NotificationSettings } from './NotificationSettings.tsx'
import { NumberSetting } from './NumberSetting.tsx'
import { RecordingSettings } from './RecordingSettings.tsx'
import { TariffSettings } from './TariffSettings.tsx'
import { currencies, themes } from './choices.ts'

const diagnose = 'diagnose'
const DiagnosePanel = lazyPage(() => import('./diagnose/DiagnosePanel.tsx').then((file) => file.DiagnosePanel), PartNotLoaded)

export function SettingsPage() {
  const { detail } = useRoute()
  return (
    <Page title="Settings" lead="Each change is saved as soon as you leave its field.">
      <Tabs.Root value={detail === diagnose ? diagnose : 'settings'} onValueChange={(next) => replaceRoute('settings', next === diagnose ? diagnose : null)}>
        <Tabs.List className="tabs" aria-label="What to see">
          <Tabs.Trigger className="tab" value="settings">
            Settings
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value={diagnose}>
            Diagnose
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="settings" className="tab-content" tabIndex={-1}>
          <AllSettings />
        </Tabs.Content>
        <Tabs.Content value={diagnose} className="tab-content" tabIndex={-1}>
          <Suspense fallback={<p role="status" className="muted">Opening …</p>}>
            <DiagnosePanel />
          </Suspense>
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  )
}

function AllSettings() {
  const settings = usePart('settings')
  const app = usePart('app')
  const { values, currencyRate } = settings
  return (
    <>
      <Section title="Electricity and money">
        <div className="settings">
          <ChoiceSetting
            name="currency"
            label="Currency"
            value={values.currency}
            choices={currencies}
            help={values.electricityPricePerKwh === null ? 'Estimates are made in US dollars and shown in this.' : 'Estimates are made in US dollars and shown in this. Electricity prices and wear are converted along.'}
          />
          {values.currency === 'USD' ? null : (
            <NumberSetting
              name="usdPerCurrencyUnit"
              label="Your own rate"
              unit={`USD for 1 ${values.currency}`}
              value={values.usdPerCurrencyUnit}
              placeholder={currencyRate ? formatNumber(currencyRate.usdPerUnit, 4) : 'no rate known'}
              help={
                currencyRate ? (
                  <>
                    In use: {formatNumber(currencyRate.usdPerUnit, 4)}, {originWords[currencyRate.origin]}
                    {currencyRate.takenAt === null ? '' : ', '}
                    {currencyRate.takenAt === null ? null : <Moment at={currencyRate.takenAt} />}
                    {currencyRate.source ? (
                      <>
                        , from <SourceLink source={currencyRate.source} />
                      </>
                    ) : null}
                    {currencyRate.origin === 'user' ? '. Empty: the one Idlewatt knows is used.' : '. Leave empty to use the one Idlewatt knows.'}
                  </>
                ) : (
                  `No rate for ${values.currency} is known, so amounts are shown in US dollars until you enter one.`
                )
              }
            />
          )}
        </div>
        <TariffSettings />
      </Section>
      <Section title="Power at the wall">
        <p className="muted section-note">Cards report their own watts; the plug gives more. Wall watts = card watts × factor + offset.</p>
        <div className="settings">
          <NumberSetting name="wallPowerFactor" label="Factor" unit="×" value={values.wallPowerFactor} required help="From a plug meter: what the wall gives more, over what the cards report more. 1.1 is common." />
          <NumberSetting name="wallPowerOffsetW" label="Offset" unit="W" value={values.wallPowerOffsetW} required help="What remains, for the whole machine." />
          <NumberSetting name="hostPowerW" label="Rest of the machine" unit="W" value={values.hostPowerW} placeholder="60 assumed" help="Processor, memory, fans and disks while a programme takes the whole machine. Empty: 60 W are assumed." />
        </div>
        <Calibration />
      </Section>
      <NotificationSettings />
      <RecordingSettings />
      <Section title="Appearance">
        <div className="settings">
          <ChoiceSetting name="theme" label="Theme" value={values.theme} choices={themes} />
          <ChoiceSetting
            name="temperatureUnit"
            label="Temperature"
            value={values.temperatureUnit}
            choices={[
              { value: 'C', title: 'Celsius' },
              { value: 'F', title: 'Fahrenheit' },
            ]}
          />
        </div>
      </Section>
      <Section title="About this Idlewatt">
        <dl className="facts-list">
          <div>
            <dt>Version</dt>
            <dd>{app.version}</dd>
          </div>
          <div>
            <dt>Data folder</dt>
            <dd className="wrap">{app.dataFolder}</dd>
          </div>
          <div>
            <dt>Running since</dt>
            <dd>
              <Moment at={app.startedAt} />
            </dd>
          </div>
          <div>
            <dt>Shown through</dt>
            <dd>{app.door === 'desktop' ? 'its own window' : 'a browser on this machine'}</dd>
          </div>
        </dl>
      </Section>
    </>
  )
}
