/** Checks with how they came out in all, checking again, and the word that they change nothing. */
import { useState } from 'react'
import { FailedReading } from '../../components/FailedReading.tsx'
import { ChecksTable } from './ChecksTable.tsx'
import { tallyOf } from './checks.ts'
import type { Checks } from './use-checks.ts'

export interface ChecksPanelProps {
  label: string
  checks: Checks
  /** They are on their way by another question. */
  isReading: boolean
  nameOf: (programmeId: string) => string
  /** Told once all were checked anew. */
  onAll: () => void
  /** Said where there is nothing to check. */
  empty: string
  /** Written where nothing has been checked yet. */
  notYet?: string
  /** Checks of the machine as such stand behind a line of their own. */
  foldsMachine?: boolean
}

export function ChecksPanel({ label, checks, isReading, nameOf, onAll, empty, notYet, foldsMachine = false }: ChecksPanelProps) {
  const [measures, setMeasures] = useState(false)
  const isBusy = checks.isRunning || isReading
  const folded = foldsMachine ? (checks.checks ?? []).filter((check) => check.programmeId === null) : []
  const shown = (checks.checks ?? []).filter((check) => !folded.includes(check))
  async function again(): Promise<void> {
    if (isBusy) return
    await checks.runAll(measures)
    onAll()
  }
  return (
    <>
      <div className="checks-head">
        <button type="button" className="button" aria-disabled={isBusy ? true : undefined} onClick={() => void again()}>
          {isBusy ? 'Checking …' : checks.checks === null ? 'Check this machine' : 'Check everything again'}
        </button>
        <label className="choice choice-inline">
          <input type="checkbox" checked={measures} onChange={(event) => setMeasures(event.target.checked)} />
          also measure the line and the speed of the disk (takes longer, and some traffic)
        </label>
        <span role="status" className="small muted">
          {isBusy ? 'Each check has its own time limit; all of them take about ten seconds.' : (checks.said || (checks.checks && !foldsMachine ? tallyOf(checks.checks) : ''))}
        </span>
      </div>
      <p className="muted small">Checks only look. Nothing is installed, changed or sent, but for the questions to the servers that each check names.</p>
      <FailedReading failure={checks.failure} onAgain={() => void again()} urgent />
      {checks.checks === null ? (
        notYet === undefined && isBusy ? (
          <p role="status" className="looking">
            <span className="looking-mark" aria-hidden="true" />
            Looking at this machine …
          </p>
        ) : notYet === undefined ? null : (
          <p className="unknown-block">{notYet}</p>
        )
      ) : checks.checks.length === 0 ? (
        <p className="unknown-block">{empty}</p>
      ) : (
        <>
          {shown.length > 0 ? <ChecksTable label={label} checks={shown} nameOf={nameOf} running={checks.running} onAgain={(check) => void checks.runOne(check)} /> : <p className="unknown-block">{empty}</p>}
          {folded.length > 0 ? (
            <details className="folded">
              <summary>
                This machine in general <span className="muted small">{tallyOf(folded)}</span>
              </summary>
              <ChecksTable label="This machine in general" checks={folded} nameOf={nameOf} running={checks.running} onAgain={(check) => void checks.runOne(check)} />
            </details>
          ) : null}
        </>
      )}
    </>
  )
}
