/** The log of a programme on a real disk: kept within its size, numbered over restarts, searched, paged, and never the reason that something else fails. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openProgrammeLog, type ProgrammeLog, type ProgrammeLogOptions } from '../../../main/provider/logs.ts'
import type { LogPage } from '../../../shared/provider.ts'
import { canMountTinyDisk, moduleUrl, newFolder, runOnTinyDisk } from '../../helpers/files.ts'

const at = Date.UTC(2026, 10, 23, 12)

function open(folder: string, more: Partial<ProgrammeLogOptions> = {}): ProgrammeLog {
  const log = openProgrammeLog({ folder, secrets: () => [], ...more })
  onTestFinished(() => log.close())
  return log
}
function fill(log: ProgrammeLog, from: number, to: number, text = (no: number): string => `line ${no}`): void {
  for (let no = from; no <= to; no += 1) log.add('out', text(no), at + no)
}
const texts = (page: LogPage): string[] => page.lines.map((line) => line.text)
const sizeOf = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

describe('lines', () => {
  test('come back as they were, oldest first, with their numbers', () => {
    const log = open(newFolder())
    for (const stream of ['out', 'error', 'file', 'note'] as const) log.add(stream, `of ${stream}\twith a tab`, at)
    expect(log.page({ limit: 10 })).toMatchObject({
      lines: ['out', 'error', 'file', 'note'].map((stream, index) => ({ no: index + 1, at, stream, text: `of ${stream}\twith a tab` })),
      hasOlder: false,
    })
    expect(log.page({ limit: 10 }).bytes).toBeGreaterThan(100)
  })

  test('none yet: an empty page, and nothing is made on the disk', () => {
    const folder = join(newFolder(), 'log')
    expect(open(folder).page({ limit: 10 })).toEqual({ lines: [], hasOlder: false, bytes: 0 })
    expect(existsSync(folder)).toBe(false)
  })

  test('are read by nobody else', () => {
    const folder = join(newFolder(), 'log')
    const log = open(folder)
    log.add('out', 'x', at)
    log.page({ limit: 1 })
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600])
  })

  test('are written by themselves after a moment', async () => {
    const folder = newFolder()
    const log = open(folder)
    log.add('out', 'written', at)
    await expect.poll(() => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join(''), { timeout: 5000 }).toContain('written')
  })

  test('an impossible time is now', () => {
    const log = open(newFolder())
    log.add('out', 'x', Number.NaN)
    log.add('out', 'y', 1e300)
    for (const line of log.page({ limit: 9 }).lines) expect(Math.abs(line.at - Date.now())).toBeLessThan(60_000)
  })
})

describe('paging', () => {
  test('goes back to the first line, without a gap and without one twice', () => {
    const log = open(newFolder(), { mostBytes: 1_000_000 })
    fill(log, 1, 2345)
    const found: number[] = []
    let page = log.page({ limit: 100 })
    for (;;) {
      found.unshift(...page.lines.map((line) => line.no))
      if (!page.hasOlder) break
      page = log.page({ limit: 100, before: page.lines[0]?.no as number })
    }
    expect(found).toEqual(Array.from({ length: 2345 }, (_, index) => index + 1))
  })

  test('at an end there is no more', () => {
    const log = open(newFolder())
    fill(log, 1, 10)
    expect(log.page({ limit: 10 })).toMatchObject({ hasOlder: false })
    expect(log.page({ limit: 9 })).toMatchObject({ hasOlder: true })
    expect(log.page({ limit: 10, before: 1 })).toMatchObject({ lines: [], hasOlder: false })
    expect(texts(log.page({ limit: 10, before: 3 }))).toEqual(['line 1', 'line 2'])
    expect(log.page({ limit: 10, before: 10_000 }).lines).toHaveLength(10)
  })

  test('a page of huge lines is of a size that can be drawn', () => {
    const log = open(newFolder())
    fill(log, 1, 300, (no) => `${no} ${'x '.repeat(7000)}`)
    const page = log.page({ limit: 2000 })
    expect(page.hasOlder).toBe(true)
    expect(page.lines.at(-1)?.no).toBe(300)
    expect(texts(page).join('').length).toBeLessThan(1_000_001)
  })
})

describe('searching', () => {
  test('finds in any case, in every file, and pages as well', () => {
    const folder = newFolder()
    const log = open(folder, { mostBytes: 100_000 })
    fill(log, 1, 1500, (no) => (no % 100 === 0 ? `Größe: JOB ${no} done` : `line ${no}`))
    expect(readdirSync(folder).length).toBeGreaterThan(2)
    const page = log.page({ search: 'grÖSSE: job'.replace('SS', 'ß'), limit: 4 })
    expect(texts(page)).toEqual([1200, 1300, 1400, 1500].map((no) => `Größe: JOB ${no} done`))
    expect(page.hasOlder).toBe(true)
    expect(texts(log.page({ search: 'job', limit: 3, before: page.lines[0]?.no as number }))).toEqual([900, 1000, 1100].map((no) => `Größe: JOB ${no} done`))
  })
  test('takes its words as they are, not as a pattern; and not the time or the kind for text', () => {
    const log = open(newFolder())
    for (const line of ['a.b', 'axb', '(', '2026 is here']) log.add('out', line, at)
    expect(texts(log.page({ search: 'a.b', limit: 9 }))).toEqual(['a.b'])
    expect(texts(log.page({ search: '(', limit: 9 }))).toEqual(['('])
    expect(texts(log.page({ search: '2026', limit: 9 }))).toEqual(['2026 is here'])
    expect(texts(log.page({ search: 'nowhere', limit: 9 }))).toEqual([])
    expect(texts(log.page({ search: '', limit: 9 }))).toHaveLength(4)
  })
})

describe('the last 10 MB', () => {
  test('are kept, and the newest line is always among them', () => {
    const folder = newFolder()
    const log = open(folder)
    for (let no = 1; no <= 150_000; no += 1) log.add('out', `line ${no} of a log that is far larger than what is kept of it, as logs are`, at)
    const page = log.page({ limit: 1 })
    expect(page.lines).toMatchObject([{ no: 150_000 }])
    expect(page.bytes).toBe(sizeOf(folder))
    expect(page.bytes).toBeLessThanOrEqual(10_000_000)
    expect(page.bytes).toBeGreaterThan(7_500_000)
    expect(readdirSync(folder).length).toBeLessThanOrEqual(5)
  })

  test('a line that is larger than a file has one of its own', () => {
    const folder = newFolder()
    const log = open(folder, { mostBytes: 2000 })
    fill(log, 1, 20, (no) => `${no} ${'x '.repeat(1000)}`)
    expect(log.page({ limit: 100 }).lines.map((line) => line.no)).toEqual([16, 17, 18, 19, 20])
    expect(readdirSync(folder)).toHaveLength(5)
  })
})

describe('after a restart', () => {
  test('numbers go on', () => {
    const folder = newFolder()
    const first = open(folder)
    fill(first, 1, 5)
    first.close()
    const second = open(folder)
    fill(second, 6, 7)
    expect(second.page({ limit: 9 }).lines.map((line) => [line.no, line.text])).toEqual([1, 2, 3, 4, 5, 6, 7].map((no) => [no, `line ${no}`]))
  })

  test.each<[string, (file: string) => void]>([
    ['half a line', (file) => truncateSync(file, statSync(file).size - 4)],
    ['zeros at the end, as after a power cut', (file) => appendFileSync(file, Buffer.alloc(5000))],
    ['a line that is none of ours', (file) => appendFileSync(file, 'somebody was here\n99999999999999999999\tx\n')],
  ])('%s in the file: the rest is read, new lines go on', (_what, harm) => {
    const folder = newFolder()
    const first = open(folder)
    fill(first, 1, 5)
    first.close()
    harm(join(folder, readdirSync(folder)[0] as string))
    const second = open(folder)
    second.add('out', 'new', at)
    const lines = second.page({ limit: 20 }).lines
    expect(lines.slice(0, 4).map((line) => line.text)).toEqual(['line 1', 'line 2', 'line 3', 'line 4'])
    expect(lines.at(-1)?.text).toBe('new')
    const numbers = lines.map((line) => line.no)
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
  })

  test('numbers never start again where files were removed but one', () => {
    const folder = newFolder()
    writeFileSync(join(folder, '000000004711.log'), '')
    writeFileSync(join(folder, 'README'), 'somebody else')
    const log = open(folder)
    log.add('out', 'x', at)
    expect(log.page({ limit: 1 }).lines).toMatchObject([{ no: 4711 }])
    expect(readdirSync(folder)).toContain('README')
  })
})

describe('a disk that refuses', () => {
  test('the folder is removed meanwhile: it is made again, and numbers go on', () => {
    const folder = join(newFolder(), 'log')
    const log = open(folder)
    fill(log, 1, 3)
    log.page({ limit: 1 })
    rmSync(folder, { recursive: true })
    log.add('out', 'after', at)
    expect(log.page({ limit: 9 }).lines).toMatchObject([{ no: 4, text: 'after' }])
  })

  test('a file stands where the folder should be: lines are counted, and told once there is a place', () => {
    const folder = join(newFolder(), 'log')
    writeFileSync(folder, 'in the way')
    const log = open(folder)
    fill(log, 1, 3)
    expect(log.page({ limit: 9 }).lines).toEqual([])
    log.add('out', 'the fourth', at)
    expect(log.page({ limit: 9 }).lines).toEqual([])
    rmSync(folder)
    log.add('out', 'kept', at)
    expect(log.page({ limit: 9 }).lines).toMatchObject([{ stream: 'note', text: '4 lines were not kept: it, or a part of its path, is a file and not a folder.' }, { no: 2, text: 'kept' }])
  })

  test.skipIf(!canMountTinyDisk)('a full disk costs lines, which are told, and no half line stays (skipped where no small disk can be mounted)', () => {
    const folder = newFolder()
    const code = `import { openProgrammeLog } from ${moduleUrl('main/provider/logs.ts')}
      import { rmSync } from 'node:fs'
      const log = openProgrammeLog({ folder: ${JSON.stringify(join(folder, 'log'))}, secrets: () => [] })
      const page = () => log.page({ limit: 2000 }).lines
      for (let no = 1; no <= 3000; no += 1) { log.add('out', 'line ' + no + ' of many', 0); if (no % 100 === 0) page() }
      const kept = page().length
      rmSync(${JSON.stringify(join(folder, 'filler'))})
      log.add('out', 'room again', 0)
      const lines = page()
      const gap = Number(/^([\\d,]+) lines were not kept: the disk is full\\.$/.exec(lines.at(-2).text)?.[1].replace(',', ''))
      console.log(JSON.stringify({ kept, gap, last: lines.at(-1).text, isWhole: lines.slice(0, -2).every((line, index) => line.text === 'line ' + (index + 1) + ' of many' && line.no === index + 1) }))`
    const answer = runOnTinyDisk(folder, 'head -c 32768 /dev/zero > filler', code)
    expect(answer.stderr).toBe('')
    const told = JSON.parse(answer.stdout) as { kept: number; gap: number; last: string; isWhole: boolean }
    expect(told.kept).toBeGreaterThan(100)
    expect(told).toMatchObject({ gap: 3000 - told.kept, last: 'room again', isWhole: true })
  })
})

describe('secrets', () => {
  test('never reach the disk: what is kept for the programme, what looks like one, and what several lines make up', () => {
    const folder = newFolder()
    let kept = ['hunter2-hunter2']
    const log = open(folder, { secrets: () => kept })
    log.add('out', 'with hunter2-hunter2', at)
    kept = ['another-one']
    log.add('error', '\x1b[1manother-one\x1b[0m', at)
    log.add('file', 'token=HIDE1', at)
    for (const line of ['-----BEGIN PRIVATE KEY-----', 'HIDE2', '-----END PRIVATE KEY-----']) log.add('out', line, at)
    log.page({ limit: 1 })
    const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join('')
    expect(text).not.toMatch(/hunter2|another-one|HIDE/)
    expect(text.split('\n')).toHaveLength(7)
  })

  test('where the key store cannot be read, what it said before still holds', () => {
    let answer = (): string[] => ['hunter2-hunter2']
    const log = open(newFolder(), { secrets: () => answer() })
    log.add('out', 'a hunter2-hunter2', at)
    answer = () => {
      throw new Error('locked')
    }
    log.add('out', 'b hunter2-hunter2', at)
    expect(texts(log.page({ limit: 9 }))).toEqual(['a [removed]', 'b [removed]'])
  })
})

test('other things in the folder do not matter', () => {
  const folder = newFolder()
  mkdirSync(join(folder, '000000000009.log'))
  const log = open(folder)
  expect(() => log.add('out', 'x', at)).not.toThrow()
  expect(() => log.page({ limit: 5 })).not.toThrow()
})
