/** What `detect` prints: everything known of a card, once; sixteen alike without repeating; lost ones and disagreements said. */
import { describe, expect, test } from 'vitest'
import { detectionText } from '../../../main/command-line/detect-text.ts'
import { unknownFacts } from '../../../main/system/machine-facts.ts'
import type { Detection, Gpu, Machine } from '../../../shared/machine.ts'
import { unknownSample, type GpuSample } from '../../../shared/telemetry.ts'
import { aGpu } from './cards.ts'

const now = Date.UTC(2026, 10, 23, 8)
const gib = 2 ** 30
const sample: GpuSample = {
  ...unknownSample(now, ''),
  utilisation: 0.5,
  memoryUsedBytes: 10 * gib,
  temperatureC: 84,
  hotspotC: 97,
  powerW: 251.5,
  powerLimitW: 300,
  energyJ: 7_200_000,
  coreClockMhz: 1200,
  fan: 0.7,
  fanRpm: 2100,
  fans: [{ share: 0.7, rpm: 2100 }, { share: 0.68, rpm: null }, { share: null, rpm: null }],
  throttle: ['hw_thermal_slowdown', 'gpu_idle'],
  pcieGeneration: 3,
  pcieLanes: 8,
  eccCorrected: 12,
  eccUncorrected: 1,
  processes: [
    { pid: 77, name: 'small', memoryBytes: gib, ours: null },
    { pid: 78, name: 'bench-worker', memoryBytes: 8 * gib, ours: true, kind: 'compute', utilisation: 0.4 },
  ],
  incidents: [{ kind: 'xid', code: 79, sentence: 'Xid 79: the card has fallen off the bus.' }],
  unknown: { memoryC: 'this card does not tell', encoder: 'this card does not tell', smClockMhz: 'an old driver' },
}
const full = aGpu({
  id: 'GPU-full',
  name: 'NVIDIA "Test" 🎮',
  driverVersion: '570.1',
  driverModel: 'WDDM',
  architecture: 'Ampere',
  pciAddress: '0000:01:00.0',
  memoryBytes: 24 * gib,
  coreClockMaxMhz: 2100,
  pcieGenerationMax: 4,
  pcieLanesMax: 16,
  eccEnabled: true,
  retiredPages: { singleBit: 2, doubleBit: 0, pending: true },
  remappedRows: { correctable: 0, uncorrectable: 3, pending: false, failed: true },
  nvlinks: [{ link: 0, isActive: true, version: '4.0', remotePciAddress: '0000:02:00.0' }, { link: 1, isActive: false, version: '4.0', remotePciAddress: null }],
  mig: { enabled: true, instances: [{ index: 0, gpuInstanceId: 2, computeInstanceId: 0, memoryBytes: 20 * gib, multiprocessors: 42 }] },
  temperatureLimits: { slowdownC: 90, shutdownC: 95, targetC: 83, memoryC: null },
  attachment: { kind: 'external', sentence: 'In an external enclosure (Thunderbolt): it can be pulled out at any time.', because: 'removable' },
  seenBy: ['nvml', 'opencl'],
  disagreements: [{ field: 'memoryBytes', said: [{ layer: 'nvml', value: 24 * gib }, { layer: 'opencl', value: 20 * gib }] }],
  sample,
})

function detection(gpus: Gpu[], machine: Partial<Machine> = {}): Detection {
  return { machine: { platform: 'linux', arch: 'x64', recorded: null, ...unknownFacts, ...machine }, gpus, problems: [], detectedAt: now }
}
const flat = (text: string): string => text.replace(/\s+/g, ' ')

describe('one card', () => {
  const text = flat(detectionText(detection([full])))
  test.each([
    ['name and id', 'NVIDIA "Test" 🎮 GPU-full'],
    ['driver', '570.1 · WDDM'],
    ['attachment', 'it can be pulled out at any time'],
    ['the PCIe link now and at most', 'generation 3, 8 lanes now · generation 4, 16 lanes at most'],
    ['ECC', 'on · 12 corrected errors · 1 uncorrected error'],
    ['retired pages', '2 pages retired after single-bit errors · 0 after double-bit errors · more at the next start'],
    ['remapped rows', '3 after uncorrectable errors · REPLACING FAILED'],
    ['NVLink', '1 of 2 links active · version 4.0 · to 0000:02:00.0'],
    ['MIG', '0: GPU instance 2, compute instance 0, 20 GiB, 42 multiprocessors'],
    ['limits', 'aims at 83 °C · slows down at 90 °C · switches off at 95 °C'],
    ['temperatures', '84 °C · hotspot 97 °C'],
    ['power and energy', '252 W of 300 W · 2 kWh since its driver was loaded'],
    ['every fan', '1: 70 %, 2100 rpm · 2: 68 % · 3: not told'],
    ['the real throttle reason', 'Throttled by hw_thermal_slowdown Driver'],
    ['what the driver said', 'Xid 79'],
    ['processes, the largest first', '78 bench-worker, 8 GiB, 40 %, compute, started by Idlewatt 77 small, 1 GiB'],
    ['who says what', 'memory: nvml says 24 GiB, opencl says 20 GiB'],
    ['why something is missing', 'memory temperature, encoder: this card does not tell SM clock: an old driver'],
  ])('%s', (_what, said) => expect(text).toContain(said))
})

test.each([[0, null], [1_800, '0.5 Wh since'], [7_200_000, '2 kWh since']])('an energy counter of %i J', (energyJ, words) => {
  const text = flat(detectionText(detection([{ ...full, sample: { ...sample, powerW: null, energyJ } }])))
  if (words === null) expect(text).not.toContain('since its driver was loaded')
  else expect(text).toContain(words)
})

test('sixteen cards that are alike are not described sixteen times', () => {
  const gpus = Array.from({ length: 16 }, (_, i) => ({ ...full, id: `GPU-${String(i).padStart(36, '0')}`, pciAddress: `0000:${(i + 16).toString(16)}:00.0`, sample: { ...sample, temperatureC: 60 + i } }))
  const text = detectionText(detection(gpus))
  expect(text.split('16 × NVIDIA "Test" 🎮, alike in:')).toHaveLength(2)
  expect(text.split('Ampere')).toHaveLength(2)
  expect(text.split('\n').length).toBeLessThan(160)
  for (const { id, pciAddress, sample: own } of gpus) {
    expect(text).toContain(id)
    expect(text).toContain(pciAddress)
    expect(text).toContain(`${own.temperatureC} °C`)
  }
  for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(100)
})

test('a lost card says since when, shows no readings, and does not count as found', () => {
  const text = flat(detectionText(detection([{ ...full, lostSince: now - 3_600_000 }])))
  expect(text).toMatch(/Lost since 2026-11-2\d \d\d:\d\d:00/)
  expect(text).toContain('No GPU was found.')
  expect(text).not.toContain('84 °C')
  expect(flat(detectionText(detection([full, { ...full, id: 'GPU-gone', lostSince: now }])))).toContain('not here')
})

test('words of a driver cannot harm the terminal, and long ones do not break the lines', () => {
  const text = detectionText(detection([{ ...full, name: 'Evil\u001b[2J', sample: { ...sample, processes: [{ pid: 1, name: '/'.padEnd(300, 'x'), memoryBytes: null, ours: null }] } }]))
  expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(100)
})

test('where the system runs is said', () => {
  const surroundings = { kind: 'wsl' as const, name: 'WSL2', isLaptop: true, onBattery: true, remoteSession: 'rdp' as const, sentence: 'Ubuntu in WSL2 on Windows.', evidence: [] }
  const text = flat(detectionText(detection([full], { surroundings, uptimeSeconds: 7200 })))
  expect(text).toContain('up 2 h')
  expect(text).toContain('Ubuntu in WSL2 on Windows. A laptop. It runs on its battery now. Looked at from another machine (RDP).')
})
