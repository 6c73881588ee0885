/** All that is perceived of one programme's software: containers, what is seen from outside, lines of its log; folded into facts and read. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerFacts, LogPage, LogQuery, ProviderRun, SoftwareReading, StopPrice } from '../../shared/provider.ts'
import type { SoftwareFacts } from '../networks/network.ts'
import type { ContainerWatch } from './containers.ts'
import { doubled, hasContainers, isUp } from './fold-presence.ts'
import type { Observer } from './observe.ts'
import type { OwnedProcess } from './process.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'
import { createLines } from './supervisor-lines.ts'
import { createReaders } from './supervisor-reading.ts'

export interface Senses {
  /** Makes what looks; again: nothing. */
  open(): void
  /** Resolves once what was printed last is taken in. */
  shut(): Promise<void>
  /** Looks again and again from now on. */
  begin(): void
  /** Everything once. Never rejects. */
  refresh(): Promise<void>
  watch(): ContainerWatch | null
  hasLookedAtContainers(): boolean
  containers(): ContainerFacts[] | null
  doubled(): string | null
  /** Its container runs, made by somebody else; in words. */
  foreign(): string | null
  /** What it printed last, as a sentence; null: nothing. */
  lastWords(): string | null
  facts(): SoftwareFacts
  /** Once a second at most. */
  readSoon(): void
  readNow(): void
  stopPrice(): StopPrice
  runBegan(): void
  runEnded(): void
  note(sentence: string): void
  reread(since: number): void
  follow(path: string): void
  drain(): void
  page(query: Omit<LogQuery, 'programmeId'>): LogPage
  forgetLog(): void
  shift(ms: number): void
  close(): void
}

export interface SensesOptions extends SupervisorOptions {
  run(): ProviderRun | null
  process(): OwnedProcess | null
  hasCopies(): boolean
  onReading(reading: SoftwareReading): void
  onContainers(): void
}

const readEveryMs = 1000

export function createSenses(options: SensesOptions): Senses {
  const { entry, clock, layers, source } = options
  const { definition } = entry
  const readers = createReaders(definition, options.log)
  let lines = createLines(options, readers, readSoon)
  let watch: ContainerWatch | null = null
  let hasLooked = false
  let observer: Observer | null = null
  let isObserving = false
  let cancelRead: (() => void) | null = null
  let readAt = Number.NEGATIVE_INFINITY
  let isClosed = false

  function containers(): ContainerFacts[] | null {
    return watch?.containers() ?? null
  }

  function facts(): SoftwareFacts {
    const run = options.run()
    const seen = observer?.facts() ?? { services: {}, endpoints: {}, registry: null }
    return {
      at: clock.now(),
      signs: lines.signs.all(),
      lastLineAt: lines.signs.lastLineAt(),
      isProcessThere: definition.kind === 'observed' ? (definition.processes.length > 0 ? options.hasCopies() : null) : run === null ? false : (options.process()?.isAlive() ?? null),
      containers: containers(),
      ...seen,
      cards: options.cards(),
      answers: options.enrolled().answers,
      startedAt: run?.startedAt ?? null,
    }
  }

  function readSoon(): void {
    if (isClosed || !options.keepsWatch || cancelRead !== null) return
    const sinceMs = options.steadyMs() - readAt
    cancelRead = clock.after(sinceMs >= readEveryMs ? 0 : readEveryMs - sinceMs, () => {
      cancelRead = null
      readNow()
    })
  }

  function readNow(): void {
    if (isClosed) return
    readAt = options.steadyMs()
    if (definition.kind === 'observed' || options.run() !== null) options.onReading(readers.read(facts()))
  }

  return {
    open() {
      if (isClosed) return
      if (watch === null && options.docker !== null && hasContainers(definition)) {
        const newest = existsSync(join(options.folder, 'log')) ? lines.page({ limit: 1 }).lines.at(-1) : undefined
        watch = layers.createContainerWatch({
          docker: options.docker,
          definition,
          onChange() {
            hasLooked = true
            readSoon()
            options.onContainers()
          },
          onLine: (_id, line, stream) => lines.take(stream, layers.cleanLine(line)),
          follows: options.keepsWatch,
          now: clock.now,
          ...(options.houseId === undefined ? {} : { house: options.houseId() }),
          ...(newest === undefined ? {} : { linesSince: newest.at + 1 }),
        })
      }
      const hasOutside = definition.services !== null || definition.endpoints.length > 0 || definition.registryKey !== null || definition.logFiles.length > 0
      if (observer === null && hasOutside) observer = layers.createObserver({ definition, source, folder: options.folder, answers: () => options.enrolled().answers, request: options.request, clock, log: options.log, onChange: readSoon, onLine: (line) => lines.take('file', line) })
    },
    shut() {
      watch?.close()
      observer?.close()
      watch = null
      observer = null
      hasLooked = false
      isObserving = false
      return lines.unfollow()
    },
    begin() {
      if (isObserving) return
      isObserving = observer !== null
      observer?.begin()
    },
    async refresh() {
      await Promise.all([watch?.refresh().catch(() => undefined), observer?.refresh()])
      hasLooked = watch !== null
    },
    watch: () => watch,
    hasLookedAtContainers: () => hasLooked,
    containers,
    doubled: () => doubled(definition, containers()),
    foreign() {
      const one = watch?.foreign().find(isUp)
      return one === undefined ? null : `The container ${one.name}, which this Idlewatt did not make, does the same work: another Idlewatt on this computer runs it, or somebody by hand. Stop it there first: two of them would work against each other.`
    },
    lastWords() {
      const words = lines.lastWords()
      return words === null ? null : `It said last: “${words}”.`
    },
    facts,
    readSoon,
    readNow,
    stopPrice: () => readers.stopPrice(facts()),
    runBegan: () => lines.signs.clear(),
    runEnded: () => {
      cancelRead?.()
      cancelRead = null
    },
    note: (sentence) => lines.note(sentence),
    reread: (since) => lines.reread(since),
    follow: (path) => lines.follow(path),
    drain: () => lines.drain(),
    page: (query) => lines.page(query),
    forgetLog() {
      lines.close()
      lines = createLines(options, readers, readSoon)
    },
    shift: (ms) => lines.signs.shift(ms),
    close() {
      isClosed = true
      cancelRead?.()
      watch?.close()
      observer?.close()
      lines.close()
    },
  }
}
