/** Watching cards in a real Chromium: tiles, a card in full, its charts by keyboard, its past as a file, alerts, and who is told. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { pageIds } from '../../renderer/state/route.ts'
import { faultsInBothThemes, faultsOf, tabTo } from '../gallery/by-keyboard.ts'
import { now } from '../gallery/parts.ts'
import { stagePage, type StagedPage } from '../gallery/stage.ts'
import { states } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'

const hot = `gpus/${encodeURIComponent('GPU-00000000')}`
const disputed = `gpus/${encodeURIComponent('GPU-00000003')}`
const lost = `gpus/${encodeURIComponent('GPU-00000001')}`

describe.skipIf(findChromium() === null)('watching', () => {
  const served = serveForTests()

  async function open(stateId: string, page: string, colorScheme: 'light' | 'dark' = 'light', viewport = { width: 1280, height: 800 }): Promise<StagedPage> {
    const shown = states.find((state) => state.id === stateId)
    if (!shown) throw new Error(`There is no state ${stateId}.`)
    const context = await served().browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce', acceptDownloads: true, timezoneId: 'Europe/Berlin' })
    const staged = await stagePage(context, { address: served().address, page, shown, whatIf: { model: null, nearest: [], ambiguous: [], estimates: [] }, models: [] })
    await pastIsRead(staged.page)
    return staged
  }
  async function pastIsRead(page: Page): Promise<void> {
    await page.waitForFunction(() => document.querySelector('.past-charts') === null || (document.querySelector('.past-reading') === null && (document.querySelector('.chart canvas') !== null || document.querySelector('.past-empty') !== null)))
  }
  const focused = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement).innerText.replace(/\s+/g, ' '))

  it.each([
    ['ailing', 'gpus'], ['ailing', 'overview'], ['ailing', 'settings'], ['ailing', hot], ['ailing', disputed], ['ailing', lost], ['sixteen', 'gpus'], ['not-recording', 'gpus'],
  ])('has no accessibility fault in either theme and breaks no policy: %s, %s', async (stateId, pageId) => {
    const { page, complaints } = await open(stateId, pageId)
    for (const summary of await page.locator('main summary').all()) await summary.click()
    expect(await faultsInBothThemes(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('leads into a card and back by keyboard alone, and the focus goes along', async () => {
    const { page } = await open('ailing', 'gpus')
    await tabTo(page, /^GeForce RTX 3090\s+#3$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'GeForce RTX 3090 #3' }).waitFor()
    await expect.poll(() => focused(page)).toBe('GeForce RTX 3090 #3')
    expect(await page.title()).toContain('GeForce RTX 3090 #3')
    await page.keyboard.press('Shift+Tab')
    expect(await focused(page)).toContain('All GPUs')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'GPUs' }).waitFor()
    await expect.poll(() => focused(page)).toBe('GeForce RTX 3090 #3')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'GeForce RTX 3090 #3' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toBe('GeForce RTX 3090 #3')
    await page.getByRole('heading', { level: 1, name: 'GPUs' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'GeForce RTX 3090 #3' }).waitFor()
    await page.context().close()
  })

  it('gives five figures of every card, in line, on one screen with sixteen', async () => {
    const { page } = await open('sixteen', 'gpus', 'light', { width: 1280, height: 960 })
    expect(await page.locator('.tile').count()).toBe(16)
    const boxes = await page.locator('.tile').evaluateAll((tiles) => tiles.map((tile) => tile.getBoundingClientRect()).map(({ width, height, bottom }) => ({ width: Math.round(width), height: Math.round(height), bottom })))
    expect(new Set(boxes.map((box) => `${box.width}×${box.height}`)).size).toBe(1)
    expect(Math.max(...boxes.map((box) => box.bottom))).toBeLessThanOrEqual(960)
    expect(await page.locator('.tile').first().locator('dt').allInnerTexts()).toEqual(['Temp.', 'In use', 'Power', 'Memory', 'Fan'])
    const cut = await page.locator('.tile-value').evaluateAll((values) => values.filter((value) => value.scrollWidth > value.clientWidth).map((value) => value.textContent))
    expect(cut).toEqual([])
    await page.context().close()
  })

  it('reads a chart step by step with the arrow keys, in words', async () => {
    const { page } = await open('ailing', hot)
    const chart = page.getByRole('slider', { name: /^Temperature/ })
    const spoken = () => chart.getAttribute('aria-valuetext')
    expect(await spoken()).toMatch(/core .* on average; hot spot/)
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    const last = await spoken()
    await page.keyboard.press('ArrowLeft')
    const before = await spoken()
    expect(last).toMatch(/^\d\d:\d\d:\d\d: core \d+.°C/)
    expect(before).not.toBe(last)
    await page.keyboard.press('Home')
    expect(Number(await chart.getAttribute('aria-valuenow'))).toBe(0)
    expect(await page.getByRole('slider', { name: /^Power/ }).getAttribute('aria-valuenow')).toBe('0')
    await page.keyboard.press('Escape')
    expect(await spoken()).toMatch(/on average/)
    await page.context().close()
  })

  it('asks for the range that is chosen, with as many points as a chart is wide', async () => {
    const { page, asked } = await open('ailing', disputed)
    for (const name of ['5 min', '24 h', '7 days', '30 days', '90 days', '1 year']) {
      await page.getByRole('radio', { name }).check()
      await pastIsRead(page)
    }
    const questions = (await asked()).filter((one) => one.name === 'history.read').map((one) => one.input as { from: number; to: number; points: number })
    expect(questions.map((one) => Math.round((one.to - one.from) / 60_000))).toEqual([60, 5, 1440, 10_080, 43_200, 129_600, 525_600])
    expect(questions.every((one) => one.points >= 300 && one.points <= 720)).toBe(true)
    expect(await page.getByRole('slider').count()).toBeGreaterThanOrEqual(8)
    await page.getByText('The same as a table').click()
    expect(await page.locator('.past-table tbody tr').count()).toBeGreaterThan(10)
    await page.context().close()
  })

  it('shows any two moments, refuses those that cannot be, and steps to the earlier stretch', async () => {
    const { page, asked } = await open('ailing', disputed)
    await page.getByRole('radio', { name: 'From … to' }).check()
    await page.getByLabel('From', { exact: true }).fill('2026-11-20T10:00')
    await page.getByLabel('To', { exact: true }).fill('2026-11-20T09:00')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByText('The end must come after the beginning.').waitFor()
    await page.getByLabel('To', { exact: true }).fill('2026-11-20T12:00')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByText('20 Nov 2026, 10:00 to 20 Nov 2026, 12:00').waitFor()
    await page.getByRole('button', { name: 'Earlier' }).click()
    await page.getByText('20 Nov 2026, 08:00 to 20 Nov 2026, 10:00').waitFor()
    const last = (await asked()).filter((one) => one.name === 'history.read').at(-1)?.input as { from: number; to: number }
    expect([new Date(last.from).toISOString(), new Date(last.to).toISOString()]).toEqual(['2026-11-20T07:00:00.000Z', '2026-11-20T09:00:00.000Z'])
    await page.context().close()
  })

  it('looks closer at a stretch that is pulled across with the mouse', async () => {
    const { page, asked } = await open('ailing', disputed)
    await page.locator('.chart').first().scrollIntoViewIfNeeded()
    const box = await page.locator('.chart .u-over').first().boundingBox()
    if (!box) throw new Error('no chart')
    await page.mouse.move(box.x + box.width * 0.25, box.y + 40)
    expect(await page.getByRole('slider').first().getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d:/)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + 50, { steps: 4 })
    await page.mouse.up()
    await page.getByText(/^23 Nov 2026, 10:(29|30) to 23 Nov 2026, 10:4[45]$/).waitFor()
    const last = (await asked()).filter((one) => one.name === 'history.read').at(-1)?.input as { from: number; to: number }
    expect(Math.abs(last.to - last.from - 900_000)).toBeLessThan(30_000)
    await page.context().close()
  })

  it('grows with the readings that are pushed, and where nothing is recorded draws those alone', async () => {
    const { page } = await open('not-recording', 'gpus')
    await page.getByText('Nothing was ever recorded of this card.').waitFor()
    await page.evaluate(() => (window as unknown as { playHistory(): void }).playHistory())
    await page.getByRole('slider', { name: /^Power/ }).waitFor()
    const steps = () => page.getByRole('slider', { name: /^Power/ }).getAttribute('aria-valuemax')
    await expect.poll(steps).toBe('89')
    await page.evaluate((at) => {
      const { push } = window as unknown as { push(part: string, value: unknown): void }
      push('telemetry', { samples: { 'GPU-00000000': { takenAt: at, utilisation: 0.5, temperatureC: 60, powerW: 200, throttle: ['sw_power_cap'], processes: [], fans: [], incidents: [], unknown: {} } }, status: { phase: 'on', since: 0 } })
    }, now + 500)
    await expect.poll(steps).toBe('90')
    await page.getByText(/Slowed down by sw power cap in 1/).waitFor()
    await page.context().close()
  })

  it('saves a range as a file, page after page', async () => {
    const { page, asked } = await open('ailing', disputed)
    const saved = page.waitForEvent('download')
    await page.getByLabel('A line of the file for every').selectOption({ label: '1 minute' })
    await page.getByRole('button', { name: 'Save this range as CSV' }).click()
    const download = await saved
    expect(download.suggestedFilename()).toBe('idlewatt-geforce-rtx-3090-3-2026-11-23T1015-2026-11-23T1115.csv')
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
    expect(lines[0]).toBe('takenAt,temperatureC mean')
    expect(lines.filter((line) => line.startsWith('takenAt'))).toHaveLength(1)
    expect(lines.length).toBeGreaterThan(2)
    expect((await asked()).filter((one) => one.name === 'history.csv').length).toBe(lines.length - 1)
    expect((await asked()).find((one) => one.name === 'history.csv')?.input).toMatchObject({ stepSeconds: 60 })
    await page.getByText(/^Saved as idlewatt-/).waitFor()
    await page.context().close()
  })

  it('forgets a lost card only when asked twice, and goes back to the others', async () => {
    const { page, asked } = await open('ailing', lost)
    await page.getByText('This card is lost since').waitFor()
    await page.getByRole('button', { name: 'Forget it' }).click()
    expect((await asked()).some((one) => one.name === 'gpus.forget')).toBe(false)
    await page.getByRole('button', { name: 'Forget this card' }).click()
    await page.getByRole('heading', { level: 1, name: 'GPUs' }).waitFor()
    expect((await asked()).find((one) => one.name === 'gpus.forget')?.input).toEqual({ gpuId: 'GPU-00000001' })
    await expect.poll(() => page.locator('.tile').count()).toBe(2)
    await page.context().close()
  })

  it('shows on what layers differ, and which of them is believed', async () => {
    const { page } = await open('ailing', disputed)
    await page.getByText('PCIe lanes at most: NVML says 16, which is used; the system’s device files says 8.').waitFor()
    await page.context().close()
  })

  it('says on every page what is critical', async () => {
    const { page } = await open('ailing', 'overview')
    for (const pageId of pageIds) {
      await page.evaluate((id) => void (location.hash = `#/${id}`), pageId)
      await page.locator(`.nav a[aria-current="page"][href="#/${pageId}"]`).waitFor()
      await page.waitForSelector('h1')
      expect(await page.getByRole('alert').innerText(), pageId).toContain('Critical: A card is lost')
    }
    await page.context().close()
  })

  it('tells what is the matter, since when, what it stands on and what to do, and how long it lasted', async () => {
    const { page } = await open('ailing', 'overview')
    const health = page.getByRole('region', { name: 'Health' })
    expect(await health.getByRole('listitem').count()).toBe(3)
    await health.getByText('What it stands on (3 readings)').click()
    await health.getByText('Core temperature: 87 °C').waitFor()
    await health.getByText('Let more air reach it').waitFor()
    await health.getByText('1 alert is over').click()
    expect((await health.getByText(/^Lasted/).innerText()).replace(/\u202f/g, ' ')).toBe('Lasted 48 min.')
    await page.context().close()
  })

  it('counts the cards that are here, and no lost one', async () => {
    const { page } = await open('ailing', 'overview')
    await page.getByRole('heading', { name: '2 GPUs' }).waitFor()
    await page.getByRole('link', { name: 'Measure', exact: true }).click()
    expect(await page.getByRole('checkbox', { name: /GeForce/ }).count()).toBe(2)
    await page.context().close()
  })

  it('does not say "no GPU" for good soon after the start', async () => {
    const { page } = await open('still-loading', 'gpus')
    await page.getByText(/its drivers may still be loading/).waitFor()
    await page.getByText(/goes on until 11:19:00/).waitFor()
    expect(await page.getByText('No GPU was found in this machine.').count()).toBe(0)
    await page.context().close()
  })

  it('sets a webhook up, shows its secret once, and says how a test went', async () => {
    const { page, asked } = await open('one-card', 'settings')
    await page.getByLabel('Address', { exact: true }).fill(' https://hooks.example.org/x?key=1 ')
    await page.keyboard.press('Enter')
    const secret = page.locator('.secret input')
    expect(await secret.inputValue()).toBe('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText(/^(Copied\.|It is selected)/).waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await secret.waitFor({ state: 'detached' })
    await page.getByText('hooks.example.org').waitFor()
    await page.getByRole('button', { name: 'Send a test by Webhook' }).click()
    await page.getByText('The server answered 403').waitFor()
    expect((await asked()).filter((one) => one.name.startsWith('channel.'))).toEqual([
      { name: 'channel.set-webhook', input: { url: 'https://hooks.example.org/x?key=1' } },
      { name: 'channel.test', input: { channel: 'webhook' } },
    ])
    await page.context().close()
  })

  it('sends an ntfy token only where one was typed, and empties the fields', async () => {
    const { page, asked } = await open('ailing', 'settings')
    await page.getByRole('button', { name: 'Save the ntfy topic' }).click()
    await page.getByText('Enter the server with the topic').waitFor()
    await page.getByLabel('Server and topic').fill('https://ntfy.sh/my-topic')
    await page.getByLabel(/^Access token/).fill('tk_secret')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await asked()).find((one) => one.name === 'channel.set-ntfy')?.input).toEqual({ url: 'https://ntfy.sh/my-topic', token: 'tk_secret' })
    await expect.poll(() => page.getByLabel(/^Access token/).inputValue()).toBe('')
    await page.context().close()
  })

  it('saves quiet hours together, or not at all', async () => {
    const { page, asked } = await open('one-card', 'settings')
    await page.getByLabel('from', { exact: true }).fill('22:30')
    await page.getByLabel('A card is hot from').focus()
    await page.getByText('Set both times, or neither.').waitFor()
    await page.getByLabel('to', { exact: true }).fill('07:00')
    await page.getByLabel('A card is hot from').focus()
    await page.getByText('Saved', { exact: true }).waitFor()
    expect((await asked()).filter((one) => one.name === 'settings.change')).toEqual([{ name: 'settings.change', input: { quietFrom: '22:30', quietTo: '07:00' } }])
    await page.context().close()
  })

  it('fits windows from 900 down to 480 pixels without scrolling sideways', async () => {
    for (const [stateId, pageId] of [['ailing', 'gpus'], ['ailing', hot], ['ailing', lost], ['ailing', 'overview'], ['ailing', 'settings'], ['not-recording', 'gpus'], ['sixteen', 'overview'], ['sixteen', 'gpus'], ['sixteen', 'measure']] as const) {
      const { page } = await open(stateId, pageId, 'light', { width: 900, height: 600 })
      for (const width of [900, 700, 480]) {
        await page.setViewportSize({ width, height: 600 })
        // Charts take their new width a frame later.
        await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), { message: `${stateId}, ${pageId}, ${width}`, timeout: 5_000 }).toBeLessThanOrEqual(0)
      }
      await page.context().close()
    }
  }, 60_000)
})
