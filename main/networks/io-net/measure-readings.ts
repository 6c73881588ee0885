/** Requirements that preflight measures: each falls back to "to check" where nothing was measured. Pure. */
import type { Known } from '../../../shared/preflight.ts'
import type { Measured, Subject } from '../network.ts'
import { imagePrefix, repositoryOf } from './worker-containers.ts'

const GB = 1e9
const toCheck = (why: string): Measured => ({ actual: null, ok: null, why })

/** A reading that is there, or why it is not. */
function known<T>(reading: Known<T> | undefined, otherwise: string): { value: T } | Measured {
  if (reading === undefined) return toCheck(otherwise)
  return reading.value === null ? toCheck(`To check: ${reading.why}`) : { value: reading.value }
}

export function measureDocker({ machine, readings }: Subject): Measured {
  const docker = readings?.docker.value ?? null
  if (docker !== null) {
    if (docker.answers) return { actual: docker.version === null ? 'answers' : `Docker ${docker.version}${docker.isDesktop === true ? ', Docker Desktop' : ''}`, ok: true }
    return { actual: `does not answer${docker.why === null ? '' : `: ${docker.why}`}`, ok: false, ...(docker.remedy === null ? {} : { remedy: docker.remedy }) }
  }
  if (machine === null || machine.hasDocker === null) return toCheck('To check: Docker was not asked.')
  return { actual: machine.hasDocker ? 'answers' : 'does not answer', ok: machine.hasDocker }
}

/** What was tried counts most; else what is set up, which is said. */
export function measureCardInDocker({ machine, card, readings }: Subject): Measured {
  if (card.vendor === 'apple') return { actual: 'not needed on a Mac', ok: true, why: 'On a Mac the processor works; no card is handed into Docker.' }
  const tried = readings?.cardInContainer.value ?? null
  if (tried !== null) return tried.works ? { actual: 'a container saw the card', ok: true } : { actual: 'a container did not see the card', ok: false, why: tried.said }
  const toolkit = readings?.containerToolkit.value ?? null
  const nothing = toCheck('To check, by trying it: "docker run --rm --gpus all ubuntu nvidia-smi" lists the card where it works.')
  if (toolkit === null || machine?.platform !== 'linux') return nothing
  if (!toolkit.isThere) return { actual: 'no NVIDIA container toolkit', ok: false, why: `Without it a container does not see the card. ${toolkit.how}`.trim() }
  const hasRuntime = readings?.docker.value?.hasNvidiaRuntime ?? null
  const actual = `container toolkit${toolkit.version === null ? '' : ` ${toolkit.version}`}`
  if (hasRuntime === false) return { actual: `${actual}, not known to Docker`, ok: false, why: 'The toolkit is installed, and Docker has no NVIDIA runtime.', remedy: 'Run "sudo nvidia-ctk runtime configure --runtime=docker", and restart Docker (what runs in it stops).' }
  return { actual, ok: true, why: `By what is set up: ${toolkit.how} It was not tried in a container.` }
}

export function measureDisk({ machine, readings }: Subject): Measured {
  const disk = readings?.disk.value ?? null
  const total = disk?.totalBytes ?? machine?.diskTotalBytes ?? null
  const free = disk?.freeBytes ?? machine?.diskFreeBytes ?? null
  if (total === null && free === null) return toCheck('Could not be read on this machine.')
  const size = total ?? free ?? 0
  // What is sold as 256 GB is a little less once partitioned.
  const least = 256 * GB * 0.93
  if (total === null && size < least) return { actual: `${inGb(size)} free`, ok: null, why: 'Only the free space could be read; the disk may be large enough.' }
  const kind = disk?.kind ?? null
  const actual = `${inGb(size)}${total === null ? ' free' : free === null ? '' : `, ${inGb(free)} free`}${kind === null ? '' : `, ${{ nvme: 'NVMe', ssd: 'SSD', hdd: 'turning disk' }[kind]}`}`
  if (size < least) return { actual, ok: false, unit: 'GB' }
  if (kind === 'hdd') return { actual, ok: false, unit: 'GB', why: 'An SSD is asked for; this is a turning disk.', remedy: 'Put Docker and the worker on an SSD.' }
  return { actual, ok: true, unit: 'GB' }
}

export function measureLine({ machine, readings }: Subject): Measured {
  const line = readings?.line.value ?? null
  const down = line?.downMbps ?? machine?.downMbps ?? null
  const up = line?.upMbps ?? machine?.upMbps ?? null
  if (down === null || up === null) return toCheck('To check: the line has not been measured.')
  const actual = `${Math.round(down)} Mbit/s down, ${Math.round(up)} Mbit/s up${line === null ? '' : `, ${Math.round(line.latencyMs)} ms`}`
  const isEnough = down >= 100 && up >= 75
  if (!isEnough) return { actual, ok: false, unit: 'Mbit/s' }
  const short = down < 500 || up < 250 ? ['500/250 is recommended, and another page asks for 250 at least'] : []
  const slow = line !== null && line.latencyMs > 30 ? [`answers take ${Math.round(line.latencyMs)} ms where 30 is asked for (against ${line.server})`] : []
  const said = [...short, ...slow]
  return { actual, ok: true, unit: 'Mbit/s', ...(said.length === 0 ? {} : { why: `Enough by the onboarding page; ${said.join('; ')}.` }) }
}

/** Whom the other ports lead to is not published: only these two can be tried. */
const asked = ['auth0.io.solutions:443', 'api.io.solutions:443'] as const

export function measurePorts({ readings }: Subject): Measured {
  const tried = asked.map((address) => ({ address, reached: readings?.reaches[address]?.value ?? null }))
  const refused = tried.filter(({ reached }) => reached === false).map(({ address }) => address)
  if (refused.length > 0) return { actual: `not reached: ${refused.join(', ')}`, ok: false, why: 'Without them the launcher can neither sign in nor report.', remedy: 'Let TCP 443 pass outward to them: look at the firewall, the proxy and the VPN.' }
  if (tried.some(({ reached }) => reached === null)) return toCheck('To check: whether they pass outward was not tried.')
  return { actual: 'TCP 443 passes outward', ok: null, why: 'io.net’s sign-in and its interface are reached. Whom the other ports lead to is not published, so they cannot be tried.' }
}

/** Others on this Docker, which the launcher may remove. */
export function measureOwnDocker({ readings }: Subject): Measured {
  const docker = known(readings?.docker, 'To check: Docker was not asked.')
  if (!('value' in docker)) return docker
  if (!docker.value.answers) return toCheck('To check once Docker answers.')
  const strangers = docker.value.containers.filter(({ image }) => !repositoryOf(image).startsWith(imagePrefix))
  if (strangers.length === 0) return { actual: 'no other container', ok: true }
  const named = strangers.slice(0, 5).map(({ name, image }) => `${name.replace(/^\//, '')} (${image})`)
  return { actual: `${strangers.length} of others: ${named.join(', ')}${strangers.length > named.length ? ' and more' : ''}`, ok: false }
}

export function measureAwake({ readings }: Subject): Measured {
  const sleep = known(readings?.sleep, 'To check: the sleep settings were not read.')
  if (!('value' in sleep)) return sleep
  return sleep.value.mayIdleSleep ? { actual: 'may fall asleep while idle', ok: false, why: `A machine that sleeps is down: ${sleep.value.how}` } : { actual: 'stays awake', ok: true }
}

/** Software of other programmes on this machine; this programme's own does not count. */
export function measureAlone({ readings }: Subject, programmeId: string): Measured {
  const software = known(readings?.software, 'To check: other programmes’ software was not looked for.')
  if (!('value' in software)) return software
  const others = software.value.filter((one) => one.programmeId !== programmeId)
  if (others.length === 0) return { actual: 'none found', ok: true }
  return { actual: others.slice(0, 5).map(({ programmeTitle, what }) => `${programmeTitle}: ${what}`).join('; '), ok: false }
}

export function measureAccount({ enrolled }: Subject): Measured {
  return enrolled?.doneSteps.includes('account') === true ? { actual: 'done, as you said', ok: true } : toCheck('Yours to set up in the browser.')
}

export function inGb(bytes: number): string {
  return `${Math.floor(bytes / GB)} GB`
}
