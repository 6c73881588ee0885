/** Whom a command asks: the Idlewatt that has the folder, or an app of its own; and that two never act at once. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Handlers } from '../../../shared/requests.ts'
import { openControl } from '../../../main/api/control.ts'
import { openForAsking, type AskedApp, type Asking } from '../../../main/command-line/ask-app.ts'
import type { Call } from '../../../main/command-line/open-app.ts'
import { claimDataFolder, holderOf } from '../../../main/system/data-folder.ts'
import { createLog } from '../../../main/system/log.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { newFolder } from '../../helpers/files.ts'
import { createSmallHouse } from '../../helpers/small-house.ts'
import { calledHere } from './here.ts'

const log = createLog('silent', () => {})

function held(door: string, folder = newFolder()): string {
  const claim = claimDataFolder(folder, door)
  onTestFinished(() => claim.release())
  return folder
}

async function open(folder: string, change: Partial<Handlers> = {}): Promise<{ close(): void }> {
  const control = await openControl({ folder, handlers: createSmallHouse(change).handlers, log })
  onTestFinished(() => control.close())
  return control
}

/** One command that asks for something, as the real ones do. */
function asking(folder: string, how: Asking, work: (app: AskedApp, call: Call) => Promise<void>, waitMs = 150) {
  return calledHere(async (parts) => {
    const call: Call = { ...parts, common: { json: false, machine: null, gpu: null, gpus: [], network: null, data: folder } }
    await work(await openForAsking(call, how, waitMs), call)
    return 0
  })
}
const nothing = async (): Promise<void> => {}

describe('an Idlewatt that is open', () => {
  test.each<Asking>(['acts', 'looks', 'reads'])('is asked itself (%s), and its refusals are told in its own words', async (how) => {
    const folder = held('headless')
    await open(folder, {
      'models.search': () => ['RTX'],
      'benchmark.cancel': () => {
        throw new NotPossible('There is nothing to measure here.')
      },
    })
    const answer = await asking(folder, how, async (app) => {
      expect(app.own).toBeNull()
      expect(await app.ask('models.search', { text: 'R' })).toEqual(['RTX'])
      await app.ask('benchmark.cancel', undefined)
    })
    expect(answer).toEqual({ exitCode: 1, stdout: '', stderr: 'There is nothing to measure here.\n' })
  })

  test('one that is starting is waited for', async () => {
    const folder = held('headless')
    setTimeout(() => void open(folder), 60)
    const answer = await asking(folder, 'acts', async (app) => expect(app.own).toBeNull(), 5000)
    expect(answer.exitCode).toBe(0)
  })

  test('one that never answers: nothing is done or looked at; what is kept can be read beside it', async () => {
    const folder = held('headless')
    for (const how of ['acts', 'looks'] as const) {
      const answer = await asking(folder, how, nothing)
      expect(answer.exitCode).toBe(1)
      expect(answer.stderr).toContain('the headless door')
      expect(answer.stderr).toContain('does not answer')
    }
    const beside = await asking(folder, 'reads', async (app) => {
      expect(app.own).not.toBeNull()
      expect((await app.ask('state.read', undefined)).state.app.door).toBe('command-line')
    })
    expect(beside).toMatchObject({ exitCode: 0 })
    expect(beside.stderr.replace(/\s+/g, ' ')).toContain('read beside it')
    expect(holderOf(folder)?.door).toBe('headless')
  })

  test('one that ends before it has answered: nobody says that it was done', async () => {
    const folder = held('headless')
    const control = await open(folder, {
      'gpus.rescan': () => {
        control.close()
        return null
      },
    })
    const answer = await asking(folder, 'acts', async (app) => void (await app.ask('gpus.rescan', undefined)))
    expect(answer.exitCode).toBe(1)
    expect(answer.stderr).toContain('not known')
  })

  test.skipIf(process.platform === 'win32')('one that hangs takes the connection and never answers', async () => {
    const folder = held('headless')
    const address = join(folder, 'control-00000000.sock')
    const hanging = createServer(() => {})
    await new Promise<void>((done) => hanging.listen(address, done))
    onTestFinished(() => void hanging.close())
    writeFileSync(join(folder, 'control.json'), JSON.stringify({ address, token: 'x' }))
    const { askControl } = await import('../../../main/api/control.ts')
    expect(await askControl(folder, 'models.search', { text: '' }, 50)).toBeNull()
  })
})

describe('nobody is open', () => {
  test('who acts takes the folder for as long as the command runs', async () => {
    const folder = join(newFolder(), 'new')
    const answer = await asking(folder, 'acts', async (app) => {
      expect(app.own).not.toBeNull()
      expect(holderOf(folder)?.door).toBe('command-line')
    })
    expect(answer.exitCode).toBe(0)
    expect(holderOf(folder)).toBeNull()
  })

  test('another command that acts is waited for, and then named', async () => {
    const folder = held('command-line')
    const answer = await asking(folder, 'acts', nothing)
    expect(answer.stderr).toContain(`Another command is at work in ${folder} (process ${process.pid})`)
    expect(answer.exitCode).toBe(1)
  })

  test('a lock and a socket that a killed one left behind are in nobody’s way', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'idlewatt.lock'), JSON.stringify({ pid: 999_999_9, door: 'headless', since: 1, processStartedAt: 1, startTicks: '1', host: (await import('node:os')).hostname(), claim: 'x', address: null }))
    writeFileSync(join(folder, 'control.json'), JSON.stringify({ address: join(folder, 'control-0a0a0a0a.sock'), token: 'x' }))
    const answer = await asking(folder, 'acts', async (app) => expect(app.own).not.toBeNull())
    expect(answer.exitCode).toBe(0)
  })

  test('who only reads leaves nothing behind: no folder, no file, no change', async () => {
    const gone = join(newFolder(), 'not', 'there')
    await asking(gone, 'reads', async (app) => void (await app.ask('state.read', undefined)))
    expect(existsSync(gone)).toBe(false)
    const folder = newFolder()
    await asking(folder, 'acts', async (app) => app.own?.history.provider.saveReadings({ kept: 1 }))
    const before = stand(folder)
    expect(before.map(([name]) => name)).toContain('history.sqlite')
    await asking(folder, 'reads', async (app) => {
      expect(app.own?.history.provider.readings()).toEqual({ kept: 1 })
      app.own?.history.provider.saveReadings({ kept: 2 })
      expect(app.own?.history.provider.readings()).toEqual({ kept: 2 })
    })
    expect(stand(folder)).toEqual(before)
  })
})

test.skipIf(process.platform === 'win32')('a start clears away the socket of one that was killed, and nothing else', async () => {
  const folder = newFolder()
  const left = join(folder, 'control-0b0b0b0b.sock')
  writeFileSync(left, '')
  writeFileSync(join(folder, 'control.json'), JSON.stringify({ address: left, token: 'x' }))
  ;(await open(folder)).close()
  expect(existsSync(left)).toBe(false)
  const precious = join(folder, 'precious.txt')
  mkdirSync(join(folder, 'control-0c0c0c0c.sock.d'))
  writeFileSync(precious, 'kept')
  writeFileSync(join(folder, 'control.json'), JSON.stringify({ address: precious, token: 'x' }))
  ;(await open(folder)).close()
  expect(readFileSync(precious, 'utf8')).toBe('kept')
})

function stand(folder: string): [string, number, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path.slice(folder.length + 1), statSync(path).mtimeMs, readFileSync(path).toString('base64')])
}
