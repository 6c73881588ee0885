/** The desktop door in the real Electron: what the stand-in cannot vouch for. Needs `npm run build`. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, expect, test, type ElectronApplication } from '@playwright/test'
import { findElectron, repositoryFolder } from './find-electron.ts'

const found = findElectron()
if (!found.ok) process.stderr.write(`Electron end to end: ${found.why}\n`)
test.skip(!found.ok, found.ok ? '' : found.why)

let app: ElectronApplication
let data: string

test.beforeEach(async () => {
  expect(existsSync(join(repositoryFolder, 'out', 'main', 'desktop.js')), 'run "npm run build" first').toBe(true)
  data = mkdtempSync(join(tmpdir(), 'idlewatt-electron-'))
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  app = await _electron.launch({
    executablePath: found.ok ? found.binary : '',
    args: [...flags, repositoryFolder, '--machine', join(repositoryFolder, 'test', 'machines', 'rtx-4090-windows'), '--data', data],
  })
})
test.afterEach(async () => {
  await app.close()
  rmSync(data, { recursive: true, force: true })
})

test('shows the GPUs of a recorded machine', async () => {
  const page = await app.firstWindow()
  await expect(page.getByText('RTX 4090').first()).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/idlewatt\/index\.html/)
})

test('gives the page the bridge and nothing of Node', async () => {
  const page = await app.firstWindow()
  const seen = await page.evaluate(() => ({
    bridge: Object.keys((window as unknown as { idlewatt: object }).idlewatt),
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
  }))
  expect(seen).toEqual({ bridge: ['ask', 'onUpdate'], node: [] })
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    const { contextIsolation, sandbox, nodeIntegration, webSecurity } = contents.getLastWebPreferences()
    return { contextIsolation, sandbox, nodeIntegration, webSecurity }
  })
  expect(preferences).toEqual({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true })
})

test('neither leaves its page nor opens windows nor loads from elsewhere', async () => {
  const page = await app.firstWindow()
  await expect(page.getByText('RTX 4090').first()).toBeVisible()
  const outcome = await page.evaluate(async () => {
    const opened = window.open('https://example.invalid/')
    location.href = 'https://example.invalid/'
    return { opened: opened === null, fetched: await fetch('https://example.invalid/').then(() => true, () => false), permission: await Notification.requestPermission() }
  })
  expect(outcome).toEqual({ opened: true, fetched: false, permission: 'denied' })
  await expect(page.getByText('RTX 4090').first()).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/idlewatt\//)
  expect(app.windows()).toHaveLength(1)
})

test('carries the strict policy', async () => {
  const page = await app.firstWindow()
  const policy = await page.evaluate(async () => (await fetch('/index.html')).headers.get('content-security-policy'))
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
})

test('ends within two seconds and frees the data folder', async () => {
  await (await app.firstWindow()).waitForLoadState()
  const began = Date.now()
  await app.evaluate(({ app: electron }) => electron.quit()).catch(() => {})
  await app.waitForEvent('close').catch(() => {})
  expect(Date.now() - began).toBeLessThan(2500)
  expect(readdirSync(data)).not.toContain('idlewatt.lock')
})
