/** From a program's mouth to the log: recorded lines of provider software, printed by a real process, read, cleaned, kept and found again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { networks, practice } from '../../../main/networks/index.ts'
import { followFile } from '../../../main/provider/follow-file.ts'
import { cleanLine } from '../../../main/system/clean-line.ts'
import { openProgrammeLog } from '../../../main/provider/logs.ts'
import { startProcess } from '../../../main/provider/process.ts'
import { newFolder } from '../../helpers/files.ts'
import { programPath } from '../../helpers/programs/index.ts'

const recorded = [...networks, practice].flatMap((network) => {
  const file = new URL(`../../../main/networks/${network.id}/fixtures/log-lines.json`, import.meta.url)
  if (!existsSync(file)) return []
  const lines = (JSON.parse(readFileSync(file, 'utf8')) as { line: string }[]).map((entry) => entry.line)
  return [{ id: network.id, software: network.software, lines }]
})

test('there are recorded lines to try', () => {
  expect(recorded.flatMap((one) => one.lines).length).toBeGreaterThan(20)
})

describe.each(recorded)('$id', ({ software, lines }) => {
  test('its readers understand a cleaned line as they do the line itself, unless it is nothing but a secret', () => {
    const telling = lines.filter((line) => cleanLine(line).trim() !== '[removed]')
    for (const { readLine } of software) for (const line of telling) expect([line, readLine(cleanLine(line))?.event]).toEqual([line, readLine(line)?.event])
  })

  test.skipIf(process.platform === 'win32')('a process that prints them: each is in the log, once, in order', async () => {
    const folder = newFolder()
    const outputFile = join(folder, 'output.txt')
    writeFileSync(join(folder, 'lines'), lines.map((line) => `${line}\n`).join(''))
    const owned = await startProcess({ program: '/bin/sh', args: [programPath('prints-lines'), join(folder, 'lines'), '0', 'ends'], env: {}, cwd: folder, outputFile, mark: `output-${process.pid}`, needsTerminal: false })
    const log = openProgrammeLog({ folder: join(folder, 'log'), secrets: () => [] })
    const followed = followFile({ path: outputFile, from: 'start', isOwn: true, onLine: (line) => log.add('out', line, 0), onTrouble: (sentence) => log.add('note', sentence, 0) })
    onTestFinished(() => {
      followed.close()
      log.close()
    })
    expect(await new Promise((done) => owned.onEnd(done))).toEqual({ code: 0, signal: null })
    await followed.drain()
    const expected = lines.flatMap((line) => line.split('\n')).map((line) => cleanLine(line))
    expect(log.page({ limit: 2000 }).lines.map((line) => line.text)).toEqual(expected)
  })
})
