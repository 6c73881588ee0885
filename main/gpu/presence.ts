/** Which cards were here before: what is remembered of them for good, and what has changed since. Pure but for the book it is handed. */
import type { HistoryEvent } from '../../shared/history.ts'
import { unknownCardDetails, type Detection, type DetectionLayer, type Gpu, type KnownCard, type Problem } from '../../shared/machine.ts'
import { saysNothing } from './identity.ts'
import type { LayerAnswer } from './vendor.ts'

/** Where cards are remembered: the history's table of this machine (or of this recording). */
export interface CardBook {
  known(): KnownCard[]
  save(cards: KnownCard[]): void
  forget(gpuId: string): void
}

/** A book for a process that keeps none. */
export const noBook: CardBook = { known: () => [], save: () => {}, forget: () => {} }

export interface Recollection {
  detection: Detection
  /** What the book should now hold of these cards. */
  save: KnownCard[]
  events: HistoryEvent[]
}

/**
 * Puts what a whole look found beside what is known: since when each card is known, which are lost, what has changed.
 * `patience`: why a card that is missing is not said to be lost yet. `previous`: the look before in this run.
 */
export function recall(found: Detection, known: readonly KnownCard[], answers: readonly LayerAnswer[], patience: Problem | null = null, previous: Detection | null = null): Recollection {
  const at = found.detectedAt
  const save: KnownCard[] = []
  const events: HistoryEvent[] = []
  const gpus = found.gpus.map((seen) => {
    if (seen.kind !== 'gpu') return seen
    const before = known.find(({ gpuId }) => gpuId === seen.id)
    const isLost = seen.problems.some(({ id }) => id === 'gpu-lost')
    const isMute = saysNothing({ ...seen, name: nameSaid(seen) })
    // What has neither name nor place would never be recognised again.
    if (isMute && !before) return { ...seen, lostSince: isLost ? at : null }
    const gpu = { ...((isLost || isMute) && before ? filledFrom(before.gpu, seen) : seen), firstSeenAt: before?.firstSeenAt ?? at, lostSince: isLost ? (before?.lostSince ?? at) : null }
    save.push(rememberedAs(gpu, before, at))
    events.push(...changesOf(gpu, before, at), ...memoryEvents(gpu, before, previous?.gpus.find(({ id }) => id === gpu.id) ?? null, at))
    return gpu
  })
  const missing = known.filter((card) => !found.gpus.some((gpu) => gpu.id === card.gpuId) && card.gpu.kind === 'gpu')
  const unheard: Gpu[] = []
  const lost: Gpu[] = []
  for (const card of missing) {
    const why = card.lostSince === null ? (whyNotHeard(card, answers) ?? patience) : null
    if (why) {
      unheard.push({ ...asNow(card.gpu), firstSeenAt: card.firstSeenAt, lostSince: null, opencl: null, sample: null, problems: [why] })
      continue
    }
    const lostSince = card.lostSince ?? at
    lost.push(asLost(card, lostSince))
    if (card.lostSince === null) {
      save.push({ ...card, lostSince })
      events.push({ at, id: 'card-lost', gpuId: card.gpuId, sentence: `${card.gpu.name} is not found any more${placeWords(card.pciAddress)}.` })
    }
  }
  const here = gpus.filter((gpu) => gpu.lostSince === null)
  const real = (gpu: Gpu): boolean => gpu.kind === 'gpu'
  const all = [...here.filter(real), ...unheard, ...here.filter((gpu) => !real(gpu)), ...gpus.filter((gpu) => gpu.lostSince !== null), ...lost]
  return { detection: { ...found, gpus: all, problems: found.problems.map((problem) => withLost(problem, lost)) }, save, events }
}

/** "No GPU was found" is half of the truth where there was one. */
function withLost(problem: Problem, lost: Gpu[]): Problem {
  if (problem.id !== 'no-gpu' || lost.length === 0) return problem
  const names = [...new Set(lost.map(({ name }) => name))].join(', ')
  return { ...problem, sentence: `${problem.sentence} ${lost.length === 1 ? 'One' : lost.length} that ${lost.length === 1 ? 'was' : 'were'} here before ${lost.length === 1 ? 'is' : 'are'} lost: ${names}.` }
}

/** While layers are still to answer: what is known is added, nothing more is said to be lost. */
export function recallEarly(found: Detection, known: readonly KnownCard[]): Detection {
  const gpus = found.gpus.map((gpu) => ({ ...gpu, firstSeenAt: known.find(({ gpuId }) => gpuId === gpu.id)?.firstSeenAt ?? null }))
  const lost = known.flatMap((card) => (card.lostSince === null || gpus.some(({ id }) => id === card.gpuId) ? [] : [asLost(card, card.lostSince)]))
  return { ...found, gpus: [...gpus, ...lost] }
}

/** The driver that showed the card failed this time, and nobody who saw it before denies it: then it is not lost, but not heard of. */
function whyNotHeard(card: KnownCard, answers: readonly LayerAnswer[]): Problem | null {
  const sawIt = answers.filter(({ layer }) => card.gpu.seenBy.includes(layer) || isOtherReader(layer, card.gpu.seenBy))
  const denied = sawIt.some(({ layer, state }) => state === 'answered' && layer !== 'opencl')
  const broken = sawIt.find(({ state }) => state === 'failed')
  return denied || !broken ? null : (broken.problems[0] ?? { id: 'driver-not-answering', sentence: 'The driver of this card is not answering.', remedy: 'Look again in a minute.' })
}

/** NVML and nvidia-smi speak for one driver, and so do AMD's two tools. */
function isOtherReader(layer: DetectionLayer, seenBy: readonly DetectionLayer[]): boolean {
  const readers: DetectionLayer[][] = [['nvml', 'nvidia-smi'], ['amd-smi', 'rocm-smi']]
  return readers.some((group) => group.includes(layer) && group.some((other) => seenBy.includes(other)))
}

function asLost(card: KnownCard, lostSince: number): Gpu {
  return { ...asNow(card.gpu), firstSeenAt: card.firstSeenAt, lostSince, opencl: null, sample: null, problems: [gone(card.gpu)] }
}

function gone(gpu: Gpu): Problem {
  const remedy =
    gpu.attachment?.kind === 'external'
      ? 'It was in an external enclosure: plug that in again, and it is found by itself or by looking again. If the card is gone for good, forget it.'
      : 'Check that it sits firmly and has its power cables, then restart the machine. If it is gone for good, forget it.'
  return { id: 'card-lost', sentence: 'This card was here before and is not found any more.', remedy }
}

/** As a layer said it: the card's own name may be one that we made up. */
function nameSaid(gpu: Gpu): string | null {
  const said = gpu.views.find(({ says }) => typeof says['name'] === 'string')?.says['name']
  return typeof said === 'string' ? said : null
}

function rememberedAs(gpu: Gpu, before: KnownCard | undefined, at: number): KnownCard {
  return {
    gpuId: gpu.id,
    uuid: gpu.uuid ?? before?.uuid ?? null,
    pciAddress: gpu.pciAddress ?? before?.pciAddress ?? null,
    pciDeviceId: gpu.pciDeviceId ?? before?.pciDeviceId ?? null,
    // A driver in trouble may not tell these; what grew meanwhile is told by them.
    gpu: { ...gpu, retiredPages: gpu.retiredPages ?? before?.gpu.retiredPages ?? null, remappedRows: gpu.remappedRows ?? before?.gpu.remappedRows ?? null, sample: null, problems: [] },
    firstSeenAt: gpu.firstSeenAt ?? at,
    lastSeenAt: gpu.lostSince === null ? at : (before?.lastSeenAt ?? at),
    lostSince: gpu.lostSince,
  }
}

function changesOf(gpu: Gpu, before: KnownCard | undefined, at: number): HistoryEvent[] {
  const event = (id: HistoryEvent['id'], sentence: string): HistoryEvent => ({ at, id, gpuId: gpu.id, sentence })
  const events: HistoryEvent[] = []
  if (!before) events.push(event('card-first-seen', `${gpu.name} was found for the first time${placeWords(gpu.pciAddress)}.`))
  const wasHere = before === undefined || before.lostSince === null
  if (gpu.lostSince !== null && wasHere) events.push(event('card-lost', `${gpu.name}: ${gpu.problems.find(({ id }) => id === 'gpu-lost')?.sentence ?? 'the driver has lost this card.'}`))
  if (!before || gpu.lostSince !== null) return events
  if (before.lostSince !== null) events.push(event('card-returned', `${gpu.name} is here again${placeWords(gpu.pciAddress)}.`))
  if (before.pciAddress !== null && gpu.pciAddress !== null && before.pciAddress !== gpu.pciAddress) {
    events.push(event('card-moved', `${gpu.name} has moved from ${before.pciAddress} to ${gpu.pciAddress}.`))
  }
  const driver = changedDriver(gpu, before.gpu)
  if (driver) events.push(event('driver-changed', `The driver of ${gpu.name} changed from ${driver.from} to ${driver.to}.`))
  return events
}

/** What was taken out of use between two looks of one run, health tells; here it is what no run has seen, and what is new besides. */
function memoryEvents(gpu: Gpu, before: KnownCard | undefined, previous: Gpu | null, at: number): HistoryEvent[] {
  if (!before || gpu.lostSince !== null) return []
  const [pages, rows] = [gpu.retiredPages, gpu.remappedRows]
  const [pagesBefore, rowsBefore] = [before.gpu.retiredPages ?? null, before.gpu.remappedRows ?? null]
  const sentences: string[] = []
  const newPages = previous?.retiredPages ? 0 : risen(pagesBefore?.singleBit, pages?.singleBit) + risen(pagesBefore?.doubleBit, pages?.doubleBit)
  const newRows = previous?.remappedRows ? 0 : risen(rowsBefore?.correctable, rows?.correctable) + risen(rowsBefore?.uncorrectable, rows?.uncorrectable)
  if (newPages > 0) sentences.push(`${gpu.name} took ${counted(newPages, 'page')} of memory out of use since it was last read (now ${pagesWords(pages)}).`)
  if (newRows > 0) sentences.push(`${gpu.name} took ${counted(newRows, 'row')} of memory out of use since it was last read (now ${rowsWords(rows)}).`)
  if (pages?.pending === true && pagesBefore?.pending === false) sentences.push(`${gpu.name} found bad pages in its memory and will take them out of use when it is next reset (now ${pagesWords(pages)}).`)
  if (rows?.pending === true && rowsBefore?.pending === false) sentences.push(`${gpu.name} found bad rows in its memory and will replace them when it is next reset (now ${rowsWords(rows)}).`)
  if (rows?.failed === true && rowsBefore?.failed === false) sentences.push(`${gpu.name} could not replace bad memory: it has no spare rows left (now ${rowsWords(rows)}).`)
  return sentences.map((sentence) => ({ at, id: 'memory-retired', gpuId: gpu.id, sentence }))
}

function risen(before: number | null | undefined, now: number | null | undefined): number {
  return before == null || now == null ? 0 : Math.max(0, now - before)
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function pagesWords(pages: Gpu['retiredPages']): string {
  return `${pages?.singleBit ?? 'an unknown number of'} single-bit, ${pages?.doubleBit ?? 'an unknown number of'} double-bit`
}

function rowsWords(rows: Gpu['remappedRows']): string {
  return `${rows?.correctable ?? 'an unknown number of'} correctable, ${rows?.uncorrectable ?? 'an unknown number of'} uncorrectable`
}

/** By the word of one layer then and now: two layers may count versions differently. */
function changedDriver(gpu: Gpu, before: Gpu): { from: string; to: string } | null {
  const versionBy = (card: Gpu, layer: DetectionLayer): string | null => {
    const said = card.views.find((view) => view.layer === layer)?.says['driverVersion']
    return typeof said === 'string' ? said : null
  }
  for (const { layer } of gpu.views) {
    const [from, to] = [versionBy(asNow(before), layer), versionBy(gpu, layer)]
    if (from !== null && to !== null && from !== to) return { from, to }
  }
  const isNvidia = gpu.vendor === 'nvidia' && before.driverVersion !== null && gpu.driverVersion !== null
  return isNvidia && before.driverVersion !== gpu.driverVersion && !sharesLayer(gpu, asNow(before)) ? { from: before.driverVersion!, to: gpu.driverVersion! } : null
}

function sharesLayer(gpu: Gpu, before: Gpu): boolean {
  return gpu.views.some(({ layer, says }) => says['driverVersion'] !== undefined && before.views.some((view) => view.layer === layer && view.says['driverVersion'] !== undefined))
}

/** A card that the driver has lost, or refuses, tells nothing of itself any more: what it was is known. */
function filledFrom(before: Gpu, gpu: Gpu): Gpu {
  const filled: Record<string, unknown> = { ...gpu }
  for (const [field, value] of Object.entries(before)) filled[field] ??= field === 'sample' || field === 'opencl' ? null : value
  return { ...(filled as unknown as Gpu), name: before.name, driverName: before.driverName, model: before.model, vendor: before.vendor, problems: gpu.problems.filter(({ id }) => id !== 'name-unknown') }
}

/** It may have been written down by a version that knew less of cards. */
function asNow(gpu: Gpu): Gpu {
  return { ...unknownCardDetails, ...gpu, views: gpu.views ?? [], disagreements: gpu.disagreements ?? [] }
}

function placeWords(pciAddress: string | null): string {
  return pciAddress === null ? '' : ` at ${pciAddress}`
}
