/** The page through the real headless door: the key leaves the address, a reload works, and a door that goes away is noticed and found again. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startHeadless, type Headless } from '../../main/headless/index.ts'
import { createLog } from '../../main/system/log.ts'
import { readRealState } from '../gallery/real.ts'
import { sharedPage } from '../gallery/stage.ts'
import { findChromium, launchChromium } from '../helpers/chromium.ts'
import { createSmallHouse } from '../helpers/small-house.ts'
import { createStore } from '../../main/state/store.ts'
import type { State } from '../../shared/state.ts'

const token = 'a-key-for-this-test'

describe.skipIf(findChromium() === null)('the page in a browser', () => {
  let browser: Browser
  let folder: string
  let state: State
  const doors: Headless[] = []
  const pages: Page[] = []

  beforeAll(async () => {
    folder = await sharedPage()
    state = await readRealState('two-rtx-3090-linux')
    browser = await launchChromium()
  }, 180_000)
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close()
    for (const door of doors.splice(0)) await door.stop()
  })
  afterAll(() => browser?.close())

  async function openDoor(port = 0, shown: State = state): Promise<Headless> {
    const store = createStore(shown)
    const { handlers } = createSmallHouse({ 'state.read': () => store.snapshot() })
    const door = await startHeadless({ app: { handlers, store }, port, rendererFolder: folder, log: createLog('silent', () => {}), token })
    doors.push(door)
    return door
  }
  async function openPage(url: string): Promise<Page> {
    const page = await browser.newPage()
    pages.push(page)
    await page.goto(url)
    return page
  }

  it('takes the key out of the address, keeps it for a reload, and keeps the page that was open', async () => {
    const door = await openDoor()
    const page = await openPage(door.url)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(page.url()).not.toContain(token)
    await page.getByRole('link', { name: 'Compare', exact: true }).click()
    await page.getByRole('heading', { name: 'Compare' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Compare' }).waitFor()
    expect(page.url()).toBe(`${door.origin}/#/compare`)
  })

  it('says what to do when the key is missing or wrong', async () => {
    const door = await openDoor()
    for (const url of [`${door.origin}/`, `${door.origin}/#not-the-key`]) {
      const page = await openPage(url)
      await page.getByRole('alert').getByText(/Open the whole address that Idlewatt printed/).waitFor()
    }
  })

  it('begins again with a key that is pasted into the same tab', async () => {
    const door = await openDoor()
    const page = await openPage(`${door.origin}/#not-the-key`)
    await page.getByRole('alert').waitFor()
    await page.evaluate((hash) => {
      window.location.hash = hash
    }, token)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
  })

  it('keeps the last state and says so when the door goes away, and catches up when it is back', async () => {
    const door = await openDoor()
    const page = await openPage(door.url)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const port = Number(new URL(door.origin).port)
    await doors.splice(0)[0]?.stop()
    await page.getByText('The connection to Idlewatt is lost.').waitFor()
    expect(await page.getByRole('link', { name: /RTX 3090/ }).count()).toBe(2)
    await openDoor(port, { ...state, app: { ...state.app, recordedMachine: 'another-recording' } })
    await page.getByText('another-recording').waitFor()
    expect(await page.getByText('The connection to Idlewatt is lost.').count()).toBe(0)
  })
})
