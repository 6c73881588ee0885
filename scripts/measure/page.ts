/** `page.first-paint` and `page.javascript`: how soon the page shows something, and how much JavaScript that takes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium, type Browser } from 'playwright-core'
import { root, startDoor } from './door.ts'
import { median, notMeasured, type Budgets, type Row } from './row.ts'
import { findChromium } from './start.ts'

const paintBudgetS = 0.5
const javascriptBudgetKb = 250
const loads = 10
const rendererFolder = join(root, 'out', 'renderer')
const recording = join(root, 'test', 'machines', 'two-rtx-3090-linux')

export const budgets: Budgets = {
  ids: ['page.first-paint', 'page.javascript'],
  async measure(only) {
    const rows: Row[] = []
    if (only === null || only === 'page.first-paint') rows.push(await measureFirstPaint())
    if (only === null || only === 'page.javascript') rows.push(measureJavascript())
    return rows
  },
}

async function measureFirstPaint(): Promise<Row> {
  const browserFile = findChromium()
  if (browserFile === undefined) return notMeasured('page.first-paint', 's', paintBudgetS, 'no Chromium here to paint the page')
  const door = await startDoor(['--machine', recording])
  const browser = await chromium.launch({ executablePath: browserFile, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'] })
  try {
    await paintOnce(browser, door.url)
    const seconds: number[] = []
    for (let i = 0; i < loads; i++) seconds.push(await paintOnce(browser, door.url))
    const value = median(seconds)
    return { id: 'page.first-paint', value, unit: 's', budget: paintBudgetS, ok: value <= paintBudgetS, peer: null, note: `first contentful paint, a fresh browser context each time; ${loads} loads: ${seconds.map((one) => one.toFixed(2)).join(', ')}` }
  } finally {
    await browser.close()
    await door.stop()
  }
}

/** Seconds from asking for the page to the first contentful paint, with an empty cache. */
async function paintOnce(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(url, { waitUntil: 'commit' })
    const milliseconds = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            const paint = list.getEntriesByName('first-contentful-paint')[0]
            if (paint) resolve(paint.startTime)
          }).observe({ type: 'paint', buffered: true })
        }),
    )
    return milliseconds / 1000
  } finally {
    await context.close()
  }
}

/** What index.html loads before anything can be drawn: its script and the modules it preloads. */
function measureJavascript(): Row {
  const html = readFileSync(join(rendererFolder, 'index.html'), 'utf8')
  const files = [...html.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="(?:\.?\/)?([^"]+\.js)"/g)].map((match) => match[1] as string)
  if (files.length === 0) return notMeasured('page.javascript', 'kB', javascriptBudgetKb, 'out/renderer/index.html loads no script')
  const sizes = files.map((file) => gzipSync(readFileSync(join(rendererFolder, file)), { level: 9 }).length)
  const value = sizes.reduce((sum, size) => sum + size, 0) / 1000
  return { id: 'page.javascript', value, unit: 'kB', budget: javascriptBudgetKb, ok: value <= javascriptBudgetKb, peer: null, note: `gzipped: ${files.map((file, i) => `${file} ${((sizes[i] ?? 0) / 1000).toFixed(1)} kB`).join(', ')}` }
}
