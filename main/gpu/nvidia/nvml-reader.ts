/** The cards of an NVML that is started: what they are, and their samples. The same for the library and for a recording. */
import type { GpuIncident } from '../../../shared/telemetry.ts'
import { pciAddressOf } from '../../system/pci-address.ts'
import { blankCard, type CardSeen, type SampleSeen } from '../vendor.ts'
import type { Nvml, NvmlAnswer, NvmlDevice } from './nvml.ts'
import { questionsTo, type NvmlQuestions } from './nvml-asking.ts'
import { cardFrom, readable, troubleOf } from './nvml-card.ts'
import { sampleFrom } from './nvml-sample.ts'
import { nvmlCodes } from './nvml-words.ts'
import { xidIncident } from './xid.ts'

const mostCards = 256
/** Reports of a card that nobody samples are kept up to this many. */
const mostIncidents = 64

/** What is asked once and kept: it does not change while the driver runs. */
interface Kept {
  device: NvmlDevice
  uuid: string | null
  pciAddress: string | null
  questions: NvmlQuestions
}

/** What the driver reported of cards that were not sampled since, by UUID or PCI address. It outlives a restart of NVML. */
export type PendingIncidents = Map<string, GpuIncident[]>

export interface NvmlReader {
  /** Throws NvmlGone where the cards cannot even be counted. */
  cards(at: number): CardSeen[]
  /** `wanted`: UUIDs or PCI addresses; null: all. Throws NvmlGone where no card answers any more. */
  samples(at: number, wanted: ReadonlySet<string> | null): SampleSeen[]
  /** Takes in what the driver has reported; before NVML is shut down. */
  collectIncidents(): void
}

/** The library lost its driver underneath: it was updated, unloaded or restarted. */
export class NvmlGone extends Error {
  override name = 'NvmlGone'
  readonly code: number
  constructor(code: number) {
    super(`NVML code ${code}`)
    this.code = code
  }
}
const goneCodes: ReadonlySet<number> = new Set([nvmlCodes.uninitialized, nvmlCodes.driverNotLoaded, nvmlCodes.libraryMismatch])

/** `wddm`: on Windows, where the driver does not know a process's memory. NVML must be initialised. */
export function createNvmlReader(nvml: Nvml, options: { wddm: boolean; pending?: PendingIncidents }): NvmlReader {
  const pending = options.pending ?? new Map<string, GpuIncident[]>()
  let kept: Kept[] | null = null
  /** Asked once per process; those that have gone are forgotten, since their numbers are given away again. */
  const names = new Map<number, string>()
  let named = new Set<number>()

  function nameOf(pid: number): string | null {
    named.add(pid)
    const before = names.get(pid)
    if (before !== undefined) return before
    const name = nvml.processName(pid)
    if (!name.ok || name.value === '') return null
    names.set(pid, name.value)
    return name.value
  }

  function devices(): NvmlAnswer<NvmlDevice>[] {
    const count = nvml.deviceCount()
    return Array.from({ length: count.ok ? Math.min(count.value, mostCards) : 0 }, (_, index) => nvml.device(index))
  }

  function cards(at: number): CardSeen[] {
    const count = nvml.deviceCount()
    if (!count.ok) throw new NvmlGone(count.code)
    const driver = nvml.driverVersion()
    const cuda = nvml.cudaVersion()
    const driverVersion = driver.ok ? readable(driver.value) : null
    const cudaVersion = cuda.ok && cuda.value >= 1000 && cuda.value < 1_000_000 ? `${Math.floor(cuda.value / 1000)}.${Math.floor((cuda.value % 1000) / 10)}` : null
    const found = devices().map((device): CardSeen => {
      if (!device.ok) return { ...blankCard('nvml'), vendor: 'nvidia', driverVersion, cudaVersion, problems: troubleOf(device.code) }
      const questions = questionsTo(nvml, device.value)
      return { ...cardFrom(questions, at), driverVersion, cudaVersion, sample: sampleFrom(questions, at, { wddm: options.wddm, nameOf, incidents: [] }) }
    })
    kept = null
    return found
  }

  function keep(): Kept[] {
    return devices().flatMap((device) => {
      if (!device.ok) return []
      const uuid = nvml.ask(device.value, 'uuid')
      const pci = nvml.ask(device.value, 'pci')
      return [{ device: device.value, uuid: uuid.ok ? readable(uuid.value) : null, pciAddress: pci.ok ? pciAddressOf(pci.value.busId) : null, questions: questionsTo(nvml, device.value) }]
    })
  }

  function collectIncidents(): void {
    const all = (kept ??= keep())
    for (const { device, code } of nvml.xids(all.map((card) => card.device))) {
      const card = all.find((one) => one.device === device) ?? (all.length === 1 ? all[0] : undefined)
      const key = card?.uuid ?? card?.pciAddress
      if (!key) continue
      const before = pending.get(key) ?? []
      if (before.length < mostIncidents) pending.set(key, [...before, xidIncident(code)])
    }
  }

  function takeIncidents(card: Kept): GpuIncident[] {
    const key = card.uuid ?? card.pciAddress
    const found = key === null ? undefined : pending.get(key)
    if (found === undefined || key === null) return []
    pending.delete(key)
    return found
  }

  function samples(at: number, wanted: ReadonlySet<string> | null): SampleSeen[] {
    named = new Set()
    collectIncidents()
    const asked = (kept ?? []).filter(({ uuid, pciAddress }) => wanted === null || (uuid !== null && wanted.has(uuid)) || (pciAddress !== null && wanted.has(pciAddress)))
    const found = asked.map((card) => ({ uuid: card.uuid, pciAddress: card.pciAddress, sample: sampleFrom(card.questions, at, { wddm: options.wddm, nameOf, incidents: takeIncidents(card) }) }))
    for (const pid of names.keys()) if (!named.has(pid)) names.delete(pid)
    const gone = asked.map(({ questions }) => questions.refusal('memory'))
    if (gone.length > 0 && gone.every((code) => code !== null && goneCodes.has(code))) throw new NvmlGone(gone[0]!)
    if (asked.length === 0) throwWhereGone()
    return found
  }

  /** No card at all may mean that the library no longer counts them. */
  function throwWhereGone(): void {
    const count = nvml.deviceCount()
    if (count.ok || !goneCodes.has(count.code)) return
    kept = null
    throw new NvmlGone(count.code)
  }

  return { cards, samples, collectIncidents }
}
