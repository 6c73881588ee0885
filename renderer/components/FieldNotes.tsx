/** What stands around a field: that it was saved, what is wrong with it, and help. */
import type { ReactNode } from 'react'

export function SavedMark({ saved }: { saved: boolean }) {
  return (
    <span className="field-saved" role="status">
      {saved ? 'Saved' : ''}
    </span>
  )
}

/** `id`: of the field; it names the problem by `<id>-problem` and the help by `<id>-help`. */
export function FieldNotes({ id, problem, help }: { id: string; problem?: string | undefined; help?: ReactNode }) {
  return (
    <>
      {problem ? (
        <span className="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      ) : null}
      {help ? (
        <span className="field-help" id={`${id}-help`}>
          {help}
        </span>
      ) : null}
    </>
  )
}
