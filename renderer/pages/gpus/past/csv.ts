/** Reads a range as CSV, page by page, and names the file. Pure but for the asking. */
import type { CsvPage } from '../../../../shared/history.ts'
import type { Reply } from '../../../../shared/requests.ts'

export interface CsvQuestion {
  gpuId: string
  from: number
  to: number
  /** Left out: the finest that is kept. */
  stepSeconds?: number
}

export type CsvOutcome = { kind: 'done'; pieces: string[] } | { kind: 'failed'; sentence: string } | { kind: 'stopped' }

export interface CsvDoor {
  ask(question: CsvQuestion): Promise<Reply<CsvPage>>
  /** Share of the range that has been read, 0..1. */
  onProgress(share: number): void
  isStopped(): boolean
}

export async function readCsv(question: CsvQuestion, door: CsvDoor): Promise<CsvOutcome> {
  const pieces: string[] = []
  let from = question.from
  for (;;) {
    const reply = await door.ask({ ...question, from })
    if (door.isStopped()) return { kind: 'stopped' }
    if (!reply.ok) return { kind: 'failed', sentence: reply.failure.message }
    // Every page may begin with the head line; the file has it once.
    pieces.push(pieces.length > 0 && headOf(reply.value.text) === headOf(pieces[0] ?? '') ? reply.value.text.slice(headOf(reply.value.text).length) : reply.value.text)
    const { nextFrom } = reply.value
    if (nextFrom === null) return { kind: 'done', pieces }
    if (nextFrom <= from) return { kind: 'failed', sentence: 'Reading did not get any further, so nothing was saved.' }
    from = nextFrom
    door.onProgress(Math.min(1, (from - question.from) / (question.to - question.from)))
  }
}

function headOf(text: string): string {
  const end = text.indexOf('\n')
  return end === -1 ? text : text.slice(0, end + 1)
}

/** "idlewatt-geforce-rtx-3090-2-2026-11-22T1015-2026-11-23T1015.csv", in local time. */
export function csvName(title: string, from: number, to: number): string {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60)
  return `idlewatt-${slug || 'gpu'}-${stamp(from)}-${stamp(to)}.csv`
}

function stamp(at: number): string {
  const local = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}T${two(local.getHours())}${two(local.getMinutes())}`
}
