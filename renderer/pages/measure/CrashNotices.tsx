/** Steps that took the driver or the machine down, and the deliberate way to run them again. */
import type { CrashMarker } from '../../../shared/benchmark.ts'
import { Moment } from '../../components/Moment.tsx'
import { Notice } from '../../components/Notice.tsx'
import { stepNames } from '../../format/benchmark-words.ts'

export interface CrashNoticesProps {
  crashes: CrashMarker[]
  nameOf: (gpuId: string) => string
  onRunAnyway: (crash: CrashMarker) => void
}

export function CrashNotices({ crashes, nameOf, onRunAnyway }: CrashNoticesProps) {
  return crashes.map((crash) => (
    <Notice
      key={`${crash.gpuId} ${crash.workload}`}
      level="warning"
      title={`${stepNames[crash.workload]} did not end well on ${nameOf(crash.gpuId)}.`}
      actions={
        <button type="button" className="button" onClick={() => onRunAnyway(crash)}>
          Run anyway<span className="visually-hidden">: {stepNames[crash.workload]} on {nameOf(crash.gpuId)}</span>
        </button>
      }
    >
      <p>
        It was running when the driver, the worker or the whole machine went down on <Moment at={crash.startedAt} />
        {crash.driverVersion ? ` (driver ${crash.driverVersion})` : ''}. It is left out from now on. Running it again may freeze the screen or restart the machine: save your work first.
      </p>
    </Notice>
  ))
}
