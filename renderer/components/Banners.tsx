/** What every page says on top: that this is a recording, and that the link to the app is gone. */
import { formatSeconds } from '../format/time.ts'
import { useLink, useNow, usePart } from '../state/window-context.ts'
import { Icon } from './Icon.tsx'

export function Banners() {
  const { recordedMachine } = usePart('app')
  const { link } = useLink()
  return (
    <header>
      {recordedMachine ? (
        <p className="banner banner-record">
          <Icon name="record" />
          <span>
            Recorded machine: <strong>{recordedMachine}</strong>. Everything here shows that recording, not this computer.
          </span>
        </p>
      ) : null}
      {link.phase === 'open' ? null : <LinkBanner />}
    </header>
  )
}

function LinkBanner() {
  const { link, retry } = useLink()
  const now = useNow(1000)
  if (link.phase === 'open') return null
  if (link.phase === 'refused') {
    return (
      <p className="banner banner-error" role="alert">
        <Icon name="warning" />
        <span>{link.sentence} What is shown is the last that was heard.</span>
      </p>
    )
  }
  const wait = link.phase === 'lost' ? Math.ceil((link.retryAt - now) / 1000) : 0
  return (
    <div className="banner banner-error">
      <Icon name="warning" />
      <span role="status">The connection to Idlewatt is lost. What is shown is the last that was heard.</span>
      <span className="banner-aside">
        {link.phase === 'lost' ? `For ${formatSeconds((now - link.since) / 1000)}; ` : ''}
        {wait > 0 ? `next try in ${formatSeconds(wait)}` : 'trying now'}
      </span>
      <button type="button" className="button button-small" onClick={retry}>
        Try now
      </button>
    </div>
  )
}
