/** What a run is called outside this machine: ids that name no card, file names, and texts without what belongs to one's own machine. Pure but for the hash. */
import { createHash } from 'node:crypto'
import type { BenchmarkResult, Meaning, RunRef } from '../../../shared/benchmark.ts'

/** Places in a machine (`pci:…`) and numbers of a layer (`opencl:0`) tell nobody apart; everything else a driver gives is the card's own id. */
const bareId = /^(pci:|card-[0-9a-f]{12}$|[a-z-]+:\d+$)/

/** The card's own id (a UUID is a serial number) becomes a short hash; one that has none stays. The same in, the same out, also of a hash. */
export function sharedCardId(gpuId: string): string {
  return bareId.test(gpuId) ? gpuId : `card-${digest(gpuId).slice(0, 12)}`
}

/** Whether a run from elsewhere is of the card of `own`; where the id tells no card, whether it is that very run. */
export function isSharedFrom(own: BenchmarkResult, shared: BenchmarkResult): boolean {
  return sharedCardId(own.gpuId) === shared.gpuId && (!bareId.test(own.gpuId) || own.startedAt === shared.startedAt)
}

/** Short enough to type: of one of our runs. */
export function ownRunId(run: Pick<BenchmarkResult, 'gpuId' | 'startedAt'>): string {
  return digest(`${run.gpuId} ${run.startedAt}`).slice(0, 8)
}

/** Of a run from elsewhere: the same content is the same run, from whatever file. `result` as `sharedResult` leaves it. */
export function importId(result: BenchmarkResult): string {
  return digest(canonical(result)).slice(0, 16)
}

export function refOf(run: Pick<BenchmarkResult, 'gpuId' | 'startedAt'>, importId: string | null = null): RunRef {
  return { importId, gpuId: run.gpuId, startedAt: run.startedAt }
}

/** "idlewatt-bench-geforce-rtx-3090-2026-11-23-0712.json" */
export function fileNameOf(run: Pick<BenchmarkResult, 'gpuName' | 'startedAt'>, kind: 'bench' | 'report', end: 'json' | 'html'): string {
  const name = run.gpuName.toLowerCase().replace(/^nvidia /, '').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'card'
  return `idlewatt-${kind}-${name}-${dayAndTime(run.startedAt)}.${end}`
}

function dayAndTime(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', '-').replace(':', '')
}

/** Sentences: they may name this machine. Elsewhere a name such as "ubuntu" is a word like any other. */
const sentenceFields = new Set(['reason', 'reasons', 'sentence', 'stoppedBecause', 'why'])
/** Ids and units of ours: nothing in them is of this machine. */
const ownWords = new Set(['gpuId', 'id', 'kind', 'workload', 'status', 'mode', 'verdict', 'unit', 'kernelSet', 'model', 'vendor', 'attachment', 'pciDeviceId', 'expected', 'got'])

/** What others may see of a run: no UUID, no paths of this machine, and not its name. Drivers put paths into names as well. */
export function sharedResult(result: BenchmarkResult, hostName: string | null): BenchmarkResult {
  return { ...(cleaned(result, '', hostName) as BenchmarkResult), gpuId: sharedCardId(result.gpuId) }
}

/** `field`: what holds the value; of a list, what holds the list. */
function cleaned(value: unknown, field: string, hostName: string | null): unknown {
  if (typeof value === 'string') return ownWords.has(field) ? value : withoutPlaces(value, sentenceFields.has(field) ? hostName : null)
  if (Array.isArray(value)) return value.map((one) => cleaned(one, field, hostName))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cleaned(inner, name, hostName)]))
}

/** Its sentences may repeat the run's. */
export function sharedMeaning(meaning: Meaning, hostName: string | null): Meaning {
  const clean = (text: string): string => withoutPlaces(text, hostName)
  return { ...meaning, sentences: meaning.sentences.map(clean), remarks: meaning.remarks.map(clean) }
}

/** Absolute paths begin after a space, a quote or a bracket; a rate such as "GFLOP/s" is none. */
function withoutPlaces(text: string, hostName: string | null): string {
  const bare = text
    .replace(/(^|[\s"'`(=[])((?:[A-Za-z]:)?[\\/][^\s"'`,;)\]]*[^\s"'`,;)\].:])/g, '$1(a path)')
    .replace(/(^|[\s"'`(=[])[~][\\/][^\s"'`,;)\]]+/g, '$1(a path)')
    // A UUID is the card's serial number wherever it stands.
    .replace(/\b(?:GPU-|MIG-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '(an id)')
  return hostName === null || hostName.length < 4 ? bare : bare.replaceAll(hostName, '(this machine)')
}

/** Keys in order, so that the same content gives the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1))) : inner,
  )
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
