/** Service: recorded machines on which cards are lent, sliced, or looked at from afar, and a Windows laptop whose cards only the system reads. */
import { describe, expect, it } from 'vitest'
import type { Detection } from '../../../../shared/machine.ts'
import { adaptersScript } from '../../../../main/gpu/windows/adapters.ts'
import { countersScript } from '../../../../main/gpu/windows/counters.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { handClock } from '../../../helpers/clocks.ts'
import { gpusOn, gpusOnRecording, machineFolder } from '../../../helpers/gpus.ts'

async function lookAt(name: string): Promise<Detection> {
  const { look, gpus } = gpusOnRecording(name)
  const found = await look()
  await gpus.stop()
  return found
}
const shape = ({ gpus }: Detection): (string | null)[][] => gpus.map(({ name, kind, attachment }) => [name, kind, attachment?.kind ?? null])

describe('recorded machines', () => {
  it('wsl2-rtx-4070: the card is Windows’ own, and so is the empty adapter beside it', async () => {
    const found = await lookAt('wsl2-rtx-4070')
    expect(found.machine.surroundings).toMatchObject({ kind: 'wsl', name: 'WSL2' })
    expect(found.machine.uptimeSeconds).toBe(4211)
    expect(shape(found)[0]).toEqual(['NVIDIA GeForce RTX 4070', 'gpu', 'paravirtual'])
    expect(shape(found)[1]?.slice(1)).toEqual(['virtual', 'paravirtual'])
  })

  it('remote-desktop-vgpu: a slice, a virtual machine’s adapter and a session’s screen', async () => {
    const found = await lookAt('remote-desktop-vgpu')
    expect(found.machine.surroundings).toMatchObject({ kind: 'virtual-machine', name: 'VMware', remoteSession: 'rdp' })
    expect(shape(found)).toEqual([
      ['NVIDIA A40-8Q', 'gpu', 'virtual-gpu'],
      ['Microsoft Remote Display Adapter', 'virtual', 'remote-display'],
      ['VMware SVGA 3D', 'virtual', 'virtual-gpu'],
    ])
  })

  it('windows-radeon-and-arc: memory from DirectX, use and processes from the performance counters', async () => {
    const clock = handClock()
    const { look, gpus, telemetry } = gpusOnRecording('windows-radeon-and-arc', clock)
    const found = await look()
    expect(found.machine.surroundings).toMatchObject({ kind: 'bare-metal', isLaptop: true, onBattery: false, remoteSession: null })
    const arc = found.gpus.find(({ name }) => name.includes('A770M'))
    expect(arc).toMatchObject({ memoryBytes: 16_979_591_168, pciAddress: '0000:03:00.0', attachment: { kind: 'internal' } })
    expect(found.gpus.find(({ name }) => name.includes('780M'))?.attachment?.kind).toBe('integrated')
    gpus.watch('test', true)
    await clock.advance(3_000)
    const sample = telemetry.at(-1)?.samples[arc?.id ?? '']
    expect(sample).toMatchObject({ utilisation: 0.91, encoder: 0.12, memoryTotalBytes: 16_979_591_168 })
    expect(sample?.processes.map(({ name, memoryBytes }) => [name, memoryBytes])).toEqual([
      ['blender', 6_442_450_944],
      ['obs64', 318_767_104],
    ])
    await gpus.stop()
  })

  it('rtx-4090-windows: the counters know the memory of processes that NVIDIA’s driver only names', async () => {
    const clock = handClock()
    const luid = 'luid_0x00000000_0x00012345_phys_0'
    const counters = { EngineCount: 9, Engines: [{ Name: `pid_4321_${luid}_eng_0_engtype_3D`, UtilizationPercentage: 30 }], ProcessMemory: [{ Name: `pid_4321_${luid}`, DedicatedUsage: 700_000_000, SharedUsage: 0 }, { Name: `pid_99_${luid}`, DedicatedUsage: 50_000_000, SharedUsage: 0 }], AdapterMemory: [], Processes: [{ Id: 99, ProcessName: 'unseen' }] }
    const adapters = [{ Name: 'NVIDIA GeForce RTX 4090', PNPDeviceID: 'PCI\\VEN_10DE&DEV_2684&SUBSYS_88E31043&REV_A1\\4&2A1CBA7&0&0019', BusNumber: 1, Address: 0, Luid: 0x12345, PhysicalIndex: 0 }]
    const recorded = openRecordedMachine(machineFolder('rtx-4090-windows'), clock)
    const { look, gpus, telemetry } = gpusOn(
      {
        ...recorded,
        async run(program, args, options) {
          const stdout = args.includes(countersScript) ? JSON.stringify(counters) : args.includes(adaptersScript) ? JSON.stringify(adapters) : null
          if (stdout !== null) return { kind: 'done', exitCode: 0, stdout, stderr: '' }
          const answer = await recorded.run(program, args, options)
          return answer.kind === 'done' ? { ...answer, stdout: answer.stdout.replace(/<pid>\d+<\/pid>/, '<pid>4321</pid>') } : answer
        },
      },
      { clock },
    )
    const card = (await look()).gpus[0]
    gpus.watch('test', true)
    await clock.advance(3_000)
    const processes = telemetry.at(-1)?.samples[card?.id ?? '']?.processes ?? []
    expect(processes.find(({ pid }) => pid === 4321)).toMatchObject({ name: expect.stringMatching(/.+/), memoryBytes: 700_000_000, utilisation: 0.3 })
    expect(processes.find(({ pid }) => pid === 99)).toMatchObject({ name: 'unseen', memoryBytes: 50_000_000 })
    await gpus.stop()
  })
})
