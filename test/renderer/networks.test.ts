/** The Networks pages in a real Chromium: no accessibility fault, all by keyboard, every state designed, thousands of requests without a wait. */
import { describe, expect, it } from 'vitest'
import { faultsInBothThemes, focusStops, tabTo } from '../gallery/by-keyboard.ts'
import { stagePage, type StagedPage } from '../gallery/stage.ts'
import { states } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'

const whatIf = { model: null, nearest: [], ambiguous: [], estimates: [] }

describe.skipIf(findChromium() === null)('the Networks pages', () => {
  const served = serveForTests()

  async function open(stateId: string, page: string, viewport = { width: 1280, height: 800 }): Promise<StagedPage> {
    const shown = states.find((state) => state.id === stateId)
    if (!shown) throw new Error(`There is no state ${stateId}.`)
    const context = await served().browser.newContext({ colorScheme: 'light', viewport, reducedMotion: 'reduce' })
    context.setDefaultTimeout(8000)
    const staged = await stagePage(context, { address: served().address, page, shown, whatIf, models: [] })
    await staged.page.clock.runFor(600)
    return staged
  }
  const changes = async (staged: StagedPage) => (await staged.asked()).filter((one) => one.name === 'settings.change').map((one) => one.input)

  it.each([
    ['network', ['networks/north', 'networks/frame', 'networks/granite']],
    ['networks-odd', ['networks']],
    ['sources', ['networks/sources']],
    ['sources-offline', ['networks/sources']],
  ] as const)('have no accessibility fault in either theme, break no policy and fit 900 × 600: %s, %j', async (stateId, pageIds) => {
    const { page, complaints } = await open(stateId, pageIds[0], { width: 900, height: 600 })
    for (const pageId of pageIds) {
      await page.evaluate((id) => void (location.hash = `#/${id}`), pageId)
      await page.clock.runFor(600)
      expect(await faultsInBothThemes(page), pageId).toEqual([])
      const overflow = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.scroll-box')].map((element) => element.scrollWidth - element.clientWidth))
      expect(Math.max(...overflow), pageId).toBeLessThanOrEqual(0)
    }
    if (stateId === 'sources-offline') {
      await page.getByText('clock is 2 years ahead').waitFor()
      await page.getByRole('button', { name: 'Ask all now' }).click()
      await page.getByText('This machine is offline.', { exact: true }).waitFor()
    }
    expect(complaints).toEqual([])
    await page.context().close()
    // Three pages with every rule: slow where all else runs at once.
  }, 60_000)

  it('lead into a network and back by keyboard alone, with the focus where reading goes on, and never with the token', async () => {
    const staged = await open('two-3090', 'networks')
    const { page } = staged
    await page.getByText('Active leases').waitFor()
    expect(await page.locator('main').innerText()).not.toMatch(/Price of/)
    await tabTo(page, /^Framefarm$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Framefarm', level: 1 }).waitFor()
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).innerText)
    expect(await focused()).toBe('Framefarm')
    await page.getByText(/In 26 days: /).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Networks', level: 1 }).waitFor()
    await expect.poll(focused).toBe('Framefarm')
    await page.getByRole('link', { name: 'Northcloud' }).click()
    await page.getByText('Price of NOR').waitFor()
    expect(await page.locator('.network-figures .group-row').allInnerTexts()).toEqual([expect.stringContaining('used'), expect.stringContaining('How much there is'), expect.stringContaining('takes in'), expect.stringContaining('token')])
    await page.context().close()
  })

  it('sort models by keyboard, unknown ones last, and hold prices against the cheapest cloud', async () => {
    const { page } = await open('network', 'networks/ember')
    const first = () => page.locator('.models tbody th').first().innerText()
    const last = () => page.locator('.models tbody tr').last().innerText()
    await page.getByRole('button', { name: 'Utilisation' }).focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('.models-utilisation').getAttribute('aria-sort')).toBe('descending')
    const top = await first()
    expect(await last()).toContain('unknown')
    await page.keyboard.press('Enter')
    expect(await first()).not.toBe(top)
    expect(await last()).toContain('unknown')
    await page.getByText('None of the three large clouds').waitFor()
    await page.goto(page.url().replace('ember', 'north'))
    await page.getByText('The network takes no share since March 2026').waitFor()
    expect(await page.getByRole('row', { name: /^h100/ }).innerText()).toMatch(/1\.77[\s\S]*1\.29 to 2\.71[\s\S]*6\.33[\s\S]*28\u202f%/)
    await page.context().close()
  })

  it('say what came of asking all, switch sources off one after the other without losing one, and refuse to ask what is off', async () => {
    const staged = await open('two-3090', 'networks/sources')
    const { page } = staged
    await page.getByRole('button', { name: 'Ask all now' }).click()
    await page.getByText('4 of 6 sources answered; not Weekly totals, Market snapshot.').waitFor()
    const asksOf = async () => (await staged.asked()).filter((one) => one.name === 'markets.refresh').map((one) => (one.input as { sourceIds: string[] }).sourceIds.length)
    expect(await asksOf()).toEqual([8])
    await page.getByRole('checkbox', { name: 'Ask Market snapshot' }).focus()
    await page.keyboard.press('Space')
    await page.getByRole('checkbox', { name: 'Ask Currencies' }).click()
    await expect.poll(() => changes(staged)).toEqual([{ sourcesOff: ['ember/market', 'granite/dashboard'] }, { sourcesOff: ['ember/market', 'granite/dashboard', 'prices/currencies'] }])
    // Disabled in words only, so that the focus stays: it can be pressed, and does nothing.
    await page.getByRole('button', { name: 'Ask now for Market snapshot' }).click({ force: true })
    await page.getByRole('button', { name: 'Ask now for Weekly totals' }).click()
    expect((await staged.asked()).filter((one) => one.name === 'markets.refresh').map((one) => one.input).slice(1)).toEqual([{ sourceIds: ['frame/weeks'] }])
    await page.getByRole('checkbox', { name: 'Ask these sources at all' }).click()
    await page.getByText('Nothing is asked outside: that is switched off.').waitFor()
    expect((await changes(staged)).at(-1)).toEqual({ asksOutside: false })
    await page.getByRole('button', { name: 'Ask all now' }).click({ force: true })
    expect(await asksOf()).toEqual([8, 1])
    // What each service says of a token, and why one of them does not count.
    expect(await page.getByRole('row', { name: /^FRM/ }).innerText()).toMatch(/2\.41[\s\S]*4 minutes old[\s\S]*medium[\s\S]*The third service: 241[\s\S]*does not count: it is 100 times/)
    expect(await page.getByRole('row', { name: /^GRA/ }).innerText()).toContain('the bundled one')
    await page.context().close()
  })

  it('turn through two thousand requests, by source and by what went wrong', async () => {
    const { page } = await open('two-3090', 'networks/sources')
    const rows = page.locator('.requests tbody tr')
    await page.getByText('1 to 25 of 2,000').waitFor()
    expect(await rows.count()).toBe(25)
    await page.getByRole('button', { name: 'Older' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('26 to 50 of 2,000').waitFor()
    // What comes meanwhile does not move the rows under a reader.
    const top = await rows.first().innerText()
    await page.evaluate(() => {
      const { push } = window as unknown as { push(part: string, value: unknown): void }
      push('ledger', { changes: 1, isReading: false, lastReadAt: 5, faults: [] })
    })
    await page.clock.runFor(1000)
    expect(await rows.first().innerText()).toBe(top)
    await page.getByRole('checkbox', { name: 'only those that went wrong' }).check()
    await page.getByText('1 to 25 of 1,000').waitFor()
    await page.getByRole('button', { name: 'Requests for Market snapshot' }).click()
    await page.getByText('1 to 25 of 334').waitFor()
    expect(await page.getByLabel('Made for').inputValue()).toBe('ember/market')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('requests-head')
    await page.getByLabel('Made for').selectOption('prices/second')
    await page.getByText('This source has not been asked.').waitFor()
    await page.context().close()
  })

  it('design what is not there: late, failing, unknown, never asked', async () => {
    const odd = await open('networks-odd', 'networks')
    await odd.page.getByText('Reading its figures …').waitFor()
    await odd.page.getByText('The data folder cannot be read.').waitFor()
    await odd.page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(async () => (await odd.asked()).filter((one) => one.name === 'networks.health').length).toBe(6)
    await odd.page.goto(odd.page.url().replace(/networks$/, 'networks/nobody'))
    await odd.page.getByText('knows no network by the name').waitFor()
    await odd.page.context().close()
    const never = await open('sources-never', 'networks/sources')
    await never.page.getByText('No source has been asked yet.').waitFor()
    await never.page.getByText('No request has been made').waitFor()
    await never.page.goto(never.page.url().replace('networks/sources', 'networks/north'))
    await never.page.getByText('The sources of Northcloud have not been asked yet.').waitFor()
    await never.page.locator('.notice').getByRole('button', { name: 'Ask now' }).click()
    await expect.poll(async () => (await never.asked()).filter((one) => one.name === 'markets.refresh').map((one) => one.input)).toEqual([{ sourceIds: ['north/prices', 'north/use', 'north/chain'] }])
    await never.page.context().close()
  })

  it('ask again when a source brought something, once for many', async () => {
    const staged = await open('two-3090', 'networks')
    await staged.page.getByText('Active leases').waitFor()
    const reads = async () => (await staged.asked()).filter((one) => one.name === 'networks.health').length
    expect(await reads()).toBe(4)
    await staged.page.evaluate(() => {
      const { push, idlewatt } = window as unknown as { push(part: string, value: unknown): void; idlewatt: { ask(name: string, input: unknown): Promise<{ value: { state: { networks: { sources: object[] } } } }> } }
      return idlewatt.ask('state.read', null).then(({ value: { state: { networks } } }) => {
        for (let i = 1; i < 9; i += 1) push('networks', { ...networks, sources: networks.sources.map((one, n) => (n < i ? { ...one, lastGoodAt: 7 } : one)) })
      })
    })
    await staged.page.clock.runFor(1000)
    await expect.poll(reads).toBe(8)
    await staged.page.context().close()
  })

  it('show where the focus is at every stop, and never behind the bar on top', async () => {
    for (const pageId of ['networks/north', 'networks/sources']) {
      const { page } = await open('sources-never', pageId, { width: 900, height: 600 })
      const { stops, unseen } = await focusStops(page)
      expect(unseen, pageId).toEqual([])
      expect(stops, pageId).toBeGreaterThan(10)
      await page.context().close()
    }
  })
})
