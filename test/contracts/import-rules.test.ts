/** The import rules bite: for each, a file that breaks it is refused, and one that keeps it is not. */
import { ESLint } from 'eslint'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
let eslint: ESLint
beforeAll(() => {
  eslint = new ESLint({ cwd: root })
})

async function rulesBrokenBy(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`/** For the test. */\n${code}\n`, { filePath: `${root}/${file}` })
  const fatal = result?.messages.find((message) => message.fatal)
  if (fatal) throw new Error(fatal.message)
  return (result?.messages ?? []).filter((message) => message.severity === 2).map((message) => message.ruleId ?? 'none')
}

const uses = (from: string): string => `import { something } from '${from}'\nexport const used = something`

const refused: [rule: string, file: string, from: string][] = [
  ['shared knows no Node', 'shared/example.ts', 'node:fs'],
  ['shared knows no Node under its old names either', 'shared/example.ts', 'fs'],
  ['shared knows no main', 'shared/example.ts', '../main/app.ts'],
  ['shared uses zod alone from npm', 'shared/example.ts', 'commander'],
  ['shared knows no Electron', 'shared/example.ts', 'electron'],
  ['main/system knows no service', 'main/system/example.ts', '../gpu/index.ts'],
  ['main/system knows no Electron', 'main/system/example.ts', 'electron'],
  ['main/system knows no app', 'main/system/example.ts', '../app.ts'],
  ['a service knows no other service', 'main/gpu/example.ts', '../benchmark/index.ts'],
  ['a service in a sub-folder knows no other service', 'main/gpu/nvidia/example.ts', '../../history/index.ts'],
  ['benchmark knows no gpu', 'main/benchmark/example.ts', '../gpu/index.ts'],
  ['earnings knows no registry', 'main/earnings/example.ts', '../networks/index.ts'],
  ['earnings knows no single network', 'main/earnings/example.ts', '../networks/akash/index.ts'],
  ['history knows no door', 'main/history/example.ts', '../headless/index.ts'],
  ['a service uses only the libraries made for its job', 'main/history/example.ts', 'koffi'],
  ['a service knows no Electron', 'main/gpu/example.ts', 'electron'],
  ['a network does no I/O', 'main/networks/akash/example.ts', 'node:fs'],
  ['a network does no I/O through main/system', 'main/networks/akash/example.ts', '../../system/run-program.ts'],
  ['a network knows no other network', 'main/networks/akash/example.ts', '../render/index.ts'],
  ['a network knows no registry', 'main/networks/akash/example.ts', '../index.ts'],
  ['a network knows no service', 'main/networks/akash/example.ts', '../../earnings/compare.ts'],
  ['a network uses zod alone from npm', 'main/networks/akash/example.ts', 'systeminformation'],
  ['the registry does no I/O', 'main/networks/index.ts', 'node:fs'],
  ['health knows no other service', 'main/health/example.ts', '../gpu/index.ts'],
  ['starting at boot knows no service', 'main/service/example.ts', '../history/index.ts'],
  ['starting at boot knows no app', 'main/service/example.ts', '../app.ts'],
  ['keeping watch knows no door', 'main/keep-watch.ts', './headless/index.ts'],
  ['app.ts knows no door', 'main/app.ts', './command-line/index.ts'],
  ['app.ts knows no Electron', 'main/app.ts', 'electron'],
  ['api knows no door', 'main/api/example.ts', '../desktop/index.ts'],
  ['headless reaches services through app.ts', 'main/headless/example.ts', '../gpu/index.ts'],
  ['headless knows no other door', 'main/headless/example.ts', '../command-line/index.ts'],
  ['headless knows no Electron', 'main/headless/example.ts', 'electron'],
  ['the command line reaches services through app.ts', 'main/command-line/example.ts', '../networks/index.ts'],
  ['the command line knows no desktop', 'main/command-line/example.ts', '../desktop/index.ts'],
  ['the command line knows no Electron', 'main/command-line/example.ts', 'electron'],
  ['the desktop knows no other door', 'main/desktop/example.ts', '../headless/index.ts'],
  ['the desktop reaches services through app.ts', 'main/desktop/example.ts', '../benchmark/index.ts'],
  ['the window knows no main', 'renderer/example.ts', '../main/app.ts'],
  ['the window knows no Node', 'renderer/pages/example.ts', 'node:path'],
  ['the window knows no Electron', 'renderer/example.tsx', 'electron'],
  ['set-up scripts need nothing installed', 'scripts/lib/example.js', 'commander'],
]

const allowed: [file: string, from: string][] = [
  ['shared/example.ts', 'zod'],
  ['shared/example.ts', './units.ts'],
  ['main/system/example.ts', 'node:fs'],
  ['main/system/example.ts', '../../shared/machine.ts'],
  ['main/gpu/example.ts', '../system/clock.ts'],
  ['main/gpu/nvidia/example.ts', 'koffi'],
  ['main/gpu/nvidia/example.ts', '../vendor.ts'],
  ['main/earnings/example.ts', '../networks/network.ts'],
  ['main/networks/akash/example.ts', '../network.ts'],
  ['main/networks/akash/example.ts', '../../../shared/earnings.ts'],
  ['main/networks/akash/example.ts', './market.ts'],
  ['main/networks/index.ts', './akash/index.ts'],
  ['main/app.ts', './gpu/index.ts'],
  ['main/desktop/example.ts', 'electron'],
  ['main/desktop/example.ts', '../app.ts'],
  ['main/command-line/example.ts', '../headless/index.ts'],
  ['main/headless/example.ts', '../api/answer.ts'],
  ['renderer/example.tsx', '../shared/state.ts'],
  ['renderer/example.tsx', 'react'],
  ['scripts/lib/example.js', 'node:fs'],
]

describe('who may import whom', () => {
  test.each(refused)('%s', async (_rule, file, from) => {
    expect(await rulesBrokenBy(file, uses(from)), `${file} may import ${from}`).toContain('no-restricted-imports')
  })
  test.each(allowed)('%s may import %s', async (file, from) => {
    expect(await rulesBrokenBy(file, uses(from))).toEqual([])
  })
})

describe('how code is written', () => {
  test.each([
    ['a default export', 'main/gpu/example.ts', 'export default function detect(): void {}'],
    ['an enum', 'shared/example.ts', 'export enum Colour { Red }'],
    ['a class that is no error', 'main/gpu/example.ts', 'export class Reader {}'],
    ['Electron by import()', 'main/headless/example.ts', "export const used = await import('electron')"],
    ['another service by import()', 'main/gpu/example.ts', "export const used = await import('../benchmark/index.ts')"],
    ['a service by import() from a door', 'main/command-line/example.ts', "export const used = await import('../networks/index.ts')"],
    ['Node by import() in a network', 'main/networks/akash/example.ts', "export const used = await import('node:fs')"],
    ['Electron by require()', 'main/system/example.ts', "declare const require: (name: string) => unknown\nexport const used = require('electron')"],
    ['a class of something else', 'main/gpu/example.ts', "import { Reader } from './reading.ts'\nexport class Other extends Reader {}"],
  ])('%s is refused', async (_what, file, code) => {
    expect(await rulesBrokenBy(file, code)).toContain('no-restricted-syntax')
  })
  test.each(['fetch(address)', 'process.env', 'new WebSocket(address)'])('a network does not reach out with %s', async (call) => {
    expect(await rulesBrokenBy('main/networks/akash/example.ts', `declare const address: string\nexport const used = ${call}`)).toContain('no-restricted-globals')
  })
  test('a part may be loaded late from its own folder', async () => {
    expect(await rulesBrokenBy('main/command-line/example.ts', "export const used = await import('./detect.ts')")).toEqual([])
  })
  test('an error may be a class, and a tool may have its default export', async () => {
    expect(await rulesBrokenBy('main/gpu/example.ts', 'export class DriverGone extends Error {}')).toEqual([])
    expect(await rulesBrokenBy('electron.vite.config.ts', 'export default {}')).toEqual([])
  })
})
