/** The Ledger pages, the tornado and the weekly tariff in a real Chromium: by keyboard, within 900 × 600, nothing secret kept. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { faultsInBothThemes, tabTo } from '../gallery/by-keyboard.ts'
import { stagePage, type StagedPage } from '../gallery/stage.ts'
import { states } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'

const whatIf = { model: null, nearest: [], ambiguous: ['GeForce RTX 3080', 'GeForce RTX 3080 12 GB'], about: 'RTX 3080', estimates: [] }
const seed = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'

describe.skipIf(findChromium() === null)('the pages about money', () => {
  const served = serveForTests()

  async function open(stateId: string, page: string): Promise<StagedPage> {
    const shown = states.find((state) => state.id === stateId)
    if (!shown) throw new Error(`There is no state ${stateId}.`)
    const context = await served().browser.newContext({ colorScheme: 'light', viewport: { width: 900, height: 600 }, reducedMotion: 'reduce' })
    context.setDefaultTimeout(8000)
    return stagePage(context, { address: served().address, page, shown, whatIf, models: [] })
  }
  const inputsOf = async (staged: StagedPage, name: string) => (await staged.asked()).filter((one) => one.name === name).map((one) => one.input as Record<string, unknown>)
  const overflowOf = async (page: Page) => Math.max(...(await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.scroll-box')].map((element) => element.scrollWidth - element.clientWidth))))
  const focusedText = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement).innerText)

  it('have no accessibility fault in either theme, break no policy and fit 900 × 600, tab by tab', async () => {
    const { page, complaints } = await open('ledger', 'ledger')
    await page.getByText('Enter something by hand').click()
    for (const tab of ['Entries', 'Promised and paid', 'Wallets', 'Export']) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByText(/^Reading /).waitFor({ state: 'detached' })
      expect(await faultsInBothThemes(page), tab).toEqual([])
      expect(await overflowOf(page), tab).toBeLessThanOrEqual(0)
    }
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)

  it('take an entry by keyboard alone, name what is wrong first, and keep no seed phrase', async () => {
    const staged = await open('ledger-empty', 'ledger')
    const { page } = staged
    await tabTo(page, /^Enter something by hand/)
    await page.keyboard.press('Enter')
    await tabTo(page, /^Amount/)
    await page.keyboard.type('twelve')
    await page.keyboard.press('Enter')
    await page.getByText('A token or a currency in capital letters').waitFor()
    await page.getByLabel('Amount').fill('12,5')
    await page.getByLabel('Token or currency').fill('frm')
    await page.getByLabel('Note', { exact: true }).fill(seed)
    await page.keyboard.press('Enter')
    await page.getByText('That looks like a seed phrase').waitFor()
    expect(await page.getByLabel('Note', { exact: true }).inputValue()).toBe('')
    expect(await page.getByLabel('Amount').inputValue()).toBe('12,5')
    await page.getByLabel('Card', { exact: true }).selectOption({ label: 'GeForce RTX 3090 #2' })
    await page.getByLabel('Amount').press('Enter')
    await page.getByText('Entered.').waitFor()
    expect((await inputsOf(staged, 'ledger.add')).at(-1)).toMatchObject({ kind: 'income', amount: 12.5, asset: 'FRM', gpuId: 'GPU-00000001', note: null, fairUsd: null })
    await page.context().close()
  })

  it('correct an entry with a reason, and give the focus back to it', async () => {
    const staged = await open('ledger', 'ledger')
    const { page } = staged
    const correct = page.getByRole('button', { name: /^Correct Income of .*NEW/ })
    await correct.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Add the correction' }).click()
    await page.getByText('Say why').waitFor()
    await page.getByLabel('Worth then, in all').fill('3.10')
    await page.getByLabel('Why').fill('price of the day, from the invoice')
    await page.keyboard.press('Enter')
    await page.locator('.ledger-correct').waitFor({ state: 'detached' })
    expect(await inputsOf(staged, 'ledger.correct')).toEqual([{ id: 'bonus', amount: 1_250_000.5, fairUsd: 3.1, note: 'price of the day, from the invoice' }])
    expect(await focusedText(page)).toContain('Correct')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.locator('.ledger-correct').waitFor({ state: 'detached' })
    expect(await focusedText(page)).toContain('Correct')
    await page.context().close()
  })

  it('filter and turn pages without losing the focus', async () => {
    const staged = await open('ledger', 'ledger')
    const { page } = staged
    await page.getByText('1 to 50 of 312').first().waitFor()
    const [top, end] = [page.getByRole('navigation', { name: 'Pages of the ledger', exact: true }), page.getByRole('navigation', { name: 'Pages of the ledger, at their end' })]
    for (let i = 0; i < 6; i += 1) await top.getByRole('button', { name: 'Older' }).click()
    await page.getByText('301 to 312 of 312').first().waitFor()
    expect(await focusedText(page)).toBe('Older')
    await end.getByRole('button', { name: 'Newer' }).click()
    await page.getByText('251 to 300 of 312').first().waitFor()
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('ledger-top')
    await page.getByLabel('Kind').selectOption('electricity')
    await page.getByText('1 entry', { exact: true }).waitFor()
    expect((await inputsOf(staged, 'ledger.list')).at(-1)).toMatchObject({ filter: { kinds: ['electricity'] }, offset: 0 })
    const filter = page.getByRole('search')
    await filter.getByLabel('Programme').selectOption({ label: 'Framefarm Rendering node' })
    await filter.getByLabel('Network').selectOption({ label: 'Ember' })
    await filter.getByLabel('Card').selectOption({ label: 'GeForce RTX 3090 #1' })
    await filter.getByLabel('Token or currency').selectOption('NEW')
    // A programme of another network than the one that was chosen would find nothing.
    expect(await filter.getByLabel('Programme').locator('option').allInnerTexts()).toEqual(['every programme', 'Ember Worker'])
    await expect.poll(async () => (await inputsOf(staged, 'ledger.list')).at(-1)?.filter).toEqual({ kinds: ['electricity'], networkId: 'ember', gpuId: 'GPU-00000000', asset: 'NEW' })
    await page.getByRole('button', { name: 'Show all' }).click()
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SELECT')
    await page.context().close()
  })

  it('refuse a seed phrase where an address belongs, and clear the field', async () => {
    const { page } = await open('ledger', 'ledger/wallets')
    const field = page.getByLabel('Address', { exact: true })
    await field.fill(seed)
    await field.press('Enter')
    await page.getByText('That looks like a seed phrase').waitFor()
    expect(await field.inputValue()).toBe('')
    expect(await page.locator('body').innerHTML()).not.toContain('abandon')
    await page.context().close()
  })

  it('draw what moves an estimate, longest first, in words as well', async () => {
    const { page } = await open('two-3090', 'compare')
    await page.locator('.row-button').first().click()
    await page.getByRole('tab', { name: 'What moves it' }).click()
    await page.locator('.tornado').waitFor()
    expect(await page.locator('.tornado tbody th').allInnerTexts()).toEqual([expect.stringContaining('Share of the time'), expect.stringContaining('What work pays'), expect.stringContaining('Electricity price'), expect.stringContaining('Power drawn')])
    expect(await page.locator('.tornado-span').allInnerTexts()).toEqual(['30 to 75 %', '0.28 to 0.49 USD/h', '0.11 to 0.19 USD/kWh', '×\u202f0.85 to ×\u202f1.15'])
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    await page.context().close()
  })

  it('ask which further card of a rig is meant, and put the answer in its place', async () => {
    const staged = await open('none', 'compare/what-if')
    const { page } = staged
    await page.getByRole('combobox').first().fill('RTX 4090')
    await page.getByRole('button', { name: 'Add another card to the rig' }).click()
    await page.getByRole('combobox', { name: 'Further card' }).fill('RTX 3080')
    await page.keyboard.press('Enter')
    await page.getByText('“RTX 3080” fits more than one card.').waitFor()
    await page.getByRole('button', { name: 'GeForce RTX 3080 12 GB' }).click()
    await expect.poll(async () => (await inputsOf(staged, 'estimate.what-if')).at(-1)).toMatchObject({ gpuModel: 'RTX 4090', more: [{ gpuModel: 'GeForce RTX 3080 12 GB', gpuCount: 1 }] })
    expect(await focusedText(page)).toBe('What would it pay?')
    await page.context().close()
  })

  it('set hours of the week by keyboard, over midnight, and refuse what is no price', async () => {
    const staged = await open('tariff-weekly', 'settings')
    const { page } = staged
    await page.getByLabel('From', { exact: true }).selectOption('22')
    await page.getByLabel('To', { exact: true }).selectOption('6')
    await page.getByLabel('Price', { exact: true }).fill('cheap')
    await page.keyboard.press('Enter')
    await page.locator('.week-form .field-problem').waitFor()
    await page.getByLabel('Price', { exact: true }).fill('0,11')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await inputsOf(staged, 'settings.change')).length).toBe(1)
    const [change] = await inputsOf(staged, 'settings.change')
    const week = change?.weeklyTariff as number[]
    expect([week[21] === 0.11, week[22], week[24], week[29], week[30] === 0.11, week.length]).toEqual([false, 0.11, 0.11, 0.11, false, 168])
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    await page.context().close()
  })
  it('say which dated prices are kept, take a time zone by its name, and what a calibration changed', async () => {
    const staged = await open('tariff-dated', 'settings')
    const { page, complaints } = staged
    await page.getByText('The dated prices end in').waitFor()
    expect(await page.locator('.stack').innerText()).toMatch(/1,216 prices are kept, [\s\S]* to [\s\S]*Now 0\.287 EUR\/kWh holds: dated price/)
    expect(await faultsInBothThemes(page)).toEqual([])
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    const zone = page.getByLabel('Time zone of the file')
    expect(await zone.getAttribute('placeholder')).toBe('Europe/Stockholm')
    await zone.fill('Mars/Olympus')
    await zone.press('Enter')
    await page.getByText('There is no time zone “Mars/Olympus”.').waitFor()
    await zone.fill('europe/lisbon')
    await page.keyboard.press('Tab')
    await expect.poll(() => inputsOf(staged, 'settings.change')).toEqual([{ tariffZone: 'Europe/Lisbon' }])
    for (const [i, watts] of ['30', '92', '431', '508'].entries()) await page.locator('.calibration .input').nth(i).fill(watts)
    await page.keyboard.press('Enter')
    await page.getByText(/Saved: factor 1\.082, offset 41\.5.W\. Before: factor 1, offset 0.W\./).waitFor()
    await page.getByRole('button', { name: 'Take back what was before' }).click()
    await expect.poll(async () => (await inputsOf(staged, 'settings.change')).at(-1)).toEqual({ wallPowerFactor: 1, wallPowerOffsetW: 0 })
    expect(await focusedText(page)).toBe('Work it out and save it')
    expect(complaints).toEqual([])
    await page.context().close()
  }, 40_000)
})
