/** Words and files that are wrong: a sentence on stderr, nothing on stdout, and the exit code that says whose fault it is. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { networks } from '../../../main/networks/index.ts'
import { heedsReadOnly } from '../../helpers/files.ts'
import { emptyFolder, idlewatt, machines, machinesFolder, startCommand } from './call.ts'

const card = ['estimate', '--gpu-model', 'RTX 4090', '--json']
const machine = ['--machine', join(machinesFolder, machines()[0] ?? '')]
const withMarket = networks.find((network) => network.market !== null)?.id ?? ''
const phrase = 'abandon ability able about above absent absorb abstract absurd abuse access accident'

describe('wrong words: exit code 2', () => {
  test.each([
    ['an unknown command', ['detetc'], 'Did you mean detect?'],
    ['an unknown command with a flag of its own', ['benhc', '--fast'], 'Did you mean bench?'],
    ['help on an unknown command', ['help', 'detetc'], 'Did you mean detect?'],
    ['an unknown flag', ['detect', '--jsno'], '--jsno'],
    ['an unknown flag without a command', ['--jsno'], '--jsno'],
    ['a word too many', ['detect', 'now'], 'now'],
    ['a flag without its value', ['detect', '--data', 'x', '--gpu'], '--gpu'],
    ['a flag that swallowed the next', ['detect', '--data', '--json'], '--data'],
    ['an unknown kind of measuring', ['bench', 'dance'], 'dance'],
    ['a price that is no number', [...card, '--usd-per-kwh', 'abc'], '"abc"'],
    ['a price beyond all numbers', [...card, '--usd-per-kwh', '1e400'], '--usd-per-kwh'],
    ['a price with a comma', [...card, '--usd-per-kwh', '0,15'], '0.15'],
    ['negative watts', [...card, '--watts-work', '-450'], '--watts-work'],
    ['watts that are no number', [...card, '--watts-wait', 'NaN'], '--watts-wait'],
    ['a date that is none', [...card, '--at', '2026-02-30'], '--at'],
    ['no cards', [...card, '--count', '0'], '--count'],
    ['half a card', [...card, '--count', '1.5'], '--count'],
    ['an unknown network', [...card, '--network', 'nowhere'], networks[0]?.id ?? ''],
    ['a market of an unknown network', [...card, '--market', 'nowhere=x.json'], networks[0]?.id ?? ''],
    ['a market without a file', [...card, '--market', withMarket], '--market'],
    ['a price of an unknown token', [...card, '--price', 'NOPE=1'], 'NOPE'],
    ['a negative token price', [...card, '--price', `${networks.flatMap((network) => network.tokens)[0] ?? ''}=-1`], '--price'],
    ['an unknown currency', [...card, '--currency', 'XXX'], 'EUR'],
    ['a card that no table knows', ['estimate', '--gpu-model', 'RTX 4095', '--json'], 'RTX 4090'],
    ['a card here and one elsewhere', [...card, '--gpu', 'GPU-1'], '--gpu-model'],
    ['a flag that means nothing here', ['detect', '--network', networks[0]?.id ?? ''], '--network'],
    ['a flag twice', ['detect', '--data', 'one', '--data', 'two'], 'given twice'],
    ['a flag before and after the command', ['--gpu', 'GPU-1', 'detect', '--gpu', 'GPU-2'], 'given twice'],
    ['two prices', [...card, '--usd-per-kwh', '0.1', '--usd-per-kwh', '0.2'], 'given twice'],
    ['a beginning that is no time', ['history', '--from', 'yesterday'], '--from'],
    ['a beginning after the end', ['history', '--from', '-1h', '--to', '-2h'], '--from must lie before --to'],
    ['a step that is none', ['history', '--step', '0'], '--step'],
    ['two formats', ['history', '--csv', '--json'], '--csv and --json'],
    ['no turns', ['watch', '--count', '0'], '--count'],
    ['a recording without a name', ['record-machine'], 'record-machine my-rig'],
    ['two names', ['record-machine', 'one', 'two'], 'two'],
    ['an unknown thing to do at boot', ['service', 'instal'], 'install'],
    ['a port for removing', ['service', 'remove', '--port', '8080'], '--port'],
    ['a question that cannot be asked', ['service', 'install', '--json'], '--dry-run'],
    ['doing and not doing', ['service', 'install', '--yes', '--dry-run'], '--yes and --dry-run'],
    ['a recording at boot', ['service', 'status', ...machine], '--machine'],
    ['an unknown thing to do with alerts', ['alerts', 'mute'], 'set-webhook'],
    ['a webhook without an address', ['alerts', 'set-webhook'], 'https://'],
    ['an address too many', ['alerts', 'set-ntfy', 'https://a.example/x', 'https://b.example/y'], 'one too many'],
    ['a channel that is none', ['alerts', 'remove', 'pigeon'], 'webhook'],
    ['a token for a webhook', ['alerts', 'set-webhook', 'https://a.example', '--token-file', 'x'], '--token-file'],
    ['a port that is none', ['serve', '--no-open', '--port', '70000'], '--port'],
    ['a port that is no number', ['serve', '--no-open', '--port', 'http'], '--port'],
  ])('%s', async (_what, words, said) => {
    const answer = await idlewatt(words)
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
    expect(answer.stderr).toContain(said)
    expect(answer.stderr, 'a sentence, not a stack trace').not.toMatch(/\n\s+at /)
  })

  test.each([
    ['in quotes', ['estimate', '--gpu-model', phrase]],
    ['without quotes', ['estimate', '--gpu-model', ...phrase.split(' ')]],
  ])('a seed phrase %s is refused, not repeated, and leaves nothing behind', async (_how, words) => {
    const answer = await idlewatt(words)
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
    expect(answer.stderr).toContain('seed phrase')
    for (const word of ['abandon', 'absurd', 'accident']) expect(answer.stderr).not.toContain(word)
  })
})

describe('files that are wrong: exit code 1 and a sentence with the file in it', () => {
  const folder = emptyFolder()
  function fileWith(name: string, text: string): string {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }

  test.each([
    ['a market that is not JSON', 'market.txt', 'no prices here'],
    ['an empty market', 'empty.json', ''],
    ['a market of another shape', 'shape.json', '{"models": 3}'],
    ['a market with a number beyond all numbers', 'huge.json', '{"models":[{"price":{"min":1e400}}]}'],
  ])('%s', async (_what, name, text) => {
    const file = fileWith(name, text)
    const answer = await idlewatt([...card, '--market', `${withMarket}=${file}`])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain(name)
    expect(answer.stderr).not.toMatch(/\n\s+at /)
  })

  test('a market file that is not there', async () => {
    const answer = await idlewatt([...card, '--market', `${withMarket}=${join(folder, 'absent.json')}`])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain('absent.json')
  })

  test.each([
    ['that is not there', 'nothing-here', null],
    ['without machine.json', 'empty', ''],
    ['whose machine.json is cut off', 'cut', '{"platform": "linux", "comm'],
    ['without a platform', 'no-platform', '{}'],
  ])('a recorded machine %s', async (_what, name, text) => {
    const at = join(folder, name)
    if (text !== null) mkdirSync(at, { recursive: true })
    if (text) writeFileSync(join(at, 'machine.json'), text)
    const answer = await idlewatt(['detect', '--json', '--machine', at])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain(name)
    expect(answer.stderr).not.toMatch(/\n\s+at /)
  })

  test('a settings file cut in half is set aside, said, and kept', async () => {
    const data = emptyFolder()
    writeFileSync(join(data, 'settings.json'), '{"currency": "EU')
    const answer = await idlewatt([...card, '--data', data])
    expect(answer.exitCode).toBe(0)
    expect(answer.stderr).toContain('settings')
    const kept = readdirSync(data).filter((name) => name.startsWith('settings.broken'))
    expect(kept).toHaveLength(1)
    expect(readFileSync(join(data, kept[0] ?? ''), 'utf8')).toBe('{"currency": "EU')
  })
})

describe('a data folder that cannot be used', () => {
  test.skipIf(heedsReadOnly === null)('read-only: looking and estimating work, and nothing is written', async () => {
    const data = emptyFolder()
    chmodSync(data, 0o500)
    for (const words of [['detect', ...machine], card]) expect((await idlewatt([...words, '--data', data], {}, heedsReadOnly ?? [])).stdout).not.toBe('')
    expect(readdirSync(data)).toEqual([])
  })
  test('a file in place of the folder: looking and estimating work, serving says why not', async () => {
    const data = join(emptyFolder(), 'file')
    writeFileSync(data, 'x')
    expect((await idlewatt(['detect', '--json', ...machine, '--data', data])).stdout).not.toBe('')
    expect((await idlewatt([...card, '--data', data])).exitCode).toBe(0)
    const serve = await idlewatt(['serve', '--no-open', '--port', '0', '--data', data])
    expect(serve).toMatchObject({ exitCode: 1, stdout: '' })
  })
})

describe('where the output goes', () => {
  test('a reader that goes away is no error', async () => {
    const child = startCommand(['estimate', '--gpu-model', 'RTX 4090', '--json'])
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdout?.destroy()
    const exitCode = await new Promise((resolve) => child.once('close', resolve))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })
  test('help goes to stdout and ends well, for every command', async () => {
    for (const words of [['--help'], ['detect', '--help'], ['bench', '--help'], ['eligibility', '--help'], ['estimate', '--help'], ['serve', '--help'], ['doctor', '--help'], ['help', 'estimate']]) {
      const answer = await idlewatt(words)
      expect(answer.exitCode, words.join(' ')).toBe(0)
      expect(answer.stdout).toContain('Usage: idlewatt')
      if (words[0] !== '--help') expect(answer.stdout).toContain('Examples:')
    }
  })
})
