/** A programme's page in a real Chromium where what was agreed to has changed, an undo is refused, and a duty is a warning too. */
import { describe, expect, it } from 'vitest'
import { faultsInBothThemes } from '../gallery/by-keyboard.ts'
import { programmesState, report } from '../gallery/programmes.ts'
import { states, type GalleryState } from '../gallery/states.ts'
import { findChromium } from '../helpers/chromium.ts'
import { serveForTests } from '../helpers/served-page.ts'
import { inputsOf, openState, overflowOf, pushProgrammes } from './opened.ts'

const changed = 'What you agreed to has changed since: what is run or fetched in “Start the software”. Read it again and agree.'
const north = programmesState.enrolments.find((one) => one.programmeId === 'north/provider')

describe.skipIf(findChromium() === null)('a programme that is set up', () => {
  const served = serveForTests()
  const open = (page: string, over?: Partial<GalleryState>) => openState(served(), 'programmes', page, undefined, over)

  it('and would start something else now says so, shows all of it, and takes the word for it there', async () => {
    const staged = await open('networks/north/provider/steps')
    const { page, complaints } = staged
    const agree = page.getByRole('button', { name: 'Agree to it as it is now' })
    const again = page.getByRole('button', { name: 'Read it again and agree' })
    await page.getByText(/^You agreed to this/).waitFor()
    expect([await agree.count(), await again.count()]).toEqual([0, 0])
    await pushProgrammes(page, { ...programmesState, enrolments: [{ ...north, blocked: changed }] })
    await page.getByText(changed).waitFor()
    await page.getByRole('tab', { name: 'Log' }).click()
    await again.click()
    await page.getByText('What setting up does is no longer what you agreed to.').waitFor()
    expect(await page.getByText(/^You agreed to this/).count()).toBe(0)
    // All of it stands there in full, as before the first word.
    await page.locator('.steps').getByText('--usegpus=true').waitFor()
    await page.clock.runFor(700)
    expect(await faultsInBothThemes(page)).toEqual([])
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    await agree.click()
    await page.getByText('Read the steps above, then say so here.').waitFor()
    expect(await inputsOf(staged, 'enrolment.consent')).toEqual([])
    await page.getByLabel(/I have read what each step does.*as they are now/).check()
    await agree.click()
    await expect.poll(() => inputsOf(staged, 'enrolment.consent')).toEqual([{ programmeId: 'north/provider', reportHash: 'a1b2' }])
    await pushProgrammes(page, { ...programmesState, enrolments: [{ ...north, consent: { at: 1_795_430_000_000, reportHash: 'a1b2' } }] })
    await page.getByText(/^You agreed to this/).waitFor()
    expect([await agree.count(), await again.count(), await page.getByText(changed).count()]).toEqual([0, 0, 0])
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)

  it('and stands in the way for another reason is not asked about anew', async () => {
    const { page } = await open('networks/north/provider/steps')
    await pushProgrammes(page, { ...programmesState, enrolments: [{ ...north, consent: { at: 1, reportHash: 'a1b2' }, blocked: 'This is a recorded machine: nothing can be set up on it.' }] })
    await page.getByText('This is a recorded machine').waitFor()
    expect(await page.getByRole('button', { name: /^(Read it again and agree|Agree to it)/ }).count()).toBe(0)
    await page.context().close()
  })

  it('keeps its step done where the undo is refused, and says why beside the button', async () => {
    const { page } = await open('networks/north/provider/steps', { programmes: { refuses: 'The software still runs, and this is a part of it. Stop it first, then try again.' } })
    const step = page.locator('[data-step="launcher"]')
    await step.getByRole('button', { name: /^Undo …/ }).click()
    await step.getByRole('button', { name: 'Undo it' }).click()
    await step.getByRole('alert').getByText('Stop it first, then try again.').waitFor()
    await step.getByText('Done', { exact: true }).waitFor()
    await step.getByRole('button', { name: /^Undo …/ }).waitFor()
    await page.context().close()
  })

  it.each(['with', 'without'])('says a duty once where a warning says it in the same words, %s an estimate', async (how) => {
    const source = { url: 'https://docs.example.org/host', date: null }
    const duties = ['Be there at night.', 'Leave the card alone.'].map((sentence) => ({ id: sentence, title: 'Duty', sentence, source }))
    const shown = states.find((state) => state.id === 'programmes')?.state
    if (shown === undefined) throw new Error('There is no such state.')
    const estimates = how === 'with' ? shown.comparison.estimates.map((one) => ({ ...one, duties })) : []
    const state = { ...shown, comparison: { ...shown.comparison, estimates }, networks: { ...shown.networks, programmes: shown.networks.programmes.map((one) => ({ ...one, duties })) } }
    const warns = (...sentences: string[]): Partial<GalleryState> => ({ state, programmes: { report: (id) => report(id, { traps: sentences.map((sentence) => ({ id: sentence, severity: 'warning', sentence, source })) }) } })
    const one = await open('networks/north/provider/binds', warns('Leave the card alone.', 'Something else.'))
    await one.page.getByText(/^1 more duty stands word for word among the warnings under “Setting up”\.$/).waitFor()
    expect(await one.page.locator('.binds').innerText()).toMatch(/Be there at night\./)
    expect(await one.page.locator('.binds').innerText()).not.toMatch(/Leave the card alone\./)
    await one.page.context().close()
    // Never “none”, where there are some.
    const all = await open('networks/north/provider/binds', warns('Leave the card alone.', 'Be there at night.'))
    await all.page.getByText('Leave the card alone.').waitFor()
    expect(await all.page.locator('.binds').innerText()).not.toMatch(/None are published|word for word/)
    await all.page.context().close()
  })
})
