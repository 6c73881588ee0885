/** What the desktop supplies to the app: its files, its settings store, utility processes, what it tells of its user, and the user's browser. */
import ElectronStore from 'electron-store'
import { shell } from 'electron'
import { outsideOf, type Host } from '../host.ts'
import { openSettingsFile } from '../state/settings-file.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { OwnFiles } from '../system/own-files.ts'
import { createDesktopKeepAwake } from './keep-awake.ts'
import { createDesktopNotify } from './notify.ts'
import { createDesktopSenses } from './senses.ts'
import { openDesktopSecrets } from './secrets.ts'
import { startUtilityWorker } from './worker.ts'

/** Not before Electron is ready: notifications and the system's store of keys are not there sooner. */
export function createDesktopHost(ownFiles: OwnFiles, dataFolder: string, onNotificationClick: () => void): Host {
  return {
    door: 'desktop',
    dataFolder,
    resourcesFolder: ownFiles.resourcesFolder,
    version: ownFiles.version,
    settingsFile: openSettingsFile(dataFolder, ({ configName, ...options }) => new ElectronStore({ ...options, name: configName })),
    startWorker: (name, env) => startUtilityWorker(ownFiles.workerFile(name), name, env),
    async openExternal(url) {
      if (new URL(url).protocol !== 'https:') throw new NotPossible('Idlewatt opens only https addresses in the browser.')
      await shell.openExternal(url)
    },
    secrets: openDesktopSecrets(dataFolder),
    notify: createDesktopNotify(onNotificationClick),
    keepsWatch: true,
    senses: createDesktopSenses(),
    keepAwake: createDesktopKeepAwake(),
    outside: outsideOf(process.env),
  }
}
