/** Looks at a page as somebody does who does not see it: accessibility faults, and the way of the Tab key. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Rules of WCAG 2.0 to 2.2, levels A and AA, and axe's own best practices. */
export function faultsOf(page: Page): Promise<string[]> {
  return runAxe(page, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
}

/** In both themes of a page that follows the system: all rules in the present one, in the other those that colours can break. */
export async function faultsInBothThemes(page: Page): Promise<string[]> {
  const faults = await faultsOf(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await runAxe(page, { runOnly: ['color-contrast', 'link-in-text-block'] })
  await page.emulateMedia({ colorScheme: 'light' })
  return [...faults, ...dark.map((fault) => `dark: ${fault}`)]
}

async function runAxe(page: Page, rules: { runOnly: string[] }): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  return page.evaluate(async (chosen) => {
    const { violations } = await (window as unknown as { axe: { run(root: Document, options: unknown): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> } }).axe.run(document, {
      resultTypes: ['violations'],
      ...chosen,
    })
    return violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`))
  }, rules)
}

/** Presses Tab until `wanted` holds of the focused element's accessible text; fails where it is never reached. */
export async function tabTo(page: Page, wanted: RegExp): Promise<void> {
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press('Tab')
    const text = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.textContent).join(' ') : ''
      return `${labels} ${element?.getAttribute('aria-label') ?? ''} ${element?.innerText ?? ''}`.trim()
    })
    if (wanted.test(text)) return
  }
  throw new Error(`Tab never reached ${wanted}.`)
}

/** Goes through every stop of the Tab key until the first comes again: how many there are, and those whose outline or place cannot be seen. */
export async function focusStops(page: Page): Promise<{ stops: number; unseen: string[] }> {
  const unseen: string[] = []
  let stops = 0
  for (let first: string | null = null; stops < 90; stops += 1) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement
      if (element === document.body) return null
      const box = element.getBoundingClientRect()
      const bar = document.querySelector('.nav')?.getBoundingClientRect().bottom ?? 0
      // A card that is one link draws its outline around itself.
      const isOutlined = getComputedStyle(element).outlineStyle !== 'none' || getComputedStyle(element, '::after').outlineStyle !== 'none'
      const isUnderBar = !element.closest('.nav, .skip-link') && box.bottom <= bar
      return { name: `${element.tagName} ${element.getAttribute('aria-label') ?? ''} ${element.innerText.slice(0, 60)}`, isSeen: isOutlined && !isUnderBar && box.top < innerHeight }
    })
    if (!stop || stop.name === first) break
    first ??= stop.name
    if (!stop.isSeen) unseen.push(stop.name)
  }
  return { stops, unseen }
}
