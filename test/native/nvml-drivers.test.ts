/** Drivers that do things their own way, and what only the newest ones tell: NVML through koffi, against the library of ours that gcc builds here. */
import { beforeAll, describe, expect, test } from 'vitest'
import { build, canBuild, readerOver, withEnv } from './stub.ts'

const at = Date.UTC(2026, 10, 23)

describe.skipIf(!canBuild)('odd and newest drivers (skipped where gcc is absent)', () => {
  let stub = ''
  beforeAll(() => {
    stub = build()
  })
  const cardWith = (env: Record<string, string> = {}) => withEnv(env, () => readerOver(stub).cards(at)[0]!)

  test.each(['16', '32'])('a driver whose entries are %s bytes long lists the same processes', (bytes) => {
    const listed = (env: Record<string, string>) => cardWith({ STUB_PROCESSES: '600', ...env }).sample!.processes.map(({ pid, memoryBytes }) => [pid, memoryBytes])
    expect(listed({ STUB_ENTRY: bytes })).toEqual(listed({}))
  })

  test('programs that share the card by way of MPS are listed, and none twice', () => {
    expect(cardWith({ STUB_MPS: '1' }).sample!.processes.map(({ pid, kind, memoryBytes }) => [pid, kind, memoryBytes])).toEqual([
      [4001, 'compute', 1073741824],
      [4013, 'both', 536870912],
      [6001, 'compute', 268435456],
    ])
  })

  test('entries of use that the driver counts and does not fill are no readings', () => {
    expect(cardWith({ STUB_USE: 'garbage' }).sample!.processes.map(({ pid, utilisation }) => [pid, utilisation])).toEqual([[4001, 0.35], [4013, 0]])
  })

  test('a time in the future does not silence what comes after it', () => {
    withEnv({ STUB_USE: 'ahead' }, () => {
      const reader = readerOver(stub)
      expect(reader.samples(at, null)[0]!.sample.processes[0]!.utilisation).toBe(0)
      delete process.env['STUB_USE']
      expect(reader.samples(at + 10_000, null)[0]!.sample.processes[0]!.utilisation).toBe(0.35)
    })
  })

  test('the hottest part of the card, where the driver knows it', () => {
    expect(cardWith({ STUB_HOTSPOT: '97' }).sample).toMatchObject({ temperatureC: 61, hotspotC: 97 })
    expect(cardWith().sample!.unknown['hotspotC']).toContain('615')
  })

  test.each([
    ['0', []],
    ['1', ['gpu-reset-required']],
    ['2', ['gpu-reset-required']],
    ['3', []],
    ['4', ['gpu-reset-required']],
    ['5', ['gpu-reset-required']],
  ])('recovery action %s', (action, ids) => {
    expect(cardWith({ STUB_RECOVERY: action }).problems.map(({ id }) => id)).toEqual(ids)
  })

  test('an NVLink that is missing does not hide those after it', () => {
    expect(cardWith({ STUB_DATACENTER: '1', STUB_LINK_GAP: '0' }).nvlinks!.map(({ link }) => link)).toEqual([1, 2, 3])
  })

  test('MIG instances keep their numbers where one between them is gone', () => {
    expect(cardWith({ STUB_MIG: '3' }).mig!.instances.map(({ index, gpuInstanceId }) => [index, gpuInstanceId])).toEqual([[0, 1], [2, 2]])
  })

  test('"another reason" of older drivers is a throttle reason beside the others, as nvidia-smi has it', () => {
    expect(cardWith({ STUB_RULES: 'nvmlDeviceGetCurrentClocksEventReasons value -9223372036854775804' }).sample!.throttle).toEqual(['unknown', 'sw_power_cap'])
    expect(cardWith({ STUB_RULES: 'nvmlDeviceGetCurrentClocksEventReasons value -1' }).sample!.throttle).toBeNull()
  })

  test('a chip that shares the machine’s memory says so', () => {
    const card = cardWith({ STUB_NAME: 'NVIDIA GB10', STUB_RULES: 'nvmlDeviceGetMemoryInfo_v2 error 3;nvmlDeviceGetMemoryInfo error 3' })
    expect(card).toMatchObject({ memoryBytes: null, isIntegrated: true, problems: [] })
    expect(card.sample!.unknown).toMatchObject({ memoryTotalBytes: expect.stringContaining('the machine’s'), memoryUsedBytes: expect.stringContaining('the machine’s') })
  })
})
