/** The stream of updates, slow readers, ports, and how the headless door ends. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startHeadless, type Headless } from '../../../main/headless/index.ts'
import { createLog } from '../../../main/system/log.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { Handlers } from '../../../shared/requests.ts'
import type { StateUpdate } from '../../../shared/state.ts'
import { openStream, send } from '../../helpers/http.ts'
import { createSmallHouse, type SmallHouse } from '../../helpers/small-house.ts'

const doors: Headless[] = []
afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.stop()))
})

async function open(change: Partial<Handlers> = {}): Promise<{ door: Headless; house: SmallHouse; headers: Record<string, string> }> {
  const house = createSmallHouse(change)
  const door = await startHeadless({ app: house, port: 0, rendererFolder: '/nowhere', log: createLog('silent', () => {}), token: 'key' })
  doors.push(door)
  return { door, house, headers: { Authorization: 'Bearer key', 'Content-Type': 'application/json' } }
}

/** Reads whole lines until `enough` says so. */
async function readLines(stream: AsyncIterable<Buffer>, enough: (lines: Record<string, unknown>[]) => boolean): Promise<Record<string, unknown>[]> {
  let text = ''
  for await (const chunk of stream) {
    text += chunk.toString()
    const lines = text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>)
    if (enough(lines)) return lines
  }
  throw new Error(`The stream ended after: ${text.slice(0, 200)}`)
}

describe('updates', () => {
  it('begin with a ping, so that a reader knows it stands before it asks for the snapshot', async () => {
    const { door, house, headers } = await open()
    const stream = await openStream(door.origin, { path: '/updates', headers })
    expect(stream.headers['content-type']).toContain('application/x-ndjson')
    house.store.write('gpus', { phase: 'looking', since: 5, previous: null })
    const lines = await readLines(stream, (seen) => seen.length >= 2)
    expect(lines[0]).toEqual({ ping: 0 })
    expect(lines[1]).toEqual({ part: 'gpus', revision: 2, value: { phase: 'looking', since: 5, previous: null } })
  })

  it('reach every reader, and one that left costs nothing', async () => {
    const { door, house, headers } = await open()
    const [one, two] = [await openStream(door.origin, { path: '/updates', headers }), await openStream(door.origin, { path: '/updates', headers })]
    one.destroy()
    await once(one, 'close')
    house.store.write('telemetry', { samples: {}, status: { phase: 'on', since: 1 } })
    expect(await readLines(two, (seen) => seen.length >= 2)).toHaveLength(2)
  })

  it('for a reader that does not read are kept once per part, the newest', async () => {
    const { door, house, headers } = await open()
    const stream = await openStream(door.origin, { path: '/updates', headers })
    const rounds = 3000
    const padding = 'x'.repeat(20_000)
    const before = process.memoryUsage().rss
    for (let round = 1; round <= rounds; round += 1) {
      house.store.write('telemetry', { samples: {}, status: { phase: 'not-answering', since: round, sentence: padding, retryAt: null } })
      if (round % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    house.store.write('gpus', { phase: 'looking', since: 77, previous: null })
    // 60 MB were written; without keeping only the newest they would all be held.
    expect(process.memoryUsage().rss - before).toBeLessThan(45e6)

    const lines = await readLines(stream, (seen) => seen.some((line) => line['part'] === 'gpus'))
    const telemetry = lines.filter((line): line is StateUpdate & Record<string, unknown> => line['part'] === 'telemetry')
    expect(telemetry.length).toBeLessThan(rounds)
    expect(telemetry.at(-1)?.revision).toBe(rounds + 1)
    expect(telemetry.map((line) => line.revision)).toEqual(telemetry.map((line) => line.revision).sort((a, b) => a - b))
  })
})

describe('the door', () => {
  it('stops within a second while streams are open and a question is not answered', async () => {
    const { door, headers } = await open({ 'gpus.rescan': () => new Promise<null>(() => {}) })
    const stream = await openStream(door.origin, { path: '/updates', headers })
    stream.resume()
    const hanging = send(door.origin, { method: 'POST', path: '/ask', headers, body: '{"name":"gpus.rescan"}' }).catch((error: unknown) => error)
    await send(door.origin, { method: 'POST', path: '/ask', headers, body: '{"name":"state.read"}' })
    const began = performance.now()
    await door.stop()
    expect(performance.now() - began).toBeLessThan(1000)
    await hanging
    await expect(send(door.origin, {})).rejects.toThrow(/ECONNREFUSED/)
    await door.stop()
  })

  it('lets an answer that is under way finish', async () => {
    const { promise, resolve } = Promise.withResolvers<null>()
    const asked = Promise.withResolvers<void>()
    const { door, headers } = await open({
      'gpus.rescan': () => {
        asked.resolve()
        return promise
      },
    })
    const answer = send(door.origin, { method: 'POST', path: '/ask', headers, body: '{"name":"gpus.rescan"}' })
    await asked.promise
    const stopped = door.stop()
    resolve(null)
    expect(await answer).toMatchObject({ status: 200, body: '{"ok":true,"value":null}' })
    await stopped
  })

  it('says which port is taken and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const start = startHeadless({ app: createSmallHouse(), port, rendererFolder: '/nowhere', log: createLog('silent', () => {}) })
    await expect(start).rejects.toThrow(NotPossible)
    await expect(start).rejects.toThrow(`Port ${port} on 127.0.0.1 is already in use by another program. Choose another with --port`)
    other.close()
  })

  it.each([-1, 65_536, 1.5, Number.NaN])('%d is no port', async (port) => {
    await expect(startHeadless({ app: createSmallHouse(), port, rendererFolder: '/nowhere', log: createLog('silent', () => {}) })).rejects.toThrow('is not a port')
  })

  it('says that the page was not built', async () => {
    const { door } = await open()
    expect(await send(door.origin, {})).toMatchObject({ status: 503, body: expect.stringContaining('npm run build') })
  })
})
