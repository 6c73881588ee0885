/** States of the real app on recorded machines: real detection, real requirements, real estimates from the bundled market. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApp, type App } from '../../main/app.ts'
import { createLog } from '../../main/system/log.ts'
import { startNodeWorker } from '../../main/system/node-worker.ts'
import { openRecordedMachine } from '../../main/system/recorded-machine.ts'
import type { Clock } from '../../main/system/clock.ts'
import type { SettingsFile } from '../../main/host.ts'
import type { NetworkHealth } from '../../shared/network-health.ts'
import type { WhatIf, WhatIfAnswer } from '../../shared/requests.ts'
import type { Settings } from '../../shared/settings.ts'
import type { State } from '../../shared/state.ts'
import { now } from './parts.ts'
import { beganAt } from './past.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const workers = { probe: join(root, 'main', 'gpu', 'probe-worker.ts'), bench: join(root, 'main', 'benchmark', 'bench-worker.ts') }

/** Stands at the gallery's "now"; timers run in real time, since a look has deadlines of its own. */
const clock: Clock = {
  now: () => now,
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

function memorySettings(values: Partial<Settings>): SettingsFile {
  let kept: Record<string, unknown> = { ...values }
  return { read: () => kept, write: (next) => void (kept = next), path: 'settings.json' }
}

async function withApp<T>(machine: string, settings: Partial<Settings>, use: (app: App) => Promise<T> | T): Promise<T> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'idlewatt-gallery-'))
  const app = createApp({
    host: {
      door: 'headless',
      dataFolder,
      resourcesFolder: join(root, 'resources'),
      version: '0.1.0',
      settingsFile: memorySettings(settings),
      startWorker: (name) => startNodeWorker(workers[name]),
      openExternal: async () => {},
      secrets: { read: () => null, write: () => {} },
      notify: null,
      keepsWatch: false,
    },
    source: openRecordedMachine(join(root, 'test', 'machines', machine), clock),
    clock,
    log: createLog('silent', () => {}),
  })
  try {
    await app.start()
    return await use(app)
  } finally {
    await app.stop()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

/** What the app shows of a recorded machine once its look is over, with one reading of each card. */
export function readRealState(machine: string, settings: Partial<Settings> = {}): Promise<State> {
  return withApp(machine, settings, async (app) => {
    const detection = app.store.read('gpus')
    const gpus = detection.phase === 'ready' ? detection.detection.gpus : []
    const samples = Object.fromEntries(gpus.flatMap((gpu) => (gpu.sample ? [[gpu.id, gpu.sample]] : [])))
    const { state } = app.store.snapshot()
    return { ...state, app: { ...state.app, dataFolder: '/home/ada/.local/share/idlewatt' }, telemetry: { samples, status: { phase: 'on', since: now } }, health: { ...state.health, recording: { phase: 'on', since: beganAt } } }
  })
}

/** What the bundled snapshots say of every network, since a recorded machine asks nobody. */
export function readRealHealth(): Promise<Record<string, NetworkHealth>> {
  return withApp('no-gpu', {}, async (app) => {
    const ids = app.store.read('networks').networks.map((network) => network.id)
    return Object.fromEntries(await Promise.all(ids.map(async (networkId) => [networkId, await app.handlers['networks.health']({ networkId })] as const)))
  })
}

export function readRealWhatIf(question: WhatIf): Promise<WhatIfAnswer> {
  return withApp('no-gpu', {}, (app) => app.handlers['estimate.what-if']({ ...question }))
}
