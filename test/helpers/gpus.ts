/** Starts the GPU service in a test and gathers what it tells. */
import { join } from 'node:path'
import { loadGpuTable } from '../../main/earnings/gpu-table.ts'
import { createGpus, type Gpus } from '../../main/gpu/index.ts'
import type { CardBook } from '../../main/gpu/presence.ts'
import type { FromProbe, ProbeQuestion, ToProbe } from '../../main/gpu/probe-messages.ts'
import { absent } from '../../main/gpu/vendor.ts'
import type { WorkerHandle } from '../../main/host.ts'
import { systemClock, type Clock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import { unknownFacts } from '../../main/system/machine-facts.ts'
import type { MachineSource } from '../../main/system/machine-source.ts'
import { startNodeWorker } from '../../main/system/node-worker.ts'
import { openRecordedMachine } from '../../main/system/recorded-machine.ts'
import { createThisMachine } from '../../main/system/this-machine.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import type { Detection, KnownCard } from '../../shared/machine.ts'
import type { GpusState, TelemetryState } from '../../shared/state.ts'

const root = join(import.meta.dirname, '../..')
export const resourcesFolder = join(root, 'resources')
export const gpuTable = loadGpuTable(resourcesFolder)
export const machineFolder = (name: string): string => join(root, 'test/machines', name)
export const brokenFolder = (name: string): string => join(root, 'test/machines-broken', name)

export interface GpusTestOptions {
  clock?: Clock
  env?: Record<string, string>
  /** In place of the real probe's process. */
  startWorker?: () => WorkerHandle
  book?: CardBook
  staysOn?: boolean
  steadyMs?: () => number
}

/** A book that lasts as long as the test. */
export function bookInMemory(cards: KnownCard[] = []): CardBook & { cards: KnownCard[] } {
  const book = {
    cards,
    known: () => structuredClone(book.cards),
    save(more: KnownCard[]) {
      book.cards = [...book.cards.filter((old) => !more.some((one) => one.gpuId === old.gpuId)), ...structuredClone(more)]
    },
    forget: (gpuId: string) => void (book.cards = book.cards.filter((card) => card.gpuId !== gpuId)),
  }
  return book
}

export interface GpusInTest {
  gpus: Gpus
  states: GpusState[]
  telemetry: TelemetryState[]
  events: HistoryEvent[]
  /** Handles of the probes started so far. */
  workers: WorkerHandle[]
  /** Looks and hands back what was found; throws where the look failed. */
  look(): Promise<Detection>
}

export function gpusOn(source: MachineSource, options: GpusTestOptions = {}): GpusInTest {
  const states: GpusState[] = []
  const telemetry: TelemetryState[] = []
  const events: HistoryEvent[] = []
  const workers: WorkerHandle[] = []
  const gpus = createGpus({
    source,
    startWorker() {
      const worker = options.startWorker?.() ?? startNodeWorker(join(root, 'main/gpu/probe-worker.ts'), { env: options.env ?? {} })
      workers.push(worker)
      return worker
    },
    resourcesFolder,
    gpuTable,
    clock: options.clock ?? systemClock,
    log: createLog('silent', () => {}),
    onState: (state) => states.push(state),
    onTelemetry: (state) => telemetry.push(state),
    book: options.book ?? bookInMemory(),
    onEvents: (more) => events.push(...more),
    staysOn: options.staysOn ?? false,
    // Steady and wall time are the same in a test, unless it says otherwise.
    steadyMs: options.steadyMs ?? (options.clock ? options.clock.now : () => performance.now()),
  })
  return {
    gpus,
    states,
    telemetry,
    events,
    workers,
    async look() {
      const state = await gpus.look()
      if (state.phase !== 'ready') throw new Error(`the look ended as ${state.phase}`)
      return state.detection
    },
  }
}

export function gpusOnRecording(name: string, clock: Clock = systemClock, options: GpusTestOptions = {}): GpusInTest {
  return gpusOn(openRecordedMachine(machineFolder(name), clock), { ...options, clock })
}

export function gpusOnThisMachine(options: GpusTestOptions = {}): GpusInTest {
  return gpusOn(createThisMachine({ dataFolder: root }), options)
}

/** A machine of a few commands and files, without a folder. */
export function machineOf(parts: Partial<MachineSource> & { commands?: Record<string, string>; files?: Record<string, string>; layers?: Record<string, unknown> }): MachineSource {
  const { commands = {}, files = {}, layers = {}, ...rest } = parts
  return {
    platform: 'linux',
    arch: 'x64',
    recorded: 'in-test',
    async run(program, args) {
      const stdout = commands[[program, ...args].join(' ')]
      return stdout === undefined ? { kind: 'not-found' } : { kind: 'done', exitCode: 0, stdout, stderr: '' }
    },
    readFile: async (path) => files[path] ?? null,
    async listFolder(path) {
      return [...new Set(Object.keys(files).filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1).split('/')[0]!))]
    },
    readBytes: async (path) => (files[path] === undefined ? null : Buffer.from(files[path], 'latin1')),
    openGraphicsFiles: async () => ({ files: Object.keys(files).map((path) => /^\/proc\/(\d+)\/fdinfo\/(\d+)$/.exec(path)).filter((match) => match !== null).map((match) => ({ pid: Number(match[1]), fd: Number(match[2]) })), isComplete: true }),
    facts: async () => unknownFacts,
    recordedLayer: async (name) => layers[name] ?? null,
    ...rest,
  }
}

/** A probe's process that answers at once: `answer` gives the value, or throws what its library says. */
export function workerThatAnswers(answer: (question: ProbeQuestion) => unknown): WorkerHandle {
  const listeners: ((message: unknown) => void)[] = []
  const exits: ((how: { code: number | null; signal: string | null }) => void)[] = []
  const say = (message: FromProbe): void => listeners.forEach((listen) => listen(message))
  const exit = (): void => exits.splice(0).forEach((told) => told({ code: 0, signal: null }))
  return {
    pid: undefined,
    send(raw) {
      const message = raw as ToProbe
      if (message.kind === 'stop') return queueMicrotask(exit)
      const { id, question } = message
      queueMicrotask(() => {
        try {
          say({ kind: 'answer', id, ok: true, value: answer(question) })
        } catch (error) {
          say({ kind: 'answer', id, ok: false, message: String(error instanceof Error ? error.message : error), isDriver: true })
        }
      })
    },
    onMessage: (listener) => void listeners.push(listener),
    onExit: (listener) => void exits.push(listener),
    kill: exit,
  }
}

/** A live machine that has nothing but these files and commands: no library answers. */
export function bareWorker(): WorkerHandle {
  return workerThatAnswers((question) => (question.kind === 'detect' ? absent(question.layer) : []))
}
