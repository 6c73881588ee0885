/** A link out of the app. On the desktop main opens it (and only addresses it cites itself); a browser opens https alone. */
import { useState, type MouseEvent, type ReactNode } from 'react'
import type { Source } from '../../shared/network.ts'
import { hostOf, sourceDate } from '../format/words.ts'
import { useAsk, useDoor } from '../state/window-context.ts'
import { Icon } from './Icon.tsx'

export function OutLink({ url, children }: { url: string; children: ReactNode }) {
  const ask = useAsk()
  const door = useDoor()
  const [failure, setFailure] = useState<string | null>(null)
  if (!url.startsWith('https://')) return <span className="source-text">{children}</span>

  async function openOnDesktop(event: MouseEvent): Promise<void> {
    if (door !== 'desktop') return
    event.preventDefault()
    const reply = await ask('link.open', { url })
    setFailure(reply.ok ? null : reply.failure.message)
  }

  return (
    <>
      <a className="out-link" href={url} target="_blank" rel="noreferrer noopener" onClick={openOnDesktop} onAuxClick={openOnDesktop}>
        {children}
        {'\u2060'}
        <Icon name="external" />
        <span className="visually-hidden"> (opens in your browser)</span>
      </a>
      {failure ? <span role="alert" className="field-problem">{failure}</span> : null}
    </>
  )
}

/** Date and remark; a remark that says "undated" stands for both. */
function datedNote(source: Source): string {
  if (!source.note) return sourceDate(source.date)
  return source.date === null && /\bundated\b/.test(source.note) ? source.note : `${sourceDate(source.date)} (${source.note})`
}

export function SourceLink({ source }: { source: Source | null }) {
  if (!source) return <span className="muted">no source</span>
  return (
    <span className="source">
      {source.url.startsWith('own:') ? <span className="source-text">Idlewatt</span> : <OutLink url={source.url}>{hostOf(source.url)}</OutLink>}
      <span className="muted">
        , {datedNote(source)}
      </span>
    </span>
  )
}
