/** Opens the app for one command: this machine or a recorded one, the data folder, and only the services the command asks for. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Detection, Gpu } from '../../shared/machine.ts'
import type { Door } from '../../shared/state.ts'
import { createApp, type App, type AppOptions } from '../app.ts'
import { outsideOf, type Host } from '../host.ts'
import { openSettingsFile } from '../state/settings-file.ts'
import { systemClock } from '../system/clock.ts'
import { defaultDataFolder, makeFolder } from '../system/data-folder.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { startNodeWorker } from '../system/node-worker.ts'
import { NotPossible } from '../system/not-possible.ts'
import { locateOwnFiles } from '../system/own-files.ts'
import { openRecordedMachine } from '../system/recorded-machine.ts'
import { openSecretsFile } from '../system/secrets-file.ts'
import { createThisMachine } from '../system/this-machine.ts'
import type { Stops } from './stops.ts'
import type { Terminal } from './terminal.ts'
import { quoted, WrongWords, type CommonWords } from './words.ts'

/** One call of the command line. */
export interface Call {
  common: CommonWords
  terminal: Terminal
  stops: Stops
  log: Log
}

export const ownFiles = locateOwnFiles(import.meta.url)

export function dataFolderOf(common: CommonWords): string {
  return common.data ?? defaultDataFolder()
}

/** Before a command that keeps something: in a folder that is not there yet it would be kept in memory alone. Throws NotPossible. */
export function makeDataFolder(call: Call): void {
  const folder = dataFolderOf(call.common)
  try {
    makeFolder(folder)
  } catch (error) {
    throw new NotPossible(`The data folder ${folder} cannot be made: ${fileErrorWords(error)}.`)
  }
}

/** Whether there is a place that a command which only reads may have found unusable: of one that is not there yet, it is no news that nothing is kept. */
export function keepsOwn(call: Call): boolean {
  return existsSync(dataFolderOf(call.common))
}

/**
 * Throws NotPossible for a recording that cannot be used, and for a `--market` file or price that is wrong.
 * `historyFolder`: see Host.
 */
export function openApp(call: Call, door: Door, markets?: AppOptions['markets'], historyFolder?: string): App {
  const dataFolder = dataFolderOf(call.common)
  const source: MachineSource = call.common.machine === null ? createThisMachine({ dataFolder }) : openRecordedMachine(call.common.machine, systemClock)
  const host: Host = {
    door,
    dataFolder,
    ...(historyFolder === undefined ? {} : { historyFolder }),
    resourcesFolder: ownFiles.resourcesFolder,
    version: ownFiles.version,
    settingsFile: openSettingsFile(dataFolder),
    startWorker: (name, env) => startNodeWorker(ownFiles.workerFile(name), env ? { env } : {}),
    openExternal,
    secrets: openSecretsFile(dataFolder),
    notify: null,
    keepsWatch: door === 'headless',
    outside: outsideOf(process.env),
  }
  const app = createApp({ host, source, log: call.log, ...(markets ? { markets } : {}) })
  call.stops.add(() => app.stop())
  return app
}

/** Looks for GPUs and gives what was found. Throws NotPossible where looking itself failed. */
export async function detectWith(app: App): Promise<Detection> {
  await app.start()
  const state = app.store.read('gpus')
  if (state.phase === 'ready') return state.detection
  if (state.phase === 'failed') throw new NotPossible([state.problem.sentence, state.problem.remedy].filter(Boolean).join(' '))
  throw new NotPossible('Looking for GPUs did not come to an end.')
}

/**
 * What was said while the app was opened and used: a settings file that was set aside, a folder that cannot be written.
 * `keeps`: the command saves measurements; for the others it is no news that none can be saved.
 */
export function sayNotices(app: App, terminal: Terminal, keeps = false): void {
  for (const notice of app.store.read('app').notices) {
    if (notice.level !== 'info' && (keeps || notice.id !== 'history-not-kept')) terminal.say(notice.sentence)
  }
}

/** What a programme is called, by its id: with its network in front where its own title does not say it. */
export function programmeTitles(app: App): Map<string, string> {
  return new Map(
    app.store.read('networks').programmes.map(({ id, title, networkTitle }) => [id, title.toLowerCase().startsWith(networkTitle.toLowerCase()) ? title : `${networkTitle}: ${title}`]),
  )
}

/** The card that `--gpu` names: by its id, by the beginning of it where that fits one card alone, or by its PCI address. */
export function findGpu(detection: Detection, typed: string): Gpu {
  const wanted = typed.trim().toLowerCase()
  const exact = detection.gpus.find((gpu) => gpu.id.toLowerCase() === wanted)
  if (exact) return exact
  const placed = detection.gpus.filter((gpu) => gpu.lostSince === null && gpu.pciAddress !== null && [gpu.pciAddress, gpu.pciAddress.replace(/^0000:/, '')].includes(wanted))
  if (placed.length === 1 && placed[0]) return placed[0]
  const begins = wanted.length >= 4 ? detection.gpus.filter((gpu) => gpu.id.toLowerCase().startsWith(wanted)) : []
  if (begins.length === 1 && begins[0]) return begins[0]
  const known = detection.gpus.map((gpu) => `${gpu.id} (${gpu.name})`).join(', ')
  const which = begins.length > 1 ? `${quoted(typed)} fits more than one card` : `There is no card ${quoted(typed)} here`
  throw new WrongWords(`${which}. ${known === '' ? 'No card was found at all.' : `The ids are: ${known}.`}`)
}

/** Opens the user's browser. What it prints is not ours to show; that it is missing is. */
export function openExternal(url: string): Promise<void> {
  const [program, args] =
    process.platform === 'win32' ? (['explorer.exe', [url]] as const) : process.platform === 'darwin' ? (['open', [url]] as const) : (['xdg-open', [url]] as const)
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true, windowsHide: true })
    child.once('error', () => reject(new NotPossible(`No browser could be opened here. The address is ${url}`)))
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
  })
}
