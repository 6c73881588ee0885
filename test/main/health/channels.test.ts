/** How the owner is reached: webhook, ntfy and desktop, tried against servers on loopback. */
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { readTopic } from '../../../main/health/address.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { ChannelStatus } from '../../../shared/health.ts'
import { listen, openHealth, type House } from '../../helpers/health.ts'

const hot = { 'GPU-1': { temperatureC: 95 } }
const status = (house: House, id: string): ChannelStatus => house.state().channels.find((one) => one.id === id) as ChannelStatus
/** Waits for the answer to arrive: it comes by a real socket. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setImmediate(done))
}

describe('a webhook', () => {
  it('is sent signed messages as Standard Webhooks has them, from the beginning to the end of an alert', async () => {
    const house = openHealth({ hasDesktop: false })
    const server = await listen()
    const { signingSecret } = await house.health.setWebhook(`${server.origin}/rig?key=hidden`)
    await house.run(25, hot)
    await server.hears(1)
    await until(() => house.state().open[0]?.toldAt !== null)
    await house.run(70)
    await server.hears(2)

    expect(server.heard.map((one) => [one.path, JSON.parse(one.body)])).toMatchObject([
      ['/rig?key=hidden', { type: 'health.began', kind: 'began', machine: 'rig-7', title: 'Warning: NVIDIA GeForce RTX 4090: too hot', alert: { id: 'hot:GPU-1', until: null } }],
      ['/rig?key=hidden', { type: 'health.ended', kind: 'ended', alert: { id: 'hot:GPU-1', until: expect.any(Number) as number } }],
    ])
    for (const { headers, body } of server.heard) {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
      const key = Buffer.from(signingSecret.replace('whsec_', ''), 'base64')
      expect(key).toHaveLength(32)
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
      expect(headers['content-type']).toBe('application/json')
    }
    expect(server.heard[0]?.headers['webhook-id']).not.toBe(server.heard[1]?.headers['webhook-id'])
  })

  it('has a test whose answer says how it went, and which a receiver’s library accepts', async () => {
    const house = openHealth()
    const server = await listen()
    expect(await house.health.test('webhook')).toEqual({ ok: false, sentence: 'No webhook is set up.' })
    const { signingSecret } = await house.health.setWebhook(server.origin)
    house.setClock(Date.now() - house.clock.now())
    expect(await house.health.test('webhook')).toEqual({ ok: true, sentence: 'Sent: the receiver took it (200).' })
    const [heard] = server.heard
    expect(new Webhook(signingSecret).verify(heard?.body ?? '', heard?.headers as Record<string, string>)).toMatchObject({ type: 'health.test', kind: 'test', alert: null })
    server.answer = { status: 401 }
    expect(await house.health.test('webhook')).toEqual({ ok: false, sentence: 'Not sent: the receiver answered 401 (it does not accept the token, or wants one).' })
    expect(status(house, 'webhook').last).toMatchObject({ ok: false })
    await house.health.setWebhook('http://127.0.0.1:1/')
    expect(await house.health.test('webhook')).toEqual({ ok: false, sentence: 'Not sent: nothing listens at that address.' })
  })

  it('is tried again with the same id and a new signature, until it is taken', async () => {
    const house = openHealth({ hasDesktop: false })
    const server = await listen()
    await house.health.setWebhook(server.origin)
    server.answer = { status: 503 }
    await house.run(25, hot)
    await until(() => status(house, 'webhook').last !== null)
    expect(status(house, 'webhook')).toMatchObject({ waiting: 1, last: { ok: false, sentence: 'Not sent: the receiver answered 503 (it is not available just now).' } })
    expect(house.state().open[0]?.toldAt).toBeNull()
    server.answer = { status: 204 }
    await house.clock.advance(7_000)
    await until(() => status(house, 'webhook').waiting === 0)
    const [first, second] = server.heard
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp'])
    expect(second?.body).toBe(first?.body)
    expect(house.state().open[0]?.toldAt).toBeGreaterThan(house.clock.now() - 7_000)
  })

  it('that answers 410 Gone is removed, and says so', async () => {
    const house = openHealth({ hasDesktop: false })
    const server = await listen()
    await house.health.setWebhook(server.origin)
    server.answer = { status: 410 }
    await house.run(25, hot)
    await until(() => !status(house, 'webhook').isSetUp)
    expect(status(house, 'webhook')).toMatchObject({ host: null, waiting: 0, last: { ok: false, sentence: expect.stringContaining('410 Gone') as string } })
    expect(house.secrets.size).toBe(0)
  })

  it('that answers 410 Gone after another was set up in a terminal leaves that one alone, and says nothing of it', async () => {
    const house = openHealth({ hasDesktop: false })
    const [old, next] = [await listen(), await listen()]
    await house.health.setWebhook(old.origin)
    old.answer = { status: 500 }
    await house.health.test('webhook')
    expect(status(house, 'webhook').last).toMatchObject({ ok: false })
    old.answer = { status: 410 }
    const asked = house.health.test('webhook')
    house.secrets.set('webhook.url', next.origin)
    expect((await asked).ok).toBe(false)
    await house.run(3)
    expect(status(house, 'webhook')).toMatchObject({ isSetUp: true, host: new URL(next.origin).host, last: null })
  })

  it('that a terminal sets or removes shows in the state of a running app within two turns', async () => {
    const house = openHealth({ hasDesktop: false })
    await house.run(5)
    house.secrets.set('webhook.url', 'https://hooks.example.org/x').set('webhook.signing-secret', 'whsec_AAAA')
    await house.run(2)
    expect(status(house, 'webhook')).toMatchObject({ isSetUp: true, host: 'hooks.example.org' })
    house.secrets.clear()
    await house.run(2)
    expect(status(house, 'webhook')).toMatchObject({ isSetUp: false, host: null })
  })

  it('that is mended is told at once of what had been given up', async () => {
    const house = openHealth({ hasDesktop: false })
    const server = await listen()
    server.answer = { status: 400 }
    await house.health.setWebhook(server.origin)
    await house.run(25, hot)
    await server.hears(1)
    await until(() => status(house, 'webhook').waiting === 0)
    server.answer = { status: 200 }
    expect(await house.health.test('webhook')).toMatchObject({ ok: true })
    await server.hears(3)
    expect(server.heard.map((one) => (JSON.parse(one.body) as { kind: string }).kind)).toEqual(['began', 'test', 'began'])
    expect(server.heard[2]?.body).not.toContain('It was over')
  })

  it('is not followed to another address, where the message was not meant to go', async () => {
    const house = openHealth()
    const [server, other] = [await listen(), await listen()]
    server.answer = { status: 307, headers: { Location: `${other.origin}/steal` } }
    await house.health.setWebhook(server.origin)
    expect(await house.health.test('webhook')).toMatchObject({ ok: false, sentence: expect.stringContaining('points to another address') as string })
    expect(other.heard).toEqual([])
  })

  it('neither shows in state nor in any log, however it fails and whatever the receiver says', async () => {
    const house = openHealth({ hasDesktop: false })
    const server = await listen()
    server.answer = { status: 500, body: 'hooks/T0KEN is what you sent' }
    const { signingSecret } = await house.health.setWebhook(`${server.origin.replace('//', '//name:passw0rd@')}/hooks/T0KEN`)
    await house.health.setNtfy({ url: `${server.origin}/t0pic`, token: 'tk_T0KEN' })
    await house.run(25, hot)
    await until(() => status(house, 'webhook').last !== null && status(house, 'ntfy').last !== null)
    expect(server.heard.find((one) => one.path.includes('hooks'))?.headers['authorization']).toBe(`Basic ${Buffer.from('name:passw0rd').toString('base64')}`)
    expect(status(house, 'webhook').host).toBe(new URL(server.origin).host)
    const everything = JSON.stringify([house.state(), house.logged, house.events, house.saved])
    for (const secret of ['T0KEN', 'passw0rd', 't0pic', signingSecret.slice(6)]) expect(everything).not.toContain(secret)
  })
})

describe('ntfy', () => {
  it('gets the message for its topic, with title, priority, tags and token', async () => {
    const house = openHealth({ hasDesktop: false })
    const server = await listen()
    await house.health.setNtfy({ url: `${server.origin}/notes/my-rig`, token: ' tk_abc ' })
    await house.run(25, { 'GPU-1': { temperatureC: 99 } })
    await server.hears(1)
    expect(server.heard[0]).toMatchObject({ path: '/notes/', headers: { authorization: 'Bearer tk_abc' } })
    expect(JSON.parse(server.heard[0]?.body ?? '')).toEqual({
      topic: 'my-rig',
      title: 'Critical: NVIDIA GeForce RTX 4090: too hot',
      message: expect.stringMatching(/^Its core is at 99 °C[^]*What to do: [^]*\(rig-7\)$/) as string,
      priority: 5,
      tags: ['rotating_light'],
    })
    expect(await house.health.test('ntfy')).toMatchObject({ ok: true })
    expect(JSON.parse(server.heard[1]?.body ?? '')).toMatchObject({ title: 'Test from Idlewatt', priority: 3 })
    await house.health.remove('ntfy')
    expect(house.secrets.size).toBe(0)
    expect(await house.health.test('ntfy')).toEqual({ ok: false, sentence: 'ntfy is not set up.' })
  })

  it('wants a topic, and a token that can be one', async () => {
    const house = openHealth()
    await expect(house.health.setNtfy({ url: 'https://ntfy.sh/', token: null })).rejects.toThrow(/must end with a topic/)
    await expect(house.health.setNtfy({ url: 'https://ntfy.sh/a b', token: null })).rejects.toThrow(NotPossible)
    await expect(house.health.setNtfy({ url: 'https://ntfy.sh/rig', token: 'tk_a\r\nX-Evil: 1' })).rejects.toThrow(/token/)
    expect(readTopic('https://ntfy.sh/rig/')).toMatchObject({ topic: 'rig', server: { href: 'https://ntfy.sh/' } })
  })
})

describe('the desktop', () => {
  it('is told, unless switched off, and says why it cannot be where there is none', async () => {
    const house = openHealth()
    expect(status(house, 'desktop')).toMatchObject({ isSetUp: true, because: null })
    expect(await house.health.test('desktop')).toMatchObject({ ok: true })
    expect(house.shown).toMatchObject([{ title: 'Test from Idlewatt', isUrgent: false }])
    house.settings = { ...house.settings, notifyOnDesktop: false }
    house.health.settingsChanged()
    expect(status(house, 'desktop').isSetUp).toBe(false)
    await house.run(25, hot)
    expect(house.shown).toHaveLength(1)
    expect(house.state().open[0]?.toldAt).toBeNull()

    const rig = openHealth({ hasDesktop: false })
    expect(status(rig, 'desktop')).toMatchObject({ isSetUp: false, because: expect.stringContaining('no desktop') as string })
    expect(await rig.health.test('desktop')).toMatchObject({ ok: false })
  })

  it('that throws is a status, not a crash, and the alert counts as not told', async () => {
    const house = openHealth({ notify: () => { throw new Error('no bus') } })
    await house.run(25, hot)
    expect(status(house, 'desktop').last).toMatchObject({ ok: false })
    expect(house.state().open[0]?.toldAt).toBeNull()
  })
})

describe('a message that could not be sent before the app ended', () => {
  it('is sent at the next start, if its alert still lasts', async () => {
    const server = await listen()
    server.answer = { status: 500 }
    const house = openHealth({ hasDesktop: false })
    await house.health.setWebhook(server.origin)
    await house.run(25, hot)
    await server.hears(1)
    await house.health.stop()
    const saved = house.saved.filter((alert) => alert.until === null).slice(-1)
    expect(saved).toMatchObject([{ toldAt: null }])
    server.answer = { status: 200 }
    const next = openHealth({ hasDesktop: false, saved: { open: saved, ended: [] } })
    for (const [name, value] of house.secrets) next.secrets.set(name, value)
    await next.run(15, hot)
    await server.hears(2)
    await until(() => next.state().open[0]?.toldAt !== null)
    expect(JSON.parse(server.heard[1]?.body ?? '')).toMatchObject({ kind: 'began' })
  })
})
