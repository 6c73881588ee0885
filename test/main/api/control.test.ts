/** The way from a terminal to the Idlewatt that is open: over its socket, with the token of a file that only its owner reads. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { askControl, openControl } from '../../../main/api/control.ts'
import { createLog } from '../../../main/system/log.ts'
import { newFolder } from '../../helpers/files.ts'
import { createSmallHouse } from '../../helpers/small-house.ts'

const log = createLog('silent', () => {})

async function opened(folder = newFolder()) {
  const { handlers } = createSmallHouse()
  const control = await openControl({ folder, handlers, log })
  onTestFinished(() => control.close())
  return { folder, control, place: JSON.parse(readFileSync(join(folder, 'control.json'), 'utf8')) as { address: string; token: string } }
}

function longFolder(): string {
  const folder = join(newFolder(), 'x'.repeat(120))
  mkdirSync(folder)
  return folder
}

/** What the socket answers to a line, whole. */
function say(address: string, line: string): Promise<string> {
  return new Promise((done) => {
    let text = ''
    const socket = connect(address, () => socket.write(line))
    socket.on('data', (part) => (text += part.toString()))
    socket.on('error', () => {})
    socket.on('close', () => done(text))
  })
}

test('answers a request through the one way in, refusals too', async () => {
  const { folder } = await opened()
  expect(await askControl(folder, 'models.search', { text: 'RTX' })).toEqual({ ok: true, value: [] })
  expect(await askControl(folder, 'ledger.list', {})).toMatchObject({ ok: false, failure: { code: 'not-possible' } })
  expect(await askControl(folder, 'models.search', { text: 5 } as never)).toMatchObject({ ok: false, failure: { code: 'bad-input' } })
})

test('without the token nothing is answered', async () => {
  const { place } = await opened()
  for (const line of ['not json\n', '{}\n', '[]\n', 'null\n', JSON.stringify({ token: 'wrong', name: 'state.read' }) + '\n', JSON.stringify({ token: place.token.slice(0, -1), name: 'state.read' }) + '\n']) {
    expect(await say(place.address, line), line).toBe('')
  }
  expect(JSON.parse(await say(place.address, JSON.stringify({ token: place.token, name: 'models.search', input: { text: 'x' } }) + '\n'))).toEqual({ ok: true, value: [] })
})

test.skipIf(process.platform === 'win32')('socket and file belong to their owner alone', async () => {
  const { folder, place } = await opened()
  expect(statSync(place.address).mode & 0o077).toBe(0)
  expect(statSync(join(folder, 'control.json')).mode & 0o077).toBe(0)
})

test('a folder with a very long path has its socket elsewhere, and it works', async () => {
  const { folder, place, control } = await opened(longFolder())
  expect(place.address.startsWith(folder)).toBe(false)
  expect(await askControl(folder, 'models.search', { text: 'x' })).toEqual({ ok: true, value: [] })
  control.close()
  expect(existsSync(place.address)).toBe(false)
})

test('nobody there is null: closed, never opened, a stale or broken file', async () => {
  const { folder, control } = await opened()
  const kept = readFileSync(join(folder, 'control.json'), 'utf8')
  control.close()
  expect(existsSync(join(folder, 'control.json'))).toBe(false)
  expect(await askControl(folder, 'state.read', undefined)).toBeNull()
  for (const text of [kept, '{"address":', '{"address":5}', '']) {
    writeFileSync(join(folder, 'control.json'), text)
    expect(await askControl(folder, 'state.read', undefined)).toBeNull()
  }
})

test('the next start takes the file over, and closing the earlier one leaves it', async () => {
  const first = await opened()
  const second = await opened(first.folder)
  first.control.close()
  expect(await askControl(first.folder, 'models.search', { text: 'x' })).toEqual({ ok: true, value: [] })
  expect(second.place.token).not.toBe(first.place.token)
})
