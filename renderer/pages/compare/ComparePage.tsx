/** Programmes × GPUs: can it join, what would it pay, what must be locked, how sure; and the same for cards one does not own. */
import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'
import { LookStatus, NoGpu, detectionOf } from '../../components/Looking.tsx'
import { Hint } from '../../components/Hint.tsx'
import { Page } from '../../components/Page.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { Age } from '../../components/Moment.tsx'
import { moneyFormat } from '../../format/money.ts'
import { originWords } from '../../format/words.ts'
import { drawnGpus } from '../../state/gpu-slots.ts'
import { replaceRoute, useRoute, writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { ComparisonTable } from './ComparisonTable.tsx'
import { WhatIfPanel } from './WhatIfPanel.tsx'

const whatIfDetail = 'what-if'

export function ComparePage() {
  const route = useRoute()
  const settings = usePart('settings')
  const money = moneyFormat(settings)
  const tab = route.detail === whatIfDetail ? whatIfDetail : 'mine'
  function show(next: string): void {
    replaceRoute('compare', next === whatIfDetail ? whatIfDetail : null)
  }
  return (
    <Page
      title="Compare"
      lead={
        <>
          What each programme would pay in <Hint text={money.about}>{money.code}</Hint> per day and GPU, after power. Estimates, not promises: never buy hardware on the strength of one.
        </>
      }
    >
      <Tabs.Root value={tab} onValueChange={show}>
        <Tabs.List className="tabs" aria-label="Which cards">
          <Tabs.Trigger className="tab" value="mine">
            This machine
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value={whatIfDetail}>
            What if
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="mine" className="tab-content" tabIndex={-1}>
          <MyComparison open={route.detail === whatIfDetail ? null : route.detail} />
        </Tabs.Content>
        <Tabs.Content value={whatIfDetail} className="tab-content" tabIndex={-1}>
          <WhatIfPanel />
        </Tabs.Content>
      </Tabs.Root>
      <Prices />
    </Page>
  )
}

function MyComparison({ open }: { open: string | null }) {
  const gpus = usePart('gpus')
  const comparison = usePart('comparison')
  const detection = detectionOf(gpus)
  function toggle(key: string): void {
    replaceRoute('compare', open === key ? null : key)
  }
  if (!detection) {
    return (
      <>
        <LookStatus gpus={gpus} />
        {gpus.phase === 'failed' ? <WhatIfInstead>Until the cards are seen, there is nothing to compare here.</WhatIfInstead> : null}
      </>
    )
  }
  if (drawnGpus(detection.gpus).cards.length === 0) {
    return (
      <>
        <LookStatus gpus={gpus} />
        <NoGpu detection={detection}>
          <WhatIfInstead>Without a GPU there is nothing to compare here.</WhatIfInstead>
        </NoGpu>
      </>
    )
  }
  if (comparison.phase === 'waiting') return <p role="status">Working out what each programme would pay …</p>
  return (
    <>
      <LookStatus gpus={gpus} />
      <ComparisonTable label="Programmes for this machine" estimates={comparison.estimates} gpus={detection.gpus} open={open} onToggle={toggle} />
    </>
  )
}

function WhatIfInstead({ children }: { children: ReactNode }) {
  return (
    <p>
      {children} <a href={writeRoute('compare', whatIfDetail)}>Ask what another card would pay</a>.
    </p>
  )
}

/** What the estimates stand on, with its age. */
function Prices() {
  const { markets } = usePart('networks')
  if (markets.length === 0) return null
  return (
    <details className="prices">
      <summary>The prices and figures these estimates stand on</summary>
      <table className="table table-small">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Origin</th>
            <th scope="col">Age</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {markets.map((market) => (
            <tr key={market.id}>
              <td className="wrap">{market.title}</td>
              <td>{originWords[market.origin]}</td>
              <td>
                {market.takenAt === null ? 'undated' : <Age at={market.takenAt} />}
                {market.stale ? <span className="chip chip-warning">out of date</span> : null}
              </td>
              <td className="wrap">
                <SourceLink source={market.source} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small section-foot">
        <a href={writeRoute('networks', 'sources')}>Where these come from, when each was asked, and how to ask again</a>
      </p>
    </details>
  )
}
