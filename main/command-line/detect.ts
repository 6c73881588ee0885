/** `idlewatt detect`: which GPUs are in this machine, and what is wrong with them. */
import type { Detection, Gpu, Machine, Problem } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import { detectWith, findGpu, openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, memoryText, percentText, unknown, wrap, type Column } from './output.ts'

/** Of a card's problems those that make it unusable; the others say what is merely missing. */
const graveProblems = ['gpu-lost', 'gpu-reset-required', 'card-not-readable', 'cards-not-described']

/** 0: at least one GPU and nothing wrong with the machine; 1: no GPU, a driver that does not answer, or a card that is lost. */
export async function detect(call: Call): Promise<number> {
  const app = openApp(call, 'command-line')
  const found = await detectWith(app)
  const detection = call.common.gpu === null ? found : { ...found, gpus: [findGpu(found, call.common.gpu)] }
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document(detection)
  else await call.terminal.print(detectionText(detection))
  const isGrave = detection.gpus.some((gpu) => gpu.problems.some(({ id }) => graveProblems.includes(id)))
  return isGrave || detection.problems.length > 0 || !found.gpus.some((gpu) => gpu.kind === 'gpu') ? 1 : 0
}

/** The id is wide enough for a UUID, since it is what one copies into `--gpu`. */
const columns: Column[] = [
  { head: 'Card and id', flexible: true, least: 40 },
  { head: 'Memory', align: 'right' },
  { head: 'Driver', flexible: true, least: 8 },
  { head: 'PCI address', least: 12 },
  { head: 'Now', flexible: true, least: 11 },
  { head: 'Seen by', flexible: true, least: 7 },
]

export function detectionText(detection: Detection): string {
  const { machine, gpus, problems } = detection
  const parts = [machineText(machine)]
  if (gpus.length > 0) parts.push(drawTable(columns, gpus.map(gpuRow)))
  else parts.push('No GPU was found.')
  const all = [...problems.map((problem) => problemText(problem)), ...cardProblemTexts(detection)]
  if (all.length > 0) parts.push(all.join('\n'))
  return parts.join('\n\n')
}

/** What several cards share is said once, and what the machine's own problems say already not at all. */
function cardProblemTexts({ gpus, problems }: Detection): string[] {
  const shared = new Map<string, { problem: Problem; cards: Gpu[] }>()
  for (const gpu of gpus) {
    for (const problem of gpu.problems) {
      if (problems.some(({ id, sentence }) => id === problem.id && sentence === problem.sentence)) continue
      const key = JSON.stringify([problem.sentence, problem.remedy])
      const same = shared.get(key)
      if (same) same.cards.push(gpu)
      else shared.set(key, { problem, cards: [gpu] })
    }
  }
  return [...shared.values()].map(({ problem, cards }) => problemText(problem, cardsText(cards, gpus)))
}

/** "8 × NVIDIA H200, each"; where only some of that name are meant, by their places. */
function cardsText(cards: Gpu[], all: Gpu[]): string {
  const texts = [...new Set(cards.map(({ name }) => name))].map((name) => {
    const mine = cards.filter((gpu) => gpu.name === name)
    const isEvery = mine.length === all.filter((gpu) => gpu.name === name).length
    if (!isEvery) return `${name} (${mine.map(({ pciAddress, id }) => pciAddress ?? id).join(', ')})`
    return mine.length === 1 ? name : `${mine.length} × ${name}`
  })
  return `${texts.join(', ')}${cards.length > 1 ? ', each' : ''}`
}

function machineText(machine: Machine): string {
  const facts = [machine.os ?? machine.platform, machine.cpuName, machine.memoryBytes === null ? null : `${memoryText(machine.memoryBytes)} memory`, machine.diskFreeBytes === null ? null : `${memoryText(machine.diskFreeBytes)} free disk`]
  const line = facts.filter((fact) => fact !== null).join(' · ')
  return wrap(machine.recorded === null ? line : `Recorded machine "${machine.recorded}": ${line}`)
}

function gpuRow(gpu: Gpu): string[] {
  const kind = gpu.kind === 'cpu-device' ? ' (a processor, not a GPU)' : gpu.kind === 'virtual' ? ' (virtual)' : ''
  return [`${gpu.name}${kind}\n${gpu.id}`, memoryText(gpu.memoryBytes), gpu.driverVersion ?? unknown, gpu.pciAddress ?? unknown, sampleText(gpu.sample), gpu.seenBy.join(', ')]
}

/** Two lines, as the first column has two. */
function sampleText(sample: GpuSample | null): string {
  if (sample === null) return unknown
  const first = [sample.temperatureC === null ? null : `${Math.round(sample.temperatureC)} °C`, sample.powerW === null ? null : `${Math.round(sample.powerW)} W`]
  const lines = [first.filter((reading) => reading !== null).join(', '), sample.utilisation === null ? '' : `${percentText(sample.utilisation)} busy`]
  return lines.filter((line) => line !== '').join('\n') || unknown
}

export function problemText(problem: Problem, of?: string): string {
  return bullet([of === undefined ? null : `${of}:`, problem.sentence, problem.remedy].filter(Boolean).join(' '))
}
