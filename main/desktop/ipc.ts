/** Joins the page's bridge to the app: questions in, updates out. A question from any other frame is refused. */
import { ipcMain, type BrowserWindow, type WebFrameMain } from 'electron'
import { channels, type Reply } from '../../shared/requests.ts'
import { answer } from '../api/answer.ts'
import type { App } from '../app.ts'
import type { Log } from '../system/log.ts'
import { isPageAddress } from './page-address.ts'

const foreign: Reply<never> = { ok: false, failure: { code: 'connection', message: 'Only the window of Idlewatt may ask.' } }

/** The returned function ends it. */
export function joinPage(app: App, log: Log, window: BrowserWindow): () => void {
  ipcMain.handle(channels.ask, (event, name: unknown, input: unknown) => {
    if (!isOurPage(event.senderFrame, window)) {
      // The last question of a page that is being closed is no attack.
      if (!window.isDestroyed()) log.warn('a frame that is not the page asked something', { url: event.senderFrame?.url ?? null })
      return foreign
    }
    return answer(app.handlers, log, name, input)
  })
  const unsubscribe = app.store.subscribe((update) => {
    if (window.isDestroyed() || window.webContents.isDestroyed()) return
    window.webContents.send(channels.updates, update)
  })
  return () => {
    unsubscribe()
    ipcMain.removeHandler(channels.ask)
  }
}

/** The top frame of our window, still at our address. */
function isOurPage(frame: WebFrameMain | null, window: BrowserWindow): boolean {
  if (!frame || window.isDestroyed()) return false
  const { mainFrame } = window.webContents
  return frame.processId === mainFrame.processId && frame.routingId === mainFrame.routingId && isPageAddress(frame.url)
}
