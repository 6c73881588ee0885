/** A combobox over the table of cards: type a part of a name, pick with arrows and Enter, or with the mouse. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useAsk } from '../state/window-context.ts'

export interface ModelFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  problem?: string | undefined
}

/** Waits for a pause in typing before it asks. */
const pauseMs = 120

export function ModelField({ label, value, onChange, problem }: ModelFieldProps) {
  const ask = useAsk()
  const id = useId()
  const [models, setModels] = useState<string[]>([])
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const asked = useRef('')
  const list = useRef<HTMLUListElement>(null)

  useEffect(() => {
    if (!isOpen) return
    const timer = setTimeout(() => {
      asked.current = value
      void ask('models.search', { text: value, limit: 12 }).then((reply) => {
        if (reply.ok && asked.current === value) setModels(reply.value)
      })
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [ask, isOpen, value])

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])

  function pick(model: string): void {
    onChange(model)
    setOpen(false)
    setActive(-1)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive((before) => (models.length === 0 ? -1 : (before + step + models.length + (before === -1 && step === -1 ? 1 : 0)) % models.length))
    } else if (event.key === 'Enter' && isOpen && active >= 0) {
      // With nothing chosen, Enter sends the form with what was typed.
      const model = models[active]
      if (model === undefined) return
      event.preventDefault()
      pick(model)
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault()
      setOpen(false)
      setActive(-1)
    }
  }

  const shown = isOpen && models.length > 0
  return (
    <div className={`field field-model${problem ? ' field-wrong' : ''}`}>
      <label htmlFor={id}>{label}</label>
      <span className="field-box">
        <input
          id={id}
          className="input"
          role="combobox"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? `${id}-problem` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="RTX 4090, H200, …"
          value={value}
          onChange={(event) => {
            onChange(event.target.value)
            setOpen(true)
            setActive(-1)
          }}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
      </span>
      <ul className="options" id={`${id}-list`} role="listbox" aria-label={`${label}: suggestions`} hidden={!shown} ref={list}>
        {models.map((model, i) => (
          <li
            key={model}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === active}
            onMouseDown={(event) => {
              // Before the input's blur closes the list.
              event.preventDefault()
              pick(model)
            }}
          >
            {model}
          </li>
        ))}
      </ul>
      {problem ? (
        <span className="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      ) : null}
    </div>
  )
}
