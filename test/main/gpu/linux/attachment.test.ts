/** Cards outside the case, slices of cards, and cards that sleep, as Linux tells them. */
import { describe, expect, test } from 'vitest'
import { linuxAttachment } from '../../../../main/gpu/linux-attachment.ts'
import { runtimeStatusOf } from '../../../../main/gpu/linux-power.ts'
import { createSysfsLayer } from '../../../../main/gpu/linux-pci.ts'
import { machineOf } from '../../../helpers/gpus.ts'

const pci = '/sys/bus/pci/devices'
const bridge = (address: string, secondary: number, subordinate: number, id: string): Record<string, string> => ({
  [`${pci}/${address}/secondary_bus_number`]: `${secondary}\n`,
  [`${pci}/${address}/subordinate_bus_number`]: `${subordinate}\n`,
  [`${pci}/${address}/vendor`]: `0x${id.slice(0, 4)}\n`,
  [`${pci}/${address}/device`]: `0x${id.slice(5)}\n`,
})
const card = (address: string): Record<string, string> => ({ [`${pci}/${address}/class`]: '0x030000\n', [`${pci}/${address}/vendor`]: '0x10de\n', [`${pci}/${address}/device`]: '0x2684\n' })
const attached = (files: Record<string, string>, address = '0000:3c:00.0') => linuxAttachment(machineOf({ files }), address)

describe('attachment', () => {
  test('the kernel says that it can be pulled out', async () => {
    expect(await attached({ ...card('0000:3c:00.0'), [`${pci}/0000:3c:00.0/removable`]: 'removable\n' })).toMatchObject({ kind: 'external', because: expect.stringContaining('removable') })
    expect(await attached({ ...card('0000:3c:00.0'), [`${pci}/0000:3c:00.0/removable`]: 'fixed\n' })).toBeNull()
  })
  test('behind a Thunderbolt controller, on kernels that do not say so', async () => {
    const files = { ...card('0000:3c:00.0'), ...bridge('0000:00:1d.0', 4, 0x3f, '8086:9d18'), ...bridge('0000:04:00.0', 5, 0x3f, '8086:1578'), ...bridge('0000:05:01.0', 6, 0x3f, '8086:1578') }
    expect(await attached(files)).toMatchObject({ kind: 'external', because: expect.stringContaining('8086:1578') })
  })
  test('in a slot behind the processor’s own port', async () => {
    expect(await attached({ ...card('0000:01:00.0'), ...bridge('0000:00:01.0', 1, 1, '8086:a70d'), ...bridge('0000:00:1c.0', 2, 9, '8086:1578') }, '0000:01:00.0')).toBeNull()
  })
  test('a slice that the machine shares out', async () => {
    expect(await attached({ ...card('0000:3c:00.0'), [`${pci}/0000:3c:00.0/physfn/vendor`]: '0x10de\n' })).toMatchObject({ kind: 'virtual-gpu' })
  })
  test('it comes with the detected card', async () => {
    const { cards } = await createSysfsLayer().detect(machineOf({ files: { ...card('0000:3c:00.0'), [`${pci}/0000:3c:00.0/removable`]: 'removable\n' } }), 0)
    expect(cards[0]!.attachment?.kind).toBe('external')
  })
})

describe('sleep', () => {
  const status = (text: string | null) => runtimeStatusOf(machineOf({ files: text === null ? {} : { [`${pci}/0000:01:00.0/power/runtime_status`]: text } }), '00000000:01:00.0')
  test.each([['suspended\n', 'suspended'], ['suspending\n', 'suspended'], ['active\n', 'active'], ['resuming\n', 'active'], ['unsupported\n', null], ['error\n', null], [null, null]])('%j', async (text, told) => {
    expect(await status(text)).toBe(told)
  })
  test('a recording that holds the card under /sys/class/drm only', async () => {
    const device = '/sys/class/drm/card0/device'
    expect(await runtimeStatusOf(machineOf({ files: { [`${device}/uevent`]: 'PCI_SLOT_NAME=0000:01:00.0\n', [`${device}/power/runtime_status`]: 'suspended\n' } }), '0000:01:00.0')).toBe('suspended')
  })
  test('elsewhere than on Linux nothing is told', async () => {
    expect(await runtimeStatusOf(machineOf({ platform: 'win32' }), '0000:01:00.0')).toBeNull()
  })
})
