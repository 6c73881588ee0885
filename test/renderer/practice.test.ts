/** Practice, from the list of networks to having left it, in a real Chromium on the real app, with a real Docker: set up, run, log, killed from outside, the app killed too, stopped, left. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, repositoryFolder } from '../helpers/built.ts'
import { findChromium, launchChromium } from '../helpers/chromium.ts'
import { startDocker, until, type DockerDaemon } from '../helpers/docker-daemon.ts'

const why = findChromium() === null ? 'there is no Chromium' : null
const daemon = why === null ? await startDocker() : { why }
const password = 'made-up-for-this-test'

describe.skipIf('why' in daemon)(`practice, as somebody who tries it goes through it${'why' in daemon ? ` (skipped: ${daemon.why})` : ''}`, () => {
  const engine = daemon as DockerDaemon
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-practice-'))
  const complaints: string[] = []
  let app: ChildProcess
  let browser: Browser
  let page: Page
  let beside = ''

  beforeAll(async () => {
    await Promise.all([ensureBuilt(), engine.image('somebody-elses:1').then(async () => (beside = await engine.run('somebody-elses:1', 'sleep 3600')))])
    browser = await launchChromium()
    await open()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await end(app, 'SIGTERM')
    for (const pid of workers(folder)) process.kill(pid, 'SIGKILL')
    await engine.close()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  /** Starts the app on its folder and opens its page anew. */
  async function open(at = ''): Promise<void> {
    const started = await serve(folder, engine.socketPath)
    app = started.child
    await page?.context().close()
    page = await browser.newPage({ viewport: { width: 900, height: 600 } })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text())
    })
    await page.goto(started.url)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    if (at !== '') await page.evaluate((hash) => void (location.hash = hash), at)
  }
  const status = (): Promise<string> => page.locator('.provider').innerText()
  const become = (pattern: RegExp): Promise<void> => page.locator('.provider-mark').getByText(pattern).waitFor()
  const pidShown = async (): Promise<number> => Number(/process (\d+)/.exec(await status())?.[1])
  const step = (id: string) => page.locator(`[data-step="${id}"]`)

  it('shows all of it before anything is done, and takes consent once', async () => {
    await page.getByRole('link', { name: 'Networks', exact: true }).click()
    await page.getByRole('link', { name: /^Practice worker/ }).click()
    await page.getByRole('heading', { name: 'Practice worker', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'See what setting up would do' }).click()
    await step('start').getByText('(a stored secret, not shown)').waitFor()
    for (const text of ['idlewatt-practice:1', 'practice-worker.sh prepare', 'Removes the image.']) expect(await page.locator('.steps').innerText()).toContain(text)
    expect(await page.locator('.steps').getByText('practice-worker.ps1').count()).toBe(0)
    await page.getByRole('button', { name: 'Agree and begin' }).click()
    await page.getByRole('alert').getByText('Read the steps above').waitFor()
    expect(existsSync(join(folder, 'providers', 'practice-worker', 'files'))).toBe(false)
    await page.getByRole('checkbox', { name: /I have read/ }).check()
    await page.getByRole('button', { name: 'Agree and begin' }).click()
    await page.getByText(/You agreed to this/).waitFor()
  })

  it('is told what it asks for, keeps the password to itself, and does each step', async () => {
    const first = page.locator('.step-current').first()
    await first.getByRole('button', { name: /^(Begin|Look)/ }).click()
    await page.getByRole('button', { name: /^I have done it/ }).click()
    await page.getByLabel('Name of the worker').fill('Ada')
    await page.getByLabel('How it should behave').selectOption({ label: 'As it should' })
    await page.getByLabel('A made-up password').fill(password)
    await page.getByRole('button', { name: /^Save/ }).click()
    for (const id of ['docker', 'worker', 'prepare', 'archive', 'image', 'beside', 'start']) {
      await step(id).getByRole('button', { name: /^Do it/ }).click()
      await step(id).getByText('Done', { exact: true }).waitFor()
    }
    await become(/^Ready, without work/)
    expect(await status()).toMatch(/process \d+, idlewatt-practice:1 \([0-9a-f]{12}, running\)/)
    expect(await page.content()).not.toContain(password)
  })

  it('has a log that follows and is searched, without the password', async () => {
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.locator('.log-lines').getByText('signed in with token=[removed]').waitFor()
    await page.getByLabel('Lines that hold').fill('container')
    await page.getByText(/^1 line with “container”$/).waitFor()
    await page.getByLabel('Lines that hold').fill(password)
    await page.getByText(/^No line holds/).waitFor()
    await page.getByLabel('Lines that hold').fill('')
    expect(readFolder(join(folder, 'providers', 'practice-worker', 'log'))).not.toContain(password)
  })

  it('notices at once that its process was killed, says when it starts it again, and does', async () => {
    const before = await pidShown()
    process.kill(before, 'SIGKILL')
    await become(/^Waiting to start again/)
    await page.getByText(/It is started again in [12].s/).waitFor()
    await page.getByText(/ended by the signal SIGKILL/).first().waitFor()
    await become(/^Ready, without work/)
    expect(await pidShown()).not.toBe(before)
  })

  it('goes on when the app is killed, and is found again as it was', async () => {
    const before = await pidShown()
    await end(app, 'SIGKILL')
    await page.getByText(/The connection to Idlewatt is lost/).waitFor()
    await open('#/networks/practice/worker')
    await become(/^Ready, without work/)
    expect(await pidShown()).toBe(before)
    expect(workers(folder)).toEqual([before])
  })

  it('says what stopping costs, stops, and asks no second time when it is started again', async () => {
    await page.getByRole('button', { name: 'Stop …' }).click()
    await page.locator('.sure').getByText('this is practice').waitFor()
    await page.getByRole('button', { name: 'Stop it now' }).click()
    await become(/^Stopped/)
    expect(workers(folder)).toEqual([])
    await page.getByText('no: it does not run').waitFor()
    await page.getByRole('button', { name: /^Start/ }).click()
    await become(/^Ready, without work/)
    expect(await page.locator('.sure').count()).toBe(0)
  })

  it('gives way to a pause at once, says so on every page, and runs again when it is taken back', async () => {
    const before = workers(folder)
    await page.locator('.policy-part').getByText('You started it, so Idlewatt runs it whenever it may, until you stop it.').waitFor()
    await page.getByRole('link', { name: 'Policy', exact: true }).click()
    await page.getByRole('table').first().getByText('Practice worker').waitFor()
    await page.getByRole('button', { name: /^Pause for 1/ }).click()
    await page.locator('.banner-pause').getByText(/^Paused until .* Nothing is started until then\.$/).waitFor()
    await until(() => `the worker ends: ${workers(folder).join(' ')}`, () => workers(folder).length === 0)
    expect(await page.locator('.decisions').innerText()).toMatch(/Practice worker[\s\S]*You paused everything until/)
    await page.evaluate(() => void (location.hash = '#/networks/practice/worker'))
    await become(/^Stopped/)
    await page.locator('.banner-pause').getByRole('button', { name: 'Resume' }).click()
    await page.locator('.banner-pause').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Start/ }).click()
    await become(/^Ready, without work/)
    await page.locator('.policy-part').getByText('Runs', { exact: true }).waitFor()
    expect(before).toHaveLength(1)
  }, 60_000)

  it('leaves nothing behind but its log, and the container of somebody else untouched', async () => {
    await page.getByRole('tab', { name: 'Leaving' }).click()
    await page.getByRole('button', { name: /^Leave Practice worker/ }).click()
    await page.getByRole('button', { name: 'Leave', exact: true }).click()
    await page.getByText('Practice worker has been left.').waitFor()
    expect(workers(folder)).toEqual([])
    expect((await engine.docker.listContainers({ all: true })).map((one) => one.Id)).toEqual([beside])
    expect((await engine.docker.getContainer(beside).inspect()).State.Running).toBe(true)
    expect((await engine.docker.listImages()).flatMap((one) => one.RepoTags ?? [])).toEqual(['somebody-elses:1'])
    expect(readFolder(folder)).not.toContain(password)
    expect(complaints).toEqual([])
  })
})

async function serve(folder: string, socketPath: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(repositoryFolder, 'main', 'command-line', 'index.ts'), 'serve', '--no-open', '--data', folder], {
    env: { ...process.env, IDLEWATT_OFFLINE: '1', DOCKER_HOST: `unix://${socketPath}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()))
  const url = (): string | undefined => /http:\S+/.exec(said)?.[0]
  await until(() => `the app is ready: ${said}`, () => url() !== undefined)
  return { child, url: url() as string }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = new Promise<void>((done) => child.once('exit', () => done()))
  child.kill(signal)
  await over
}

/** Processes that run the worker out of this very folder. */
function workers(folder: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${folder}/providers/practice-worker/files/practice-worker.sh`)
    } catch {
      return false
    }
  })
}

/** All that lies in a folder, as text. */
function readFolder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => readFileSync(join(one.parentPath, one.name), 'latin1')).join('\n')
}
