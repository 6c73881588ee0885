/** What of the run policy is at hand outside the window: the tray, the shortcut, and staying when the window is closed. */
import { app, type BrowserWindow } from 'electron'
import { askHandlers } from '../api/control.ts'
import type { App } from '../app.ts'
import type { Host } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { stayWhenClosed, wayBack } from './closing.ts'
import { needCard } from './need-card.ts'
import { createShortcut } from './shortcut.ts'
import { openTray } from './tray.ts'
import type { TrayAct } from './tray-menu.ts'
import { isTrayShown as askForTray } from './tray-shown.ts'

interface AtHandParts {
  house: Pick<App, 'handlers' | 'store' | 'policy'>
  host: Pick<Host, 'notify' | 'resourcesFolder'>
  window: BrowserWindow
  /** Of what Chromium keeps. */
  windowFolder: string
  openWindow(): void
  /** null: it cannot be told. Left out: the desktop is asked. */
  isTrayShown?(): Promise<boolean | null>
  clock: Clock
  log: Log
}

/** The returned function ends it. */
export function putAtHand({ house, host, window, windowFolder, openWindow, isTrayShown = askForTray, clock, log }: AtHandParts): () => void {
  const { store } = house
  const notify: NonNullable<Host['notify']> = host.notify ?? (({ title, body }) => log.info(title, { body }))
  const state = () => ({ policy: store.read('policy'), programmes: store.read('programmes'), networks: store.read('networks'), health: store.read('health') })
  const needsCard = (): void => void needCard({ house, notify, clock, log })
  const isShown = isTrayShown()
  const tray = openTray({ resourcesFolder: host.resourcesFolder, state, act, clock, log })
  const shortcut = createShortcut({ onPress: needsCard, tell: house.policy.setShortcut, log })

  function act(what: TrayAct): void {
    if (what.kind === 'open') openWindow()
    else if (what.kind === 'quit') app.quit()
    else if (what.kind === 'need-card') needsCard()
    else void askHandlers(house.handlers, log, what.name, what.input).then((reply) => reply.ok || notify({ title: 'That could not be done', body: reply.failure.message, isUrgent: true }))
  }
  function follow(): void {
    shortcut.set(store.read('policy').settings.shortcut)
    tray?.again()
  }

  const unsubscribe = store.subscribe(({ part }) => {
    if (part === 'policy' || part === 'programmes' || part === 'networks' || part === 'health') follow()
  })
  follow()
  void isShown.then((isThere) => {
    if (tray !== null && isThere !== false) return
    log.warn('this desktop shows no tray')
    store.change('app', (shown) => ({ ...shown, notices: [...shown.notices, { id: 'no-tray', level: 'info', sentence: `The menu of Idlewatt in the tray cannot be seen here. ${wayBack(false)}`, at: clock.now() }] }))
  })
  stayWhenClosed({ window, state, notify, folder: windowFolder, isTrayShown: async () => tray !== null && (await isShown) })
  return () => {
    unsubscribe()
    shortcut.stop()
    tray?.stop()
  }
}
