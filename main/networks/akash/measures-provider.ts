/** What preflight measured of a machine, held against what a provider needs: line, address, names, ports, disk, clock. Pure. */
import type { Measured, Subject } from '../network.ts'
import { gatewayPlace } from './answer-checks.ts'
import { atLeast, GB, inGb } from './measures.ts'
import { domainNames } from './steps-provider.ts'

const wantedMbps = 100
/** The chart waits beyond that (`wait_for_rpc`). */
const mostOffMs = 30_000

export function measureLine({ machine, readings }: Subject): Measured {
  const read = readings?.line.value ?? null
  const down = read?.downMbps ?? machine?.downMbps ?? null
  const up = read?.upMbps ?? machine?.upMbps ?? null
  if (down === null || up === null) return { actual: null, ok: null, why: 'To check: the line has not been measured.' }
  const whole = (mbps: number): number => Math.round(mbps)
  return { actual: `${whole(down)} Mbit/s down, ${whole(up)} Mbit/s up`, ok: down >= wantedMbps && up >= wantedMbps, unit: 'Mbit/s' }
}

export function measureDisk({ machine, readings }: Subject): Measured {
  const total = machine?.diskTotalBytes ?? readings?.disk.value?.totalBytes ?? machine?.diskFreeBytes ?? null
  const size = atLeast(total, 150 * GB, inGb, 'GB')
  if (readings?.disk.value?.kind !== 'hdd' || size.actual === null) return size
  return { actual: `${size.actual}, a turning disk`, ok: false, unit: 'GB', why: 'This is a turning disk; an SSD is asked for.', remedy: 'Use an SSD of 150 GB at least.' }
}

export function measureAddress({ readings }: Subject): Measured {
  const own = readings?.publicAddress.value?.address ?? null
  const cgnat = readings?.cgnat.value ?? null
  if (cgnat?.isBehind === true) return { actual: 'behind carrier-grade NAT', ok: false, why: `Tenants cannot reach this line: ${cgnat.because}`, remedy: 'Ask your internet provider for a public address of your own.' }
  if (own === null) return { actual: null, ok: null, why: `To check. ${readings?.publicAddress.why ?? 'This machine\'s public address has not been asked for.'}` }
  if (cgnat === null) return { actual: own, ok: null, why: `Whether your router has this address itself is not known. ${readings?.cgnat.why ?? ''}`.trim() }
  return { actual: own, ok: true, why: 'Your router has this address itself. An audit wants one that never changes.' }
}

export function measureDomain({ readings, enrolled }: Subject): Measured {
  const domain = enrolled?.answers['domain']
  if (!domain) return { actual: null, ok: null, why: 'To check: which domain is yours is not known here. Enter it in the set-up.' }
  const own = readings?.publicAddress.value?.address ?? null
  const found = domainNames(domain).map((name) => ({ name, read: readings?.names[name] }))
  const required = found.map(({ name }) => name).join(' and ') + ' pointing here'
  const unknown = found.find(({ read }) => read === undefined || read.value === null)
  if (unknown) return { actual: null, ok: null, required, why: `To check. ${unknown.name}: ${unknown.read?.why ?? 'not looked up yet.'}` }
  const actual = found.map(({ name, read }) => `${name} → ${read?.value?.join(', ') || 'nothing'}`).join('; ')
  const empty = found.find(({ read }) => read?.value?.length === 0)
  if (empty) return { actual, ok: false, required, why: `${empty.name} leads nowhere.`, remedy: 'Add the record where the domain is registered.' }
  if (own === null) return { actual, ok: null, required, why: 'Both names resolve; whether to this machine is not known, since its public address is not.' }
  const other = found.find(({ read }) => read?.value?.includes(own) === false)
  if (other) return { actual, ok: false, required, why: `${other.name} does not lead to this machine's public address, ${own}: the address may have changed.`, remedy: `Change the record of ${other.name} to ${own}; with an address that changes, use dynamic DNS.` }
  return { actual, ok: true, required }
}

/** Our own look cannot tell what passes from outside; that the gateway answers by its public name is as much as shows here. */
export function measurePorts({ readings, enrolled }: Subject): Measured {
  const place = gatewayPlace(enrolled?.answers['gateway'])
  const tried = place === null ? [] : [place.port, '8444'].map((port) => ({ port, is: readings?.reaches[`${place.host}:${port}`]?.value ?? null }))
  const outside = 'Ports 80, 443 and 30000 to 32767 can only be seen from outside; the console tells whether tenants reach the provider.'
  if (tried.length > 0 && tried.every(({ is }) => is === true)) return { actual: `${tried.map(({ port }) => port).join(' and ')} answer`, ok: true, why: outside }
  const closed = tried.filter(({ is }) => is === false).map(({ port }) => port)
  if (closed.length > 0) return { actual: `${closed.join(' and ')} do not answer`, ok: null, why: `They do not answer from this machine, which may be your router's doing. ${outside}` }
  const listening = readings?.listening.value ?? null
  if (listening === null) return { actual: null, ok: null, why: 'To check: open ports can only be seen from outside.' }
  const here = [80, 443, 8443, 8444].filter((port) => listening.some((one) => one.port === port && one.protocol === 'tcp'))
  return { actual: here.length === 0 ? 'nobody listens on them here' : `${here.join(', ')} listen here`, ok: null, why: outside }
}

export function measureClock({ readings }: Subject): Measured {
  const off = readings?.clock.value?.offMs ?? null
  if (off === null) return { actual: null, ok: null, why: `To check. ${readings?.clock.why ?? 'The clock has not been compared.'}` }
  return { actual: `${(Math.abs(off) / 1000).toFixed(1)} s off`, ok: Math.abs(off) <= mostOffMs, unit: 's' }
}
