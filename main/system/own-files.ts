/** Where the app's own files lie: in the source tree, in `out/` after a build, and in a packaged app. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkerName } from '../host.ts'

export interface OwnFiles {
  /** The folder with package.json; in a packaged app the inside of `app.asar`. */
  root: string
  resourcesFolder: string
  /** The built page; may not exist before `npm run build`. */
  rendererFolder: string
  /** The built preload script of the window. */
  preloadFile: string
  workerFile(name: WorkerName): string
  version: string
}

const workerSources: Record<WorkerName, string> = { probe: 'main/gpu/probe-worker.ts', bench: 'main/benchmark/bench-worker.ts' }

/** `importMetaUrl`: the `import.meta.url` of any of the app's files. */
export function locateOwnFiles(importMetaUrl: string): OwnFiles {
  const file = fileURLToPath(importMetaUrl)
  const root = findRoot(dirname(file))
  const isBuilt = file.startsWith(join(root, 'out') + sep)
  const packagedResources = (process as { resourcesPath?: string }).resourcesPath
  const isPackaged = root.endsWith('.asar') && packagedResources !== undefined
  return {
    root,
    resourcesFolder: isPackaged ? join(packagedResources, 'resources') : join(root, 'resources'),
    rendererFolder: join(root, 'out', 'renderer'),
    preloadFile: join(root, 'out', 'preload', 'preload.cjs'),
    workerFile: (name) => (isBuilt ? join(root, 'out', 'main', `${name}-worker.js`) : join(root, workerSources[name])),
    version: versionOf(join(root, 'package.json')),
  }
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) throw new Error(`No package.json above ${from}: Idlewatt's files are not where they belong.`)
  }
}

function versionOf(packageFile: string): string {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version?: unknown }
  return typeof version === 'string' ? version : '0.0.0'
}
