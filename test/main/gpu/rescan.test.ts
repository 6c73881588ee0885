/** An app that stays open looks again by itself: while drivers load, where something changed, when a card falls silent or comes back. */
import { describe, expect, test } from 'vitest'
import type { CommandResult, MachineSource } from '../../../main/system/machine-source.ts'
import { unknownFacts } from '../../../main/system/machine-facts.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { GpusState } from '../../../shared/state.ts'
import type { SampleTurn } from '../../../shared/telemetry.ts'
import { handClock } from '../../helpers/clocks.ts'
import { bareWorker, bookInMemory, gpusOn, machineOf } from '../../helpers/gpus.ts'

const minute = 60_000
const nvidiaFiles = (address: string): Record<string, string> =>
  Object.fromEntries(Object.entries({ class: '0x030000', vendor: '0x8086', device: '0x56a0', revision: '0x08', uevent: `DRIVER=i915\nPCI_SLOT_NAME=${address}` }).map(([name, text]) => [`/sys/bus/pci/devices/${address}/${name}`, `${text}\n`]))

/** A living machine whose kernel lists these files; they may change while it runs. */
function liveMachine(files: Record<string, string>, uptimeSeconds: number | null): { source: MachineSource; looks(): number } {
  let looks = 0
  const machine = machineOf({ recorded: null, files })
  return { source: { ...machine, facts: async () => (looks++, { ...unknownFacts, uptimeSeconds }) }, looks: () => looks }
}
/** The stand-in for the probe gives no signs of life, and is started again now and then. */
const ofCards = (events: HistoryEvent[]): string[] => events.map(({ id }) => id).filter((id) => id.startsWith('card-'))
const ready = (state: GpusState | undefined) => {
  if (state?.phase !== 'ready') throw new Error(`the state is ${state?.phase}`)
  return { ids: state.detection.gpus.map(({ id }) => id), problems: state.detection.problems.map(({ id }) => id), retry: state.retry ?? null, gpus: state.detection.gpus }
}

describe('after the system’s start', () => {
  test('it looks again with growing pauses for five minutes before it says that there is no GPU', async () => {
    const clock = handClock()
    const { source, looks } = liveMachine({ '/sys/bus/pci/devices/0000:00:00.0/class': '0x060000' }, 40)
    const { gpus, states } = gpusOn(source, { clock, staysOn: true, startWorker: bareWorker })
    await gpus.look()
    const startedAt = clock.now()
    expect(ready(states.at(-1))).toMatchObject({ problems: ['drivers-loading'], retry: { at: startedAt + 5_000, until: startedAt + 5 * minute } })
    await clock.advance(4 * minute)
    expect(ready(states.at(-1)).problems).toEqual(['drivers-loading'])
    expect(looks()).toBe(1 + 6)
    await clock.advance(minute)
    expect(ready(states.at(-1))).toMatchObject({ problems: ['no-gpu'], retry: null })
    const after = looks()
    await clock.advance(30 * minute)
    expect(looks()).toBe(after)
    expect(states.filter(({ phase }) => phase === 'looking')).toHaveLength(1)
    await gpus.stop()
    expect(clock.pending()).toBe(0)
  })

  test('a card whose driver loads meanwhile ends it; a card known from before is not called lost until then', async () => {
    const clock = handClock()
    const files: Record<string, string> = { '/sys/bus/pci/devices/0000:00:00.0/class': '0x060000' }
    const book = bookInMemory()
    const before = gpusOn(liveMachine({ ...nvidiaFiles('0000:03:00.0') }, 9_000).source, { clock, book, startWorker: bareWorker })
    await before.look()
    await before.gpus.stop()

    const { gpus, states, events } = gpusOn(liveMachine(files, 20).source, { clock, book, staysOn: true, startWorker: bareWorker })
    await gpus.look()
    expect(ready(states.at(-1)).gpus).toMatchObject([{ lostSince: null, problems: [{ id: 'drivers-loading' }] }])
    Object.assign(files, nvidiaFiles('0000:03:00.0'))
    await clock.advance(6_000)
    expect(ready(states.at(-1))).toMatchObject({ ids: ['pci:0000:03:00.0:8086:56a0'], problems: [], retry: null })
    expect(events).toEqual([])
    await gpus.stop()
  })

  test.each([
    ['has run for long', true, 7_200],
    ['is only asked once', false, 20],
  ])('a machine that %s is told at once that it has none', async (_, staysOn, uptimeSeconds) => {
    const clock = handClock()
    const { gpus, states } = gpusOn(liveMachine({ '/sys/bus/pci/devices/0000:00:00.0/class': '0x060000' }, uptimeSeconds).source, { clock, staysOn, startWorker: bareWorker })
    await gpus.look()
    expect(ready(states.at(-1))).toMatchObject({ problems: ['no-gpu'], retry: null })
    await gpus.stop()
  })
})

describe('what changes while it runs', () => {
  test('a card that is plugged in is found, one that is pulled out is lost and keeps its place in the list’s end, and it returns', async () => {
    const clock = handClock()
    const files = nvidiaFiles('0000:03:00.0')
    const { gpus, states, events } = gpusOn(liveMachine(files, 9_000).source, { clock, staysOn: true, startWorker: bareWorker, book: bookInMemory() })
    await gpus.look()
    await clock.advance(30_000)
    Object.assign(files, nvidiaFiles('0000:2c:00.0'))
    await clock.advance(20_000)
    expect(ready(states.at(-1)).ids).toEqual(['pci:0000:03:00.0:8086:56a0', 'pci:0000:2c:00.0:8086:56a0'])
    for (const path of Object.keys(files)) if (path.includes('03:00.0')) delete files[path]
    const goneAt = clock.now()
    await clock.advance(2 * minute)
    const [here, gone] = ready(states.at(-1)).gpus
    expect([here!.id, gone!.id]).toEqual(['pci:0000:2c:00.0:8086:56a0', 'pci:0000:03:00.0:8086:56a0'])
    expect(gone!.lostSince).toBeGreaterThan(goneAt)
    Object.assign(files, nvidiaFiles('0000:03:00.0'))
    await clock.advance(5 * minute)
    expect(ready(states.at(-1)).gpus.map(({ lostSince }) => lostSince)).toEqual([null, null])
    expect(ofCards(events)).toEqual(['card-first-seen', 'card-first-seen', 'card-lost', 'card-returned'])
    await gpus.stop()
  })

  test('a wake-up from sleep is a reason to look', async () => {
    const clock = handClock()
    let asleepMs = 0
    const { source, looks } = liveMachine(nvidiaFiles('0000:03:00.0'), 9_000)
    const wallClock = { ...clock, now: () => clock.now() + asleepMs }
    const { gpus } = gpusOn(source, { clock: wallClock, staysOn: true, startWorker: bareWorker, steadyMs: clock.now })
    await gpus.look()
    await clock.advance(5 * minute)
    expect(looks()).toBe(1)
    asleepMs = 3 * 60 * minute
    await clock.advance(20_000)
    expect(looks()).toBe(2)
    await gpus.stop()
  })

  test('also where the steady clock runs on during sleep', async () => {
    const clock = handClock()
    let asleepMs = 0
    const { source, looks } = liveMachine(nvidiaFiles('0000:03:00.0'), 9_000)
    const now = (): number => clock.now() + asleepMs
    const { gpus } = gpusOn(source, { clock: { ...clock, now }, staysOn: true, startWorker: bareWorker, steadyMs: now })
    await gpus.look()
    await clock.advance(5 * minute)
    asleepMs = 3 * 60 * minute
    await clock.advance(20_000)
    expect(looks()).toBe(2)
    await gpus.stop()
  })

  test('a look that somebody asks for shows what is known until it is over: cards of slow layers do not vanish meanwhile', async () => {
    const clock = handClock()
    let isSlow = false
    const xml = '<nvidia_smi_log><driver_version>570.1</driver_version><attached_gpus>1</attached_gpus><gpu id="00000000:01:00.0"><product_name>NVIDIA GeForce RTX 3090</product_name><uuid>GPU-1</uuid></gpu></nvidia_smi_log>'
    const machine = machineOf({ files: nvidiaFiles('0000:03:00.0') })
    const source: MachineSource = {
      ...machine,
      async run(program): Promise<CommandResult> {
        if (program !== 'nvidia-smi') return { kind: 'not-found' }
        if (isSlow) await new Promise<void>((done) => void clock.after(4_000, done))
        return { kind: 'done', exitCode: 0, stdout: xml, stderr: '' }
      },
    }
    const { gpus, states } = gpusOn(source, { clock, book: bookInMemory() })
    await gpus.look()
    isSlow = true
    const again = gpus.look()
    await clock.advance(2_000)
    const during = states.at(-1)!
    expect(during.phase === 'looking' && during.previous?.gpus.map(({ id }) => id)).toEqual(['GPU-1', 'pci:0000:03:00.0:8086:56a0'])
    await clock.advance(3_000)
    await again
    expect(ready(states.at(-1)).ids).toEqual(['GPU-1', 'pci:0000:03:00.0:8086:56a0'])
    await gpus.stop()
  })

  test('a card that its driver refuses is asked for again until it speaks', async () => {
    const clock = handClock()
    const nvml = { driverVersion: '570.1', devices: [{ uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3090', temperatureC: 50 }] as object[] }
    const { gpus, states, events } = gpusOn({ ...machineOf({}), recordedLayer: async (name) => (name === 'nvml' ? structuredClone(nvml) : null) }, { clock, staysOn: true, book: bookInMemory() })
    await gpus.look()
    const [card] = nvml.devices
    nvml.devices = [{ error: 999 }]
    await gpus.look()
    expect(ready(states.at(-1)).gpus.map(({ id, problems }) => [id, problems[0]?.id])).toEqual([['GPU-1', 'card-not-readable']])
    nvml.devices = [card!]
    await clock.advance(2 * minute)
    expect(ready(states.at(-1)).gpus.map(({ id, problems }) => [id, problems.map((one) => one.id)])).toEqual([['GPU-1', ['seen-by-one-layer']]])
    expect(ofCards(events)).toEqual(['card-first-seen'])
    await gpus.stop()
  })

  test('a card that its driver says nothing of any more is looked for, and is lost', async () => {
    const clock = handClock()
    const xml = (...uuids: string[]): string =>
      `<nvidia_smi_log><driver_version>570.1</driver_version><attached_gpus>${uuids.length}</attached_gpus>${uuids
        .map((uuid, index) => `<gpu id="00000000:0${index + 1}:00.0"><product_name>NVIDIA GeForce RTX 3090</product_name><uuid>${uuid}</uuid><fb_memory_usage><total>24576 MiB</total><used>1 MiB</used></fb_memory_usage><temperature><gpu_temp>50 C</gpu_temp></temperature></gpu>`)
        .join('')}</nvidia_smi_log>`
    let out = xml('GPU-1', 'GPU-2')
    const machine = machineOf({})
    const source: MachineSource = { ...machine, run: async (program): Promise<CommandResult> => (program === 'nvidia-smi' ? { kind: 'done', exitCode: 0, stdout: out, stderr: '' } : { kind: 'not-found' }) }
    const { gpus, states, events } = gpusOn(source, { clock, staysOn: true, book: bookInMemory() })
    await gpus.look()
    const turns: SampleTurn[] = []
    gpus.record((turn) => turns.push(turn))
    await clock.advance(2_000)
    out = xml('GPU-1')
    await clock.advance(2_000)
    expect(turns.at(-1)!.silent).toEqual({ 'GPU-2': expect.stringContaining('no reading of this card') })
    await clock.advance(5_000)
    expect(ready(states.at(-1)).gpus.map(({ id, lostSince }) => [id, lostSince === null])).toEqual([['GPU-1', true], ['GPU-2', false]])
    expect(Object.keys(turns.at(-1)!.samples)).toEqual(['GPU-1'])
    out = xml('GPU-1', 'GPU-2')
    await clock.advance(10 * minute)
    expect(ready(states.at(-1)).gpus.every(({ lostSince }) => lostSince === null)).toBe(true)
    expect(ofCards(events)).toEqual(['card-first-seen', 'card-first-seen', 'card-lost', 'card-returned'])
    await gpus.stop()
    expect(clock.pending()).toBe(0)
  })

  describe('what is read at a look alone', () => {
    const rowsOf = (uncorrectable: number, pending: boolean, failed = false) => ({ correctable: 1, uncorrectable, pending, failed })
    const machineWith = (rows: object | null) => {
      const device: Record<string, unknown> = { uuid: 'GPU-1', name: 'NVIDIA A100-SXM4-40GB', temperatureC: 50, ...(rows && { remappedRows: rows }) }
      let isLaptop = false
      const source: MachineSource = {
        ...machineOf({}),
        recordedLayer: async (name) => (name === 'nvml' ? structuredClone({ driverVersion: '570.1', devices: [device] }) : null),
        facts: async () => ({ ...unknownFacts, surroundings: { kind: 'bare-metal', name: null, isLaptop, onBattery: null, remoteSession: null, sentence: '', evidence: [] } }),
      }
      return { source, device, becomeLaptop: () => void (isLaptop = true) }
    }
    const looksIn = (states: GpusState[]) => new Set(states.flatMap((state) => (state.phase === 'ready' ? [state.detection.detectedAt] : []))).size
    const memory = (events: HistoryEvent[]) => events.flatMap(({ id, sentence }) => (id === 'memory-retired' ? [sentence] : []))

    test('is read every quarter of an hour, quietly, and bad memory is told', async () => {
      const clock = handClock()
      const { source, device } = machineWith(rowsOf(0, false))
      const { gpus, states, events } = gpusOn(source, { clock, staysOn: true, book: bookInMemory() })
      await gpus.look()
      device['remappedRows'] = rowsOf(1, true)
      await clock.advance(14 * minute)
      expect(looksIn(states)).toBe(1)
      await clock.advance(2 * minute)
      expect(ready(states.at(-1)).gpus[0]!.remappedRows).toEqual(rowsOf(1, true))
      expect(memory(events)).toEqual(['NVIDIA A100-SXM4-40GB found bad rows in its memory and will replace them when it is next reset (now 1 correctable, 1 uncorrectable).'])
      device['remappedRows'] = rowsOf(1, true, true)
      await clock.advance(15 * minute)
      expect(memory(events)[1]).toContain('no spare rows left')
      await clock.advance(60 * minute)
      expect(memory(events)).toHaveLength(2)
      expect(states.filter(({ phase }) => phase === 'looking')).toHaveLength(1)
      await gpus.stop()
      expect(clock.pending()).toBe(0)
    })

    test('waits for a benchmark', async () => {
      const clock = handClock()
      const { source } = machineWith(rowsOf(0, false))
      const { gpus, states } = gpusOn(source, { clock, staysOn: true })
      await gpus.look()
      const end = gpus.follow('GPU-1', () => {})
      await clock.advance(40 * minute)
      expect(looksIn(states)).toBe(1)
      end()
      await clock.advance(2 * minute)
      expect(looksIn(states)).toBe(2)
      await gpus.stop()
    })

    test.each([['a laptop', true, rowsOf(0, false)], ['a card that has no such facts', false, null]])('is not looked for on %s', async (_, isLaptop, rows) => {
      const clock = handClock()
      const { source, becomeLaptop } = machineWith(rows)
      if (isLaptop) becomeLaptop()
      const { gpus, states } = gpusOn(source, { clock, staysOn: true })
      await gpus.look()
      await clock.advance(60 * minute)
      expect(looksIn(states)).toBe(1)
      await gpus.stop()
    })

    test('what grew while nothing ran is told at the first look', async () => {
      const clock = handClock()
      const { source, device } = machineWith(rowsOf(0, false))
      const book = bookInMemory()
      const before = gpusOn(source, { clock, book })
      await before.look()
      await before.gpus.stop()
      device['remappedRows'] = rowsOf(2, false)
      const after = gpusOn(source, { clock, book })
      await after.look()
      await after.gpus.look()
      expect(memory(after.events)).toEqual(['NVIDIA A100-SXM4-40GB took 2 rows of memory out of use since it was last read (now 1 correctable, 2 uncorrectable).'])
      await after.gpus.stop()
    })
  })

  test('a driver that stays in trouble is asked ever less often', async () => {
    const clock = handClock()
    let runs = 0
    const source: MachineSource = { ...machineOf({}), facts: async () => (runs++, unknownFacts), run: async (program) => (program === 'nvidia-smi' ? { kind: 'done', exitCode: 18, stdout: 'Failed to initialize NVML: Driver/library version mismatch', stderr: '' } : { kind: 'not-found' }) }
    const { gpus } = gpusOn(source, { clock, staysOn: true })
    await gpus.look()
    await clock.advance(24 * 60 * minute)
    expect(runs).toBeGreaterThan(20)
    expect(runs).toBeLessThan(40)
    await gpus.stop()
  })
})
