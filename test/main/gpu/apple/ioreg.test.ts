/** macOS's registry: Apple's own graphics, an Intel Mac's card, and documents that are none. */
import { describe, expect, test, vi } from 'vitest'
import { parseAccelerators, sampleApple } from '../../../../main/gpu/apple/ioreg.ts'
import { parsePlist } from '../../../../main/gpu/apple/plist.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { unknownFacts } from '../../../../main/system/machine-facts.ts'
import type { MachineSource } from '../../../../main/system/machine-source.ts'
import { fastClock, handClock } from '../../../helpers/clocks.ts'
import { gpusOn, gpusOnRecording, machineFolder, machineOf } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const GiB = 1024 ** 3

test('an M3 Max, recorded: use, memory of the machine, cores; the rest with a reason', async () => {
  const [seen] = await sampleApple(openRecordedMachine(machineFolder('apple-m3-max'), handClock()), at)
  expect(seen!.sample).toMatchObject({ takenAt: at, utilisation: 0.37, memoryUsedBytes: 9 * GiB, memoryTotalBytes: 64 * GiB, powerW: null, temperatureC: null })
  expect(seen!.sample.unknown['powerW']).toContain('powermetrics')
})

test('a look shows the readings on the card', async () => {
  const { gpus } = await gpusOnRecording('apple-m3-max', fastClock(50)).look()
  expect(gpus).toMatchObject([{ name: 'Apple M3 Max (40 GPU cores)', sample: { utilisation: 0.37 } }])
})

test('an Intel Mac’s AMD card tells more', async () => {
  const statistics = '"PerformanceStatistics" = {"Core Clock(MHz)"=1300,"GPU Activity(%)"=42,"Fan Speed(RPM)"=1210,"Fan Speed(%)"=31,"Temperature(C)"=57,"Total Power(W)"=115,"vramUsedBytes"=1073741824,"vramFreeBytes"=3221225472}'
  const text = `+-o AMDNavi21GraphicsAccelerator  <class AMDRadeonX6000_AMDNavi21GraphicsAccelerator, id 0x1>\n    {\n      "IOClass" = "AMDRadeonX6000_AMDNavi21GraphicsAccelerator"\n      ${statistics}\n    }\n`
  const [seen] = await sampleApple(machineOf({ platform: 'darwin', commands: { 'ioreg -r -d 1 -w 0 -c IOAccelerator': text } }), at)
  expect(seen!.sample).toMatchObject({ utilisation: 0.42, temperatureC: 57, powerW: 115, coreClockMhz: 1300, fan: 0.31, fanRpm: 1210, memoryUsedBytes: GiB, memoryTotalBytes: 4 * GiB })
})

const plist = (...entries: string[]): string => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><array>${entries.join('')}</array></plist>`
const entry = (ioClass: string, more: string, statistics: Record<string, number>): string =>
  `<dict><key>IOClass</key><string>${ioClass}</string>${more}<key>PerformanceStatistics</key><dict>${Object.entries(statistics).map(([key, value]) => `<key>${key}</key><integer>${value}</integer>`).join('')}</dict></dict>`
const mac = (text: string, controllers?: object[]): MachineSource =>
  machineOf({ platform: 'darwin', facts: async () => ({ ...unknownFacts, memoryBytes: 32 * GiB }), commands: { 'ioreg -r -d 1 -w 0 -c IOAccelerator -a': text }, layers: controllers ? { systeminformation: { controllers } } : {} })

test('a MacBook Pro with Intel’s graphics and a Radeon, recorded', async () => {
  const { gpus, machine } = await gpusOnRecording('macbook-pro-intel-radeon', fastClock(50)).look()
  expect(machine.surroundings).toMatchObject({ kind: 'bare-metal', isLaptop: true, onBattery: false })
  expect(gpus.map(({ name, isIntegrated, memoryBytes, sample }) => [name, isIntegrated, memoryBytes, sample?.utilisation, sample?.temperatureC, sample?.powerW])).toEqual([
    ['Intel UHD Graphics 630', true, null, 1, null, null],
    ['AMD Radeon Pro 5300M', null, 4 * GiB, 0.64, 71, 38],
  ])
})

describe('Macs with several entries', () => {
  const twoMakers = plist(
    entry('IntelAccelerator', '', { 'Device Utilization %': 137, inUseSysMemoryBytes: 700_000_000 }),
    entry('AMDRadeonX6000_AMDNavi14GraphicsAccelerator', '', { 'GPU Activity(%)': 55, 'Temperature(C)': 61, vramUsedBytes: GiB, vramFreeBytes: 3 * GiB }),
  )
  const twoCards = [{ vendor: 'Intel', model: 'Intel UHD Graphics 630', bus: 'Built-In', vram: 1536, vramDynamic: true, deviceId: '0x3e9b' }, { vendor: 'AMD', model: 'AMD Radeon Pro 5300M', bus: 'PCIe', vram: 4096, deviceId: '0x7340' }]

  test('an Intel Mac’s two cards are of two makers: each has its own readings, also from second to second', async () => {
    const clock = fastClock(50)
    const { look, gpus, telemetry } = gpusOn(mac(twoMakers, twoCards), { clock })
    const [intel, amd] = (await look()).gpus
    expect(intel).toMatchObject({ pciDeviceId: '8086:3e9b', sample: { utilisation: 1, memoryUsedBytes: 700_000_000, temperatureC: null } })
    expect(amd).toMatchObject({ pciDeviceId: '1002:7340', sample: { utilisation: 0.55, temperatureC: 61, memoryUsedBytes: GiB, memoryTotalBytes: 4 * GiB } })
    gpus.watch('test', true)
    await vi.waitFor(() => expect(telemetry.at(-1)?.samples).toMatchObject({ [intel!.id]: { utilisation: 1 }, [amd!.id]: { utilisation: 0.55 } }))
    await gpus.stop()
  })

  test('two cards of one maker: nobody says whose a reading is', async () => {
    const text = plist(entry('AMDRadeonX6000_A', '', { 'GPU Activity(%)': 1 }), entry('AMDRadeonX6000_B', '', { 'GPU Activity(%)': 99 }))
    const { gpus } = await gpusOn(mac(text, [{ vendor: 'AMD', model: 'Radeon Pro W6800X', deviceId: '0x73a2' }, { vendor: 'AMD', model: 'Radeon Pro W6800X', deviceId: '0x73a2' }])).look()
    expect(gpus.map(({ sample }) => sample)).toEqual([null, null])
  })

  test('an entry that is no graphics processor is passed over', async () => {
    const text = plist('<dict><key>IOClass</key><string>IOAcceleratorBridge</string></dict>', entry('AGXAcceleratorG14X', '<key>gpu-core-count</key><integer>38</integer>', { 'Device Utilization %': 37, 'In use system memory': 7 * GiB }))
    const machine = mac(text, [{ vendor: 'Apple', model: 'Apple M2 Max', bus: 'Built-In' }])
    const { gpus } = await gpusOn(machine).look()
    expect(gpus).toMatchObject([{ name: 'Apple M2 Max (38 GPU cores)', sample: { utilisation: 0.37, memoryUsedBytes: 7 * GiB } }])
    expect(await sampleApple(machine, at, [{ uuid: null, pciAddress: null, pciDeviceId: null }])).toMatchObject([{ sample: { utilisation: 0.37 } }])
  })
})

test('where the system’s list was not kept, the registry alone tells of the card', async () => {
  const { gpus } = await gpusOn(mac(plist(entry('AGXAcceleratorG16S', '<key>model</key><string>Apple M4 Pro</string><key>gpu-core-count</key><integer>20</integer>', { 'Device Utilization %': 5 })))).look()
  expect(gpus).toMatchObject([{ name: 'Apple M4 Pro (20 GPU cores)', vendor: 'apple', memoryBytes: 32 * GiB, isIntegrated: true, sample: { utilisation: 0.05 } }])
})

test('a Mac in a virtual machine: the adapter is the host’s, lent', async () => {
  const { gpus } = await gpusOn(mac(plist(entry('AppleParavirtAccelerator', '', { 'In use system memory': 50_103_936 })), [{ vendor: 'Apple', model: 'Apple Paravirtual device', bus: 'Built-In' }])).look()
  expect(gpus).toMatchObject([{ isIntegrated: null, attachment: { kind: 'paravirtual' }, sample: { memoryUsedBytes: 50_103_936, utilisation: null } }])
})

test('no ioreg, no Mac, no statistics', async () => {
  expect(await sampleApple(machineOf({ platform: 'darwin' }), at)).toEqual([])
  expect(await sampleApple(machineOf({ platform: 'linux' }), at)).toEqual([])
  const [one] = parseAccelerators('<plist version="1.0"><array><dict><key>model</key><string>Apple M9</string></dict></array></plist>')
  expect(one).toEqual({ model: 'Apple M9', ioClass: null, vendor: 'apple', cores: null, statistics: {} })
})

describe('property lists', () => {
  test('every kind of value, in order', () => {
    expect(parsePlist('noise <?xml version="1.0"?><plist version="1.0"><dict><key>a &amp; b</key><integer>-5</integer><key>list</key><array><true/><real>1.5</real><string>x</string><dict/></array><key>data</key><data>\nQXBwbGUA\n</data><key>constructor</key><false/></dict></plist> tail')).toEqual({
      'a & b': -5,
      list: [true, 1.5, 'x', {}],
      data: 'Apple',
      constructor: false,
    })
  })
  test.each(['', 'x', '<plist><dict>', '<plist><dict><key>a</dict></plist>', '<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>', '<plist></plist>'])('none: %j', (text) => {
    expect(parsePlist(text)).toBeUndefined()
  })
  test('one that nests without end is cut off rather than followed', () => {
    expect(() => parsePlist(`<plist>${'<array>'.repeat(300)}${'</array>'.repeat(300)}</plist>`)).not.toThrow()
  })
})
