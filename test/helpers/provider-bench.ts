/** Measures the supervision of provider software with real processes and, where there is one, a real Docker: how soon a death is noticed, how soon it runs again, and what watching costs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createProviderTables } from '../../main/history/provider-tables.ts'
import { bringUpToDate } from '../../main/history/schema.ts'
import type { SoftwareDefinition } from '../../main/networks/network.ts'
import { createProviders, type Providers } from '../../main/provider/index.ts'
import { systemClock } from '../../main/system/clock.ts'
import { createDockerEngine } from '../../main/system/docker-engine.ts'
import { createLog } from '../../main/system/log.ts'
import { createThisMachine } from '../../main/system/this-machine.ts'
import type { ProviderState } from '../../shared/provider.ts'
import { startDocker } from './docker-daemon.ts'
import { processDefinition } from './provider-world.ts'

export interface DeathFigures {
  /** From the death to the state that says so, ms. */
  noticedMs: number
  /** From the death to the next process or container, ms: at least the pause of 2 s. */
  restartedMs: number
}

export interface WatchingFigures {
  /** Of one core, 0..1: this whole process, with a database, logs and readings. */
  processorShare: number
  /** Resident memory of this process over what it had before, bytes. */
  memoryBytes: number
  linesPerSecond: number
}

function definition(programmeId: string, script: string, more: Partial<SoftwareDefinition> = {}): SoftwareDefinition {
  return { ...processDefinition, programmeId, command: { program: '/bin/sh', args: ['-c', script] }, ...more }
}

/** A state is asked for every millisecond: what is measured is main, not the four states a second that go to windows. */
async function until(providers: Providers, programmeId: string, isSo: (state: ProviderState) => boolean, withinMs = 30_000): Promise<number> {
  const endsAt = performance.now() + withinMs
  for (;;) {
    const state = providers.states().find((one) => one.programmeId === programmeId)
    if (state && isSo(state)) return performance.now()
    if (performance.now() > endsAt) throw new Error(`${programmeId} is ${state?.phase}: ${state?.because}`)
    await new Promise((done) => setTimeout(done, 1))
  }
}

async function withProviders<T>(definitions: SoftwareDefinition[], socketPath: string | null, use: (providers: Providers) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-provider-bench-'))
  const database = new DatabaseSync(join(folder, 'history.db'))
  bringUpToDate(database)
  const providers = createProviders({
    entries: definitions.map((one) => ({ definition: one, title: one.programmeId, isPractice: false })),
    folder: join(folder, 'providers'),
    tables: createProviderTables(database, '', () => {}),
    docker: socketPath === null ? null : createDockerEngine({ socketPath, now: Date.now }),
    source: createThisMachine({ dataFolder: folder }),
    clock: systemClock,
    log: createLog('error', (line) => process.stderr.write(line)),
    steadyMs: () => performance.now(),
    enrolled: () => ({ isSetUp: true, answers: {}, secret: () => null }),
    request: () => null,
    cards: () => [],
    keepsWatch: true,
    onState: () => {},
    onEvents: () => {},
  })
  try {
    await providers.begin()
    return await use(providers)
  } finally {
    for (const { programmeId } of definitions) {
      await providers.stop(programmeId)
      await until(providers, programmeId, ({ phase }) => phase === 'stopped')
    }
    await providers.close()
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function measureProcessDeath(): Promise<DeathFigures> {
  return withProviders([definition('bench/process', 'echo ready; exec sleep 1000')], null, async (providers) => {
    const { pid } = await providers.start('bench/process')
    await until(providers, 'bench/process', ({ phase }) => phase === 'running')
    const diedAt = performance.now()
    process.kill(pid as number, 'SIGKILL')
    const noticedAt = await until(providers, 'bench/process', ({ phase }) => phase === 'waiting')
    const restartedAt = await until(providers, 'bench/process', (state) => state.pid !== null && state.pid !== pid)
    return { noticedMs: noticedAt - diedAt, restartedMs: restartedAt - diedAt }
  })
}

/** `why`: there is no Docker to be had here. */
export async function measureContainerDeath(): Promise<DeathFigures | { why: string }> {
  const daemon = await startDocker()
  if ('why' in daemon) return daemon
  try {
    await daemon.image('bench/own:1')
    const own = definition('bench/container', '', { command: null, ownContainer: { image: 'bench/own:1', command: ['/bin/sh', '-c', 'exec sleep 1000'], labels: { 'idlewatt.bench': 'own' }, networkMode: 'none' } })
    return await withProviders([own], daemon.socketPath, async (providers) => {
      await providers.start('bench/container')
      await until(providers, 'bench/container', ({ phase, containers }) => phase === 'running' && containers.length > 0)
      const [before] = providers.states()[0]?.containers ?? []
      const diedAt = performance.now()
      await daemon.docker.getContainer(before?.id as string).kill()
      const noticedAt = await until(providers, 'bench/container', ({ phase }) => phase === 'waiting')
      const restartedAt = await until(providers, 'bench/container', ({ containers }) => containers.length > 0 && containers[0]?.id !== before?.id)
      return { noticedMs: noticedAt - diedAt, restartedMs: restartedAt - diedAt }
    })
  } finally {
    await daemon.close()
  }
}

/** Four providers that print 100 lines a second each, read and kept, for `forMs`. */
export async function measureWatching(forMs = 10_000): Promise<WatchingFigures> {
  // Ten lines at a time: a shell can sleep no shorter than its own start takes.
  const script = 'echo ready; while :; do for i in 1 2 3 4 5 6 7 8 9 10; do echo "2026-11-23 12:00:00 INFO frame $i rendered in 1.24 s, 37 left of job 4711"; done; sleep 0.1; done'
  const definitions = [1, 2, 3, 4].map((no) => definition(`bench/prints-${no}`, script))
  return withProviders(definitions, null, async (providers) => {
    for (const { programmeId } of definitions) await providers.start(programmeId)
    for (const { programmeId } of definitions) await until(providers, programmeId, ({ phase }) => phase === 'running')
    const linesNow = (): number => definitions.reduce((sum, { programmeId }) => sum + (providers.logs({ programmeId, limit: 1 }).lines.at(-1)?.no ?? 0), 0)
    const memoryBefore = memoryBytes()
    const linesBefore = linesNow()
    const before = process.cpuUsage()
    const startedAt = performance.now()
    await new Promise((done) => setTimeout(done, forMs))
    const used = process.cpuUsage(before)
    const tookMs = performance.now() - startedAt
    return { processorShare: (used.user + used.system) / 1000 / tookMs, memoryBytes: memoryBytes() - memoryBefore, linesPerSecond: ((linesNow() - linesBefore) / tookMs) * 1000 }
  })
}

/** Resident set of this process; elsewhere than on Linux as Node tells it. */
function memoryBytes(): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
  } catch {
    return process.memoryUsage.rss()
  }
}
