/** A programme's software as windows and the terminal see it. Pure. */
import type { ContainerFacts, ProviderState } from '../../shared/provider.ts'
import { isUp } from './fold-presence.ts'
import { isActive, type LifecycleStatus } from './lifecycle-status.ts'

export function stateOf(programmeId: string, kind: 'managed' | 'observed', status: LifecycleStatus, containers: ContainerFacts[] | null, hint: string | null): ProviderState {
  const { run, reading, phase } = status
  return {
    programmeId,
    phase,
    since: status.since,
    pid: run?.handle.kind === 'process' ? run.handle.pid : null,
    containers: (containers ?? []).filter(isUp).map(({ id, image, state }) => ({ id, image, state })),
    earning: run === null ? false : (reading?.earning ?? null),
    cause: run === null ? null : (reading?.cause ?? null),
    activity: run === null ? null : (reading?.activity ?? null),
    because: hint === null ? status.because : `${status.because} ${hint}`,
    evidence: reading?.evidence ?? [],
    job: reading?.job ?? null,
    retryAt: status.retryAt,
    wanted: status.wanted,
    adopted: run?.adopted ?? false,
    duplicate: status.duplicate,
    can: kind === 'observed' ? { start: false, finish: false, stop: false } : canOf(status),
    kind,
    readAt: reading?.at ?? null,
    failures: status.failures.length,
  }
}

/** Start of something adopted: from then on it is also started again when it ends. */
function canOf({ phase, wanted, isSetUp, duplicate }: LifecycleStatus): ProviderState['can'] {
  const isRest = phase === 'stopped' || phase === 'failed' || phase === 'waiting'
  return {
    start: (isRest && isSetUp && duplicate === null) || (phase === 'running' && wanted !== 'run') || phase === 'finishing',
    finish: phase === 'running',
    stop: (isActive({ phase } as LifecycleStatus) && phase !== 'stopping') || phase === 'waiting' || phase === 'failed',
  }
}
