/** The desktop door, run whole against the Electron stand-in: real main, real preload, real page in Chromium. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Reply } from '../../../shared/requests.ts'
import { ensureBuilt, repositoryFolder } from '../../helpers/built.ts'
import { findChromium } from '../../helpers/chromium.ts'
import { newFolder } from '../../helpers/files.ts'

type StandIn = typeof import('../../helpers/electron-stand-in.ts').standIn
const machine = (name: string): string => join(repositoryFolder, 'test', 'machines', name)
let standIn: StandIn | null = null
const argv = process.argv

beforeAll(ensureBuilt)
afterEach(async () => {
  await standIn?.end()
  standIn = null
  process.argv = argv
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal)
})

/** Opens the app as Electron would: everything fresh, `main/desktop/index.ts` as the entry. */
async function start(words: string[], before: (standIn: StandIn) => void = () => {}): Promise<StandIn> {
  vi.resetModules()
  const electron = await import('../../helpers/electron-stand-in.ts')
  vi.doMock('electron', () => electron)
  const fresh = electron.standIn
  standIn = fresh
  before(fresh)
  process.argv = ['electron', repositoryFolder, ...words]
  await import('../../../main/desktop/index.ts')
  return fresh
}
const rtx4090 = (data = newFolder()): string[] => ['--machine', machine('rtx-4090-windows'), '--data', data]

describe.skipIf(findChromium() === null)('the desktop door', () => {
  it('shows the GPUs of a recorded machine in its window', async () => {
    const page = await (await start(rtx4090())).page()
    await page.getByText('RTX 4090').first().waitFor()
    await page.getByText('rtx-4090-windows').first().waitFor()
    expect(standIn?.windows[0]?.isShown).toBe(true)
    expect(standIn?.windows[0]?.options).toMatchObject({ webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false } })
    expect(standIn?.sandboxedEverywhere).toBe(true)
  })

  it('answers questions and pushes updates over the real channel names', async () => {
    const page = await (await start(rtx4090())).page()
    const heard = await page.evaluate(async () => {
      const { idlewatt } = window as unknown as { idlewatt: { ask(name: string, input: unknown): Promise<Reply<unknown>>; onUpdate(listener: (update: { part: string; revision: number }) => void): () => void } }
      const update = new Promise<{ part: string; revision: number }>((resolve) => {
        const stop = idlewatt.onUpdate((one) => {
          if (one.part !== 'settings') return
          stop()
          resolve(one)
        })
      })
      const reply = await idlewatt.ask('settings.change', { theme: 'dark' })
      return { reply, update: await update, nonsense: await idlewatt.ask('toString', {}) }
    })
    expect(heard.reply).toMatchObject({ ok: true, value: { theme: 'dark' } })
    expect(heard.update).toMatchObject({ part: 'settings', value: { values: { theme: 'dark' } } })
    expect(heard.nonsense).toMatchObject({ ok: false, failure: { code: 'unknown-request' } })
  })

  it('gives the page the bridge and nothing else', async () => {
    const page = await (await start(rtx4090())).page()
    const seen = await page.evaluate(() => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow))
      frame.remove()
      const own = Object.getOwnPropertyNames(window).filter((name) => !plain.has(name) && !/^\d+$|playwright|^__zod_/.test(name))
      const bridge = (window as unknown as { idlewatt: object }).idlewatt
      return { own, bridge: Object.keys(bridge), frozen: Object.isFrozen(bridge), node: ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window) }
    })
    expect(seen).toEqual({ own: ['idlewatt'], bridge: ['ask', 'onUpdate'], frozen: true, node: [] })
  })

  it('would fail if main listened on another channel than the preload uses', async () => {
    const one = await start(rtx4090())
    await one.page()
    const address = { url: 'app://idlewatt/index.html' }
    await expect(one.askAs(address, 'ask', 'state.read', null)).resolves.toMatchObject({ ok: true })
    await expect(one.askAs(address, 'asks', 'state.read', null)).rejects.toThrow("No handler registered for 'asks'")
  })

  it('refuses a question from any other frame', async () => {
    const one = await start(rtx4090())
    await one.page()
    for (const frame of [{ url: 'https://evil.example/' }, { url: 'app://idlewatt.evil/index.html' }, { url: 'file:///index.html' }, { url: 'app://idlewatt/index.html', routingId: 77 }, { url: 'app://idlewatt/index.html', processId: 9 }, { url: 'app://idlewatt/assets/x.html' }]) {
      expect(await one.askAs(frame, 'ask', 'state.read', null), frame.url).toMatchObject({ ok: false, failure: { code: 'connection' } })
    }
  })

  it('does not leave its page', async () => {
    const one = await start(rtx4090())
    const page = await one.page()
    const { outside } = await (one.windows[0] as StandIn['windows'][number]).opened
    for (const address of ['https://evil.test/', 'http://127.0.0.1:1/', 'app://elsewhere/index.html']) {
      await page.evaluate((url) => void location.assign(url), address).catch(() => {})
    }
    await page.evaluate(() => {
      const link = Object.assign(document.createElement('a'), { href: 'https://evil.test/link', id: 'away', textContent: 'away' })
      document.body.prepend(link)
      link.click()
    })
    await expect.poll(() => outside).toContain('https://evil.test/link')
    expect(page.url()).toMatch(/^https:\/\/app--idlewatt\.test\//)
    await page.getByText('RTX 4090').first().waitFor()
  })

  it('opens no windows, neither by script nor by link', async () => {
    const one = await start(rtx4090())
    const page = await one.page()
    await page.evaluate(() => {
      window.open('https://evil.test/popup')
      const link = Object.assign(document.createElement('a'), { href: 'https://evil.test/blank', target: '_blank' })
      document.body.prepend(link)
      link.click()
    })
    await expect.poll(() => page.context().pages().length).toBe(1)
    expect(page.isClosed()).toBe(false)
  })

  it('grants no permission', async () => {
    const page = await (await start(rtx4090())).page()
    const answers = await page.evaluate(async () => ({
      notifications: await Notification.requestPermission(),
      geolocation: await new Promise((resolve) => navigator.geolocation.getCurrentPosition(() => resolve('found'), (error) => resolve(error.message))),
    }))
    expect(answers).toEqual({ notifications: 'denied', geolocation: 'User denied Geolocation' })
  })

  it('saves what its page made, and downloads nothing else', async () => {
    const standIn = await start(rtx4090())
    await standIn.page()
    const urls = ['blob:app://idlewatt/3c1e', 'blob:app://idlewatt.evil/3c1e', 'app://idlewatt/index.html', 'https://example.org/a.csv', 'data:text/csv,a']
    expect(urls.map((url) => standIn.wouldDownload(url))).toEqual([true, false, false, false, false])
  })

  it('serves the page under a strict policy that the page keeps', async () => {
    const page = await (await start(rtx4090())).page()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    const response = await page.reload()
    const policy = response?.headers()['content-security-policy']
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    await page.getByText('RTX 4090').first().waitFor()
    for (const route of ['#/gpus', '#/measure', '#/compare', '#/settings', '#/']) await page.evaluate((hash) => void (location.hash = hash), route)
    expect(complaints).toEqual([])
    // And the policy bites.
    const bitten = await page.evaluate(async () => {
      const script = Object.assign(document.createElement('script'), { textContent: 'window.smuggled = true' })
      document.body.append(script)
      return { smuggled: 'smuggled' in window, fetched: await fetch('https://evil.test/').then(() => true, () => false) }
    })
    expect(bitten).toEqual({ smuggled: false, fetched: false })
    expect((await page.evaluate(async () => (await fetch('/../../package.json')).status))).toBe(404)
  })

  it('keeps settings in the same file as the other doors', async () => {
    const data = newFolder()
    writeFileSync(join(data, 'settings.json'), '{"currency":"EUR"}')
    const page = await (await start(rtx4090(data))).page()
    await page.evaluate(() => (window as unknown as { idlewatt: { ask(name: string, input: unknown): Promise<unknown> } }).idlewatt.ask('settings.change', { theme: 'light' }))
    expect(JSON.parse(readFileSync(join(data, 'settings.json'), 'utf8'))).toEqual({ currency: 'EUR', theme: 'light' })
  })

  it('ends with its window: workers gone, data folder free, within two seconds', async () => {
    const data = newFolder()
    const one = await start(['--data', data])
    const page = await one.page()
    await expect.poll(() => one.workers.size).toBeGreaterThan(0)
    expect(existsSync(join(data, 'idlewatt.lock'))).toBe(true)
    expect(page.isClosed()).toBe(false)
    const began = performance.now()
    one.closeWindow()
    expect(await one.exited).toBe(0)
    expect(performance.now() - began).toBeLessThan(2000)
    await expect.poll(() => one.workers.size).toBe(0)
    expect(readdirSync(data)).not.toContain('idlewatt.lock')
  })

  it('a second start brings the first window to the front', async () => {
    const one = await start(rtx4090())
    await one.page()
    one.secondInstance()
    expect(one.windows).toHaveLength(1)
    expect(one.windows[0]?.timesFocused).toBe(1)
  })

  it('has a tray with its menu and the keys of "I need my GPU", and quits from there', async () => {
    const one = await start(rtx4090())
    const page = await one.page()
    await page.getByText('RTX 4090').first().waitFor()
    expect(one.trays).toHaveLength(1)
    expect(one.labels().slice(-2)).toEqual(['Open Idlewatt', 'Quit Idlewatt'])
    expect([...one.registeredKeys.keys()]).toEqual(['CommandOrControl+Alt+G'])
    one.click('Quit Idlewatt')
    expect(await one.exited).toBe(0)
    expect(one.trays[0]?.isDestroyed).toBe(true)
    expect(one.registeredKeys.size).toBe(0)
  })

  it('as a second start it ends without touching the data folder', async () => {
    const data = newFolder()
    const second = await start(['--data', data], (one) => (one.isSecondInstance = true))
    expect(await second.exited).toBe(0)
    expect(second.windows).toEqual([])
    expect(readdirSync(data)).toEqual([])
  })

  it('says who holds the data folder', async () => {
    const data = newFolder()
    const { claimDataFolder } = await import('../../../main/system/data-folder.ts')
    const claim = claimDataFolder(data, 'headless')
    claim.setAddress('http://127.0.0.1:4711')
    const one = await start(['--data', data])
    expect(await one.exited).toBe(1)
    expect(one.errorBoxes[0]?.content).toContain('the headless door')
    expect(one.errorBoxes[0]?.content).toContain('http://127.0.0.1:4711')
    claim.release()
  })

  it.each([
    [['--machine'], '--machine needs the name of a folder'],
    [['--data', '--machine', 'x'], '--data needs the name of a folder'],
    [['--machine', '/nowhere/at/all'], '/nowhere/at/all'],
  ])('%j: refused with a sentence in a box, and exit code 1', async (words, sentence) => {
    const one = await start(words.length === 2 ? [...words, '--data', newFolder()] : words)
    expect(await one.exited).toBe(1)
    expect(one.errorBoxes[0]?.content).toContain(sentence)
  })

  it('ends with the code its starter asked for, which Electron itself never gives', async () => {
    vi.stubEnv('IDLEWATT_REFUSED_EXIT_CODE', '10')
    onTestFinished(() => void vi.unstubAllEnvs())
    const one = await start(['--machine', '/nowhere/at/all'])
    expect(await one.exited).toBe(10)
  })
})
