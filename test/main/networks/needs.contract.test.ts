/** What every need of every network says on machines of all kinds, measured and not: whole sentences, and what to do. */
import { describe, expect, test } from 'vitest'
import { networks, practice } from '../../../main/networks/index.ts'
import type { Subject } from '../../../main/networks/network.ts'
import type { Machine } from '../../../shared/machine.ts'
import { noReadings, type MachineReadings } from '../../../shared/preflight.ts'
import { cardOf, machineOf } from './render/subject.ts'

const at = Date.parse('2026-11-23T12:00:00Z')
const known = <T>(value: T) => ({ value, why: null }) as const
const docker = { version: '28.0.1', isDesktop: false, runtimes: ['runc'], containers: [], images: [], rootFolder: null }

const good: Partial<MachineReadings> = {
  docker: known({ ...docker, answers: true, why: null, remedy: null, hasNvidiaRuntime: true }), containerToolkit: known({ isThere: true, version: '1.17.8', how: 'By its hook.' }), disk: known({ freeBytes: 900e9, totalBytes: 2e12, kind: 'nvme' as const, folder: '/' }),
  line: known({ downMbps: 900, upMbps: 900, latencyMs: 9, server: 'https://speed.example' }), publicAddress: known({ address: '203.0.113.7', how: 'asked' }), cgnat: known({ isBehind: false, because: 'Its router has the address itself.' }), clock: known({ offMs: 120, how: 'NTP' }),
  sleep: known({ mayIdleSleep: false, how: 'It is switched off.' }), software: known([]), cpuThreads: known(32), listening: known([]),
}
const bad: Partial<MachineReadings> = {
  docker: known({ ...docker, answers: false, why: 'not running', remedy: null, hasNvidiaRuntime: false }), containerToolkit: known({ isThere: false, version: null, how: 'nvidia-ctk was not found.' }), cardInContainer: known({ works: false, said: 'No card was seen.' }),
  disk: known({ freeBytes: 5e9, totalBytes: 120e9, kind: 'hdd' as const, folder: '/' }), line: known({ downMbps: 5, upMbps: 1, latencyMs: 99, server: 'https://speed.example' }), publicAddress: known({ address: '203.0.113.7', how: 'asked' }),
  cgnat: known({ isBehind: true, because: 'The router itself has 100.64.0.9.' }), clock: known({ offMs: 90_000, how: 'NTP' }), sleep: known({ mayIdleSleep: true, how: 'After 15 minutes.' }), cpuThreads: known(4),
  software: known([{ programmeId: 'other/x', programmeTitle: 'Other', what: 'process x (4711)', isOurs: false }]),
}
const readings: [string, MachineReadings | null][] = [['nobody looked', null], ['nothing measured', noReadings(at)], ['all well', { ...noReadings(at), ...good }], ['all bad', { ...noReadings(at), ...bad }]]
const machines: [string, Machine | null][] = [
  ['none', null],
  ['a PC with Windows', machineOf()],
  ['Windows on ARM', machineOf({ arch: 'arm64' })],
  ['Ubuntu 22.04', machineOf({ platform: 'linux', os: 'Ubuntu 22.04', osVersion: '22.04' })],
  ['Ubuntu 24.04 on ARM', machineOf({ platform: 'linux', os: 'Ubuntu 24.04', osVersion: '24.04', arch: 'arm64' })],
  ['Linux inside Windows', machineOf({ platform: 'linux', os: 'Ubuntu 24.04', osVersion: '24.04', isWsl: true })],
  ['another Linux, virtual', machineOf({ platform: 'linux', os: 'Arch Linux', osVersion: null, isVirtual: true, hasDocker: false })],
  ['a Mac', machineOf({ platform: 'darwin', os: 'macOS 15.5', osVersion: '15.5', arch: 'arm64' })],
  ['a machine that tells nothing', machineOf({ platform: 'unknown', os: null, osVersion: null, cpuCores: null, memoryBytes: null, diskFreeBytes: null, diskTotalBytes: null, isVirtual: null })],
]
const cards = [cardOf('GeForce RTX 4090', { pcieLanesMax: 16, cudaVersion: '12.8', driverVersion: '570.86' }), cardOf('GeForce GTX 1060 6 GB', { pcieLanesMax: 1, cudaVersion: '10.1', driverVersion: '418.2' }), cardOf('Radeon RX 7900 XTX'), cardOf('Apple M3 Max (40-core GPU)'), cardOf('GB10'), cardOf('A card nobody knows', { pciDeviceIds: ['10de:ffff'] })]
const subjects = cards.flatMap((card) => machines.flatMap(([on, machine]) => readings.map(([what, read]): { said: string; subject: Subject } => ({ said: `${card.name}, ${on}, ${what}`, subject: { at, card, count: 1, gpusInMachine: 1, modelsInMachine: 1, machine, readings: read } }))))

/** One or more whole sentences, without what a program leaves in them by mistake. */
function expectSentences(text: string, said: string): void {
  expect(text, said).toMatch(/^[A-Zi\d"].*[.!?)]$/s)
  expect(text, said).not.toMatch(/\b(undefined|null|NaN|Infinity)\b|\.\.(?!\.)|\s[.,;]|\s\s/)
}

describe.each([...networks, practice].flatMap((network) => network.programmes))('$id', ({ needs }) => {
  test.each(needs)('$id', (need) => {
    expectSentences(need.why, need.id)
    if (need.remedy !== null) expectSentences(need.remedy, need.id)
    for (const { said, subject } of subjects) {
      const { actual, ok, why, remedy, required } = need.measure(subject)
      if (why !== undefined) expectSentences(why, said)
      if (typeof remedy === 'string') expectSentences(remedy, said)
      for (const text of [actual, required]) if (typeof text === 'string') expect(text, said).not.toMatch(/\b(undefined|NaN|Infinity)\b|^\s*$|\b1 (lanes|cards|cores|GPUs)\b/)
      if (ok === false) expect(actual ?? why, said).toBeTruthy()
    }
  })
})
