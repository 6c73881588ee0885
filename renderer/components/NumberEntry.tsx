/** A number that is saved when its field is left or Enter is pressed, and refused with a sentence. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { ReadNumber } from '../format/typed-number.ts'
import { NumberField } from './NumberField.tsx'

export interface NumberEntryProps {
  label: string
  unit?: string
  /** As saved. */
  value: number | null
  read: (typed: string) => ReadNumber
  /** Answers what went wrong; null: it is saved. */
  save: (value: number | null) => Promise<string | null>
  placeholder?: string | undefined
  help?: ReactNode
  isLabelHidden?: boolean
}

export function NumberEntry({ label, unit, value, read, save, placeholder, help, isLabelHidden = false }: NumberEntryProps) {
  /** What is being typed; null: the field shows what is saved. */
  const [typed, setTyped] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | undefined>()
  const [saved, setSaved] = useState(false)
  const isSent = useRef(false)
  // What was typed stays until the saved value has come back, so that the field does not flicker to the old one.
  useEffect(() => {
    if (isSent.current) setTyped(null)
    isSent.current = false
  }, [value])

  async function commit(): Promise<void> {
    if (typed === null) return
    const found = read(typed)
    setProblem(found.problem)
    if (found.problem !== undefined) return
    if (found.value === value) return setTyped(null)
    isSent.current = true
    const failure = await save(found.value)
    setProblem(failure ?? undefined)
    setSaved(failure === null)
    if (failure !== null) isSent.current = false
  }

  return (
    <NumberField
      label={label}
      isLabelHidden={isLabelHidden}
      {...(unit === undefined ? {} : { unit })}
      // As it stands in the field: no thousands marks, a point.
      value={typed ?? (value === null ? '' : String(value))}
      onChange={(text) => {
        setTyped(text)
        setSaved(false)
      }}
      onCommit={() => void commit()}
      {...(placeholder === undefined ? {} : { placeholder })}
      help={help}
      problem={problem}
      saved={saved}
    />
  )
}
