/** What every page says on top: that this is a recording, that the link to the app is gone, what is paused, and what is critical. */
import { count } from '../format/numbers.ts'
import { formatSeconds } from '../format/time.ts'
import { criticalOf } from '../state/alerts.ts'
import { writeRoute } from '../state/route.ts'
import { useLink, useNow, usePart } from '../state/window-context.ts'
import { Icon } from './Icon.tsx'
import { PauseBanner } from './PauseBanner.tsx'
import { Words } from './Words.tsx'

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
      <PauseBanner />
      <CriticalBanner />
    </header>
  )
}

function CriticalBanner() {
  const { open } = usePart('health')
  const critical = criticalOf(open)
  const [first, ...others] = critical
  if (!first) return null
  return (
    <div className="banner banner-error">
      <Icon name="warning" />
      <span>
        {/* The sentence changes with its figures, and is not read out each time. */}
        <strong role="alert">
          Critical: {first.title}
          {first.gpuName ? `, ${first.gpuName}` : ''}.
        </strong>{' '}
        <Words text={first.sentence} />
      </span>
      <a className="banner-aside" href={others.length === 0 && first.gpuId !== null ? writeRoute('gpus', first.gpuId) : writeRoute('overview')}>
        {others.length > 0 ? `See this and ${count(others.length, 'more alert')}` : 'See what to do'}
      </a>
    </div>
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
