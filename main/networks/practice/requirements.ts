/** What the practice worker needs of a machine. */
import type { Measured, NeedDefinition, Subject } from '../network.ts'
import { practiceSource } from './source.ts'

export const practiceNeeds: NeedDefinition[] = [
  {
    id: 'system', title: 'Operating system', of: 'machine', required: 'Linux, macOS or Windows', remedy: null, source: practiceSource, why: 'The worker is a script for these systems.',
    measure: ({ machine }) => (machine === null || machine.platform === 'unknown' ? { actual: null, ok: null } : { actual: machine.os ?? machine.platform, ok: ['linux', 'darwin', 'win32'].includes(machine.platform) }),
  },
  { id: 'docker', title: 'Docker', of: 'machine', required: 'Docker that answers', remedy: 'Install Docker and start it.', source: practiceSource, why: 'The worker has a container beside it.', measure: measureDocker },
]

function measureDocker({ machine, readings }: Subject): Measured {
  const docker = readings?.docker ?? null
  if (docker?.value) {
    const { answers, why, remedy, version } = docker.value
    return answers ? { actual: version === null ? 'answers' : `Docker ${version}`, ok: true } : { actual: `does not answer${why === null ? '' : `: ${why}`}`, ok: false, ...(remedy === null ? {} : { remedy }) }
  }
  const has = machine?.hasDocker ?? null
  return has === null ? { actual: null, ok: null, why: docker?.why ?? 'To check: Docker was not asked.' } : { actual: has ? 'answers' : 'does not answer', ok: has }
}
