/** `start.detected` and `memory.headless`: how soon the headless door shows a card, and what it weighs. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Browser } from 'playwright-core'
import type { Detection } from '../../shared/machine.ts'
import { entryFile, startDoor } from './door.ts'
import { bodyFor, recordedBodies } from './recorded-outside.ts'
import { memoryOf } from './process-tree.ts'
import { median, notMeasured, type Budgets, type Row } from './row.ts'

const startBudgetS = 2
const memoryBudgetMb = 150
const starts = 5
const settleMs = 30_000

export const budgets: Budgets = {
  ids: ['start.detected', 'memory.headless'],
  async measure(only) {
    const rows: Row[] = []
    if (only === null || only === 'start.detected') rows.push(await measureStart())
    if (only === null || only === 'memory.headless') rows.push(await measureMemory())
    return rows
  },
}

export function findChromium(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', process.env['CHROMIUM']].find((file) => file !== undefined && existsSync(file))
}

async function measureStart(): Promise<Row> {
  const browserFile = findChromium()
  if (browserFile === undefined) return notMeasured('start.detected', 's', startBudgetS, 'no Chromium here to show the page')
  const detection = await detect()
  const card = detection.gpus.find((gpu) => gpu.kind === 'gpu') ?? detection.gpus[0]
  if (!card) return notMeasured('start.detected', 's', startBudgetS, 'no GPU and no OpenCL device here to be shown')
  const browser = await chromium.launch({ executablePath: browserFile, args: ['--no-sandbox'] })
  try {
    // The first one warms the disk, as the budget says.
    await startOnce(browser, card.name)
    const seconds: number[] = []
    for (let i = 0; i < starts; i++) seconds.push(await startOnce(browser, card.name))
    const value = median(seconds)
    const what = card.kind === 'gpu' ? card.name : `${card.name}, a processor in place of a GPU, as this machine has none`
    return { id: 'start.detected', value, unit: 's', budget: startBudgetS, ok: value <= startBudgetS, peer: null, note: `from the start of \`idlewatt serve\` to "${what}" drawn in a page opened when the address was printed; median of ${seconds.map((one) => one.toFixed(2)).join(', ')}` }
  } finally {
    await browser.close()
  }
}

/** Seconds from the start of the process until the card's name is drawn. */
async function startOnce(browser: Browser, name: string): Promise<number> {
  const page = await browser.newPage()
  const door = await startDoor()
  try {
    await page.goto(door.url, { waitUntil: 'commit' })
    await page.waitForFunction((wanted) => document.body?.innerText.includes(wanted), name, { polling: 'raf', timeout: 30_000 })
    return (performance.now() - door.startedAt) / 1000
  } finally {
    await page.close()
    await door.stop()
  }
}

/** Looks once with the command itself, so that the measurement knows which name to wait for. */
function detect(): Promise<Detection> {
  const data = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [entryFile, 'detect', '--json', '--data', data], { maxBuffer: 64 * 2 ** 20 }, (error, stdout) => {
      rmSync(data, { recursive: true, force: true })
      try {
        resolve(JSON.parse(stdout) as Detection)
      } catch {
        reject(error ?? new Error('detect printed no document'))
      }
    })
  })
}

async function measureMemory(): Promise<Row> {
  if (process.platform !== 'linux') return notMeasured('memory.headless', 'MB', memoryBudgetMb, 'proportional set sizes are read from /proc, which is Linux alone')
  // Everything is on, asking outside too: the hosts' answers come from here.
  const outside = await serveRecorded()
  const door = await startDoor([], { IDLEWATT_LOOPBACK: outside.address })
  try {
    await wait(settleMs)
    const { bytes, processes } = memoryOf(door.pid)
    const value = bytes / 1e6
    return { id: 'memory.headless', value, unit: 'MB', budget: memoryBudgetMb, ok: value <= memoryBudgetMb, peer: null, note: `proportional set size ${settleMs / 1000} s after the start, nobody looking, ${outside.asked()} requests outside answered: ${processes.map((one) => `${one.name} ${(one.bytes / 1e6).toFixed(0)} MB`).join(', ')}` }
  } finally {
    await door.stop()
    outside.close()
  }
}

async function serveRecorded(): Promise<{ address: string; asked(): number; close(): void }> {
  const bodies = recordedBodies(Date.now())
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    const body = bodyFor(bodies, decodeURIComponent(request.url ?? ''))
    if (body === null) response.writeHead(404).end()
    else response.writeHead(200, { 'Content-Type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked, close: () => server.close() }
}
