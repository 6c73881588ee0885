/** `idlewatt detect`: which GPUs are in this machine, and what is wrong with them. */
import type { Detection, Gpu, Machine, Problem } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import { detectWith, findGpu, openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, memoryText, percentText, unknown, wrap, type Column } from './output.ts'

/** 0: at least one GPU and nothing wrong with the machine; 1: no GPU, or a driver that does not answer. */
export async function detect(call: Call): Promise<number> {
  const app = openApp(call, 'command-line')
  const found = await detectWith(app)
  const detection = call.common.gpu === null ? found : { ...found, gpus: [findGpu(found, call.common.gpu)] }
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document(detection)
  else await call.terminal.print(detectionText(detection))
  return detection.problems.length > 0 || !found.gpus.some((gpu) => gpu.kind === 'gpu') ? 1 : 0
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
  const all = [...problems.map((problem) => problemText(problem)), ...gpus.flatMap((gpu) => gpu.problems.map((problem) => problemText(problem, gpu.name)))]
  if (all.length > 0) parts.push(all.join('\n'))
  return parts.join('\n\n')
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
