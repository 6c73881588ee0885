/** Real provider software for tests: createProviders on a real database, with real processes and, where asked for, a real Docker. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { vi } from 'vitest'
import { bringUpToDate } from '../../main/history/schema.ts'
import { createProviderTables } from '../../main/history/provider-tables.ts'
import type { SoftwareDefinition } from '../../main/networks/network.ts'
import { createProviders, realLayers, type Providers, type ProvidersOptions } from '../../main/provider/index.ts'
import type { ProviderLayers } from '../../main/provider/supervisor-layers.ts'
import { systemClock } from '../../main/system/clock.ts'
import { createDockerEngine } from '../../main/system/docker-engine.ts'
import { createLog } from '../../main/system/log.ts'
import { createThisMachine } from '../../main/system/this-machine.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import type { ProviderState } from '../../shared/provider.ts'
import { runningClock } from './clocks.ts'
import { processDefinition } from './provider-world.ts'

export interface ProviderHouse {
  providers: Providers
  states: ProviderState[][]
  events: (HistoryEvent & { heardAt: number })[]
  /** A new Idlewatt on the same folder; the one before is closed, or only forgotten. */
  again(how: 'closed' | 'killed', more?: Partial<ProvidersOptions>): Promise<Providers>
  state(programmeId?: string): ProviderState
  /** Once it is in that phase, or any of them. */
  becomes(phase: ProviderState['phase'], programmeId?: string): Promise<ProviderState>
  /** Stops everything and closes. */
  end(): Promise<void>
}

/** What a script of test/helpers/programs does as a provider; "ready" makes it ready. */
export function scriptDefinition(programmeId: string, args: string[], more: Partial<SoftwareDefinition> = {}): SoftwareDefinition {
  return { ...processDefinition, programmeId, command: { program: '/bin/sh', args }, stop: { signal: 'SIGTERM', graceMs: 1500 }, ...more }
}

export function openProviderHouse(folder: string, definitions: SoftwareDefinition[], options: { socketPath?: string; layers?: Partial<ProviderLayers>; answers?: Record<string, string>; secret?: string; houseId?: string; /** So many times as fast as in life pass its seconds, and the limits of what it asks Docker to change. */ times?: number } = {}): ProviderHouse {
  const database = new DatabaseSync(join(folder, 'history.db'))
  bringUpToDate(database)
  const house: ProviderHouse = {
    providers: undefined as unknown as Providers,
    states: [],
    events: [],
    async again(how, more = {}) {
      if (how === 'closed') await house.providers.close()
      else closers.push(house.providers)
      house.providers = made(more)
      await house.providers.begin()
      return house.providers
    },
    state: (programmeId = definitions[0]?.programmeId) => house.providers.states().find((state) => state.programmeId === programmeId) as ProviderState,
    becomes: (phase, programmeId) =>
      vi.waitFor(
        () => {
          const state = house.state(programmeId)
          if (state.phase !== phase) throw new Error(`it is ${state.phase}, not ${phase}: ${state.because}`)
          return state
        },
        { timeout: 15_000, interval: 10 },
      ),
    async end() {
      for (const { programmeId, kind } of definitions) if (kind === 'managed') await house.providers.stop(programmeId)
      await vi.waitFor(() => {
        for (const { phase, because } of house.providers.states()) if (!['stopped', 'not-set-up'].includes(phase)) throw new Error(`${phase}: ${because}`)
      }, { timeout: 15_000, interval: 20 })
      await house.providers.close()
      for (const providers of closers) await providers.close()
      database.close()
    },
  }
  const closers: Providers[] = []
  const { times = 1 } = options
  const clock = times === 1 ? systemClock : runningClock(times)

  function made(more: Partial<ProvidersOptions>): Providers {
    return createProviders(
      {
        entries: definitions.map((definition) => ({ definition, title: definition.programmeId, isPractice: false })),
        folder: join(folder, 'providers'),
        ...(options.houseId === undefined ? {} : { houseId: () => options.houseId ?? '' }),
        tables: createProviderTables(database, '', () => {}),
        docker: options.socketPath === undefined ? null : createDockerEngine({ socketPath: options.socketPath, now: Date.now, changeLimitMs: 5000 / times }),
        source: createThisMachine({ dataFolder: folder }),
        clock,
        log: createLog('warn', (line) => process.stderr.write(line)),
        steadyMs: () => performance.now() * times,
        enrolled: () => ({ isSetUp: true, answers: options.answers ?? {}, secret: () => options.secret ?? null }),
        request: () => null,
        cards: () => [],
        keepsWatch: true,
        onState: (states) => void house.states.push(states),
        onEvents: (events) => void house.events.push(...events.map((event) => ({ ...event, heardAt: performance.now() }))),
        ...more,
      },
      { ...realLayers, ...options.layers },
    )
  }
  house.providers = made({})
  return house
}
