/** For tests of health: cards, samples, and a health service on a clock of the test's own, with servers that listen on loopback. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createHealth, type Health, type HealthOptions } from '../../main/health/index.ts'
import type { Secrets } from '../../main/host.ts'
import { createLog } from '../../main/system/log.ts'
import type { Alert, HealthState } from '../../shared/health.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import { presentCard, unknownCardDetails, type Gpu } from '../../shared/machine.ts'
import { defaultSettings, type Settings } from '../../shared/settings.ts'
import { unknownSample, type GpuSample, type SampleTurn } from '../../shared/telemetry.ts'
import { handClock, type HandClock } from './clocks.ts'

export function card(change: Partial<Gpu> = {}): Gpu {
  return {
    ...unknownCardDetails,
    ...presentCard,
    id: 'GPU-1',
    uuid: 'GPU-1',
    name: 'NVIDIA GeForce RTX 4090',
    driverName: null,
    vendor: 'nvidia',
    model: 'rtx-4090',
    kind: 'gpu',
    memoryBytes: 24 * 2 ** 30,
    driverVersion: '580.95.05',
    cudaVersion: '13.0',
    vbiosVersion: null,
    pciAddress: '0000:01:00.0',
    pciDeviceId: '10de:2684',
    pciSubsystemId: null,
    cudaComputeCapability: '8.9',
    pcieGenerationMax: 4,
    pcieLanesMax: 16,
    drivesDisplay: null,
    isIntegrated: false,
    eccEnabled: null,
    mig: null,
    powerLimitW: 450,
    powerLimitDefaultW: 450,
    powerLimitMinW: null,
    powerLimitMaxW: null,
    temperatureLimits: { slowdownC: 90, shutdownC: 100, targetC: 83, memoryC: null },
    seenBy: ['nvml'],
    views: [],
    disagreements: [],
    opencl: null,
    sample: null,
    problems: [],
    ...change,
  }
}

/** A card at work, and well. */
export function goodSample(at: number, change: Partial<GpuSample> = {}): GpuSample {
  return {
    ...unknownSample(at, ''),
    unknown: {},
    utilisation: 0.95,
    memoryUsedBytes: 8 * 2 ** 30,
    memoryTotalBytes: 24 * 2 ** 30,
    temperatureC: 65,
    memoryC: 80,
    powerW: 300,
    powerLimitW: 450,
    coreClockMhz: 2500,
    fan: 0.5,
    fanRpm: 1500,
    fans: [{ share: 0.5, rpm: 1500 }, { share: 0.5, rpm: 1490 }],
    eccCorrected: 0,
    eccUncorrected: 0,
    pcieGeneration: 4,
    pcieLanes: 16,
    throttle: [],
    ...change,
  }
}

export interface House {
  health: Health
  clock: HandClock
  cards: Gpu[]
  settings: Settings
  disk: { freeBytes: number | null; totalBytes: number | null }
  state(): HealthState
  saved: Alert[]
  events: HistoryEvent[]
  /** What was shown on the desktop. */
  shown: { title: string; body: string; isUrgent: boolean }[]
  secrets: Map<string, string>
  logged: string[]
  /** One turn a second of these samples (by card id, made for each moment), for so long. */
  run(seconds: number, samples?: Record<string, Partial<GpuSample> | string>): Promise<void>
  /** Sets the machine's clock on or back; nothing passes. */
  setClock(byMs: number): void
  /** Titles of what is open now. */
  titles(): string[]
}

/** A value of `samples` that is a text makes that card silent, for that reason. */
export function openHealth(change: Partial<HealthOptions> & { startAt?: number; hasDesktop?: boolean; saved?: HealthOptions['saved'] } = {}): House {
  let offsetMs = 0
  const hand = handClock(change.startAt)
  const clock: HandClock = { ...hand, now: () => hand.now() + offsetMs }
  let steadyMs = 5_000_000
  let latest: HealthState | null = null
  const secrets = new Map<string, string>()
  const store: Secrets = { read: (name) => secrets.get(name) ?? null, write: (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) }
  const house: House = {
    clock,
    cards: [card()],
    settings: { ...defaultSettings },
    disk: { freeBytes: 500e9, totalBytes: 1000e9 },
    saved: [],
    events: [],
    shown: [],
    secrets,
    logged: [],
    state: () => latest ?? house.health.state(),
    setClock: (byMs) => void (offsetMs += byMs),
    titles: () => house.state().open.map((alert) => alert.title),
    health: null as unknown as Health,
    async run(seconds, samples = { 'GPU-1': {} }) {
      for (let second = 0; second < seconds; second++) {
        await clock.advance(1000)
        steadyMs += 1000
        const turn: SampleTurn = { at: clock.now(), steadyMs, samples: {}, silent: {} }
        for (const [id, sample] of Object.entries(samples)) {
          if (typeof sample === 'string') turn.silent[id] = sample
          else turn.samples[id] = goodSample(clock.now(), sample)
        }
        house.health.take(turn)
      }
    },
  }
  house.health = createHealth({
    clock,
    log: createLog('debug', (line) => house.logged.push(line)),
    secrets: store,
    notify: change.hasDesktop === false ? null : (message) => void house.shown.push(message),
    settings: () => house.settings,
    cards: () => house.cards,
    machineName: 'rig-7',
    readDisk: async () => house.disk,
    saved: { open: [], ended: [] },
    save: (alerts) => void house.saved.push(...alerts),
    onState: (state) => void (latest = state),
    onEvents: (events) => void house.events.push(...events),
    ...change,
  })
  onTestFinished(() => house.health.stop())
  return house
}

export interface Heard {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Listener {
  origin: string
  heard: Heard[]
  /** What it answers; null: nothing, ever. */
  answer: { status: number; headers?: Record<string, string>; body?: string } | null
  /** Resolves once so many requests have come. */
  hears(count: number): Promise<void>
}

/** A server on loopback that keeps what it hears. */
export async function listen(): Promise<Listener> {
  const waiting: { count: number; done: () => void }[] = []
  const listener: Listener = {
    origin: '',
    heard: [],
    answer: { status: 200 },
    hears: (count) => (listener.heard.length >= count ? Promise.resolve() : new Promise((done) => waiting.push({ count, done }))),
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      listener.heard.push({ path: request.url ?? '', headers: request.headers, body })
      if (listener.answer) response.writeHead(listener.answer.status, listener.answer.headers).end(listener.answer.body ?? '')
      for (const one of waiting) if (listener.heard.length >= one.count) one.done()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  listener.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return listener
}
