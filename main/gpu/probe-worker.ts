/** The probe: a process of its own that loads vendors' libraries, because they may hang or crash it. */
import { startDeadMan } from '../system/dead-man.ts'
import { listOpenClDevices } from '../system/opencl.ts'
import { createThisMachine } from '../system/this-machine.ts'
import { endAllChildren } from '../system/run-program.ts'
import { openWorkerPort } from '../system/worker-port.ts'
import type { LayerName } from '../system/machine-source.ts'
import { createLayers } from './layers.ts'
import { LayerSilent, sampleOrSayWhy } from './layer-silent.ts'
import { loadNvml, nvmlPaths } from './nvidia/nvml-library.ts'
import type { CardKey } from './vendor.ts'
import { beatMs, memoryBeatMs, type FromProbe, type ProbeQuestion, type ToProbe } from './probe-messages.ts'

const port = openWorkerPort()
const machine = createThisMachine({ dataFolder: process.cwd() })
const layers = createLayers({
  loadNvml: (on) => loadNvml(nvmlPaths(on.platform, process.env)),
  listOpenCl: listOpenClDevices,
  // Loaded where they are needed only: the probe that reads NVML all day does without their memory.
  nodeNvidiaSmi: (callback) => void import('node-nvidia-smi').then((loaded) => loaded.default(callback), callback),
  readSystemInformation: async (on) => (await import('./system-information.ts')).readSystemInformation(on),
})

/** Longer than the longest deadline of a question: by then the app has ended this process, if it is still there. */
const hangSeconds = 90
const deadMan = startDeadMan(hangSeconds)

let saidAt = 0

function say(message: FromProbe): void {
  saidAt = performance.now()
  port.send(message)
}

let asked: { json: string; cards: CardKey[] } = { json: '[]', cards: [] }

function cardsIn(json: string): CardKey[] {
  if (asked.json !== json) asked = { json, cards: JSON.parse(json) as CardKey[] }
  return asked.cards
}

function replyTo(question: ProbeQuestion): Promise<unknown> {
  if (question.kind === 'capture') return captureLibrary(question.layer)
  const layer = layers[question.layer]
  return question.kind === 'detect' ? layer.detect(machine, question.at) : sampleOrSayWhy(layer, machine, question.at, cardsIn(question.cards))
}

/** null: the library is not on this machine. */
async function captureLibrary(layer: LayerName): Promise<unknown> {
  if (layer === 'opencl') return listOpenClDevices()
  if (layer === 'systeminformation') return (await import('./system-information.ts')).readSystemInformation(machine)
  const nvml = loadNvml(nvmlPaths(machine.platform, process.env))
  return nvml === null ? null : (await import('./nvidia/nvml-dump.ts')).dumpNvml(nvml)
}

async function answer(id: number, question: ProbeQuestion): Promise<void> {
  try {
    const value = await replyTo(question)
    say(question.kind === 'sample' ? { kind: 'samples', id, json: JSON.stringify(value) } : { kind: 'answer', id, ok: true, value })
  } catch (error) {
    const isDriver = error instanceof LayerSilent
    say({ kind: 'answer', id, ok: false, message: isDriver ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error), isDriver })
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
let beatAt = 0
// An answer is a sign of life as well: while cards are sampled, a beat is for the memory alone.
setInterval(() => {
  deadMan.alive()
  const now = performance.now()
  if (now - saidAt < beatMs - 100 && now - beatAt < memoryBeatMs) return
  beatAt = now
  say({ kind: 'beat', rssBytes: process.memoryUsage.rss() })
}, beatMs)
