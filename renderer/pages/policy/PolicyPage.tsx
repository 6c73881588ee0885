/** When each card may work: what happens this second and why, the week, cards and programs, limits. */
import { Tabs } from 'radix-ui'
import { Page } from '../../components/Page.tsx'
import { replaceRoute, useRoute } from '../../state/route.ts'
import { useTelemetry } from '../../state/viewing.ts'
import { CardsTab } from './CardsTab.tsx'
import { LimitsTab } from './LimitsTab.tsx'
import { NowTab } from './NowTab.tsx'
import { ProgramsTab } from './ProgramsTab.tsx'
import { ThisSecond } from './ThisSecond.tsx'
import { WeekTab } from './WeekTab.tsx'

const tabs = [
  { id: 'now', title: 'Now', Part: NowTab },
  { id: 'week', title: 'Week and tariff', Part: WeekTab },
  { id: 'cards', title: 'Cards and programmes', Part: CardsTab },
  { id: 'programs', title: 'Programs in the way', Part: ProgramsTab },
  { id: 'limits', title: 'Limits', Part: LimitsTab },
] as const

export function PolicyPage() {
  useTelemetry()
  const { detail } = useRoute()
  const open = tabs.find((tab) => tab.id === detail)?.id ?? 'now'
  return (
    <Page title="Policy" lead="When each card may work, and why it does or does not. Each change is saved at once and holds from then on.">
      <ThisSecond />
      <Tabs.Root value={open} onValueChange={(next) => replaceRoute('policy', next === 'now' ? null : next)}>
        <Tabs.List className="tabs tabs-many" aria-label="About the policy">
          {tabs.map((tab) => (
            <Tabs.Trigger key={tab.id} className="tab" value={tab.id}>
              {tab.title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map(({ id, Part }) => (
          <Tabs.Content key={id} value={id} className="tab-content" tabIndex={-1}>
            <Part />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Page>
  )
}
