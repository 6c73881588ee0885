/** What is read the same way on every system: disk, processor, traffic, what the door's own toolkit tells; and a recorded machine's files. */
import { cpus } from 'node:os'
import type { HostSenses } from '../host.ts'
import { readDiskSpace } from '../system/disk-space.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { spanOfDay, thisZone } from '../system/zone.ts'
import { powerOf, readLidFile, readPowerSupplies } from './linux-power.ts'
import { createPlatformReaders, known, unknown } from './readers.ts'
import type { SenseReader, SenseWorld } from './senses-reader.ts'
import { counterReader } from './senses-counters.ts'
import { createTrafficBook } from './senses-traffic.ts'

export interface CommonOptions {
  source: MachineSource
  host: HostSenses | null
  dataFolder: string
  isRecorded: boolean
  world: SenseWorld
}

/** The platform's own come first, the door's toolkit last: where both tell, the platform's is believed. */
export async function commonReaders(options: CommonOptions): Promise<SenseReader[]> {
  if (options.isRecorded) return [recordedReader(options.source, options.world)]
  const own = await createPlatformReaders(options.source.platform, options.source, options.world.now)
  return [...own, diskReader(options), processorReader(options.source, options.world), ...trafficReaders(options), ...(options.host ? [hostReader(options.host, options)] : [])]
}

function diskReader({ dataFolder, world }: CommonOptions): SenseReader {
  return {
    name: 'The disk',
    fields: ['diskFreeBytes'],
    everyMs: 30_000,
    limitMs: 4_000,
    async read() {
      const { freeBytes } = await readDiskSpace(dataFolder)
      return { diskFreeBytes: freeBytes === null ? unknown('The disk of the data folder does not say how much is free.', world.now()) : known(freeBytes, 'the disk of the data folder', world.now()) }
    },
    close() {},
  }
}

/** Ticks of all threads together, ever since the system started. */
interface Ticks {
  busy: number
  all: number
}

/** `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. Guest time stands in user already. */
export function ticksIn(stat: string): Ticks | null {
  const figures = /^cpu +(.*)$/m.exec(stat)?.[1]?.trim().split(/\s+/).slice(0, 8).map(Number)
  if (figures === undefined || figures.length < 4 || !figures.every(Number.isFinite)) return null
  const all = figures.reduce((sum, figure) => sum + figure, 0)
  return { busy: all - (figures[3] ?? 0) - (figures[4] ?? 0), all }
}

function ticksElsewhere(): Ticks {
  const times = cpus().map((one) => one.times)
  const all = times.reduce((sum, of) => sum + of.user + of.nice + of.sys + of.idle + of.irq, 0)
  return { busy: all - times.reduce((sum, { idle }) => sum + idle, 0), all }
}

function processorReader(source: MachineSource, world: SenseWorld): SenseReader {
  let before: Ticks | null = null
  return {
    name: 'The processor',
    fields: ['processorLoad'],
    everyMs: 5_000,
    limitMs: 4_000,
    async read() {
      const now = source.platform === 'linux' ? ticksIn((await source.readFile('/proc/stat')) ?? '') : ticksElsewhere()
      const was = before
      before = now
      const passed = now && was ? now.all - was.all : 0
      if (now === null) return { processorLoad: unknown('The system does not say what its processor does.', world.now()) }
      if (was === null || passed <= 0) return { processorLoad: unknown('Not read yet.', world.now()) }
      return { processorLoad: known(Math.min(1, Math.max(0, (now.busy - was.busy) / passed)), 'all processor threads, over 5 s', world.now()) }
    },
    close() {},
  }
}

function trafficReaders({ source, dataFolder, world }: CommonOptions): SenseReader[] {
  const counters = counterReader(source, world.now)
  if (counters === null) return []
  const book = createTrafficBook({ counters, dataFolder, now: world.now, zone: thisZone })
  return [
    {
      name: 'The network',
      fields: ['trafficTodayBytes'],
      everyMs: counters.everyMs,
      limitMs: counters.limitMs,
      async read() {
        const kept = await book.count()
        if (kept === null) return { trafficTodayBytes: unknown('The system does not say what went over the network.', world.now()) }
        return { trafficTodayBytes: known(kept.bytes, kept.since === spanOfDay(kept.day, thisZone()).from ? 'all network cards, since midnight' : `all network cards, counted since ${new Date(kept.since).toTimeString().slice(0, 5)}`, world.now()) }
      },
      close: book.save,
    },
  ]
}

function hostReader(host: HostSenses, { source, world }: CommonOptions): SenseReader {
  let end = (): void => {}
  // On Wayland the toolkit's idle time is 0 for ever (electron#34826).
  const tellsIdle = source.platform !== 'linux' || !isWaylandIn(world.env)
  return {
    name: 'The desktop',
    fields: ['idleMs', 'isLocked', 'onBattery'],
    everyMs: 1_000,
    limitMs: 4_000,
    begin(news) {
      end = host.onChange((what) => {
        if (what === 'suspend' || what === 'shutdown') news.sleep(true)
        else if (what === 'resume') news.sleep(false)
        else news.again()
      })
    },
    async read() {
      const at = world.now()
      const seconds = tellsIdle ? host.idleSeconds() : null
      const isLocked = host.isLocked()
      const onBattery = host.isOnBattery()
      return {
        idleMs: seconds === null || !Number.isFinite(seconds) || seconds < 0 ? unknown('The desktop does not say when a key was last pressed.', at) : known(seconds * 1000, 'the desktop', at),
        isLocked: isLocked === null ? unknown('The desktop has not said yet whether the screen is locked.', at) : known(isLocked, 'the desktop', at),
        onBattery: onBattery === null ? unknown('The desktop does not say whether the machine is on battery.', at) : known(onBattery, 'the desktop', at),
      }
    },
    close: () => end(),
  }
}

export function isWaylandIn(env: Record<string, string | undefined>): boolean {
  return env['XDG_SESSION_TYPE'] === 'wayland' || (env['WAYLAND_DISPLAY'] ?? '') !== ''
}

/** Battery, lid and disk, where the recording has them; it has no user, and nothing in it changes. */
function recordedReader(source: MachineSource, world: SenseWorld): SenseReader {
  return {
    name: 'The recording',
    fields: ['onBattery', 'charge', 'isLidClosed', 'diskFreeBytes'],
    everyMs: 60_000,
    limitMs: 4_000,
    async read() {
      const at = world.now()
      const [supplies, lid, { diskFreeBytes }] = await Promise.all([readPowerSupplies(source), readLidFile(source), source.facts()])
      return {
        ...powerOf(supplies, at, false),
        isLidClosed: lid === null ? unknown('The recording says nothing of a lid.', at) : known(lid, 'the recording', at),
        diskFreeBytes: diskFreeBytes === null ? unknown('The recording says nothing of the disk.', at) : known(diskFreeBytes, 'the recording', at),
      }
    },
    close() {},
  }
}
