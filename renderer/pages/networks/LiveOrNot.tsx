/** Says so where none of a network's own sources has ever answered, and offers to ask them. */
import { useState } from 'react'
import type { SourceStatus } from '../../../shared/market-data.ts'
import { Notice } from '../../components/Notice.tsx'
import { writeRoute } from '../../state/route.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { isOfWallet, refreshOutcome, refusedAtStart } from '../markets/source-words.ts'

export function LiveOrNot({ title, sources }: { title: string; sources: readonly SourceStatus[] }) {
  const ask = useAsk()
  const { recordedMachine } = usePart('app')
  const { values } = usePart('settings')
  const [said, setSaid] = useState('')
  const own = sources.filter((source) => !isOfWallet(source))
  const on = own.filter((source) => source.isOn)
  if (own.length === 0 || own.some((source) => source.lastGoodAt !== null)) return <p role="status" className="visually-hidden">{said}</p>
  const isAsking = on.some((source) => source.phase === 'asking')
  const isAsked = on.some((source) => source.lastTriedAt !== null)
  const shown = <p>The figures below came with Idlewatt; each says how old it is.</p>
  if (on.length === 0) {
    const why = recordedMachine ? 'Nothing is asked outside, since this is a recorded machine.' : (refusedAtStart(own, values.sourcesOff) ?? `The sources of ${title} are switched off.`)
    return (
      <Notice level="info" title={why} actions={<a href={writeRoute('networks', 'sources')}>See the sources</a>}>
        {shown}
      </Notice>
    )
  }

  async function askNow(): Promise<void> {
    // A button that is disabled while it works would lose the focus.
    if (isAsking) return
    setSaid('')
    const ids = on.map((source) => source.id)
    const reply = await ask('markets.refresh', { sourceIds: ids })
    setSaid(reply.ok ? refreshOutcome(reply.value.filter((source) => ids.includes(source.id))) : reply.failure.message)
  }
  return (
    <Notice
      level={isAsked && !isAsking ? 'warning' : 'info'}
      title={isAsking ? `The sources of ${title} are being asked now.` : isAsked ? `None of the sources of ${title} has given a good answer yet.` : `The sources of ${title} have not been asked yet.`}
      actions={
        <button type="button" className="button" aria-disabled={isAsking ? true : undefined} onClick={() => void askNow()}>
          Ask now
        </button>
      }
    >
      {shown}
      <p role="status">{said}</p>
    </Notice>
  )
}
