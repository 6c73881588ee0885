/** What an owner gets of whole days: message by message, for work that is normal and for faults as they really go. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { HealthMessage } from '../../../shared/health.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { card, listen, openHealth, type House } from '../../helpers/health.ts'

const idle: Partial<GpuSample> = { utilisation: 0.02, temperatureC: 38, powerW: 12, throttle: ['gpu_idle'], fans: [{ share: 0, rpm: 0 }, { share: 0, rpm: 0 }], pcieGeneration: 1, performanceState: 'P8' }
const desktop: Partial<GpuSample> = { ...idle, utilisation: 0.38, temperatureC: 45 }
const working: Partial<GpuSample> = { utilisation: 0.97, temperatureC: 76, powerW: 430, throttle: ['sw_power_cap'], performanceState: 'P2', fans: [{ share: 0.6, rpm: 1900 }, { share: 0.6, rpm: 1880 }] }
const tooHot: Partial<GpuSample> = { ...working, temperatureC: 91, throttle: ['sw_thermal_slowdown'] }

function titles(house: House): string[] {
  return house.shown.map((one) => one.title.replace('NVIDIA GeForce RTX 4090', 'it'))
}
function many(count: number): Gpu[] {
  return Array.from({ length: count }, (_one, index) => card({ id: `GPU-${index}`, uuid: `GPU-${index}`, pciAddress: `0000:${(index + 16).toString(16)}:00.0` }))
}
function severe(house: House): string[] {
  return [...house.state().open, ...house.state().ended].filter((alert) => alert.severity !== 'info').map((alert) => alert.title)
}

describe('the owner hears nothing of', () => {
  it('a day of games on a desktop, though the memory fills and the link slows between them', async () => {
    const house = openHealth()
    for (let time = 0; time < 3; time++) {
      await house.run(1500, { 'GPU-1': { ...working, memoryUsedBytes: 23.95 * 2 ** 30 } })
      await house.run(300, { 'GPU-1': desktop })
      await house.run(200, { 'GPU-1': idle })
    }
    expect([titles(house), severe(house)]).toEqual([[], []])
  }, 30_000)

  it('a laptop that games at its target temperature, with fans that belong to the laptop', async () => {
    const house = openHealth()
    house.cards = [card({ name: 'NVIDIA GeForce RTX 4070 Laptop GPU', fanCount: null, temperatureLimits: { slowdownC: 102, shutdownC: 105, targetC: 87, memoryC: null } })]
    await house.run(1800, { 'GPU-1': { ...working, temperatureC: 86, throttle: ['sw_thermal_slowdown'], fans: [{ share: 0, rpm: null }] } })
    expect([titles(house), severe(house)]).toEqual([[], []])
  }, 30_000)

  it('a processor’s own GPU that works as warm as processors do', async () => {
    const house = openHealth()
    house.cards = [card({ name: 'AMD Radeon 780M', vendor: 'amd', isIntegrated: true, temperatureLimits: null })]
    await house.run(1800, { 'GPU-1': { ...working, temperatureC: 97, throttle: ['reason_prochot', 'TEMP_CORE'], memoryUsedBytes: 24 * 2 ** 30, fans: [], fan: null, fanRpm: null } })
    expect([titles(house), severe(house)]).toEqual([[], []])
    expect(house.titles()).toContain('Slowed down with its processor')
  }, 30_000)

  it('a server that gives all its memory to one model, on a card without fans, in a slot of eight lanes', async () => {
    const house = openHealth()
    house.cards = [card({ name: 'NVIDIA L4', fanCount: 0 })]
    await house.run(1800, { 'GPU-1': { ...working, memoryUsedBytes: 23.9 * 2 ** 30, fans: [], fan: null, fanRpm: null, pcieLanes: 8, processes: [{ pid: 7, name: 'vllm', memoryBytes: 23.5 * 2 ** 30, ours: false }, { pid: 8, name: 'Xorg', memoryBytes: 0.1 * 2 ** 30, ours: false }] } })
    expect([titles(house), severe(house)]).toEqual([[], []])
  }, 30_000)

  it('a laptop that wakes from a night’s sleep', async () => {
    const house = openHealth()
    await house.run(60, { 'GPU-1': idle })
    house.setClock(9 * 3_600_000)
    await house.run(300, { 'GPU-1': idle })
    expect([titles(house), severe(house)]).toEqual([[], []])
  })

  it('a card that is away for a moment while its driver is installed', async () => {
    const house = openHealth()
    await house.run(30)
    house.cards = [card({ lostSince: house.clock.now() })]
    await house.run(15, {})
    house.cards = [card({ driverVersion: '590.1' })]
    await house.run(60)
    expect(titles(house)).toEqual([])
  })
})

describe('the owner gets one message of', () => {
  it('a fan that dies and all that follows from it, and one of its end', async () => {
    const house = openHealth()
    await house.run(100, { 'GPU-1': working })
    for (let temperatureC = 77; temperatureC < 97; temperatureC++) {
      const throttle = temperatureC > 90 ? ['sw_thermal_slowdown', 'hw_thermal_slowdown', 'hw_slowdown'] : []
      await house.run(40, { 'GPU-1': { ...working, temperatureC, throttle, fans: [{ share: 1, rpm: 0 }, { share: 1, rpm: 2500 }] } })
    }
    await house.run(900, { 'GPU-1': idle })
    expect(titles(house).filter((title) => !title.startsWith('Critical, still'))).toEqual(['Warning: it: fan stopped under load', 'Over: it: fan stopped under load'])
    expect(titles(house).length).toBeLessThanOrEqual(3)
  }, 30_000)

  it('a card that falls off the bus: not of its silence, nor of its loss while that is fresh, nor that anything is over', async () => {
    const house = openHealth()
    house.cards = many(2)
    const both = { 'GPU-0': working, 'GPU-1': working }
    await house.run(100, both)
    await house.run(1, { ...both, 'GPU-1': { ...tooHot, incidents: [{ kind: 'xid', code: 79, sentence: 'Xid 79: the GPU has fallen off the bus.' }, { kind: 'xid', code: 154, sentence: 'Xid 154.' }] } })
    await house.run(50, { ...both, 'GPU-1': 'The card is lost: the driver no longer reaches it.' })
    const [first, second] = house.cards as [Gpu, Gpu]
    house.cards = [first, { ...second, lostSince: house.clock.now() }]
    await house.run(3600 * 5, { 'GPU-0': working })
    expect(titles(house)).toEqual(['Critical: it (11:00.0): NVIDIA error Xid 79'])
    await house.run(3600 * 2, { 'GPU-0': working })
    expect(titles(house).slice(1)).toEqual(['Critical: it (11:00.0): card lost'])
    expect(house.state().ended.filter((alert) => alert.rule === 'xid')).toHaveLength(1)
    house.cards = [first, { ...second, lostSince: null }]
    await house.run(60, both)
    expect(titles(house).slice(2)).toEqual(['Over: it (11:00.0): card lost'])
  }, 30_000)

  it('bad memory: the Xid that says so, not the row that waits for a restart', async () => {
    const house = openHealth()
    house.cards = [card({ remappedRows: { correctable: 0, uncorrectable: 1, pending: true, failed: false } })]
    await house.run(1, { 'GPU-1': { ...working, incidents: [{ kind: 'xid', code: 63, sentence: 'Xid 63: a row was remapped.' }] } })
    await house.run(120, { 'GPU-1': working })
    expect(titles(house)).toEqual(['Warning: it: NVIDIA error Xid 63'])
    expect(house.titles()).toContain('Bad memory waits to be replaced')
    await house.run(4500, { 'GPU-1': working })
    expect(titles(house).slice(1)).toEqual(['Over: it: NVIDIA error Xid 63', 'Warning: it: bad memory waits to be replaced'])
    expect(house.shown[1]?.body).toMatch(/^No more of it came\./)
  }, 30_000)

  it('a driver whose reader keeps being started again, when it gets worse, and of its end', async () => {
    const house = openHealth()
    house.cards = many(2)
    const why = 'The driver was updated underneath. Restart the computer.'
    await house.run(60, { 'GPU-0': {}, 'GPU-1': {} })
    for (let time = 0; time < 4; time++) {
      house.health.note([{ at: 0, id: 'probe-restarted', gpuId: null, sentence: 'It crashed.' }])
      await house.run(30, { 'GPU-0': why, 'GPU-1': why })
    }
    await house.run(1200, { 'GPU-0': why, 'GPU-1': why })
    await house.run(100, { 'GPU-0': {}, 'GPU-1': {} })
    expect(titles(house)).toEqual(['Warning: 2 cards: driver does not answer', 'Critical, still: 2 cards: driver does not answer', 'Over: 2 cards: driver does not answer'])
    expect(house.shown[0]?.body).toMatch(/^Nothing can be read from it: the driver was updated underneath\. Restart the computer\.\n- NVIDIA GeForce RTX 4090 \(10:00\.0\)\n- .*\nWhat to do: /)
  })

  it('a disk that is full, not of the recording that stops for it, and never with the user’s name', async () => {
    const house = openHealth()
    house.disk = { freeBytes: 1000, totalBytes: 500e9 }
    await house.run(30)
    house.health.setRecording({ phase: 'stopped', since: 0, sentence: 'Samples are not recorded: the disk that holds /home/alice/.local/share/idlewatt is full.', retryAt: 0 })
    await house.run(60)
    expect(titles(house)).toEqual(['Critical: Disk nearly full'])
    const other = openHealth()
    await other.run(3)
    other.health.setRecording({ phase: 'stopped', since: 0, sentence: 'Samples are not recorded: C:\\Users\\Alice Cooper\\idlewatt cannot be written.', retryAt: 0 })
    await other.run(60)
    expect(other.shown[0]?.body).toMatch(/^Samples are not recorded: ~\\idlewatt cannot be written\./)
  })
})

describe('the owner gets few messages of', () => {
  it('work in bursts that heats a card over its limit every five minutes: a pause that grows, and only the cause', async () => {
    const house = openHealth()
    for (let time = 0; time < 72; time++) {
      await house.run(120, { 'GPU-1': tooHot })
      await house.run(180, { 'GPU-1': { ...working, utilisation: 0.1, temperatureC: 70 } })
    }
    expect(titles(house)).toEqual(Array.from({ length: 4 }, () => ['Warning: it: too hot', 'Over: it: too hot']).flat())
  }, 60_000)

  it('sixteen cards that get too hot one after another', async () => {
    const house = openHealth()
    house.cards = many(16)
    for (let minute = 0; minute < 60; minute++) await house.run(60, Object.fromEntries(house.cards.map((one, index) => [one.id, { ...working, temperatureC: Math.min(99, 80 + minute - index) }])))
    expect(titles(house).length).toBeLessThanOrEqual(10)
    for (const alert of house.state().open.filter((one) => one.severity === 'critical')) expect(alert.toldAt).not.toBeNull()
  }, 30_000)

  it('a card that flaps over a restart of the app', async () => {
    const first = openHealth()
    await first.run(60, { 'GPU-1': tooHot })
    await first.run(200)
    await first.health.stop()
    const second = openHealth({ saved: { open: [], ended: first.state().ended }, startAt: first.clock.now() + 10_000 })
    await second.run(120, { 'GPU-1': tooHot })
    expect([titles(first).length, titles(second).length]).toEqual([2, 0])
    await second.run(900, { 'GPU-1': tooHot })
    expect(titles(second)).toEqual(['Warning: it: too hot'])
    expect(second.shown[0]?.body).toMatch(/It was over for a while since it was told of last\./)
  })
})

describe('the owner does hear of', () => {
  it('a card that hovers at its limit and slows itself down by fits and starts', async () => {
    const house = openHealth()
    for (let second = 0; second < 600; second++) await house.run(1, { 'GPU-1': { ...working, temperatureC: 89 + (second % 2), throttle: second % 4 < 2 ? ['hw_slowdown', 'hw_thermal_slowdown'] : [] } })
    expect(titles(house)).toEqual(['Warning: it: too hot', 'Critical: it: slowed down by heat'])
  })

  it('the only card, lost before the app began, with nothing left to sample', async () => {
    const house = openHealth()
    house.cards = [card({ lostSince: house.clock.now() - 3_600_000 })]
    house.health.begin()
    await house.clock.advance(60_000)
    expect(titles(house)).toEqual(['Critical: it: card lost'])
  })

  it('a critical alert at once, though the hour’s messages are used up', async () => {
    const house = openHealth()
    house.cards = many(14).map((one, index) => ({ ...one, name: `Card ${index}` }))
    const rules: Partial<GpuSample>[] = [{ temperatureC: 92 }, { memoryC: 107 }, { eccCorrected: 50 }, { throttle: ['hw_slowdown', 'hw_power_brake_slowdown'] }]
    const well = Object.fromEntries(house.cards.map((one) => [one.id, {}]))
    await house.run(10, well)
    for (let index = 0; index < 13; index++) await house.run(200, { ...well, [`GPU-${index}`]: rules[index % rules.length] ?? {} })
    const before = house.shown.length
    await house.run(3, { ...well, 'GPU-13': { eccUncorrected: 3 } })
    expect(house.shown.slice(before).map((one) => one.title)).toEqual(['Critical: Card 13: memory errors that could not be corrected'])
  })

  it('heat that outlasts the fan that was blamed for it', async () => {
    const house = openHealth()
    await house.run(10, { 'GPU-1': working })
    const stuck = [{ share: 1, rpm: 0 }, { share: 1, rpm: 2000 }]
    await house.run(90, { 'GPU-1': { ...working, fans: stuck } })
    await house.run(120, { 'GPU-1': { ...tooHot, fans: stuck } })
    expect(titles(house)).not.toContain('Warning: it: too hot')
    await house.run(1200, { 'GPU-1': tooHot })
    expect(titles(house).at(-1)).toBe('Warning: it: too hot')
  })

  it('a link that stays slow after the app was started again', async () => {
    const first = openHealth()
    await first.run(30, { 'GPU-1': working })
    await first.run(90, { 'GPU-1': { ...working, pcieGeneration: 1 } })
    const { open } = first.state()
    const second = openHealth({ saved: { open, ended: [] }, startAt: first.clock.now() + 5000 })
    await second.run(600, { 'GPU-1': { ...working, pcieGeneration: 1 } })
    expect(second.state().open).toMatchObject([{ id: 'pcie-narrowed:GPU-1', severity: 'warning' }])
  })

  it('the morning: what lasts from a night in which summer time ends, with its true length', async () => {
    const zone = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
    onTestFinished(() => void (zone === undefined ? delete process.env['TZ'] : (process.env['TZ'] = zone)))
    const house = openHealth({ startAt: new Date(2026, 9, 24, 23, 0).getTime() })
    house.settings = { ...defaultSettings, quietFrom: '22:00', quietTo: '07:00' }
    await house.run(9 * 3600 - 60, { 'GPU-1': { ...working, memoryC: 107 } })
    expect(titles(house)).toEqual([])
    await house.run(120, { 'GPU-1': { ...working, memoryC: 107 } })
    expect(house.shown[0]).toMatchObject({ title: expect.stringContaining('memory too hot') as string, body: expect.stringContaining('It has been so for 9 h') as string })
  }, 30_000)
})

describe('a laptop’s card', () => {
  it('that is gone is a warning: it may have been switched off on purpose', async () => {
    const house = openHealth()
    house.cards = [card({ name: 'NVIDIA GeForce RTX 4070 Laptop GPU', lostSince: house.clock.now() })]
    house.health.begin()
    await house.clock.advance(40_000)
    expect(house.shown.map((one) => one.title)).toEqual(['Warning: NVIDIA GeForce RTX 4070 Laptop GPU: card lost'])
    expect(house.shown[0]?.body).toMatch(/If it was switched off/)
  })
})

describe('a card that sleeps', () => {
  it('keeps no alert of what it did when it was last awake', async () => {
    const house = openHealth()
    house.cards = many(2)
    await house.run(60, { 'GPU-0': {}, 'GPU-1': tooHot })
    expect(house.titles()).toContain('Too hot')
    await house.run(660, { 'GPU-0': {} })
    expect(house.titles()).not.toContain('Too hot')
  })
})

describe('a webhook', () => {
  it('gets every alert of a message about several cards, and nobody’s home folder', async () => {
    const house = openHealth({ hasDesktop: false })
    house.cards = many(3)
    const server = await listen()
    await house.health.setWebhook(server.origin)
    await house.run(40, Object.fromEntries(house.cards.map((one) => [one.id, 'the driver in /home/alice/nvidia does not answer'])))
    await server.hears(1)
    const body = JSON.parse(server.heard[0]?.body ?? '') as HealthMessage
    expect(body).toMatchObject({ kind: 'began', alert: null, title: 'Warning: 3 cards: driver does not answer' })
    expect(body.alerts.map((alert) => alert.id)).toEqual(['driver-silent:GPU-0', 'driver-silent:GPU-1', 'driver-silent:GPU-2'])
    expect(server.heard[0]?.body).not.toContain('alice')
  })
})

describe('a name', () => {
  it('with line breaks, emoji and a turn of direction stays on one line', async () => {
    const house = openHealth()
    house.cards = [card({ name: 'RTX\r\nX-Injected: 1\u202e 🚀\u0000' + 'x'.repeat(300) })]
    await house.run(30, { 'GPU-1': tooHot })
    expect(house.shown[0]?.title).toMatch(/^Warning: RTX X-Injected: 1 🚀 x+…: too hot$/)
    expect(house.shown[0]?.title.length).toBeLessThan(130)
  })
})
