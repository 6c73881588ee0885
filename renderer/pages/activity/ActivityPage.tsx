/** Activity: what ran, stopped, failed and was set up, with the cards and their alerts beside it, newest first. */
import { useState } from 'react'
import { Page } from '../../components/Page.tsx'
import { findProgramme } from '../../state/programmes.ts'
import { replaceRoute, useRoute, writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { ActivityFilters } from './ActivityFilters.tsx'
import { ActivityList } from './ActivityList.tsx'
import type { ActivityFilter } from './activity-events.ts'

export function ActivityPage() {
  const { detail } = useRoute()
  const { programmes } = usePart('networks')
  const { practice } = usePart('programmes')
  const [rest, setRest] = useState<Pick<ActivityFilter, 'gpuId' | 'kind'>>({ gpuId: null, kind: null })
  const known = [...programmes, ...practice]
  // The programme stands in the address, so that a programme's own page can lead here.
  const filter: ActivityFilter = { ...rest, programmeId: findProgramme(known, detail ?? '')?.id ?? null }
  function choose(next: ActivityFilter): void {
    setRest({ gpuId: next.gpuId, kind: next.kind })
    if (next.programmeId !== filter.programmeId) replaceRoute('activity', next.programmeId)
  }
  return (
    <Page title="Activity" lead={<>What happened on this machine, newest first. What was paid stands in the <a href={writeRoute('ledger')}>ledger</a>.</>}>
      <ActivityFilters filter={filter} programmes={known} onChange={choose} />
      <ActivityList key={JSON.stringify(filter)} filter={filter} programmes={known} onEverything={() => choose({ programmeId: null, gpuId: null, kind: null })} />
    </Page>
  )
}
