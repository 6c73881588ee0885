/** What needs the user: problems of the machine and its cards, crashed measurements, and notices. */
import { ProblemNotice, Notice } from '../../components/Notice.tsx'
import { Moment } from '../../components/Moment.tsx'
import { Section } from '../../components/Page.tsx'
import { Words } from '../../components/Words.tsx'
import { detectionOf, LookAgain, problemsToSay } from '../../components/Looking.tsx'
import { presentGpus, type Gpu, type Problem } from '../../../shared/machine.ts'
import { count } from '../../format/numbers.ts'
import { stepNames } from '../../format/benchmark-words.ts'
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
  const cardProblems = sharedProblems(presentGpus(detection?.gpus ?? []), problems)
  const isElsewhere = usePart('health').open.length > 0
  const nothing = problems.length + cardProblems.length + notices.length + crashes.length === 0
  if (nothing && gpus.phase !== 'ready') return null

  return (
    <Section title="What needs you">
      {nothing ? <p className="muted">{isElsewhere ? 'Nothing besides what stands under Health.' : 'Nothing at the moment.'}</p> : null}
      <div className="stack">
        {problems.map((problem) => (
          <ProblemNotice key={problem.id} problem={problem} actions={detection && drawnGpus(detection.gpus).cards.length === 0 ? <LookAgain disabled={gpus.phase === 'looking'} /> : null} />
        ))}
        {cardProblems.map(({ gpus: having, problem }) => (
          <Notice key={`${having[0]?.id} ${problem.id}`} level="warning" title={<Words text={`${having.length === 1 ? titleOf(having[0]) : count(having.length, 'card')}: ${problem.sentence}`} />}>
            {problem.remedy ? <p><Words text={problem.remedy} /></p> : null}
            {having.length > 1 ? <p className="muted small">{having.map(titleOf).join(', ')}</p> : null}
          </Notice>
        ))}
        {crashes.map((crash) => (
          <Notice
            key={`${crash.gpuId} ${crash.workload}`}
            level="warning"
            title={`Measuring did not end well: ${stepNames[crash.workload].toLowerCase()} on ${nameOf(crash.gpuId)}.`}
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
    return gpu ? titleOf(gpu) : 'a card that is no longer there'
  }
  function titleOf(gpu: Gpu | undefined): string {
    return gpu ? gpuTitle(gpu, detection?.gpus ?? []) : ''
  }
}

/** What several cards have in common is said once: a rig of sixteen tends to have its troubles sixteen times over. Pure. */
export function sharedProblems(gpus: readonly Gpu[], ofMachine: readonly Problem[]): { problem: Problem; gpus: Gpu[] }[] {
  const shared = new Map<string, { problem: Problem; gpus: Gpu[] }>()
  for (const gpu of gpus) {
    for (const problem of problemsBesides(pressingProblems(gpu), ofMachine)) {
      const key = JSON.stringify([problem.id, problem.sentence, problem.remedy])
      const found = shared.get(key)
      if (found) found.gpus.push(gpu)
      else shared.set(key, { problem, gpus: [gpu] })
    }
  }
  return [...shared.values()]
}
