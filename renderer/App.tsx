/** The window: navigation, what is said on every page, and the page that is open. */
import { Tooltip } from 'radix-ui'
import { Suspense, useEffect } from 'react'
import { Banners } from './components/Banners.tsx'
import { lazyPage } from './components/lazy-page.ts'
import { Navigation } from './components/Navigation.tsx'
import { Opening } from './components/Opening.tsx'
import { ComparePage } from './pages/compare/ComparePage.tsx'
import { GpusPage } from './pages/gpus/GpusPage.tsx'
import { MeasurePage } from './pages/measure/MeasurePage.tsx'
import { OverviewPage } from './pages/overview/OverviewPage.tsx'
import { SettingsPage } from './pages/settings/SettingsPage.tsx'
import { useRoute, type PageId } from './state/route.ts'
import { useIsReady, usePart } from './state/window-context.ts'

const NetworksPage = lazyPage(() => import('./pages/networks/NetworksPage.tsx').then((file) => file.NetworksPage))
const PolicyPage = lazyPage(() => import('./pages/policy/PolicyPage.tsx').then((file) => file.PolicyPage))
const ActivityPage = lazyPage(() => import('./pages/activity/ActivityPage.tsx').then((file) => file.ActivityPage))
const LedgerPage = lazyPage(() => import('./pages/ledger/LedgerPage.tsx').then((file) => file.LedgerPage))

const pages: Record<PageId, React.ComponentType> = {
  overview: OverviewPage,
  gpus: GpusPage,
  measure: MeasurePage,
  compare: ComparePage,
  networks: NetworksPage,
  policy: PolicyPage,
  activity: ActivityPage,
  ledger: LedgerPage,
  settings: SettingsPage,
}

export function App() {
  const ready = useIsReady()
  return (
    <Tooltip.Provider delayDuration={250}>
      {ready ? <House /> : <Opening />}
    </Tooltip.Provider>
  )
}

function House() {
  const { page } = useRoute()
  const { values } = usePart('settings')
  useEffect(() => {
    document.documentElement.dataset.theme = values.theme
  }, [values.theme])
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [page])
  // Read once the first page stands, so that they are there when the app behind the window is not.
  useEffect(() => {
    NetworksPage.load()
    PolicyPage.load()
    ActivityPage.load()
    LedgerPage.load()
  }, [])
  const Open = pages[page]
  return (
    <div className="house">
      <a
        className="skip-link"
        href="#page"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('page')?.focus()
        }}
      >
        Skip to the page
      </a>
      <Navigation page={page} />
      <div className="house-main">
        <Banners />
        <Suspense fallback={<PageOnItsWay />}>
          <Open />
        </Suspense>
      </div>
    </div>
  )
}

function PageOnItsWay() {
  return (
    <main className="page" id="page" tabIndex={-1}>
      <p role="status" className="muted">
        Opening …
      </p>
    </main>
  )
}
