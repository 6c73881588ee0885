/** Who a card is: over restarts, in another slot, under another driver, beside a second one of its kind. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIdentity, type Identity, type MarkedCard } from '../../../main/gpu/identity.ts'
import { gpusOn, bookInMemory, machineOf, type GpusTestOptions } from '../../helpers/gpus.ts'
import type { Detection } from '../../../shared/machine.ts'

const seen = (uuid: string | null, pciAddress: string | null, more: Partial<MarkedCard> = {}): MarkedCard => ({ uuid, pciAddress, pciDeviceId: '10de:2684', pciSubsystemId: null, vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', layer: 'sysfs', ...more })
const idOf = (identity: Identity, card: MarkedCard): string | null => identity.idsOf([card], true)[0]!

describe('within one run', () => {
  test('UUID, else place and device, never an index alone where there is more', () => {
    const identity = createIdentity()
    expect(identity.idsOf([seen('GPU-1', '0000:01:00.0'), seen(null, '0000:02:00.0'), seen(null, null), seen(null, null)], true)).toEqual(['GPU-1', 'pci:0000:02:00.0:10de:2684', 'sysfs:0', 'sysfs:1'])
  })
  test('a card first seen by its place keeps that id when its UUID appears, and takes it along to another slot', () => {
    const identity = createIdentity()
    const first = idOf(identity, seen(null, '0000:01:00.0'))
    expect(idOf(identity, seen('GPU-1', '0000:01:00.0'))).toBe(first)
    expect(idOf(identity, seen('GPU-1', '0000:05:00.0'))).toBe(first)
  })
  test('it keeps its UUID when the driver falls silent, and another card in its slot is another card', () => {
    const identity = createIdentity()
    idOf(identity, seen('GPU-1', '0000:01:00.0'))
    expect(idOf(identity, seen(null, '0000:01:00.0'))).toBe('GPU-1')
    expect(idOf(identity, seen('GPU-2', '0000:01:00.0'))).toBe('GPU-2')
    expect(idOf(identity, seen(null, '0000:01:00.0', { pciDeviceId: '10de:2204' }))).toBe('pci:0000:01:00.0:10de:2204')
  })
  test('a second card of its kind in its old slot gets an id of its own', () => {
    const identity = createIdentity()
    const first = idOf(identity, seen(null, '0000:01:00.0'))
    idOf(identity, seen('GPU-1', '0000:01:00.0'))
    expect(identity.idsOf([seen('GPU-1', '0000:05:00.0'), seen(null, '0000:01:00.0')], true)).toEqual([first, `${first}#2`])
  })
  test('cards without UUIDs whose buses were counted anew stay who they are, in order', () => {
    const identity = createIdentity()
    const before = identity.idsOf([seen(null, '0000:03:00.0'), seen(null, '0000:04:00.0')], true)
    expect(identity.idsOf([seen(null, '0000:13:00.0'), seen(null, '0000:14:00.0')], true)).toEqual(before)
  })
  test('one card of two that moved without a UUID is not guessed', () => {
    const identity = createIdentity()
    const before = identity.idsOf([seen(null, '0000:03:00.0'), seen(null, '0000:04:00.0')], true)
    expect(before).not.toContain(idOf(identity, seen(null, '0000:13:00.0')))
  })
  test('before all layers have answered, a card that may have moved has no id yet', () => {
    const identity = createIdentity()
    const before = idOf(identity, seen(null, '0000:03:00.0'))
    expect(identity.idsOf([seen(null, '0000:13:00.0')], false)).toEqual([null])
    expect(identity.idsOf([seen(null, '0000:13:00.0')], true)).toEqual([before])
  })
  test('a card that no layer can place keeps its id when another layer speaks for it', () => {
    const identity = createIdentity()
    const first = idOf(identity, seen(null, null, { layer: 'os', pciDeviceId: '1002:164e' }))
    expect(idOf(identity, seen(null, null, { layer: 'opencl', pciDeviceId: '1002:164e' }))).toBe(first)
  })
  test('no two cards of a look ever share an id, and asking again gives the same', () => {
    const some = <T>(...values: T[]): fc.Arbitrary<T | null> => fc.constantFrom(null, ...values)
    const card = fc.record({ uuid: some('GPU-1', 'GPU-2'), pciAddress: some('0000:01:00.0', '0000:02:00.0', '0000:03:00.0'), pciDeviceId: some('10de:2684', '1002:744c') }).map((parts) => seen(parts.uuid, parts.pciAddress, { pciDeviceId: parts.pciDeviceId }))
    fc.assert(
      fc.property(fc.array(fc.array(card, { maxLength: 5 }), { minLength: 1, maxLength: 4 }), (looks) => {
        const identity = createIdentity()
        for (const look of looks) {
          const ids = identity.idsOf(look, true)
          expect(new Set(ids).size).toBe(look.length)
          expect(ids.every((id) => id !== null)).toBe(true)
        }
      }),
    )
  })
})

describe('cards that have no place', () => {
  const adapter = seen(null, null, { layer: 'os', pciDeviceId: null, vendor: 'amd', name: 'AMD Radeon RX 6600' })
  test('one of two alike that goes, and a second that comes, leave the other who it was', () => {
    const identity = createIdentity()
    expect(identity.idsOf([adapter, { ...adapter }], true)).toEqual(['os:0', 'os:1'])
    expect(identity.idsOf([adapter], true)).toEqual(['os:0'])
    expect(identity.idsOf([adapter, { ...adapter }], true)).toEqual(['os:0', 'os:1'])
    expect(identity.idsOf([adapter, { ...adapter }, { ...adapter }], true)).toEqual(['os:0', 'os:1', 'os:2'])
  })
})

test('over any reboots, slots and silences of the driver: a card that was once seen with its UUID keeps its id, and nobody else gets it', async () => {
  const kinds = ['10de:2684', '10de:2684', '10de:2684', '10de:2204', '10de:2204']
  const reboot = fc.record({ slots: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 5 }), present: fc.subarray([0, 1, 2, 3, 4]), isSilent: fc.boolean(), mutes: fc.nat(1) })
  await fc.assert(
    fc.asyncProperty(fc.array(reboot, { minLength: 2, maxLength: 6 }), async (reboots) => {
      const book = bookInMemory()
      const idOfCard = new Map<number, string>()
      for (const { slots, present, isSilent, mutes } of reboots) {
        const devices = present.map((number) => ({ uuid: `GPU-${number}`, name: 'NVIDIA RTX', pci: { busId: `0000:0${slots[number]! + 1}:00.0`, pciDeviceId: Number.parseInt(kinds[number]!.slice(5) + '10de', 16), pciSubSystemId: 0 } }))
        const files = Object.fromEntries(devices.flatMap(({ pci }, at) => Object.entries({ class: '0x030000', vendor: '0x10de', device: `0x${kinds[present[at]!]!.slice(5)}` }).map(([name, value]) => [`/sys/bus/pci/devices/${pci.busId}/${name}`, `${value}\n`])))
        const nvml = isSilent ? { init: 999 } : { driverVersion: '570.1', devices: [...devices, ...Array.from({ length: mutes }, () => ({ error: 999 }))] }
        const rig = gpusOn(machineOf({ files, layers: { nvml } }), { book })
        const { gpus } = await rig.look()
        await rig.gpus.stop()
        const here = gpus.filter(({ lostSince }) => lostSince === null)
        expect(new Set(gpus.map(({ id }) => id)).size).toBe(gpus.length)
        expect(book.cards.length).toBeLessThanOrEqual(gpus.length)
        if (isSilent) continue
        for (const number of present) {
          const card = here.find(({ uuid }) => uuid === `GPU-${number}`)!
          expect(idOfCard.get(number) ?? card.id).toBe(card.id)
          expect([...idOfCard].find(([other, id]) => other !== number && id === card.id)).toBeUndefined()
          idOfCard.set(number, card.id)
        }
      }
    }),
    { numRuns: 60 },
  )
})

describe('a card of which the driver says nothing but that it is there', () => {
  const mute = { layer: 'nvml' as const, uuid: null, pciAddress: null, pciDeviceId: null, pciSubsystemId: null, vendor: 'nvidia', name: null }
  test('is the one that is missing, however often one looks', () => {
    const identity = createIdentity()
    identity.idsOf([seen('GPU-1', '0000:01:00.0'), seen('GPU-2', '0000:02:00.0')], true)
    expect(identity.idsOf([{ ...mute }, seen('GPU-2', '0000:02:00.0')], true)).toEqual(['GPU-1', 'GPU-2'])
    expect(identity.idsOf([seen('GPU-2', '0000:02:00.0'), { ...mute }], true)).toEqual(['GPU-2', 'GPU-1'])
    expect(identity.idsOf([seen('GPU-1', '0000:01:00.0'), seen('GPU-2', '0000:02:00.0')], true)).toEqual(['GPU-1', 'GPU-2'])
  })
  test('never known, it is one and the same at every look, and is nobody once the card speaks', () => {
    const identity = createIdentity()
    expect([1, 2, 3].map(() => idOf(identity, { ...mute }))).toEqual(['nvml:0', 'nvml:0', 'nvml:0'])
    expect(idOf(identity, seen('GPU-1', '0000:01:00.0'))).toBe('GPU-1')
  })
})

describe('over restarts', () => {
  const device = (address: string, more: Record<string, string> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries({ class: '0x030000', vendor: '0x10de', device: '0x2684', revision: '0xa1', ...more }).map(([name, text]) => [`/sys/bus/pci/devices/${address}/${name}`, `${text}\n`]))
  const xml = (cards: [uuid: string, address: string][], driver = '570.1'): Record<string, string> => ({
    'nvidia-smi -q -x': `<nvidia_smi_log><driver_version>${driver}</driver_version><attached_gpus>${cards.length}</attached_gpus>${cards
      .map(([uuid, address]) => `<gpu id="0000${address}"><product_name>NVIDIA GeForce RTX 4090</product_name><uuid>${uuid}</uuid><pci><pci_device_id>268410DE</pci_device_id><pci_bus_id>0000${address}</pci_bus_id></pci><fb_memory_usage><total>24564 MiB</total><used>1 MiB</used></fb_memory_usage><temperature><gpu_temp>40 C</gpu_temp></temperature></gpu>`)
      .join('')}</nvidia_smi_log>`,
  })
  interface Run extends Detection {
    events: string[]
  }
  async function run(machine: Parameters<typeof machineOf>[0], options: GpusTestOptions): Promise<Run> {
    const rig = gpusOn(machineOf(machine), options)
    const detection = await rig.look()
    await rig.gpus.stop()
    return { ...detection, events: rig.events.map(({ id }) => id) }
  }
  const rows = ({ gpus }: Detection) => gpus.map(({ id, pciAddress, lostSince }) => [id, pciAddress, lostSince === null])

  test('first seen once; a moved card and a new driver are told, and it is the same card', async () => {
    const book = bookInMemory()
    const first = await run({ commands: xml([['GPU-1', '0000:01:00.0']]) }, { book })
    expect(first.events).toEqual(['card-first-seen'])
    expect(first.gpus[0]).toMatchObject({ id: 'GPU-1', firstSeenAt: first.detectedAt, lostSince: null })
    const second = await run({ commands: xml([['GPU-1', '0000:05:00.0']], '580.2') }, { book })
    expect(second.events).toEqual(['card-moved', 'driver-changed'])
    expect(second.gpus[0]).toMatchObject({ id: 'GPU-1', firstSeenAt: first.detectedAt })
    expect((await run({ commands: xml([['GPU-1', '0000:05:00.0']], '580.2') }, { book })).events).toEqual([])
  })

  test('a card that is gone is lost since then, comes last, and is the same when it returns', async () => {
    const book = bookInMemory()
    await run({ commands: xml([['GPU-1', '0000:01:00.0'], ['GPU-2', '0000:02:00.0']]) }, { book })
    const without = await run({ commands: xml([['GPU-2', '0000:02:00.0']]) }, { book })
    expect(rows(without)).toEqual([['GPU-2', '0000:02:00.0', true], ['GPU-1', '0000:01:00.0', false]])
    expect(without.gpus[1]).toMatchObject({ lostSince: without.detectedAt, sample: null, name: 'NVIDIA GeForce RTX 4090', problems: [{ id: 'card-lost' }] })
    const still = await run({ commands: xml([['GPU-2', '0000:02:00.0']]) }, { book })
    expect([still.gpus[1]!.lostSince, still.events]).toEqual([without.detectedAt, []])
    const back = await run({ commands: xml([['GPU-1', '0000:01:00.0'], ['GPU-2', '0000:02:00.0']]) }, { book })
    expect([rows(back).map(([id, , here]) => [id, here]), back.events]).toEqual([[['GPU-1', true], ['GPU-2', true]], ['card-returned']])
  })

  test('a driver that does not answer loses no card that only it shows', async () => {
    const book = bookInMemory()
    await run({ commands: xml([['GPU-1', '0000:01:00.0']]) }, { book })
    const silent = await run({ run: async () => ({ kind: 'timed-out', afterMs: 15_000 }) }, { book })
    expect(rows(silent)).toEqual([['GPU-1', '0000:01:00.0', true]])
    expect(silent.gpus[0]!.problems.map(({ id }) => id)).toEqual(['driver-not-answering'])
    expect(silent.events).toEqual([])
  })

  test('but where the kernel lists its cards without it, it is lost', async () => {
    const book = bookInMemory()
    await run({ commands: xml([['GPU-1', '0000:01:00.0'], ['GPU-2', '0000:02:00.0']]), files: { ...device('0000:01:00.0'), ...device('0000:02:00.0') } }, { book })
    const silent = await run({ run: async () => ({ kind: 'timed-out', afterMs: 15_000 }), files: device('0000:02:00.0') }, { book })
    expect(rows(silent)).toEqual([['GPU-2', '0000:02:00.0', true], ['GPU-1', '0000:01:00.0', false]])
    expect(silent.events).toEqual(['card-lost'])
  })

  test('a card that the driver refuses to name is the one that was here, and leaves no other behind when it speaks again', async () => {
    const book = bookInMemory()
    const two = (trouble: object = {}): { layers: Record<string, unknown> } => ({
      layers: { nvml: { driverVersion: '570.1', devices: [{ uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 4090', pci: { busId: '00000000:01:00.0', pciDeviceId: 0x268410de, pciSubSystemId: 0 }, memory: { total: 1e10, used: 1, free: 1 } }, Object.keys(trouble).length > 0 ? trouble : { uuid: 'GPU-2', name: 'NVIDIA GeForce RTX 3090', pci: { busId: '00000000:02:00.0', pciDeviceId: 0x268410de, pciSubSystemId: 0 }, memory: { total: 1e10, used: 1, free: 1 } }] } },
    })
    await run(two(), { book })
    for (const [trouble, isHere] of [[{ error: 15 }, false], [{ error: 28 }, true], [{ error: 999 }, true]] as const) {
      const refused = await run(two(trouble), { book })
      expect(rows(refused), JSON.stringify(trouble)).toEqual([['GPU-1', '0000:01:00.0', true], ['GPU-2', '0000:02:00.0', isHere]])
      expect(refused.gpus[1]).toMatchObject({ name: 'NVIDIA GeForce RTX 3090', uuid: 'GPU-2' })
      expect(refused.gpus[1]!.problems.map(({ id }) => id)).not.toContain('name-unknown')
    }
    expect(rows(await run(two(), { book }))).toEqual([['GPU-1', '0000:01:00.0', true], ['GPU-2', '0000:02:00.0', true]])
    expect(book.cards).toHaveLength(2)
  })

  test('one that it never named is shown, and not remembered', async () => {
    const book = bookInMemory()
    const refused = await run({ layers: { nvml: { driverVersion: '570.1', devices: [{ error: 999 }] } } }, { book })
    expect([rows(refused), book.cards, refused.events]).toEqual([[['nvml:0', null, true]], [], []])
  })

  test('no GPU at all says which one was here', async () => {
    const book = bookInMemory()
    await run({ commands: xml([['GPU-1', '0000:01:00.0']]) }, { book })
    const { problems, gpus } = await run({}, { book })
    expect(problems).toMatchObject([{ id: 'no-gpu', sentence: expect.stringContaining('One that was here before is lost: NVIDIA GeForce RTX 4090.') }])
    expect(gpus).toMatchObject([{ id: 'GPU-1', lostSince: expect.any(Number) }])
  })

  test('another machine’s book knows nothing of it, and a book that fails costs no card', async () => {
    const broken = { known: () => { throw new Error('no disk') }, save: () => { throw new Error('no disk') }, forget: () => {} }
    expect(rows(await run({ commands: xml([['GPU-1', '0000:01:00.0']]) }, { book: broken }))).toEqual([['GPU-1', '0000:01:00.0', true]])
  })

  test('a lost card can be forgotten, one that is here cannot', async () => {
    const book = bookInMemory()
    await run({ commands: xml([['GPU-1', '0000:01:00.0'], ['GPU-2', '0000:02:00.0']]) }, { book })
    const rig = gpusOn(machineOf({ commands: xml([['GPU-2', '0000:02:00.0']]) }), { book })
    await rig.look()
    await expect(rig.gpus.forget('GPU-2')).rejects.toThrow('is here')
    await expect(rig.gpus.forget('GPU-9')).rejects.toThrow('no such card')
    await rig.gpus.forget('GPU-1')
    const last = rig.states.at(-1)!
    expect(last.phase === 'ready' && last.detection.gpus.map(({ id }) => id)).toEqual(['GPU-2'])
    expect((await rig.look()).gpus).toHaveLength(1)
    await rig.gpus.stop()
  })
})
