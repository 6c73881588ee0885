/** The desktop door's entry: what happens when Idlewatt is opened as a desktop app, in order. */
import { join } from 'node:path'
import { app, dialog, Menu, type BrowserWindow } from 'electron'
import { openControl } from '../api/control.ts'
import { createApp } from '../app.ts'
import { systemClock } from '../system/clock.ts'
import { claimForDoor, defaultDataFolder } from '../system/data-folder.ts'
import { createLog } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { locateOwnFiles } from '../system/own-files.ts'
import { openRecordedMachine } from '../system/recorded-machine.ts'
import { createThisMachine } from '../system/this-machine.ts'
import { readArguments, type DesktopArguments } from './arguments.ts'
import { putAtHand } from './at-hand.ts'
import { createDesktopHost } from './host.ts'
import { joinPage } from './ipc.ts'
import { registerPageScheme, servePage } from './protocol.ts'
import { allowPortalShortcuts } from './shortcut.ts'
import { stopBeforeQuit } from './stopping.ts'
import { focusWindow, lockDownPages, openPageSession, openWindow, showPage } from './window.ts'

const ownFiles = locateOwnFiles(import.meta.url)
const log = createLog('info', (line) => void process.stderr.write(line))

// Windows shows notifications only of a program that says who it is, as the installer did (electron-builder.yml).
if (process.platform === 'win32') app.setAppUserModelId('net.idlewatt.app')
registerPageScheme()
app.enableSandbox()
lockDownPages()
allowPortalShortcuts()

const call = readArguments(process.argv.slice(1))
if (!call.ok) giveUp(new NotPossible(call.sentence))
else open(call.words).catch(giveUp)

async function open(words: DesktopArguments): Promise<void> {
  const dataFolder = words.data ?? defaultDataFolder()
  // What Chromium keeps goes along with the data folder, and so does its "only one instance".
  const windowFolder = join(dataFolder, 'window')
  app.setPath('userData', windowFolder)
  if (!app.requestSingleInstanceLock()) return app.quit()

  const source = words.machine === null ? createThisMachine({ dataFolder }) : openRecordedMachine(words.machine, systemClock)
  const claim = await claimForDoor(dataFolder, 'desktop')
  await app.whenReady()
  let window: BrowserWindow | null = null
  const bringToFront = (): void => void (window && !window.isDestroyed() && focusWindow(window))
  const host = createDesktopHost(ownFiles, claim.folder, bringToFront)
  const house = createApp({ host, source, log })
  // Without it commands in a terminal cannot reach this one; the window works all the same.
  const control = await openControl({ folder: claim.folder, handlers: house.handlers, log }).catch((error: unknown) => {
    log.warn('commands in a terminal cannot reach this app', { error: error instanceof Error ? error.message : String(error) })
    return null
  })
  let endAtHand = (): void => {}
  stopBeforeQuit(async () => {
    endAtHand()
    control?.close()
    await house.stop()
    claim.release()
  }, log)

  Menu.setApplicationMenu(null)
  const pageSession = openPageSession()
  servePage(pageSession, ownFiles.rendererFolder)
  window = openWindow(pageSession, ownFiles.preloadFile)
  app.on('second-instance', bringToFront)
  app.on('activate', bringToFront)
  endAtHand = putAtHand({ house, host, window, windowFolder, openWindow: bringToFront, clock: systemClock, log })
  window.on('closed', joinPage(house, log, window))
  void house.start()
  await showPage(window)
}

/** A refusal is shown as its sentence; anything else is a fault of ours, and the log has it whole. */
function giveUp(error: unknown): void {
  const isRefusal = error instanceof NotPossible
  if (isRefusal) process.stderr.write(`${error.message}\n`)
  else log.error('the desktop app could not start', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  dialog.showErrorBox('Idlewatt could not start', isRefusal ? error.message : 'Something went wrong inside Idlewatt. The log has the details.')
  // Electron's own end where it gets no window is 1 as well: who started us may want to tell the two apart.
  app.exit(Number(process.env['IDLEWATT_REFUSED_EXIT_CODE'] ?? 1))
}
