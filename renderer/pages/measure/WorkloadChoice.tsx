/** Which workloads are measured, or which one is kept up: for whoever wants less than all. */
import { useId } from 'react'
import type { WorkloadId } from '../../../shared/benchmark.ts'
import { sustainedWorkloads, workloadAbout, workloadGroups, workloadWords } from '../../format/benchmark-words.ts'
import { workloadsOf, type StartChoice } from './start-form.ts'

export function WorkloadChoice({ choice, problem, onChange }: { choice: StartChoice; problem: string | undefined; onChange: (change: Partial<StartChoice>) => void }) {
  const id = useId()
  if (choice.mode === 'sustained') {
    return (
      <div className="field">
        <label htmlFor={id}>The load that is kept up</label>
        <select id={id} className="select" value={choice.kept} onChange={(event) => onChange({ kept: event.target.value as WorkloadId })}>
          {sustainedWorkloads.map((workload) => (
            <option key={workload} value={workload}>{workloadWords[workload]}</option>
          ))}
        </select>
      </div>
    )
  }
  const all = workloadsOf(choice.mode)
  if (all.length === 0) return null
  const toggle = (workload: WorkloadId) => onChange({ without: new Set(choice.without.has(workload) ? [...choice.without].filter((one) => one !== workload) : [...choice.without, workload]) })
  const groups = workloadGroups.map((group) => ({ ...group, workloads: group.workloads.filter((workload) => all.includes(workload)) })).filter((group) => group.workloads.length > 0)
  return (
    <fieldset className="workload-choice" aria-describedby={problem ? `${id}-problem` : undefined}>
      <legend>Workloads</legend>
      {problem ? <p className="field-problem" id={`${id}-problem`} role="alert">{problem}</p> : null}
      {groups.map((group) => (
        <fieldset key={group.title}>
          <legend className="muted small">{group.title}</legend>
          {group.workloads.map((workload) => (
            <label key={workload} className="choice choice-inline" title={workloadAbout[workload]}>
              <input type="checkbox" checked={!choice.without.has(workload)} onChange={() => toggle(workload)} />
              {workloadWords[workload]}
            </label>
          ))}
        </fieldset>
      ))}
    </fieldset>
  )
}
