/** Networks: whether they last, one of them in full, and where every outside figure comes from. */
import { Tabs } from 'radix-ui'
import { useEffect, useRef } from 'react'
import { Notice } from '../../components/Notice.tsx'
import { Page } from '../../components/Page.tsx'
import { replaceRoute, useRoute, writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { OutsideNotices } from '../markets/OutsideNotices.tsx'
import { SourcesPanel } from '../markets/SourcesPanel.tsx'
import { NetworkDetail } from './NetworkDetail.tsx'
import { NetworkList } from './NetworkList.tsx'
import { networkLinkId } from './network-links.ts'
import { PracticeCard } from './PracticeCard.tsx'
import { ProgrammePage } from './programme/ProgrammePage.tsx'
import { readProgrammeDetail } from './programme/programme-detail.ts'
import { useHealth } from './use-health.ts'

const sourcesDetail = 'sources'

export function NetworksPage() {
  const networks = usePart('networks')
  const { practice } = usePart('programmes')
  const { detail } = useRoute()
  const health = useHealth(networks)
  const network = networks.networks.find((one) => one.id === detail)
  const { programmeId, tab: programmeTab } = readProgrammeDetail(detail)
  const programme = [...networks.programmes, ...practice].find((one) => one.id === programmeId)
  const tab = detail === sourcesDetail ? sourcesDetail : 'networks'
  useFocusOnTheWay(programme?.id ?? network?.id ?? null)
  if (programme) return <ProgrammePage key={programme.id} info={programme} tab={programmeTab} />
  if (network) return <NetworkDetail key={network.id} network={network} answer={health.of(network.id)} onAgain={health.readAgain} />
  return (
    <Page title="Networks" lead="Whether a network lasts shows in how much it is used and what it takes in, not in the price of its token.">
      <Tabs.Root value={tab} onValueChange={(next) => replaceRoute('networks', next === sourcesDetail ? sourcesDetail : null)}>
        <Tabs.List className="tabs" aria-label="What to see">
          <Tabs.Trigger className="tab" value="networks">
            Networks
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value={sourcesDetail}>
            Sources and requests
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="networks" className="tab-content" tabIndex={-1}>
          {detail !== null && detail !== sourcesDetail ? <Notice level="info" title={programmeId === null ? 'This Idlewatt knows no network by the name in this address.' : 'This Idlewatt knows no programme by the name in this address.'} /> : null}
          <OutsideNotices more={<a href={writeRoute('networks', sourcesDetail)}>See the sources</a>} />
          <NetworkList of={health.of} onAgain={health.readAgain} />
          <PracticeCard />
        </Tabs.Content>
        <Tabs.Content value={sourcesDetail} className="tab-content" tabIndex={-1}>
          <SourcesPanel />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  )
}

/** Into a network or a programme: its heading is focused, so that reading goes on there. Back: the link one came by. */
function useFocusOnTheWay(open: string | null): void {
  const before = useRef(open)
  useEffect(() => {
    const left = before.current
    before.current = open
    if (left === open) return
    // From a programme back to its network: the link to the programme is there again.
    const link = left === null ? null : document.getElementById(networkLinkId(left))
    if (link !== null) return link.focus()
    if (open === null) return
    window.scrollTo(0, 0)
    document.querySelector<HTMLElement>('h1')?.focus()
  }, [open])
}
