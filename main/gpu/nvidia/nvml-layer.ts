/** The first reader of NVIDIA cards: NVML in this very process, or what a recording says it answered. */
import type { Problem } from '../../../shared/machine.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { LayerSilent } from '../layer-silent.ts'
import { absent, answered, failed, type Layer } from '../vendor.ts'
import type { Nvml } from './nvml.ts'
import { createNvmlReader, NvmlGone, type NvmlReader, type PendingIncidents } from './nvml-reader.ts'
import { recordedNvml } from './nvml-recorded.ts'
import { nvmlCodes, nvmlReason } from './nvml-words.ts'
import { driverNotLoaded, gpuLost, libraryMismatch, notPermitted, outputBroken } from './problems.ts'
import { asUnderWsl } from './wsl.ts'

/** Holds NVML open between calls: starting it is what takes long. `load`: null where there is no library, or in a process that must not load one. */
export function createNvmlLayer(options: { load: (machine: MachineSource) => Nvml | null }): Layer {
  const pending: PendingIncidents = new Map()
  /** Loaded once, for as long as it works. */
  let library: Nvml | null = null
  let open: { nvml: Nvml; reader: NvmlReader } | null = null

  async function libraryOf(machine: MachineSource): Promise<Nvml | { problem: Problem } | null> {
    if (machine.recorded === null) return (library ??= options.load(machine))
    const raw = await machine.recordedLayer('nvml')
    if (raw === null || raw === undefined) return null
    return recordedNvml(raw) ?? { problem: outputBroken('the recorded layer nvml', 'it is no object with a list of devices') }
  }

  /** null: no library. A problem: it does not start. */
  async function start(machine: MachineSource): Promise<{ reader: NvmlReader } | { problem: Problem } | null> {
    if (open) return open
    const nvml = await libraryOf(machine)
    if (nvml === null || 'problem' in nvml) return nvml
    const code = nvml.init()
    if (code !== nvmlCodes.success) {
      letGo()
      return { problem: startProblem(code) }
    }
    open = { nvml, reader: createNvmlReader(nvml, { wddm: machine.platform === 'win32', pending }) }
    return open
  }

  function close(): void {
    open?.nvml.shutdown()
    open = null
  }

  /** After an update the new library lies where the old one was loaded from. */
  function letGo(): void {
    close()
    library?.unload()
    library = null
  }

  return {
    name: 'nvml',
    command: 'nvidia-smi -q',
    async detect(machine, at) {
      // Cards come and go between looks; NVML sees them only when it is started afresh.
      open?.reader.collectIncidents()
      close()
      const started = await start(machine)
      if (started === null) return absent('nvml')
      if ('problem' in started) return failed('nvml', started.problem)
      try {
        return answered('nvml', await asUnderWsl(machine, started.reader.cards(at)))
      } catch (error) {
        if (!(error instanceof NvmlGone)) throw error
        letGo()
        return failed('nvml', startProblem(error.code))
      }
    },
    /** Rejects with LayerSilent where NVML no longer answers: it is started afresh the next time. */
    async sample(machine, at, cards) {
      const wasOpen = open !== null
      const started = await start(machine)
      if (started === null) return []
      if ('problem' in started) throw new LayerSilent(started.problem.sentence)
      const keys = new Set(cards.flatMap((card) => [card.uuid, card.pciAddress]).filter((key) => key !== null))
      // Cards without either are asked for all together.
      const wanted = cards.some((card) => card.uuid === null && card.pciAddress === null) ? null : keys
      try {
        return await asUnderWsl(machine, started.reader.samples(at, wanted))
      } catch (error) {
        if (!(error instanceof NvmlGone)) throw error
        letGo()
        // A driver that was only restarted answers at once when it is asked afresh.
        const again = wasOpen ? await start(machine) : null
        if (again === null || 'problem' in again) throw new LayerSilent((again?.problem ?? startProblem(error.code)).sentence)
        try {
          return await asUnderWsl(machine, again.reader.samples(at, wanted))
        } catch (second) {
          if (!(second instanceof NvmlGone)) throw second
          letGo()
          throw new LayerSilent(startProblem(second.code).sentence)
        }
      }
    },
  }
}

function startProblem(code: number): Problem {
  if (code === nvmlCodes.libraryMismatch) return libraryMismatch
  if (code === nvmlCodes.driverNotLoaded || code === nvmlCodes.libraryNotFound) return driverNotLoaded
  if (code === nvmlCodes.gpuIsLost) return { ...gpuLost, sentence: 'The NVIDIA driver has lost a card and does not start.' }
  if (code === nvmlCodes.noPermission || code === nvmlCodes.operatingSystem) return notPermitted(nvmlReason(code))
  return {
    id: 'driver-not-answering',
    sentence: `The NVIDIA driver is not answering its library (${nvmlReason(code)}).`,
    remedy: 'Restart the machine; if it stays so, reinstall the driver.',
  }
}
