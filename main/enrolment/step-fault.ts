/** Why a step did not get done, with what to do about it: both are shown as they are. */
import type { StepPhase } from '../../shared/enrolment.ts'
import { DockerFault } from '../system/docker-engine.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { DownloadFailed } from './download-faults.ts'

export class StepFault extends Error {
  override name = 'StepFault'
  readonly phase: Extract<StepPhase, 'failed' | 'blocked' | 'waits-for-you'>
  readonly remedy: string | null
  constructor(phase: StepFault['phase'], message: string, remedy: string | null) {
    super(message)
    this.phase = phase
    this.remedy = remedy
  }
}

const dockerRemedies: Record<DockerFault['kind'], string> = {
  'not-there': 'Start Docker, then try again.',
  'no-permission': 'Let this user use Docker (that is root in effect), then try again.',
  'not-found': 'Try the step again; do the step before it again if it stays so.',
  conflict: 'Stop what uses it, then try again.',
  'disk-full': 'Free some space on Docker’s disk, then try again.',
  'timed-out': 'Docker does not answer. Restart it if that lasts, then try again.',
  refused: 'See what Docker says, then try again.',
  cancelled: 'Try again when you like.',
}

/** Whatever was thrown, in words for the user. */
export function asFault(error: unknown): StepFault {
  if (error instanceof StepFault) return error
  if (error instanceof DownloadFailed) return new StepFault('failed', error.message, error.remedy)
  if (error instanceof DockerFault) return new StepFault('failed', error.message, dockerRemedies[error.kind])
  if (error instanceof NotPossible) return new StepFault('failed', error.message, null)
  return new StepFault('failed', `It did not work: ${fileErrorWords(error)}.`, 'Try again.')
}
