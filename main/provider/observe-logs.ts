/** Follows the log that software writes itself: the first of its known places that exists. On a recorded machine what was recorded of it is read once. */
import { stat } from 'node:fs/promises'
import { fillTemplate, templateValues } from '../system/fill-template.ts'
import { followFile } from './follow-file.ts'
import type { ObserverOptions } from './observe.ts'

export interface LogReader {
  /** From now on lines are told as they are written. */
  begin(): void
  /** Looks where the log is; called again and again, for it may come later. */
  look(): Promise<void>
  close(): void
}

export function createLogReader(options: Pick<ObserverOptions, 'definition' | 'source' | 'answers' | 'onLine' | 'log' | 'folder'>): LogReader {
  const { definition, source } = options
  let isFollowing = false
  let isClosed = false
  let looks = 0
  let followed: { path: string; close(): void } | null = null
  let hasReadRecorded = false
  let looking: Promise<void> | null = null

  function places(): string[] {
    const values = templateValues({ answers: options.answers(), folder: options.folder ?? '', cards: null })
    return definition.logFiles
      .filter((one) => one.platform === source.platform)
      .flatMap((one) => {
        try {
          return [fillTemplate(one.path, values)]
        } catch {
          // What it needs is not known yet.
          return []
        }
      })
  }

  async function readRecorded(): Promise<void> {
    if (hasReadRecorded) return
    for (const path of places()) {
      const text = await source.readFile(path)
      if (text === null) continue
      hasReadRecorded = true
      for (const line of text.split(/\r?\n/)) if (line !== '') options.onLine(line)
      return
    }
  }

  async function lookOnce(): Promise<void> {
    if (isClosed) return
    if (source.recorded !== null) return readRecorded()
    if (!isFollowing) return
    const isFirstLook = looks++ === 0
    for (const path of places()) {
      if (!(await isFile(path)) || isClosed) continue
      if (followed?.path === path) return
      followed?.close()
      // A log that came while we looked is new from its first line on.
      followed = {
        path,
        close: followFile({ path, from: isFirstLook ? 'end' : 'start', onLine: options.onLine, onTrouble: (sentence) => options.log.warn('A log of provider software cannot be followed.', { programme: definition.programmeId, sentence }) }).close,
      }
      return
    }
  }

  return {
    begin: () => void (isFollowing = true),
    look: () => (looking ??= lookOnce().finally(() => (looking = null))),
    close() {
      isClosed = true
      followed?.close()
      followed = null
    },
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
