/** The Policy page, its sentence on the overview and beside a programme's buttons, and the pause on every page, in a real Chromium: by keyboard, within 900 × 600, nothing by colour alone. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { requests } from '../../shared/requests.ts'
import { faultsInBothThemes, focusStops, tabTo } from '../gallery/by-keyboard.ts'
import { stagePage, type StagedPage } from '../gallery/stage.ts'
import { states } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'

const whatIf = { model: null, nearest: [], ambiguous: [], about: '', estimates: [] }
const tabs = [['Now', 'What is read of this machine'], ['Week and tariff', 'What the coming week would come to'], ['Cards and programmes', 'Programmes'], ['Programs in the way', 'What counts as in your way'], ['Limits', 'Heat and noise']] as const

describe.skipIf(findChromium() === null)('the policy', () => {
  const served = serveForTests()

  async function open(stateId: string, page = 'policy'): Promise<StagedPage> {
    const shown = states.find((state) => state.id === stateId)
    if (!shown) throw new Error(`There is no state ${stateId}.`)
    const context = await served().browser.newContext({ colorScheme: 'light', viewport: { width: 900, height: 600 }, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Europe/Berlin' })
    context.setDefaultTimeout(8000)
    return stagePage(context, { address: served().address, page, shown, whatIf, models: [] })
  }
  /** Each is held against the real schema, so that nothing is asked that the app would refuse. */
  const inputsOf = async (staged: StagedPage, name: keyof typeof requests) =>
    (await staged.asked()).filter((one) => one.name === name).map((one) => {
      expect(requests[name].input.safeParse(one.input).error?.message).toBeUndefined()
      return one.input as Record<string, unknown>
    })
  const overflowOf = async (page: Page) => Math.max(...(await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.scroll-box')].map((element) => element.scrollWidth - element.clientWidth))))
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? (document.activeElement as HTMLElement).innerText)
  const cell = (page: Page, name: RegExp) => page.getByRole('gridcell', { name })

  it.each([['policy', tabs], ['policy-sixteen', tabs.slice(2, 4)], ['policy-empty', tabs.slice(0, 2)]] as const)('has no accessibility fault in either theme, breaks no policy and fits 900 × 600, tab by tab: %s', async (stateId, looked) => {
    const { page, complaints } = await open(stateId)
    for (const [tab, heading] of looked) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByRole('heading', { name: heading, exact: true }).waitFor()
      expect(await faultsInBothThemes(page), tab).toEqual([])
      expect(await overflowOf(page), tab).toBeLessThanOrEqual(0)
    }
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)

  it('shows where the focus is at every stop, hours of the week and all', async () => {
    for (const detail of ['/week', '/programs']) {
      const { page } = await open('policy', `policy${detail}`)
      const { stops, unseen } = await focusStops(page)
      expect(unseen, detail).toEqual([])
      expect(stops, detail).toBeGreaterThan(15)
      await page.context().close()
    }
  }, 40_000)

  it('explains a decision rule by rule, and ignores the program that it names with one click', async () => {
    const staged = await open('policy')
    const { page } = staged
    await tabTo(page, /^Northcloud Provider\s+Explain/)
    await page.keyboard.press('Enter')
    const rules = page.locator('.rules').first()
    await rules.waitFor()
    expect(await rules.locator('.rule-decides').innerText()).toMatch(/A program of yours is on the card\s+Decides\s+blender is using/)
    for (const word of ['Holds too', 'Not known', 'You said otherwise']) await rules.getByText(word).first().waitFor()
    await page.getByText('28 rules that do not hold now').waitFor()
    expect(await inputsOf(staged, 'policy.explain')).toEqual([{ programmeId: 'north/provider', gpuId: 'GPU-00000000' }])
    await page.keyboard.press('Escape')
    await page.locator('.row-detail').waitFor({ state: 'detached' })
    expect(await focused(page)).toContain('Northcloud Provider')
    await page.locator('.decisions').getByRole('button', { name: 'Ignore this program blender' }).click()
    await page.locator('.decisions').getByText('Ignore this program').waitFor({ state: 'detached' })
    expect(await inputsOf(staged, 'policy.ignore')).toEqual([{ name: 'blender', isIgnored: true }])
    await page.getByRole('tab', { name: 'Programs in the way' }).click()
    await page.getByRole('button', { name: 'Count it again blender' }).click()
    await expect.poll(() => inputsOf(staged, 'policy.ignore')).toContainEqual({ name: 'blender', isIgnored: false })
    await page.context().close()
  })

  it('pauses from the overview, says so on every page, and resumes', async () => {
    const staged = await open('policy-runs', 'overview')
    const { page } = staged
    await page.getByText('Northcloud Provider runs on GeForce RTX 4090.').waitFor()
    await tabTo(page, /^Pause for 1/)
    await page.keyboard.press('Enter')
    await page.locator('.banner-pause').getByText('until 12:15, in 1\u202fh').waitFor()
    expect(await focused(page)).toBe('Resume')
    await page.getByRole('link', { name: 'Compare', exact: true }).click()
    await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor()
    await page.locator('.banner-pause').getByRole('button', { name: 'Resume' }).click()
    await page.locator('.banner-pause').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Policy', exact: true }).click()
    await page.getByRole('button', { name: 'Pause until tonight (00:00)' }).click()
    await page.locator('.banner-pause').getByText('until 24 Nov 2026, 00:00').waitFor()
    await page.getByRole('button', { name: 'Pause until I resume' }).click()
    await page.locator('.banner-pause').getByText('until you resume').waitFor()
    await page.getByRole('group', { name: 'For a while' }).getByRole('button', { name: 'Resume', exact: true }).click()
    await page.getByRole('button', { name: /^Run now for 1/ }).click()
    await page.getByText('Everything runs now because you said so, until 12:15').waitFor()
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByText('runs now because you said so').waitFor({ state: 'detached' })
    const asked = await inputsOf(staged, 'policy.override')
    expect(asked).toEqual([{ kind: 'pause', minutes: 60, gpuId: null, programmeId: null }, { kind: 'pause', until: Date.parse('2026-11-23T23:00:00Z'), gpuId: null, programmeId: null }, { kind: 'pause', gpuId: null, programmeId: null }, { kind: 'run-now', minutes: 60, gpuId: null, programmeId: null }])
    expect(await inputsOf(staged, 'policy.resume')).toHaveLength(3)
    await page.context().close()
  })

  it('sets hours of the week by keyboard alone, over midnight, and names overlaps', async () => {
    const staged = await open('policy', 'policy/week')
    const { page } = staged
    await page.getByText('3 pairs of blocks overlap.').waitFor()
    await cell(page, /^Monday 19:00: never; 0\.\d+\sEUR\/kWh \(dated price\); −?\d\.\d+\sEUR an hour after power; at a loss/).waitFor()
    await tabTo(page, /^Monday 00:00: /)
    for (const key of ['End', 'ArrowLeft', 'Shift+ArrowRight', 'Shift+ArrowDown']) await page.keyboard.press(key)
    await page.getByText('Set Mon, Tue, 22:00 to 24:00 to').waitFor()
    expect(await page.getByRole('gridcell', { selected: true }).count()).toBe(4)
    expect(await focused(page)).toMatch(/^Tuesday 23:00/)
    await page.keyboard.press('n')
    await page.getByText('Saved', { exact: true }).waitFor()
    await cell(page, /^Tuesday 23:00: never/).waitFor()
    expect(await focused(page)).toMatch(/^Tuesday 23:00: never/)
    const [{ schedule } = {}] = (await inputsOf(staged, 'policy.change')) as { schedule: { days: number[]; from: string; to: string; may: string; gpuId: string | null }[] }[]
    expect(schedule).toContainEqual({ days: [1, 2], from: '19:00', to: '00:00', may: 'never', gpuId: null })
    // Of the card alone, as it was.
    expect(schedule).toContainEqual({ days: [7], from: '10:15', to: '12:00', may: 'never', gpuId: 'GPU-00000000' })
    await page.keyboard.press('Delete')
    await cell(page, /^Tuesday 23:00: when idle \(no block\)/).waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('i')
    await page.getByText('every day, all day: when idle').first().waitFor()
    await page.context().close()
  })

  it('keeps the stricter block of every card over a card’s own, and says so; adds a block to the minute', async () => {
    const staged = await open('policy', 'policy/week')
    const { page } = staged
    await page.getByLabel('Plan for').selectOption({ label: 'GeForce RTX 4090 alone' })
    await cell(page, /^Sunday 10:00: when idle, from 10:15 never/).waitFor()
    await cell(page, /^Monday 19:00/).hover()
    await page.mouse.down()
    await cell(page, /^Monday 20:00/).hover()
    await page.mouse.up()
    await page.getByRole('button', { name: 'Always', exact: true }).click()
    await page.getByRole('alert').getByText('Monday, 19:00 stays “never”: a block for every card says so').waitFor()
    await page.getByText('Add a block to the minute').click()
    await page.getByLabel('From', { exact: true }).fill('12:05')
    await page.getByLabel(/^To/).fill('11:50')
    await page.getByText('To (on the day after)').waitFor()
    await page.getByLabel('May run').selectOption('never')
    await page.getByRole('button', { name: 'Add for GeForce RTX 4090' }).click()
    await page.locator('.block-list').getByText('Mon to Fri, 12:05 to 11:50 on the day after: never', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Remove Mon to Fri, 12:05' }).click()
    await page.locator('.block-list').getByText('Mon to Fri, 12:05').waitFor({ state: 'detached' })
    expect(await focused(page)).toMatch(/^5 blocks/)
    expect((await inputsOf(staged, 'policy.week')).at(-1)).toEqual({ gpuId: 'GPU-00000000' })
    await page.context().close()
  })

  it('keeps each card’s and programme’s own rules, and refuses what cannot be', async () => {
    const staged = await open('policy', 'policy/cards')
    const { page } = staged
    const last = async () => (await inputsOf(staged, 'policy.change')).at(-1)
    const own = { may: 'when-idle', maxTemperatureC: 76, maxFan: 0.7, programmes: null }
    await page.getByLabel('GeForce RTX 4090: may work').selectOption({ label: 'never this card' })
    await expect.poll(last).toEqual({ cards: { 'GPU-00000000': { ...own, may: 'never' } } })
    await page.getByLabel('GeForce RTX 4090: stops at').fill('200')
    await page.keyboard.press('Enter')
    await page.getByText('At most 120.').waitFor()
    await page.getByLabel('GeForce RTX 4090: fan at most').fill('55')
    await page.keyboard.press('Enter')
    await expect.poll(last).toEqual({ cards: { 'GPU-00000000': { ...own, may: 'never', maxFan: 0.55 } } })
    await page.getByText('all programmes may have GeForce RTX 4090').click()
    await page.getByRole('checkbox', { name: 'Ember Worker' }).uncheck()
    await expect.poll(last).toMatchObject({ cards: { 'GPU-00000000': { programmes: ['north/provider', 'frame/rendering'] } } })
    await page.getByLabel('May run').nth(1).selectOption({ label: 'never' })
    await expect.poll(last).toEqual({ programmes: { 'ember/worker': { may: 'never' } } })
    await page.getByText('What it demands').nth(1).click()
    await page.getByText('at most 5\u202f% of a card and 20\u202f% of the processor may be in use by others').waitFor()
    await page.context().close()
  })

  it('keeps limits in their own units, empty ones as none, and both quiet hours or neither', async () => {
    const staged = await open('policy', 'policy/limits')
    const { page } = staged
    const last = async () => (await inputsOf(staged, 'policy.change')).at(-1)
    await page.getByLabel('Fan in quiet hours at most').fill('7')
    await page.keyboard.press('Enter')
    await expect.poll(last).toEqual({ quietMaxFan: 0.07 })
    await page.getByLabel('A card stops at').fill('')
    await page.keyboard.press('Enter')
    await expect.poll(last).toEqual({ maxTemperatureC: null })
    await page.getByLabel('You count as away after').fill('')
    await page.keyboard.press('Enter')
    await page.getByText('This needs a number.').waitFor()
    await page.getByRole('button', { name: 'None' }).click()
    await expect.poll(last).toEqual({ quietFrom: null, quietTo: null })
    await page.getByLabel('Shortcut for “I need my GPU”').fill('G')
    await page.keyboard.press('Enter')
    await page.getByText('Keys joined by +').waitFor()
    await page.getByLabel('Put the machine to sleep').check()
    await expect.poll(last).toEqual({ sleepsAtLoss: true })
    await page.context().close()
  })

  it('says unknown as unknown, what that means, and that a recording is not acted on', async () => {
    const unknown = await open('policy-unknown')
    const row = unknown.page.locator('.policy-readings').getByRole('row', { name: /^Keyboard and mouse/ })
    expect(await row.innerText()).toMatch(/unknown\s+On this Wayland desktop nothing tells[\s\S]*Cards that have been quiet for a while count as free/)
    await unknown.page.getByRole('tab', { name: 'Week and tariff' }).click()
    await unknown.page.getByText('The coming week cannot be worked out').waitFor()
    await unknown.page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(async () => (await inputsOf(unknown, 'policy.week')).length).toBe(2)
    await unknown.page.context().close()
    const { page } = await open('policy-recorded')
    await page.getByText('This is a recorded machine: nothing is started or stopped. What you set here changes what would be done.').waitFor()
    await page.locator('.decisions').getByText('Would wait').waitFor()
    await page.context().close()
  })

  it('says in its place what could not be saved, and stands on a programme’s page beside the buttons', async () => {
    const refused = await open('policy-refused', 'policy')
    await refused.page.getByRole('button', { name: /^Pause for 1/ }).click()
    await refused.page.getByRole('alert').getByText('the disk is full').waitFor()
    await refused.page.getByLabel('Idlewatt decides when software runs').click()
    await expect.poll(() => refused.page.getByText('the disk is full').count()).toBe(2)
    expect(await refused.page.getByLabel('Idlewatt decides when software runs').isChecked()).toBe(true)
    await refused.page.context().close()
    const { page } = await open('policy', 'networks/north/provider')
    const part = page.locator('.policy-part')
    expect(await part.innerText()).toMatch(/Waits blender is using GeForce RTX 4090\.\s+Until blender ends or uses less, and 1 min of calm\.[\s\S]*Idlewatt runs it whenever it may, until you stop it/)
    expect(await faultsInBothThemes(page)).toEqual([])
    await page.context().close()
  })
})
