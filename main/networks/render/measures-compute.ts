/** What preflight measured of a machine, held against what a compute node needs. Pure. */
import type { Measured, Subject } from '../network.ts'

const wantedDiskBytes = 1e12
/** A "1 TB" disk shows a little less once it is partitioned. */
const diskSlack = 0.9
/** Not published; a signature that is minutes old is refused anywhere. */
const mostOffMs = 5_000

export function measureDocker({ machine, readings }: Subject): Measured {
  const docker = readings?.docker.value ?? null
  if (docker !== null) {
    if (docker.answers) return { actual: docker.version === null ? 'answers' : `Docker ${docker.version}`, ok: true }
    return { actual: `does not answer${docker.why === null ? '' : `: ${docker.why}`}`, ok: false, ...(docker.remedy === null ? {} : { remedy: docker.remedy }) }
  }
  if (machine?.hasDocker == null) return { actual: null, ok: null, why: readings?.docker.why ?? 'Docker has not been asked yet.' }
  return { actual: machine.hasDocker ? 'answers' : 'does not answer', ok: machine.hasDocker }
}

export function measureToolkit({ readings }: Subject): Measured {
  const tried = readings?.cardInContainer.value ?? null
  if (tried !== null) return { actual: tried.works ? 'a container saw the card' : 'a container did not see the card', ok: tried.works, ...(tried.works ? {} : { why: tried.said }) }
  const docker = readings?.docker.value ?? null
  const toolkit = readings?.containerToolkit.value ?? null
  if (toolkit === null) return { actual: null, ok: null, why: `To check. ${readings?.containerToolkit.why ?? 'The toolkit has not been looked for.'}` }
  const version = toolkit.version === null ? 'there' : toolkit.version
  if (!toolkit.isThere) return { actual: 'not found', ok: false }
  if (docker?.hasNvidiaRuntime === false) return { actual: `toolkit ${version}; Docker does not know it`, ok: false }
  return { actual: `toolkit ${version}`, ok: docker?.hasNvidiaRuntime === true ? true : null, ...(docker?.hasNvidiaRuntime === true ? {} : { why: 'Whether Docker knows the toolkit could not be told.' }) }
}

export function measureProcessor({ machine, readings }: Subject): Measured {
  const cores = machine?.cpuCores ?? null
  const threads = readings?.cpuThreads.value ?? null
  if (cores === null) return { actual: threads === null ? null : `${threads} threads`, ok: null, why: 'The number of cores could not be read.' }
  if (threads === null) return { actual: `${cores} cores`, ok: cores >= 8 }
  const actual = `${cores} cores, ${threads} threads`
  if (cores >= 8 && threads < 16) return { actual, ok: false, remedy: 'Switch multi-threading (SMT, Hyper-Threading) on in the firmware, or use a processor with 16 threads.' }
  return { actual, ok: cores >= 8 }
}

export function measureDisk({ machine, readings }: Subject): Measured {
  const bytes = machine?.diskTotalBytes ?? readings?.disk.value?.totalBytes ?? null
  if (bytes === null) return { actual: null, ok: null, why: 'The size of the disk could not be read.' }
  const size = bytes >= 1e12 ? `${(bytes / 1e12).toFixed(1)} TB` : `${Math.round(bytes / 1e9)} GB`
  const kind = readings?.disk.value?.kind ?? null
  const words = { nvme: 'NVMe', ssd: 'SSD, not NVMe', hdd: 'a turning disk' }
  const isLarge = bytes >= wantedDiskBytes * diskSlack
  const speed = readings?.diskSpeed.value ?? null
  const reads = speed === null ? '' : `, reads ${(speed.readMBps / 1000).toFixed(1)} GB/s`
  if (kind === null || kind === 'nvme') return { actual: `${size}${kind === null ? '' : ', NVMe'}${reads}`, ok: isLarge }
  return { actual: `${size}, ${words[kind]}${reads}`, ok: false, why: 'RNP-019 recommends NVMe at about 7 GB/s as the minimum.' }
}

export function measureLine({ machine, readings }: Subject, which: 'downMbps' | 'upMbps', wanted: number): Measured {
  const mbps = readings?.line.value?.[which] ?? machine?.[which] ?? null
  return mbps === null ? { actual: null, ok: null, why: 'The line has not been measured yet.' } : { actual: `${Math.round(mbps)} Mbit/s`, ok: mbps >= wanted, unit: 'Mbit/s' }
}

export function measureClock({ readings }: Subject): Measured {
  const off = readings?.clock.value?.offMs ?? null
  if (off === null) return { actual: null, ok: null, why: `To check. ${readings?.clock.why ?? 'The clock has not been compared.'}` }
  return { actual: `${(Math.abs(off) / 1000).toFixed(1)} s off`, ok: Math.abs(off) <= mostOffMs, unit: 's' }
}
