/** What an owner is alerted of, told through the whole service on a clock of the test's own. */
import { describe, expect, it } from 'vitest'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { card, openHealth } from '../../helpers/health.ts'

/** Bad samples, how long until an alert, its title and severity, and samples that mend it. */
const stories: { name: string; before?: Partial<GpuSample>; bad: Partial<GpuSample> | string; seconds: number; title: string; severity: string; says: RegExp; mendSeconds: number }[] = [
  { name: 'a core at its slow-down temperature', bad: { temperatureC: 91 }, seconds: 25, title: 'Too hot', severity: 'warning', says: /91 °C.*90 °C.*slows itself down/, mendSeconds: 65 },
  { name: 'a core close to switching itself off', bad: { temperatureC: 98 }, seconds: 25, title: 'Too hot', severity: 'critical', says: /98 °C/, mendSeconds: 65 },
  { name: 'hot memory', bad: { memoryC: 106 }, seconds: 25, title: 'Memory too hot', severity: 'warning', says: /106 °C.*assumed/, mendSeconds: 65 },
  { name: 'throttling by heat', bad: { throttle: ['sw_thermal_slowdown'] }, seconds: 65, title: 'Slowed down by heat', severity: 'warning', says: /sw thermal slowdown/, mendSeconds: 125 },
  { name: 'throttling by the hardware', bad: { throttle: ['hw_slowdown', 'hw_thermal_slowdown'] }, seconds: 65, title: 'Slowed down by heat', severity: 'critical', says: /hw thermal slowdown\.(?!.*hw slowdown)/, mendSeconds: 125 },
  { name: 'a power brake', bad: { throttle: ['hw_slowdown', 'hw_power_brake_slowdown'] }, seconds: 65, title: 'Slowed down from outside', severity: 'warning', says: /power brake/, mendSeconds: 125 },
  { name: 'a slow-down that an old card does not explain', bad: { throttle: ['hw_slowdown'] }, seconds: 65, title: 'Slowed down by its hardware', severity: 'warning', says: /hw slowdown/, mendSeconds: 125 },
  { name: 'one fan of two that stands', bad: { temperatureC: 75, fans: [{ share: 0.6, rpm: 0 }, { share: 0.6, rpm: 1700 }] }, seconds: 65, title: 'Fan stopped under load', severity: 'warning', says: /1 of 2 fans stands/, mendSeconds: 35 },
  { name: 'all fans standing', before: {}, bad: { temperatureC: 75, fans: [{ share: 0, rpm: null }, { share: 0, rpm: null }] }, seconds: 65, title: 'Fan stopped under load', severity: 'critical', says: /All 2 fans stand/, mendSeconds: 35 },
  { name: 'a temperature that cannot be read any more', before: {}, bad: { temperatureC: null, unknown: { temperatureC: 'the driver reports an unknown error' } }, seconds: 65, title: 'Temperature cannot be read any more', severity: 'warning', says: /unknown error/, mendSeconds: 35 },
  { name: 'uncorrected memory errors', before: {}, bad: { eccUncorrected: 2 }, seconds: 2, title: 'Memory errors that could not be corrected', severity: 'critical', says: /2 memory errors/, mendSeconds: 0 },
  { name: 'many corrected memory errors', before: {}, bad: { eccCorrected: 40 }, seconds: 2, title: 'Memory errors are rising', severity: 'warning', says: /40 memory errors/, mendSeconds: 0 },
  { name: 'memory that is full', bad: { memoryUsedBytes: 23.9 * 2 ** 30, processes: [{ pid: 4, name: '/home/jo/env/bin/python3', memoryBytes: 20 * 2 ** 30, ours: false }, { pid: 5, name: 'blender', memoryBytes: 3 * 2 ** 30, ours: false }] }, seconds: 125, title: 'Memory nearly full', severity: 'warning', says: /by python3 \(20\.0 GiB\)/, mendSeconds: 65 },
  { name: 'a silent driver', before: {}, bad: 'the driver did not answer within 4 s', seconds: 35, title: 'Driver does not answer', severity: 'warning', says: /did not answer within 4 s\.$/, mendSeconds: 35 },
  { name: 'a card that fell off the bus', bad: { incidents: [{ kind: 'xid', code: 79, sentence: 'Xid 79: the GPU has fallen off the bus.' }] }, seconds: 1, title: 'NVIDIA error Xid 79', severity: 'critical', says: /fallen off the bus/, mendSeconds: 6 * 3600 + 5 },
  { name: 'a PCIe link that dropped', before: {}, bad: { pcieLanes: 4 }, seconds: 65, title: 'PCIe link got narrower', severity: 'warning', says: /generation 4 x4; it ran at generation 4 x16/, mendSeconds: 65 },
  { name: 'power at its limit', bad: { powerW: 448, throttle: ['sw_power_cap'] }, seconds: 605, title: 'Power at its limit', severity: 'info', says: /448 W of 450 W/, mendSeconds: 305 },
]

describe('an alert', () => {
  it.each(stories)('is made of $name, and resolves by itself', async ({ before, bad, seconds, title, severity, says, mendSeconds }) => {
    const house = openHealth()
    if (before) await house.run(3, { 'GPU-1': before })
    const beganAfter = house.clock.now()
    await house.run(seconds, { 'GPU-1': bad })
    const alert = house.state().open.find((one) => one.title === title)
    expect(alert).toMatchObject({ severity, gpuId: 'GPU-1', gpuName: 'NVIDIA GeForce RTX 4090', until: null })
    expect(alert?.sentence).toMatch(says)
    expect(alert?.remedy).toMatch(/\.$/)
    expect(alert?.since).toBe(beganAfter + 1000)
    expect(alert?.evidence.length).toBeGreaterThan(0)
    if (mendSeconds === 0) return
    await house.run(mendSeconds)
    expect(house.titles()).not.toContain(title)
    const ended = house.state().ended.find((one) => one.title === title)
    expect(ended?.until).toBeGreaterThan(ended?.since ?? Infinity)
    expect(house.events.map((event) => event.id)).toEqual(expect.arrayContaining(['alert-began', 'alert-ended']))
    expect(house.events.find((event) => event.id === 'alert-ended')?.sentence).toMatch(/^Over after \d+ (s|min|h)/)
  }, 60_000)

  it('is not made of a card that is well, idle, or capped by its own settings', async () => {
    const house = openHealth()
    await house.run(200)
    await house.run(200, { 'GPU-1': { utilisation: 0, temperatureC: 41, throttle: ['gpu_idle'], fans: [{ share: 0, rpm: 0 }], pcieLanes: 4, pcieGeneration: 1 } })
    await house.run(200, { 'GPU-1': { throttle: ['applications_clocks_setting', 'sync_boost'] } })
    expect(house.titles()).toEqual([])
    expect(house.shown).toEqual([])
  })

  it('is not made where nothing is known', async () => {
    const house = openHealth()
    house.cards = [card({ temperatureLimits: null, pcieLanesMax: null, memoryBytes: null })]
    const nothing = { utilisation: null, memoryUsedBytes: null, memoryTotalBytes: null, temperatureC: null, memoryC: null, powerW: null, powerLimitW: null, fan: null, fanRpm: null, fans: [], throttle: null, eccCorrected: null, eccUncorrected: null, pcieLanes: null, pcieGeneration: null }
    await house.run(120, { 'GPU-1': nothing })
    expect(house.titles()).toEqual([])
  })

  it('is not made of counters that stood high before, nor of ones that begin again', async () => {
    const house = openHealth()
    await house.run(5, { 'GPU-1': { eccUncorrected: 7, eccCorrected: 900 } })
    await house.run(5, { 'GPU-1': { eccUncorrected: 0, eccCorrected: 0 } })
    expect(house.titles()).toEqual([])
  })

  it('follows the user’s own limit, in the user’s unit', async () => {
    const house = openHealth()
    house.settings = { ...house.settings, hotFromC: 60, temperatureUnit: 'F' }
    await house.run(25)
    expect(house.state().open[0]?.sentence).toBe('Its core is at 149 °F; the limit is 140 °F (from the settings).')
  })

  it('does not take a limit of 0 °C for one', async () => {
    const house = openHealth()
    house.cards = [card({ temperatureLimits: { slowdownC: 0, shutdownC: 0, targetC: 0, memoryC: 0 } })]
    await house.run(30)
    expect(house.titles()).toEqual([])
    await house.run(25, { 'GPU-1': { temperatureC: 91 } })
    expect(house.state().open[0]?.sentence).toMatch(/limit is 90 °C \(assumed/)
  })

  it('is not made of a plug that has no fan on it, but is of a fan that turned before', async () => {
    const house = openHealth()
    const third = (rpm: number): Partial<GpuSample> => ({ temperatureC: 78, fans: [{ share: 0.6, rpm: 2200 }, { share: 0.6, rpm: 2190 }, { share: null, rpm }] })
    await house.run(120, { 'GPU-1': third(0) })
    expect(house.titles()).toEqual([])
    await house.run(5, { 'GPU-1': third(1900) })
    await house.run(70, { 'GPU-1': third(0) })
    expect(house.state().open[0]).toMatchObject({ title: 'Fan stopped under load', sentence: '1 of 3 fans stands still while the card works at 78 °C.' })
  })

  it('becomes more severe, says so, and never less', async () => {
    const house = openHealth()
    await house.run(30, { 'GPU-1': { temperatureC: 92 } })
    await house.run(25, { 'GPU-1': { temperatureC: 99 } })
    expect(house.state().open[0]).toMatchObject({ severity: 'critical' })
    await house.run(90, { 'GPU-1': { temperatureC: 91 } })
    expect(house.state().open[0]).toMatchObject({ severity: 'critical', sentence: expect.stringContaining('99 °C') as string })
    expect(house.shown.map((one) => [one.isUrgent, one.title])).toEqual([
      [false, 'Warning: NVIDIA GeForce RTX 4090: too hot'],
      [true, 'Critical, still: NVIDIA GeForce RTX 4090: too hot'],
    ])
  })

  it('holds at most twenty pieces of evidence, newest last', async () => {
    const house = openHealth()
    await house.run(4000, { 'GPU-1': { temperatureC: 92 } })
    const { evidence } = house.state().open[0] ?? { evidence: [] }
    expect(evidence).toHaveLength(20)
    expect(evidence.at(-1)?.at).toBeGreaterThan(house.clock.now() - 301_000)
  })

  it('is made of a lost card, in place of what was wrong with it, and ends when it returns', async () => {
    const house = openHealth()
    await house.run(30, { 'GPU-1': { temperatureC: 95 } })
    expect(house.titles()).toEqual(['Too hot'])
    house.cards = [card({ lostSince: house.clock.now() })]
    house.health.note([{ at: house.clock.now(), id: 'card-lost', gpuId: 'GPU-1', sentence: 'It is gone.' }])
    await house.run(25, {})
    expect(house.titles()).toEqual(['Card lost', 'Too hot'])
    await house.run(75, {})
    expect(house.titles()).toEqual(['Card lost'])
    house.cards = [card()]
    await house.run(40)
    expect(house.titles()).toEqual([])
  })

  it('of a lost card begins when it was lost, and is none of a remote session’s adapter', async () => {
    const house = openHealth()
    const lostSince = house.clock.now() - 9 * 86_400_000
    house.cards = [card({ lostSince }), card({ id: 'os:1', kind: 'virtual', lostSince }), card({ id: 'GPU-2' })]
    await house.run(35, { 'GPU-2': {} })
    expect(house.state().open).toMatchObject([{ id: 'lost:GPU-1', since: lostSince }])
    expect(house.shown).toHaveLength(1)
    expect(house.shown[0]?.body).toMatch(/^The system does not find it any more\. .*It has been so for 9 d\./)
  })

  it('goes with a card that is forgotten', async () => {
    const house = openHealth()
    house.cards = [card({ lostSince: 1 }), card({ id: 'GPU-2', uuid: 'GPU-2' })]
    await house.run(35, { 'GPU-2': {} })
    expect(house.titles()).toEqual(['Card lost'])
    house.cards = [card({ id: 'GPU-2', uuid: 'GPU-2' })]
    await house.run(90, { 'GPU-2': {} })
    expect(house.titles()).toEqual([])
    expect(house.state().ended).toHaveLength(1)
  })

  it('tells cards of one name apart by their slot', async () => {
    const house = openHealth()
    house.cards = [card(), card({ id: 'GPU-2', uuid: 'GPU-2', pciAddress: '0000:02:00.0' })]
    await house.run(25, { 'GPU-1': {}, 'GPU-2': { temperatureC: 93 } })
    expect(house.state().open[0]?.gpuName).toBe('NVIDIA GeForce RTX 4090 (02:00.0)')
  })

  it('of worn-out or pending memory is read from the card’s details, and its loss is an event', async () => {
    const house = openHealth()
    house.cards = [card({ remappedRows: { correctable: 0, uncorrectable: 0, pending: false, failed: false } })]
    await house.run(12)
    house.cards = [card({ remappedRows: { correctable: 0, uncorrectable: 1, pending: true, failed: false } })]
    await house.run(40)
    expect(house.titles()).toEqual(['Bad memory waits to be replaced'])
    expect(house.events.map((event) => event.sentence)).toContain('The card took 1 row of memory after an uncorrectable error out of use (1 in all).')
    house.cards = [card({ remappedRows: { correctable: 0, uncorrectable: 9, pending: false, failed: true } })]
    await house.run(75)
    expect(house.state().open[0]).toMatchObject({ title: 'Memory worn out', severity: 'critical' })
  })
})

describe('an alert of the machine', () => {
  it('is made of a disk that fills up, and ends with room to spare', async () => {
    const house = openHealth()
    house.disk = { freeBytes: 1.5e9, totalBytes: 1000e9 }
    await house.run(75)
    expect(house.state().open[0]).toMatchObject({ id: 'disk-filling:machine', title: 'Disk nearly full', severity: 'warning' })
    house.disk = { freeBytes: 200e6, totalBytes: 1000e9 }
    await house.run(130)
    expect(house.state().open[0]?.severity).toBe('critical')
    house.disk = { freeBytes: 300e9, totalBytes: 1000e9 }
    await house.run(150)
    expect(house.titles()).toEqual([])
  })

  it('is not made of a disk that cannot be read', async () => {
    const house = openHealth({ readDisk: () => Promise.reject(new Error('EIO')) })
    await house.run(70)
    expect(house.titles()).toEqual([])
  })

  it('is made of recording that stopped', async () => {
    const house = openHealth()
    await house.run(3)
    house.health.setRecording({ phase: 'stopped', since: 0, sentence: 'The disk is full: samples are lost.', retryAt: 0 })
    expect(house.state()).toMatchObject({ recording: { phase: 'stopped' }, open: [{ title: 'Recording has stopped', sentence: 'The disk is full: samples are lost.' }] })
    house.health.setRecording({ phase: 'on', since: 0 })
    await house.run(25)
    expect(house.titles()).toEqual([])
  })

  it('is made of a clock that jumped or cannot be right', async () => {
    const house = openHealth({ startAt: Date.UTC(1970, 0, 2) })
    await house.run(12)
    expect(house.state().open[0]).toMatchObject({ title: 'Clock wrong', severity: 'critical' })
    const later = openHealth()
    await later.run(2)
    later.setClock(-3 * 3_600_000)
    await later.run(1)
    expect(later.state().open).toMatchObject([{ title: 'Clock jumped', severity: 'warning', sentence: expect.stringMatching(/set back by (3 h|2 h 59 min)\./) as string }])
    later.setClock(3 * 3_600_000)
    await later.run(3620)
    expect(later.titles()).toEqual([])
  }, 30_000)

  it('is made of a reader that keeps ending, and of one card’s errors that keep coming', async () => {
    const house = openHealth()
    await house.run(2)
    for (let time = 0; time < 3; time++) house.health.note([{ at: 0, id: 'probe-restarted', gpuId: null, sentence: 'It crashed with SIGSEGV.' }])
    expect(house.titles()).toEqual(['The driver keeps crashing'])
    const xid: Partial<GpuSample> = { incidents: [{ kind: 'xid', code: 13, sentence: 'Xid 13.' }, { kind: 'xid', code: 45, sentence: 'Xid 45.' }] }
    await house.run(20, { 'GPU-1': xid })
    expect(house.titles()).not.toContain('Errors keep coming back')
    for (let time = 0; time < 2; time++) {
      await house.run(300)
      await house.run(1, { 'GPU-1': xid })
    }
    expect(house.titles()).toContain('Errors keep coming back')
  })
})

describe('alerts and the clock', () => {
  it.each([['forward', 7_200_000], ['back', -7_200_000]])('neither begin nor end by a jump %s', async (_name, byMs) => {
    const house = openHealth()
    await house.run(10, { 'GPU-1': { temperatureC: 95 } })
    house.setClock(byMs)
    await house.run(5, { 'GPU-1': { temperatureC: 95 } })
    expect(house.titles()).not.toContain('Too hot')
    await house.run(10, { 'GPU-1': { temperatureC: 95 } })
    expect(house.titles()).toContain('Too hot')
    house.setClock(-byMs)
    await house.run(50)
    expect(house.titles()).toContain('Too hot')
    await house.run(20)
    const ended = house.state().ended[0]
    expect(house.titles()).toEqual(['Clock jumped'])
    expect(ended?.until).toBeGreaterThanOrEqual(ended?.since ?? Infinity)
    expect(house.events.at(-1)?.sentence).toBe('Over after 1 min: Too hot.')
  })

  it('neither begin nor end while the machine sleeps', async () => {
    const house = openHealth()
    await house.run(10, { 'GPU-1': { temperatureC: 95 } })
    await house.clock.advance(3_600_000)
    await house.run(5, { 'GPU-1': { temperatureC: 95 } })
    expect(house.titles()).toEqual([])
  })

  it('go on over a restart of the app, and end then', async () => {
    const first = openHealth()
    await first.run(30, { 'GPU-1': { temperatureC: 95 } })
    await first.health.stop()
    const open = first.state().open
    const second = openHealth({ saved: { open, ended: [] }, startAt: first.clock.now() + 60_000 })
    expect(second.state().open).toMatchObject([{ id: 'hot:GPU-1', since: open[0]?.since }])
    await second.run(30, { 'GPU-1': { temperatureC: 95 } })
    expect(second.shown).toEqual([])
    await second.run(70)
    expect(second.state()).toMatchObject({ open: [], ended: [{ id: 'hot:GPU-1' }] })
    expect(second.shown.map((one) => one.title)).toEqual(['Over: NVIDIA GeForce RTX 4090: too hot'])
  })

  it('of rules that this version does not have are ended, not kept for ever', async () => {
    const first = openHealth()
    await first.run(30, { 'GPU-1': { temperatureC: 95 } })
    const alert = first.state().open[0]
    if (!alert) throw new Error('no alert')
    const second = openHealth({ saved: { open: [{ ...alert, id: 'next-years:GPU-1', rule: 'next-years' }], ended: [] } })
    await second.run(2)
    expect(second.saved).toMatchObject([{ id: 'next-years:GPU-1', until: expect.any(Number) as number }])
  })
})

describe('a command that ends at once', () => {
  it('shows what was saved, but watches nobody and tells nobody', async () => {
    const house = openHealth()
    house.cards = [card({ lostSince: 1 })]
    house.health.note([{ at: 0, id: 'card-lost', gpuId: 'GPU-1', sentence: 'gone' }])
    house.health.setRecording({ phase: 'off', sentence: 'Not recorded by this command.' })
    house.health.settingsChanged()
    expect(house.clock.pending()).toBe(0)
    expect(house.saved).toEqual([])
    expect(house.shown).toEqual([])
  })
})
