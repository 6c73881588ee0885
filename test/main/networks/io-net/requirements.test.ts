/** Requirements that preflight measures: before, "to check"; after, met or not, with what mends it. */
import { describe, expect, test } from 'vitest'
import { network } from '../../../../main/networks/io-net/index.ts'
import type { Measured, Subject } from '../../../../main/networks/network.ts'
import { noReadings, type DockerReading, type MachineReadings } from '../../../../shared/preflight.ts'
import { at } from '../../earnings/estimating.ts'
import { cardOf, machineOf } from '../render/subject.ts'

const linux = machineOf({ platform: 'linux', os: 'Ubuntu 22.04', osVersion: '22.04' })
const subject = (change: Partial<Subject> = {}): Subject => ({ at, card: cardOf('GeForce RTX 4090'), count: 1, gpusInMachine: 1, modelsInMachine: 1, machine: linux, ...change })
const readings = (change: Partial<MachineReadings>): Subject => subject({ readings: { ...noReadings(at), ...change } })
const measure = (id: string, of: Subject): Measured => {
  const need = network.programmes[0]?.needs.find((one) => one.id === id)
  if (!need) throw new Error(`no need ${id}`)
  return need.measure(of)
}
const value = <T>(of: T) => ({ value: of, why: null }) as const
const docker = (change: Partial<DockerReading> = {}): Pick<MachineReadings, 'docker'> => ({
  docker: value<DockerReading>({ answers: true, why: null, remedy: null, version: '28.0.1', isDesktop: false, runtimes: ['runc', 'nvidia'], hasNvidiaRuntime: true, containers: [], images: [], rootFolder: '/var/lib/docker', ...change }),
})
const stranger = { id: 'a', name: '/db', image: 'postgres:16', state: 'running', labels: {} }
const own = { id: 'b', name: '/goofy_vaughan', image: 'ionetcontainers/io-worker-vc:latest', state: 'running', labels: {} }
const toolkit = (isThere: boolean) => ({ containerToolkit: value({ isThere, version: isThere ? '1.17.8' : null, how: isThere ? 'Docker has the nvidia runtime.' : 'nvidia-ctk was not found.' }) })
const line = (downMbps: number, upMbps: number, latencyMs = 12) => ({ line: value({ downMbps, upMbps, latencyMs, server: 'https://speed.example' }) })
const reached = (first: boolean | null, second: boolean | null): Pick<MachineReadings, 'reaches'> => ({
  reaches: { 'auth0.io.solutions:443': first === null ? { value: null, why: 'not asked' } : value(first), 'api.io.solutions:443': second === null ? { value: null, why: 'not asked' } : value(second) },
})

test('nothing measured: none of them fails', () => {
  for (const of of [subject(), subject({ readings: null }), readings({})]) {
    for (const id of ['docker', 'docker-gpu', 'line', 'ports', 'own-docker', 'alone', 'awake', 'wallet', 'place']) expect(measure(id, of), id).toMatchObject({ ok: null, actual: null, why: expect.stringMatching(/\S/) })
  }
})

test('a what-if without a machine fails none of them either', () => {
  for (const need of network.programmes[0]?.needs ?? []) if (need.of === 'machine') expect(need.measure(subject({ machine: null })).ok, need.id).not.toBe(false)
})

describe.each<[string, string, Subject, boolean | null, RegExp]>([
  ['docker', 'answers', readings(docker()), true, /28\.0\.1/],
  ['docker', 'refuses this user', readings(docker({ answers: false, why: 'permission denied', remedy: 'Join the docker group.' })), false, /does not answer/],
  ['docker', 'was seen by detection alone', subject({ machine: { ...linux, hasDocker: true } }), true, /answers/],
  ['docker-gpu', 'toolkit is there', readings({ ...docker(), ...toolkit(true) }), true, /1\.17\.8/],
  ['docker-gpu', 'no toolkit', readings({ ...docker(), ...toolkit(false) }), false, /no NVIDIA/],
  ['docker-gpu', 'toolkit unknown to Docker', readings({ ...docker({ hasNvidiaRuntime: false }), ...toolkit(true) }), false, /not known to Docker/],
  ['docker-gpu', 'tried, and it failed', readings({ ...docker(), ...toolkit(true), cardInContainer: value({ works: false, said: 'no card' }) }), false, /did not see/],
  ['docker-gpu', 'tried, and it works', readings({ cardInContainer: value({ works: true, said: '' }) }), true, /saw/],
  ['line', 'fast', readings(line(900, 400)), true, /900 Mbit\/s down, 400 Mbit\/s up, 12 ms/],
  ['line', 'just enough', readings(line(100, 75)), true, /100/],
  ['line', 'slow upward', readings(line(900, 74)), false, /74/],
  ['ports', 'both reached', readings(reached(true, true)), null, /443 passes/],
  ['ports', 'one not reached', readings(reached(false, true)), false, /auth0\.io\.solutions/],
  ['ports', 'one not asked', readings(reached(true, null)), null, /./],
  ['own-docker', 'empty', readings(docker()), true, /no other/],
  ['own-docker', 'its own alone', readings(docker({ containers: [own] })), true, /no other/],
  ['own-docker', 'a stranger', readings(docker({ containers: [own, stranger] })), false, /1 of others: db \(postgres:16\)/],
  ['own-docker', 'a stranger that does not run', readings(docker({ containers: [{ ...stranger, state: 'exited' }] })), false, /postgres/],
  ['own-docker', 'Docker does not answer', readings(docker({ answers: false })), null, /./],
  ['awake', 'stays awake', readings({ sleep: value({ mayIdleSleep: false, how: 'masked' }) }), true, /awake/],
  ['awake', 'falls asleep', readings({ sleep: value({ mayIdleSleep: true, how: 'after 15 min' }) }), false, /asleep/],
  ['alone', 'nobody else', readings({ software: value([{ programmeId: 'io-net/worker', programmeTitle: 'io.net worker', what: 'container x', isOurs: true }]) }), true, /none/],
  ['alone', 'another network', readings({ software: value([{ programmeId: 'other/x', programmeTitle: 'Other', what: 'process x (4711)', isOurs: false }]) }), false, /Other: process x/],
  ['disk', 'an SSD', readings({ disk: value({ freeBytes: 400e9, totalBytes: 1e12, kind: 'nvme', folder: '/' }) }), true, /1000 GB, 400 GB free, NVMe/],
  ['disk', 'a turning disk', readings({ disk: value({ freeBytes: 400e9, totalBytes: 1e12, kind: 'hdd', folder: '/' }) }), false, /turning/],
  ['disk', 'a small one', readings({ disk: value({ freeBytes: 50e9, totalBytes: 128e9, kind: 'ssd', folder: '/' }) }), false, /128 GB/],
  ['wallet', 'the step is done', subject({ enrolled: { answers: {}, doneSteps: ['account'] } }), true, /as you said/],
])('%s: %s', (id, _what, of, ok, actual) => {
  test(`${String(ok)}, with what it has`, () => {
    const measured = measure(id, of)
    expect(measured.ok).toBe(ok)
    if (measured.actual !== null) expect(measured.actual).toMatch(actual)
    else expect(measured.why).toMatch(/\S/)
    const need = network.programmes[0]?.needs.find((one) => one.id === id)
    if (ok === false) expect(measured.remedy ?? need?.remedy, 'it can be mended, so nobody becomes ineligible by it').toMatch(/\.$/)
  })
})

test('a line that is enough and below what is recommended says both', () => {
  expect(measure('line', readings(line(120, 80, 55))).why).toMatch(/500\/250.*55 ms.*speed\.example/)
  expect(measure('line', readings(line(900, 400))).why).toBeUndefined()
})

test('a card that is part of a processor needs no slot; one lane is one lane', () => {
  expect(measure('lanes', subject({ card: cardOf('GB10', { pcieLanesMax: 1 }) }))).toMatchObject({ ok: true, actual: 'part of the processor' })
  expect(measure('lanes', subject({ card: cardOf('GeForce RTX 4090', { pcieLanesMax: 1 }) }))).toMatchObject({ ok: false, actual: '1 lane' })
})
test('a driver of NVIDIA is asked of NVIDIA cards alone', () => {
  expect(measure('cuda', subject({ card: cardOf('M4 Max', { vendor: 'apple' }) }))).toMatchObject({ ok: true })
  expect(measure('cuda', subject({ card: cardOf('Radeon RX 7900 XTX') }))).toMatchObject({ ok: null, remedy: null })
})
test('memory is told as it is sold', () => {
  expect(measure('memory', subject({ machine: { ...linux, memoryBytes: 15.6 * 1024 ** 3 } }))).toMatchObject({ ok: true, actual: '16 GB' })
  expect(measure('memory', subject({ machine: { ...linux, memoryBytes: 8 * 1024 ** 3 } }))).toMatchObject({ ok: false, actual: '8 GB' })
})

test('on a Mac no card is handed into Docker', () => {
  expect(measure('docker-gpu', subject({ card: cardOf('M4 Max', { vendor: 'apple' }), machine: machineOf({ platform: 'darwin', arch: 'arm64' }) }))).toMatchObject({ ok: true })
})
