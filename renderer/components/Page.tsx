/** The frame of a page: its one heading, a line beside it, and sections with a heading each. */
import { useEffect, useId, type ReactNode } from 'react'

export function Page({ title, lead, actions, children }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Idlewatt`
  }, [title])
  return (
    <main className="page" id="page" tabIndex={-1}>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead ? <div className="page-lead">{lead}</div> : null}
        </div>
        {actions ? <div className="page-actions">{actions}</div> : null}
      </header>
      {children}
    </main>
  )
}

export function Section({ title, aside, children, className, hideTitle = false }: { title: string; aside?: ReactNode; children: ReactNode; className?: string; hideTitle?: boolean }) {
  const id = useId()
  return (
    <section className={className ? `section ${className}` : 'section'} aria-labelledby={id}>
      <div className={hideTitle ? 'visually-hidden' : 'section-head'}>
        <h2 id={id}>{title}</h2>
        {aside ? <div className="section-aside">{aside}</div> : null}
      </div>
      {children}
    </section>
  )
}

/** A table scrolls sideways inside its own box, reachable by keyboard. */
export function ScrollBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="scroll-box" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
