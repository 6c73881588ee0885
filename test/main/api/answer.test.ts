/** The one way in: what no window should send is answered in words, never thrown, never repeated. */
import { describe, expect, test, vi } from 'vitest'
import { answer } from '../../../main/api/answer.ts'
import { createHandlers, type HandlerParts } from '../../../main/api/handlers.ts'
import { createLog } from '../../../main/system/log.ts'
import { requests } from '../../../shared/requests.ts'
import { createSmallHouse } from '../../helpers/small-house.ts'

const logged: string[] = []
const log = createLog('debug', (line) => logged.push(line))
const { handlers } = createSmallHouse()
const phrase = 'abandon ability able about above absent absorb abstract absurd abuse access accident'
const key = '0xe9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262'

describe('a secret that a window sends', () => {
  test.each([
    ['as a card', 'estimate.what-if', { gpuModel: phrase }],
    ['while typing a card', 'models.search', { text: phrase }],
    ['as a key', 'models.search', { text: key }],
    ['as the name of a card to measure', 'benchmark.start', { gpuIds: [phrase], mode: 'quick' }],
    ['as the name of a field', 'settings.change', { [phrase]: 1 }],
    ['as the name of the request', key, null],
    ['where no text belongs', 'state.read', [[[{ deep: phrase }]]]],
  ])('%s is refused, not repeated, not logged and not handed on', async (_where, name, input) => {
    const handed = vi.fn()
    const all = Object.fromEntries(Object.keys(handlers).map((one) => [one, handed])) as unknown as typeof handlers
    const reply = await answer(all, log, name, input)
    expect(reply).toMatchObject({ ok: false, failure: { code: 'not-possible', message: expect.stringContaining('seed phrase') } })
    expect(handed).not.toHaveBeenCalled()
    expect(`${JSON.stringify(reply)}${logged.join('')}`).not.toMatch(/abandon|e9873d79/)
  })
  test('an ordinary card, a wallet address and a circle are not taken for one', async () => {
    const circle: Record<string, unknown> = { text: 'RTX 4090' }
    circle['self'] = circle
    expect(await answer(handlers, log, 'models.search', { text: 'NVIDIA GeForce RTX 4090 Laptop GPU' })).toEqual({ ok: true, value: [] })
    expect(await answer(handlers, log, 'models.search', { text: '7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU' })).toEqual({ ok: true, value: [] })
    expect(await answer(handlers, log, 'models.search', circle)).toMatchObject({ ok: false, failure: { code: 'bad-input' } })
  })
})

describe('names', () => {
  const names: { name: unknown }[] = [undefined, null, 7, ['state.read'], { toString: 1 }, { toString: null, valueOf: null }, '__proto__', 'constructor', 'toString', ''].map((name) => ({ name }))
  test.each(names)('$name is an unknown request', async ({ name }) => {
    expect(await answer(handlers, log, name, null)).toMatchObject({ ok: false, failure: { code: 'unknown-request' } })
  })
  test.each(Object.keys(requests))('%s does not take a prototype for an input', async (name) => {
    const reply = await answer(handlers, log, name, JSON.parse('{"__proto__": {"gpuModel": "RTX 4090", "text": "", "url": "", "id": "x", "gpuId": "x", "gpuIds": ["x"], "mode": "quick", "viewer": "x", "watching": true}}'))
    if (!reply.ok) expect(reply.failure.code).toBe('bad-input')
    expect(({} as Record<string, unknown>)['gpuModel']).toBeUndefined()
  })
})

describe('link.open', () => {
  const opened: string[] = []
  const parts = { programmes: {}, isCited: () => true, openExternal: async (url: string) => void opened.push(url) } as unknown as HandlerParts
  test.each(['file:prices.json', 'file:///etc/passwd', 'http://example.com/', 'javascript:alert(1)', '--help', ' https://example.com/'])('%s is not opened, whoever cites it', async (url) => {
    expect(await answer(createHandlers(parts), log, 'link.open', { url })).toMatchObject({ ok: false, failure: { code: 'not-possible' } })
    expect(opened).toEqual([])
  })
  test('a cited page is', async () => {
    await answer(createHandlers(parts), log, 'link.open', { url: 'https://example.com/a' })
    expect(opened).toEqual(['https://example.com/a'])
  })
})
