/** What changed behind our back between one step and the next: files that were swapped, a start that is another one now, answers that came early. */
import { existsSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SoftwareDefinition, StepDefinition } from '../../../main/networks/software.ts'
import { DockerFault, type DockerEngine } from '../../../main/system/docker-engine.ts'
import { newFolder } from '../../helpers/files.ts'
import { file, startFileServer } from './file-server.ts'
import { field, makes, programmeId, starts, step, world, type World } from './support.ts'

const script = Buffer.from('#!/bin/sh\necho ran >> "$1"\n')
const fetches = (name: string): StepDefinition =>
  step(`get-${name}`, {
    check: { kind: 'download', file: name }, verify: { kind: 'download', file: name },
    do: { kind: 'download', url: `https://files.example.org/${name}`, file: name, version: '1', sha256: null, bytes: null, mostBytes: 1e6, hosts: [], isExecutable: true },
    undo: { kind: 'remove-file', file: name },
  })

/** Fetches `tool` and `tool-two`, then runs `tool`. */
async function fetched(folder: string, run: Partial<StepDefinition>): Promise<World> {
  const server = await startFileServer()
  for (const name of ['tool', 'tool-two']) server.on(`/files.example.org/${name}`, file(script))
  const of = world({ folder, definition: {}, loopback: server.base, refusal: () => null, steps: [fetches('tool'), fetches('tool-two'), step('run', run)] })
  await of.agree()
  for (const name of ['tool', 'tool-two']) await of.enrolment.doStep(programmeId, `get-${name}`)
  return of
}

describe('a downloaded file that was swapped', () => {
  const ran = { kind: 'file', path: '{folder}/ran' } as const
  const ways: [string, Partial<StepDefinition>][] = [
    ['by its path', { check: ran, verify: ran, do: { kind: 'command', command: { program: '{folder}/files/tool', args: ['{folder}/ran'] }, timeoutMs: 10_000 } }],
    ['by a shell', { check: ran, verify: ran, do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'cd files && ./tool ../ran'] }, timeoutMs: 10_000 } }],
    ['through its environment', { check: ran, verify: ran, do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', '"$TOOL" ran'], env: { TOOL: '{folder}/files/tool' } }, timeoutMs: 10_000 } }],
    ['only to look', { do: { kind: 'check' }, check: { kind: 'none' }, verify: { kind: 'command', command: { program: '{folder}/files/tool', args: ['{folder}/ran'] }, exitCode: 0 } }],
  ]
  it.each(ways)('is not run %s, and is once it was fetched anew', async (_, run) => {
    const of = await fetched(newFolder(), run)
    writeFileSync(join(of.own, 'files', 'tool'), '#!/bin/sh\necho swapped > "$1"\n')
    await of.enrolment.doStep(programmeId, 'run')
    expect(['failed', 'blocked']).toContain(of.stepState('run').phase)
    expect(of.stepState('run').because).toMatch(/tool in .* is not the file that was downloaded/)
    expect(existsSync(join(of.own, 'ran'))).toBe(false)
    await of.enrolment.doStep(programmeId, 'get-tool')
    await of.enrolment.doStep(programmeId, 'run')
    expect(of.stepState('run').phase).toBe('done')
    expect(readFileSync(join(of.own, 'ran'), 'utf8')).toBe('ran\n')
  })

  it('and is not named does not stand in the way', async () => {
    const of = await fetched(newFolder(), { check: ran, verify: ran, do: { kind: 'command', command: { program: '{folder}/files/tool', args: ['{folder}/ran'] }, timeoutMs: 10_000 } })
    writeFileSync(join(of.own, 'files', 'tool-two'), 'swapped')
    await of.enrolment.doStep(programmeId, 'run')
    expect(of.stepState('run').phase).toBe('done')
  })
})

describe('a start that is another one than was agreed to', () => {
  const software = (args: string[]): Partial<SoftwareDefinition> => ({ command: { program: '/opt/worker', args } })
  async function agreed(folder: string): Promise<void> {
    const of = world({ folder, definition: software([]), steps: [step('read'), starts()] })
    await of.agree()
    await of.enrolment.confirm(programmeId, 'read')
    await of.enrolment.doStep(programmeId, 'start')
    expect(of.state().phase).toBe('set-up')
    expect(await of.enrolment.beforeStart(programmeId)).toBeNull()
    await of.enrolment.close()
  }

  it.each<[string, string[], StepDefinition[], string]>([
    ['runs other words', ['--no_warnings'], [step('read'), starts()], 'what is run or fetched in “Step start”'],
    ['opens a port', [], [step('read'), starts({ effects: { ...starts().effects, ports: ['TCP 80 inward'] } })], 'what “Step start” changes on this machine'],
  ])('and %s is not made until it was agreed to', async (_, args, steps, part) => {
    const folder = newFolder()
    await agreed(folder)
    const words = `What you agreed to has changed since: ${part}. Read it again and agree.`
    const of = world({ folder, definition: software(args), steps })
    expect(await of.enrolment.beforeStart(programmeId)).toBe(words)
    expect(of.state()).toMatchObject({ phase: 'set-up', blocked: words })
    await of.agree()
    expect(await of.enrolment.beforeStart(programmeId)).toBeNull()
    expect(of.state()).toMatchObject({ phase: 'set-up', blocked: null })
  })

  it('is no matter where only the words about it, or another step, changed', async () => {
    const folder = newFolder()
    await agreed(folder)
    const of = world({ folder, definition: software([]), steps: [step('read', { what: 'Something new.' }), starts({ what: 'Starts it now.' })] })
    expect(await of.enrolment.beforeStart(programmeId)).toBeNull()
    expect(of.state().blocked).toBeNull()
  })

  it('an engine that does not answer is no answer: it is handed on as such', async () => {
    const docker = { containers: () => Promise.reject(new DockerFault('Docker does not answer.', 'not-there')) } as unknown as DockerEngine
    const of = world({ folder: newFolder(), docker, definition: {}, steps: [step('alone', { check: { kind: 'none' }, do: { kind: 'check' }, verify: { kind: 'no-strangers', imagePrefix: 'x/' } }), starts()] })
    await expect(of.enrolment.beforeStart(programmeId)).rejects.toBeInstanceOf(DockerFault)
  })
})

describe('answers given before their turn', () => {
  const asks = (id: string, more: Partial<StepDefinition> = {}): StepDefinition =>
    step(id, { fields: [field(id)], check: { kind: 'answered', fields: [id] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: [id] }, undo: { kind: 'forget-answers' }, ...more })

  it('finish their steps as soon as their turn comes, one after another', async () => {
    const of = world({ folder: newFolder(), steps: [step('read'), asks('name'), asks('mode'), asks('last')] })
    await of.enrolment.answer(programmeId, 'mode', { mode: 'a' })
    await of.enrolment.answer(programmeId, 'name', { name: 'rig' })
    expect(of.state().steps.map((each) => each.phase)).toEqual(['open', 'open', 'open', 'open'])
    await of.enrolment.confirm(programmeId, 'read')
    expect(of.state().steps.map((each) => each.phase)).toEqual(['done', 'done', 'done', 'open'])
    expect(of.events.filter((event) => event.id === 'enrolment-step-done').map((event) => event.sentence)).toEqual(['Worker: “Step read” is done.', 'Worker: “Step name” is done.', 'Worker: “Step mode” is done.'])
    await of.enrolment.answer(programmeId, 'last', { last: 'x' })
    expect(of.state().phase).toBe('set-up')
    expect(of.events.at(-1)?.id).toBe('enrolment-set-up')
  })

  it('finish the set-up where they were all that was left', async () => {
    const of = world({ folder: newFolder(), steps: [step('read'), asks('name')] })
    await of.enrolment.answer(programmeId, 'name', { name: 'rig' })
    await of.enrolment.confirm(programmeId, 'read')
    expect(of.state()).toMatchObject({ phase: 'set-up', setUpAt: expect.any(Number) })
  })

  it('are nothing done while it is left', async () => {
    const of = world({ folder: newFolder(), steps: [asks('name')] })
    await of.enrolment.answer(programmeId, 'name', { name: 'rig' })
    await of.enrolment.leave(programmeId)
    expect(of.stepState('name')).toMatchObject({ phase: 'undone', answers: {} })
  })
})

it('what is not entered yet is said to be so, in words that a shell would not quote', async () => {
  const of = world({
    folder: newFolder(),
    definition: { command: { program: '{folder}/files/tool', args: ['--device_id={device}', '--cards={cards}'], env: { NAME: '{device}', JSON: '{"a":{}}' } } },
    steps: [step('ask', { fields: [field('device')], check: { kind: 'answered', fields: ['device'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['device'] } }), makes('make', '/x/{device}', { do: { kind: 'command', command: { program: 'tool', args: ['--id={device}', 'two words'], needsTerminal: true }, timeoutMs: 1 } }), starts()],
  })
  expect(of.stepState('start').command).toEqual([`${of.own}/files/tool`, '--device_id=(to be entered)', '--cards=(the number of cards)'])
  expect(of.stepState('start').environment).toEqual(['NAME=(to be entered)', 'JSON={"a":{}}'])
  expect(of.stepState('make').byHand).toBe("tool --id=(to be entered) 'two words'")
  expect(JSON.stringify(await of.report())).not.toMatch(/\{device\}|\{cards\}/)
  await of.enrolment.answer(programmeId, 'ask', { device: 'rig' })
  expect(of.stepState('start').command?.[1]).toBe('--device_id=rig')
})

describe('a command', () => {
  it('gets nobody’s tokens, and makes files for their owner alone', async () => {
    for (const [name, value] of Object.entries({ GITHUB_TOKEN: 'gh', AWS_SECRET_ACCESS_KEY: 'aws', npm_config_registry: 'https://a:b@x', LD_PRELOAD: '', NODE_PATH: '/x', CREDENTIALS_DIRECTORY: '/x', NOTIFY_SOCKET: '/x', IDLEWATT_X: 'x' })) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const folder = newFolder()
    const path = join(folder, 'made')
    const before = process.umask()
    const of = world({ folder, steps: [makes('make', path, { do: { kind: 'command', command: { program: '/bin/sh', args: ['-c', 'env > "$0"; mkdir "$0.d"', path], env: { OWN: 'given' } }, timeoutMs: 10_000 } })] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'make')
    const names = readFileSync(path, 'utf8').split('\n').map((line) => line.split('=')[0])
    expect(names).toEqual(expect.arrayContaining(['PATH', 'OWN']))
    for (const name of ['GITHUB_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'npm_config_registry', 'LD_PRELOAD', 'NODE_PATH', 'CREDENTIALS_DIRECTORY', 'NOTIFY_SOCKET', 'IDLEWATT_X', 'IDLEWATT_RUN']) expect(names).not.toContain(name)
    expect([statSync(path).mode & 0o777, statSync(`${path}.d`).mode & 0o777]).toEqual([0o600, 0o700])
    expect(process.umask()).toBe(before)
  })

  it('that fails is not told of in the words of a secret', async () => {
    const folder = newFolder()
    const secret = 'correct-horse-battery'
    const fails = (own: Partial<StepDefinition>): StepDefinition => makes('make', join(folder, 'made'), own)
    const command = { program: '/bin/sh', args: ['-c', 'echo "refused: $PASSWORD" >&2; exit 3'], env: { PASSWORD: '{secret:word}' } }
    for (const own of [{ do: { kind: 'command', command, timeoutMs: 10_000 } }, { do: { kind: 'check' }, check: { kind: 'none' }, verify: { kind: 'command', command, exitCode: 0 } }] satisfies Partial<StepDefinition>[]) {
      const asks = step('ask', { fields: [field('word', 'secret')], check: { kind: 'answered', fields: ['word'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['word'] } })
      const of = world({ folder: newFolder(), steps: [asks, fails(own)] })
      await of.agree()
      await of.enrolment.answer(programmeId, 'ask', { word: secret })
      await of.enrolment.doStep(programmeId, 'make')
      expect(of.stepState('make').because).toContain('refused: [removed]')
      for (const told of [JSON.stringify(of.states), JSON.stringify(of.events), readFileSync(of.databaseFile, 'latin1'), ...(existsSync(join(of.own, 'enrolment.log')) ? [readFileSync(join(of.own, 'enrolment.log'), 'utf8')] : [])]) expect(told).not.toContain(secret)
      expect(of.enrolment.software(programmeId).secrets()).toEqual([secret])
      writeFileSync(of.secretsFile, 'damaged', { mode: 0o600 })
      expect(of.enrolment.software(programmeId).secrets()).toEqual([])
    }
  })

  it('does not write its log through a link, and is done all the same', async () => {
    const folder = newFolder()
    const outside = newFolder()
    writeFileSync(join(outside, 'mine'), 'mine')
    const of = world({ folder, steps: [makes('one', join(folder, 'one')), makes('two', join(folder, 'two'))] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'one')
    const log = join(of.own, 'enrolment.log')
    expect(statSync(log).mode & 0o777).toBe(0o600)
    rmSync(log)
    symlinkSync(join(outside, 'mine'), log)
    await of.enrolment.doStep(programmeId, 'two')
    expect(of.stepState('two').phase).toBe('done')
    expect(readFileSync(join(outside, 'mine'), 'utf8')).toBe('mine')
    expect(readdirSync(outside)).toEqual(['mine'])
    expect(of.log.join()).toMatch(/log of a step’s command cannot be kept/)
  })
})
