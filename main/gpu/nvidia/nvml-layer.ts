/** The first reader of NVIDIA cards: NVML in this very process, or what a recording says it answered. */
import type { MachineSource } from '../../system/machine-source.ts'
import { absent, answered, failed, type Layer } from '../vendor.ts'
import { nvmlCodes, nvmlReason, type Nvml } from './nvml.ts'
import { createNvmlReader, type NvmlReader } from './nvml-reader.ts'
import { recordedNvml } from './nvml-recorded.ts'
import { driverNotLoaded, gpuLost, libraryMismatch, outputBroken } from './problems.ts'
import type { Problem } from '../../../shared/machine.ts'

/** Holds NVML open between calls: starting it is what takes long. `load`: null where there is no library, or in a process that must not load one. */
export function createNvmlLayer(options: { load: (machine: MachineSource) => Nvml | null }): Layer {
  let open: { nvml: Nvml; reader: NvmlReader } | null = null

  /** null: no library. A problem: it does not start. */
  async function start(machine: MachineSource): Promise<{ reader: NvmlReader } | { problem: Problem } | null> {
    if (open) return open
    let nvml: Nvml | null
    if (machine.recorded === null) {
      nvml = options.load(machine)
    } else {
      const raw = await machine.recordedLayer('nvml')
      if (raw === null || raw === undefined) return null
      nvml = recordedNvml(raw)
      if (!nvml) return { problem: outputBroken('the recorded layer nvml', 'it is no object with a list of devices') }
    }
    if (!nvml) return null
    const code = nvml.init()
    if (code !== nvmlCodes.success) return { problem: startProblem(code) }
    open = { nvml, reader: createNvmlReader(nvml, { wddm: machine.platform === 'win32' }) }
    return open
  }

  return {
    name: 'nvml',
    command: 'nvidia-smi -q',
    async detect(machine, at) {
      // Cards come and go between looks; NVML sees them only when it is started afresh.
      open?.nvml.shutdown()
      open = null
      const started = await start(machine)
      if (started === null) return absent('nvml')
      return 'problem' in started ? failed('nvml', started.problem) : answered('nvml', started.reader.cards(at))
    },
    async sample(machine, at, cards) {
      const started = await start(machine)
      if (started === null || 'problem' in started) return []
      return started.reader.samples(at, new Set(cards.flatMap((card) => [card.uuid, card.pciAddress]).filter((key) => key !== null)))
    },
  }
}

function startProblem(code: number): Problem {
  if (code === nvmlCodes.libraryMismatch) return libraryMismatch
  if (code === nvmlCodes.driverNotLoaded || code === nvmlCodes.libraryNotFound) return driverNotLoaded
  if (code === nvmlCodes.gpuIsLost) return { ...gpuLost, sentence: 'The NVIDIA driver has lost a card and does not start.' }
  return {
    id: 'driver-not-answering',
    sentence: `The NVIDIA driver is not answering: its library does not start (${nvmlReason(code)}).`,
    remedy: 'Restart the machine; if it stays so, reinstall the driver.',
  }
}
