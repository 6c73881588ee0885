/** Takes in what provider software prints: keeps it as its log, reads signs from it, tells of jobs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLine, LogPage, LogQuery } from '../../shared/provider.ts'
import { namesIn } from '../system/fill-template.ts'
import { createSigns, jobEventOf, type Signs } from './fold-signs.ts'
import type { FollowedFile } from './follow-file.ts'
import type { ProgrammeLog } from './logs.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'
import type { Readers } from './supervisor-reading.ts'

export interface Lines {
  signs: Signs
  /** A cleaned line. */
  take(stream: LogLine['stream'], line: string): void
  /** Idlewatt's own remark. */
  note(sentence: string): void
  /** The signs of a run that was taken up, from what is kept of its log. */
  reread(since: number): void
  page(query: Omit<LogQuery, 'programmeId'>): LogPage
  /** Follows the output of the process from where it was read last. Again: nothing. */
  follow(path: string): void
  /** What a process that has ended printed last. */
  drain(): void
  /** Resolves once the last of it is taken in. */
  unfollow(): Promise<void>
  /** The last that it printed, shortened; null: nothing that is kept. */
  lastWords(): string | null
  close(): void
}

/** As many as hold 500 signs in any log seen. */
const rereadLines = 2000
/** The key store is not asked for every line. */
const secretsEveryMs = 1000
const lastWordsLength = 200

export function createLines(options: SupervisorOptions, readers: Readers, onSign: () => void): Lines {
  const { entry, clock, layers } = options
  const folder = join(options.folder, 'log')
  const signs = createSigns()
  let kept: ProgrammeLog | null = null
  let followed: FollowedFile | null = null
  let isClosed = false
  let known: { at: number; texts: string[] } | null = null

  /** All that are stored, whether this run was given them or not. Throws where the key store cannot be read: then what was known before holds. */
  function secrets(): string[] {
    if (known !== null && options.steadyMs() - known.at < secretsEveryMs) return known.texts
    const enrolled = options.enrolled()
    const { command, commandOn } = entry.definition
    const names = [command, ...Object.values(commandOn ?? {})].flatMap((one) => Object.values(one?.env ?? {})).flatMap(namesIn)
    const given = [...new Set(names)].flatMap((name) => (name.startsWith('secret:') ? (enrolled.secret(name.slice('secret:'.length)) ?? []) : []))
    known = { at: options.steadyMs(), texts: [...new Set([...(enrolled.secrets?.() ?? []), ...given])] }
    return known.texts
  }
  function log(): ProgrammeLog {
    kept ??= layers.openProgrammeLog({ folder, secrets })
    return kept
  }
  function take(stream: LogLine['stream'], line: string): void {
    if (isClosed) return
    const at = clock.now()
    log().add(stream, line, at)
    const sign = readers.readLine(line)
    if (sign === null) return signs.seen(at)
    signs.add(sign, at)
    const id = jobEventOf(sign)
    if (id !== null) options.onEvents([{ at, id, gpuId: null, programmeId: entry.definition.programmeId, sentence: sign.sentence }])
    onSign()
  }

  return {
    signs,
    take,
    note: (sentence) => void (isClosed || log().add('note', sentence, clock.now())),
    reread(since) {
      if (!existsSync(folder)) return
      for (const line of log().page({ limit: rereadLines }).lines) {
        if (line.at < since || line.stream === 'note') continue
        const sign = readers.readLine(line.text)
        if (sign === null) signs.seen(line.at)
        else signs.add(sign, line.at)
      }
    },
    page: (query) => (kept === null && !existsSync(folder) ? { lines: [], hasOlder: false, bytes: 0 } : log().page(query)),
    follow(path) {
      known = null
      followed ??= layers.followFile({ path, from: 'start', isOwn: true, clock, onLine: (line) => take('out', line), onTrouble: (sentence) => void (isClosed || log().add('note', sentence, clock.now())) })
    },
    drain: () => void followed?.drain().catch(() => undefined),
    async unfollow() {
      const last = followed
      followed = null
      await last?.drain().catch(() => undefined)
      last?.close()
    },
    lastWords() {
      if (kept === null) return null
      const last = kept.page({ limit: 20 }).lines.findLast(({ stream, text }) => stream !== 'note' && text.trim() !== '')
      if (last === undefined) return null
      const text = last.text.trim()
      return text.length <= lastWordsLength ? text : `${text.slice(0, lastWordsLength)}…`
    },
    close() {
      isClosed = true
      followed?.close()
      kept?.close()
    },
  }
}
