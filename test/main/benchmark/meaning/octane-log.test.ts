/** Scores out of what OctaneBench and clients write, and a sentence for everything else. */
import { describe, expect, test } from 'vitest'
import { readOctaneLog } from '../../../../main/benchmark/meaning/index.ts'
import { readClientScore } from '../../../../main/networks/index.ts'

const read = (text: string): ReturnType<typeof readOctaneLog> => readOctaneLog(text, readClientScore)

describe('what is read', () => {
  test.each([
    ['one line', 'OctaneBench 2020.1.5\nScene 1: Interior\n  info channels 20.31\nTotal score: 662.54\n', 662.54, '2020.1.5'],
    ['the figure on the next line', 'OctaneRender 2020.1 (8000100)\nTotal score\n\n  1274.53\n', 1274.53, '2020.1'],
    ['Windows lines, a byte-order mark and thousands', '\uFEFFOctaneBench_2020_1_5\r\nTotal Score = 1,274.5\r\n', 1274.5, '2020.1.5'],
    ['a decimal comma', 'Total score: 662,5', 662.5, null],
    ['two runs: the last', 'Total score: 600.1\nTotal score: 662.5\n', 662.5, null],
    ['JSON', '{"version":"2020.1.5","scenes":[{"score":3}],"result":{"totalScore":662.54}}', 662.54, '2020.1.5'],
    ['JSON with a plain score', '{"score":"662.54"}', 662.54, null],
    ['CSV', 'GPU;Version;Total score\nRTX 3090;2020.1.5;662.54\n', 662.54, '2020.1.5'],
    ['CSV with commas and quotes', '"name","Total score"\n"RTX 3090","662.54"', 662.54, null],
  ])('%s', (_what, text, score, version) => {
    expect(read(text)).toMatchObject({ ok: true, score, version })
  })
  test('a time in the text dates it', () => {
    expect(read('2026-03-14 20:15:33Z done\nTotal score: 600')).toMatchObject({ ok: true, measuredAt: Date.parse('2026-03-14T20:15:33Z') })
  })
})

describe('what is refused', () => {
  test.each([
    ['nothing', '  \n', /empty/],
    ['a stopped run', 'OctaneBench 2020.1.5\nScene 1: Interior 20.3\naborted\n', /No total score .* stopped has none/],
    ['a web page', '<!DOCTYPE html><p>Total score: 600</p>', /web page/],
    ['words for a number', 'Total score: excellent', /"excellent", is not a number/],
    ['zero', 'Total score: 0', /cannot be/],
    ['too much', 'Total score: 1e300', /cannot be/],
    ['less than nothing', '{"totalScore":-5}', /cannot be/],
    ['a number that is none', '{"totalScore":"NaN"}', /not a number/],
    ['JSON without any', '{"scenes":[]}', /No total score/],
  ])('%s', (_what, text, sentence) => {
    const reading = read(text)
    expect(reading).toMatchObject({ ok: false })
    expect(reading.ok ? '' : reading.sentence).toMatch(sentence)
  })
})

describe('a client\'s log', () => {
  const log = ['2025-08-14 20:00:01 INFO [main] rndr client is starting', '2025-08-14 20:00:20 INFO [main] 1 usable gpus detected', '2025-08-14 20:07:33 INFO [bench] node scored 641.87', '2025-08-14 21:07:33 INFO [bench] node scored 655.02'].join('\n')
  test('its last score, at its time', () => {
    expect(read(log)).toEqual({ ok: true, score: 655.02, version: null, measuredAt: Date.parse('2025-08-14T21:07:33') })
  })
  test('a node with several cards has a score that is none of theirs', () => {
    expect(read(log.replace('1 usable', '3 usable'))).toMatchObject({ ok: false, sentence: expect.stringContaining('a node with 3 cards') })
  })
  test('an impossible score, and a log without any', () => {
    expect(read('node scored 0.0')).toMatchObject({ ok: false })
    expect(read('2025-08-14 20:00:01 rndr client is starting')).toMatchObject({ ok: false, sentence: expect.stringContaining('No total score') })
  })
})
