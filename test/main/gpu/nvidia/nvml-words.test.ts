/** NVML's numbers in words: every bit, every code, and what no header names yet. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limitsOf } from '../../../../main/gpu/nvidia/nvml-card.ts'
import { architectureName, attachmentOfMode, driverModelName, nvmlCodes, nvmlReason, throttleNames } from '../../../../main/gpu/nvidia/nvml-words.ts'
import { xidIncident } from '../../../../main/gpu/nvidia/xid.ts'

describe('throttle reasons', () => {
  test('each bit by its name', () => {
    expect(throttleNames(0)).toEqual([])
    expect(throttleNames(0x7ff)).toEqual([
      'gpu_idle',
      'applications_clocks_setting',
      'sw_power_cap',
      'hw_slowdown',
      'sync_boost',
      'sw_thermal_slowdown',
      'hw_thermal_slowdown',
      'hw_power_brake_slowdown',
      'display_clocks_setting',
      'board_limit',
      'reliability',
    ])
    expect(throttleNames(0x10004)).toEqual(['sw_power_cap', 'unknown_reason_0x10000'])
  })
  test('there are as many names as bits', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (bits) => {
        const names = throttleNames(bits)
        expect(new Set(names).size).toBe([...bits.toString(2)].filter((digit) => digit === '1').length)
      }),
    )
  })
})

describe('temperature limits', () => {
  const nothing = { slowdownC: null, shutdownC: null, targetC: null, memoryC: null, zeroMarginC: null, marginSlowdownC: null, marginShutdownC: null }
  test('nothing known is null, and so are zeros and garbage', () => {
    expect(limitsOf(nothing)).toBeNull()
    expect(limitsOf({ ...nothing, slowdownC: 0, shutdownC: -7, targetC: 4294967295 })).toBeNull()
  })
  test('temperatures go before margins', () => {
    expect(limitsOf({ ...nothing, slowdownC: 95, zeroMarginC: 87, marginSlowdownC: -2, marginShutdownC: -7 })).toEqual({ slowdownC: 95, shutdownC: 94, targetC: null, memoryC: null })
  })
})

describe('codes and enums', () => {
  test('every code has words, and an unknown one its number', () => {
    for (const [name, code] of Object.entries(nvmlCodes)) if (name !== 'success' && name !== 'libraryNotFound') expect(nvmlReason(code)).not.toContain('error ')
    expect(nvmlReason(4711)).toContain('4711')
  })
  test('what is newer than this list is unknown', () => {
    expect([architectureName(10), architectureName(99), architectureName(0xffff_ffff)]).toEqual(['Blackwell', null, null])
    expect([driverModelName(0), driverModelName(1), driverModelName(2), driverModelName(9)]).toEqual(['WDDM', 'TCC', 'MCDM', null])
    expect([attachmentOfMode(0, 'NVML'), attachmentOfMode(3, 'NVML'), attachmentOfMode('None', 'nvidia-smi'), attachmentOfMode('Host VGPU', 'nvidia-smi')]).toEqual([null, null, null, null])
  })
  test('an Xid that no catalogue names is told by its number', () => {
    expect(xidIncident(9999)).toMatchObject({ kind: 'xid', code: 9999, sentence: expect.stringContaining('9999') })
    // The parts that programs use have several numbers each.
    for (const [code, part] of [[39, 'copy engine'], [128, 'copy engine'], [98, 'video decoder'], [101, 'image decoder'], [86, 'optical-flow']] as const) expect(xidIncident(code).sentence).toContain(part)
    expect(xidIncident(999).sentence).toContain('cannot name')
  })
})
