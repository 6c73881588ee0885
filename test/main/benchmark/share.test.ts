/** Files of runs that were edited by hand, and the page that a run makes. */
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readRunDocument } from '../../../main/benchmark/share/run-document.ts'
import { reportPage } from '../../../main/benchmark/share/report.ts'
import { workloads } from '../../../main/benchmark/workloads/index.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { secretRefusal } from '../../../shared/secrets.ts'
import { findChromium, launchChromium } from '../../helpers/chromium.ts'
import { conditions, figure, memory, noon, openLibrary, run, sustained } from './runs.ts'

function read(value: unknown): ReturnType<typeof readRunDocument> {
  return readRunDocument(typeof value === 'string' ? value : JSON.stringify(value), 'card.json', noon + 1000)
}
function edited(change: (run: Record<string, any>) => void): Record<string, any> {
  const copy = structuredClone(run({ sustained: sustained(), memory })) as Record<string, any>
  change(copy)
  return copy
}

describe('a file edited by hand', () => {
  test.each<[string, (run: Record<string, any>) => void, RegExp]>([
    ['a figure below zero', (one) => (one['results'][0].value = -5), /results\[0\]\.value must be above 0/],
    ['a figure of zero', (one) => (one['results'][1].value = 0), /results\[1\]\.value must be above 0/],
    ['a figure beyond every card', (one) => (one['results'][0].value = 1e300), /results\[0\]\.value is larger than any card can reach/],
    ['a figure in quotes', (one) => (one['results'][0].value = '33200'), /results\[0\]\.value must be a number or null, and is "33200"/],
    ['a unit of another kind', (one) => (one['results'][0].unit = 'TFLOP/s'), /results\[0\]\.unit must be GFLOP\/s for fp32-compute, and is "TFLOP\/s"/],
    ['a workload that there is not', (one) => (one['results'][0].workload = 'fp23'), /results\[0\]\.workload must be one that Idlewatt knows, and is "fp23"/],
    ['a workload twice', (one) => one['results'].push(one['results'][0]), /results\[2\]\.workload fp32-compute stands there twice/],
    ['a figure of a workload that failed', (one) => (one['results'][0].status = 'wrong'), /results\[0\]\.value must be null where the status is wrong/],
    ['a date that is text', (one) => (one['startedAt'] = '2026-11-23'), /startedAt must be a time in ms since 1970, and is "2026-11-23"/],
    ['a date in seconds', (one) => (one['startedAt'] = 1_700_000_000), /startedAt must be .*not before 2015/],
    ['a run of next year', (one) => ((one['startedAt'] += 366 * 86_400_000), (one['endedAt'] += 366 * 86_400_000)), /startedAt lies in the future/],
    ['an end before the beginning', (one) => (one['endedAt'] = one['startedAt'] - 1), /endedAt lies before startedAt/],
    ['no name', (one) => delete one['gpuName'], /gpuName must be a text, and is missing/],
    ['a mode that there is not', (one) => (one['mode'] = 'fast'), /mode must be one of quick, full, sustained, memory, and is "fast"/],
    ['a range that is turned round', (one) => (one['results'][0].expected = { low: 9, high: 1 }), /results\[0\]\.expected ends before it begins/],
    ['control characters in a name', (one) => (one['gpuName'] = 'RTX\u001b[31m 3090'), /gpuName holds characters that are no text/],
    ['a name of two lines', (one) => (one['gpuName'] = 'RTX\n3090'), /gpuName holds a line break or a tab/],
    ['watts of a power station', (one) => (one['power'].workW = 1e6), /power\.workW must not be larger than 20000/],
    ['a share above one', (one) => (one['sustained'].heldBack[0].share = 60), /sustained\.heldBack\[0\]\.share must not be larger than 1/],
    ['a point that is no object', (one) => (one['sustained'].points[7] = 3), /sustained\.points\[7\] /],
    ['a condition of the wrong kind', (one) => (one['conditions'].inParallel = 'no'), /conditions\.inParallel must be true or false, and is "no"/],
    ['no figure at all', (one) => ((one['results'] = []), delete one['sustained'], delete one['memory']), /results holds no figure at all/],
  ])('%s', (_what, change, sentence) => {
    const bad = edited(change)
    expect(() => read(bad)).toThrow(NotPossible)
    expect(() => read(bad)).toThrow(sentence)
    expect(() => read({ idlewatt: 'benchmark', format: 1, result: bad })).toThrow(/result\./)
  })

  test('every problem is named in one sentence', () => {
    const bad = edited((one) => {
      one['results'][0].value = -5
      one['results'][1].spread = -1
      one['mode'] = 'fast'
    })
    const { message } = caught(() => read(bad))
    for (const place of ['mode', 'results[0].value', 'results[1].spread']) expect(message).toContain(place)
    expect(message).toMatch(/^card\.json cannot be taken, and nothing of it was kept\. What is wrong: /)
  })

  test.each([
    ['nothing', '', /is empty/],
    ['half of it', JSON.stringify(run()).slice(0, 300), /is not JSON: it ends before it is complete/],
    ['a page', '<!doctype html><html></html>', /web page/],
    ['a number', '42', /holds no run of Idlewatt/],
    ['null', 'null', /holds no run of Idlewatt/],
    ['an empty list', '[]', /no run in it/],
    ['another document of ours', '{"idlewatt":"support"}', /not of a run/],
    ['a newer format', '{"idlewatt":"benchmark","format":2,"result":{}}', /written by a newer Idlewatt \(format 2; this one knows 1\)/],
    ['a format that is none', '{"idlewatt":"benchmark","format":"one","result":{}}', /no format that Idlewatt knows/],
    ['more than is taken at once', JSON.stringify(Array.from({ length: 65 }, () => ({}))), /at most 64/],
    ['more than five megabytes', JSON.stringify([' '.repeat(5_000_000)]), /larger than 5 MB/],
    ['a key', JSON.stringify(run({ gpuName: '0x' + '4f'.repeat(32) })), new RegExp(secretRefusal.slice(0, 40))],
    ['a seed phrase', 'abandon ability able about above absent absorb abstract absurd abuse access accident', new RegExp(secretRefusal.slice(0, 40))],
  ])('%s', (_what, text, sentence) => {
    expect(() => read(text)).toThrow(NotPossible)
    expect(() => read(text)).toThrow(sentence)
  })

  test('fields that Idlewatt does not know are left out', () => {
    const [result] = read({ ...run(), owner: 'ann', conditions: { ...conditions, hostName: 'rig' }, results: [{ ...figure('fp32-compute', 5), secret: 1 }] })
    expect(result).toEqual(run({ results: [figure('fp32-compute', 5)] }))
  })

  test('a run of an earlier version, without what is new, is taken', () => {
    const old = { gpuId: 'GPU-1', gpuName: 'A card', startedAt: noon, endedAt: noon + 1, mode: 'quick', driverVersion: null, results: [{ workload: 'fp32-compute', value: 1, unit: 'GFLOP/s', spread: null, runs: 1, expected: null }], power: null, verdict: 'unknown', reasons: [] }
    expect(read(old)).toEqual([old])
  })

  test('whatever is changed where, it is a whole run or a sentence', () => {
    const text = JSON.stringify(run({ sustained: sustained({ points: sustained().points.slice(0, 3) }), memory }))
    const values = fc.oneof(fc.constantFrom('null', '-1', '1e400', '"x"', '[]', '{}', 'true', '{"__proto__":{"a":1}}'), fc.integer().map(String))
    fc.assert(
      fc.property(fc.nat(200), values, (which, value) => {
        let seen = 0
        const changed = text.replace(/(?<=[:[,])(-?\d[\d.e+]*|null|true|false|"[^"]*")(?=[,}\]])/g, (part) => (seen++ === which ? value : part))
        try {
          return read(changed).length === 1
        } catch (error) {
          return error instanceof NotPossible
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('the report', () => {
  const hostile = '<script>alert(1)</script>"\'&<img src=x onerror=alert(2)>'

  test('holds the figures with their range, conditions, the curve, the memory test, and what is derived, labelled', () => {
    const { library, history } = openLibrary()
    const result = run({
      sustained: sustained(), memory, reasons: ['The slot has 8 lanes.'],
      results: [...run().results, figure('tensor-fp16', 70_000, { neverObserved: true }), figure('int8-dot', null, { status: 'not-offered' }), figure('path-tracer', null, { status: 'wrong', reason: 'Pixel 3 was off.' })],
    })
    history.saveResult(result)
    const { fileName, html } = library.report([{ importId: null, gpuId: result.gpuId, startedAt: noon }])
    expect(fileName).toBe('idlewatt-report-geforce-rtx-3090-2026-11-23-1200.html')
    const text = html.replace(/<style>.*<\/style>/s, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
    for (const words of ['33,200', '30,000 to 38,000', '92 %', 'not observed', 'Not offered by this card', 'Computed wrong values.', 'Pixel 3 was off.', 'derived, not measured', '80 to 120', 'Do not fit in its memory: A model of 70B', '5 minutes of full load', 'It fell when the core reached 80 °C.', '3 errors were found', '0x1000 to 0x1fff', 'Ubuntu 24.04', '565.57', '350 W', 'The slot has 8 lanes.', 'Measured with another driver.']) expect(text).toContain(words)
    expect(html.match(/<svg/g)?.length).toBeGreaterThanOrEqual(3)
    expect(html).not.toContain(result.gpuId)
  })

  test('has no script, loads nothing, and its policy lets only its own style apply', () => {
    const { html } = openLibrary().library.report([{ result: run() }])
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|https?:\/\/(?!www\.w3\.org)|\sstyle=/)
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? ''
    expect(html).toContain(`default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
  })

  test('a run full of markup stays text', () => {
    const result = run({
      gpuName: hostile, reasons: [hostile], verdict: 'low',
      results: [figure('fp32-compute', null, { reason: hostile }), figure('memory-bandwidth', 1, { unit: hostile, expected: { low: 1, high: 2 } })],
      conditions: { ...conditions, os: hostile }, sustained: sustained({ cause: { id: 'unknown', sentence: hostile }, heldBack: [{ reason: hostile, share: 1 }] }),
      memory: { ...memory, errors: [{ ...memory.errors[0]!, pattern: hostile, expected: hostile }] },
    })
    const page = { result, meaning: { ref: { importId: null, gpuId: '', startedAt: 0 }, sentences: [hostile], standings: [], heldBack: [], uses: [{ id: '', kind: 'training' as const, title: hostile, fits: null, fitSentence: null, value: { low: 1, expected: 2, high: 3 }, unit: hostile, formula: '', source: null, paidBy: [hostile] }], remarks: [hostile] }, importedFrom: hostile, runId: 'x' }
    const html = reportPage([page], { madeAt: noon, version: hostile })
    expect(html).not.toMatch(/<script|<img/)
    expect(html.split('alert(1)').length).toBeGreaterThan(10)
  })

  test('several runs are several sheets, and what is null is never drawn as zero', () => {
    const { library } = openLibrary()
    const bare = run({ power: null, results: [figure('fp32-compute', 5, { spread: null })], sustained: sustained({ points: [], first: null, last: null, drop: null, dropAtSeconds: null, cause: null, meanW: null, energyJ: null, heldBack: [] }) })
    const { html } = library.report([{ result: bare }, { result: run() }])
    expect(html.match(/<article\b/g)).toHaveLength(2)
    expect(html).toContain('Power: not readable')
    expect(html).toContain('No curve was kept.')
    expect(html).not.toMatch(/NaN|Infinity|undefined|\bnull\b/)
  })
})

test('a memory test alone is not held against what the model should do, and reasons are words', () => {
  const { library } = openLibrary()
  const { html } = library.report([{ result: run({ mode: 'memory', results: [], memory, verdict: 'unknown' }) }])
  expect(html).toContain('Memory test')
  expect(html).not.toMatch(/what the card should do|Every figure/)
  const load = library.report([{ result: run({ mode: 'sustained', results: [], sustained: sustained() }) }]).html
  expect(load).toContain('Held back by sw thermal slowdown for 60 %')
})

test('a sustained run that got faster did not "hold its figure"', () => {
  const { library } = openLibrary()
  const { html } = library.report([{ result: run({ mode: 'sustained', results: [figure('fp32-compute', 46_000)], sustained: sustained({ last: 46_000, drop: 1 - 46 / 33, dropAtSeconds: null, cause: null }) }) }])
  expect(html).toMatch(/gained 39\.4 %\)\. It did not fall; it began slower/)
  expect(html).not.toContain('held its figure')
})

describe.skipIf(findChromium() === null)('the report in a browser (skipped without Chromium)', () => {
  test('its style applies under its own policy, nothing is complained of, and a full run with everything prints to one sheet of A4', { timeout: 60_000 }, async () => {
    const { library } = openLibrary()
    const results = workloads.map((one) => figure(one.id, 1234, { expected: { low: 1000, high: 2000 }, workW: 300, neverObserved: one.api === 'cuda' }))
    // The largest letters are those of a run of six figures.
    const roomy = [{ sustained: sustained() }, { memory: { ...memory, errors: Array.from({ length: 20 }, () => memory.errors[0]!) } }].map((more) => library.report([{ result: run({ results: results.slice(0, 6), reasons: ['The slot has 8 lanes.', 'Another program used the card.'], ...more }) }]))
    const { html } = library.report([{ result: run({ mode: 'full', results, sustained: sustained(), memory, reasons: ['The slot has 8 lanes.', 'Another program used the card.'] }) }])
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      await page.setContent(html)
      expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).fontSize')).toBe('18px')
      expect(complaints).toEqual([])
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
      expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
      for (const one of roomy) {
        await page.setContent(one.html)
        expect((await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
      }
    } finally {
      await browser.close()
    }
  })
})

function caught(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error('it was not refused')
}
