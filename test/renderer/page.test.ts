/** The built page in a real Chromium: no accessibility fault in either theme, everything by keyboard alone, nothing the security policy refuses. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { pageIds } from '../../renderer/state/route.ts'
import { faultsInBothThemes, focusStops, tabTo } from '../gallery/by-keyboard.ts'
import { stagePage, type StagedPage } from '../gallery/stage.ts'
import { readRealState } from '../gallery/real.ts'
import { states, whatIfEstimates, type GalleryState } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'

const whatIf = { model: 'GeForce RTX 5090', nearest: [], ambiguous: [], estimates: whatIfEstimates }
/** Recorded machines whose real requirements and estimates are drawn. */
const recorded = ['rtx-4090-windows', 'eight-h200']
const withoutFigure = 'amd-rx-7900-xtx'
const models = ['GeForce RTX 5090', 'GeForce RTX 4090', 'GeForce RTX 4090 Laptop GPU']

describe.skipIf(findChromium() === null)('the page', () => {
  const real: GalleryState[] = []
  const served = serveForTests(async () => {
    for (const machine of [...recorded, withoutFigure]) real.push({ id: `real ${machine}`, title: machine, state: await readRealState(machine) })
  })

  async function open(stateId: string, page: string, colorScheme: 'light' | 'dark' = 'light', viewport = { width: 1280, height: 800 }): Promise<StagedPage> {
    const shown = [...states, ...real].find((state) => state.id === stateId)
    if (!shown) throw new Error(`There is no state ${stateId}.`)
    const context = await served().browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })
    return stagePage(context, { address: served().address, page, shown, whatIf, models })
  }
  async function goTo(page: Page, pageId: string): Promise<void> {
    await page.evaluate((id) => void (location.hash = `#/${id}`), pageId)
    await page.locator(`.nav a[aria-current="page"][href="#/${pageId}"]`).waitFor()
    await page.waitForSelector('h1')
  }

  it('has no accessibility fault in either theme and breaks no policy, page by page', async () => {
    const { page, complaints } = await open('two-3090', 'overview')
    // The networks' pages and the ledger's have tests of their own.
    for (const pageId of pageIds.filter((id) => id !== 'networks' && id !== 'ledger')) {
      await goTo(page, pageId)
      expect(await faultsInBothThemes(page), pageId).toEqual([])
    }
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)

  it.each([['eight-h200', 'gpus'], ['sixteen', 'overview'], ['none', 'overview'], ['silent', 'gpus'], ['finished', 'measure'], ['crash', 'measure']] as const)('has no accessibility fault in either theme and breaks no policy: %s, %s', async (stateId, pageId) => {
    const { page, complaints } = await open(stateId, pageId)
    expect(await faultsInBothThemes(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it.each(['two-3090', 'real rtx-4090-windows'])('has none in an opened row, tab by tab: %s', async (stateId) => {
    const { page } = await open(stateId, 'compare')
    await page.locator('.row-button').first().click()
    for (const tab of [/How the number/, /What moves it/, /Can it join/, /Capital and duties/]) {
      await page.getByRole('tab', { name: tab }).click()
      if (String(tab).includes('moves')) await page.locator('.tornado').waitFor()
      expect(await faultsInBothThemes(page)).toEqual([])
    }
    await page.context().close()
  }, 60_000)

  it('opens a comparison row, its requirements and their sources by keyboard alone', async () => {
    const { page } = await open('two-3090', 'overview')
    await tabTo(page, /^Compare$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor()
    await tabTo(page, /^Framefarm Rendering node/)
    await page.keyboard.press('Enter')
    expect(await page.getByRole('button', { name: /^Framefarm Rendering node/ }).getAttribute('aria-expanded')).toBe('true')
    await tabTo(page, /How the number is made/)
    const opened = () => page.locator('.row-detail [role=tab][aria-selected=true]').innerText()
    for (let before = await opened(); !/Can it join/.test(before); before = await opened()) {
      await page.keyboard.press('ArrowRight')
      await expect.poll(opened).not.toBe(before)
    }
    await page.getByRole('cell', { name: /Update the driver\./ }).waitFor()
    await tabTo(page, /example\.org/)
    await page.context().close()
  })

  it('closes an opened row with Escape, and gives the focus back to it', async () => {
    const { page } = await open('two-3090', 'compare')
    await tabTo(page, /^Northcloud Provider/)
    await page.keyboard.press('Enter')
    await tabTo(page, /How the number is made/)
    await page.keyboard.press('Escape')
    await page.waitForSelector('.row-detail', { state: 'detached' })
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).innerText)).toContain('Northcloud Provider')
    await page.context().close()
  })

  it('shows where the focus is at every stop, and never behind the bar on top', async () => {
    for (const pageId of ['measure', `compare/${encodeURIComponent('north/provider|GPU-00000000')}`, 'compare/what-if', 'settings']) {
      const { page } = await open('two-3090', pageId, 'light', { width: 900, height: 600 })
      const { stops, unseen } = await focusStops(page)
      expect(unseen, pageId).toEqual([])
      expect(stops, pageId).toBeGreaterThan(7)
      await page.context().close()
    }
  })

  it('leads with what is still to check, and does not call it a yes', async () => {
    const { page } = await open('real rtx-4090-windows', 'overview')
    expect(await page.locator('.answer-sentence').innerText()).toMatch(/if it is admitted \(\d+ things? to check\)/)
    expect(await page.locator('.answer-tally').innerText()).toContain('2 it may join')
    expect(await page.getByText('Can join', { exact: true }).count()).toBe(0)
    await page.context().close()
  })

  it('draws no axis, and promises no number, where nobody knows the pay', async () => {
    const { page } = await open(`real ${withoutFigure}`, 'overview')
    expect(await page.locator('.answer-sentence').innerText()).toContain('nobody can honestly say what that would pay')
    expect(await page.locator('.band-axis').count()).toBe(0)
    expect(await page.getByRole('link', { name: 'See why' }).count()).toBe(1)
    await page.context().close()
  })

  it('keeps quiet about graphics built into the processor beside a card, and compares them when asked to', async () => {
    const { page } = await open('real rtx-4090-windows', 'overview')
    await page.getByText('AMD Radeon(TM) Graphics is built into the processor; networks want a card.').waitFor()
    expect(await page.getByText('Only the operating system lists this card').count()).toBe(0)
    await page.getByRole('link', { name: 'Compare', exact: true }).click()
    const rows = page.locator('.row-button')
    await rows.first().waitFor()
    const own = await rows.count()
    expect(await page.getByLabel('Show').inputValue()).toBe('worth')
    await page.getByLabel('Show').selectOption({ label: 'all cards' })
    expect(await rows.count()).toBe(2 * own)
    await page.getByLabel('Show').selectOption({ label: 'AMD Radeon(TM) Graphics' })
    expect(await rows.count()).toBe(own)
    await page.context().close()
  })

  it('draws the sidebar to the end of a page that is longer than the window', async () => {
    const { page } = await open('sixteen', 'compare', 'light', { width: 1280, height: 600 })
    const ends = await page.evaluate(() => ({ page: document.documentElement.scrollHeight, sidebar: (document.querySelector('.nav')?.getBoundingClientRect().bottom ?? 0) + scrollY }))
    expect(ends.page).toBeGreaterThan(1000)
    expect(ends.sidebar).toBeGreaterThanOrEqual(ends.page - 1)
    await page.context().close()
  })

  it('answers a what-if by keyboard alone: search, pick, ask, read', async () => {
    const { page, asked } = await open('two-3090', 'compare')
    await tabTo(page, /This machine/)
    await page.keyboard.press('ArrowRight')
    await tabTo(page, /^Card/)
    await page.keyboard.type('5090')
    await page.clock.runFor(500)
    await page.getByRole('option', { name: 'GeForce RTX 5090' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.getByText('For GeForce RTX 5090:').waitFor()
    expect((await asked()).filter((one) => one.name === 'estimate.what-if')).toEqual([{ name: 'estimate.what-if', input: { gpuModel: 'GeForce RTX 5090', gpuCount: 1, more: [], factors: {} } }])
    expect(await page.getByRole('button', { name: /^Northcloud Provider/ }).count()).toBe(1)
    await page.context().close()
  })

  it('suggests the nearest names for a card nobody knows, and asks again with the one picked', async () => {
    const { page, asked } = await open('none', 'compare/what-if')
    await page.getByRole('combobox').first().fill('Quux 9000')
    await page.keyboard.press('Enter')
    await page.getByText(/knows no card called/).waitFor()
    await page.getByRole('button', { name: 'GeForce RTX 5090' }).click()
    await page.getByText('For GeForce RTX 5090:').waitFor()
    expect((await asked()).filter((one) => one.name === 'estimate.what-if')).toHaveLength(2)
    await page.context().close()
  })

  it('saves a setting when the field is left, and refuses nonsense with a sentence', async () => {
    const { page, asked } = await open('two-3090', 'settings')
    await page.getByLabel('Electricity price').fill('0,31')
    await page.keyboard.press('Tab')
    await page.getByText('Saved', { exact: true }).waitFor()
    expect(await page.getByLabel('Electricity price').inputValue()).toBe('0.31')
    await page.getByLabel('Factor').fill('9')
    await page.keyboard.press('Enter')
    await page.getByText('At most 3.').waitFor()
    expect((await asked()).filter((one) => one.name === 'settings.change')).toEqual([{ name: 'settings.change', input: { electricityPricePerKwh: 0.31 } }])
    await page.context().close()
  })

  it('follows the theme that is set, whatever the system prefers', async () => {
    const { page } = await open('two-3090', 'settings', 'dark')
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await ground()
    await page.getByLabel('Theme').selectOption('light')
    await expect.poll(ground).not.toBe(dark)
    await page.context().close()
  })

  it('asks for live readings while a page shows them, and gives them back on a page that does not', async () => {
    const { page, asked } = await open('two-3090', 'gpus')
    await page.clock.runFor(11_000)
    const watching = (all: { name: string; input: unknown }[]) => all.filter((one) => one.name === 'telemetry.watch').map((one) => (one.input as { watching: boolean }).watching)
    expect(watching(await asked())).toEqual([true, true, true])
    await page.getByRole('link', { name: 'Ledger' }).click()
    await page.getByRole('heading', { name: 'Ledger', level: 1 }).waitFor()
    expect(watching(await asked())).toEqual([true, true, true, false])
    // Beside the plug meter's fields stands what the cards report.
    await goTo(page, 'settings')
    await expect.poll(async () => watching(await asked())).toEqual([true, true, true, false, true])
    await page.context().close()
  })

  it('says on every page that a machine is recorded, and why it cannot be measured', async () => {
    const { page } = await open('one-4090-windows', 'overview')
    for (const pageId of pageIds) {
      await goTo(page, pageId)
      expect(await page.getByText('Recorded machine: one-rtx-4090-windows').count()).toBe(1)
    }
    // And names no remedy that it does not have.
    await goTo(page, 'measure')
    await page.getByText('This is a recorded machine').waitFor()
    expect(await page.getByRole('button', { name: /^Measure/ }).count()).toBe(0)
    await page.context().close()
  })

  it('keeps every opened row of real estimates within 900 pixels, with columns wide enough to read', async () => {
    const { page } = await open('real eight-h200', 'compare', 'light', { width: 900, height: 600 })
    const rows = await page.locator('.row-button').count()
    expect(rows).toBeGreaterThanOrEqual(9)
    for (let i = 0; i < rows; i += 1) {
      await page.locator('.row-button').nth(i).click()
      for (const tab of [/How the number/, /Can it join/, /Capital and duties/]) {
        await page.getByRole('tab', { name: tab }).click()
        const { overflow, tallest } = await page.evaluate(() => ({
          overflow: [document.documentElement, ...document.querySelectorAll('.scroll-box')].map((element) => element.scrollWidth - element.clientWidth),
          tallest: Math.max(0, ...[...document.querySelectorAll('.inputs-table tbody')].map((entry) => entry.getBoundingClientRect().height)),
        }))
        expect(Math.max(...overflow), `row ${i}, ${tab}`).toBeLessThanOrEqual(0)
        expect(tallest, `row ${i}, ${tab}`).toBeLessThan(140)
      }
    }
    await page.context().close()
  })

  it('fits 900 × 600 without scrolling sideways, from one card to sixteen', async () => {
    for (const [stateId, shownPages] of [['sixteen', ['overview', 'gpus', 'compare', 'measure']], ['losing', ['settings']]] as const) {
      const { page } = await open(stateId, shownPages[0], 'light', { width: 900, height: 600 })
      for (const pageId of shownPages) {
        await goTo(page, pageId)
        const overflow = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.scroll-box')].map((element) => element.scrollWidth - element.clientWidth))
        expect(Math.max(...overflow), `${stateId}, ${pageId}`).toBeLessThanOrEqual(0)
      }
      await page.context().close()
    }
  })
})
