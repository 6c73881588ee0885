/** Every command on every recorded machine: the documents have the listed shape, the tables fit a terminal, the exit codes say what they should. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptyFolder, idlewatt, machines, machinesFolder, type Answer } from './call.ts'
import { detectDocument, doctorDocument, eligibilityDocument, estimateDocument } from './documents.ts'
import { idlewattHere } from './here.ts'

const names = machines()
/** Where the widest tables come from: several kinds of cards, eight of them, and long reasons. */
const withTables = names.filter((name) => /windows|h200|laptop|two-/.test(name))
const detected = new Map<string, ReturnType<typeof idlewatt>>()

/** Looked once, whoever asks. */
function detectOn(name: string): ReturnType<typeof idlewatt> {
  const found = detected.get(name) ?? idlewatt(['detect', '--json', '--machine', join(machinesFolder, name)])
  detected.set(name, found)
  return found
}

/** In this process: a start of Node for each of a hundred calls takes a minute. On two of the machines all of them are called as a user does. */
function here(words: string[]): Promise<Answer> {
  return idlewattHere([...words, '--data', emptyFolder()])
}

function parse(stdout: string): unknown {
  expect(stdout.trim().startsWith('{') || stdout.trim().startsWith('['), `stdout is one document: ${stdout.slice(0, 200)}`).toBe(true)
  return JSON.parse(stdout)
}

describe.each(names)('the machine %s', { concurrent: true }, (name) => {
  const machine = ['--machine', join(machinesFolder, name)]
  const ask = ['no-gpu', 'rtx-3050'].includes(name) ? idlewatt : here

  test('detect', { timeout: 40_000 }, async () => {
    const answer = await detectOn(name)
    const found = detectDocument.parse(parse(answer.stdout))
    expect(found.machine.recorded).toBe(name)
    const isLost = found.gpus.some((gpu) => gpu.problems.some(({ id }) => id === 'gpu-lost'))
    const isWell = !isLost && found.problems.length === 0 && found.gpus.some((gpu) => gpu.kind === 'gpu')
    expect(answer.exitCode, answer.stderr).toBe(isWell ? 0 : 1)
    expect(new Set(found.gpus.map((gpu) => gpu.id)).size).toBe(found.gpus.length)
  })

  test('its table', { timeout: 40_000 }, async () => {
    const document = detectDocument.parse(parse((await detectOn(name)).stdout))
    const { stdout } = await ask([...machine, 'detect'])
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
    const text = stdout.replace(/\s+/g, '')
    for (const gpu of document.gpus) expect(text).toContain(gpu.id)
    for (const problem of [...document.problems, ...document.gpus.flatMap((gpu) => gpu.problems)]) expect(text).toContain(problem.sentence.replace(/\s+/g, ''))
    expect(stdout).toContain(name)
    expect(stdout).not.toContain('\u001b')
  })

  test('eligibility and estimate', { timeout: 60_000 }, async () => {
    const eligibility = await ask(['eligibility', '--json', ...machine])
    const { verdicts } = eligibilityDocument.parse(parse(eligibility.stdout))
    const estimate = await ask(['estimate', '--json', ...machine])
    const { estimates } = estimateDocument.parse(parse(estimate.stdout))
    expect(estimates.map((row) => [row.programmeId, row.verdict])).toEqual(verdicts.map((row) => [row.programmeId, row.verdict]))
    expect(eligibility.exitCode).toBe(verdicts.length > 0 ? 0 : 1)
    expect(estimate.exitCode).toBe(estimates.length > 0 ? 0 : 1)
    if (estimates.length === 0) expect(estimate.stderr.trim().length, 'a sentence says why').toBeGreaterThan(20)
    for (const { net, lines, programmeId } of estimates) {
      const known = [net.low, net.expected, net.high].filter((one) => one !== null)
      expect(known, programmeId).toEqual([...known].sort((a, b) => a - b))
      const amounts = lines.map((line) => line.expected)
      if (net.expected !== null) expect(amounts.reduce<number>((sum, one) => sum + (one ?? 0), 0), programmeId).toBeCloseTo(net.expected, 9)
    }
  })
})

describe.each(withTables)('the machine %s in a terminal', { concurrent: true }, (name) => {
  test.each(['eligibility', 'estimate'])('%s fits 100 columns', { timeout: 40_000 }, async (command) => {
    const { stdout } = await idlewatt([command, '--machine', join(machinesFolder, name)])
    expect(stdout.length).toBeGreaterThan(500)
    for (const line of stdout.split('\n')) {
      // An address is not broken: one would not be able to copy it.
      if (!line.includes('http')) expect(line.length, line).toBeLessThanOrEqual(100)
    }
  })
})

test('there are recorded machines', () => expect(names.length).toBeGreaterThanOrEqual(8))

describe('one card, one network', () => {
  const machine = names.find((name) => /3090|h200/i.test(name)) ?? names[0] ?? ''
  const words = ['--machine', join(machinesFolder, machine)]

  test('--gpu shows that card alone, also by the beginning of its id, before or after the command', async () => {
    const all = detectDocument.parse(parse((await detectOn(machine)).stdout))
    const wanted = all.gpus[1] ?? all.gpus[0]
    const one = detectDocument.parse(parse((await idlewatt(['--gpu', wanted?.id ?? '', 'detect', '--json', ...words])).stdout))
    expect(one.gpus.map((gpu) => gpu.id)).toEqual([wanted?.id])
  })

  test('an unknown card is refused with the ids there are', async () => {
    const answer = await idlewatt(['detect', '--json', '--gpu', 'GPU-none', ...words])
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
    const all = detectDocument.parse(parse((await detectOn(machine)).stdout))
    for (const gpu of all.gpus) expect(answer.stderr).toContain(gpu.id)
  })

  test('--network leaves that network alone', async () => {
    const all = eligibilityDocument.parse(parse((await idlewatt(['eligibility', '--json', ...words])).stdout))
    const id = all.verdicts[0]?.networkId ?? ''
    const one = eligibilityDocument.parse(parse((await idlewatt(['eligibility', '--json', '--network', id.toUpperCase(), ...words])).stdout))
    expect(one.verdicts).toEqual(all.verdicts.filter((row) => row.networkId === id))
  })
})

describe('doctor', () => {
  test('says of every check what it found, and of every problem what mends it', { timeout: 40_000 }, async () => {
    const answer = await idlewatt(['doctor', '--json'])
    const { ok, checks } = doctorDocument.parse(parse(answer.stdout))
    expect(ok).toBe(checks.every((check) => check.ok !== false))
    expect(answer.exitCode).toBe(ok ? 0 : 1)
    expect(checks.find((check) => check.id === 'native-calls')?.ok).toBe(true)
    expect(checks.find((check) => check.id === 'data-folder')?.ok).toBe(true)
    for (const check of checks) if (check.ok === false && check.id !== 'gpus') expect(check.remedy, check.id).not.toBeNull()
  })
  test.skipIf(process.platform !== 'linux')('where OpenCL was told to be elsewhere, it says so, and what the loader said', { timeout: 60_000 }, async () => {
    const vendors = mkdtempSync(join(tmpdir(), 'idlewatt-icd-'))
    writeFileSync(join(vendors, 'x.icd'), 'libis-not-here.so.1\n')
    const look = async (env: Record<string, string>): Promise<{ ok: boolean | null; what: string; remedy: string | null } | undefined> =>
      doctorDocument.parse(parse((await idlewatt(['doctor', '--json'], env)).stdout)).checks.find((check) => check.id === 'opencl')
    const library = await look({ IDLEWATT_OPENCL_LIBRARY: '/etc/passwd' })
    expect(library).toMatchObject({ ok: false, what: expect.stringMatching(/IDLEWATT_OPENCL_LIBRARY is set to \/etc\/passwd\..*\/etc\/passwd: .*ELF/), remedy: expect.stringMatching(/Take IDLEWATT_OPENCL_LIBRARY out/) })
    const registry = await look({ OCL_ICD_VENDORS: vendors })
    expect(registry).toMatchObject({ ok: false, what: expect.stringMatching(/OCL_ICD_VENDORS is set to/) })
    rmSync(vendors, { recursive: true })
  })
  test('finds a data folder that is a file', { timeout: 40_000 }, async () => {
    const answer = await idlewatt(['doctor', '--json', '--data', join(machinesFolder, machines()[0] ?? '', 'machine.json')])
    const { checks } = doctorDocument.parse(parse(answer.stdout))
    expect(checks.find((check) => check.id === 'data-folder')).toMatchObject({ ok: false })
    expect(answer.exitCode).toBe(1)
  })
})
