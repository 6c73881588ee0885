/** The probe: a process of its own that loads vendors' libraries, because they may hang or crash it. */
import { listOpenClDevices } from '../system/opencl.ts'
import { createThisMachine } from '../system/this-machine.ts'
import { endAllChildren } from '../system/run-program.ts'
import { openWorkerPort } from '../system/worker-port.ts'
import { createLayers } from './layers.ts'
import { loadNvml, nvmlPaths } from './nvidia/nvml-library.ts'
import { beatMs, type FromProbe, type ToProbe } from './probe-messages.ts'

const port = openWorkerPort()
const machine = createThisMachine({ dataFolder: process.cwd() })
const layers = createLayers({
  loadNvml: (on) => loadNvml(nvmlPaths(on.platform, process.env)),
  listOpenCl: listOpenClDevices,
  // Loaded where they are needed only: the probe that reads NVML all day does without their memory.
  nodeNvidiaSmi: (callback) => void import('node-nvidia-smi').then((loaded) => loaded.default(callback), callback),
  readSystemInformation: async (on) => (await import('./system-information.ts')).readSystemInformation(on),
})

let saidAt = 0

function say(message: FromProbe): void {
  saidAt = performance.now()
  port.send(message)
}

async function answer(id: number, question: Extract<ToProbe, { kind: 'ask' }>['question']): Promise<void> {
  try {
    const layer = layers[question.layer]
    const value = question.kind === 'detect' ? await layer.detect(machine, question.at) : ((await layer.sample?.(machine, question.at, question.cards)) ?? [])
    say({ kind: 'answer', id, ok: true, value })
  } catch (error) {
    say({ kind: 'answer', id, ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

/** Programs that still run must not outlive the probe: a hanging nvidia-smi that node-nvidia-smi started, for one. */
function leave(): void {
  endAllChildren()
  process.exit(0)
}

port.onClose(endAllChildren)
port.onMessage((message) => {
  const told = message as ToProbe
  if (told.kind === 'stop') leave()
  else void answer(told.id, told.question)
})
// An answer is a sign of life as well: while somebody watches, no beat is needed.
setInterval(() => {
  if (performance.now() - saidAt >= beatMs) say({ kind: 'beat' })
}, beatMs)
