/** A file that is chosen, or text that is pasted, handed on as text. */
import { useId, useRef, useState, type ChangeEvent, type FormEvent } from 'react'
import { formatBytes } from '../format/numbers.ts'
import { readTextOf } from './read-text.ts'

/** What a request takes at most. */
const mostCharacters = 5_000_000

export interface TextImportProps {
  label: string
  /** File endings. */
  accept: string
  button: string
  /** Answers with what is wrong; null: it was taken. */
  onImport: (text: string, from: string) => Promise<string | null>
}

export function TextImport({ label, accept, button, onImport }: TextImportProps) {
  const id = useId()
  const file = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function hand(content: string, from: string): Promise<void> {
    if (content.trim() === '') return setProblem('There is nothing in it.')
    if (content.length > mostCharacters) return setProblem(`At most ${formatBytes(mostCharacters)} can be read at once.`)
    setBusy(true)
    const refused = await onImport(content, from)
    setBusy(false)
    setProblem(refused)
    if (refused === null) setText('')
  }
  async function choose(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const chosen = event.target.files?.[0]
    if (!chosen) return
    // So that the same file, mended, can be chosen again.
    if (file.current) file.current.value = ''
    if (chosen.size > mostCharacters) return setProblem(`${chosen.name} is ${formatBytes(chosen.size)} large; at most ${formatBytes(mostCharacters)} can be read.`)
    const bytes = await chosen.arrayBuffer().catch(() => null)
    if (bytes === null) return setProblem(`${chosen.name} could not be read.`)
    await hand(readTextOf(new Uint8Array(bytes)).text, chosen.name)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    void hand(text, 'pasted')
  }

  return (
    <form className="text-import" onSubmit={submit}>
      <div className={problem ? 'field field-wrong' : 'field'}>
        <label htmlFor={`${id}-file`}>{label}: a file</label>
        <input id={`${id}-file`} ref={file} type="file" accept={accept} className="file" disabled={isBusy} onChange={(event) => void choose(event)} />
      </div>
      <div className={problem ? 'field field-wrong' : 'field'}>
        <label htmlFor={`${id}-text`}>or pasted text</label>
        <textarea id={`${id}-text`} className="input input-wide" rows={2} spellCheck={false} value={text} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} onChange={(event) => { setText(event.target.value); setProblem(null) }} />
      </div>
      <button type="submit" className="button button-small" disabled={isBusy || text.trim() === ''}>
        {isBusy ? 'Reading …' : button}
      </button>
      {problem ? (
        <span className="field-problem" role="alert" id={`${id}-problem`}>
          {problem}
        </span>
      ) : null}
    </form>
  )
}
