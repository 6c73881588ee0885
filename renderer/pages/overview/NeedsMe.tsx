/** What needs the user: problems of the machine and its cards, crashed measurements, and notices. */
import { ProblemNotice, Notice } from '../../components/Notice.tsx'
import { Moment } from '../../components/Moment.tsx'
import { Section } from '../../components/Page.tsx'
import { detectionOf, LookAgain, problemsToSay } from '../../components/Looking.tsx'
import { presentGpus } from '../../../shared/machine.ts'
import { workloadWords } from '../../format/words.ts'
import { drawnGpus, gpuTitle, pressingProblems, problemsBesides } from '../../state/gpu-slots.ts'
import { useAsk, usePart } from '../../state/window-context.ts'

export function NeedsMe() {
  const ask = useAsk()
  const gpus = usePart('gpus')
  const { notices } = usePart('app')
  const { crashes } = usePart('benchmark')
  const detection = detectionOf(gpus)
  const problems = problemsToSay(gpus)
  // A problem of the driver stands both on the machine and on its cards; once is enough here.
  const cardProblems = presentGpus(detection?.gpus ?? []).flatMap((gpu) => problemsBesides(pressingProblems(gpu), problems).map((problem) => ({ gpu, problem })))
  const nothing = problems.length + cardProblems.length + notices.length + crashes.length === 0
  if (nothing && gpus.phase !== 'ready') return null

  return (
    <Section title="What needs you">
      {nothing ? <p className="muted">Nothing at the moment.</p> : null}
      <div className="stack">
        {problems.map((problem) => (
          <ProblemNotice key={problem.id} problem={problem} actions={detection && drawnGpus(detection.gpus).cards.length === 0 ? <LookAgain disabled={gpus.phase === 'looking'} /> : null} />
        ))}
        {cardProblems.map(({ gpu, problem }) => (
          <ProblemNotice key={`${gpu.id} ${problem.id}`} problem={{ ...problem, sentence: `${gpuTitle(gpu, detection?.gpus ?? [])}: ${problem.sentence}` }} />
        ))}
        {crashes.map((crash) => (
          <Notice
            key={`${crash.gpuId} ${crash.workload}`}
            level="warning"
            title={`Measuring did not end well: ${workloadWords[crash.workload].toLowerCase()} on ${nameOf(crash.gpuId)}.`}
            actions={
              <a className="button button-small" href="#/measure">
                Go to Measure
              </a>
            }
          >
            <p>
              It was running when the driver or the machine went down (<Moment at={crash.startedAt} />), so it is not run again unless you ask for it.
            </p>
          </Notice>
        ))}
        {notices.map((notice) => (
          <Notice
            key={notice.id}
            level={notice.level}
            title={notice.sentence}
            actions={
              <button type="button" className="button button-small" onClick={() => void ask('notice.dismiss', { id: notice.id })}>
                Dismiss
              </button>
            }
          >
            <p className="muted">
              <Moment at={notice.at} />
            </p>
          </Notice>
        ))}
      </div>
    </Section>
  )

  function nameOf(gpuId: string): string {
    const gpu = detection?.gpus.find((one) => one.id === gpuId)
    return gpu ? gpuTitle(gpu, detection?.gpus ?? []) : 'a card that is no longer there'
  }
}
