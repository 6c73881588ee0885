/** The way around: a sidebar, or a bar on top where the window is narrow. */
import { needsUser } from '../state/providers.ts'
import { writeRoute, type PageId } from '../state/route.ts'
import { usePart } from '../state/window-context.ts'
import { Icon, type IconName } from './Icon.tsx'

const entries: { page: PageId; title: string; icon: IconName }[] = [
  { page: 'overview', title: 'Overview', icon: 'overview' },
  { page: 'gpus', title: 'GPUs', icon: 'gpus' },
  { page: 'measure', title: 'Measure', icon: 'measure' },
  { page: 'compare', title: 'Compare', icon: 'compare' },
  { page: 'networks', title: 'Networks', icon: 'networks' },
  { page: 'policy', title: 'Policy', icon: 'policy' },
  { page: 'activity', title: 'Activity', icon: 'activity' },
  { page: 'ledger', title: 'Ledger', icon: 'ledger' },
  { page: 'settings', title: 'Settings', icon: 'settings' },
]

export function Navigation({ page }: { page: PageId }) {
  const app = usePart('app')
  const benchmark = usePart('benchmark')
  const { open } = usePart('health')
  const { providers } = usePart('programmes')
  const stuck = providers.filter(needsUser).length
  const alerts = open.filter((alert) => alert.severity !== 'info').length
  return (
    <nav className="nav" aria-label="Pages">
      <div className="nav-inner">
      <p className="nav-name">
        <Mark />
        Idlewatt
      </p>
      <ul>
        {entries.map((entry) => (
          <li key={entry.page}>
            <a href={writeRoute(entry.page)} aria-current={entry.page === page ? 'page' : undefined}>
              <Icon name={entry.icon} />
              {entry.title}
              {entry.page === 'measure' && benchmark.now.phase !== 'idle' ? <span className="nav-note">running</span> : null}
              {entry.page === 'networks' && stuck > 0 ? (
                <span className="nav-note nav-alerts">
                  {stuck}
                  <span className="visually-hidden"> {stuck === 1 ? 'programme needs' : 'programmes need'} you</span>
                </span>
              ) : null}
              {entry.page === 'overview' && alerts > 0 ? (
                <span className="nav-note nav-alerts">
                  {alerts}
                  <span className="visually-hidden"> {alerts === 1 ? 'alert is' : 'alerts are'} open</span>
                </span>
              ) : null}
            </a>
          </li>
        ))}
      </ul>
      <p className="nav-foot">
        Version {app.version}
      </p>
      </div>
    </nav>
  )
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <rect width="24" height="24" rx="6" />
      <path d="M4 14.5h4l2-7 4 10 2-5.500h4" />
    </svg>
  )
}
