/** What is said to be missing is missing, and what is to be done can be done where Idlewatt runs. */
import { describe, expect, test } from 'vitest'
import type { MachineSource } from '../../../main/system/machine-source.ts'
import { surroundingsOf } from '../../../main/system/surroundings.ts'
import { unknownFacts } from '../../../main/system/machine-facts.ts'
import { handClock } from '../../helpers/clocks.ts'
import { gpusOn, gpusOnRecording, machineOf } from '../../helpers/gpus.ts'
import type { Detection } from '../../../shared/machine.ts'

const device = (address: string, vendor: string, id: string): Record<string, string> =>
  Object.fromEntries(Object.entries({ class: '0x030000', vendor, device: id, revision: '0xa1' }).map(([name, text]) => [`/sys/bus/pci/devices/${address}/${name}`, `${text}\n`]))
const nvidiaCard = device('0000:0b:00.0', '0x10de', '0x2204')
const amdCard = device('0000:0b:00.0', '0x1002', '0x744c')
const lender = device('74d6:00:00.0', '0x1414', '0x008e')
const docker = { '/.dockerenv': '' }
const podman = { '/run/.containerenv': '' }
const wsl = { '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n' }
const plain = { '/sys/class/dmi/id/sys_vendor': 'ASUS\n', '/sys/class/dmi/id/product_name': 'System Product Name\n' }

function look(files: Record<string, string>, parts: Partial<MachineSource> & { layers?: Record<string, unknown> } = {}): Promise<Detection> {
  const source: MachineSource = machineOf({ files, facts: async () => ({ ...unknownFacts, surroundings: await surroundingsOf(source) }), ...parts })
  return gpusOn(source).look()
}
const wordsOf = ({ sentence, remedy }: { sentence: string; remedy: string | null }): string => `${sentence} ${remedy}`

describe('a card of NVIDIA’s without its driver', () => {
  test.each([
    ['in Docker', docker, /was not handed to this container \(Docker\).*--gpus all.*NVIDIA Container Toolkit/],
    ['in Podman', podman, /was not handed to this container \(Podman\).*nvidia\.com\/gpu=all/],
    ['on hardware of its own', plain, /no NVIDIA driver.*ubuntu-drivers/],
  ])('%s', async (_, place, words) => {
    const { gpus, problems } = await look({ ...nvidiaCard, ...place })
    expect(problems).toMatchObject([{ id: 'driver-missing' }])
    expect(wordsOf(problems[0]!)).toMatch(words)
    expect(gpus[0]!.problems).toEqual(problems)
    if (place !== plain) expect(wordsOf(problems[0]!)).not.toContain('ubuntu-drivers')
  })
  test('in WSL2, where OpenCL alone shows it: the driver in Windows counts', async () => {
    const { problems } = await look({ ...lender, ...wsl }, { layers: { opencl: [{ name: 'NVIDIA GeForce RTX 4070', vendor: 'NVIDIA Corporation', type: 'gpu' }] } })
    expect(problems).toMatchObject([{ id: 'driver-missing' }])
    expect(wordsOf(problems[0]!)).toMatch(/driver in Windows.*wsl --update.*\/usr\/lib\/wsl\/lib/)
  })
})

describe('the remedy for a missing driver fits the system', () => {
  const adapter = (driverVersion: string) => ({ layers: { systeminformation: { controllers: [{ vendor: 'NVIDIA', model: 'NVIDIA GeForce RTX 3090', vendorId: '10DE', deviceId: '2204', driverVersion }] } } })
  test('Windows', async () => {
    const { problems } = await look({}, { platform: 'win32', ...adapter('10.0.20348.1') })
    expect(problems).toMatchObject([{ id: 'driver-missing' }])
    expect(wordsOf(problems[0]!)).toMatch(/nvidia\.com\/drivers/)
    expect(wordsOf(problems[0]!)).not.toMatch(/ubuntu/i)
  })
  test('where Windows names the driver’s version, its library is what is not reachable', async () => {
    const { gpus, problems } = await look({}, { platform: 'win32', ...adapter('566.36') })
    expect(problems).toMatchObject([{ id: 'driver-library-missing', sentence: expect.stringContaining('The NVIDIA driver 566.36 is installed') }])
    expect(wordsOf(problems[0]!)).toMatch(/nvml\.dll/)
    expect(wordsOf(problems[0]!)).not.toMatch(/no NVIDIA driver|ubuntu/i)
    expect(gpus[0]!.problems).toEqual(problems)
  })
  test('a slice of a card wants the guest driver of the host’s software', async () => {
    const { gpus, look: lookAt } = gpusOnRecording('remote-desktop-vgpu', handClock())
    const { problems } = await lookAt()
    expect(problems).toMatchObject([{ id: 'driver-library-missing', sentence: expect.stringContaining('537.70'), remedy: expect.stringContaining('guest driver') }])
    await gpus.stop()
  })
})

test('in WSL2 the programs that use the card are unknown: the driver lists none of Windows’', async () => {
  const { gpus, look: lookAt } = gpusOnRecording('wsl2-rtx-4070', handClock())
  const card = (await lookAt()).gpus[0]!
  expect(card.sample).toMatchObject({ utilisation: 0.41, processes: [], unknown: { processes: expect.stringContaining('Windows') } })
  await gpus.stop()
  const library = { devices: [{ uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 4070', temperatureC: 50, computeProcesses: [], graphicsProcesses: [] }] }
  const processesOn = async (files: Record<string, string>) => (await look(files, { layers: { nvml: library } })).gpus[0]!.sample!.unknown['processes'] ?? null
  expect(await processesOn(wsl)).toContain('Windows')
  expect(await processesOn(plain)).toBeNull()
})

test('an AMD card in a container: the devices that are to be handed in', async () => {
  const inside = await look({ ...amdCard, ...docker })
  expect(inside.gpus[0]!.problems[0]!.remedy).toMatch(/\/dev\/kfd.*\/dev\/dri/)
  const outside = await look({ ...amdCard, ...plain })
  expect(outside.gpus[0]!.problems[0]!.remedy).not.toContain('/dev/kfd')
})

describe('no GPU', () => {
  test('in WSL2 with Windows’ way of lending alone: its card is not reachable, and how it becomes so', async () => {
    const { problems } = await look({ ...lender, ...wsl })
    expect(problems).toMatchObject([{ id: 'no-gpu', sentence: 'No GPU was found in WSL2: Windows offers its card here, but no driver reaches it.' }])
    expect(problems[0]!.remedy).toMatch(/in Windows.*wsl --update.*\/usr\/lib\/wsl\/lib/)
  })
  test('in WSL2 without it', async () => {
    const { problems } = await look({ ...wsl })
    expect(problems[0]).toMatchObject({ id: 'no-gpu', sentence: expect.stringContaining('none of Windows’ cards is reachable') })
  })
  test('in a container: only what is handed in is seen', async () => {
    const { problems } = await look({ ...docker })
    expect(wordsOf(problems[0]!)).toMatch(/in this container \(Docker\).*--gpus all.*\/dev\/kfd/)
  })
  test('elsewhere a virtual adapter is called what it is', async () => {
    const { problems } = await look({ ...plain, ...device('0000:00:01.0', '0x1234', '0x1111') })
    expect(problems[0]!.sentence).toMatch(/virtual adapter and cannot compute/)
  })
})

describe('cards that one layer alone sees', () => {
  test.each(['apple-m3-max', 'macbook-pro-intel-radeon', 'windows-radeon-and-arc'])('%s gives readings, and nobody says that it gives none', async (name) => {
    const { gpus, look: lookAt } = gpusOnRecording(name, handClock())
    for (const gpu of (await lookAt()).gpus) {
      expect(gpu.problems.map(({ id }) => id)).toEqual(['seen-by-one-layer'])
      expect(gpu.problems[0]!.sentence).toContain('cannot be measured')
      expect(gpu.problems[0]!.sentence).not.toMatch(/no readings|cannot be read/)
    }
    await gpus.stop()
  })
  test('where there are none, that is said', async () => {
    const { gpus } = await look({}, { platform: 'darwin', layers: { systeminformation: { controllers: [{ vendor: 'Apple', model: 'Apple M2', cores: '10' }] } } })
    expect(gpus[0]!.problems[0]!.sentence).toContain('gives no readings')
  })
  test('a card that the NVIDIA driver leaves out', async () => {
    const xml = '<nvidia_smi_log><driver_version>570.1</driver_version><gpu id="00000000:01:00.0"><product_name>NVIDIA GeForce RTX 3090</product_name><uuid>GPU-1</uuid></gpu></nvidia_smi_log>'
    const files = { ...nvidiaCard, ...device('0000:01:00.0', '0x10de', '0x2204'), ...plain }
    const { gpus } = await gpusOn(machineOf({ files, commands: { 'nvidia-smi -q -x': xml } })).look()
    expect(gpus.flatMap(({ problems }) => problems.map(({ sentence }) => sentence))).toContain('Only the Linux kernel sees this card, but the NVIDIA driver does not list it, so there are no readings of it.')
  })
})
