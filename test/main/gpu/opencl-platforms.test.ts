/** A card that several OpenCL platforms offer is listed once, and no two cards become one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupCards } from '../../../main/gpu/group.ts'
import { withoutDriverWords } from '../../../main/gpu/plain-name.ts'
import { answered, blankCard, vendorOf, type CardSeen } from '../../../main/gpu/vendor.ts'
import { bundlePlatforms } from '../../../main/gpu/opencl-platforms.ts'
import { gpusOn, machineOf } from '../../helpers/gpus.ts'

const mesa = (name: string): string => `${name}, LLVM 19.1.1, DRM 3.59, 6.11.0-8-generic)`
const on = (platform: number, name: string, parts: Partial<CardSeen> = {}): CardSeen => ({ ...blankCard('opencl'), name, vendor: vendorOf(null, /^gfx/.test(name) ? 'AMD' : name), opencl: { platform, device: 0, name, driverVersion: null }, ...parts })
const kernel = (pciAddress: string, pciDeviceId: string): CardSeen => ({ ...blankCard('sysfs'), vendor: 'amd', pciAddress, pciDeviceId })
/** The places of each card's entries in the list. */
const joined = (...cards: CardSeen[]): number[][] => groupCards([answered('opencl', cards)]).map((group) => group.map((card) => cards.indexOf(cards.find(({ opencl, name, memoryBytes }) => opencl === card.opencl && name === card.name && memoryBytes === card.memoryBytes)!)))

describe('one card on two platforms is one', () => {
  test.each([
    ['gfx1150', mesa('AMD Radeon 890M (radeonsi, gfx1150')],
    ['gfx1150', 'AMD Radeon 890M'],
    ['gfx90a:sramecc+:xnack-', 'AMD Instinct MI210'],
    ['AMD Radeon 890M Graphics', mesa('AMD Radeon 890M (radeonsi, gfx1150')],
    ['AMD Radeon Graphics', mesa('AMD Radeon 890M (radeonsi, gfx1150')],
    ['Intel(R) Arc(TM) A770 Graphics', 'Intel Arc A770'],
    ['NVIDIA GeForce RTX 3090', 'NVIDIA GeForce RTX 3090'],
  ])('%s and %s', (one, other) => {
    expect(joined(on(0, one), on(1, other))).toEqual([[0, 1]])
    expect(joined(on(0, other), on(1, one))).toEqual([[0, 1]])
  })
  test('two alike on each of two platforms are two, also on a third', () => {
    expect(joined(on(0, 'gfx1100'), on(0, 'gfx1100'), on(1, 'AMD Radeon RX 7900 XTX'), on(1, 'AMD Radeon RX 7900 XTX'))).toEqual([[0, 2], [1, 3]])
    expect(joined(on(0, 'gfx1100'), on(1, 'AMD Radeon RX 7900 XTX'), on(2, mesa('AMD Radeon RX 7900 XTX (radeonsi, navi31')))).toEqual([[0, 1, 2]])
  })
  test('a card and a processor’s graphics, each platform in an order of its own', () => {
    expect(joined(on(0, 'gfx1100', { isIntegrated: false }), on(0, 'gfx1036', { isIntegrated: true }), on(1, mesa('AMD Radeon Graphics (radeonsi, raphael_mendocino'), { isIntegrated: true }), on(1, mesa('AMD Radeon RX 7900 XTX (radeonsi, navi31'), { isIntegrated: false }))).toEqual([[0, 3], [1, 2]])
  })
  test('with the kernel’s view, where only one platform tells the address', () => {
    const groups = groupCards([answered('sysfs', [kernel('0000:03:00.0', '1002:744c'), kernel('0000:0c:00.0', '1002:164e')]), answered('opencl', [on(0, mesa('AMD Radeon RX 7900 XTX (radeonsi, gfx1100')), on(1, 'gfx1100', { pciAddress: '0000:03:00.0' })])])
    expect(groups.map((group) => group.map(({ layer }) => layer))).toEqual([['sysfs', 'opencl', 'opencl'], ['sysfs']])
  })
})

describe('what stays apart', () => {
  test.each<[string, CardSeen, CardSeen]>([
    ['entries of one platform', on(0, 'gfx1150'), on(0, 'AMD Radeon 890M')],
    ['two chips', on(0, 'gfx1100'), on(1, mesa('AMD Radeon 780M (radeonsi, gfx1103'))],
    ['two products', on(0, 'Intel(R) UHD Graphics 770'), on(1, 'Intel(R) Arc(TM) A770 Graphics')],
    ['two products of one chip', on(0, 'AMD Radeon RX 7900 XT'), on(1, 'AMD Radeon RX 7900 XTX')],
    ['two addresses', on(0, 'gfx1100', { pciAddress: '0000:03:00.0' }), on(1, 'gfx1100', { pciAddress: '0000:2c:00.0' })],
    ['a card and a processor’s graphics', on(0, 'gfx1100', { isIntegrated: false }), on(1, 'AMD Radeon 780M', { isIntegrated: true })],
    ['two makers', on(0, 'AMD Radeon 890M'), on(1, 'NVIDIA GeForce RTX 3090')],
  ])('%s', (_, one, other) => {
    expect(joined(one, other)).toHaveLength(2)
  })
  test('one of two is not guessed', () => {
    expect(joined(on(0, 'gfx1100'), on(0, 'gfx1100'), on(1, 'AMD Radeon RX 7900 XTX'))).toHaveLength(3)
  })
})

test('no entry is ever lost, doubled or joined with one of its own platform', () => {
  const any = fc.record({ platform: fc.nat(2), name: fc.constantFrom('gfx1100', 'gfx1036', 'AMD Radeon Graphics', 'AMD Radeon RX 7900 XTX', 'Intel(R) Arc(TM) A770 Graphics'), pciAddress: fc.constantFrom(null, null, '0000:03:00.0'), isIntegrated: fc.constantFrom(null, true, false) })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), (parts) => {
      const cards = parts.map(({ platform, name, ...more }) => on(platform, name, more))
      const bundles = bundlePlatforms(cards)
      expect(new Set(bundles.flat())).toEqual(new Set(cards))
      expect(bundles.flat()).toHaveLength(cards.length)
      for (const bundle of bundles) expect(new Set(bundle.map(({ opencl }) => opencl!.platform)).size).toBe(bundle.length)
    }),
  )
})

test('the card is called by its product, without what Mesa says of itself', async () => {
  const platforms = [{ name: 'AMD Accelerated Parallel Processing', vendor: 'Advanced Micro Devices, Inc.', devices: [{ name: 'gfx1150', vendor: 'Advanced Micro Devices, Inc.', type: 'GPU', unifiedMemory: true }] }, { name: 'rusticl', vendor: 'Mesa/X.org', devices: [{ name: mesa('AMD Radeon 890M (radeonsi, gfx1150'), vendor: 'AMD', type: 'GPU', unifiedMemory: true }] }]
  const { gpus } = await gpusOn(machineOf({ layers: { opencl: { platforms } } })).look()
  expect(gpus).toMatchObject([{ name: 'AMD Radeon 890M', vendor: 'amd', isIntegrated: true, opencl: { platform: 0, device: 0 }, disagreements: [] }])
})

test.each([
  [mesa('AMD Radeon 890M (radeonsi, gfx1150'), 'AMD Radeon 890M'],
  ['AMD Radeon RX 7900 XTX (RADV NAVI31)', 'AMD Radeon RX 7900 XTX'],
  ['AMD Radeon (TM) RX 480 Graphics (POLARIS10 / DRM 3.19.0 / 4.13.0, LLVM 5.0.0)', 'AMD Radeon (TM) RX 480 Graphics'],
  ['NVIDIA GeForce RTX 3090 (NVK GA102)', 'NVIDIA GeForce RTX 3090'],
  ['Intel(R) Arc(TM) A770 Graphics', 'Intel(R) Arc(TM) A770 Graphics'],
  ['Apple M3 Max (40 GPU cores)', 'Apple M3 Max (40 GPU cores)'],
  ['(radeonsi, gfx1150, LLVM 19)', '(radeonsi, gfx1150, LLVM 19)'],
])('%s is %s', (said, name) => {
  expect(withoutDriverWords(said)).toBe(name)
})
