/** Where the app's files are found: beside the sources, beside the build, and in a packaged app. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { locateOwnFiles } from '../../../main/system/own-files.ts'
import { repositoryFolder } from '../../helpers/built.ts'
import { newFolder } from '../../helpers/files.ts'

afterEach(() => {
  delete (process as { resourcesPath?: string }).resourcesPath
})

describe('own files', () => {
  it('from the sources: workers are TypeScript, and exist', () => {
    const files = locateOwnFiles(pathToFileURL(join(repositoryFolder, 'main', 'command-line', 'index.ts')).href)
    expect(files.workerFile('probe')).toMatch(/main[\\/]gpu[\\/]probe-worker\.ts$/)
    for (const file of [files.workerFile('probe'), files.workerFile('bench'), files.resourcesFolder]) expect(existsSync(file), file).toBe(true)
    expect(files.version).toMatch(/^\d+\.\d+\.\d+/)
  })

  it('from the build, also from one of its chunks: workers are the built ones', () => {
    for (const running of ['out/main/idlewatt.js', 'out/main/chunks/open-app-1a2b.js']) {
      const files = locateOwnFiles(pathToFileURL(join(repositoryFolder, running)).href)
      expect(files.workerFile('bench')).toBe(join(repositoryFolder, 'out', 'main', 'bench-worker.js'))
      expect(files.rendererFolder).toBe(join(repositoryFolder, 'out', 'renderer'))
    }
  })

  it('in a packaged app: resources lie beside the archive', () => {
    const resources = newFolder()
    const root = join(resources, 'app.asar')
    mkdirSync(root)
    writeFileSync(join(root, 'package.json'), '{"version":"7.8.9"}')
    Object.assign(process, { resourcesPath: resources })
    const files = locateOwnFiles(pathToFileURL(join(root, 'out', 'main', 'desktop.js')).href)
    expect(files).toMatchObject({ version: '7.8.9', resourcesFolder: join(resources, 'resources'), preloadFile: join(root, 'out', 'preload', 'preload.cjs') })
  })
})
