/** Reads and writes what is known of provider software and enrolment in an opened history: a document each. Throws what SQLite throws. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { KnownDownload } from '../../shared/enrolment.ts'

export interface ProviderTables {
  /** Documents are the service's own; what cannot be read as an object is left out. */
  provider(programmeId: string): Record<string, unknown> | null
  /** On disk when this returns: a wish to stop must outlive a power cut. null: removed. */
  saveProvider(programmeId: string, document: Record<string, unknown> | null): void
  providers(): Record<string, Record<string, unknown>>
  enrolment(programmeId: string): Record<string, unknown> | null
  saveEnrolment(programmeId: string, document: Record<string, unknown> | null): void
  enrolments(): Record<string, Record<string, unknown>>
  downloads(): KnownDownload[]
  saveDownload(download: KnownDownload): void
  readings(): Record<string, unknown> | null
  saveReadings(document: Record<string, unknown>): void
}

const documentSchema = z.record(z.string(), z.unknown())
const downloadSchema = z.object({ key: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number(), firstSeenAt: z.number(), path: z.string().nullable() })

export function createProviderTables(database: DatabaseSync, scope: string, complain: (sentence: string) => void): ProviderTables {
  function parsed<T>(text: unknown, schema: z.ZodType<T>, what: string): T | null {
    try {
      return schema.parse(JSON.parse(String(text)))
    } catch {
      complain(`a record of ${what} cannot be read and is left out`)
      return null
    }
  }
  function one(table: 'providers' | 'enrolments', programmeId: string): Record<string, unknown> | null {
    const row = database.prepare(`SELECT document FROM ${table} WHERE scope = ? AND programme_id = ?`).get(scope, programmeId)
    return row ? parsed(row['document'], documentSchema, table) : null
  }
  function all(table: 'providers' | 'enrolments'): Record<string, Record<string, unknown>> {
    const rows = database.prepare(`SELECT programme_id, document FROM ${table} WHERE scope = ? ORDER BY programme_id`).all(scope)
    return Object.fromEntries(
      rows.flatMap((row) => {
        const document = parsed(row['document'], documentSchema, table)
        return document === null ? [] : [[String(row['programme_id']), document]]
      }),
    )
  }
  function save(table: 'providers' | 'enrolments', programmeId: string, document: Record<string, unknown> | null): void {
    if (document === null) database.prepare(`DELETE FROM ${table} WHERE scope = ? AND programme_id = ?`).run(scope, programmeId)
    else database.prepare(`INSERT OR REPLACE INTO ${table} (scope, programme_id, document) VALUES (?, ?, ?)`).run(scope, programmeId, JSON.stringify(document))
  }

  return {
    provider: (programmeId) => one('providers', programmeId),
    saveProvider: (programmeId, document) => save('providers', programmeId, document),
    providers: () => all('providers'),
    enrolment: (programmeId) => one('enrolments', programmeId),
    saveEnrolment: (programmeId, document) => save('enrolments', programmeId, document),
    enrolments: () => all('enrolments'),
    downloads: () =>
      database
        .prepare('SELECT document FROM downloads ORDER BY key')
        .all()
        .flatMap((row) => parsed(row['document'], downloadSchema, 'downloads') ?? []),
    saveDownload(download) {
      database.prepare('INSERT OR REPLACE INTO downloads (key, document) VALUES (?, ?)').run(download.key, JSON.stringify(download))
    },
    readings() {
      const row = database.prepare('SELECT document FROM readings WHERE scope = ?').get(scope)
      return row ? parsed(row['document'], documentSchema, 'readings') : null
    },
    saveReadings(document) {
      database.prepare('INSERT OR REPLACE INTO readings (scope, document) VALUES (?, ?)').run(scope, JSON.stringify(document))
    },
  }
}
