/** What users enter: seed phrases and keys refused everywhere and never repeated, tokens kept where only the user reads them. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { newFolder } from '../../helpers/files.ts'
import { field, programmeId, step, world, type World } from './support.ts'

const phrase = 'abandon ability able about above absent absorb abstract absurd abuse access accident'
const key = '4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318'

function asking(folder = newFolder()): World {
  return world({
    folder,
    steps: [
      step('ask', {
        fields: [field('name'), field('token', 'secret'), field('path', 'path'), field('mode', 'choice'), field('wallet', 'address')],
        check: { kind: 'answered', fields: ['name', 'token'] },
        do: { kind: 'ask' },
        verify: { kind: 'answered', fields: ['name', 'token'] },
        undo: { kind: 'forget-answers' },
        refuse: (id, value) => (id === 'wallet' && !value.startsWith('0x') ? 'That is no address of this chain.' : id === 'token' && value.length < 8 ? `${value} is too short.` : null),
      }),
    ],
  })
}

/** Everything that is on disk or was told. */
function everything(of: World): string {
  const files = readdirSync(of.folder, { recursive: true }).map((name) => join(of.folder, String(name))).filter((path) => statSync(path).isFile())
  return [JSON.stringify([of.states, of.state(), of.events]), of.log.join(''), ...files.map((path) => readFileSync(path, 'latin1'))].join('\n')
}

it.each([
  ['a seed phrase', phrase],
  ['a seed phrase with numbers', phrase.split(' ').map((word, at) => `${at + 1}. ${word}`).join(' ')],
  ['a private key', key],
  ['a private key with 0x', `0x${key}`],
  ['a PEM', '-----BEGIN PRIVATE KEY-----'],
])('%s is refused in every field, and nothing of it is kept or repeated', async (_, secret) => {
  const of = asking()
  for (const id of ['name', 'token', 'path', 'mode', 'wallet']) {
    const refusal = await of.enrolment.answer(programmeId, 'ask', { name: 'fine', [id]: secret }).then(() => 'taken', (error: Error) => error.message)
    expect(refusal).toContain('Idlewatt never needs one')
    expect(refusal).not.toContain(secret.slice(0, 20))
  }
  // All or none: what came along was not taken either.
  expect(of.stepState('ask').answers).toEqual({})
  expect(everything(of)).not.toContain(secret.slice(0, 20))
})

it('keeps a token for its owner alone, shows only since when, and takes it away again', async () => {
  const of = asking()
  await of.enrolment.answer(programmeId, 'ask', { name: 'rig', token: ' tok_live_12345678 ' })
  const shown = of.stepState('ask')
  expect(shown.phase).toBe('done')
  expect(shown.answers).toEqual({ name: 'rig' })
  expect(Math.abs((shown.storedSince['token'] ?? 0) - Date.now())).toBeLessThan(10_000)
  expect(statSync(of.secretsFile).mode & 0o777).toBe(0o600)
  expect(of.enrolment.software(programmeId).secret('token')).toBe('tok_live_12345678')
  expect(of.enrolment.software(programmeId).secret('other')).toBeNull()
  expect(JSON.stringify([of.states, of.events, of.log, await of.report()])).not.toContain('tok_live')
  expect(readFileSync(of.databaseFile, 'latin1')).not.toContain('tok_live')
  await of.enrolment.answer(programmeId, 'ask', { token: '' })
  expect(existsSync(of.secretsFile)).toBe(false)
  expect(of.stepState('ask')).toMatchObject({ phase: 'open', storedSince: {} })
})

it('does not repeat a secret in a refusal of its own', async () => {
  const of = asking()
  await expect(of.enrolment.answer(programmeId, 'ask', { token: 'short' })).rejects.toThrow('“token” was not taken: it is not of the right shape.')
})

it.each([
  [{ name: '--no_warnings' }, /cannot begin with a dash/],
  [{ name: 'two\nlines' }, /one line/],
  [{ name: 'an\u001b[31m escape' }, /one line/],
  [{ mode: 'b' }, /takes one of: a/],
  [{ path: 'relative/file' }, /full path/],
  [{ wallet: 'cosmos1x' }, /no address of this chain/],
  [{ other: 'x' }, /no field of that name/],
])('refuses %j', async (values, words) => {
  const of = asking()
  await expect(of.enrolment.answer(programmeId, 'ask', values as Record<string, string>)).rejects.toThrow(words)
  expect(of.stepState('ask').answers).toEqual({})
})

it('asks again for what the key store has lost', async () => {
  const folder = newFolder()
  const of = asking(folder)
  await of.enrolment.answer(programmeId, 'ask', { name: 'rig', token: 'tok_live_12345678' })
  writeFileSync(of.secretsFile, '{}', { mode: 0o600 })
  const again = asking(folder)
  await again.enrolment.begin()
  expect(again.stepState('ask')).toMatchObject({ phase: 'open', storedSince: {} })
})
