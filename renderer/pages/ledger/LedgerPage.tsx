/** Ledger: what came in and went out, what was promised against what was paid, where payouts arrive, and the file for the tax office. */
import { Tabs } from 'radix-ui'
import { Page } from '../../components/Page.tsx'
import { replaceRoute, useRoute } from '../../state/route.ts'
import { EntriesTab } from './EntriesTab.tsx'
import { ExportTab } from './ExportTab.tsx'
import { PromisedTab } from './PromisedTab.tsx'
import { WalletsTab } from './WalletsTab.tsx'

const tabs = [
  { id: 'entries', title: 'Entries', draw: EntriesTab },
  { id: 'promised', title: 'Promised and paid', draw: PromisedTab },
  { id: 'wallets', title: 'Wallets', draw: WalletsTab },
  { id: 'export', title: 'Export', draw: ExportTab },
] as const

export function LedgerPage() {
  const { detail } = useRoute()
  const open = tabs.find((tab) => tab.id === detail)?.id ?? 'entries'
  return (
    <Page title="Ledger" lead="What came in, what it cost, and what had been promised. Entries are added, never changed: a correction is an entry of its own.">
      <Tabs.Root value={open} onValueChange={(next) => replaceRoute('ledger', next === 'entries' ? null : next)}>
        <Tabs.List className="tabs" aria-label="Parts of the ledger">
          {tabs.map((tab) => (
            <Tabs.Trigger key={tab.id} className="tab" value={tab.id}>
              {tab.title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map((tab) => (
          <Tabs.Content key={tab.id} value={tab.id} className="tab-content" tabIndex={-1}>
            <tab.draw />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Page>
  )
}
