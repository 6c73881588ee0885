/** The live table fits whatever terminal it gets, and says of every card either what it does or why that is not known. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchLines, screenText, type WatchPicture } from '../../../main/command-line/watch-text.ts'
import { unknownSample, type GpuSample } from '../../../shared/telemetry.ts'
import { aGpu } from './cards.ts'

const now = Date.UTC(2026, 10, 23, 8)
const busy: GpuSample = { ...unknownSample(now, ''), unknown: {}, utilisation: 0.97, temperatureC: 71.4, powerW: 348.6, powerLimitW: 350, memoryUsedBytes: 20 * 2 ** 30, fan: 0.64, coreClockMhz: 1695, throttle: ['sw_power_cap', 'gpu_idle'] }

function picture(names: string[], more: Partial<WatchPicture> = {}): WatchPicture {
  const cards = names.map((name, i) => aGpu({ id: `GPU-${i}`, name, pciAddress: `0000:${(i + 1).toString(16).padStart(2, '0')}:00.0`, memoryBytes: 24 * 2 ** 30 }))
  return { cards, turn: { at: now, steadyMs: 0, samples: Object.fromEntries(cards.map((card) => [card.id, busy])), silent: {} }, trouble: null, recorded: null, now, ...more }
}

describe('on a screen', () => {
  test('sixteen cards have a line each, and their places tell them apart', () => {
    const text = screenText(picture(Array.from({ length: 16 }, () => 'NVIDIA GeForce RTX 3090')), { columns: 100, rows: 40 })
    const lines = text.split('\n')
    expect(lines).toHaveLength(18)
    for (let i = 1; i <= 16; i++) expect(lines[i + 1]).toContain(`${i.toString(16).padStart(2, '0')}:00.0`)
    expect(lines[2]).toMatch(/97 %.*71 °C.*349 \/ 350 W.*20 GiB \/ 24 GiB/)
    expect(text).toContain('sw_power_cap')
    expect(text, 'idling slows nothing down').not.toContain('gpu_idle')
  })

  test('it is never wider or higher than the terminal, and keeps load and name longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 4, max: 60 }), fc.array(fc.constantFrom('NVIDIA H200', 'A "quoted" 🎮 card with a very long name indeed, Ltd.', 'Radeon\u001b[31m', ''), { minLength: 1, maxLength: 64 }), (columns, rows, names) => {
        const lines = screenText(picture(names), { columns, rows }).split('\n')
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) {
          expect([...line].length).toBeLessThan(columns)
          expect(line).not.toMatch(/[\u0000-\u001f]/)
        }
        expect(lines[1]).toMatch(/^GPU/)
      }),
    )
  })

  test('a silent card and a silent reader are said in words', () => {
    const shown = picture(['RTX 4090', 'RTX 4090'], { trouble: 'The driver does not answer.' })
    if (shown.turn) {
      delete shown.turn.samples['GPU-1']
      shown.turn.silent['GPU-1'] = 'it fell off the bus'
    }
    const text = screenText(shown, { columns: 90, rows: 20 })
    expect(text).toContain('The driver does not answer.')
    expect(text.split('\n').at(-1)).toMatch(/^RTX 4090 +it fell off the bus$/)
  })

  test('a lost card stays in sight, and is not counted', () => {
    const shown = picture(['RTX 4090', 'RTX 3090'])
    const [first, second] = shown.cards
    const text = screenText({ ...shown, cards: first && second ? [first, { ...second, lostSince: now }] : [] }, { columns: 90, rows: 20 })
    expect(text).toContain('1 card ')
    expect(text.split('\n').at(-1)).toMatch(/^RTX 3090 +lost since \d{4}-/)
  })

  test('what is unknown is not drawn as zero', () => {
    const shown = picture(['Card'])
    if (shown.turn) shown.turn.samples['GPU-0'] = { ...unknownSample(now, ''), unknown: { utilisation: 'not told' } }
    expect(screenText(shown, { columns: 120, rows: 20 }).split('\n').at(-1)).not.toMatch(/\d+ (%|W|MHz|rpm)/)
    if (shown.turn) shown.turn.samples['GPU-0'] = unknownSample(now, 'the card sleeps')
    expect(screenText(shown, { columns: 120, rows: 20 }).split('\n').at(-1)).toMatch(/^Card +the card sleeps$/)
  })

  test('before the first reading it says that it reads', () => expect(screenText({ ...picture(['Card']), turn: null }, { columns: 80, rows: 24 })).toContain('Reading'))
})

test('to a pipe each card is a line with its time, id and named figures', () => {
  const lines = batchLines(picture(['NVIDIA H200', 'NVIDIA H200']))
  expect(lines).toHaveLength(2)
  expect(lines[1]).toBe('2026-11-23T08:00:00.000Z  NVIDIA H200  GPU-1  load 97 %  temp 71 °C  power 349 / 350 W  memory 20 GiB / 24 GiB  fan 64 %  core 1695 MHz  throttle sw_power_cap')
})
