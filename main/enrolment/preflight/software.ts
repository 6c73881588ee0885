/** Software of programmes that runs here: by names of processes, services of the system, and images of containers. Looks only. */
import type { DockerReading, ForeignSoftware, MachineReadings } from '../../../shared/preflight.ts'
import { hasImagePrefix } from '../../system/docker-names.ts'
import { known, notKnown, said } from './known.ts'
import type { PartContext } from './part.ts'
import { isNamed, readProcesses } from './processes.ts'

const runningStates = new Set(['running', 'restarting', 'paused'])

export async function readSoftware(context: PartContext): Promise<MachineReadings['software']> {
  const { programmes, signs, isOurs, isRunning } = context
  const [processes, services, docker] = await Promise.all([readProcesses(context), runningServices(context), context.other('docker')])
  const titles = new Map(programmes.map(({ programmeId, title }) => [programmeId, title]))
  const byProcess = (processes.value ?? []).flatMap(({ pid, names }) =>
    signs.flatMap((sign) => {
      const name = names.find((one) => sign.processNames.some((wanted) => isNamed(one, wanted)))
      return name === undefined ? [] : [{ programmeId: sign.programmeId, programmeTitle: sign.programmeTitle, what: `process ${name} (${pid})`, isOurs: isOurs(pid) }]
    }),
  )
  const byService = services.map(({ programmeId, service }) => ({ programmeId, programmeTitle: titles.get(programmeId) ?? programmeId, what: `service ${service}`, isOurs: isRunning(programmeId) }))
  const found = [...byProcess, ...byService, ...inContainers(context, docker.value)]
  // Containers alone cannot say that nothing runs beside them.
  return found.length === 0 && processes.value === null ? notKnown(processes.why) : known(found)
}

function inContainers({ programmes, isRunning }: PartContext, docker: DockerReading | null): ForeignSoftware[] {
  return (docker?.containers ?? []).flatMap((container) => {
    if (!runningStates.has(container.state)) return []
    return programmes.flatMap(({ programmeId, title, software }) => {
      const wanted = software?.containers
      if (!wanted) return []
      const byLabel = wanted.label !== undefined && container.labels[wanted.label.name] === wanted.label.value
      if (!byLabel && !hasImagePrefix(container.image, wanted.imagePrefix)) return []
      return [{ programmeId, programmeTitle: title, what: `container ${container.name.replace(/^\//, '')} (${container.image})`, isOurs: isRunning(programmeId) }]
    })
  })
}

async function runningServices({ source, programmes, signal, timeoutMs }: PartContext): Promise<{ programmeId: string; service: string }[]> {
  const found = await Promise.all(
    programmes.map(async ({ programmeId, software }) => {
      const service = source.platform === 'linux' ? software?.services?.systemd : source.platform === 'win32' ? software?.services?.windows : null
      if (!service) return []
      const words: [string, string[]] = source.platform === 'linux' ? ['systemctl', ['show', '-p', 'ActiveState', '--value', service]] : ['sc', ['query', service]]
      const text = (await said(source, ...words, { timeoutMs: timeoutMs - 500, signal })).value ?? ''
      return (source.platform === 'linux' ? /^(active|activating|reloading)\s*$/m.test(text) : isRunningInSc(text)) ? [{ programmeId, service }] : []
    }),
  )
  return found.flat()
}

/** `sc query` tells type and state as number and word; the words differ by language. State 2: it starts, 4: it runs. Pure. */
function isRunningInSc(text: string): boolean {
  const state = [...text.matchAll(/:\s*([0-9a-f]+)\s{2,}\S/gi)][1]?.[1]
  return state === '4' || state === '2'
}
