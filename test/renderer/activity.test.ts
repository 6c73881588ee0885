/** Checks, logs, what happened, and the bundle for support, in a real Chromium. */
import { describe, expect, it } from 'vitest'
import { focusStops, tabTo } from '../gallery/by-keyboard.ts'
import { logLines, programmesState, provider } from '../gallery/programmes.ts'
import type { GalleryState } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'
import { focusedText, inputsOf, openState, overflowOf, pushProgrammes } from './opened.ts'

describe.skipIf(findChromium() === null)('checks, logs and what happened', () => {
  const served = serveForTests()
  const open = (stateId: string, page: string, viewport?: { width: number; height: number }, over?: Partial<GalleryState>) => openState(served(), stateId, page, viewport, over)

  it('check one requirement again or all of them, and say how it came out', async () => {
    const staged = await open('programmes', 'networks/north/provider/requirements')
    const { page } = staged
    await page.getByRole('button', { name: 'Check again Memory' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Memory: met.').waitFor()
    expect(await focusedText(page)).toContain('Check again')
    expect(await inputsOf(staged, 'preflight.run')).toEqual([{ programmeId: 'north/provider', checkIds: ['ram'], measures: true }])
    expect(await page.getByRole('tab', { name: /^Requirements/ }).innerText()).toContain('1 not met')
    await page.getByLabel(/also measure the line/).check()
    await page.getByRole('button', { name: 'Check everything again' }).click()
    await expect.poll(async () => (await inputsOf(staged, 'preflight.run')).at(-1)).toEqual({ programmeId: 'north/provider', measures: true })
    await page.context().close()
  })

  it('follow the log, search it, and read back page by page without losing the place', async () => {
    const staged = await open('programmes', 'networks/north/provider/log')
    const { page } = staged
    const box = page.getByRole('region', { name: 'Log of Northcloud Provider' })
    await box.waitFor()
    const atEnd = () => box.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop < 2)
    expect(await atEnd()).toBe(true)
    const reads = async () => (await inputsOf(staged, 'provider.logs')).length
    const before = await reads()
    // The clock runs on by itself as well: on a busy machine there may be more.
    await page.clock.runFor(4100)
    await expect.poll(reads).toBeGreaterThanOrEqual(before + 2)
    await box.evaluate((element) => (element.scrollTop = 0))
    await expect.poll(() => page.getByLabel('follow what is new').isChecked()).toBe(false)
    const stopped = await reads()
    await page.clock.runFor(6000)
    expect(await reads()).toBe(stopped)
    const top = await page.locator('.log-line').first().innerText()
    await page.getByRole('button', { name: 'Show older lines' }).click()
    await page.getByText('400 lines', { exact: true }).waitFor()
    expect(await box.evaluate((element, text) => [...element.querySelectorAll('.log-line')].some((line) => (line as HTMLElement).innerText.endsWith(text.split('\n').at(-1) ?? '') && Math.abs(line.getBoundingClientRect().top - element.getBoundingClientRect().top) < 120), top)).toBe(true)
    await page.getByRole('button', { name: 'To the newest' }).click()
    await expect.poll(atEnd).toBe(true)
    await page.getByRole('searchbox').fill('HEARTBEAT')
    await page.clock.runFor(700)
    await page.getByText(/lines with “HEARTBEAT”/).waitFor()
    expect(await page.locator('.log-text mark').first().innerText()).toBe('heartbeat')
    await page.getByRole('searchbox').fill('no such words')
    await page.clock.runFor(700)
    await page.getByText('No line holds “no such words”.').waitFor()
    await page.context().close()
  })

  it('draw log lines as text and nothing else', async () => {
    const wild = ['<img src=x onerror=alert(1)>', '\u001b[31mred\u0007', 'x'.repeat(16_000), '<script>document.title="owned"</script>'].map((text, i) => ({ no: i + 1, at: logLines[i]?.at ?? 0, stream: 'out' as const, text }))
    const { page, complaints } = await open('programmes', 'networks/north/provider/log', { width: 900, height: 600 }, { programmes: { log: wild } })
    await page.getByText('<img src=x onerror=alert(1)>').waitFor()
    expect(await page.locator('.log-box img, .log-box script').count()).toBe(0)
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('show what happened by programme and kind, older on request, and what comes meanwhile on top', async () => {
    const staged = await open('programmes', 'activity')
    const { page } = staged
    await page.getByText('It ended five times in ten minutes').first().waitFor()
    expect(await page.locator('.activity').first().innerText()).not.toContain('blender')
    const rows = page.locator('.activity .event')
    const shown = await rows.count()
    await page.getByRole('button', { name: 'Show older' }).click()
    await expect.poll(() => rows.count()).toBeGreaterThan(shown)
    await page.getByLabel('Kind').selectOption({ label: 'jobs' })
    await page.getByText(/A job (began|failed)/).first().waitFor()
    expect((await rows.allInnerTexts()).every((text) => /A job/.test(text))).toBe(true)
    await page.getByLabel('Programme').selectOption({ label: 'Granite Cloud host' })
    await page.getByText('Nothing like that has happened.').waitFor()
    expect(await page.evaluate(() => location.hash)).toBe('#/activity/granite/host')
    await page.getByRole('button', { name: 'Show everything' }).click()
    await page.getByText('Hot: its core is at').first().waitFor()
    const before = (await inputsOf(staged, 'history.events')).length
    await pushProgrammes(page, { ...programmesState, providers: [provider({ phase: 'finishing' })] })
    await page.clock.runFor(2100)
    await expect.poll(async () => (await inputsOf(staged, 'history.events')).length).toBeGreaterThan(before)
    await page.context().close()
  })

  it('list a bundle, let every file be read, and only then save it', async () => {
    const staged = await open('programmes', 'settings/diagnose')
    const { page } = staged
    await page.getByText('Nothing has been checked since this page was opened.').waitFor()
    await tabTo(page, /^List what would be in it$/)
    await page.keyboard.press('Enter')
    await page.getByText('wallet address × 3').waitFor()
    expect(await inputsOf(staged, 'support.save')).toEqual([])
    await page.getByRole('button', { name: /^state\.json/ }).click()
    await page.getByText('"wallet": "[removed: wallet address]"').waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Save it/ }).click()])
    expect(download.suggestedFilename()).toBe('idlewatt-support-2026-11-23.zip')
    expect(await inputsOf(staged, 'support.save')).toEqual([{ id: 'b1' }])
    await page.getByLabel('Speed of the line').fill('https://speed.example.org/100M')
    await page.keyboard.press('Tab')
    await expect.poll(async () => (await inputsOf(staged, 'settings.change')).at(-1)).toEqual({ bandwidthServer: 'https://speed.example.org/100M' })
    await page.context().close()
  })

  it('label practice as what it is, wherever it stands', async () => {
    const { page } = await open('programmes', 'networks')
    await page.getByText('practice: joins no network, earns nothing').waitFor()
    await page.getByRole('link', { name: 'Practice' }).click()
    await page.getByText('This is practice: it joins no network and earns nothing.').waitFor()
    await page.evaluate(() => void (location.hash = '#/overview'))
    await page.getByText('practice: earns nothing').waitFor()
    expect(await page.locator('.programme-lines li').count()).toBe(7)
    expect(await page.locator('.nav').innerText()).toMatch(/Networks\s+2/)
    await page.context().close()
  })

  it('show where the focus is at every stop, and never behind the bar on top', async () => {
    for (const pageId of ['networks/north/provider', 'networks/ember/worker/requirements', 'activity']) {
      const { page } = await open('programmes', pageId, { width: 900, height: 600 })
      const { stops, unseen } = await focusStops(page)
      expect(unseen, pageId).toEqual([])
      expect(stops, pageId).toBeGreaterThan(10)
      await page.context().close()
    }
  }, 40_000)
})
