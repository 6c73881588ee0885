/** Definitions of provider software as tests need it: a process, a launcher, two containers, a process with its own container. */
import type { ContainerFacts, SoftwareReading } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../../main/networks/network.ts'

export const processDefinition: SoftwareDefinition = {
  programmeId: 'test/worker',
  kind: 'managed',
  platforms: ['linux', 'darwin', 'win32'],
  command: { program: '/opt/worker', args: ['--name', '{name}'], env: { TOKEN: '{secret:token}' } },
  containers: null,
  services: null,
  endpoints: [],
  logFiles: [],
  registryKey: null,
  processes: [],
  readyWithinMs: 60_000,
  stop: { signal: 'SIGTERM', graceMs: 5000 },
  finish: { how: 'watch-until-idle', mostMs: 600_000 },
  exitCodes: { 3: 'It says that its token is not valid.' },
  readLine: (line) => (line.startsWith('job ') ? { event: line, sentence: line, activity: 'working', job: { id: 'a', what: line === 'job begins' ? 'started' : 'finished' } } : line === 'ready' ? { event: 'ready', sentence: 'ready', activity: 'idle' } : null),
  read(facts): SoftwareReading {
    const last = facts.signs.at(-1)
    const job = last?.job?.what === 'started' ? { id: 'a', since: last.at } : null
    const activity = job ? 'working' : last ? 'idle' : (facts.containers ?? []).some(({ state }) => state === 'running') ? 'idle' : 'starting'
    return { activity, earning: job ? true : false, cause: job ? null : 'no-demand', sentence: `It is ${activity}.`, evidence: [], job, at: facts.at }
  },
  stopPrice: () => ({ sentence: 'The job is lost.', usd: null, finishMinutes: null, source: null }),
  source: { title: 'test', url: 'https://example.org/', date: '2026-11-23' } as SoftwareDefinition['source'],
}

export const launcherDefinition: SoftwareDefinition = {
  ...processDefinition,
  endsAfterLaunch: true,
  containers: { imagePrefix: 'maker/', expected: [{ image: 'maker/work', count: 1 }] },
}

/** Works with both alone. */
export const pairDefinition: SoftwareDefinition = { ...launcherDefinition, containers: { imagePrefix: 'maker/', expected: [{ image: 'maker/work', count: 1 }, { image: 'maker/monitor', count: 1 }] } }

export const ownContainerDefinition: SoftwareDefinition = { ...processDefinition, ownContainer: { image: 'maker/own', command: [], labels: { 'idlewatt.programme': 'test/worker' }, networkMode: 'none' } }

export function container(id: string, state = 'running', image = 'maker/work:1'): ContainerFacts {
  return { id, name: `name-${id}`, image, state, labels: {}, startedAt: null, exitCode: state === 'exited' ? 1 : null, restartCount: 0, health: null }
}
