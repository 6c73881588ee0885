/** Joins enrolment, preflight and provider software to the rest. Part of the wiring. */
import { join } from 'node:path'
import type { Estimate } from '../shared/earnings.ts'
import type { EnrolmentReport } from '../shared/enrolment.ts'
import type { GpuTable } from '../shared/gpu-table.ts'
import type { HistoryEvent } from '../shared/history.ts'
import { presentGpus, type Detection } from '../shared/machine.ts'
import type { MachineReadings } from '../shared/preflight.ts'
import type { ProgrammesState } from '../shared/state.ts'
import type { GpuSample } from '../shared/telemetry.ts'
import type { Policy } from './policy/index.ts'
import type { Prepared } from './earnings/estimate-programme.ts'
import { judge } from './earnings/judge.ts'
import type { Markets } from './earnings/markets.ts'
import { createEnrolment, type Enrolment } from './enrolment/index.ts'
import type { WatchedProvider } from './health/rule.ts'
import type { History } from './history/index.ts'
import type { Host } from './host.ts'
import type { MarketData } from './market-data/index.ts'
import { networks, practice, programmeInfos, softwareOn } from './networks/index.ts'
import type { AnyNetwork, SoftwareFacts } from './networks/network.ts'
import { createProviders, type Providers } from './provider/index.ts'
import type { SettingsStore } from './state/settings.ts'
import type { Clock } from './system/clock.ts'
import { createDockerEngine, recordedDocker, type DockerEngine } from './system/docker-engine.ts'
import { houseIdOf } from './system/house-id.ts'
import type { Log } from './system/log.ts'
import type { MachineSource } from './system/machine-source.ts'

export interface Programmes {
  enrolment: Enrolment
  providers: Providers
  /** Start, finish and stop as the user's own wish, which the run policy then follows. */
  byHand: Pick<Providers, 'start' | 'finish' | 'stop'>
  state(): ProgrammesState
  /** For the needs of the comparison. */
  prepared(): Prepared
  isOurs(pid: number): boolean
  /** For health. */
  watched(): WatchedProvider[]
  /** The title of a programme whose software runs now, practice left out; null: none does. */
  offeredTo(): string | null
  /** Processes of software that Idlewatt started are marked as ours. */
  marked(samples: Record<string, GpuSample>): Record<string, GpuSample>
  /** Takes over what runs, in a door that stays. */
  begin(): Promise<void>
  /** Lets go; what runs goes on. */
  stop(): Promise<void>
}

export interface ProgrammesOptions {
  host: Host
  source: MachineSource
  clock: Clock
  log: Log
  steadyMs(): number
  history: History
  settings: SettingsStore
  gpuTable: GpuTable
  markets: Markets
  marketData: MarketData
  detection(): Detection | null
  estimates(): Estimate[]
  /** Rows for a card that is not here, where none is: a stake is to be told all the same. */
  standIn(): Estimate[]
  samples(): Record<string, GpuSample>
  /** The run policy, once it is there: a start by hand arms it, a stop by hand disarms it. */
  policy(): Pick<Policy, 'armed' | 'disarmed' | 'bar'> | null
  onState(state: ProgrammesState): void
  /** New readings or answers: requirements are to be judged again. */
  onReadings(): void
  onEvents(events: HistoryEvent[]): void
}

const all: AnyNetwork[] = [practice, ...networks]
/** Phases in which its work may be on a card. */
const onCards = new Set(['starting', 'running', 'finishing', 'stopping', 'stop-failed'])

export function setUpProgrammes(options: ProgrammesOptions): Programmes {
  const { host, source, clock, log, history, settings } = options
  const isRecorded = source.recorded !== null
  const outside = host.outside ?? { isAllowed: false, loopback: null }
  const folder = join(host.dataFolder, 'providers')
  const houseId = houseIdOf(host.dataFolder)
  const docker: DockerEngine = source.recordedContainers ? recordedDocker(source.recordedContainers.containers, source.recordedContainers.hasDocker) : createDockerEngine({ now: clock.now })
  let stateParts: Pick<ProgrammesState, 'enrolments' | 'providers'> = { enrolments: [], providers: [] }
  let measuredAt: number | null = null

  const refusal = (): string | null => {
    if (isRecorded) return 'A recorded machine asks nobody.'
    if (!outside.isAllowed) return 'Asking outside is switched off for this start.'
    return settings.values().asksOutside ? null : 'Asking outside is switched off in Settings.'
  }

  const providers = createProviders({
    entries: all.flatMap((network) => softwareOn(network, source.platform).map((definition) => ({ definition, title: titleOf(network, definition.programmeId), isPractice: network.isPractice === true }))),
    folder,
    houseId,
    tables: history.provider,
    docker: isRecorded ? null : docker,
    source,
    clock,
    log,
    steadyMs: options.steadyMs,
    enrolled: (programmeId) => enrolment.software(programmeId),
    request: (programmeId) => (refusal() === null ? options.marketData.requestFor({ id: `software/${programmeId}`, hosts: hostsOf(programmeId) }) : null),
    cards,
    beforeStart: (programmeId) => enrolment.beforeStart(programmeId),
    notNow: (programmeId) => options.policy()?.bar(programmeId) ?? null,
    keepsWatch: host.keepsWatch && !isRecorded,
    onState(states) {
      stateParts = { ...stateParts, providers: states }
      tell()
    },
    onEvents: options.onEvents,
  })

  /** What the user asks for themselves, at whichever door. */
  const byHand: Programmes['byHand'] = {
    start(programmeId) {
      options.policy()?.armed(programmeId)
      return providers.start(programmeId)
    },
    finish(programmeId) {
      options.policy()?.disarmed(programmeId)
      return providers.finish(programmeId)
    },
    stop(programmeId) {
      options.policy()?.disarmed(programmeId)
      return providers.stop(programmeId)
    },
  }

  const enrolment = createEnrolment({
    entries: all.flatMap((network) =>
      network.enrolments.map((definition) => {
        const programme = network.programmes.find(({ id }) => id === definition.programmeId)
        return {
          programmeId: definition.programmeId,
          title: programme?.title ?? definition.programmeId,
          networkTitle: network.title,
          url: programme?.url ?? network.url,
          isPractice: network.isPractice === true,
          definition,
          software: softwareOn(network, source.platform).find(({ programmeId }) => programmeId === definition.programmeId) ?? null,
          duties: (programme?.duties ?? []).map(({ title, sentence }) => ({ title, sentence })),
        }
      }),
    ),
    folder,
    houseId,
    resourcesFolder: host.resourcesFolder,
    tables: history.provider,
    source,
    docker,
    clock,
    log,
    secrets: host.secrets,
    refusal,
    loopback: outside.loopback,
    servers: () => ({ bandwidth: settings.values().bandwidthServer, stun: settings.values().stunServer, ntp: settings.values().ntpServer }),
    signs: networks.flatMap((network) => network.signs.map((sign) => ({ ...sign, programmeTitle: titleOf(network, sign.programmeId) }))),
    isOurs: providers.isOurs,
    asksOutside: host.keepsWatch,
    detected() {
      const detection = options.detection()
      return detection === null ? null : { machine: detection.machine, gpus: presentGpus(detection.gpus) }
    },
    cards: () => options.detection()?.gpus.filter(({ kind, lostSince }) => kind === 'gpu' && lostSince === null).length ?? null,
    judge(programmeId, readings) {
      const detection = options.detection()
      if (detection === null) return []
      return judge({ programmeId, networks: all, detection, gpuTable: options.gpuTable, at: clock.now(), markets: options.markets, prepared: { ...prepared(), readings } })
    },
    capital: (programmeId) => capitalOf(options.estimates(), programmeId) ?? capitalWithout(options.standIn(), programmeId),
    software: {
      start: byHand.start,
      stop: byHand.stop,
      reading: providers.reading,
      ...(host.keepsWatch ? {} : { look: providers.look }),
      isRunning: (programmeId) => providers.states().some((state) => state.programmeId === programmeId && !['not-set-up', 'stopped', 'failed'].includes(state.phase)),
      forget: providers.forget,
      enrolmentChanged: providers.enrolmentChanged,
    },
    onState(states) {
      stateParts = { ...stateParts, enrolments: states }
      tell()
    },
    onReadings(readings) {
      measuredAt = readings.measuredAt
      tell()
      options.onReadings()
    },
    onEvents: options.onEvents,
  })

  function cards(): SoftwareFacts['cards'] {
    return Object.entries(options.samples()).map(([gpuId, { utilisation, memoryUsedBytes }]) => ({ gpuId, utilisation, memoryUsedBytes }))
  }

  function prepared(): Prepared {
    return { readings: kept(), enrolled: (programmeId) => enrolment.known(programmeId) }
  }

  /** Readings nobody took yet are none: every part would only say so again. */
  function kept(): MachineReadings | null {
    const readings = enrolment.readings()
    return readings.measuredAt === 0 ? null : readings
  }

  function state(): ProgrammesState {
    return { ...stateParts, practice: programmeInfos([practice]), measuredAt }
  }

  function tell(): void {
    options.onState(state())
  }

  stateParts = { enrolments: enrolment.states(), providers: providers.states() }
  measuredAt = kept()?.measuredAt ?? null
  return {
    enrolment,
    providers,
    byHand,
    state,
    prepared,
    isOurs: providers.isOurs,
    watched: () => stateParts.providers.filter(({ programmeId, phase }) => phase !== 'not-set-up' && networkOf(programmeId)?.isPractice !== true).map((state) => ({ ...state, title: titleOfProgramme(state.programmeId), failures: state.failures })),
    offeredTo() {
      const running = stateParts.providers.find(({ programmeId, phase }) => networkOf(programmeId)?.isPractice !== true && onCards.has(phase))
      return running ? titleOfProgramme(running.programmeId) : null
    },
    marked(samples) {
      if (!stateParts.providers.some(({ kind, phase }) => kind === 'managed' && onCards.has(phase))) return samples
      return Object.fromEntries(Object.entries(samples).map(([gpuId, sample]) => [gpuId, { ...sample, processes: sample.processes.map((process) => (providers.isOurs(process.pid) ? { ...process, ours: true } : process)) }]))
    },
    async begin() {
      if (!host.keepsWatch || isRecorded) return
      await enrolment.begin()
      await providers.begin()
    },
    async stop() {
      await enrolment.close()
      await providers.close()
    },
  }
}

function networkOf(programmeId: string): AnyNetwork | undefined {
  return all.find((network) => network.programmes.some(({ id }) => id === programmeId))
}

function titleOfProgramme(programmeId: string): string {
  const network = networkOf(programmeId)
  return network ? titleOf(network, programmeId) : programmeId
}

function titleOf(network: AnyNetwork, programmeId: string): string {
  return network.programmes.find(({ id }) => id === programmeId)?.title ?? network.title
}

/** The hosts of its public endpoints, which alone may be asked. */
function hostsOf(programmeId: string): string[] {
  const endpoints = networkOf(programmeId)?.software.find((one) => one.programmeId === programmeId)?.endpoints ?? []
  return endpoints.flatMap(({ whose, url }) => (whose === 'public' && URL.canParse(url) ? [new URL(url).host] : []))
}

/** null: no card here could take part, so no row tells. */
function capitalOf(estimates: Estimate[], programmeId: string): EnrolmentReport['capital'] | null {
  const row = estimates.find((estimate) => estimate.programmeId === programmeId)
  return row ? row.capital.map(({ asset, amount, lockDays, slashable, why }) => ({ asset, amount, lockDays, slashable, why })) : null
}

/** What is locked depends on the card: that something is, and for how long, does not. */
function capitalWithout(estimates: Estimate[], programmeId: string): EnrolmentReport['capital'] {
  const row = estimates.find((estimate) => estimate.programmeId === programmeId)
  return (row?.capital ?? []).map(({ asset, amount, lockDays, slashable, why }) => ({ asset, amount: null, lockDays, slashable, why: amount === null ? why : `${why} For a ${row?.gpuName ?? 'card'} it is ${amount} ${asset}; no card was found here.` }))
}
