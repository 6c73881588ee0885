/** Makes support bundles: gathers state, logs and the recorded machine, removes what is nobody's business, lists it, and packs what was listed. */
import { randomUUID } from 'node:crypto'
import { strToU8, zipSync } from 'fflate'
import type { SupportBundle, SupportFile } from '../../shared/support.ts'
import { NotPossible } from '../system/not-possible.ts'
import { createRedactor, type Private } from './redact.ts'

export interface Support {
  /** Rejects with NotPossible. Saves and sends nothing. */
  make(): Promise<SupportBundle>
  /** Of the bundle that was made last. Throws NotPossible for another. */
  save(id: string): { fileName: string; base64: string }
}

/** One thing that goes in, before anything was removed from it. */
export interface SupportPart {
  what: string
  /** File name → text. What cannot be had is left out, with its reason as the text of a file. */
  read(): Promise<Record<string, string>> | Record<string, string>
  /** Kinds of which it holds made-up values only; left out: none. */
  madeUp?: readonly string[]
}

export interface SupportOptions {
  parts: SupportPart[]
  /** Texts that must not stand in it, with what they are: wallet addresses, serials, secrets, names. */
  known(): Private[]
  now(): number
}

/** What a window shows of a long file; the file itself is whole. */
const previewLetters = 40_000
/** Of the newest; a log keeps as much. */
const mostLettersOfFile = 10_000_000

export function createSupport(options: SupportOptions): Support {
  let made: { bundle: SupportBundle; texts: Record<string, string> } | null = null

  async function make(): Promise<SupportBundle> {
    const redactor = createRedactor(options.known())
    const texts: Record<string, string> = {}
    const files: SupportFile[] = []
    for (const part of options.parts) {
      for (const [name, text] of Object.entries(await readPart(part))) {
        const cleaned = await redactor.clean(shortened(text), part.madeUp)
        texts[name] = cleaned
        const preview = cleaned.length > previewLetters ? `${cleaned.slice(0, previewLetters)}\n… ${cleaned.length - previewLetters} more letters are in the file` : cleaned
        files.push({ name, what: part.what, bytes: Buffer.byteLength(cleaned), preview })
      }
    }
    const madeAt = options.now()
    const bundle: SupportBundle = {
      id: randomUUID(),
      fileName: `idlewatt-support-${new Date(madeAt).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}.zip`,
      madeAt,
      files,
      removed: redactor.removed(),
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    }
    made = { bundle, texts }
    return bundle
  }

  return {
    make,
    save(id) {
      if (made === null || made.bundle.id !== id) throw new NotPossible('This support bundle is no longer at hand. Make it again, look through it, and save it then.')
      const packed = zipSync(Object.fromEntries(Object.entries(made.texts).map(([name, text]) => [name, strToU8(text)])), { level: 6 })
      return { fileName: made.bundle.fileName, base64: Buffer.from(packed).toString('base64') }
    },
  }
}

/** From the beginning of a line. */
function shortened(text: string): string {
  if (text.length <= mostLettersOfFile) return text
  const rest = text.slice(-mostLettersOfFile)
  const whole = rest.slice(rest.indexOf('\n') + 1)
  return `… the first ${text.length - whole.length} letters are left out\n${whole}`
}

/** One part that fails takes no other along. */
async function readPart(part: SupportPart): Promise<Record<string, string>> {
  try {
    return await part.read()
  } catch (error) {
    return { [`not-read-${part.what.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.txt`]: `${part.what} could not be read: ${error instanceof Error ? error.message : String(error)}\n` }
  }
}
