/** The Chromium that this machine has, for tests that need a real page. Nothing is downloaded. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const places = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** null: none here; say so and skip. */
export function findChromium(): string | null {
  return places.find((place) => place !== undefined && place !== '' && existsSync(place)) ?? null
}

/** Without the calls home that a browser makes by itself; root needs the sandbox off. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('There is no Chromium on this machine.')
  const isRoot = process.getuid?.() === 0
  return chromium.launch({
    executablePath,
    args: ['--disable-background-networking', '--disable-component-update', '--disable-domain-reliability', '--disable-sync', '--no-first-run', '--no-default-browser-check', ...(isRoot ? ['--no-sandbox'] : [])],
  })
}
