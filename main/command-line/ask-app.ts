/** Asks the Idlewatt that has the data folder; where none is open, opens the app for this one question. */
import { constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Reply, RequestAnswer, RequestInput, RequestName } from '../../shared/requests.ts'
import { askControl, askHandlers } from '../api/control.ts'
import type { App } from '../app.ts'
import { claimDataFolder, holderOf, type Holder } from '../system/data-folder.ts'
import { fileErrorWords, hasCode } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { dataFolderOf, makeDataFolder, openApp, type Call } from './open-app.ts'
import { wrap } from './output.ts'

export interface AskedApp {
  /** Throws NotPossible with the app's own sentence where it refuses. */
  ask<Name extends RequestName>(name: Name, input: RequestInput<Name>): Promise<RequestAnswer<Name>>
  /** The app of this command itself; null: another Idlewatt, which is open, is asked. */
  own: App | null
  /** Looks at the software once; nothing where another Idlewatt does that. */
  look(): Promise<void>
}

/**
 * `acts`: the folder is taken for as long as the command runs, so that two Idlewatts never act at once.
 * `looks`: at software; what it finds is written down, so another Idlewatt must not be at it.
 * `reads`: what is kept, and the machine; nothing at all is written, so also beside an Idlewatt that does not answer.
 */
export type Asking = 'acts' | 'looks' | 'reads'

/** A door has the folder before it can be asked: its first steps are waited for, and another command too. One that answers nothing at all hangs. */
const waits = { startMs: 5000, everyMs: 100, answerMs: 10_000 }

/** A recorded machine is always opened here: whoever is open looks at another one. Throws NotPossible. */
export async function openForAsking(call: Call, asking: Asking, waitMs = waits.startMs): Promise<AskedApp> {
  const folder = dataFolderOf(call.common)
  const found = call.common.machine === null ? await findOpen(folder, waitMs) : 'nobody'
  if (found === 'answers') return { own: null, ask: async (name, input) => valueOf((await askControl(folder, name, input)) ?? gone()), look: async () => {} }
  if (found !== 'nobody' && asking !== 'reads') throw new NotPossible(heldSentence(found, folder))
  if (found !== 'nobody') call.terminal.say(wrap(`${heldSentence(found, folder)} What follows was read beside it.`))
  if (asking === 'acts' && call.common.machine === null) {
    makeDataFolder(call)
    const claim = claimDataFolder(folder, 'command-line')
    call.stops.add(() => claim.release())
  }
  const app = openApp(call, 'command-line', undefined, asking === 'reads' ? copyHistory(call, folder) : undefined)
  return {
    own: app,
    ask: async (name, input) => valueOf(await askHandlers(app.handlers, call.log, name, input)),
    look: async () => void (found === 'nobody' && (await app.programmes.providers.look())),
  }
}

/** What is kept as it is now, in a folder that goes with this command. Throws NotPossible where there is no room for it. */
function copyHistory(call: Call, folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'idlewatt-reads-'))
  call.stops.add(() => rmSync(copy, { recursive: true, force: true }))
  for (const name of ['history.sqlite', 'history.sqlite-wal']) {
    try {
      copyFileSync(join(folder, name), join(copy, name), constants.COPYFILE_FICLONE)
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw new NotPossible(`What is kept in ${folder} could not be read: ${fileErrorWords(error)}.`)
    }
  }
  return copy
}

/** A holder: it has the folder and cannot be asked. */
async function findOpen(folder: string, waitMs: number): Promise<'answers' | 'nobody' | Holder> {
  const until = performance.now() + waitMs
  for (;;) {
    const holder = holderOf(folder)
    if (holder === null) return 'nobody'
    if ((await askControl(folder, 'models.search', { text: '', limit: 1 }, waits.answerMs)) !== null) return 'answers'
    if (performance.now() > until) return holder
    await wait(waits.everyMs)
  }
}

function heldSentence({ door, pid }: Holder, folder: string): string {
  if (door === 'command-line') return `Another command is at work in ${folder} (process ${pid}). Wait until it has ended.`
  return `Another Idlewatt uses ${folder} (the ${door} door, process ${pid}) and does not answer. If it is starting, try again in a moment; otherwise stop it first.`
}

function valueOf<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value
  throw new NotPossible(reply.failure.message)
}

function gone(): Reply<never> {
  return { ok: false, failure: { code: 'connection', message: 'The Idlewatt that was asked has ended before it answered. Whether it did what was asked is not known: ask again to see where it stands.' } }
}
