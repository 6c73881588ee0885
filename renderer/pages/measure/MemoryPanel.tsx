/** What a memory test found: how much was tested, how often, and each range of wrong words. */
import type { MemoryTestRun } from '../../../shared/benchmark.ts'
import { Icon } from '../../components/Icon.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { count, formatBytes, formatNumber } from '../../format/numbers.ts'

export function MemoryPanel({ run }: { run: MemoryTestRun }) {
  const isSound = run.errorCount === 0
  const isEmpty = run.testedBytes === 0 || run.bytesChecked === 0
  return (
    <div className="memory-test">
      <p>
        <span className={`verdict verdict-${isEmpty ? 'unknown' : isSound ? 'good' : 'bad'}`}>
          <Icon name={isEmpty ? 'unknown' : isSound ? 'yes' : 'no'} />
          {isEmpty ? 'Nothing was tested' : isSound ? 'No error was found' : `${count(run.errorCount, 'wrong word')} in ${count(run.errors.length, 'range')}`}
        </span>
      </p>
      {isSound ? null : <p className="detail-summary">Memory that gives back other values than were written makes every figure of this card, and every job on it, doubtful. Lower its memory clock to the maker’s setting and let it cool, then test again; if errors stay, the card should not be rented out.</p>}
      <Extent run={run} />
      <dl className="facts">
        <div>
          <dt>Tested</dt>
          <dd>{formatBytes(run.testedBytes)} of {formatBytes(run.totalBytes)}</dd>
        </div>
        <div>
          <dt>Left alone</dt>
          <dd>{run.leftAlone.bytes > 0 ? `${formatBytes(run.leftAlone.bytes)}: ${run.leftAlone.why}` : 'nothing'}</dd>
        </div>
        <div>
          <dt>Whole passes</dt>
          <dd>{formatNumber(run.passes, 0)} over {count(run.patterns.length, 'pattern')}</dd>
        </div>
        <div>
          <dt>Written and read back</dt>
          <dd>{formatBytes(run.bytesChecked)}</dd>
        </div>
      </dl>
      {run.stoppedBecause ? <p className="tone-warning">It ended before its time: {run.stoppedBecause}</p> : null}
      {run.errors.length > 0 ? (
        <ScrollBox label="Ranges of wrong words">
          <table className="table table-small">
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" className="number">Wrong words</th>
                <th scope="col">Pattern</th>
                <th scope="col">Written</th>
                <th scope="col">Read back</th>
              </tr>
            </thead>
            <tbody>
              {run.errors.map((error, i) => (
                <tr key={i}>
                  <td><Offset bytes={error.fromByte} /></td>
                  <td><Offset bytes={error.toByte} /></td>
                  <td className="number">{formatNumber(error.count, 0)}</td>
                  <td className="wrap">{error.pattern}</td>
                  <td><code>{error.expected}</code></td>
                  <td><code>{error.got}</code></td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      ) : null}
      {run.patterns.length > 0 ? <p className="muted small">Patterns: {run.patterns.join(', ')}.</p> : null}
    </div>
  )
}

function Offset({ bytes }: { bytes: number }) {
  return (
    <>
      <code>0x{bytes.toString(16)}</code> <span className="muted">{formatBytes(bytes)}</span>
    </>
  )
}

/** The card's memory as a bar: what was tested, and where it was wrong. */
function Extent({ run }: { run: MemoryTestRun }) {
  if (!(run.totalBytes > 0)) return null
  const share = (bytes: number) => Math.min(100, Math.max(0, (bytes / run.totalBytes) * 100))
  return (
    <div className="extent" role="img" aria-label={`${formatBytes(run.testedBytes)} of ${formatBytes(run.totalBytes)} were tested; ${run.errorCount === 0 ? 'no error was found' : `${count(run.errors.length, 'range')} with errors`}.`}>
      <span className="extent-tested" style={{ width: `${share(run.testedBytes)}%` }} />
      {run.errors.map((error, i) => (
        <span key={i} className="extent-error" style={{ left: `${share(error.fromByte)}%`, width: `max(2px, ${share(error.toByte - error.fromByte)}%)` }} />
      ))}
    </div>
  )
}
