/** What is wrong, as sentences: with one card, and with the machine as a whole. Pure. */
import type { DetectionLayer, Gpu, Machine, Problem } from '../../shared/machine.ts'
import { driverGoneIds, driverMissingIn, kernelCardHandedIn, noGpuIn } from './place-troubles.ts'
import { isEmptySample } from './reading.ts'
import type { LayerAnswer } from './vendor.ts'

const nvidiaLayers: readonly DetectionLayer[] = ['nvml', 'nvidia-smi']

export interface CardTroubleInput {
  /** What the layers themselves said of the card. */
  own: Problem[]
  name: Problem | null
  answers: readonly LayerAnswer[]
  machine: Machine
  final: boolean
}

export function cardProblems(gpu: Gpu, { own, name, answers, machine, final }: CardTroubleInput): Problem[] {
  // A card that is lost answers nothing: what else is missing follows from that.
  if (own.some(({ id }) => id === 'gpu-lost')) return own
  const problems = [...own]
  if (name) problems.push(name)
  if (!final || gpu.kind !== 'gpu') return problems

  const driver = gpu.vendor === 'nvidia' ? nvidiaDriverProblem(gpu, answers, machine) : null
  if (driver && !own.some(({ id }) => id === 'set-aside-for-vm')) problems.push(driver)
  if (!driver && gpu.seenBy.length === 1) problems.push(oneLayerProblem(gpu.seenBy[0]!, gpu, machine))
  return problems
}

/** Why the driver does not speak for a card that something else sees; null: it does. */
function nvidiaDriverProblem(gpu: Gpu, answers: readonly LayerAnswer[], machine: Machine): Problem | null {
  if (gpu.seenBy.some((layer) => nvidiaLayers.includes(layer))) return null
  const asked = answers.filter((answer) => nvidiaLayers.includes(answer.layer))
  const broken = asked.find((answer) => answer.state === 'failed')
  if (broken) return broken.problems[0] ?? null
  if (!asked.some((answer) => answer.state === 'answered')) return driverMissingIn(machine, gpu)
  return {
    id: gpu.seenBy.length === 1 ? 'seen-by-one-layer' : 'not-seen-by-driver',
    sentence: `${listed(gpu.seenBy)} ${gpu.seenBy.length === 1 ? 'sees' : 'see'} this card, but the NVIDIA driver does not list it, so ${hasNoReadings(gpu, machine) ? 'there are no readings of it' : 'most readings of it are missing'}.`,
    remedy: 'Restart the machine. If it stays so, the card may be too old or too new for this driver, or its power cables may be loose.',
  }
}

/** Of this card nobody reads anything. Windows' counters are read only when cards are watched: a look does not know them yet. */
function hasNoReadings(gpu: Gpu, machine: Machine): boolean {
  if (gpu.sample === null) return !(machine.platform === 'win32' && gpu.seenBy.includes('os'))
  return isEmptySample(gpu.sample)
}

function oneLayerProblem(layer: DetectionLayer, gpu: Gpu, machine: Machine): Problem {
  const who: Record<DetectionLayer, string> = { nvml: 'the NVIDIA driver’s library (NVML)', 'nvidia-smi': 'nvidia-smi', 'amd-smi': 'amd-smi', 'rocm-smi': 'rocm-smi', sysfs: 'the Linux kernel', opencl: 'OpenCL', os: 'the operating system' }
  const without = hasNoReadings(gpu, machine)
  // Graphics drivers are part of macOS.
  const maker = machine.platform === 'darwin' ? null : 'Install or update the driver from the card’s maker.'
  if (layer === 'opencl') {
    return { id: 'seen-by-one-layer', sentence: `Only OpenCL sees this card${without ? ': its temperature, power and use cannot be read' : ''}.`, remedy: maker }
  }
  if (gpu.vendor === 'apple') {
    const readings = without ? 'macOS lists this GPU, but gives no readings of it; OpenCL does not offer it either' : 'macOS lists this GPU and gives readings of it, but OpenCL does not offer it'
    return { id: 'seen-by-one-layer', sentence: `${readings}, so it cannot be measured here.`, remedy: null }
  }
  if (layer === 'os' && without) return { id: 'seen-by-one-layer', sentence: 'Only the operating system lists this card: there are no readings of it, and it cannot be measured.', remedy: maker }
  return {
    id: 'seen-by-one-layer',
    sentence: `Only ${who[layer]} sees this card: no OpenCL driver offers it, so it cannot be measured here.`,
    remedy: layer === 'os' ? maker : (kernelCardHandedIn(gpu.vendor, machine) ?? openClRemedy(gpu)),
  }
}

function openClRemedy(gpu: Gpu): string {
  if (gpu.vendor === 'nvidia') return 'Install the OpenCL part of the NVIDIA driver (on Ubuntu: libnvidia-compute, on Debian: nvidia-opencl-icd), then look again.'
  if (gpu.vendor === 'amd') return 'Install AMD’s OpenCL (part of ROCm, or mesa-opencl-icd), then look again.'
  if (gpu.vendor === 'intel') return 'Install Intel’s OpenCL (intel-opencl-icd), then look again.'
  return 'Install the OpenCL driver of the card’s maker, then look again.'
}

function listed(layers: DetectionLayer[]): string {
  const names: Record<DetectionLayer, string> = { nvml: 'NVML', 'nvidia-smi': 'nvidia-smi', 'amd-smi': 'amd-smi', 'rocm-smi': 'rocm-smi', sysfs: 'the Linux kernel', opencl: 'OpenCL', os: 'the operating system' }
  const text = layers.map((layer) => names[layer]).join(' and ')
  return layers.length === 1 ? `Only ${text}` : text.charAt(0).toUpperCase() + text.slice(1)
}

export interface MachineTroubleInput {
  machine: Machine
  final: boolean
  driverAge(version: string | null): Problem | null
}

export function machineProblems(gpus: Gpu[], answers: readonly LayerAnswer[], { machine, final, driverAge }: MachineTroubleInput): Problem[] {
  const nvidia = gpus.filter((gpu) => gpu.kind === 'gpu' && gpu.vendor === 'nvidia')
  const kernel = answers.find((answer) => answer.layer === 'sysfs' && answer.state === 'answered')
  const problems: Problem[] = []
  function add(problem: Problem | null): void {
    if (problem && !problems.some(({ id, sentence }) => id === problem.id && sentence === problem.sentence)) problems.push(problem)
  }
  for (const problem of answers.flatMap((answer) => answer.problems)) {
    // A driver package without a card is no trouble where the kernel sees that there is none, but another maker's.
    if (problem.id === 'driver-not-loaded' && kernel && nvidia.length === 0 && gpus.some((gpu) => gpu.kind === 'gpu')) continue
    add(problem)
  }
  if (final) for (const problem of nvidia.flatMap((gpu) => gpu.problems)) if (driverGoneIds.has(problem.id)) add(problem)
  for (const version of new Set(nvidia.filter((gpu) => gpu.seenBy.some((layer) => nvidiaLayers.includes(layer))).map((gpu) => gpu.driverVersion))) add(driverAge(version))
  const saysNothing = problems.length === 0 || (kernel !== undefined && problems.every(({ id }) => id === 'driver-not-loaded'))
  if (final && saysNothing && !gpus.some((gpu) => gpu.kind === 'gpu')) add(noGpu(gpus, machine))
  return problems
}

function noGpu(others: Gpu[], machine: Machine): Problem {
  const processor = others.find((gpu) => gpu.kind === 'cpu-device')
  const adapter = others.find((gpu) => gpu.kind === 'virtual')
  const processorWords = processor ? ' The processor offers OpenCL and is listed, but it is no GPU.' : ''
  const here = noGpuIn(machine, others, processorWords)
  if (here) return here
  const besides = processor ? processorWords : adapter ? ` ${adapter.name} is a virtual adapter and cannot compute.` : ''
  return {
    id: 'no-gpu',
    sentence: `No GPU was found in this machine.${besides}`,
    remedy: 'If there is one, check that it sits firmly, has its power cables, shows in the system’s device list (`lspci`, Device Manager), and that its driver is installed. You can still ask what a card would earn.',
  }
}
