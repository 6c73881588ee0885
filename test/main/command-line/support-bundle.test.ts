/** `idlewatt support-bundle`: all of it is listed before it is saved, nothing private is in it, and no file is overwritten or left half-written. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { canMountTinyDisk, heedsReadOnly, newFolder } from '../../helpers/files.ts'
import { idlewatt, machinesFolder } from './call.ts'
import { idlewattHere } from './here.ts'

vi.stubEnv('IDLEWATT_OFFLINE', '1')
const rig = ['--machine', join(machinesFolder, 'two-rtx-3090-linux')]
const wallet = '9xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsV'
const document = z.object({ savedAs: z.string().nullable(), fileName: z.string(), madeAt: z.number(), files: z.array(z.object({ name: z.string(), what: z.string().min(1), bytes: z.number() })), removed: z.array(z.object({ what: z.string(), count: z.number().min(1) })) })

const bundle = (words: string[], data: string) => idlewattHere(['support-bundle', ...words, '--data', data])

/** A folder with what must not go out, as its owner's commands have put it there. */
async function privateFolder(): Promise<string> {
  const data = join(newFolder(), 'secret-folder-name')
  mkdirSync(data)
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ wallets: { 'io-net': wallet }, bandwidthServer: 'https://speed.jane-doe.example/x', stunServer: 'stun.jane-doe.example:3478' }))
  writeFileSync(join(data, 'secrets.json'), JSON.stringify({ webhook: 'https://hooks.example/T0K3N-of-jane' }), { mode: 0o600 })
  mkdirSync(join(data, 'providers', 'practice-worker'), { recursive: true })
  writeFileSync(join(data, 'providers', 'practice-worker', 'output.txt'), 'raw words that nobody has cleaned\n')
  await idlewattHere(['enrol', 'practice/worker', '--do', 'read', '--confirm', 'read', '--data', data])
  await idlewattHere(['enrol', 'practice/worker', '--answer', 'name=janes-rig', '--answer', 'behaviour=crashes', '--data', data])
  return data
}

function unzipped(file: string): Record<string, string> {
  return Object.fromEntries(Object.entries(unzipSync(readFileSync(file))).map(([name, bytes]) => [name, strFromU8(bytes)]))
}

test('it holds everything a helper needs and nothing that is private; what was listed is what was saved', { timeout: 30_000 }, async () => {
  const data = await privateFolder()
  const out = join(newFolder(), 'bundle.zip')
  const answer = await bundle(['--out', out, '--json'], data)
  const listed = document.parse(JSON.parse(answer.stdout))
  expect(answer.exitCode).toBe(0)
  expect(listed.savedAs).toBe(out)
  const saved = unzipped(out)
  expect(Object.entries(saved).map(([name, text]) => [name, Buffer.byteLength(text)])).toEqual(listed.files.map(({ name, bytes }) => [name, bytes]))
  for (const name of ['README.txt', 'settings.json', 'state.json', 'enrolments.json', 'providers.json', 'events.json', 'alerts.json', 'checks.json', 'readings.json', 'requests.json', 'machine/machine.json']) expect(Object.keys(saved), name).toContain(name)
  const whole = JSON.stringify(saved)
  for (const gone of [wallet, 'jane', 'T0K3N', 'secret-folder-name', 'raw words', ...(homedir().length > 5 ? [homedir()] : []), ...(hostname().length > 8 ? [hostname()] : [])]) expect(whole, gone).not.toContain(gone)
  // It is still of use: steps, choices, checks, the version.
  const [enrolment] = JSON.parse(saved['enrolments.json'] ?? '[]') as { programmeId: string; steps: { id: string; answers: Record<string, string>; phase: string }[] }[]
  expect(enrolment?.steps.find(({ id }) => id === 'details')?.answers).toEqual({ name: '(an answer of yours)', behaviour: 'crashes' })
  expect(enrolment?.steps.find(({ id }) => id === 'read')?.phase).toBe('done')
  expect(JSON.parse(saved['checks.json'] ?? '[]')).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'docker' })]))
  expect(saved['README.txt']).toMatch(/Idlewatt \d+\.\d+\.\d+/)
  expect(listed.removed.map(({ what }) => what)).toEqual(expect.arrayContaining(['wallet address', 'server of yours', 'folder of yours']))
  if (process.platform !== 'win32') expect(statSync(out).mode & 0o077).toBe(0)
})

test('its recorded machine is one', { timeout: 30_000 }, async () => {
  const folder = newFolder()
  const out = join(folder, 'bundle.zip')
  await bundle(['--out', out, ...rig], newFolder())
  for (const [name, text] of Object.entries(unzipped(out))) {
    if (!name.startsWith('machine/')) continue
    mkdirSync(join(folder, 'machine'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const detected = JSON.parse((await idlewattHere(['detect', '--json', '--machine', join(folder, 'machine'), '--data', newFolder()])).stdout) as { gpus: { name: string; uuid: string }[] }
  expect(detected.gpus.map(({ name }) => name)).toEqual(['NVIDIA GeForce RTX 3090', 'NVIDIA GeForce RTX 3090'])
  expect(new Set(detected.gpus.map(({ uuid }) => uuid)).size).toBe(2)
})

describe('looking into it', () => {
  test('without --out it is listed, nothing is saved, and no folder is made', async () => {
    const gone = join(newFolder(), 'not', 'there')
    const answer = await bundle(rig, gone)
    expect(answer.stdout).toContain('state.json')
    expect(answer.stdout).toContain('Nothing was saved and nothing was sent')
    for (const line of answer.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
    expect(existsSync(gone)).toBe(false)
  })
  test('--show prints one file whole, with --json as one document', async () => {
    const shown = await bundle(['--show', 'state.json', ...rig], newFolder())
    expect(shown.stdout.length).toBeGreaterThan(40_000)
    expect(JSON.parse(shown.stdout)).toHaveProperty('programmes')
    const document = JSON.parse((await bundle(['--show', 'README.txt', '--json', ...rig], newFolder())).stdout) as { name: string; text: string }
    expect(document).toMatchObject({ name: 'README.txt', text: expect.stringContaining('A support bundle of Idlewatt') })
  })
  test('a file that is not in it, and words that do not go together', async () => {
    const unknown = await bundle(['--show', 'nope', ...rig], newFolder())
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' })
    expect(unknown.stderr).toContain('There are: README.txt')
    expect(await bundle(['--show', 'state.json', '--out', 'x.zip'], newFolder())).toMatchObject({ exitCode: 2 })
    expect(await bundle(['more'], newFolder())).toMatchObject({ exitCode: 2 })
  })
})

describe('where it cannot be saved', () => {
  test('a file that is there, a folder, and no folder at all', async () => {
    const folder = newFolder()
    const file = join(folder, 'mine.zip')
    writeFileSync(file, 'mine')
    for (const out of [file, folder, join(folder, 'no', 'x.zip')]) {
      const answer = await bundle(['--out', out, ...rig], newFolder())
      expect(answer, out).toMatchObject({ exitCode: 1, stdout: '' })
      expect(answer.stderr).toContain('was not written')
    }
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })
  test.skipIf(!canMountTinyDisk)('a full disk: it says so and leaves no half of it', { timeout: 30_000 }, async () => {
    const disk = newFolder()
    const script = `mount -t tmpfs -o size=64k none "${disk}" && head -c 61440 /dev/zero > "${disk}/filling"; "$@"; code=$?; ls "${disk}" >&2; exit $code`
    const answer = await idlewatt(['support-bundle', '--out', join(disk, 'x.zip'), ...rig], {}, ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh'])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain('the disk is full')
    expect(answer.stderr.trim().split('\n').at(-1)).toBe('filling')
  })
  test.skipIf(heedsReadOnly === null)('a folder that may not be written to', { timeout: 30_000 }, async () => {
    const folder = newFolder()
    chmodSync(folder, 0o500)
    const answer = await idlewatt(['support-bundle', '--out', join(folder, 'x.zip'), ...rig], {}, heedsReadOnly ?? [])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain('may not write there')
  })
})
