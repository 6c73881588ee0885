/** What can be done with a run: a report to show, a file to share, a comparison. */
import { useState, type ReactNode } from 'react'
import type { RunRef } from '../../../shared/benchmark.ts'
import { saveFile } from '../../components/save-file.ts'
import { writeRoute } from '../../state/route.ts'
import { useAsk } from '../../state/window-context.ts'
import { refKey } from './runs.ts'

export function RunActions({ runRef, title, canCompare }: { runRef: RunRef; title: string; canCompare: boolean }) {
  const ask = useAsk()
  const [isBusy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<{ saved: string | null; failure: string | null }>({ saved: null, failure: null })

  async function exportRun(): Promise<void> {
    setBusy(true)
    const reply = await ask('benchmark.export', runRef)
    setBusy(false)
    if (!reply.ok) return setOutcome({ saved: null, failure: reply.failure.message })
    saveFile(reply.value.fileName, 'application/json', [reply.value.text])
    setOutcome({ saved: `Saved as ${reply.value.fileName}. Another Idlewatt can import it.`, failure: null })
  }

  const of = <span className="visually-hidden"> of {title}</span>
  return (
    <div className="run-actions">
      <ReportButton runs={[runRef]}>Save a report{of}</ReportButton>
      <button type="button" className="button button-small" disabled={isBusy} onClick={() => void exportRun()}>
        Export the run{of}
      </button>
      {canCompare ? (
        <a className="button button-small" href={writeRoute('measure', `${compareDetail}:${refKey(runRef)}`)}>
          Compare it with another{of}
        </a>
      ) : null}
      <Said outcome={outcome} />
    </div>
  )
}

/** What came of it, said to everybody. */
function Said({ outcome }: { outcome: { saved: string | null; failure: string | null } }) {
  return (
    <>
      <span role="status" className="muted small run-said">
        {outcome.saved ?? ''}
      </span>
      {outcome.failure ? (
        <span role="alert" className="field-problem run-said">
          {outcome.failure}
        </span>
      ) : null}
    </>
  )
}

/** One printable page on these runs, saved as a file: a page of this app may not open another one. */
export function ReportButton({ runs, children }: { runs: RunRef[]; children: ReactNode }) {
  const ask = useAsk()
  const [isBusy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<{ saved: string | null; failure: string | null }>({ saved: null, failure: null })
  async function save(): Promise<void> {
    setBusy(true)
    const reply = await ask('benchmark.report', { runs })
    setBusy(false)
    if (!reply.ok) return setOutcome({ saved: null, failure: reply.failure.message })
    saveFile(reply.value.fileName, 'text/html;charset=utf-8', [reply.value.html])
    setOutcome({ saved: `Saved as ${reply.value.fileName}. It opens in any browser and can be printed.`, failure: null })
  }
  return (
    <>
      <button type="button" className="button button-small" disabled={isBusy} onClick={() => void save()}>
        {children}
      </button>
      <Said outcome={outcome} />
    </>
  )
}

/** The page's address while two runs are compared; what follows a colon is the first of them. */
export const compareDetail = 'compare'
