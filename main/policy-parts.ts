/** Joins the run policy to the rest: what it may know of programmes, cards, prices and pay. Part of the wiring. */
import type { Estimate } from '../shared/earnings.ts'
import type { HistoryEvent } from '../shared/history.ts'
import type { Gpu } from '../shared/machine.ts'
import type { PolicyProgramme } from '../shared/policy-state.ts'
import type { RateReader } from './earnings/money-settings.ts'
import { priceStepsOf } from './earnings/price-steps.ts'
import type { Tariffs } from './earnings/tariffs.ts'
import { worthOf } from './earnings/worth.ts'
import type { Host } from './host.ts'
import { detectionOf } from './house.ts'
import { networks, practice, softwareOn } from './networks/index.ts'
import type { AnyNetwork } from './networks/network.ts'
import { cardsFor } from './policy/cards-for.ts'
import { createPolicy, type Policy } from './policy/index.ts'
import type { Programmes } from './programmes.ts'
import type { SettingsStore } from './state/settings.ts'
import type { Store } from './state/store.ts'
import type { Clock } from './system/clock.ts'
import type { Log } from './system/log.ts'
import type { MachineSource } from './system/machine-source.ts'

export interface PolicyParts {
  host: Host
  source: MachineSource
  clock: Clock
  log: Log
  steadyMs(): number
  settings: SettingsStore
  tariffs: Tariffs
  usdPerUnit: RateReader
  programmes: Programmes
  store: Store
  /** Settings were saved: windows are to be told. */
  onSettings(): void
  onEvents(events: HistoryEvent[]): void
}

const all: AnyNetwork[] = [practice, ...networks]

export function setUpPolicy(parts: PolicyParts): Policy {
  const { host, source, programmes, settings, store, tariffs } = parts
  const { providers } = programmes
  const policy = createPolicy({
    clock: parts.clock,
    log: parts.log,
    steadyMs: parts.steadyMs,
    source,
    senses: host.senses ?? null,
    keepAwake: host.keepAwake ?? null,
    dataFolder: host.dataFolder,
    settings: () => settings.values().policy,
    saveSettings(policy) {
      settings.change({ policy })
      parts.onSettings()
    },
    zone: tariffs.zone,
    cards,
    measured() {
      const { now } = store.read('benchmark')
      return now.phase === 'idle' ? [] : now.phase === 'running' ? now.cards.map(({ gpuId }) => gpuId) : now.gpuIds
    },
    programmes() {
      // As they were made last: making them takes longer than deciding may.
      const { estimates } = store.read('comparison')
      return all.flatMap((network) => programmesOf(network, estimates))
    },
    signs: networks.flatMap((network) => network.signs.map((sign) => ({ programmeId: sign.programmeId, title: titleOf(network, sign.programmeId), processNames: sign.processNames }))),
    prices: (at, lengthMs) => priceStepsOf(tariffs, { at, lengthMs, usdPerUnit: parts.usdPerUnit(settings.values().currency) }),
    isOurs: programmes.isOurs,
    ownContainers: () => providers.states().flatMap(({ containers }) => containers.map(({ id }) => id)),
    start: providers.start,
    finish: providers.finish,
    stop: providers.stop,
    keepsWatch: host.keepsWatch && source.recorded === null,
    onState: (state) => store.write('policy', state),
    onEvents: parts.onEvents,
  })
  store.write('policy', policy.state())
  return policy

  function cards(): Gpu[] {
    return detectionOf(store.read('gpus'))?.gpus ?? []
  }

  function programmesOf(network: AnyNetwork, estimates: readonly Estimate[]): PolicyProgramme[] {
    return softwareOn(network, source.platform).flatMap((definition): PolicyProgramme[] => {
      const programme = network.programmes.find(({ id }) => id === definition.programmeId)
      const state = providers.states().find(({ programmeId }) => programmeId === definition.programmeId)
      if (programme === undefined || state === undefined) return []
      const rows = estimates.filter(({ programmeId, verdict }) => programmeId === programme.id && verdict !== 'not-eligible')
      const isSetUp = state.phase !== 'not-set-up'
      const gpuIds = programme.demands.cards === 'none' ? [] : cardsFor({ gpus: cards(), joining: rows.flatMap((row) => row.gpuIds), isSetUp, now: parts.clock.now() })
      const hasNone = isSetUp && programme.demands.cards === 'all' && gpuIds.length === 0
      return [
        {
          programmeId: programme.id,
          title: programme.title,
          isPractice: network.isPractice === true,
          kind: definition.kind,
          isSetUp,
          cannotStart: state.phase === 'failed' || state.duplicate !== null ? state.because : hasNone ? 'no graphics card was found here.' : null,
          phase: state.phase,
          // Told by who starts it.
          refusals: 0,
          since: state.since,
          job: state.job === null ? null : { since: state.job.since },
          earning: state.earning,
          gpuIds,
          demands: programme.demands,
          worth: worthOf(rows),
          stopPrice: isSetUp ? providers.stopPrice(programme.id) : { sentence: '', usd: null, finishMinutes: null },
        },
      ]
    })
  }

  function titleOf(network: AnyNetwork, programmeId: string): string {
    return network.programmes.find(({ id }) => id === programmeId)?.title ?? network.title
  }
}
