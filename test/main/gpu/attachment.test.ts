/** Unit: how a card is joined to the machine, told from its name, place and surroundings. */
import { describe, expect, it } from 'vitest'
import { attachmentOf, type AttachmentFacts } from '../../../main/gpu/attachment.ts'
import type { Surroundings } from '../../../shared/machine.ts'

const hardware: Surroundings = { kind: 'bare-metal', name: null, isLaptop: false, onBattery: false, remoteSession: null, sentence: '', evidence: [] }
const guest: Surroundings = { ...hardware, kind: 'virtual-machine', name: 'KVM' }
const card: AttachmentFacts = { kind: 'gpu', vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', isIntegrated: null, said: null, pciAddress: '0000:01:00.0', surroundings: hardware }
const kindOf = (facts: Partial<AttachmentFacts>): string | null => attachmentOf({ ...card, ...facts })?.kind ?? null

describe('attachmentOf', () => {
  it('believes a layer that says so itself', () => {
    const said = { kind: 'external', sentence: 'In a box.', because: 'removable' } as const
    expect(attachmentOf({ ...card, said })).toEqual(said)
  })

  it('knows slices of cards by NVIDIA’s and AMD’s names, and no whole card by them', () => {
    const slices = ['GRID T4-16Q', 'NVIDIA A40-48C', 'NVIDIA A100-2-10C', 'NVIDIA RTX6000-Ada-8Q', 'GRID M60-2B4', 'Radeon Pro V520 MxGPU']
    for (const name of slices) expect(kindOf({ name, surroundings: guest }), name).toBe('virtual-gpu')
    const whole = ['NVIDIA A100-SXM4-40GB', 'Tesla V100-PCIE-16GB', 'NVIDIA H100 80GB HBM3', 'GRID K520', 'Tesla T4', 'NVIDIA RTX 4000 SFF Ada Generation', 'Quadro P400', 'NVIDIA B200']
    for (const name of whole) expect(kindOf({ name }), name).toBe('internal')
  })

  it('tells remote sessions’ screens, lent cards and virtual machines’ own adapters apart', () => {
    const kinds: [string, string][] = [
      ['Microsoft Remote Display Adapter', 'remote-display'],
      ['Citrix Indirect Display Adapter', 'remote-display'],
      ['Parsec Virtual Display Adapter', 'remote-display'],
      ['IddSampleDriver Device (IDD)', 'remote-display'],
      ['Microsoft Basic Render Driver', 'paravirtual'],
      ['Microsoft Hyper-V Video', 'paravirtual'],
      ['VMware SVGA 3D', 'virtual-gpu'],
      ['Virtio 1.0 GPU', 'virtual-gpu'],
      ['Red Hat, Inc. QXL paravirtual graphic card', 'virtual-gpu'],
      ['ASPEED Graphics Family', 'internal'],
    ]
    for (const [name, kind] of kinds) expect(kindOf({ name, kind: 'virtual', vendor: 'other' }), name).toBe(kind)
  })

  it('calls a whole card in a virtual machine handed through, also from a container in it', () => {
    expect(attachmentOf({ ...card, surroundings: guest })).toMatchObject({ kind: 'passthrough', because: 'an NVIDIA card at 0000:01:00.0 in a virtual machine (KVM)' })
    expect(kindOf({ surroundings: { ...guest, kind: 'container', name: 'Docker', hypervisor: 'KVM' } })).toBe('passthrough')
    expect(kindOf({ surroundings: { ...hardware, kind: 'container', name: 'Docker', hypervisor: null } })).toBe('internal')
  })

  it('knows Windows’ cards in WSL, whatever their PCI address says', () => {
    expect(kindOf({ surroundings: { ...hardware, kind: 'wsl', name: 'WSL2' } })).toBe('paravirtual')
    expect(kindOf({ surroundings: { ...hardware, kind: 'container', name: 'Docker', hypervisor: 'WSL2' } })).toBe('paravirtual')
  })

  it('keeps a laptop’s two apart', () => {
    const laptop = { ...hardware, isLaptop: true }
    expect(kindOf({ vendor: 'intel', name: 'Intel Iris Xe Graphics', isIntegrated: true, surroundings: laptop })).toBe('integrated')
    expect(attachmentOf({ ...card, name: 'NVIDIA GeForce RTX 4070 Laptop GPU', surroundings: laptop })).toMatchObject({ kind: 'internal', sentence: expect.stringContaining('laptop') })
    expect(attachmentOf({ ...card, name: 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition' })?.sentence).toBe('In a slot or on the board.')
    expect(kindOf({ vendor: 'apple', name: 'Apple M3 Max', pciAddress: null })).toBe('integrated')
  })

  it('does not say that a laptop’s card sits on its board where an external box cannot be ruled out', () => {
    const laptop = { ...hardware, isLaptop: true }
    for (const name of ['NVIDIA GeForce RTX 4090', 'AMD Radeon RX 7900 XTX', 'AMD Radeon RX 7600M XT']) {
      const facts = { vendor: name.startsWith('AMD') ? 'amd' : 'nvidia', name, isIntegrated: false, surroundings: laptop } as const
      expect(kindOf({ ...facts, inLinuxTree: false }), name).toBeNull()
      expect(kindOf(facts), name).toBeNull()
      expect(attachmentOf({ ...card, ...facts, inLinuxTree: true }), name).toMatchObject({ kind: 'internal', because: expect.stringContaining('no Thunderbolt') })
    }
    expect(kindOf({ surroundings: { ...hardware, isLaptop: null } })).toBeNull()
    for (const name of ['NVIDIA GeForce GTX 1650 with Max-Q Design', 'NVIDIA GeForce MX150', 'NVIDIA GeForce GTX 960M', 'Quadro M2000M', 'AMD Radeon RX 6700S', 'Intel(R) Arc(TM) A550M Graphics']) {
      expect(attachmentOf({ ...card, name, surroundings: laptop }), name).toMatchObject({ kind: 'internal', sentence: expect.stringContaining('Soldered') })
    }
    for (const name of ['NVIDIA GeForce GTX 960', 'Quadro M2000', 'AMD Radeon RX 6700 XT', 'Intel(R) Arc(TM) A770 Graphics']) expect(kindOf({ name, surroundings: laptop }), name).toBeNull()
  })

  it('guesses nothing', () => {
    expect(kindOf({ surroundings: null })).toBeNull()
    expect(kindOf({ pciAddress: null })).toBeNull()
    expect(kindOf({ vendor: 'amd', name: 'AMD Radeon' })).toBeNull()
    expect(kindOf({ vendor: 'amd', name: 'AMD Radeon RX 7900 XTX' })).toBe('internal')
    expect(kindOf({ vendor: 'intel', name: 'Intel(R) Arc(TM) A770M Graphics' })).toBe('internal')
    expect(kindOf({ kind: 'cpu-device' })).toBeNull()
  })
})
