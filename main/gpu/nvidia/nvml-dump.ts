/** Everything NVML answers, in the shape of a recorded `nvml.json`: recordedNvml() reads it back. */
import type { Nvml, NvmlAnswer, NvmlProcess, NvmlValues } from './nvml.ts'
import { nvmlKeys } from './nvml-recorded.ts'
import { nvmlCodes } from './nvml-words.ts'

const mostCards = 256
const processLists: ReadonlySet<string> = new Set(['computeProcesses', 'graphicsProcesses', 'mpsProcesses'] satisfies (keyof NvmlValues)[])

/** Starts NVML and shuts it down again (it counts how often). Refusals stand there as `{ error: code }`. Holds UUIDs and names of programs. */
export function dumpNvml(nvml: Nvml): unknown {
  const code = nvml.init()
  if (code !== nvmlCodes.success) return { init: code, devices: [] }
  try {
    const count = nvml.deviceCount()
    return {
      init: code,
      driverVersion: told(nvml.driverVersion()),
      cudaVersion: told(nvml.cudaVersion()),
      devices: Array.from({ length: count.ok ? Math.min(count.value, mostCards) : 0 }, (_, index) => dumpDevice(nvml, nvml.device(index))),
    }
  } finally {
    nvml.shutdown()
  }
}

function dumpDevice(nvml: Nvml, device: NvmlAnswer<number>): Record<string, unknown> {
  if (!device.ok) return { error: device.code }
  const answers = nvmlKeys.map((key) => [key, told(nvml.ask(device.value, key))] as const)
  return Object.fromEntries(answers.map(([key, value]) => [key, processLists.has(key) ? withNames(nvml, value) : value]))
}

/** A recording cannot ask the system what a process is called. */
function withNames(nvml: Nvml, processes: unknown): unknown {
  if (!Array.isArray(processes)) return processes
  return (processes as NvmlProcess[]).map((process) => {
    const name = process.name === null ? nvml.processName(process.pid) : null
    return { ...process, name: name === null ? process.name : name.ok ? name.value : null }
  })
}

function told<T>(answer: NvmlAnswer<T>): T | { error: number } {
  return answer.ok ? answer.value : { error: answer.code }
}
