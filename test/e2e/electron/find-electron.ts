/** Finds Electron's binary without its package's own entry, which would try to download one. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryFolder = fileURLToPath(new URL('../../..', import.meta.url))

export type FoundElectron = { ok: true; binary: string } | { ok: false; why: string }

export function findElectron(): FoundElectron {
  const electronPackage = join(repositoryFolder, 'node_modules', 'electron')
  const pathFile = join(electronPackage, 'path.txt')
  const inside = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : process.platform === 'win32' ? 'electron.exe' : 'electron'
  const binary = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] || join(electronPackage, 'dist'), inside)
  if (!existsSync(binary)) return { ok: false, why: 'skipped: no Electron binary' }
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return { ok: false, why: 'skipped: there is an Electron binary, but no display' }
  return { ok: true, binary }
}
