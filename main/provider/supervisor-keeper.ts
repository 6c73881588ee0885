/** Keeps what must outlive Idlewatt: written before anything is done about it. */
import type { LifecycleStatus } from './lifecycle-status.ts'
import { parseRecord, recordOf, type ProviderRecord } from './record.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'

export interface Keeper {
  load(): ProviderRecord | null
  /** Writes only what has changed. Never throws: see `fault`. */
  save(status: LifecycleStatus): void
  /** Marks of starts whose end is not verified. */
  marks: string[]
  /** For the user: why nothing could be written; null: it is. */
  fault(): string | null
  forget(): void
}

export function createKeeper({ tables, log, entry }: SupervisorOptions): Keeper {
  const { programmeId } = entry.definition
  let saved: string | null = null
  let fault: string | null = null
  const keeper: Keeper = {
    marks: [],
    load() {
      const record = parseRecord(tables.provider(programmeId))
      keeper.marks = record?.marks ?? []
      saved = record === null ? null : JSON.stringify(record)
      return record
    },
    save(status) {
      const record = recordOf(status, keeper.marks)
      const text = JSON.stringify(record)
      if (text === saved) return
      try {
        tables.saveProvider(programmeId, record)
        saved = text
        fault = null
      } catch (error) {
        if (fault === null) log.error(`${programmeId}: its state cannot be kept`, { error: String(error) })
        fault = 'This cannot be kept on disk: free some space, or a restart of Idlewatt forgets it.'
      }
    },
    fault: () => fault,
    forget() {
      tables.saveProvider(programmeId, null)
      saved = null
      keeper.marks = []
    },
  }
  return keeper
}
