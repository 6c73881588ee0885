/** What closing the window does: while something is to run, Idlewatt stays in the tray; otherwise it quits. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserWindow } from 'electron'
import type { State } from '../../shared/state.ts'
import type { Host } from '../host.ts'
import { programmeTitle, runningPhases } from './tray-words.ts'

interface ClosingParts {
  window: BrowserWindow
  state(): Pick<State, 'policy' | 'programmes' | 'networks'>
  notify: NonNullable<Host['notify']>
  /** Where it is kept that this was said once. */
  folder: string
  /** null: it cannot be told. */
  isTrayShown(): Promise<boolean | null>
}

export function stayWhenClosed({ window, state, notify, folder, isTrayShown }: ClosingParts): void {
  const toldFile = join(folder, 'stays-in-tray.told')
  let isTold = false
  window.on('close', (event) => {
    const why = whyItStays(state())
    if (why === null) return
    event.preventDefault()
    window.hide()
    if (isTold || existsSync(toldFile)) return
    isTold = true
    void isTrayShown().then((isShown) => {
      notify({ title: 'Idlewatt goes on', body: `${why} ${wayBack(isShown)}`, isUrgent: false })
      // Where it cannot be kept it is said again next time.
      try {
        writeFileSync(toldFile, '')
      } catch {}
    })
  })
}

export function wayBack(isShown: boolean | null): string {
  if (isShown === false) return 'This desktop shows no tray: start Idlewatt again to see its window.'
  return isShown === null ? 'Its tray menu has what you need; where you see no tray, start Idlewatt again to see its window.' : 'Its tray menu opens the window, pauses, and quits.'
}

/** null: it quits. Pure. */
export function whyItStays({ policy, programmes, networks }: Pick<State, 'policy' | 'programmes' | 'networks'>): string | null {
  if (!policy.settings.staysInTray) return null
  const wanted = programmes.providers.filter(({ kind, phase, programmeId }) => kind === 'managed' && phase !== 'not-set-up' && (runningPhases.has(phase) || policy.settings.programmes[programmeId]?.isArmed === true))
  const [first] = wanted
  if (!first) return null
  const title = programmeTitle(first.programmeId, { networks, programmes })
  return wanted.length === 1 ? `It looks after ${title}.` : `It looks after ${title} and ${wanted.length - 1} more.`
}
