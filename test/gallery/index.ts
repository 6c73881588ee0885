/** `npm run gallery`: every page on every state, light and dark, wide and narrow, as pictures in gallery/ with an index. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { pageIds } from '../../renderer/state/route.ts'
import { galleryStates } from './gallery-states.ts'
import type { GalleryState } from './states.ts'
import { launchChromium } from '../helpers/chromium.ts'
import { buildPage, servePage, stagePage } from './stage.ts'

const folder = fileURLToPath(new URL('../../gallery', import.meta.url))
const sizes = [{ width: 1280, height: 800 }, { width: 900, height: 600 }]
const models = ['GeForce RTX 5090', 'GeForce RTX 4090', 'GeForce RTX 4090 Laptop GPU', 'GeForce RTX 4080', 'GeForce RTX 3090', 'H200 SXM']

interface Picture {
  file: string
  title: string
  state: string
  page: string
  look: string
}

export async function act(page: Page, what: GalleryState['act']): Promise<void> {
  if (what === 'open-row') await page.locator('.row-button').first().click()
  if (what === 'open-needs' || what === 'open-binds') {
    await page.locator('.row-button').last().click()
    await page.getByRole('tab', { name: what === 'open-needs' ? /Can it join/ : /Capital and duties/ }).click()
  }
  if (what === 'open-moves') {
    await page.locator('.row-button').first().click()
    await page.getByRole('tab', { name: 'What moves it' }).click()
    await page.waitForSelector('.tornado')
  }
  if (what === 'rig') {
    await page.getByRole('tab', { name: 'What if' }).click()
    await page.getByRole('combobox').first().fill('RTX 5090')
    await page.getByRole('button', { name: 'Add another card to the rig' }).click()
    await page.getByLabel('Further card', { exact: true }).fill('RTX 3090')
    await page.getByText('Another market').click()
    await page.getByLabel('Token price').fill('0.5')
    await page.getByRole('button', { name: /would it pay/ }).click()
    await page.waitForSelector('.found')
  }
  if (what === 'open-layers') await page.getByText('Each layer’s own view').first().click()
  if (what === 'open-gpu') await page.locator('.tile a').nth(5).click()
  if (what === 'range-24h') await page.getByRole('radio', { name: '24 h' }).check()
  if (what === 'range-1y') {
    await page.getByRole('radio', { name: '1 year' }).check()
    await page.getByText('The same as a table').click()
  }
  if (what === 'chart-keys') {
    await page.getByRole('slider', { name: /^Temperature/ }).focus()
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('PageDown')
  }
  if (what === 'webhook') {
    await page.getByLabel('Another address').fill('https://hooks.example.org/idlewatt')
    await page.getByRole('button', { name: /^Save the webhook/ }).click()
    await page.getByRole('button', { name: 'Send a test by Webhook' }).click()
    await page.getByText('It is shown this once').waitFor()
  }
  if (what === 'more-choices') {
    await page.getByRole('radio', { name: /^Full/ }).check()
    await page.getByText('More choices').click()
  }
  if (what === 'unfold') {
    await page.getByText('92 % of a GeForce RTX 4090.').first().waitFor()
    for (const summary of await page.locator('.result summary').all()) await summary.click()
  }
  if (what === 'show-run') await page.getByRole('button', { name: /^Show the run/ }).first().click()
  if (what === 'what-if' || what === 'what-if-unknown') {
    await page.getByRole('tab', { name: 'What if' }).click()
    await page.getByRole('combobox').first().fill(what === 'what-if' ? 'RTX 5090' : 'Quux 9000')
    await page.getByRole('button', { name: /would it pay/ }).click()
    await page.waitForSelector('.found, .notice')
  }
  if (what === 'calibrate') {
    for (const [i, watts] of ['30', '92', '431', '508'].entries()) await page.locator('.calibration .input').nth(i).fill(watts)
    await page.getByRole('button', { name: /^Work it out/ }).click()
    await page.getByText(/^Saved: |Before: /).waitFor()
  }
  if (what === 'ask-all') await page.getByRole('button', { name: 'Ask all now' }).click()
  if (what === 'ask-stop') {
    await page.getByRole('button', { name: 'Stop …' }).click()
    await page.getByText('resets the five-hour uptime').waitFor()
  }
  if (what === 'ask-leave') await page.getByRole('button', { name: /^Leave / }).click()
  if (what === 'search-log') {
    await page.getByRole('searchbox').fill('frame')
    await page.clock.runFor(600)
    await page.locator('.log-text mark').first().waitFor()
  }
  if (what === 'list-bundle') {
    await page.getByRole('button', { name: 'Check this machine' }).click()
    await page.getByRole('button', { name: 'List what would be in it' }).click()
    await page.getByRole('button', { name: /state\.json/ }).click()
  }
  if (what === 'explain') {
    await page.getByRole('button', { name: /Explain/ }).first().click()
    await page.locator('.rules').first().waitFor()
  }
  if (what === 'choose-hours') {
    await page.locator('[data-cell="33"]').hover()
    await page.mouse.down()
    await page.locator('[data-cell="112"]').hover()
    await page.mouse.up()
  }
  if (what === 'bad-setting') {
    await page.getByLabel('Electricity price').fill('abc')
    await page.getByLabel('Factor').fill('9')
    await page.getByLabel('Offset').click()
  }
}

/** Answers about the past come over the stage's own bridge, in real time. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.past-reading') === null && !/(Comparing|Reading the runs there are|Reading what happened|Reading the log) …/.test(document.body.innerText))
}

/** `only`: draws states, pages or looks whose file name contains the word. */
export async function drawGallery(only: string | null): Promise<{ pictures: Picture[]; complaints: string[] }> {
  const { shown: states, whatIf } = await galleryStates()
  const served = await servePage(await buildPage('gallery'))
  const browser = await launchChromium()
  const pictures: Picture[] = []
  const complaints: string[] = []
  await mkdir(folder, { recursive: true })
  if (only === null) await rm(folder, { recursive: true }).then(() => mkdir(folder, { recursive: true }))
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of sizes) {
        const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' })
        for (const shown of states) {
          for (const pageId of shown.pages ?? pageIds) {
            const look = `${colorScheme}-${viewport.width}x${viewport.height}`
            const file = `${shown.id}--${pageId.replace(/\W+/g, '-')}--${look}.png`
            if (only !== null && !file.includes(only)) continue
            const staged = await stagePage(context, { address: served.address, page: pageId, shown, whatIf, models })
            if (shown.history) await staged.page.evaluate(() => (window as unknown as { playHistory(): void }).playHistory())
            await act(staged.page, shown.act)
            await staged.page.clock.runFor(1200)
            await settled(staged.page)
            await staged.page.evaluate(() => window.scrollTo(0, 0))
            await staged.page.screenshot({ path: join(folder, file), fullPage: true })
            pictures.push({ file, title: shown.title, state: shown.id, page: pageId, look })
            complaints.push(...staged.complaints.map((complaint) => `${file}: ${complaint}`))
            await staged.page.close()
          }
        }
        await context.close()
      }
    }
  } finally {
    await browser.close()
    await served.close()
  }
  return { pictures, complaints }
}

function indexPage(pictures: Picture[]): string {
  const looks = [...new Set(pictures.map((picture) => picture.look))]
  const groups = Map.groupBy(pictures, (picture) => `${picture.title}: ${picture.page}`)
  const rows = [...groups].map(([title, group]) => `<h2>${title}</h2><div>${looks.map((look) => group.find((picture) => picture.look === look)).filter((picture) => picture !== undefined).map((picture) => `<a href="${picture.file}"><img loading="lazy" src="${picture.file}" alt="${title}, ${picture.look}"><br>${picture.look}</a>`).join('')}</div>`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Idlewatt: gallery</title><style>body{font:14px system-ui;margin:24px;background:#eee}h2{font-size:14px;margin:24px 0 8px}div{display:flex;flex-wrap:wrap;gap:12px}img{width:300px;border:1px solid #bbb}a{color:#234}</style><h1>Gallery</h1>${rows.join('\n')}</html>\n`
}

const only = process.argv[2] ?? null
const { pictures, complaints } = await drawGallery(only)
if (only === null) await writeFile(join(folder, 'index.html'), indexPage(pictures))
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
process.stdout.write(`${pictures.length} pictures are in gallery/${complaints.length > 0 ? `; the pages complained ${complaints.length} times` : ''}.\n`)
process.exitCode = complaints.length > 0 ? 1 : 0
