/** Opens a state of the gallery on one page, and reads what the page asked for. */
import type { Page } from 'playwright-core'
import { stagePage, type StagedPage } from '../gallery/stage.ts'
import { states, type GalleryState } from '../gallery/states.ts'
import type { ServedPage } from '../helpers/served-page.ts'

const whatIf = { model: null, nearest: [], ambiguous: [], estimates: [] }

export async function openState(served: ServedPage, stateId: string, page: string, viewport = { width: 1280, height: 800 }, over: Partial<GalleryState> = {}): Promise<StagedPage> {
  const found = states.find((state) => state.id === stateId)
  if (!found) throw new Error(`There is no state ${stateId}.`)
  const context = await served.browser.newContext({ colorScheme: 'light', viewport, reducedMotion: 'reduce', acceptDownloads: true })
  context.setDefaultTimeout(8000)
  const staged = await stagePage(context, { address: served.address, page, shown: { ...found, ...over }, whatIf, models: [] })
  await staged.page.clock.runFor(700)
  return staged
}

/** What was sent with every question of that name, in order. */
export async function inputsOf(staged: StagedPage, name: string): Promise<Record<string, unknown>[]> {
  return (await staged.asked()).filter((one) => one.name === name).map((one) => one.input as Record<string, unknown>)
}

export function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => (document.activeElement as HTMLElement).innerText.replace(/\s+/g, ' ').trim())
}

/** The app pushes how programmes are now. */
export function pushProgrammes(page: Page, value: unknown): Promise<void> {
  return page.evaluate((part) => (window as unknown as { push(part: string, value: unknown): void }).push('programmes', part), value)
}

/** By how much the page, or a table in its box, is wider than it may be. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(...[document.documentElement, ...document.querySelectorAll('.scroll-box')].map((element) => element.scrollWidth - element.clientWidth)))
}
