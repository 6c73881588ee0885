/** The raw output of a program of ours, followed: what was read leaves it, nothing is lost and nothing comes twice, over restarts too. */
import { spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { handClock } from '../../helpers/clocks.ts'
import { newFolder } from '../../helpers/files.ts'
import { follow, newFile } from './following.ts'

describe('the raw output of a program of ours', () => {
  test('is emptied once it is large and read, and not a line is lost or comes twice', async () => {
    const path = newFile()
    const out = openSync(path, 'a')
    onTestFinished(() => closeSync(out))
    const { look, lines } = follow(path, { isOwn: true })
    let no = 0
    for (let round = 0; round < 30; round += 1) {
      for (let count = 0; count < 2000; count += 1) writeSync(out, `${++no} ${'x'.repeat(60)}\n${count === 1999 ? 'half ' : ''}`)
      await look()
      expect(statSync(path).size).toBeLessThan(1.3 * 2 ** 20)
    }
    expect(lines.map((line) => Number(/^(?:half )?(\d+)/.exec(line)?.[1]))).toEqual(Array.from({ length: no }, (_, index) => index + 1))
  })

  test("somebody else's file is never emptied", async () => {
    const path = newFile('x'.repeat(99).concat('\n').repeat(20_000))
    const { look } = follow(path)
    await look()
    expect(statSync(path).size).toBe(2_000_000)
    expect(readFileSync(path, 'utf8')).toMatch(/^(?:x{99}\n){20000}$/)
  })

  test('what was read is no longer in it, at the end of the turn; a half line is until it is whole', async () => {
    const path = newFile('token=HIDE1\nplain\nhalf HI')
    const { look, lines } = follow(path, { isOwn: true })
    await look()
    expect(readFileSync(path, 'latin1')).toBe(`${'\0'.repeat(18)}half HI`)
    appendFileSync(path, 'DE2\ntoken=HIDE3\n')
    await look()
    expect(readFileSync(path, 'latin1')).toMatch(/^\0+$/)
    appendFileSync(path, 'on\n')
    await look()
    expect(lines).toEqual(['token=[removed]', 'plain', 'half HIDE2', 'token=[removed]', 'on'])
    expect(readFileSync(path, 'latin1')).toMatch(/^\0+$/)
  })

  test('at the end of the run the half line goes too; so does what is read when it is left', async () => {
    const path = newFile('one\nPassword: HIDE')
    const { drain, lines } = follow(path, { isOwn: true })
    await drain()
    expect([lines, readFileSync(path, 'latin1')]).toEqual([['one', 'Password: [removed]'], '\0'.repeat(18)])
  })

  test('a half line that stands for a minute is handed out as it is, and goes', async () => {
    const path = newFile('one\n')
    const clock = handClock()
    const { look, lines } = follow(path, { isOwn: true, clock })
    await look()
    appendFileSync(path, 'Your name? ')
    await look()
    await clock.advance(59_000)
    await look()
    expect(lines).toEqual(['one'])
    await clock.advance(2_000)
    await look()
    expect(lines).toEqual(['one', 'Your name? '])
    expect(readFileSync(path, 'latin1')).toMatch(/^\0+$/)
    appendFileSync(path, 'ab\n')
    await look()
    expect(lines.at(-1)).toBe('ab')
    const others = follow(newFile('half'), { clock })
    await others.look()
    await clock.advance(100_000)
    await others.look()
    expect(others.lines).toEqual([])
  })

  test('a program that writes while it is blotted out loses nothing', async () => {
    const path = newFile()
    const out = openSync(path, 'a')
    const child = spawn('/bin/sh', ['-c', 'no=0; while [ $no -lt 3000 ]; do no=$((no + 1)); echo "line $no"; done'], { stdio: ['ignore', out, out] })
    closeSync(out)
    let hasEnded = false
    child.once('exit', () => (hasEnded = true))
    const { look, drain, lines } = follow(path, { isOwn: true })
    await vi.waitFor(async () => {
      await look()
      expect(hasEnded).toBe(true)
    }, { timeout: 10_000, interval: 1 })
    await drain()
    expect(lines).toEqual(Array.from({ length: 3000 }, (_, index) => `line ${index + 1}`))
    expect(readFileSync(path, 'latin1')).toMatch(/^\0+$/)
  })

  test('of a storm that was passed over nothing stays either', async () => {
    const path = newFile(`token=HIDE\n${'s'.repeat(99)}\n`.repeat(50_000))
    const { look, troubles } = follow(path, { isOwn: true })
    await look()
    expect(troubles).toHaveLength(1)
    expect(readFileSync(path, 'latin1')).not.toContain('HIDE')
  })

  test('UTF-16: the mark by which it is told stays, also over a restart', async () => {
    const path = newFile(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('eins\nha', 'utf16le')]))
    const first = follow(path, { isOwn: true })
    await first.look()
    first.close()
    appendFileSync(path, Buffer.from('lb Ā\nĀ zwei\n', 'utf16le'))
    const second = follow(path, { isOwn: true })
    await second.look()
    expect([...first.lines, ...second.lines]).toEqual(['eins', 'halb Ā', 'Ā zwei'])
    expect(readFileSync(path, 'latin1')).toMatch(/^\xff\xfe\0+$/)
  })

  test('a link in its place is not followed, and nothing behind it is touched', async () => {
    const target = newFile('of somebody\n')
    const path = join(newFolder(), 'output.txt')
    symlinkSync(target, path)
    const { look, lines, troubles } = follow(path, { isOwn: true })
    await look()
    expect([lines, troubles.length, readFileSync(target, 'utf8')]).toEqual([[], 1, 'of somebody\n'])
  })

  test('after a restart it goes on where it was read to, half lines and all', async () => {
    const path = newFile('one\ntwo\nha')
    const first = follow(path, { isOwn: true })
    await first.look()
    first.close()
    appendFileSync(path, 'lf\nthree\n')
    const second = follow(path, { isOwn: true })
    await second.look()
    expect([...first.lines, ...second.lines]).toEqual(['one', 'two', 'half', 'three'])
  })

  test('after a restart of a whole file nothing comes twice, and nothing but itself is needed for that', async () => {
    const path = newFile('one\ntwo\n')
    const first = follow(path, { isOwn: true })
    await first.look()
    first.close()
    expect(readdirSync(dirname(path))).toEqual(['a.log'])
    const second = follow(path, { isOwn: true })
    await second.look()
    expect(second.lines).toEqual([])
    appendFileSync(path, 'three\n')
    await second.look()
    expect(second.lines).toEqual(['three'])
  })

  test('written anew by somebody: read from its start', async () => {
    const path = newFile('one, and some more of it, and more\n')
    const { look, lines } = follow(path, { isOwn: true })
    await look()
    writeFileSync(path, 'two, and this is longer than what was there before\n')
    await look()
    expect(lines.at(-1)).toBe('two, and this is longer than what was there before')
  })
})
