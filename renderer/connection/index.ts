/** Which door this window came through. */
import type { Bridge } from '../../shared/requests.ts'
import { connectBrowser } from './browser.ts'
import type { Connection } from './connection.ts'
import { connectDesktop } from './desktop.ts'
import { takeToken, tokenIn } from './token.ts'

export type { Connection, LinkStatus } from './connection.ts'

export function openConnection(page: Window): Connection {
  const bridge = (page as Window & { idlewatt?: Bridge }).idlewatt
  if (bridge) return connectDesktop(bridge)
  const token = takeToken(page)
  // Pasting a fresh address into this tab changes the fragment only; the page then has to begin again with the new key.
  page.addEventListener('hashchange', () => {
    if (tokenIn(page.location.hash) !== null) page.location.reload()
  })
  return connectBrowser({
    fetch: (input, init) => page.fetch(input, init),
    token,
    now: () => Date.now(),
    after(ms, run) {
      const timer = page.setTimeout(run, ms)
      return () => page.clearTimeout(timer)
    },
  })
}
