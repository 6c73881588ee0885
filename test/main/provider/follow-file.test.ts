/** Files that grow, followed: real files and real programs that write them, with everything that happens to logs. */
import { spawn } from 'node:child_process'
import { appendFileSync, closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { newFolder } from '../../helpers/files.ts'
import { programPath } from '../../helpers/programs/index.ts'
import { follow, newFile } from './following.ts'

const waits = { timeout: 10_000, interval: 10 }

describe('a file that grows', () => {
  test('hands out whole lines, whatever the pieces', async () => {
    const path = newFile('one\ntw')
    const { look, lines } = follow(path)
    await look()
    expect(lines).toEqual(['one'])
    appendFileSync(path, 'o\r\n\nthree\nfo')
    await look()
    await look()
    expect(lines).toEqual(['one', 'two', '', 'three'])
  })

  test('its half line at the end is a line once the program has ended', async () => {
    const path = newFile('one\nhalf')
    const { drain, lines } = follow(path)
    await drain()
    expect(lines).toEqual(['one', 'half'])
    await drain()
    expect(lines).toEqual(['one', 'half'])
  })

  test('from its end: only what comes, and no line without its beginning', async () => {
    const path = newFile('old\nold, and its rest')
    const { look, lines } = follow(path, { from: 'end' })
    await look()
    appendFileSync(path, ' comes now\nnew\n')
    await look()
    expect(lines).toEqual(['new'])
  })

  test('that is not there yet is read from its start when it comes, even where the end was wanted', async () => {
    const path = join(newFolder(), 'later.log')
    const { look, lines, troubles } = follow(path, { from: 'end' })
    await look()
    writeFileSync(path, 'first\n')
    await look()
    expect([lines, troubles]).toEqual([['first'], []])
  })

  test('by itself, at once or nearly so, without being asked', async () => {
    const path = newFile()
    const { lines } = follow(path, { clock: undefined as never })
    for (let no = 1; no <= 3; no += 1) {
      const at = performance.now()
      appendFileSync(path, `line ${no}\n`)
      await vi.waitFor(() => expect(lines).toHaveLength(no), waits)
      expect(performance.now() - at).toBeLessThan(3000)
    }
  })

  test('closed, it hands out nothing more', async () => {
    const path = newFile('one\n')
    const { look, close, lines } = follow(path)
    await look()
    appendFileSync(path, 'two\n')
    const looking = look()
    close()
    await looking
    await look()
    expect(lines).toEqual(['one'])
  })
})

describe('what happens to logs', () => {
  test('moved away and begun anew: the end of the old one, then the new one', async () => {
    const path = newFile('one\n')
    const { look, lines } = follow(path)
    await look()
    appendFileSync(path, 'two\nhalf')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'three\n')
    await look()
    expect(lines).toEqual(['one', 'two', 'half', 'three'])
  })

  test('removed, and there again', async () => {
    const path = newFile('one\n')
    const { look, lines, troubles } = follow(path)
    await look()
    appendFileSync(path, 'two\n')
    rmSync(path)
    await look()
    await look()
    writeFileSync(path, 'three\n')
    await look()
    expect([lines, troubles]).toEqual([['one', 'two', 'three'], []])
  })

  test('emptied', async () => {
    const path = newFile('one\ntwo\nhalf')
    const { look, lines } = follow(path)
    await look()
    truncateSync(path)
    appendFileSync(path, 'new\n')
    await look()
    expect(lines).toEqual(['one', 'two', 'new'])
  })

  test('emptied and written anew to more than before', async () => {
    const path = newFile('one, and quite some more of it\n')
    const { look, lines } = follow(path)
    await look()
    writeFileSync(path, 'new, and it is longer than what was there\nsecond\n')
    await look()
    expect(lines).toEqual(['one, and quite some more of it', 'new, and it is longer than what was there', 'second'])
  })

  test('a folder in its place, then a file: said once, then read', async () => {
    const path = join(newFolder(), 'a.log')
    mkdirSync(path)
    const { look, lines, troubles } = follow(path)
    await look()
    await look()
    expect(troubles).toEqual([`${path} cannot be read: it is not an ordinary file.`])
    rmSync(path, { recursive: true })
    writeFileSync(path, 'one\n')
    await look()
    expect(lines).toEqual(['one'])
  })
})

describe('odd output of real programs', () => {
  async function outputOf(args: string[], env: Record<string, string> = {}): Promise<string[]> {
    const path = newFile()
    const out = openSync(path, 'a')
    const child = spawn('/bin/sh', args, { stdio: ['ignore', out, out], env: { ...process.env, ...env } })
    closeSync(out)
    await new Promise((done) => child.once('exit', done))
    const { drain, lines } = follow(path)
    await drain()
    return lines
  }
  const odd = programPath('odd-output')

  test('a line of 1 MB is cut and said, and the next is whole', async () => {
    const lines = await outputOf([odd, 'long'])
    expect(lines).toEqual([expect.stringMatching(/^x+ … \[the rest of this line of 1,049 kB was left out\]$/), 'a plain line'])
    expect(lines[0]?.length).toBeLessThan(16_100)
  })
  test('invalid UTF-8 is replaced', async () => {
    expect(await outputOf([odd, 'bad-bytes'])).toEqual(['caf� �� �( end', 'a plain line'])
  })
  test('terminal escapes are taken out', async () => {
    expect(await outputOf([odd, 'escapes'])).toEqual(['red a link cleared C1', 'a plain line'])
  })
  test('a token is taken out', async () => {
    expect(await outputOf([odd, 'token'], { SECRET: 'HIDE-12345' })).toEqual(['signing in with token=[removed] and Bearer [removed]', 'a plain line'])
  })
  test('of a progress bar, its last state', async () => {
    expect(await outputOf([odd, 'progress'])).toEqual([' 100%', 'a plain line'])
  })
  test('half a line', async () => {
    expect(await outputOf([odd, 'half'])).toEqual(['a line without an end'])
  })
  test('UTF-16, as programs of Windows write it', async () => {
    const text = 'Zeile eins: grün Ċ ✅\r\nzwei\r\n'
    const path = newFile(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]))
    const { look, lines } = follow(path)
    await look()
    appendFileSync(path, Buffer.from('drei', 'utf16le').subarray(0, 3))
    await look()
    appendFileSync(path, Buffer.concat([Buffer.from('drei', 'utf16le').subarray(3), Buffer.from('\n', 'utf16le')]))
    await look()
    expect(lines).toEqual(['Zeile eins: grün Ċ ✅', 'zwei', 'drei'])
  })
})

describe('a storm', () => {
  test('what is too much is left out and counted; the newest is read', async () => {
    const path = newFile()
    const line = `${'s'.repeat(99)}\n`
    writeFileSync(path, line.repeat(100_000))
    appendFileSync(path, 'the last\n')
    const { look, lines, troubles } = follow(path)
    await look()
    expect(lines.at(-1)).toBe('the last')
    expect(lines.length).toBeLessThan(11_000)
    const [, told] = /^([\d,]+) lines \(\d+ MB\) were left out here: they came faster than they can be read\.$/.exec(troubles[0] ?? '') ?? []
    // The line that the cut goes through is in neither.
    expect(Number(told?.replaceAll(',', '')) + lines.length).toBeGreaterThanOrEqual(100_000)
    expect(Number(told?.replaceAll(',', '')) + lines.length).toBeLessThanOrEqual(100_001)
  })

  test('a flood without end keeps neither us nor the disk', async () => {
    const path = newFile()
    const out = openSync(path, 'a')
    const flood = spawn('/bin/sh', [programPath('floods'), '0'], { stdio: ['ignore', out, 'ignore'] })
    onTestFinished(() => void flood.kill('SIGKILL'))
    closeSync(out)
    const { look, lines, troubles } = follow(path, { isOwn: true })
    let [othersTurns, looks] = [0, 0]
    let pulse = setImmediate(beat)
    function beat(): void {
      othersTurns += 1
      pulse = setImmediate(beat)
    }
    onTestFinished(() => clearImmediate(pulse))
    await vi.waitFor(async () => {
      looks += 1
      await look()
      expect(troubles.length).toBeGreaterThan(1)
    }, waits)
    expect(othersTurns / looks).toBeGreaterThan(10)
    flood.kill('SIGKILL')
    await new Promise((done) => flood.once('exit', done))
    await look()
    await look()
    expect(lines.length).toBeGreaterThan(1000)
    expect(statSync(path).size).toBeLessThan(2 ** 20)
  })
})
