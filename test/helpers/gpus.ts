/** Starts the GPU service in a test and gathers what it tells. */
import { join } from 'node:path'
import { loadGpuTable } from '../../main/earnings/gpu-table.ts'
import { createGpus, type Gpus } from '../../main/gpu/index.ts'
import type { WorkerHandle } from '../../main/host.ts'
import { systemClock, type Clock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import type { MachineSource } from '../../main/system/machine-source.ts'
import { startNodeWorker } from '../../main/system/node-worker.ts'
import { openRecordedMachine } from '../../main/system/recorded-machine.ts'
import { createThisMachine } from '../../main/system/this-machine.ts'
import type { Detection } from '../../shared/machine.ts'
import type { GpusState, TelemetryState } from '../../shared/state.ts'

const root = join(import.meta.dirname, '../..')
export const resourcesFolder = join(root, 'resources')
export const gpuTable = loadGpuTable(resourcesFolder)
export const machineFolder = (name: string): string => join(root, 'test/machines', name)
export const brokenFolder = (name: string): string => join(root, 'test/machines-broken', name)

export interface GpusInTest {
  gpus: Gpus
  states: GpusState[]
  telemetry: TelemetryState[]
  /** Handles of the probes started so far. */
  workers: WorkerHandle[]
  /** Looks and hands back what was found; throws where the look failed. */
  look(): Promise<Detection>
}

export function gpusOn(source: MachineSource, options: { clock?: Clock; env?: Record<string, string> } = {}): GpusInTest {
  const states: GpusState[] = []
  const telemetry: TelemetryState[] = []
  const workers: WorkerHandle[] = []
  const gpus = createGpus({
    source,
    startWorker() {
      const worker = startNodeWorker(join(root, 'main/gpu/probe-worker.ts'), { env: options.env ?? {} })
      workers.push(worker)
      return worker
    },
    resourcesFolder,
    gpuTable,
    clock: options.clock ?? systemClock,
    log: createLog('silent', () => {}),
    onState: (state) => states.push(state),
    onTelemetry: (state) => telemetry.push(state),
  })
  return {
    gpus,
    states,
    telemetry,
    workers,
    async look() {
      const state = await gpus.look()
      if (state.phase !== 'ready') throw new Error(`the look ended as ${state.phase}`)
      return state.detection
    },
  }
}

export function gpusOnRecording(name: string, clock: Clock = systemClock): GpusInTest {
  return gpusOn(openRecordedMachine(machineFolder(name), clock), { clock })
}

export function gpusOnThisMachine(options: { clock?: Clock; env?: Record<string, string> } = {}): GpusInTest {
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
    facts: async () => ({ os: null, osVersion: null, cpuName: null, cpuCores: null, memoryBytes: null, diskFreeBytes: null, diskTotalBytes: null, isVirtual: null, isWsl: null, hasDocker: null, downMbps: null, upMbps: null }),
    recordedLayer: async (name) => layers[name] ?? null,
    ...rest,
  }
}
