/** One look at the machine: all layers at once, each with a deadline, told as soon as something is worth telling. */
import type { DetectionLayer, Problem } from '../../shared/machine.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { driverNotAnswering, probeDied } from './nvidia/problems.ts'
import { ProbeFailure } from './probe-failure.ts'
import { isEmptySample } from './reading.ts'
import { absent, failed, type LayerAnswer } from './vendor.ts'

/** Starting NVML wakes card by card where no persistence mode keeps them up. */
export const deadlinesMs: Record<DetectionLayer, number> = { nvml: 20_000, 'nvidia-smi': 40_000, sysfs: 5_000, 'amd-smi': 20_000, 'rocm-smi': 15_000, opencl: 20_000, os: 25_000 }

export interface LookOptions {
  source: MachineSource
  clock: Clock
  log: Log
  /** Asks one layer, wherever it lives. Rejects with ProbeFailure where its process hangs or dies. */
  detect(layer: DetectionLayer, deadlineMs: number): Promise<LayerAnswer>
  /** Called after each layer with what is known so far; `nvidiaSettled`: NVIDIA's layers are through. */
  onProgress(answers: LayerAnswer[], nvidiaSettled: boolean): void
}

/** Every layer's answer. Rejects on nothing but our own bugs. */
export async function lookAtAll(options: LookOptions): Promise<LayerAnswer[]> {
  const { source, log } = options
  const answers: LayerAnswer[] = []
  let nvidiaSettled = false

  function tell(...more: LayerAnswer[]): void {
    answers.push(...more)
    options.onProgress([...answers], nvidiaSettled)
  }

  async function ask(layer: DetectionLayer): Promise<LayerAnswer | ProbeFailure> {
    try {
      return await withDeadline(options, layer, options.detect(layer, deadlinesMs[layer]))
    } catch (error) {
      if (!(error instanceof ProbeFailure)) throw error
      log.warn(`the layer ${layer} could not be read`, { kind: error.kind, message: error.message })
      return error
    }
  }

  /** No NVML, or one that does not start for no known reason; in a recording also one of which next to nothing was kept. */
  function leavesRoom(answer: LayerAnswer): boolean {
    if (source.recorded === null) return answer.state === 'absent' || answer.problems.some(({ id }) => id === 'driver-not-answering')
    return answer.state !== 'answered' || answer.cards.every(({ memoryBytes, problems }) => memoryBytes === null && problems.length === 0)
  }

  /** NVML first; nvidia-smi where there is no NVML, where it fails or takes its process down. A hanging driver is not asked twice. */
  async function nvidia(): Promise<void> {
    const first = await ask('nvml')
    const isSilent = first instanceof ProbeFailure && first.kind === 'not-answering'
    const second = isSilent || (!(first instanceof ProbeFailure) && !leavesRoom(first)) ? null : await ask('nvidia-smi')
    nvidiaSettled = true
    const found: LayerAnswer[] = []
    if (!(first instanceof ProbeFailure) && first.state !== 'absent') {
      // One of the two speaks for the driver, or the same trouble would be told twice.
      const isBetter = second !== null && !(second instanceof ProbeFailure) && (second.cards.length > 0 || (source.recorded !== null && second.state !== 'absent'))
      return tell(isBetter ? second : first)
    }
    if (!(first instanceof ProbeFailure)) found.push(first)
    else if (isSilent) found.push(failed('nvml', driverNotAnswering('its library (NVML)', deadlinesMs.nvml / 1000)))
    else if (second instanceof ProbeFailure || second?.state !== 'answered') found.push(failed('nvml', probeDied))
    if (second instanceof ProbeFailure) found.push(failed('nvidia-smi', second.kind === 'died' ? probeDied : driverNotAnswering('nvidia-smi', deadlinesMs['nvidia-smi'] / 1000)))
    else if (second) found.push(second)
    tell(...found)
  }

  /** AMD's tools start Python and take a second or two each: only where the kernel leaves out what matters of an AMD card. */
  async function kernelAndAmd(): Promise<void> {
    const kernel = await ask('sysfs')
    const answer = kernel instanceof ProbeFailure ? failed('sysfs', notAnswering('sysfs', 'The kernel’s description of the graphics cards (/sys)')) : kernel
    tell(answer)
    const amd = answer.cards.filter((card) => card.vendor === 'amd')
    const isDescribed = (cards: LayerAnswer['cards']): boolean => cards.every((card) => card.memoryBytes !== null && card.sample !== null && !isEmptySample(card.sample))
    if (source.recorded === null && (amd.length > 0 ? isDescribed(amd) : answer.cards.length > 0)) return
    const newer = await askTool('amd-smi')
    const isEnough = newer.state === 'answered' && newer.cards.length >= amd.length && isDescribed(newer.cards)
    if (source.recorded !== null || !isEnough) await askTool('rocm-smi')
  }

  async function askTool(layer: 'amd-smi' | 'rocm-smi'): Promise<LayerAnswer> {
    const said = await ask(layer)
    const answer = said instanceof ProbeFailure ? failed(layer, notAnswering(layer, layer)) : said
    tell(answer)
    return answer
  }

  async function other(layer: 'opencl' | 'os', what: string): Promise<void> {
    const answer = await ask(layer)
    tell(answer instanceof ProbeFailure ? failed(layer, notAnswering(layer, what)) : answer)
  }

  await Promise.all([nvidia(), kernelAndAmd(), other('opencl', 'OpenCL'), other('os', 'The operating system’s list of graphics adapters')])
  return answers
}

function notAnswering(layer: string, what: string): Problem {
  return {
    id: layer === 'opencl' ? 'opencl-not-answering' : `${layer}-not-answering`,
    sentence: `${what} did not answer; cards that only it would show may be missing here.`,
    remedy: layer === 'opencl' ? 'One of the installed OpenCL drivers hangs or crashes: `clinfo` shows which. Look again after updating it.' : 'Look again in a minute.',
  }
}

/** A layer that is read in this process has no other end than this. */
function withDeadline<T>({ clock }: LookOptions, layer: DetectionLayer, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(deadlinesMs[layer] + 1_000, () => reject(new ProbeFailure('not-answering', 'no answer in time')))
    promise.then(resolve, reject).finally(cancel)
  })
}

/** On Linux the kernel's list makes systeminformation needless; asking it would start a process for nothing. */
export async function needsNoProcess(source: MachineSource, layer: DetectionLayer): Promise<LayerAnswer | null> {
  if (layer !== 'os' || source.recorded !== null || source.platform !== 'linux') return null
  return (await source.listFolder('/sys/bus/pci/devices')).length > 0 ? absent('os') : null
}
