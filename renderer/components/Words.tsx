/** A sentence of the app, with what stands between backticks (a command, a file) set as code. */
import { Fragment } from 'react'

export function Words({ text }: { text: string }) {
  const pieces = text.split('`')
  // An odd backtick is a plain one.
  if (pieces.length % 2 === 0) return <>{text}</>
  return pieces.map((piece, i) => (i % 2 === 0 ? <Fragment key={i}>{piece}</Fragment> : <code key={i}>{piece}</code>))
}
