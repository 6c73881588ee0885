/** Runs of other machines: brought in from a file or pasted, looked at, compared, forgotten. */
import { useState } from 'react'
import type { ImportedRun } from '../../../shared/benchmark.ts'
import { Moment } from '../../components/Moment.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Section } from '../../components/Page.tsx'
import { modeWords } from '../../format/benchmark-words.ts'
import { count } from '../../format/numbers.ts'
import { useAsk } from '../../state/window-context.ts'
import { MainFigures } from './Figures.tsx'
import { RunVerdict } from './ResultCard.tsx'
import { RunBody } from './RunBody.tsx'
import { TextImport } from '../../components/TextImport.tsx'
import { refOf, useImports } from './runs.ts'

export function ImportPanel() {
  const ask = useAsk()
  const { imports, failure, renew } = useImports()
  const [said, setSaid] = useState<string | null>(null)

  async function bring(text: string, from: string): Promise<string | null> {
    const reply = await ask('benchmark.import', { text, from })
    setSaid(reply.ok ? importWords(reply.value.added.length, reply.value.known) : null)
    if (reply.ok) renew()
    return reply.ok ? null : reply.failure.message
  }

  return (
    <>
      <Section title="Bring a run in">
        <p className="muted section-note">A file that another Idlewatt exported, or what <code>idlewatt bench --json</code> printed. It is used to compare with, and widens what is known of its model; nothing of it is run.</p>
        <TextImport label="Run of another machine" accept=".json,.txt" button="Import the text" onImport={bring} />
        <p role="status" className="small import-said">
          {said ?? ''}
        </p>
      </Section>
      {failure ? <Notice level="error" title={failure} /> : null}
      {imports === null ? null : imports.length === 0 ? (
        <p className="muted">No run of another machine has been imported.</p>
      ) : (
        <Section title={count(imports.length, 'imported run')} className="plain">
          <div className="stack">
            {imports.map((run) => (
              <Imported key={run.id} run={run} onForgotten={renew} />
            ))}
          </div>
        </Section>
      )}
    </>
  )
}

/** "from rig.json", "from pasted text". */
function fromWords(from: string): string {
  return from === 'pasted' ? 'from pasted text' : `from ${from}`
}

/** "2 runs were added; 1 was known already." Pure. */
export function importWords(added: number, known: number): string {
  if (added === 0) return known === 1 ? 'This run was imported before; nothing was added.' : `All ${known} runs were imported before; nothing was added.`
  const first = `${count(added, 'run')} ${added === 1 ? 'was' : 'were'} added`
  return known === 0 ? `${first}.` : `${first}; ${known} ${known === 1 ? 'was' : 'were'} known already.`
}

function Imported({ run, onForgotten }: { run: ImportedRun; onForgotten: () => void }) {
  const ask = useAsk()
  const [isOpen, setOpen] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const { result } = run
  async function forget(): Promise<void> {
    const reply = await ask('benchmark.forget-import', { id: run.id })
    if (reply.ok) onForgotten()
    else setFailure(reply.failure.message)
  }
  const of = <span className="visually-hidden"> of {result.gpuName}, imported from {run.from}</span>
  return (
    <article className="card result" aria-label={`${result.gpuName}, imported from ${run.from}`}>
      <header className="result-head">
        <h3>{result.gpuName}</h3>
        <RunVerdict result={result} />
        <span className="muted result-when">
          {modeWords[result.mode]}, <Moment at={result.startedAt} />
          {result.driverVersion ? `, driver ${result.driverVersion}` : ''}; {fromWords(run.from)}, imported <Moment at={run.importedAt} />
        </span>
      </header>
      <div className="result-fold">
        {isOpen ? null : <MainFigures result={result} />}
        <button type="button" className="button button-small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Fold' : 'Show the run'}{of}
        </button>
        <button type="button" className="button button-small" onClick={() => void forget()}>
          Forget{of}
        </button>
      </div>
      {failure ? <p role="alert" className="field-problem">{failure}</p> : null}
      {isOpen ? <RunBody result={result} runRef={refOf(result, run.id)} title={`${result.gpuName}, imported`} /> : null}
    </article>
  )
}
