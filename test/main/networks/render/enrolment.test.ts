/** What joining in each of the three ways asks, refuses and measures. */
import { describe, expect, test } from 'vitest'
import { network } from '../../../../main/networks/render/index.ts'
import type { Measured, StepDefinition, Subject } from '../../../../main/networks/network.ts'
import { looksLikeSecret } from '../../../../shared/secrets.ts'
import { verdictOf } from '../../../../shared/network.ts'
import { noReadings, type DockerReading, type MachineReadings } from '../../../../shared/preflight.ts'
import { now } from '../software-facts.ts'
import { cardOf, machineOf, subjectOf } from './subject.ts'

const stepsOf = (id: string): StepDefinition[] => network.enrolments.find(({ programmeId }) => programmeId === `render/${id}`)?.steps ?? []
const step = (programme: string, id: string): StepDefinition => {
  const found = stepsOf(programme).find((one) => one.id === id)
  if (!found) throw new Error(id)
  return found
}
const known = <T>(value: T) => ({ value, why: null })
const readings = (change: Partial<MachineReadings>): MachineReadings => ({ ...noReadings(now), ...change })
const isSo = (programme: string, id: string, change: Partial<MachineReadings>) => {
  const probe = step(programme, id).verify
  if (probe.kind !== 'reading') throw new Error(probe.kind)
  return probe.isSo(readings(change), {})
}
const running = (programmeId: string, what: string) => ({ software: known([{ programmeId, programmeTitle: 'x', what, isOurs: false }]) })
const docker = (change: Partial<DockerReading> = {}) => known<DockerReading>({ answers: true, why: null, remedy: null, version: '28.1', isDesktop: false, runtimes: ['runc', 'nvidia'], hasNvidiaRuntime: true, containers: [], images: [], rootFolder: null, ...change })
const server = machineOf({ platform: 'linux', os: 'Ubuntu 24.04.1 LTS', osVersion: '24.04', cpuCores: 16, memoryBytes: 128 * 1024 ** 3, hasDocker: true })
const need = (programme: string, id: string, change: Partial<Subject>): Measured => {
  const found = network.programmes.find((one) => one.id === `render/${programme}`)?.needs.find((one) => one.id === id)
  if (!found) throw new Error(id)
  return found.measure(subjectOf<never>('RTX 4090', { machine: server, ...change }))
}

describe('answers', () => {
  test.each<[string, string, string, string, boolean]>([
    ['rendering', 'wallet', 'wallet', 'Gaxmf9tKTFWrHHaQY8dqNpjcWhxg2RNP95jRwSc5N9V7', true],
    ['rendering', 'wallet', 'wallet', '0x52908400098527886E0F7030069857D2E4169EE7', false],
    ['rendering', 'wallet', 'wallet', 'short', false],
    ['compute', 'keep-key', 'publicKey', 'pk_live_8841abcd', true],
    ['compute', 'keep-key', 'secretKey', 'sk_live_8841abcd', true],
    ['compute', 'keep-key', 'secretKey', 'pk_live_8841abcd', false],
    ['compute', 'keep-key', 'publicKey', 'sk_live_8841abcd', false],
    ['compute', 'keep-key', 'secretKey', 'a password 8841', false],
  ])('%s: %s.%s "%s" is taken: %s', (programme, stepId, field, value, ok) => {
    const refusal = step(programme, stepId).refuse?.(field, value) ?? null
    expect(refusal === null).toBe(ok)
    expect(refusal ?? '').not.toContain('8841')
  })
  test('both halves of the key are secrets, may be left out, and are no seed phrase to us', () => {
    const { fields } = step('compute', 'keep-key')
    expect(fields.map(({ kind, isRequired }) => ({ kind, isRequired }))).toEqual([{ kind: 'secret', isRequired: false }, { kind: 'secret', isRequired: false }])
    expect(looksLikeSecret('sk_live_8841abcdefghijkl')).toBe(false)
  })
  test('that the secret is shown once, that keys stand in the process list, and the DMZ are dangers said beforehand', () => {
    expect(stepsOf('compute').flatMap((one) => one.traps).filter(({ severity }) => severity === 'danger').map(({ id }) => id)).toEqual(['unpaid-before', 'shown-once', 'dmz', 'keys-in-words'])
  })
})

describe('rendering and compute on one machine', () => {
  test('each is told of the other', () => {
    expect(isSo('compute', 'alone', running('render/rendering', 'process rndrclient.exe (4711)'))).toMatchObject({ ok: false, because: expect.stringContaining('rndrclient.exe (4711)') })
    expect(isSo('rendering', 'alone', running('render/compute', 'process disNet (12)')).ok).toBe(false)
    expect(isSo('compute', 'alone', running('render/salad', 'process Salad.exe (1)')).ok).toBe(true)
    expect(isSo('compute', 'alone', {}).ok).toBeNull()
  })
  test('and so are the requirements', () => {
    expect(need('compute', 'dedicated', { readings: readings(running('render/rendering', 'process rndrclient.exe (4711)')) })).toMatchObject({ ok: false, remedy: expect.stringContaining('Close the rendering node') })
    expect(need('compute', 'dedicated', { readings: readings({ software: known([]) }) }).ok).toBe(true)
    expect(need('rendering', 'alone', { readings: readings(running('render/compute', 'process disNet (12)')) }).ok).toBe(false)
    expect(need('rendering', 'alone', {}).ok).toBeNull()
  })
})

describe('driver, Docker and toolkit', () => {
  const toolkit = (isThere: boolean) => known({ isThere, version: isThere ? '1.17.4' : null, how: 'nvidia-ctk' })
  test.each<[string, Partial<MachineReadings>, boolean | null]>([
    ['all there', { docker: docker(), containerToolkit: toolkit(true) }, true],
    ['Docker does not know the runtime', { docker: docker({ hasNvidiaRuntime: false }), containerToolkit: toolkit(true) }, false],
    ['no toolkit', { docker: docker({ hasNvidiaRuntime: false }), containerToolkit: toolkit(false) }, false],
    ['Docker without permission', { docker: docker({ answers: false, why: 'permission denied', remedy: 'Join the group docker.' }) }, false],
  ])('%s', (_what, given, ok) => {
    expect(isSo('compute', 'prerequisites', given).ok).toBe(ok)
    const needs = [need('compute', 'docker', { readings: readings(given) }).ok, need('compute', 'container-toolkit', { readings: readings(given) }).ok]
    expect(needs.includes(false) ? false : needs.includes(null) ? null : true).toBe(ok)
  })
  test('Docker\'s own remedy is said', () => {
    expect(need('compute', 'docker', { readings: readings({ docker: docker({ answers: false, why: 'permission denied', remedy: 'Join the group docker.' }) }) })).toMatchObject({ actual: 'does not answer: permission denied', remedy: 'Join the group docker.' })
  })
  test('a container that saw the card counts for more than what is set up', () => {
    expect(need('compute', 'container-toolkit', { readings: readings({ docker: docker(), containerToolkit: toolkit(true), cardInContainer: known({ works: false, said: 'NVML: not found' }) }) })).toMatchObject({ ok: false, why: 'NVML: not found' })
  })
})

describe('measured needs of a compute node', () => {
  const disk = (kind: 'nvme' | 'ssd', totalBytes = 1e12) => ({ machine: { ...server, diskTotalBytes: totalBytes }, readings: readings({ disk: known({ freeBytes: 5e11, totalBytes, kind, folder: '/' }), diskSpeed: known({ readMBps: 6800, writeMBps: 5000 }) }) })
  test('disk: NVMe by its kind, and how fast it reads', () => {
    expect(need('compute', 'disk', disk('nvme'))).toMatchObject({ ok: true, actual: '1.0 TB, NVMe, reads 6.8 GB/s' })
    expect(need('compute', 'disk', disk('ssd'))).toMatchObject({ ok: false, actual: '1.0 TB, SSD, not NVMe, reads 6.8 GB/s' })
    expect(need('compute', 'disk', disk('nvme', 5e11)).ok).toBe(false)
  })
  test('threads that are switched off can be switched on', () => {
    expect(need('compute', 'processor', { readings: readings({ cpuThreads: known(16) }), machine: { ...server, cpuCores: 8 } })).toMatchObject({ ok: true, actual: '8 cores, 16 threads' })
    expect(need('compute', 'processor', { readings: readings({ cpuThreads: known(8) }), machine: { ...server, cpuCores: 8 } })).toMatchObject({ ok: false, remedy: expect.stringContaining('SMT') })
  })
  test('line and clock', () => {
    const line = readings({ line: known({ downMbps: 400, upMbps: 74, latencyMs: 9, server: 'x' }), clock: known({ offMs: -5100, how: 'NTP' }) })
    expect(need('compute', 'download', { readings: line })).toEqual({ actual: '400 Mbit/s', ok: true, unit: 'Mbit/s' })
    expect(need('compute', 'upload', { readings: line }).ok).toBe(false)
    expect(need('compute', 'clock', { readings: line })).toMatchObject({ ok: false, actual: '5.1 s off' })
  })
  test.each<['rendering' | 'compute', string, string]>([['rendering', 'waitlist', 'waitlist'], ['compute', 'cohort', 'cohort']])('%s: admission counts once it was confirmed', (programme, id, stepId) => {
    expect(need(programme, id, { enrolled: { answers: {}, doneSteps: [stepId] } }).ok).toBe(true)
    expect(need(programme, id, { enrolled: { answers: {}, doneSteps: [] } }).ok).toBeNull()
  })
})

test('readings that say nothing change no verdict', () => {
  for (const programme of network.programmes) {
    for (const subject of [subjectOf<never>('RTX 4090', { machine: server, card: cardOf('RTX 4090') }), subjectOf<never>('H200', { machine: server }), subjectOf<never>('RTX 3060', { machine: machineOf() })]) {
      const judged = (change: Partial<Subject>) => verdictOf(programme.needs.map((one) => { const { ok, actual, remedy } = one.measure({ ...subject, ...change }); return { ...one, ok, actual, remedy: remedy === undefined ? one.remedy : remedy } }))
      expect(judged({ readings: noReadings(now), enrolled: { answers: {}, doneSteps: [] } }), programme.id).toBe(judged({}))
    }
  }
})

test('steps that only one system has are left out elsewhere, with a sentence', () => {
  const on = (platform: 'linux' | 'win32') => ({ platform, readings: noReadings(now), answers: {} })
  expect(step('rendering', 'client').leftOut?.(on('linux'))).toMatch(/Windows/)
  expect(step('rendering', 'client').leftOut?.(on('win32'))).toBeNull()
  expect(step('compute', 'register').leftOut?.(on('win32'))).toMatch(/Linux/)
})
