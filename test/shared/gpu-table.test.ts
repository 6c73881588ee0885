/** A name finds its card or none: never a wrong one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readGpuName } from '../../shared/gpu-names.ts'
import { gpuTable } from '../main/earnings/estimating.ts'

const gib = 1024 ** 3
const mib = 1024 ** 2

describe('what a person types', () => {
  test.each([
    ['RTX 4090', 'GeForce RTX 4090'], ['rtx4090', 'GeForce RTX 4090'], ['NVIDIA GeForce RTX 4090', 'GeForce RTX 4090'], ['4090', 'GeForce RTX 4090'], ['4090 laptop', 'GeForce RTX 4090 Mobile'],
    ['rtx 4090 d', 'GeForce RTX 4090 D'], ['3090ti', 'GeForce RTX 3090 Ti'], ['RTX 4070 Ti Super', 'GeForce RTX 4070 Ti SUPER'], ['4070 super', 'GeForce RTX 4070 SUPER'], ['4060ti 16gb', 'GeForce RTX 4060 Ti 16 GB'],
    ['RTX 3080 12GB', 'GeForce RTX 3080 12 GB'], ['1060 3gb', 'GeForce GTX 1060 3 GB'], ['H200', 'H200 SXM 141 GB'], ['H100 80GB HBM3', 'H100 SXM5 80 GB'], ['H100 NVL', 'H100 NVL 94 GB'], ['A100 80GB', 'A100 SXM4 80 GB'],
    ['Tesla T4', 'Tesla T4'], ['t4', 'Tesla T4'], ['V100S', 'Tesla V100S PCIe 32 GB'], ['rtx 6000 ada', 'RTX 6000 Ada Generation'], ['RTX 4000 SFF Ada', 'RTX 4000 SFF Ada Generation'], ['a6000', 'RTX A6000'],
    ['RTX PRO 6000', 'RTX PRO 6000 Blackwell'], ['rx7900xtx', 'Radeon RX 7900 XTX'], ['7900 xt', 'Radeon RX 7900 XT'], ['mi300x', 'Radeon Instinct MI300X'], ['arc b580', 'Arc B580'], ['M4 Pro', 'Apple M4 Pro'],
  ])('"%s" is the %s', (typed, model) => expect(gpuTable.find(typed)?.model).toBe(model))

  test.each(['Quadro P400', 'RTX 4095', 'RTX 9999', 'GeForce', '', '   ', 'RTX 5090 D V2', 'RTX 4090 Ti', 'RTX 3050 4GB', 'A100 20GB', 'GRID A100-4C', 'A100-SXM4-80GB MIG 1g.10gb', 'constructor', '__proto__'])(
    '"%s" is no card of the table',
    (typed) => expect(gpuTable.find(typed)).toBeNull(),
  )

  test('an unknown model gets its nearest names', () => {
    expect(gpuTable.nearest('RTX 4095')[0]).toBe('GeForce RTX 4090')
    expect(gpuTable.nearest('RTX 4080 Ti')).toContain('GeForce RTX 4080')
    expect(gpuTable.nearest('xyz')).toEqual([])
  })

  test('searching while typing keeps to the limit, best first', () => {
    expect(gpuTable.search('409', 5)[0]).toBe('GeForce RTX 4090')
    expect(gpuTable.search('4060 ti', 3)).toHaveLength(2)
    expect(gpuTable.search('', 3)).toHaveLength(3)
    expect(gpuTable.search('zzzz', 3)).toEqual([])
  })

  test('every model and every alias leads to a row that bears the name', () => {
    for (const row of gpuTable.rows) {
      expect(gpuTable.find(row.model)?.model).toBe(row.model)
      for (const alias of row.aliases) {
        const found = gpuTable.find(alias)
        expect(found && (found.model === row.model || found.aliases.includes(alias) || readGpuName(found.model).core === readGpuName(alias).core), alias).toBeTruthy()
      }
    }
  })

  test('whatever is typed gives a row or none, and throws nothing', () => {
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (typed) => {
      gpuTable.find(typed)
      expect(gpuTable.nearest(typed).length).toBeLessThanOrEqual(5)
      expect(gpuTable.search(typed, 4).length).toBeLessThanOrEqual(4)
    }))
  })
})

describe('what a driver reports', () => {
  test.each([
    ['memory tells two cards of one name apart', { name: 'NVIDIA GeForce RTX 3080', memoryBytes: 10 * gib }, 'GeForce RTX 3080'],
    ['the larger one', { name: 'NVIDIA GeForce RTX 3080', memoryBytes: 12 * gib }, 'GeForce RTX 3080 12 GB'],
    ['a size nobody listed', { name: 'NVIDIA GeForce RTX 3080', memoryBytes: 20 * gib }, null],
    ['ECC takes some memory', { name: 'Tesla T4', memoryBytes: 15360 * mib }, 'Tesla T4'],
    ['HBM3', { name: 'NVIDIA H100 80GB HBM3', memoryBytes: 81559 * mib }, 'H100 SXM5 80 GB'],
    ['a laptop', { name: 'NVIDIA GeForce RTX 4070 Laptop GPU', memoryBytes: 8188 * mib }, 'GeForce RTX 4070 Mobile'],
    ['a laptop card whose size is in its name', { name: 'NVIDIA GeForce RTX 3050 6GB Laptop GPU', memoryBytes: 6 * gib, pciDeviceId: '10de:25ac' }, null],
    ['a driver that has no name', { name: 'Graphics Device', memoryBytes: 24 * gib, pciDeviceId: '10de:2684' }, 'GeForce RTX 4090'],
    ['no name and no id', { name: 'NVIDIA Graphics Device', memoryBytes: 24 * gib }, null],
    ['a MIG slice', { name: 'NVIDIA A100-SXM4-80GB MIG 3g.40gb', memoryBytes: 40 * gib, pciDeviceId: '10de:20b2' }, null],
    ['a card with MIG switched on', { name: 'NVIDIA A100-SXM4-80GB', memoryBytes: 81920 * mib, pciDeviceId: '10de:20b2' }, 'A100 SXM4 80 GB'],
    ['a vGPU', { name: 'GRID RTX6000-4Q', memoryBytes: 4 * gib, pciDeviceId: '10de:1e30' }, null],
    ['a vGPU without the word', { name: 'NVIDIA A40-12Q', memoryBytes: 12 * gib, pciDeviceId: '10de:2235' }, null],
    ['not in the table', { name: 'Quadro P400', memoryBytes: 1998 * mib, pciDeviceId: '10de:1cb3' }, null],
    ['laptops of old families share names', { name: 'NVIDIA GeForce GTX 1070', memoryBytes: 8 * gib, pciDeviceId: '10de:1ba1' }, null],
    ['the desktop card of that name', { name: 'NVIDIA GeForce GTX 1070', memoryBytes: 8 * gib, pciDeviceId: '10de:1b81' }, 'GeForce GTX 1070'],
    ['another row by its id', { name: 'GeForce RTX 2070', memoryBytes: 8 * gib, pciDeviceId: '10de:1f10' }, 'GeForce RTX 2070 Mobile'],
    ['two Quadros with one id', { name: 'Quadro RTX 8000', memoryBytes: 48 * gib, pciDeviceId: '10de:1e30' }, 'Quadro RTX 8000'],
    ['Max-Q Blackwell', { name: 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', pciDeviceId: '10de:2bb4' }, 'RTX PRO 6000 Blackwell Max-Q'],
    ['a name that stands for three', { name: 'Navi 22 [Radeon RX 6700/6700 XT / 6800M]', memoryBytes: 12868124672, pciDeviceId: '1002:73df' }, 'Radeon RX 6700 XT'],
    ['a chip name from OpenCL', { name: 'gfx1100', memoryBytes: 24 * gib, pciDeviceId: '1002:744c' }, 'Radeon RX 7900 XTX'],
    ['the smaller A770', { name: 'Intel(R) Arc(TM) A770 Graphics', memoryBytes: 8 * gib }, null],
    ['integrated graphics', { name: 'Intel(R) UHD Graphics 770', memoryBytes: 16 * gib }, null],
    ['a Mac that tells its cores', { name: 'Apple M3 Max (40 GPU cores)', vendor: 'apple' as const }, 'Apple M3 Max (40-core GPU)'],
    ['the smaller one', { name: 'Apple M4 Max (32 GPU cores)', vendor: 'apple' as const }, 'Apple M4 Max (32-core GPU)'],
    ['a chip sold with one name', { name: 'Apple M2 Ultra (76 GPU cores)', vendor: 'apple' as const }, 'Apple M2 Ultra'],
    ['a count of cores nobody listed', { name: 'Apple M4 Max (36 GPU cores)', vendor: 'apple' as const }, null],
    ['cores not told, two variants', { name: 'Apple M3 Max', vendor: 'apple' as const }, null],
    ['the rarer size under an id that is listed for the other', { name: 'NVIDIA GeForce RTX 3060', memoryBytes: 8 * gib, pciDeviceId: '10de:2487' }, 'GeForce RTX 3060 8 GB'],
    ['a rebuilt card of another size', { name: 'NVIDIA GeForce RTX 4090', memoryBytes: 48 * gib, pciDeviceId: '10de:2684' }, null],
    ["Windows' list stops at 4 GB", { name: 'NVIDIA GeForce RTX 4090', memoryBytes: 4095 * mib }, 'GeForce RTX 4090'],
    ['wrong maker', { name: 'A100 SXM4 80 GB', vendor: 'amd' as const }, null],
  ])('%s', (_what, card, model) => expect(gpuTable.match(card)?.model ?? null).toBe(model))
})

test('every row has a source, and each PCI id is written lower case', () => {
  expect(gpuTable.rows.length).toBeGreaterThan(200)
  expect(new Set(gpuTable.rows.map((row) => row.model)).size).toBe(gpuTable.rows.length)
  for (const row of gpuTable.rows) {
    expect(row.sources.length, row.model).toBeGreaterThan(0)
    for (const id of row.pciDeviceIds) expect(id).toMatch(/^[0-9a-f]{4}:[0-9a-f]{4}$/)
  }
})
