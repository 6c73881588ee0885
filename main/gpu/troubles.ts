/** What is wrong, as sentences: with one card, and with the machine as a whole. Pure. */
import type { DetectionLayer, Gpu, Problem } from '../../shared/machine.ts'
import { driverMissing } from './nvidia/problems.ts'
import type { LayerAnswer } from './vendor.ts'

const nvidiaLayers: readonly DetectionLayer[] = ['nvml', 'nvidia-smi']

export interface CardTroubleInput {
  /** What the layers themselves said of the card. */
  own: Problem[]
  name: Problem | null
  answers: readonly LayerAnswer[]
  final: boolean
}

export function cardProblems(gpu: Gpu, { own, name, answers, final }: CardTroubleInput): Problem[] {
  // A card that is lost answers nothing: what else is missing follows from that.
  if (own.some(({ id }) => id === 'gpu-lost')) return own
  const problems = [...own]
  if (name) problems.push(name)
  if (!final || gpu.kind !== 'gpu') return problems

  const driver = gpu.vendor === 'nvidia' ? nvidiaDriverProblem(gpu, answers) : null
  if (driver && !own.some(({ id }) => id === 'set-aside-for-vm')) problems.push(driver)
  if (!driver && gpu.seenBy.length === 1) problems.push(oneLayerProblem(gpu.seenBy[0]!, gpu))
  return problems
}

/** Why the driver does not speak for a card that something else sees; null: it does. */
function nvidiaDriverProblem(gpu: Gpu, answers: readonly LayerAnswer[]): Problem | null {
  if (gpu.seenBy.some((layer) => nvidiaLayers.includes(layer))) return null
  const asked = answers.filter((answer) => nvidiaLayers.includes(answer.layer))
  const broken = asked.find((answer) => answer.state === 'failed')
  if (broken) return broken.problems[0] ?? null
  if (!asked.some((answer) => answer.state === 'answered')) return driverMissing
  return {
    id: gpu.seenBy.length === 1 ? 'seen-by-one-layer' : 'not-seen-by-driver',
    sentence: `${listed(gpu.seenBy)} sees this card, but the NVIDIA driver does not list it, so there are no readings of it.`,
    remedy: 'Restart the machine. If it stays so, the card may be too old or too new for this driver, or its power cables may be loose.',
  }
}

function oneLayerProblem(layer: DetectionLayer, gpu: Gpu): Problem {
  const openCl = openClRemedy(gpu)
  const words: Record<DetectionLayer, [string, string]> = {
    nvml: ['Only the NVIDIA driver’s library (NVML) sees this card: no OpenCL driver offers it, so it cannot be measured here.', openCl],
    'nvidia-smi': ['Only nvidia-smi sees this card: no OpenCL driver offers it, so it cannot be measured here.', openCl],
    'amd-smi': ['Only amd-smi sees this card: no OpenCL driver offers it, so it cannot be measured here.', openCl],
    'rocm-smi': ['Only rocm-smi sees this card: no OpenCL driver offers it, so it cannot be measured here.', openCl],
    sysfs: ['Only the Linux kernel sees this card: no OpenCL driver offers it, so it cannot be measured here.', openCl],
    opencl: ['Only OpenCL sees this card: its temperature, power and use cannot be read.', 'Install or update the driver from the card’s maker.'],
    os: ['Only the operating system lists this card: there are no readings of it, and it cannot be measured.', 'Install or update the driver from the card’s maker.'],
  }
  if (gpu.vendor === 'apple') {
    return { id: 'seen-by-one-layer', sentence: 'macOS lists this GPU, but gives no readings of it; OpenCL does not offer it either, so it cannot be measured here.', remedy: null }
  }
  const [sentence, remedy] = words[layer]
  return { id: 'seen-by-one-layer', sentence, remedy }
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
  final: boolean
  driverAge(version: string | null): Problem | null
}

export function machineProblems(gpus: Gpu[], answers: readonly LayerAnswer[], { final, driverAge }: MachineTroubleInput): Problem[] {
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
  if (final && nvidia.some((gpu) => gpu.problems.some(({ id }) => id === driverMissing.id))) add(driverMissing)
  for (const version of new Set(nvidia.filter((gpu) => gpu.seenBy.some((layer) => nvidiaLayers.includes(layer))).map((gpu) => gpu.driverVersion))) add(driverAge(version))
  const saysNothing = problems.length === 0 || (kernel !== undefined && problems.every(({ id }) => id === 'driver-not-loaded'))
  if (final && saysNothing && !gpus.some((gpu) => gpu.kind === 'gpu')) add(noGpu(gpus))
  return problems
}

function noGpu(others: Gpu[]): Problem {
  const processor = others.find((gpu) => gpu.kind === 'cpu-device')
  const adapter = others.find((gpu) => gpu.kind === 'virtual')
  const besides = processor ? ' The processor offers OpenCL and is listed, but it is no GPU.' : adapter ? ` ${adapter.name} is a virtual adapter and cannot compute.` : ''
  return {
    id: 'no-gpu',
    sentence: `No GPU was found in this machine.${besides}`,
    remedy: 'If there is one, check that it sits firmly, has its power cables, shows in the system’s device list (`lspci`, Device Manager), and that its driver is installed. You can still ask what a card would earn.',
  }
}
