/** macOS's registry: Apple's own graphics, an Intel Mac's card, and documents that are none. */
import { describe, expect, test } from 'vitest'
import { parseAccelerators, sampleApple } from '../../../../main/gpu/apple/ioreg.ts'
import { parsePlist } from '../../../../main/gpu/apple/plist.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { handClock } from '../../../helpers/clocks.ts'
import { gpusOnRecording, machineFolder, machineOf } from '../../../helpers/gpus.ts'
import { fastClock } from '../../../helpers/clocks.ts'

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

test('no ioreg, no Mac, no statistics', async () => {
  expect(await sampleApple(machineOf({ platform: 'darwin' }), at)).toEqual([])
  expect(await sampleApple(machineOf({ platform: 'linux' }), at)).toEqual([])
  const [one] = parseAccelerators('<plist version="1.0"><array><dict><key>model</key><string>Apple M9</string></dict></array></plist>')
  expect(one).toEqual({ model: 'Apple M9', ioClass: null, cores: null, statistics: {} })
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
