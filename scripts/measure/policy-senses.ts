/** Budget `policy.senses-cpu`: what watching whoever sits at the machine takes of one core, with a real X server and a real D-Bus daemon beside it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { createSenses } from '../../main/policy/senses.ts'
import { systemClock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import { createThisMachine } from '../../main/system/this-machine.ts'
import { notMeasured, type Budgets, type Row } from './row.ts'

const id = 'policy.senses-cpu'
const budget = 0.3
/** Libraries are loaded and compiled in it. */
const settlesMs = 10_000
const measuresMs = 20_000

interface Bench {
  noDbusDaemon: string | null
  startDaemon(): Promise<{ address: string; stop(): Promise<void> }>
  noXvfb: string | null
  startXvfb(): Promise<{ display: string; stop(): Promise<void> }>
}

async function loadBench(): Promise<Bench> {
  const files = ['../../test/helpers/dbus-daemon.ts', '../../test/helpers/xvfb.ts']
  const modules = await Promise.all(files.map(async (file) => (await import(new URL(file, import.meta.url).href)) as Partial<Bench>))
  return Object.assign({}, ...modules) as Bench
}

async function measure(only: string | null): Promise<Row[]> {
  if (only !== null && only !== id) return []
  const { noDbusDaemon, startDaemon, noXvfb, startXvfb } = await loadBench()
  const missing = noDbusDaemon ?? noXvfb
  if (missing !== null) return [notMeasured(id, '% of a core', budget, missing)]
  const [system, desktop, server] = await Promise.all([startDaemon(), startDaemon(), startXvfb()])
  const dataFolder = mkdtempSync(join(tmpdir(), 'idlewatt-senses-'))
  const before = process.memoryUsage().rss
  const senses = createSenses({
    source: createThisMachine({ dataFolder }), host: null, clock: systemClock, steadyMs: () => performance.now(), log: createLog('silent', () => {}), dataFolder, isRecorded: false,
    world: { env: { DISPLAY: server.display, DBUS_SYSTEM_BUS_ADDRESS: system.address, DBUS_SESSION_BUS_ADDRESS: desktop.address } },
  })
  senses.begin()
  await wait(settlesMs)
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  await wait(measuresMs)
  const used = process.cpuUsage(cpu)
  const value = ((used.user + used.system) / 1000 / (performance.now() - start)) * 100
  const grown = (process.memoryUsage().rss - before) / 1e6
  const { idleMs, fullScreen } = senses.machine()
  await senses.stop()
  await Promise.all([system.stop(), desktop.stop(), server.stop()])
  rmSync(dataFolder, { recursive: true, force: true })
  if (idleMs.value === null || fullScreen.value === null) return [notMeasured(id, '% of a core', budget, `idle time was not read: ${idleMs.value === null ? idleMs.why : ''}`)]
  return [{ id, value, unit: '% of a core', budget, ok: value <= budget, peer: null, note: `each second for ${measuresMs / 1000} s, X server and two D-Bus daemons real, nobody but them on the buses; the whole process, which does nothing else; ${grown.toFixed(0)} MB more memory with its libraries` }]
}

export const budgets: Budgets = { ids: [id], measure }
