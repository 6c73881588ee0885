/** The file that holds secrets: for its owner alone, whole or not at all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { openSecretsFile } from '../../../main/system/secrets-file.ts'
import { heedsReadOnly, moduleUrl, newFolder, runCode } from '../../helpers/files.ts'

describe('the file of secrets', () => {
  it('keeps secrets over a restart, gives null for others, and goes with the last one', () => {
    const folder = newFolder()
    const secrets = openSecretsFile(folder)
    expect(secrets.read('webhook.url')).toBeNull()
    expect(existsSync(join(folder, 'secrets.json'))).toBe(false)
    secrets.write('webhook.url', 'https://example.org/🔑')
    secrets.write('toString', 'x')
    expect(openSecretsFile(folder).read('webhook.url')).toBe('https://example.org/🔑')
    expect(openSecretsFile(folder).read('constructor')).toBeNull()
    secrets.write('webhook.url', null)
    secrets.write('toString', null)
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('can be read by its owner alone, also where it was open before', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'secrets.json'), '{"old":"1"}', { mode: 0o644 })
    openSecretsFile(folder).write('new', '2')
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
    expect(openSecretsFile(folder).read('old')).toBe('1')
  })

  it('hears of what another process wrote', () => {
    const folder = newFolder()
    const serving = openSecretsFile(folder)
    openSecretsFile(folder).write('ntfy.url', 'https://ntfy.sh/a')
    expect(serving.read('ntfy.url')).toBe('https://ntfy.sh/a')
  })

  it.each(['not json', '[]', '{"a":1}', 'null', ''])('that holds %s is refused with a sentence that does not quote it', (text) => {
    const folder = newFolder()
    writeFileSync(join(folder, 'secrets.json'), text)
    const secrets = openSecretsFile(folder)
    expect(() => secrets.read('a')).toThrow(/secrets\.json are damaged/)
    expect(() => secrets.write('a', 'b')).toThrow(NotPossible)
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe(text)
  })

  it('that is a folder, or cannot be written, is refused with a sentence', () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'secrets.json'))
    expect(() => openSecretsFile(folder).read('a')).toThrow(/cannot be read: it is a folder/)
    expect(() => openSecretsFile(join(folder, 'nowhere')).write('a', 'b')).toThrow(/cannot be kept.*does not exist/)
  })

  it.skipIf(heedsReadOnly === null)('leaves nothing half-written in a folder that may not be written', () => {
    const folder = newFolder()
    const code = `
      import { chmodSync } from 'node:fs'
      const { openSecretsFile } = await import(${moduleUrl('main/system/secrets-file.ts')})
      chmodSync(process.argv[1], 0o500)
      try { openSecretsFile(process.argv[1]).write('a', 'b') } catch (error) { console.log(error.name, error.message) }
      chmodSync(process.argv[1], 0o700)`
    const { stdout } = runCode(code, { args: [folder], wrap: heedsReadOnly ?? [] })
    expect(stdout).toMatch(/^NotPossible The secret cannot be kept .*this user may not write there/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('with a seal holds nothing that can be read, and says so to a door without one', () => {
    const folder = newFolder()
    const seal = { close: (text: string) => Buffer.from(text).toString('hex'), open: (sealed: string) => Buffer.from(sealed, 'hex').toString() }
    openSecretsFile(folder).write('plain', 'from-the-terminal')
    openSecretsFile(folder, seal).write('webhook.url', 'https://example.org/T0KEN')
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).not.toContain('T0KEN')
    expect(openSecretsFile(folder, seal).read('webhook.url')).toBe('https://example.org/T0KEN')
    expect(openSecretsFile(folder, seal).read('plain')).toBe('from-the-terminal')
    expect(() => openSecretsFile(folder).read('webhook.url')).toThrow(/desktop app/)
    const broken = { ...seal, open: () => { throw new Error('key lost') } }
    expect(() => openSecretsFile(folder, broken).read('webhook.url')).toThrow(/Set it up again/)
  })
})
