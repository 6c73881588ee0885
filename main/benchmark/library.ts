/** All runs there are, of this machine and from elsewhere: what they mean, how they compare, and how they come and go as files. */
import { hostname } from 'node:os'
import { lowerIsBetter, type BenchmarkResult, type ImportedRun, type Meaning, type OctaneScore, type RunComparison, type RunRef } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Gpu } from '../../shared/machine.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import type { History } from '../history/index.ts'
import type { Clock } from '../system/clock.ts'
import { NotPossible } from '../system/not-possible.ts'
import { compareRuns } from './share/compare.ts'
import { reportPage } from './share/report.ts'
import { mostRunFileBytes, readRunDocument, runDocument } from './share/run-document.ts'
import { otherCardRemark } from './share/octane-card.ts'
import { fileNameOf, importId, isSharedFrom, ownRunId, refOf, sharedCardId, sharedMeaning, sharedResult } from './share/run-names.ts'
import { workloads } from './workloads/index.ts'

/** What a run's meaning is made of, besides the models and pay rules that the wiring adds. */
export interface MeaningRuns {
  ref: RunRef
  run: BenchmarkResult
  facts: GpuFacts | null
  /** Of this machine, every card, newest first, without `run` itself. */
  ownRuns: BenchmarkResult[]
  imports: ImportedRun[]
  octane: OctaneScore | null
}

export type OctaneReading = { ok: true; score: number; version: string | null; measuredAt: number | null } | { ok: false; sentence: string }

export interface RunLibraryOptions {
  history: Pick<History, 'allResults' | 'result' | 'saveImports' | 'imports' | 'forgetImport' | 'saveOctaneScore' | 'octaneScores'>
  clock: Clock
  /** `model`: a key of the table, or a name as drivers give it where the run is too old to hold the key. */
  factsOf(model: string | null): GpuFacts | null
  meaning(runs: MeaningRuns): Meaning
  /** A card that is here, for what its score can be of; null: it is not here, or not known. Left out: nothing is asked. */
  cardOf?(gpuId: string): { name: string; vendor: Gpu['vendor']; kind: Gpu['kind'] } | null
  /** OctaneBench's own log, or a client's. */
  readOctane(text: string): OctaneReading
  version: string
  /** Left out of what is exported; left out: this machine's. null: none. */
  hostName?: string | null
}

/** A run that is kept here, or one that was only read from a file (`from`). */
export type RunSource = RunRef | { result: BenchmarkResult; from?: string }

export interface ListedRun {
  /** To type: of our own runs 8 characters, of imports 16. */
  id: string
  ref: RunRef
  result: BenchmarkResult
  import: ImportedRun | null
}

export interface WorkloadInfo {
  id: string
  title: string
  unit: string
  measures: string
  counts: string
  calibrates: string
  invalidWhen: string[]
  modes: readonly string[]
  isLowerBetter: boolean
  api: 'opencl' | 'cuda'
  /** false: its code has never run on a card of ours; null: that question is for NVIDIA's own code alone. */
  wasObserved: boolean | null
}

export interface RunLibrary {
  /** Throws NotPossible for a run that is not kept, as everything here that takes one. */
  meaning(run: RunSource): Meaning
  compare(a: RunSource, b: RunSource): RunComparison
  exportRun(ref: RunRef): { fileName: string; text: string }
  /** All or nothing: NotPossible names every problem. */
  importRuns(input: { text: string; from: string }): { added: ImportedRun[]; known: number }
  /** As `importRuns`, but keeps nothing. */
  readRuns(input: { text: string; from: string }): BenchmarkResult[]
  imports(): ImportedRun[]
  forgetImport(id: string): void
  report(runs: RunSource[]): { fileName: string; html: string }
  importOctane(input: { gpuId: string; text: string; from: string }): OctaneScore
  octaneScores(): Record<string, OctaneScore>
  /** Our own, newest first, then the imports, newest first. */
  list(): ListedRun[]
  workloads(): WorkloadInfo[]
}

/** Runs that are looked through; a card measured daily for a year and a half. */
const mostOwnRuns = 500

export function createRunLibrary(options: RunLibraryOptions): RunLibrary {
  const { history, clock, version } = options
  const hostName = options.hostName === undefined ? ownHostName() : options.hostName

  function find(source: RunSource): { ref: RunRef; result: BenchmarkResult; import: ImportedRun | null } {
    if ('result' in source) return { ref: refOf(source.result), result: source.result, import: null }
    if (source.importId !== null) {
      const imported = history.imports().find((one) => one.id === source.importId)
      if (!imported) throw new NotPossible('This imported run is not kept here any more.')
      return { ref: refOf(imported.result, imported.id), result: imported.result, import: imported }
    }
    const result = history.result(source.gpuId, source.startedAt)
    if (!result) throw new NotPossible('This run is not kept here. A run without any figure is told, but not kept.')
    return { ref: refOf(result), result, import: null }
  }

  function meaning(source: RunSource): Meaning {
    const { ref, result } = find(source)
    const isOwn = !('result' in source) && ref.importId === null
    const facts = options.factsOf(result.conditions?.model ?? result.gpuName)
    // A file's run is a stranger's, as an import is: its `opencl:0` is no card of this machine.
    const standsAs = isOwn ? ref : { ...ref, importId: ref.importId ?? importId(sharedResult(result, null)) }
    const told = options.meaning({
      ref: standsAs,
      run: result,
      facts,
      ownRuns: history.allResults(mostOwnRuns).filter((one) => (isOwn ? one.gpuId !== result.gpuId || one.startedAt !== result.startedAt : !isSharedFrom(one, result))),
      imports: history.imports().filter((one) => one.id !== standsAs.importId),
      octane: isOwn ? (history.octaneScores()[ref.gpuId] ?? null) : null,
    })
    return { ...told, ref }
  }

  function readRuns({ text, from }: { text: string; from: string }): BenchmarkResult[] {
    return readRunDocument(text, from, clock.now()).map((result) => ({ ...result, gpuId: sharedCardId(result.gpuId) }))
  }

  function importRuns(input: { text: string; from: string }): { added: ImportedRun[]; known: number } {
    const read = readRuns(input)
    const kept = new Set(history.imports().map((one) => one.id))
    const own = new Set(history.allResults(mostOwnRuns).map((one) => importId(sharedResult(one, hostName))))
    const added = new Map<string, ImportedRun>()
    for (const result of read) {
      const id = importId(sharedResult(result, null))
      if (!kept.has(id) && !own.has(id) && !added.has(id)) added.set(id, { id, importedAt: clock.now(), from: shortName(input.from), result })
    }
    const runs = [...added.values()]
    if (runs.length > 0) history.saveImports(runs)
    return { added: runs, known: read.length - runs.length }
  }

  return {
    meaning,
    compare(a, b) {
      const [one, other] = [find(a), find(b)]
      return compareRuns(one, other)
    },
    exportRun(ref) {
      const { result } = find(ref)
      return { fileName: fileNameOf(result, 'bench', 'json'), text: runDocument(sharedResult(result, hostName)) }
    },
    importRuns,
    readRuns,
    imports: () => history.imports(),
    forgetImport(id) {
      if (!history.imports().some((one) => one.id === id)) throw new NotPossible('This imported run is not kept here any more.')
      history.forgetImport(id)
    },
    report(sources) {
      const found = sources.map((source) => ({ ...find(source), meaning: sharedMeaning(meaning(source), hostName), fileName: 'result' in source ? shortName(source.from ?? 'a file') : null }))
      const [first] = found
      if (!first) throw new NotPossible('Name at least one run for the report.')
      const pages = found.map((one) => ({ result: sharedResult(one.result, hostName), meaning: one.meaning, importedFrom: one.import?.from ?? one.fileName, runId: one.import?.id ?? ownRunId(one.result) }))
      return { fileName: fileNameOf(first.result, 'report', 'html'), html: reportPage(pages, { madeAt: clock.now(), version }) }
    },
    importOctane({ gpuId, text, from }) {
      if (text.length > mostRunFileBytes) throw new NotPossible(`${shortName(from)} is too large for a log of OctaneBench; it was not read.`)
      if (text.split('\n').some(looksLikeSecret)) throw new NotPossible(secretRefusal)
      const read = options.readOctane(text)
      if (!read.ok) throw new NotPossible(read.sentence)
      const card = options.cardOf?.(gpuId) ?? null
      if (card && (card.kind === 'cpu-device' || ['amd', 'intel', 'apple'].includes(card.vendor))) throw new NotPossible(`OctaneBench runs on NVIDIA’s cards alone, and ${card.name} is none: the score is of another card. Nothing was kept.`)
      const remark = card ? otherCardRemark(text, card.name) : null
      const score: OctaneScore = { gpuId, score: read.score, version: read.version, measuredAt: read.measuredAt, importedAt: clock.now(), from: shortName(from), ...(remark === null ? {} : { remark }) }
      history.saveOctaneScore(score)
      return score
    },
    octaneScores: () => history.octaneScores(),
    list: () => [
      ...history.allResults(mostOwnRuns).map((result) => ({ id: ownRunId(result), ref: refOf(result), result, import: null })),
      ...history.imports().map((one) => ({ id: one.id, ref: refOf(one.result, one.id), result: one.result, import: one })),
    ],
    workloads: () =>
      workloads.map((one) => ({
        id: one.id,
        title: one.title,
        unit: one.unit,
        measures: one.measures,
        counts: one.counts,
        calibrates: one.calibrates,
        invalidWhen: one.invalidWhen,
        modes: one.modes,
        isLowerBetter: lowerIsBetter.has(one.id),
        api: one.api,
        wasObserved: one.api === 'cuda' ? one.observed : null,
      })),
  }
}

/** The file's own name: where it lay is nobody's business later on. */
function shortName(from: string): string {
  const name = (from.split(/[\\/]/).at(-1) ?? '').replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return name === '' ? 'pasted' : name.slice(0, 200)
}

function ownHostName(): string | null {
  try {
    return hostname() || null
  } catch {
    return null
  }
}
