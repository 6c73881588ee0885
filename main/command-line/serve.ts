/** `idlewatt serve`: the app without a window, for a browser on this machine. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordingStatus } from '../../shared/history.ts'
import type { Notice } from '../../shared/state.ts'
import { openControl } from '../api/control.ts'
import type { App } from '../app.ts'
import { startHeadless } from '../headless/index.ts'
import { claimForDoor } from '../system/data-folder.ts'
import { NotPossible } from '../system/not-possible.ts'
import { keepPageAddress } from './page-address.ts'
import { dataFolderOf, openApp, openExternal, ownFiles, type Call } from './open-app.ts'
import { stopWithParents } from './stops.ts'
import type { Terminal } from './terminal.ts'
import { readWholeNumber } from './words.ts'

export interface ServeFlags {
  port?: string
  open: boolean
  /** false: the address is printed without its token, since a log would keep it; `service status` reads it from a file of this user's. */
  token: boolean
}

/** Resolves when it has been stopped. Being stopped is its usual end: exit code 0. */
export async function serve(call: Call, flags: ServeFlags, stopped: Promise<void>, stop: () => void): Promise<number> {
  const port = flags.port === undefined ? 0 : readWholeNumber('--port', flags.port, { min: 0, max: 65535, unit: '(0: any free port)' })
  if (!existsSync(join(ownFiles.rendererFolder, 'index.html'))) throw new NotPossible('The page has not been built yet: run `npm run build` once, or start with `npm start`.')
  const claim = await claimForDoor(dataFolderOf(call.common), 'headless')
  call.stops.add(() => claim.release())
  const app = openApp(call, 'headless')
  tellTroubles(app, call.terminal)
  // Not awaited: a driver that hangs must not keep the page from opening; the page then says that it looks.
  app.start().catch((error: unknown) => call.log.error('the first look for GPUs failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
  const headless = await startHeadless({ app, port, rendererFolder: ownFiles.rendererFolder, log: call.log })
  call.stops.add(() => headless.stop())
  claim.setAddress(headless.origin)
  // Without it commands in a terminal cannot reach this one; the page works all the same.
  await openControl({ folder: claim.folder, handlers: app.handlers, log: call.log }).then(({ close }) => call.stops.add(close), (error: unknown) => call.terminal.say(error instanceof Error ? error.message : String(error)))
  stopWithParents(stop)
  if (!flags.token) call.stops.add(keepPageAddress(claim.folder, headless.url))
  const url = flags.token ? headless.url : `${headless.origin}/`
  if (call.common.json) await call.terminal.document({ url, origin: headless.origin })
  else await call.terminal.print(`Idlewatt is ready: ${url}`)
  if (flags.open && hasScreen()) await openExternal(headless.urlForOneUse()).catch(() => call.terminal.say('No browser could be opened here; open the address above yourself.'))
  await stopped
  return 0
}

/** What the page says at its top, for whoever started this and looks at no page: once each, and how recording goes on. */
function tellTroubles(app: App, terminal: Terminal): void {
  const told = new Set<string>()
  function tellNotices(notices: readonly Notice[]): void {
    for (const { sentence } of notices) {
      if (told.has(sentence)) continue
      told.add(sentence)
      terminal.say(sentence)
    }
  }
  let phase: RecordingStatus['phase'] = 'off'
  tellNotices(app.store.read('app').notices)
  app.store.subscribe((update) => {
    if (update.part === 'app') tellNotices(update.value.notices)
    if (update.part !== 'health' || update.value.recording.phase === phase) return
    const { recording } = update.value
    if (recording.phase === 'stopped') terminal.say(recording.sentence)
    else if (phase === 'stopped' && recording.phase === 'on') terminal.say('Samples are recorded again.')
    phase = recording.phase
  })
}

function hasScreen(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}
