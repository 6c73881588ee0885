/** Who uses a card on Linux: the kernel's words for each open file, and what is made of two looks at them. */
import { describe, expect, test } from 'vitest'
import { createDrmClients, processesOf, usageOf } from '../../../../main/gpu/drm-clients.ts'
import { parseFdinfo } from '../../../../main/gpu/drm-fdinfo.ts'
import { architectureOf } from '../../../../main/gpu/drm-kfd.ts'
import { machineOf } from '../../../helpers/gpus.ts'

const amd = (gfxNs: number, enc = 0): string => `pos:\t0\ndrm-driver:\tamdgpu\ndrm-client-id:\t5\ndrm-pdev:\t0000:03:00.0\ndrm-memory-vram:\t2048 KiB\ndrm-memory-gtt: \t900 KiB\ndrm-engine-gfx:\t${gfxNs} ns\ndrm-engine-enc:\t${enc} ns\n`
const xe = (cycles: number, total: number): string => `drm-driver:\txe\ndrm-client-id:\t7\ndrm-pdev:\t0000:03:00.0\ndrm-resident-vram0:\t1 GiB\ndrm-resident-vram1:\t4096\ndrm-cycles-vcs:\t${cycles}\ndrm-total-cycles-vcs:\t${total}\ndrm-engine-capacity-vcs:\t2\n`

describe('fdinfo', () => {
  test('amdgpu', () => {
    expect(parseFdinfo(amd(91234567890))).toEqual({ driver: 'amdgpu', clientId: '5', pciAddress: '0000:03:00.0', memoryBytes: 2048 * 1024, engines: { gfx: { busy: 91234567890, of: null, capacity: 1 }, enc: { busy: 0, of: null, capacity: 1 } } })
  })
  test('xe: cycles of a counter that runs on, and memory of both tiles', () => {
    expect(parseFdinfo(xe(10, 1000))).toMatchObject({ memoryBytes: 1024 ** 3 + 4096, engines: { vcs: { busy: 10, of: 1000, capacity: 2 } } })
  })
  test('i915 in a processor: the machine’s memory', () => {
    expect(parseFdinfo('drm-driver: i915\ndrm-client-id: 3\ndrm-pdev: 0000:00:02.0\ndrm-resident-system0: 80 MiB\ndrm-resident-stolen-system0: 1048576\ndrm-engine-render: 5 ns\ndrm-engine-capacity-render: x\n')).toMatchObject({ memoryBytes: 80 * 1024 ** 2, engines: { render: { busy: 5, capacity: 1 } } })
  })
  test('what is no graphics file', () => {
    for (const text of ['', 'pos:\t0\nflags:\t02\n', 'drm-driver:\tamdgpu\n', 'drm-client-id:\t1\n', 'drm-engine-gfx: NaN ns']) expect(parseFdinfo(text)).toBeNull()
  })
})

describe('two looks', () => {
  test('shares of the time between them, by program and by engine', async () => {
    const files: Record<string, string> = { '/proc/9/comm': 'ffmpeg\n', '/proc/9/fdinfo/4': amd(1e9, 1e9) }
    const clients = createDrmClients()
    const machine = machineOf({ recorded: null, files })
    expect(usageOf(await clients.read(machine, 0), '0000:03:00.0')).toMatchObject({ engines: {}, processes: [{ pid: 9, name: 'ffmpeg', utilisation: null, memoryBytes: 2048 * 1024 }] })
    files['/proc/9/fdinfo/4'] = amd(1e9 + 1.25e9, 1e9 + 2.5e9)
    expect(usageOf(await clients.read(machine, 5_000), '0000:03:00.0')).toMatchObject({ engines: { gfx: 0.25, enc: 0.5 }, processes: [{ utilisation: 0.5, kind: 'graphics' }] })
  })

  test('an engine that is there twice', async () => {
    const files: Record<string, string> = { '/proc/9/fdinfo/4': xe(0, 0) }
    const clients = createDrmClients()
    const machine = machineOf({ recorded: null, files })
    await clients.read(machine, 0)
    files['/proc/9/fdinfo/4'] = xe(1000, 1000)
    expect(usageOf(await clients.read(machine, 5_000), '0000:03:00.0').engines).toEqual({ vcs: 0.5 })
  })

  test('asked every second, the programs are gone through every five seconds only', async () => {
    let reads = 0
    const machine = machineOf({ recorded: null, files: { '/proc/9/fdinfo/4': amd(5) } })
    const counting = { ...machine, readFile: (path: string) => (path.includes('fdinfo') && (reads += 1), machine.readFile(path)) }
    const clients = createDrmClients()
    for (let at = 0; at <= 10_000; at += 1000) await Promise.all([clients.read(counting, at), clients.read(counting, at)])
    expect(reads).toBe(3)
    // The clock was set back: time that cannot be told counts as over.
    await clients.read(counting, -3_600_000)
    expect(reads).toBe(4)
  })

  test('a program that ends between listing and reading', async () => {
    const machine = { ...machineOf({ recorded: null, files: {} }), openGraphicsFiles: async () => ({ files: [{ pid: 77, fd: 3 }], isComplete: true }) }
    expect((await createDrmClients().read(machine, 0)).cards.size).toBe(0)
  })

  test('nobody is only nobody where everyone could be looked at', () => {
    const none = { processes: [], engines: {}, memoryBytes: null }
    const machine = machineOf({ recorded: null })
    expect(processesOf({ ...none, isComplete: true }, machine)).toEqual({ value: [] })
    expect(processesOf({ ...none, isComplete: false }, machine)).toMatchObject({ why: expect.stringContaining('other users') })
  })
})

test('compute architectures by their number', () => {
  expect([110000, 90010, 90402, 100300, 0, null].map(architectureOf)).toEqual(['gfx1100', 'gfx90a', 'gfx942', 'gfx1030', null, null])
})
