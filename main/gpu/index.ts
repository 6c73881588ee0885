/** The GPUs of a machine: finds them, watches them, and keeps the app alive when a driver does not answer. */
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Detection, DetectionLayer, Machine } from '../../shared/machine.ts'
import type { GpusState, TelemetryState } from '../../shared/state.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { unknownFacts } from '../system/machine-facts.ts'
import type { MachineFacts, MachineSource } from '../system/machine-source.ts'
import { driverAgeProblem } from './driver-floor.ts'
import { createIdentity } from './identity.ts'
import { createLayers, noLibraries } from './layers.ts'
import { lookAtAll, needsNoProcess } from './look.ts'
import { mergeLayers } from './merge.ts'
import { createPciNames } from './pci-names.ts'
import { createProbe, ProbeFailure, type Probe } from './probe.ts'
import { createTelemetry } from './telemetry.ts'
import type { CardKey, LayerAnswer, SampleSeen } from './vendor.ts'

export interface GpusOptions {
  source: MachineSource
  startWorker: (name: 'probe') => WorkerHandle
  resourcesFolder: string
  gpuTable: GpuTable
  clock: Clock
  log: Log
  onState(gpus: GpusState): void
  onTelemetry(telemetry: TelemetryState): void
}

export interface Gpus {
  /** Looks (first look and re-scan alike); resolves once over; the outcome also goes to onState. Concurrent calls share one look. */
  look(): Promise<GpusState>
  /** Telemetry runs while a viewer's lease of 10 s is fresh. */
  watch(viewer: string, watching: boolean): void
  /** Samples this card once a second while held, whoever looks; for the watts of a benchmark. */
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  stop(): Promise<void>
}

export function createGpus(options: GpusOptions): Gpus {
  const { clock, log } = options
  const ending = new AbortController()
  const source: MachineSource = { ...options.source, run: (program, args, how) => options.source.run(program, args, { ...how, signal: ending.signal }) }
  const layers = createLayers(noLibraries)
  const identity = createIdentity()
  const pciNames = createPciNames(options.resourcesFolder)
  // A library that hangs or crashes takes only its own process along.
  const probes: Record<'driver' | 'listing' | 'system', Probe> = { driver: newProbe('driver'), listing: newProbe('listing'), system: newProbe('system') }
  let detection: Detection | null = null
  let looking: Promise<GpusState> | null = null
  let stopped = false

  const telemetry = createTelemetry({
    clock,
    log,
    cards: () => detection?.gpus ?? [],
    isBusy: () => looking !== null,
    sample: sampleLayer,
    onRest: () => void probes.driver.end(),
    onTelemetry: options.onTelemetry,
  })

  function newProbe(name: string): Probe {
    return createProbe({ name, startWorker: () => options.startWorker('probe'), clock, log })
  }

  /** A recording and the kernel's files are read here; libraries and tools of this machine in a probe. */
  function probeFor(layer: DetectionLayer): Probe | null {
    if (source.recorded !== null || layer === 'sysfs' || layer === 'rocm-smi') return null
    return layer === 'opencl' ? probes.listing : layer === 'os' ? probes.system : probes.driver
  }

  async function detectLayer(layer: DetectionLayer, deadlineMs: number): Promise<LayerAnswer> {
    if (stopped) throw new ProbeFailure('died', 'Idlewatt is ending')
    const probe = probeFor(layer)
    if (!probe) return layers[layer].detect(source, clock.now())
    return (await needsNoProcess(source, layer)) ?? probe.ask({ kind: 'detect', layer, at: clock.now() }, deadlineMs)
  }

  async function sampleLayer(layer: DetectionLayer, cards: CardKey[], deadlineMs: number): Promise<SampleSeen[]> {
    const probe = probeFor(layer)
    if (!probe) return (await layers[layer].sample?.(source, clock.now(), cards)) ?? []
    return probe.ask({ kind: 'sample', layer, at: clock.now(), cards }, deadlineMs)
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

  async function lookOnce(): Promise<GpusState> {
    const since = clock.now()
    const previous = detection
    options.onState({ phase: 'looking', since, previous })
    const machineFound = readMachine(source)
    let machine: Machine | null = null
    let answers: LayerAnswer[] = []
    let isOver = false
    let told = ''

    /** Something to show before the slowest layer is through. A card of NVIDIA waits for its driver, so that its id is the final one. */
    function tellEarly(nvidiaSettled: boolean): void {
      if (isOver || stopped || machine === null) return
      const early = merge(nvidiaSettled ? answers : answers.map(withoutNvidia), machine, false)
      const summary = JSON.stringify([early.gpus, early.problems])
      if (!early.gpus.some((gpu) => gpu.kind === 'gpu') || summary === told) return
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
        detect: detectLayer,
        onProgress(soFar, nvidiaSettled) {
          answers = soFar
          settled = nvidiaSettled
          tellEarly(nvidiaSettled)
        },
      })
      const found = merge(answers, await machineFound, true)
      isOver = true
      detection = found
      return tell({ phase: 'ready', detection: found })
    } catch (error) {
      isOver = true
      log.error('looking for GPUs failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      const problem = { id: 'look-failed', sentence: 'Looking for GPUs failed inside Idlewatt. The log has the details.', remedy: 'Look again; please report it if it stays so.' }
      return tell({ phase: 'failed', problem, previous, retryAt: null })
    } finally {
      await Promise.all([probes.listing.end(), probes.system.end()])
      // Nobody may be looking: then the driver's probe rests as well, once its time is over.
      if (!stopped) telemetry.settle()
    }
  }

  function tell(state: GpusState): GpusState {
    if (!stopped) options.onState(state)
    return state
  }

  return {
    look() {
      looking ??= lookOnce().finally(() => (looking = null))
      return looking
    },
    watch: telemetry.watch,
    follow: telemetry.follow,
    async stop() {
      stopped = true
      ending.abort()
      telemetry.stop()
      await Promise.all(Object.values(probes).map((probe) => probe.end()))
      await looking
    },
  }
}

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
