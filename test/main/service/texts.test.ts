/** What is handed to systemd, launchd and Task Scheduler: whatever stands in a path arrives at the program as it was. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseStringPromise } from 'xml2js'
import { afterAll, describe, expect, test } from 'vitest'
import { agentText } from '../../../main/service/launchd.ts'
import { searchPath, unitText } from '../../../main/service/systemd.ts'
import { quoteArgument, taskText } from '../../../main/service/windows-task.ts'

const folder = mkdtempSync(join(tmpdir(), 'idlewatt-boot-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hardWords = ['/opt/my node/bin/node', '/home/j o"e/100% sure/$HOME/a\\b/idlewatt.js', 'serve', '--data', "/srv/it's; `here` & <there>/äöü 🎮", '%h/%%', '', '\u2028', '${X}$$', '--port', '8080']
/** No control characters: those are refused before. */
const word = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text))

/** systemd's own rules (systemd.syntax, systemd.service), the other way round. */
function readExecStart(text: string): string[] {
  // For systemd a line ends at a line feed alone; for JavaScript's "." also at U+2028.
  const line = /^ExecStart=([^\n]*)/m.exec(text)?.[1] ?? ''
  const words = [...line.matchAll(/"((?:\\[^]|[^"\\])*)"|(\S+)/g)].map((match) => (match[2] ?? (match[1] ?? '').replace(/\\([^])/g, '$1')).replaceAll('%%', '%'))
  const [program = '', ...args] = words
  const call = [program, ...args.map((one) => one.replaceAll('$$', '$'))]
  return call[0] === '/usr/bin/env' ? call.slice(1) : call
}

describe('systemd', () => {
  test('words come back as they were', () => {
    expect(readExecStart(unitText(hardWords, null))).toEqual(hardWords)
    fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (words) => void expect(readExecStart(unitText(['/usr/bin/node', ...words], null))).toEqual(['/usr/bin/node', ...words])))
  })
  test('a program whose path systemd would refuse is started by env', () => {
    expect(unitText(["/opt/joe's/node", 'serve'], null)).toContain('ExecStart=/usr/bin/env "/opt/joe\'s/node" "serve"')
    // Restarting Idlewatt must not end provider software.
    expect(unitText(['/usr/bin/node', 'serve'], null)).toContain('\nKillMode=process\n')
    expect(() => unitText(["/opt/joe's=/node", 'serve'], null)).toThrow('equals signs')
  })
  test('it is started again after a failure, and holds no token', () => {
    const text = unitText(['/usr/bin/node', '/opt/idlewatt.js', 'serve', '--no-open', '--no-token'], null)
    expect(text).toMatch(/^Restart=on-failure$/m)
    expect(text).toMatch(/^WantedBy=default\.target$/m)
    expect(text).not.toContain('#/')
  })
  test('restarts slow down where systemd can do that, and an older one hears no word that it does not know', () => {
    for (const [version, isSlowing] of [[252, false], [253, false], [254, true], [null, true]] as const) expect(/RestartSteps=8\nRestartMaxDelaySec=300/.test(unitText(['/usr/bin/node'], null, version)), String(version)).toBe(isSlowing)
  })
  test('the search path keeps folders of tools and drops what npm adds', () => {
    expect(searchPath('/opt/rocm/bin:/w/node_modules/.bin:/usr/bin:relative::/usr/bin')).toBe('/opt/rocm/bin:/usr/bin')
    expect(searchPath('')).toBeNull()
    expect(unitText(['/usr/bin/node'], '/a b:/c%d')).toContain('Environment="PATH=/a b:/c%%d"')
  })

  const analyze = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
  test.skipIf(analyze.error !== undefined)('systemd itself finds nothing wrong with it (skipped where systemd-analyze is not installed)', { timeout: 30_000 }, () => {
    const odd = join(folder, 'odd folder 100% $x')
    mkdirSync(odd)
    symlinkSync(process.execPath, join(odd, 'node'))
    for (const [i, program] of [process.execPath, join(odd, 'node')].entries()) {
      const file = join(folder, `idlewatt-${i}.service`)
      writeFileSync(file, unitText([program, ...hardWords.slice(1)], '/usr/bin:/opt/a b', Number(/^systemd (\d+)/.exec(analyze.stdout)?.[1] ?? 0)))
      const { stderr, status } = spawnSync('systemd-analyze', ['--user', 'verify', file], { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: folder } })
      const said = stderr.split('\n').filter((line) => line.includes('idlewatt-'))
      expect({ said, status }).toEqual({ said: [], status: 0 })
    }
  })
})

describe('launchd', () => {
  test('words come back as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 6 }), async (words) => {
        const { plist } = (await parseStringPromise(agentText([...words, ...hardWords], '/Users/jo & co/log', '/opt/homebrew/bin'), { trim: false })) as { plist: { dict: { array: { string: unknown[] }[] }[] } }
        expect(plist.dict[0]?.array[0]?.string).toEqual([...words, ...hardWords])
      }),
      { numRuns: 50 },
    )
  })
  test('it starts at login, again after a failure, and not after it was told to stop', () => {
    const text = agentText(['/usr/local/bin/node', 'serve'], '/Users/x/Library/Logs/Idlewatt.log', undefined)
    expect(text).toContain('<key>RunAtLoad</key><true/>')
    expect(text).toContain('<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>')
  })
})

/** As Windows takes a command line apart (CommandLineToArgvW), written from its description. */
function readArguments(line: string): string[] {
  const words: string[] = []
  let i = 0
  while (i < line.length) {
    while (line[i] === ' ') i++
    if (i >= line.length) break
    let text = ''
    let isQuoted = false
    for (; i < line.length && (isQuoted || line[i] !== ' '); i++) {
      let backslashes = 0
      while (line[i] === '\\') {
        backslashes++
        i++
      }
      if (line[i] === '"') {
        text += '\\'.repeat(Math.floor(backslashes / 2))
        if (backslashes % 2 === 1) text += '"'
        else isQuoted = !isQuoted
      } else {
        text += '\\'.repeat(backslashes)
        if (i < line.length && (isQuoted || line[i] !== ' ')) text += line[i]
        else i--
      }
    }
    words.push(text)
  }
  return words
}

describe('Task Scheduler', () => {
  test.each([['C:\\Program Files\\nodejs\\', '"C:\\Program Files\\nodejs\\\\"'], ['say "hi"', '"say \\"hi\\""'], ['a\\"b', '"a\\\\\\"b"'], ['', '""'], ['plain\\path\\', 'plain\\path\\']])('%j', (typed, quoted) => {
    expect(quoteArgument(typed)).toBe(quoted)
    expect(readArguments(quoted)).toEqual([typed])
  })
  test('words come back as they were', () => {
    const odd = fc.string({ unit: fc.constantFrom('\\', '"', ' ', 'a', 'ß', '&'), maxLength: 12 })
    fc.assert(fc.property(fc.array(odd, { maxLength: 5 }), (words) => void expect(readArguments(words.map(quoteArgument).join(' '))).toEqual(words)))
  })
  test('the task says when it starts, for whom, and that it may run for ever', async () => {
    const words = ['C:\\Program Files\\nodejs\\node.exe', 'C:\\Users\\Jörg & Co\\idlewatt.js', 'serve', '--data', 'D:\\data dir\\']
    for (const atBoot of [true, false]) {
      const text = taskText(words, { sid: 'S-1-5-21-1-2-3-1001', atBoot })
      const { Task } = (await parseStringPromise(text.replace(/^<\?xml[^>]*\?>/, ''))) as { Task: { Triggers: Record<string, unknown>[]; Principals: { Principal: Record<string, string[]>[] }[]; Settings: Record<string, string[]>[]; Actions: { Exec: { Command: string[]; Arguments: string[] }[] }[] } }
      expect(Object.keys(Task.Triggers[0] ?? {})).toEqual([atBoot ? 'BootTrigger' : 'LogonTrigger'])
      expect(Task.Principals[0]?.Principal[0]).toMatchObject({ UserId: ['S-1-5-21-1-2-3-1001'], LogonType: [atBoot ? 'S4U' : 'InteractiveToken'], RunLevel: ['LeastPrivilege'] })
      expect(Task.Settings[0]).toMatchObject({ ExecutionTimeLimit: ['PT0S'], DisallowStartIfOnBatteries: ['false'] })
      const action = Task.Actions[0]?.Exec[0]
      expect([action?.Command[0] ?? '', ...readArguments(action?.Arguments[0] ?? '')]).toEqual(words)
    }
  })
})
