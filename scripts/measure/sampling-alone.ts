/** Run as a process of its own by telemetry.ts: reads every card once a second and does nothing else with it. Prints "sampling N" at each turn. */
import { createGpus } from '../../main/gpu/index.ts'
import { loadGpuTable } from '../../main/earnings/gpu-table.ts'
import { systemClock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import { startNodeWorker } from '../../main/system/node-worker.ts'
import { createThisMachine } from '../../main/system/this-machine.ts'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const resourcesFolder = join(root, 'resources')

/** What telemetry.ts asks for by running this file. */
export async function sampleAlone(): Promise<void> {
  const gpus = createGpus({
    source: createThisMachine({ dataFolder: root }),
    startWorker: () => startNodeWorker(join(root, 'out', 'main', 'probe-worker.js')),
    resourcesFolder,
    gpuTable: loadGpuTable(resourcesFolder),
    clock: systemClock,
    log: createLog('error', (line) => void process.stderr.write(line)),
    onState: () => {},
    onTelemetry: () => {},
    book: { known: () => [], save: () => {}, forget: () => {} },
    onEvents: () => {},
    staysOn: false,
    steadyMs: () => performance.now(),
  })
  await gpus.look()
  gpus.record((turn) => void process.stdout.write(`sampling ${Object.values(turn.samples).filter((sample) => sample.utilisation !== null).length}\n`))
}

if (process.argv[1] === import.meta.filename) await sampleAlone()
