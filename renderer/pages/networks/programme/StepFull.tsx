/** A step in full: publisher, exact words that are run, what is to be done elsewhere, effects, traps, undo, and who says so. */
import type { StepState } from '../../../../shared/enrolment.ts'
import { CopyBox } from '../../../components/CopyBox.tsx'
import { detectionOf } from '../../../components/Looking.tsx'
import { OutLink, SourceLink } from '../../../components/SourceLink.tsx'
import { Words } from '../../../components/Words.tsx'
import { asSentence, hostOf } from '../../../format/words.ts'
import { usePart } from '../../../state/window-context.ts'
import { TrapLines } from './Traps.tsx'
import { commandLine, effectRows, sentences, standIns, trapsInOrder } from './programme-words.ts'

/** `labels`: of every answer that is asked for in any step, by its name. */
export function StepFull({ step, labels }: { step: StepState; labels: ReadonlyMap<string, string> }) {
  const platform = detectionOf(usePart('gpus'))?.machine.platform ?? 'linux'
  const { rows, none } = effectRows(step.effects)
  const answered = standIns(step, labels)
  return (
    <div className="step-full">
      {step.publisher ? (
        <p>
          <span className="step-label">Publisher:</span> {step.publisher.name}{step.publisher.url.startsWith('https://') ? <>, <OutLink url={step.publisher.url}>{hostOf(step.publisher.url)}</OutLink></> : null}
        </p>
      ) : null}
      {step.command ? (
        <div>
          <p className="step-label">Idlewatt runs exactly this:</p>
          <CopyBox text={commandLine(step.command, platform)} label={`the command of ${step.title}`} />
        </div>
      ) : null}
      {step.environment && step.environment.length > 0 ? (
        <p>
          <span className="step-label">With these in its environment:</span> {step.environment.map((one) => <code key={one} className="effect">{one}</code>)}
        </p>
      ) : null}
      {step.byHand === null ? null : (
        <div>
          <p className="step-label">You run this yourself:</p>
          <CopyBox text={step.byHand} label={`what you run for ${step.title}`} />
        </div>
      )}
      {step.todo.length > 0 ? (
        <div>
          <p className="step-label">{step.where === 'website' ? 'To do on the website:' : 'To do:'}</p>
          <ol className="todo">
            {step.todo.map((line) => (
              <li key={line}>
                <Words text={line} />
              </li>
            ))}
          </ol>
        </div>
      ) : null}
      {answered.length > 0 ? <p className="small muted">In it stand your answers: {answered.map(({ name, label }, i) => <span key={name}>{i === 0 ? '' : ', '}<code>{`{${name}}`}</code> is “{label}”</span>)}.</p> : null}
      {step.url === null || !step.url.startsWith('https://') ? null : (
        <p>
          <OutLink url={step.url}>Open {hostOf(step.url)}</OutLink>
        </p>
      )}
      {step.noticedBy === '' ? null : (
        <p>
          <span className="step-label">How Idlewatt notices that it is done:</span> <Words text={step.noticedBy} />
        </p>
      )}
      {rows.length > 0 ? (
        <dl className="effects">
          {rows.map((row) => (
            <div key={row.title}>
              <dt>{row.title}</dt>
              <dd>
                {row.values.map((value) => (
                  <span key={value} className="effect">
                    <Words text={value} />
                  </span>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {rows.length === 0 ? <p className="small muted">It changes nothing on this machine.</p> : none.length > 0 ? <p className="small muted">No {none.join(', ')}.</p> : null}
      <TrapLines traps={trapsInOrder(step.traps)} />
      <p>
        <span className="step-label">How it is undone:</span> <Words text={asSentence(step.undo)} />
        {step.remains.length > 0 ? (
          <>
            {' '}
            What remains: <Words text={sentences(step.remains)} />
          </>
        ) : null}
      </p>
      <p className="small muted">
        <SourceLink source={step.source} />
      </p>
    </div>
  )
}
