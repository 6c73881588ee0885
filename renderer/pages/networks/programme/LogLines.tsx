/** Lines of a log, oldest on top, in a box that stays at its end while it is followed and where it is while one reads back. */
import { useLayoutEffect, useRef } from 'react'
import type { LogLine } from '../../../../shared/provider.ts'
import { formatDay, formatTime, formatWithZone } from '../../../format/time.ts'
import { piecesOf } from './log-lines.ts'

const streamWords: Record<LogLine['stream'], string | null> = { out: null, file: null, error: 'error output', note: 'Idlewatt' }

export interface LogLinesProps {
  label: string
  lines: readonly LogLine[]
  search: string
  isFollowing: boolean
  hasOlder: boolean
  isReadingOlder: boolean
  onOlder: () => void
  /** Somebody scrolled away from the end. */
  onScrollBack: () => void
}

/** Nearer to the end than this counts as being there. */
const nearPx = 24

export function LogLines({ label, lines, search, isFollowing, hasOlder, isReadingOlder, onOlder, onScrollBack }: LogLinesProps) {
  const box = useRef<HTMLDivElement>(null)
  const before = useRef({ first: -1, height: 0, top: 0 })
  const first = lines[0]?.no ?? -1
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const was = before.current
    if (isFollowing) element.scrollTop = element.scrollHeight
    // Older lines came in above: what was read stays under the eyes.
    else if (was.first > first) element.scrollTop = was.top + element.scrollHeight - was.height
    before.current = { first, height: element.scrollHeight, top: element.scrollTop }
  }, [lines, first, isFollowing])
  function scrolled(): void {
    const element = box.current
    if (!element) return
    const isBack = element.scrollTop < before.current.top && element.scrollHeight - element.clientHeight - element.scrollTop > nearPx
    before.current.top = element.scrollTop
    if (isFollowing && isBack) onScrollBack()
  }
  return (
    <div ref={box} className="log-box" role="region" aria-label={label} tabIndex={0} onScroll={scrolled}>
      {hasOlder ? (
        <button type="button" className="button button-small log-older" aria-disabled={isReadingOlder ? true : undefined} onClick={() => (isReadingOlder ? undefined : onOlder())}>
          {isReadingOlder ? 'Reading older lines …' : 'Show older lines'}
        </button>
      ) : (
        <p className="log-begin muted small">This is where the log that is kept begins.</p>
      )}
      <ol className="log-lines">
        {lines.map((line, i) => (
          <Line key={line.no} line={line} search={search} isNewDay={i === 0 || formatDay(line.at) !== formatDay(lines[i - 1]?.at ?? 0)} />
        ))}
      </ol>
    </div>
  )
}

function Line({ line, search, isNewDay }: { line: LogLine; search: string; isNewDay: boolean }) {
  const word = streamWords[line.stream]
  return (
    <li className={`log-line log-${line.stream}`}>
      {isNewDay ? <span className="log-day">{formatDay(line.at)}</span> : null}
      <time dateTime={new Date(line.at).toISOString()} title={formatWithZone(line.at)}>
        {formatTime(line.at)}
      </time>
      <span className="log-text">
        {word === null ? null : <span className="log-stream">{word}: </span>}
        {piecesOf(line.text, search).map((piece, i) => (i % 2 === 0 ? piece : <mark key={i}>{piece}</mark>))}
      </span>
    </li>
  )
}
