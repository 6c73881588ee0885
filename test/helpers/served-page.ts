/** The built page, served on this machine and opened in one real Chromium for all tests of a file. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { servePage, sharedPage } from '../gallery/stage.ts'
import { launchChromium } from './chromium.ts'

export interface ServedPage {
  browser: Browser
  address: string
}

/** Call inside `describe`; what it gives is there once the tests run. `prepare`: what else must be ready by then. */
export function serveForTests(prepare: () => Promise<void> = async () => {}): () => ServedPage {
  let ready: ServedPage | null = null
  let close = async (): Promise<void> => {}
  beforeAll(async () => {
    const served = await servePage(await sharedPage())
    close = served.close
    await prepare()
    ready = { browser: await launchChromium(), address: served.address }
  }, 180_000)
  afterAll(async () => {
    await ready?.browser.close()
    await close()
  })
  return () => {
    if (ready === null) throw new Error('The page is not served yet.')
    return ready
  }
}
