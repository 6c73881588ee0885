/** Where outside figures come from: the switch for all of it, each source, asking now, and every request that was made. */
import { useRef, useState } from 'react'
import { Notice } from '../../components/Notice.tsx'
import { Section } from '../../components/Page.tsx'
import { count } from '../../format/numbers.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { SwitchSetting } from '../settings/SwitchSetting.tsx'
import { OutsideNotices } from './OutsideNotices.tsx'
import { RequestsPanel } from './RequestsPanel.tsx'
import { SourcesTable } from './SourcesTable.tsx'
import { TokenPrices } from './TokenPrices.tsx'
import { answeredSince, refreshOutcome } from './source-words.ts'

export function SourcesPanel() {
  const { sources } = usePart('networks')
  const { values } = usePart('settings')
  /** Whose requests are shown; null: of all. */
  const [shown, setShown] = useState<string | null>(null)
  const requests = useRef<HTMLDivElement>(null)

  function showRequests(sourceId: string): void {
    setShown(sourceId)
    requests.current?.focus()
    requests.current?.scrollIntoView()
  }

  return (
    <>
      <OutsideNotices />
      <Section title="Where figures come from" aside={sources.length === 0 ? null : `${count(sources.length, 'source')}, ${sources.filter((source) => source.isOn).length} on`}>
        <div className="outside">
          <SwitchSetting name="asksOutside" label="Ask these sources at all" value={values.asksOutside} help="Only public data is asked for. A wallet’s address is sent to the chain it is of, and only if you have set one." />
          <RefreshAll />
        </div>
        {sources.length === 0 ? <Notice level="info" title="There is no source to ask." /> : <SourcesTable sources={sources} label="Sources of public data" grouped onRequests={showRequests} />}
      </Section>
      <TokenPrices />
      <RequestsPanel headRef={requests} sourceId={shown} onSource={setShown} />
    </>
  )
}

type Refreshing = { phase: 'idle' } | { phase: 'asking'; before: Map<string, number | null> } | { phase: 'done'; sentence: string } | { phase: 'failed'; sentence: string }

function RefreshAll() {
  const ask = useAsk()
  const { sources } = usePart('networks')
  const { values } = usePart('settings')
  const [refreshing, setRefreshing] = useState<Refreshing>({ phase: 'idle' })
  const on = sources.filter((source) => source.isOn)
  const why = !values.asksOutside ? 'Nothing is asked while that is switched off.' : on.length === 0 ? 'There is no source that may be asked.' : null
  const isAsking = refreshing.phase === 'asking'
  const answered = refreshing.phase === 'asking' ? answeredSince(sources, refreshing.before) : 0

  async function askAll(): Promise<void> {
    if (why !== null || isAsking) return
    const ids = on.map((source) => source.id)
    setRefreshing({ phase: 'asking', before: new Map(on.map((source) => [source.id, source.lastTriedAt])) })
    const reply = await ask('markets.refresh', { sourceIds: ids })
    setRefreshing(reply.ok ? { phase: 'done', sentence: refreshOutcome(reply.value.filter((source) => ids.includes(source.id))) } : { phase: 'failed', sentence: reply.failure.message })
  }

  return (
    <div className="refresh">
      <button type="button" className="button" aria-disabled={why !== null || isAsking ? true : undefined} onClick={() => void askAll()}>
        Ask all now
      </button>
      <div className="refresh-words">
        {refreshing.phase === 'asking' ? (
          <>
            <progress className="progress" aria-label="Sources that have answered" value={answered} max={refreshing.before.size} />
            <span className="small muted" aria-hidden="true">
              {answered} of {refreshing.before.size} have answered
            </span>
          </>
        ) : null}
        <p role="status" className={refreshing.phase === 'failed' ? 'small tone-warning' : 'small muted'}>
          {refreshing.phase === 'asking' ? <span className="visually-hidden">Asking {count(refreshing.before.size, 'source')} …</span> : refreshing.phase === 'idle' ? why : refreshing.sentence}
        </p>
      </div>
    </div>
  )
}
