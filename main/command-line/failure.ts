/** What a call that failed says to its user. */
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'

/** A refusal as it is, a file error in words; null: our own bug. */
export function failureSentence(error: unknown): string | null {
  if (error instanceof NotPossible) return error.message
  const { code, path } = error as NodeJS.ErrnoException
  return code !== undefined && path !== undefined ? `${path}: ${fileErrorWords(error)}.` : null
}
