/** The log: searched, followed, page by page into the past. */
import { useId, useState } from 'react'
import { FailedReading } from '../../../components/FailedReading.tsx'
import { count, formatBytes } from '../../../format/numbers.ts'
import { useSettled } from '../../../state/use-settled.ts'
import { LogLines } from './LogLines.tsx'
import { useLog } from './use-log.ts'

export function LogTab({ programmeId, name }: { programmeId: string; name: string }) {
  const id = useId()
  const [typed, setTyped] = useState('')
  const [isFollowing, setFollowing] = useState(true)
  const search = useSettled(typed.trim(), 300)
  return (
    <>
      <form className="log-head" role="search" aria-label={`Search the log of ${name}`} onSubmit={(event) => event.preventDefault()}>
        <div className="field">
          <label htmlFor={id}>Lines that hold</label>
          <input id={id} className="input" type="search" autoComplete="off" spellCheck={false} maxLength={200} placeholder="any words" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </div>
        <label className="choice choice-inline">
          <input type="checkbox" checked={isFollowing} onChange={(event) => setFollowing(event.target.checked)} />
          follow what is new
        </label>
      </form>
      <Log key={search} programmeId={programmeId} name={name} search={search} isFollowing={isFollowing} onReadBack={() => setFollowing(false)} onNewest={() => setFollowing(true)} />
    </>
  )
}

interface LogProps {
  programmeId: string
  name: string
  search: string
  isFollowing: boolean
  onReadBack: () => void
  onNewest: () => void
}

function Log({ programmeId, name, search, isFollowing, onReadBack, onNewest }: LogProps) {
  const log = useLog(programmeId, search, isFollowing)
  const { lines } = log
  return (
    <>
      <FailedReading failure={log.failure} onAgain={log.readAgain} urgent>
        {lines ? <p>What is shown is the last that was read.</p> : null}
      </FailedReading>
      {lines === null ? (
        log.failure === null ? (
          <p role="status" className="muted">
            Reading the log …
          </p>
        ) : null
      ) : lines.length === 0 ? (
        <p className="unknown-block" role="status">
          {search === '' ? 'Nothing has been logged yet. Lines appear once the software has run.' : `No line holds “${search}”.`}
        </p>
      ) : (
        <>
          <p className="log-foot small muted">
            <span role="status">{count(lines.length, 'line')}{search === '' ? '' : ` with “${search}”`}</span>
            {log.bytes === null ? null : <span>{formatBytes(log.bytes)} are kept; the oldest give way at 10 MB. Secrets are taken out before a line is kept.</span>}
            {isFollowing ? null : (
              <button type="button" className="button button-small" onClick={onNewest}>
                To the newest
              </button>
            )}
          </p>
          <LogLines label={`Log of ${name}`} lines={lines} search={search} isFollowing={isFollowing} hasOlder={log.hasOlder} isReadingOlder={log.isReadingOlder} onOlder={() => { onReadBack(); void log.readOlder() }} onScrollBack={onReadBack} />
        </>
      )}
    </>
  )
}
