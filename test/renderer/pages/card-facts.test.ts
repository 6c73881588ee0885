/** What is known of a card for good, and which layer said what. */
import { describe, expect, it } from 'vitest'
import { factsOf } from '../../../renderer/pages/gpus/facts.ts'
import { fieldRows } from '../../../renderer/pages/gpus/layer-words.ts'
import { gpu, now } from '../../gallery/parts.ts'

describe('what each layer said', () => {
  it('puts what they differ on first, with both values in words', () => {
    const rows = fieldRows({ views: [{ layer: 'nvml', says: { name: 'A', memoryBytes: 1024 ** 3, pcieLanesMax: 16 } }, { layer: 'sysfs', says: { pcieLanesMax: 8 } }], disagreements: [{ field: 'pcieLanesMax', said: [{ layer: 'nvml', value: 16 }, { layer: 'sysfs', value: 8 }] }] })
    expect(rows.map((row) => row.field)).toEqual(['pcieLanesMax', 'name', 'memoryBytes'])
    expect(rows[0]).toMatchObject({ isDisputed: true, said: { nvml: '16', sysfs: '8' } })
    expect(rows[2]?.said.nvml?.replace(/\u202f/g, ' ')).toBe('1.0 GiB')
  })
})

describe('facts of a card', () => {
  it('are unknown rather than missing for a card, and only what is known for another device', () => {
    const labels = (over: Parameters<typeof gpu>[1]) => factsOf(gpu(0, over), 'C').flatMap((group) => group.facts)
    expect(labels({ architecture: null }).find(([label]) => label === 'Architecture')).toEqual(['Architecture', null])
    expect(labels({ kind: 'virtual', architecture: null }).find(([label]) => label === 'Architecture')).toBeUndefined()
    expect(labels({ vendor: 'amd', cudaVersion: null }).some(([label]) => label === 'CUDA')).toBe(false)
    expect(labels({ remappedRows: { correctable: 1, uncorrectable: 0, pending: true, failed: false } }).find(([label]) => label === 'Remapped rows')?.[1]).toBe('1 after corrected errors, 0 after uncorrected ones; more wait for a reset')
    expect(labels({ fanCount: 0 }).find(([label]) => label === 'Fans')?.[1]).toBe('none of its own')
  })
  it('does not speak of MIG and NVLink where another maker built it, nor of OpenCL where it is gone', () => {
    const labels = (over: Parameters<typeof gpu>[1]) => new Map(factsOf(gpu(0, { mig: null, nvlinks: null, opencl: null, ...over }), 'C').flatMap((group) => group.facts))
    expect(labels({ vendor: 'amd' }).has('MIG')).toBe(false)
    expect(labels({ vendor: 'amd' }).has('NVLink')).toBe(false)
    expect(labels({ vendor: 'nvidia' }).get('MIG')).toMatch(/none, or it could not be read/)
    expect(labels({}).get('OpenCL')).toBe('no driver offers it')
    expect(labels({ lostSince: now }).get('OpenCL')).toBeNull()
  })
})
