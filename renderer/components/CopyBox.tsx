/** Words to take along exactly as they are: a command, an address. */
import { useRef, useState } from 'react'
import { Icon } from './Icon.tsx'

export function CopyBox({ text, label }: { text: string; label: string }) {
  const box = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState('')
  function copy(): void {
    const selection = window.getSelection()
    if (box.current) selection?.selectAllChildren(box.current)
    // The newer clipboard needs a permission, which the window's page never gets.
    setCopied(document.execCommand('copy') ? 'Copied.' : 'It is selected: copy it with Ctrl+C.')
  }
  return (
    <div className="copy-box">
      <pre tabIndex={0} role="group" aria-label={label}>
        <code ref={box}>{text}</code>
      </pre>
      <button type="button" className="button button-small" onClick={copy}>
        <Icon name="copy" />
        Copy<span className="visually-hidden"> {label}</span>
      </button>
      <span role="status" className="small muted">
        {copied}
      </span>
    </div>
  )
}
