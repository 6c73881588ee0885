/** `bench` beside measuring: runs are listed, compared, shown, exported and imported; wrong words and files get a sentence. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openHistory } from '../../../main/history/index.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { workloadIds } from '../../../shared/benchmark.ts'
import { figure, noon, run, sustained, uuid } from '../benchmark/runs.ts'
import { emptyFolder, idlewatt, machines, machinesFolder, type Answer } from './call.ts'
import { idlewattHere } from './here.ts'

const data = emptyFolder()
const folder = emptyFolder()
const exported = join(folder, 'card.json')

function bench(...words: string[]): Promise<Answer> {
  return idlewattHere(['bench', ...words, '--data', data])
}

beforeAll(() => {
  const history = openHistory({ folder: data, clock: systemClock, log: createLog('silent', () => {}), onNotice: () => {} })
  history.saveResult(run({ startedAt: noon - 86_400_000, endedAt: noon - 86_399_000 }))
  history.saveResult(run({ results: [figure('fp32-compute', 30_000, { expected: { low: 30_000, high: 38_000 } }), figure('memory-bandwidth', 862)] }))
  history.saveResult(run({ gpuId: 'pci:0000:02:00.0:1002:744c', gpuName: 'Radeon', startedAt: noon - 1000, mode: 'sustained', results: [], sustained: sustained() }))
  history.close()
})

describe('runs', () => {
  test('are listed newest first, in --json with everything', async () => {
    const table = await bench('list')
    expect(table.stdout.split('\n').slice(2, 5).map((line) => line.split(/ {2,}/)[2])).toEqual(['NVIDIA GeForce RTX 3090', 'Radeon', 'NVIDIA GeForce RTX 3090'])
    for (const line of table.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
    const { runs } = JSON.parse((await bench('list', '--json')).stdout)
    expect(runs).toHaveLength(3)
    expect(runs[1]).toMatchObject({ importId: null, from: null, result: { gpuName: 'Radeon', sustained: { minutes: 5 } } })
    expect((await bench('list', '--gpu', uuid.slice(0, 8), '--json')).stdout.match(/"gpuName"/g)).toHaveLength(2)
  })

  test('are compared by latest~n, by id, or as files', async () => {
    const { runs } = JSON.parse((await bench('list', '--json')).stdout)
    const answer = await bench('compare', 'latest~2', runs[0].id)
    expect(answer).toMatchObject({ exitCode: 0, stderr: '' })
    expect(answer.stdout).toMatch(/fp32-compute +33200 GFLOP\/s +30000 GFLOP\/s +-9\.6 %/)
    expect(answer.stdout).toMatch(/memory-bandwidth +861 GB\/s +862 GB\/s +the same/)
    const file = join(folder, 'compared.json')
    writeFileSync(file, JSON.stringify(run({ results: [figure('fp32-compute', 36_000)] })))
    const document = JSON.parse((await bench('compare', 'latest', file, '--gpu', uuid.slice(0, 8), '--json')).stdout)
    expect(document.rows[0]).toMatchObject({ workload: 'fp32-compute', a: 30_000, b: 36_000, ratio: 1.2, isSame: false })
    expect(await bench('compare', 'latest', 'latest~1')).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('no workload in common') })
  })

  test('become a page, on stdout or in a file', async () => {
    const page = await bench('report', 'latest', 'latest~1')
    expect(page).toMatchObject({ exitCode: 0, stderr: '' })
    expect(page.stdout).toMatch(/^<!doctype html>/)
    expect(page.stdout.match(/<article\b/g)).toHaveLength(2)
    const file = join(folder, 'report.html')
    expect((await bench('report', '--out', file)).stdout).toContain(file)
    expect(readFileSync(file, 'utf8')).toContain('GeForce RTX 3090')
  })

  test('are exported without the card\'s serial number, and imported once', { timeout: 60_000 }, async () => {
    expect((await bench('export', 'latest', '--out', exported)).exitCode).toBe(0)
    expect(readFileSync(exported, 'utf8')).not.toContain(uuid)
    expect(JSON.parse((await bench('export', 'latest')).stdout)).toMatchObject({ idlewatt: 'benchmark', format: 1, result: { gpuName: 'NVIDIA GeForce RTX 3090' } })
    const other = ['--data', join(emptyFolder(), 'new', 'folder')]
    expect((await idlewatt(['bench', 'import', exported, ...other])).stdout).toContain('1 run imported')
    expect(JSON.parse((await idlewattHere(['bench', 'import', exported, '--json', ...other])).stdout)).toEqual({ added: [], known: 1 })
    const list = await idlewattHere(['bench', 'list', ...other])
    expect(list.stdout).toContain('card.json')
    expect((await idlewattHere(['bench', 'compare', 'latest', 'latest', ...other])).stderr).toContain('No run of this machine is kept yet')
  })
})

describe('a file that is no run', () => {
  test.each([
    ['edited.json', JSON.stringify(run({ results: [figure('fp32-compute', -3)] })), /results\[0\]\.value must be above 0/],
    ['cut.json', '{"idlewatt": "bench', /is not JSON: it ends before it is complete/],
    ['page.json', '<html></html>', /web page/],
    ['text.json', 'hello', /is not JSON/],
    ['key.json', `"0x${'ab'.repeat(32)}"`, /seed phrase or a private key/],
  ])('%s is refused with a sentence, and nothing is kept', async (name, text, sentence) => {
    const file = join(folder, name)
    writeFileSync(file, text)
    const own = emptyFolder()
    const answer = await idlewattHere(['bench', 'import', file, '--data', own])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toMatch(sentence)
    expect(answer.stderr).not.toMatch(/\n\s+at |0xabab/)
    expect((await idlewattHere(['bench', 'list', '--data', own])).stderr).toContain('No run is kept yet')
  })

  test('what PowerShell wrote is read, and a file that has no name is a slip', async () => {
    const file = join(folder, 'powershell.json')
    writeFileSync(file, Buffer.from(`\uFEFF${JSON.stringify(run())}\r\n`, 'utf16le'))
    const own = ['--data', emptyFolder()]
    expect((await idlewattHere(['bench', 'import', file, ...own])).stdout).toContain('1 run imported')
    expect(await idlewattHere(['bench', 'import', '', ...own])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('empty') })
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk is a sentence (skipped where there is no /dev/full)', async () => {
    const answer = await bench('report', '--out', '/dev/full')
    expect(answer).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('/dev/full cannot be written: the disk is full') })
    expect(answer.stderr).not.toMatch(/\n\s+at /)
  })

  test('absent, a folder, too large', async () => {
    const large = join(folder, 'large.json')
    writeFileSync(large, ' '.repeat(5_000_001))
    for (const [file, sentence] of [[join(folder, 'absent.json'), /absent\.json: it does not exist/], [folder, /is not a file/], [large, /larger than 5 MB/]] as const) {
      const answer = await bench('import', file)
      expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
      expect(answer.stderr).toMatch(sentence)
    }
  })
})

test('where nothing can be kept, importing says so and fails', async () => {
  const place = join(folder, 'a-file')
  writeFileSync(place, 'x')
  const file = join(folder, 'good.json')
  writeFileSync(file, JSON.stringify(run()))
  const answer = await idlewattHere(['bench', 'import', file, '--data', place])
  expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
  expect(answer.stderr).toMatch(/data folder .*a-file cannot be made: it, or a part of its path, is a file/)
})

describe('words that are wrong are refused, and it says which', () => {
  test.each([
    [['dance'], /knows no "dance"/],
    [['compair', 'a', 'b'], /Did you mean compare\?/],
    [['compare', 'latest'], /needs 2 words more: bench compare A B/],
    [['compare', 'a', 'b', 'c'], /takes no "c"/],
    [['export'], /needs one word more/],
    [['list', '--minutes', '5'], /takes no --minutes/],
    [['compare', 'a', 'b', '--out', 'x'], /takes no --out/],
    [['--out', 'x'], /run takes no --out/],
    [['--mode', 'fast'], /no mode "fast".*quick, full, sustained, memory/],
    [['--workload', 'fp23'], /no workload "fp23".*fp32-compute/],
    [['--minutes', '20'], /--minutes is for --mode sustained/],
    [['--mode', 'sustained', '--minutes', '3'], /between 5 and 60/],
    [['--mode', 'sustained', '--workload', 'fp32-compute,fp64-compute'], /keeps one --workload up/],
    [['--mode', 'sustained', '--workload', 'memory-latency'], /cannot keep memory-latency up.*fp32-compute/],
    [['--mode', 'memory', '--workload', 'fp32-compute'], /takes no --workload/],
    [['--max-temperature', '20'], /between 40 and 110/],
    [['octane', 'x.log'], /bench octane FILE --gpu ID/],
    [['--mode', 'full', '--mode', 'quick'], /--mode was given twice/],
  ])('%j', async (words, sentence) => {
    const answer = await bench(...words)
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
    expect(answer.stderr).toMatch(sentence)
  })
})

test('a run that there is not is a sentence', async () => {
  for (const [word, sentence] of [['latest~9', /There is no latest~9: 3 runs/], ['nothing', /There is no run "nothing"/], ['0000000', /There is no run/]] as const) {
    const answer = await bench('compare', 'latest', word)
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toMatch(sentence)
  }
})

test('every workload says what it measures, counts, and when it is worth nothing', async () => {
  const { workloads } = JSON.parse((await bench('workloads', '--json')).stdout)
  expect(workloads.map((one: { id: string }) => one.id)).toEqual(workloadIds)
  for (const one of workloads) {
    for (const text of [one.title, one.unit, one.measures, one.counts, one.calibrates]) expect(text.length, one.id).toBeGreaterThan(1)
    expect(one.invalidWhen.length, one.id).toBeGreaterThan(0)
  }
  const text = (await bench('workloads')).stdout
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
})

test('a score of OctaneBench is kept for the card that is named', { timeout: 60_000 }, async () => {
  const log = join(folder, 'octane.log')
  writeFileSync(log, 'OctaneBench 2020.1.5\nTotal score: 641.22\n')
  const name = machines().find((one) => one.includes('3090')) ?? ''
  const machine = ['--machine', join(machinesFolder, name)]
  const { gpus } = JSON.parse((await idlewatt(['detect', '--json', ...machine])).stdout)
  const own = emptyFolder()
  const answer = await idlewattHere(['bench', 'octane', log, '--gpu', gpus[0].id, '--json', ...machine, '--data', own])
  expect(JSON.parse(answer.stdout)).toMatchObject({ gpuId: gpus[0].id, score: 641.22, from: 'octane.log' })
  const refused = await idlewattHere(['bench', 'octane', log, '--gpu', 'GPU-none', ...machine, '--data', own])
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
})
