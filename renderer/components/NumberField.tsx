/** A number with its unit, its own sentence when it is wrong, and help below it. */
import { useId, type ReactNode } from 'react'
import { FieldNotes, SavedMark } from './FieldNotes.tsx'

export interface NumberFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  onCommit?: () => void
  unit?: string
  placeholder?: string
  help?: ReactNode
  problem?: string | undefined
  saved?: boolean
  size?: 'normal' | 'small'
  /** Where a column says it already. */
  isLabelHidden?: boolean
}

export function NumberField({ label, value, onChange, onCommit, unit, placeholder, help, problem, saved = false, size = 'normal', isLabelHidden = false }: NumberFieldProps) {
  const id = useId()
  const described = [problem ? `${id}-problem` : null, help ? `${id}-help` : null].filter(Boolean).join(' ')
  return (
    <div className={`field field-${size}${problem ? ' field-wrong' : ''}`}>
      <label htmlFor={id} className={isLabelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <span className="field-box">
        <input
          id={id}
          className="input input-number"
          inputMode="decimal"
          autoComplete="off"
          value={value}
          placeholder={placeholder}
          aria-invalid={problem ? true : undefined}
          aria-describedby={described === '' ? undefined : described}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onCommit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onCommit?.()
          }}
        />
        {unit ? <span className="field-unit">{unit}</span> : null}
        <SavedMark saved={saved} />
      </span>
      <FieldNotes id={id} problem={problem} help={help} />
    </div>
  )
}
