/** The Measure page in a real Chromium: no accessibility fault in any state, every act by keyboard or name, and what it asks the app for. */
import { readFile } from 'node:fs/promises'
import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf, tabTo } from '../gallery/by-keyboard.ts'
import { runningCard, workload } from '../gallery/runs.ts'
import { stagePage, type StagedPage } from '../gallery/stage.ts'
import { states, whatIfEstimates } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'

const whatIf = { model: 'GeForce RTX 5090', nearest: [], ambiguous: [], estimates: whatIfEstimates }

const smallest = { width: 900, height: 600 }

describe.skipIf(findChromium() === null)('the Measure page', () => {
  const served = serveForTests()
  /** One for each look, so that the page's code is read once; pages share nothing else. */
  const contexts = new Map<string, Promise<BrowserContext>>()

  async function open(stateId: string, page = 'measure', colorScheme: 'light' | 'dark' = 'light', viewport = { width: 1280, height: 800 }): Promise<StagedPage> {
    const shown = states.find((state) => state.id === stateId)
    if (!shown) throw new Error(`There is no state ${stateId}.`)
    const look = JSON.stringify({ colorScheme, viewport })
    const context = contexts.get(look) ?? served().browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })
    contexts.set(look, context)
    return stagePage(await context, { address: served().address, page, shown, whatIf, models: [] })
  }
  const starts = async (staged: StagedPage) => (await staged.asked()).filter((one) => one.name === 'benchmark.start').map((one) => one.input)

  /** All that is folded is opened first: no fault, no broken policy, nothing wider than the page. */
  async function expectSound({ page, complaints }: StagedPage): Promise<void> {
    await page.waitForFunction(() => !/(Comparing|Reading the runs there are) …/.test(document.body.innerText))
    await page.evaluate(() => document.querySelectorAll('main details').forEach((details) => ((details as HTMLDetailsElement).open = true)))
    const overflow = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.scroll-box')].map((element) => element.scrollWidth - element.clientWidth))
    expect(Math.max(...overflow)).toBeLessThanOrEqual(0)
    expect(await faultsOf(page)).toEqual([])
    expect(complaints).toEqual([])
  }

  it.each([['sixteen-running', 'light'], ['sixteen-done', 'dark'], ['sustaining', 'dark'], ['cancelling', 'light']] as const)('has no accessibility fault, breaks no policy and fits 900 × 600: %s (%s)', async (stateId, colorScheme) => {
    const staged = await open(stateId, 'measure', colorScheme, smallest)
    await expectSound(staged)
    await staged.page.close()
  })

  it('has no accessibility fault, breaks no policy and fits 900 × 600 with a full run, two runs side by side, and imported ones, light and dark', async () => {
    const staged = await open('measure-full', 'measure', 'light', smallest)
    const { page } = staged
    await page.getByText('92 % of a GeForce RTX 4090.').waitFor()
    await expectSound(staged)
    await page.getByRole('tab', { name: 'Compare two runs' }).click()
    await page.getByText('The second run is 2 % slower').waitFor()
    await expectSound(staged)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.getByRole('tab', { name: 'Other machines' }).click()
    await page.getByText('2 imported runs').waitFor()
    await expectSound(staged)
    await page.getByRole('tab', { name: 'This machine' }).click()
    await page.getByText('92 % of a GeForce RTX 4090.').waitFor()
    await expectSound(staged)
    await page.close()
  })

  it('starts a sustained run of two cards at once by keyboard alone, and refuses minutes that cannot be', async () => {
    const staged = await open('two-3090')
    const { page } = staged
    await tabTo(page, /^Quick/)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.getByText('as hot and as loud as it can').waitFor()
    await tabTo(page, /^All at once/)
    await page.keyboard.press('Space')
    await tabTo(page, /^For how long/)
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    await page.getByText('From 5 to 60 minutes.').waitFor()
    expect(await starts(staged)).toEqual([])
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('20')
    await page.keyboard.press('Enter')
    await expect.poll(() => starts(staged)).toEqual([{ gpuIds: ['GPU-00000000', 'GPU-00000001'], mode: 'sustained', minutes: 20, parallel: true }])
    await page.close()
  })

  it('keeps the focus where the work goes on: at the way out while it runs, at the page when it is over', async () => {
    const staged = await open('two-3090')
    const { page } = staged
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.slice(0, 7) ?? '')
    const push = (now: unknown) => page.evaluate((phase) => (window as unknown as { push(part: string, value: unknown): void }).push('benchmark', { now: phase, latest: {}, crashes: [], holds: {}, octaneScores: {}, blocked: null, lastFailure: null }), now)
    await tabTo(page, /^Measure 2 cards/)
    await page.keyboard.press('Enter')
    await expect.poll(() => starts(staged)).toHaveLength(1)
    await push({ phase: 'running', mode: 'quick', startedAt: 0, cards: [runningCard('GPU-00000000')], queued: ['GPU-00000001'] })
    await page.getByText('Quick run; then GeForce RTX 3090 #2.').waitFor()
    expect(await focused()).toBe('Cancel')
    await push({ phase: 'idle' })
    await page.getByText('The measurement is over.').waitFor({ state: 'attached' })
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('page')
    await page.close()
  })

  it('says why a card is not measured now, and lets only what may be overridden be overridden', async () => {
    const staged = await open('held', 'measure', 'light', smallest)
    const { page } = staged
    await page.getByRole('radio', { name: /^Full/ }).check()
    await expectSound(staged)
    await page.getByRole('radio', { name: /^Quick/ }).check()
    await page.getByText('A game is using it: eldenring.exe, 87 % of the card.').waitFor()
    expect(await page.getByRole('button', { name: 'Measure', exact: true }).isDisabled()).toBe(true)
    expect(await page.getByRole('checkbox', { name: /^Measure all the same/ }).count()).toBe(1)
    await page.getByRole('checkbox', { name: /^Measure all the same/ }).check()
    await page.getByRole('button', { name: 'Measure', exact: true }).click()
    await expect.poll(() => starts(staged)).toEqual([{ gpuIds: ['GPU-00000000'], mode: 'quick', evenIfBusy: true }])
    await page.close()
  })

  it('leaves out the workloads that are unticked', async () => {
    const staged = await open('two-3090')
    const { page } = staged
    await page.getByText('More choices').click()
    await page.getByRole('checkbox', { name: 'Tensor cores, fp16' }).uncheck()
    await page.getByLabel('Stop at a temperature of').fill('75')
    await page.getByRole('button', { name: 'Measure 2 cards' }).click()
    await expect.poll(() => starts(staged)).toEqual([{ gpuIds: ['GPU-00000000', 'GPU-00000001'], mode: 'quick', workloads: ['fp32-compute', 'memory-bandwidth'], maxTemperatureC: 75 }])
    await page.close()
  })

  it('draws the running curve and the figures as they come, card by card, and cancels', async () => {
    const staged = await open('running')
    const { page } = staged
    await page.getByRole('list', { name: /^Measured on GeForce RTX 4090 so far/ }).getByText('79.1').waitFor()
    const before = await page.locator('.plot-line').first().getAttribute('d')
    expect(await page.getByRole('heading', { name: 'Results' }).count()).toBe(0)
    const card = runningCard('GPU-00000000', { step: 'tensor-fp16', words: 'measuring tensor cores', unit: 'GFLOP/s', curve: [{ atSeconds: 0, value: 90_000 }, { atSeconds: 1, value: 150_000 }], done: [workload('fp32-compute'), workload('memory-bandwidth'), workload('fp16-compute', { value: null, status: 'wrong', reason: 'Wrong.' })] })
    await page.evaluate((cards) => (window as unknown as { push(part: string, value: unknown): void }).push('benchmark', { now: { phase: 'running', mode: 'full', startedAt: cards[0]!.startedAt, cards, queued: [] }, latest: {}, crashes: [], holds: {}, octaneScores: {}, blocked: null, lastFailure: null }), [card, runningCard('GPU-00000001')])
    await page.getByRole('heading', { name: 'Measuring 2 cards' }).waitFor()
    expect(await page.locator('.plot-line').first().getAttribute('d')).not.toBe(before)
    expect(await page.getByRole('list', { name: /^Measured on GeForce RTX 4090 so far/ }).innerText()).toMatch(/931[\s\S]*wrong results/)
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect((await staged.asked()).filter((one) => one.name === 'benchmark.cancel')).toHaveLength(1)
    await page.close()
  })

  it('runs what a crash marker holds back only when asked to', async () => {
    const staged = await open('crash')
    await staged.page.getByRole('button', { name: /^Run anyway/ }).click()
    await expect.poll(() => starts(staged)).toEqual([{ gpuIds: ['GPU-00000000'], mode: 'quick', evenAfterCrash: true }])
    await staged.page.close()
  })

  describe('with a full run, on one page after another act', () => {
    let staged: StagedPage
    beforeAll(async () => {
      staged = await open('measure-full')
    })
    afterAll(() => staged.page.close())

    it('calls wrong values wrong, folds away what is not offered, and labels what was never observed and what is derived', async () => {
      const { page } = staged
      await page.getByText('92 % of a GeForce RTX 4090.').waitFor()
      await page.getByText('Computed wrong values').waitFor()
      const wrong = page.getByRole('row', { name: /^Half-precision compute/ })
      expect(await wrong.innerText()).toMatch(/Wrong results[\s\S]*3 of 4,096 values/)
      expect(await page.getByText('This driver compiles 24-bit arithmetic').isVisible()).toBe(false)
      await page.getByText('2 workloads are not offered').click()
      expect(await page.getByText('This driver compiles 24-bit arithmetic').isVisible()).toBe(true)
      expect(await page.getByRole('row', { name: /^Tensor cores, fp16/ }).innerText()).toContain('not observed yet')
      expect(await page.getByText('none of these was measured').isVisible()).toBe(false)
      await page.getByText('What it is good for, derived').click()
      expect(await page.getByRole('row', { name: /^Llama 3.1 8B/ }).innerText()).toContain('118\u202ftokens/s')
      expect(await page.getByText('needs 42.5 of 24 GB').isVisible()).toBe(false)
      await page.getByText('1 work does not fit in its memory').click()
      expect(await page.getByText('needs 42.5 of 24 GB').isVisible()).toBe(true)
    })

    it('saves a report and an export as files', async () => {
      const { page } = staged
      const [report] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Save a report/ }).click()])
      expect(report.suggestedFilename()).toBe('idlewatt-report-2026-11-23.html')
      expect(await readFile(await report.path(), 'utf8')).toContain('<title>Report</title>')
      const [exported] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Export the run/ }).click()])
      expect(exported.suggestedFilename()).toBe('idlewatt-run-2026-11-23.json')
    })

    it('compares a run with the one before it, swaps them, and takes an imported one', async () => {
      const { page } = staged
      await page.getByRole('link', { name: /^Compare it with another/ }).click()
      await page.getByText('The second run is 2 % slower').waitFor()
      const pairs = async () => (await staged.asked()).filter((one) => one.name === 'benchmark.compare').map((one) => one.input as Record<'a' | 'b', { importId: string | null; startedAt: number }>)
      const [first] = await pairs()
      expect(first!.a.startedAt).toBeLessThan(first!.b.startedAt)
      expect(await page.getByRole('row', { name: /^Single-precision compute/ }).innerText()).toContain('worse')
      await page.getByRole('button', { name: 'Swap them' }).click()
      await expect.poll(async () => (await pairs()).at(-1)?.a).toEqual(first!.b)
      await page.getByLabel('beside this one').selectOption({ index: 6 })
      await expect.poll(async () => (await pairs()).at(-1)?.b.importId).toBe('run-2')
      await page.getByLabel('This run', { exact: true }).selectOption({ index: 6 })
      await page.getByText('These are the same run').waitFor()
    })

    it('imports a run from a file or pasted, says what is wrong with another text, and forgets one', async () => {
      const { page } = staged
      await page.getByRole('tab', { name: 'Other machines' }).click()
      await page.getByLabel('or pasted text').fill('not json')
      await page.getByRole('button', { name: 'Import the text' }).click()
      await page.getByText('This is no run of Idlewatt').waitFor()
      await page.getByLabel('Run of another machine: a file').setInputFiles({ name: 'rig.json', mimeType: 'application/json', buffer: Buffer.from('{}') })
      await page.getByText('1 run was added; 1 was known already.').waitFor()
      expect((await staged.asked()).filter((one) => one.name === 'benchmark.import').map((one) => (one.input as { from: string }).from)).toEqual(['pasted', 'rig.json'])
      await page.getByRole('button', { name: /^Forget of H200 SXM/ }).click()
      expect((await staged.asked()).filter((one) => one.name === 'benchmark.forget-import').map((one) => one.input)).toEqual([{ id: 'run-2' }])
    })

    it('shows an earlier run when it is chosen, and its figures over time', async () => {
      const { page } = staged
      await page.getByRole('tab', { name: 'This machine' }).click()
      await page.getByText('History: 5 runs').click()
      await page.getByRole('img', { name: /^Single-precision compute over 5 runs/ }).waitFor()
      await page.getByLabel('Along time').selectOption({ label: 'Memory bandwidth' })
      await page.getByRole('img', { name: /^Memory bandwidth over 5 runs/ }).waitFor()
      await page.getByRole('button', { name: /^Show the run of 21 Nov/ }).click()
      await page.getByText('As expected').first().waitFor()
      expect(await page.getByText('Computed wrong values').count()).toBe(0)
    })
  })

  it('tells a sustained run moment by moment from the keyboard, its drop and the cause', async () => {
    const staged = await open('measure-sustained', 'measure', 'dark', smallest)
    const { page } = staged
    await page.getByText(/It fell lastingly after 3.min 26.s/).waitFor()
    await page.getByText(/^Heat: |Heat: from 3 min/).waitFor()
    const slider = page.getByRole('slider', { name: 'Moment of the run' })
    await slider.focus()
    await page.keyboard.press('Home')
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^2.s: throughput/)
    expect(await page.locator('.track-words').innerText()).toMatch(/^2.s: throughput/)
    expect(await page.locator('.plot-cursor').count()).toBe(4)
    expect(await page.locator('.plot-mark').count()).toBe(4)
    await page.getByText('The same as a table').click()
    expect(await page.getByRole('region', { name: 'The sustained run as a table' }).getByRole('row').count()).toBe(31)
    await expectSound(staged)
    await page.close()
  })

  it('lists the ranges in which memory gave back something else', async () => {
    const staged = await open('memory-errors', 'measure', 'dark', smallest)
    const { page } = staged
    await page.getByText('133 wrong words in 2 ranges').waitFor()
    expect(await page.getByRole('region', { name: 'Ranges of wrong words' }).innerText()).toMatch(/0x14a000000[\s\S]*moving inversions[\s\S]*0xaaaabaaa/)
    await expectSound(staged)
    await page.close()
  })

  it('takes a real OctaneBench score over', async () => {
    const { page } = await open('finished')
    await page.getByText('OctaneBench: no score imported').click()
    await page.getByLabel('or pasted text').fill('nothing in here')
    await page.getByRole('button', { name: 'Take the score over' }).click()
    await page.getByText('No score was found in it.').waitFor()
    await page.getByLabel('or pasted text').fill('Total score: 1271.4')
    await page.getByRole('button', { name: 'Take the score over' }).click()
    await page.getByText('A score of 1,271 was taken over.').waitFor()
    await page.close()
  })
})
