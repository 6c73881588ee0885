/** A programme's page in a real Chromium: no accessibility fault, all by keyboard, consent and stopping only after they are said, secrets that leave the page. */
import { describe, expect, it } from 'vitest'
import { faultsInBothThemes, tabTo } from '../gallery/by-keyboard.ts'
import { brokenState, programmesState, provider, report, underWay } from '../gallery/programmes.ts'
import type { GalleryState } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'
import { focusedText, inputsOf, openState, overflowOf, pushProgrammes } from './opened.ts'

const seed = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'

describe.skipIf(findChromium() === null)('a programme’s page', () => {
  const served = serveForTests()
  const open = (stateId: string, page: string, viewport?: { width: number; height: number }, over?: Partial<GalleryState>) => openState(served(), stateId, page, viewport, over)

  it.each([
    ['programmes', ['networks/north/provider', 'networks/frame/rendering', 'networks/frame/compute', 'networks/granite/host', 'networks/granite/checker', 'networks/practice/worker']],
    ['programme-new', ['networks/north/home', 'networks/north/home/binds', 'networks/north/home/steps', 'networks/north/home/leave']],
    ['programme-steps', ['networks/ember/worker', 'networks/ember/worker/requirements', 'networks/ember/worker/leave']],
    ['programme-broken', ['networks/north/provider', 'overview']],
    ['programme-odd', ['networks/north/home', 'networks/north/provider/log', 'networks/nobody/nothing', 'activity']],
    ['activity-none', ['activity']],
    ['diagnose', ['settings/diagnose', 'activity/north/provider', 'networks']],
  ] as const)('have no accessibility fault in either theme, break no policy and fit 900 × 600: %s, %j', async (stateId, pageIds) => {
    const { page, complaints } = await open(stateId, pageIds[0], { width: 900, height: 600 })
    for (const pageId of pageIds) {
      await page.evaluate((id) => void (location.hash = `#/${id}`), pageId)
      await page.clock.runFor(700)
      await page.getByText(/^(Opening|Reading what happened|Reading the log|Looking at this machine) …$/).waitFor({ state: 'detached' })
      expect(await faultsInBothThemes(page), pageId).toEqual([])
      expect(await overflowOf(page), pageId).toBeLessThanOrEqual(0)
    }
    expect(complaints).toEqual([])
    await page.context().close()
    // Many pages with every rule: slow where all else runs at once.
  }, 90_000)

  it('lead from a network into a programme and back by keyboard alone', async () => {
    const { page } = await open('programmes', 'networks/north')
    await tabTo(page, /^Home box$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Northcloud Home box', level: 1 }).waitFor()
    await expect.poll(() => focusedText(page)).toBe('Northcloud Home box')
    expect(await page.title()).toContain('Northcloud Home box')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Northcloud', level: 1 }).waitFor()
    await expect.poll(() => focusedText(page)).toBe('Home box')
    await page.context().close()
  })

  it('say what stopping costs before it is asked for, give the focus back, and stop only on the second word', async () => {
    const staged = await open('programmes', 'networks/north/provider')
    const { page } = staged
    const stop = page.getByRole('button', { name: 'Stop …' })
    await stop.focus()
    await page.keyboard.press('Enter')
    await page.getByText(/resets the five-hour uptime.*0\.42.USD.*about 12.min/).waitFor()
    expect(await inputsOf(staged, 'provider.stop')).toEqual([])
    await page.keyboard.press('Escape')
    expect(await focusedText(page)).toBe('Stop …')
    await page.getByRole('heading', { name: 'Northcloud Provider', level: 1 }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Let it run' }).click()
    expect(await inputsOf(staged, 'provider.stop')).toEqual([])
    await stop.click()
    await tabTo(page, /^Stop it now$/)
    await page.keyboard.press('Enter')
    await expect.poll(() => inputsOf(staged, 'provider.stop')).toEqual([{ programmeId: 'north/provider' }])
    await stop.click()
    await page.getByRole('button', { name: 'Finish the work first' }).click()
    await expect.poll(() => inputsOf(staged, 'provider.finish')).toEqual([{ programmeId: 'north/provider' }])
    await page.context().close()
  })

  it('can be stopped even where the price cannot be worked out, and say why a start was refused', async () => {
    const staged = await open('programmes', 'networks/north/provider', undefined, { programmes: { stopPrice: 'Nothing was read of it yet.' } })
    await staged.page.getByRole('button', { name: 'Stop …' }).click()
    await staged.page.getByText('Nothing was read of it yet. It can be stopped all the same.').waitFor()
    await staged.page.getByRole('button', { name: 'Stop it now' }).click()
    await expect.poll(async () => (await inputsOf(staged, 'provider.stop')).length).toBe(1)
    await staged.page.context().close()
    const refusing = await open('programmes', 'networks/granite/host', undefined, { programmes: { refuses: 'Another copy runs as process 3120. End it first.' } })
    // What cannot be asked for now can be pressed, and does nothing.
    await refusing.page.getByRole('button', { name: 'Finish the work, then stop' }).click({ force: true })
    await refusing.page.getByRole('button', { name: 'Stop …' }).click({ force: true })
    expect(await refusing.page.locator('.sure').count()).toBe(0)
    await refusing.page.getByRole('button', { name: /^Start/ }).click()
    await refusing.page.locator('.field-problem').getByText('End it first.').waitFor()
    expect((await refusing.asked()).filter((one) => /^provider\.(start|finish|stop)/.test(one.name)).map((one) => one.name)).toEqual(['provider.start'])
    await refusing.page.context().close()
  })

  it('never call stopped what would not stop, count down to the next start, and take running earning nothing apart', async () => {
    const { page } = await open('programmes', 'networks/frame/compute')
    await page.getByText('It counts as running until that is verified').waitFor()
    expect(await page.locator('.provider').innerText()).not.toMatch(/\bStopped\b/)
    await page.evaluate(() => void (location.hash = '#/networks/granite/checker'))
    // How much of it is left when it is first read depends on how busy the machine is; that it counts down does not.
    const left = async (): Promise<number> => Number(/It is started again in (\d+)/.exec(await page.getByText(/It is started again in \d+/).innerText())?.[1])
    const before = await left()
    await page.clock.runFor(Math.min(5000, (before - 1) * 1000))
    await expect.poll(left).toBeLessThan(before)
    await page.evaluate(() => void (location.hash = '#/networks/frame/rendering'))
    await page.getByText('no: nobody asks for it now').waitFor()
    expect(await page.getByRole('button', { name: 'Stop …' }).count()).toBe(0)
    await page.getByText('you; Idlewatt only looks at it').waitFor()
    await page.evaluate(() => void (location.hash = '#/networks/north/provider'))
    await pushProgrammes(page, brokenState)
    await page.getByText('no: something on this machine stands in the way').waitFor()
    await page.getByText(/ember\/monitor:latest \(88c1d2e3f4a5, exited\)/).waitFor()
    await page.context().close()
  })

  it('close the question about stopping once there is nothing to stop', async () => {
    const { page } = await open('programmes', 'networks/north/provider')
    await page.getByRole('button', { name: 'Stop …' }).click()
    await page.locator('.sure').waitFor()
    await pushProgrammes(page, { ...programmesState, providers: [provider({ phase: 'stopped', pid: null, job: null, because: 'It ended by itself.', can: { start: true, finish: false, stop: false } })] })
    await page.locator('.sure').waitFor({ state: 'detached' })
    await page.getByText('It ended by itself.').waitFor()
    expect(await focusedText(page)).toBe('Stop …')
    await pushProgrammes(page, programmesState)
    await page.getByText('Finish the work, then stop').and(page.locator(':not([aria-disabled])')).waitFor()
    expect(await page.locator('.sure').count()).toBe(0)
    await page.context().close()
  })

  it('never say that what does not run earns nothing for a cause, nor that nothing is locked where no card was found', async () => {
    const { page } = await open('programmes', 'networks/north/provider')
    await pushProgrammes(page, { ...programmesState, providers: [provider({ phase: 'stopped', earning: false, cause: 'unknown', pid: null, job: null, readAt: null })] })
    await page.getByText('no: it does not run').waitFor()
    expect(await page.locator('.provider-facts').innerText()).not.toMatch(/Read|cannot be told/)
    const bare = await open('programme-new', 'networks/north/home/binds', undefined, { programmes: { report: (id) => report(id, { capital: [] }) } })
    await bare.page.evaluate(() => (window as unknown as { push(part: string, value: unknown): void }).push('comparison', { phase: 'ready', estimates: [], madeAt: 1 }))
    await bare.page.getByText(/^Not known here: it is worked out for a card/).waitFor()
    await bare.page.context().close()
    await page.context().close()
  })

  it('are reached from a row of the comparison', async () => {
    const { page } = await open('programmes', 'compare')
    await page.locator('.row-button').first().click()
    await page.getByRole('link', { name: /^Set up / }).click()
    await page.getByRole('heading', { name: /^(How far it is|How it runs)$/ }).waitFor()
    await page.context().close()
  })

  it('show every step in full before consent, and take consent once, for that very text', async () => {
    const staged = await open('programme-new', 'networks/north/home/steps')
    const { page } = staged
    await page.getByText("'Ada’s rig'").waitFor()
    for (const text of ['SHA-256 9f86d081', 'the Docker socket: root in effect', 'TCP 443 outward', '18.7', 'ember/worker:latest', '200 EMB stake, 14 days', 'EMBER_TOKEN=(the stored access token)', 'its containers are stopped and removed by their ids', 'Choose “Add a device”']) expect((await page.locator('.steps').innerText()).toLowerCase(), text).toContain(text.toLowerCase())
    expect(await page.locator('.steps').getByRole('button', { name: /^(Do it|Go on|Try again|Undo|I have done it)/ }).count()).toBe(0)
    await page.getByRole('button', { name: 'Agree and begin' }).click()
    await page.getByText('Read the steps above, then say so here.').waitFor()
    expect(await inputsOf(staged, 'enrolment.consent')).toEqual([])
    // The focus is where the answer is missing.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('checkbox')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await expect.poll(() => inputsOf(staged, 'enrolment.consent')).toEqual([{ programmeId: 'north/home', reportHash: 'a1b2' }])
    await page.context().close()
  })

  it('ask for consent anew where the text has changed meanwhile', async () => {
    const staged = await open('programme-new', 'networks/north/home/steps', undefined, { programmes: { consentFails: 'What setting up does has changed. Read it again.' } })
    const { page } = staged
    await page.getByLabel(/I have read what each step does/).check()
    await page.getByRole('button', { name: 'Agree and begin' }).click()
    await page.getByText('What setting up does has changed. Read it again.').waitFor()
    expect(await page.getByLabel(/I have read what each step does/).isChecked()).toBe(false)
    await expect.poll(async () => (await inputsOf(staged, 'enrolment.report')).length).toBe(2)
    await page.context().close()
  })

  it('name the step alone when something is to be done, and say strangers and dangers first', async () => {
    const staged = await open('programme-steps', 'networks/ember/worker/steps')
    const { page } = staged
    expect(await page.getByRole('tabpanel').innerText()).toMatch(/2 containers of others[\s\S]*plex[\s\S]*postgres[\s\S]*Danger: The launcher may remove every container/)
    await page.getByRole('button', { name: 'Try again (Let containers use the card)' }).click()
    await page.getByRole('button', { name: 'I have done it (Make an account)' }).click()
    await page.getByRole('button', { name: 'Cancel (Download the launcher)' }).click()
    await expect.poll(async () => (await staged.asked()).filter((one) => /^enrolment\.(do|confirm|cancel)/.test(one.name)).map((one) => [one.name, one.input])).toEqual([
      ['enrolment.do', { programmeId: 'ember/worker', stepId: 'toolkit' }],
      ['enrolment.confirm', { programmeId: 'ember/worker', stepId: 'account' }],
      ['enrolment.cancel', { programmeId: 'ember/worker', stepId: 'launcher' }],
    ])
    const bar = page.getByRole('progressbar', { name: 'Progress of Download the launcher' })
    expect(Number(await bar.getAttribute('value')) / Number(await bar.getAttribute('max'))).toBeCloseTo(0.387, 2)
    await pushProgrammes(page, { ...programmesState, enrolments: [{ ...underWay, steps: underWay.steps.map((one) => (one.id === 'launcher' ? { ...one, progress: { doneBytes: 46_200_000, totalBytes: 46_200_000 }, phase: 'verifying' } : one)) }] })
    await page.getByText('44.1\u202fMiB of 44.1\u202fMiB').waitFor()
    await page.context().close()
  })

  it('take secrets in and keep nothing of them, refuse seed phrases in any field, and show only since when one is stored', async () => {
    const staged = await open('programme-steps', 'networks/ember/worker/steps')
    const { page } = staged
    const [device, token] = [page.getByLabel('Device id', { exact: true }), page.getByLabel('Access token', { exact: true })]
    expect(await token.getAttribute('type')).toBe('password')
    await page.getByText(/Stored since 23 Nov 2026/).waitFor()
    await token.fill('tok_live_5f2c9e')
    await token.press('Enter')
    await page.locator('.step-fields').getByText('Device id is needed.').waitFor()
    await device.fill(seed)
    await device.press('Enter')
    await page.locator('.step-fields').getByText('That looks like a seed phrase').waitFor()
    expect([await device.inputValue(), await token.inputValue()]).toEqual(['', ''])
    await device.fill('6f1e0b2c')
    await token.fill('tok_live_5f2c9e')
    await token.press('Enter')
    await page.locator('.step-fields').getByText('Saved.').waitFor()
    expect((await inputsOf(staged, 'enrolment.answer')).at(-1)).toEqual({ programmeId: 'ember/worker', stepId: 'token', values: { device: '6f1e0b2c', token: 'tok_live_5f2c9e' } })
    expect(await token.inputValue()).toBe('')
    expect(await page.content()).not.toMatch(/tok_live|abandon/)
    await page.getByRole('button', { name: /^Remove it/ }).click()
    await expect.poll(async () => (await inputsOf(staged, 'enrolment.answer')).at(-1)?.values).toEqual({ token: '' })
    await page.context().close()
  })

  it('leave only after a second word, and say what could not be undone', async () => {
    const staged = await open('programmes', 'networks/frame/compute/leave')
    const { page } = staged
    await page.getByText('One step could not be undone.').waitFor()
    await page.getByText('One of its containers does not end: 4f2a91c03b17.').waitFor()
    await page.getByRole('button', { name: /^Leav/ }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    expect(await inputsOf(staged, 'enrolment.leave')).toEqual([])
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Leave', exact: true }).click()
    await expect.poll(() => inputsOf(staged, 'enrolment.leave')).toEqual([{ programmeId: 'frame/compute' }])
    const [left] = programmesState.enrolments.filter((one) => one.programmeId === 'frame/compute')
    // The site's own end lies with the user, who says when it is done.
    await pushProgrammes(page, { ...programmesState, enrolments: [{ ...left, steps: left?.steps.map((one) => (one.id === 'account' ? { ...one, phase: 'waits-for-you', because: 'End it on its site: Devices, then Terminate.', can: { ...one.can, confirm: true } } : one)) }] })
    await page.getByText('End it on its site').waitFor()
    await page.getByRole('button', { name: 'I have done it (Make an account)' }).click()
    await expect.poll(() => inputsOf(staged, 'enrolment.confirm')).toEqual([{ programmeId: 'frame/compute', stepId: 'account' }])
    await pushProgrammes(page, { ...programmesState, enrolments: [{ ...left, phase: 'left', remains: ['200 EMB stay locked until 7 December'] }] })
    await page.getByText('200 EMB stay locked until 7 December.').waitFor()
    expect(await page.getByRole('button', { name: /^Leave/ }).count()).toBe(0)
    await page.context().close()
  })
})
