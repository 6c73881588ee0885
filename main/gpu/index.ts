/** The GPUs of a machine: finds them, watches them, and keeps the app alive when a driver does not answer. */
import type { GpuTable } from '../../shared/gpu-table.ts'
import { presentGpus, type Detection, type Gpu, type KnownCard, type Machine } from '../../shared/machine.ts'
import type { GpusState, TelemetryState } from '../../shared/state.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import type { GpuSample, SampleTurn } from '../../shared/telemetry.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { unknownFacts } from '../system/machine-facts.ts'
import type { MachineFacts, MachineSource } from '../system/machine-source.ts'
import { NotPossible } from '../system/not-possible.ts'
import { driverAgeProblem } from './driver-floor.ts'
import { createIdentity } from './identity.ts'
import { driversLoading, withPatience } from './boot-retry.ts'
import { captureMachine, type MachineCapture } from './capture/index.ts'
import { watchChanges } from './change-watch.ts'
import { runtimeStatusOf } from './linux-power.ts'
import { lookAtAll } from './look.ts'
import { mergeLayers } from './merge.ts'
import { createPciNames } from './pci-names.ts'
import { recall, recallEarly, type CardBook } from './presence.ts'
import { createProbes } from './probes.ts'
import { createRescan } from './rescan.ts'
import { createSlumber } from './slumber.ts'
import { createTelemetry } from './telemetry.ts'
import type { LayerAnswer } from './vendor.ts'
import { whyNoOpenCl } from './why-no-opencl.ts'

export type { CardBook, MachineCapture }

export interface GpusOptions {
  source: MachineSource
  startWorker: (name: 'probe') => WorkerHandle
  resourcesFolder: string
  gpuTable: GpuTable
  clock: Clock
  log: Log
  onState(gpus: GpusState): void
  onTelemetry(telemetry: TelemetryState): void
  /** Remembers cards, so that they keep their ids and history. */
  book: CardBook
  /** What happened to cards: found, lost, returned, moved, driver changed, probe started again. */
  onEvents(events: HistoryEvent[]): void
  /** The app stays open: looks again while drivers load after a start of the system, and where something changed. */
  staysOn: boolean
  /** ms of a clock that never jumps. */
  steadyMs(): number
}

export interface Gpus {
  /** Looks (first look and re-scan alike); resolves once over; the outcome also goes to onState. Concurrent calls share one look. */
  look(): Promise<GpusState>
  /** Telemetry runs while a viewer's lease of 10 s is fresh. */
  watch(viewer: string, watching: boolean): void
  /** Samples this card once a second while held, whoever looks; for the watts of a benchmark. */
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  /** Samples every card that is here once a second while held, whoever looks; the listener must not throw. */
  record(listener: (turn: SampleTurn) => void): () => void
  /** Forgets a card that is lost for good. Throws NotPossible while it is here, or where there is no such card. */
  forget(gpuId: string): Promise<void>
  /** Reads this machine once more and gives it as a recorded machine. */
  capture(): Promise<MachineCapture>
  whyNoOpenCl(): Promise<string | null> // Sentences; null: it lists devices, or the machine is a recorded one.
  stop(): Promise<void>
}

export function createGpus(options: GpusOptions): Gpus {
  const { clock, steadyMs, log, book } = options
  const ending = new AbortController()
  const source: MachineSource = { ...options.source, run: (program, args, how) => options.source.run(program, args, { ...how, signal: ending.signal }) }
  const identity = createIdentity(knownCards)
  const pciNames = createPciNames(options.resourcesFolder)
  let detection: Detection | null = null
  let looking: { isQuiet: boolean; done: Promise<GpusState> } | null = null
  let stopped = false
  let measuring = 0 // Benchmarks and captures under way.

  const probes = createProbes({
    source,
    startWorker: () => options.startWorker('probe'),
    clock,
    steadyMs,
    log,
    onRestarted: (sentence) => tellEvents([{ at: clock.now(), id: 'probe-restarted', gpuId: null, sentence }]),
  })
  const rescan = createRescan({ isOn: options.staysOn, clock, steadyMs, log, isHeldUp: () => measuring > 0, look: () => void look(true) })
  const changes = options.staysOn ? watchChanges({ source, clock, steadyMs, onChange: rescan.doubt }) : null
  const slumber = createSlumber({
    steadyMs,
    maySleep,
    isWatched: (gpuId) => telemetry.isWatched(gpuId),
    runtimeStatusOf: (pciAddress) => runtimeStatusOf(source, pciAddress),
    onLeave: () => void (presentGpus(detection?.gpus ?? []).every((gpu) => gpu.vendor !== 'nvidia' || maySleep(gpu)) && probes.rest()),
  })
  const telemetry = createTelemetry({
    clock,
    steadyMs,
    log,
    isLive: source.recorded === null,
    cards: () => detection?.gpus ?? noCards,
    probes,
    awake: slumber.awake,
    onSample: slumber.saw,
    onDoubt: rescan.doubt,
    onRest: () => void probes.rest(),
    onTelemetry: options.onTelemetry,
  })

  /** Only laptops switch cards off, and only Linux says of one that it is, without waking it. */
  function maySleep(gpu: Gpu): boolean {
    return source.platform === 'linux' && detection?.machine.surroundings?.isLaptop === true && gpu.isIntegrated !== true
  }

  /** A book that cannot be read costs the memory of cards, not the cards. */
  function knownCards(): KnownCard[] {
    try {
      return book.known()
    } catch (error) {
      log.error('the known cards could not be read', { error: String(error) })
      return []
    }
  }

  function remember(cards: KnownCard[]): void {
    try {
      if (cards.length > 0) book.save(cards)
    } catch (error) {
      log.error('the known cards could not be kept', { error: String(error) })
    }
  }

  function tellEvents(events: HistoryEvent[]): void {
    if (events.length > 0 && !stopped) options.onEvents(events)
  }

  function merge(answers: LayerAnswer[], machine: Machine, final: boolean): Detection {
    return mergeLayers(answers, {
      machine: withFacts(machine, answers),
      gpuTable: options.gpuTable,
      pciNames,
      identity,
      driverAge: (version) => driverAgeProblem(options.resourcesFolder, source.platform, version),
      final,
      at: clock.now(),
    })
  }

  async function lookOnce(isQuiet: boolean): Promise<GpusState> {
    const since = clock.now()
    const previous = detection
    if (!isQuiet) options.onState({ phase: 'looking', since, previous })
    const machineFound = readMachine(source)
    let machine: Machine | null = null
    let answers: LayerAnswer[] = []
    let isOver = false
    let told = ''

    /** Something to show before the slowest layer is through. A card of NVIDIA waits for its driver, so that its id is the final one. */
    function tellEarly(nvidiaSettled: boolean): void {
      // What an earlier look found is shown meanwhile: cards of slow layers would vanish from it for seconds.
      if (isOver || stopped || machine === null || isQuiet || presentGpus(previous?.gpus ?? []).some((gpu) => gpu.kind === 'gpu')) return
      const early = recallEarly(merge(nvidiaSettled ? answers : answers.map(withoutNvidia), machine, false), knownCards())
      const summary = JSON.stringify([early.gpus, early.problems])
      if (!presentGpus(early.gpus).some((gpu) => gpu.kind === 'gpu') || summary === told) return
      told = summary
      detection = early
      options.onState({ phase: 'ready', detection: early })
    }

    try {
      let settled = false
      void machineFound.then((found) => {
        machine = found
        tellEarly(settled)
      })
      answers = await lookAtAll({
        source,
        clock,
        log,
        detect: probes.detect,
        onProgress(soFar, nvidiaSettled) {
          answers = soFar
          settled = nvidiaSettled
          tellEarly(nvidiaSettled)
        },
      })
      const found = merge(answers, await machineFound, true)
      isOver = true
      return conclude(found, answers, previous)
    } catch (error) {
      isOver = true
      log.error('looking for GPUs failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      rescan.doubt('the look failed')
      const problem = { id: 'look-failed', sentence: 'Looking for GPUs failed inside Idlewatt. The log has the details.', remedy: 'Look again; please report it if it stays so.' }
      return tell({ phase: 'failed', problem, previous, retryAt: null })
    } finally {
      await probes.endListing()
      // Nobody may be looking: then the driver's probe rests as well, once its time is over.
      if (!stopped) telemetry.settle()
    }
  }

  /** Every layer has answered. */
  function conclude(found: Detection, answers: LayerAnswer[], previous: Detection | null): GpusState {
    const retry = source.recorded === null ? rescan.patience(found) : null
    const recalled = recall(found, knownCards(), answers, retry ? driversLoading : null, previous)
    detection = retry ? withPatience(recalled.detection) : recalled.detection
    remember(recalled.save)
    const state = tell({ phase: 'ready', detection, retry })
    tellEvents(recalled.events)
    if (!stopped) rescan.looked(detection, retry)
    return state
  }

  function tell(state: GpusState): GpusState {
    if (!stopped) options.onState(state)
    return state
  }

  function look(isQuiet: boolean): Promise<GpusState> {
    if (looking === null) {
      looking = { isQuiet, done: lookOnce(isQuiet).finally(() => (looking = null)) }
    } else if (looking.isQuiet && !isQuiet) {
      looking.isQuiet = false
      options.onState({ phase: 'looking', since: clock.now(), previous: detection })
    }
    return looking.done
  }

  function follow(gpuId: string, listener: (sample: GpuSample) => void): () => void {
    const end = telemetry.follow(gpuId, listener)
    let isOver = false
    measuring += 1
    return () => {
      if (!isOver) measuring -= 1
      isOver = true
      end()
    }
  }

  return {
    look: () => look(false),
    watch: telemetry.watch,
    follow,
    record: telemetry.record,
    async forget(gpuId) {
      const card = detection?.gpus.find((gpu) => gpu.id === gpuId)
      if (!card && !knownCards().some((known) => known.gpuId === gpuId)) throw new NotPossible('There is no such card to forget.')
      if (card && card.lostSince === null) throw new NotPossible(`${card.name} is here: only a card that is lost can be forgotten.`)
      if (card?.problems.some(({ id }) => id === 'gpu-lost')) throw new NotPossible(`The driver still lists ${card.name}: take the card out or restart the machine, look again, and then forget it.`)
      book.forget(gpuId)
      identity.forget(gpuId)
      if (!detection) return
      detection = { ...detection, gpus: detection.gpus.filter((gpu) => gpu.id !== gpuId) }
      if (looking === null) tell({ phase: 'ready', detection })
    },
    async capture() {
      measuring += 1
      try {
        return await captureMachine({ source, clock, askLibrary: probes.capture })
      } finally {
        measuring -= 1
        await probes.endListing()
        telemetry.settle()
      }
    },
    whyNoOpenCl: () => whyNoOpenCl(source, probes),
    async stop() {
      stopped = true
      ending.abort()
      rescan.stop()
      changes?.stop()
      telemetry.stop()
      await probes.stop()
      await looking?.done
    },
  }
}

/** One list, so that who compares lists finds nothing new. */
const noCards: Gpu[] = []

async function readMachine(source: MachineSource): Promise<Machine> {
  const facts = await source.facts()
  return { platform: source.platform, arch: source.arch, ...facts, recorded: source.recorded }
}

/** What a layer learned on the way fills gaps; it never overrules. */
function withFacts(machine: Machine, answers: LayerAnswer[]): Machine {
  const filled: Record<string, unknown> = { ...machine }
  for (const { facts } of answers) {
    for (const key of Object.keys(unknownFacts) as (keyof MachineFacts)[]) filled[key] ??= facts?.[key] ?? null
  }
  return filled as unknown as Machine
}

function withoutNvidia(answer: LayerAnswer): LayerAnswer {
  return { ...answer, cards: answer.cards.filter((card) => card.vendor !== 'nvidia') }
}
