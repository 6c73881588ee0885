/** What setting a provider up asks for, refuses and measures: answers, names, ports, the card in the live registry. */
import { describe, expect, test } from 'vitest'
import { parseDevices } from '../../../../main/networks/akash/devices-source.ts'
import { network } from '../../../../main/networks/akash/index.ts'
import type { KeptValue, Measured, NeedDefinition, StepDefinition, Subject } from '../../../../main/networks/network.ts'
import { noReadings, type MachineReadings } from '../../../../shared/preflight.ts'
import { cardOf, machineOf, subjectOf } from '../render/subject.ts'
import { now } from '../software-facts.ts'
import { recorded } from './subject.ts'

const enrolment = (id: string) => {
  const found = network.enrolments.find(({ programmeId }) => programmeId === `akash/${id}`)
  if (!found) throw new Error(id)
  return found
}
const step = (programme: string, id: string): StepDefinition => {
  const found = enrolment(programme).steps.find((one) => one.id === id)
  if (!found) throw new Error(id)
  return found
}
const need = (programme: string, id: string): NeedDefinition => {
  const found = network.programmes.find((one) => one.id === `akash/${programme}`)?.needs.find((one) => one.id === id)
  if (!found) throw new Error(id)
  return found
}
const readings = (change: Partial<MachineReadings>): MachineReadings => ({ ...noReadings(now), ...change })
const known = <T>(value: T) => ({ value, why: null })
const address = 'akash1fyghadlr9gd24f4uy8380uf7sp8qkuscgzaz76'
const answers = { address, domain: 'example.org', gateway: 'https://provider.example.org:8443' }
const measured = (id: string, change: Partial<Subject>, programme = 'provider'): Measured => need(programme, id).measure(subjectOf<never>('RTX 4090', { machine: machineOf({ platform: 'linux' }), ...change }))
const isSo = (id: string, given: Partial<MachineReadings>, said: Record<string, string> = answers) => {
  const probe = step('provider', id).verify
  if (probe.kind !== 'reading') throw new Error(probe.kind)
  return probe.isSo(readings(given), said)
}

describe('answers', () => {
  const { refuse } = step('provider', 'provider')
  test.each<[string, string, boolean]>([
    ['address', address, true], ['address', `  ${address} `, true], ['address', address.toUpperCase(), false], ['address', 'cosmos1fyghadlr9gd24f4uy8380uf7sp8qkuscgzaz76', false], ['address', `${address}x`, false],
    ['domain', 'example.org', true], ['domain', 'a.b.example.co.uk', true], ['domain', 'https://example.org', false], ['domain', 'localhost', false], ['domain', 'example..org', false], ['domain', 'exa mple.org', false],
    ['gateway', 'https://provider.example.org:8443', true], ['gateway', 'https://192.168.1.20:8443', true], ['gateway', 'https://[fd12::1]:8443', true], ['gateway', 'http://provider.example.org:8443', false],
    ['gateway', 'https://user:pass@provider.example.org', false], ['gateway', 'https://provider.example.org:8443/status', false], ['gateway', 'https://169.254.169.254', false], ['gateway', 'https://[fe80::1]:8443', false], ['gateway', 'https://', false],
    ['log', '/var/log/p.log', true], ['log', '', true], ['log', 'p.log', false],
  ])('%s "%s" is taken: %s', (field, value, ok) => {
    const refusal = refuse?.(field, value) ?? null
    expect(refusal === null).toBe(ok)
    if (!ok) expect(refusal).toMatch(/\S.*\.$/)
  })
})

describe('records of the domain', () => {
  const names = (one: string[], other: string[]) => ({ names: { 'provider.example.org': known(one), 'idlewatt.ingress.example.org': known(other) } })
  const here = { publicAddress: known({ address: '203.0.113.7', how: 'STUN' }) }
  test.each<[string, Partial<MachineReadings>, boolean | null, RegExp]>([
    ['both here', { ...names(['203.0.113.7'], ['203.0.113.7']), ...here }, true, /203\.0\.113\.7/],
    ['one elsewhere: the address has changed', { ...names(['203.0.113.7'], ['198.51.100.1']), ...here }, false, /idlewatt\.ingress\.example\.org/],
    ['one leads nowhere', { ...names([], ['203.0.113.7']), ...here }, false, /provider\.example\.org leads nowhere/],
    ['our own address is not known', names(['203.0.113.7'], ['203.0.113.7']), null, /public address/],
    ['not looked up', here, null, /not looked up/],
  ])('%s', (_what, given, ok, because) => {
    expect(isSo('domain', given)).toMatchObject({ ok, because: expect.stringMatching(because) })
    const need = measured('domain', { readings: readings(given), enrolled: { answers, doneSteps: [] } })
    expect(need.ok).toBe(ok)
    if (ok !== true) expect(need.why).toMatch(because)
    if (ok === false) expect(need.remedy).toMatch(/record/)
  })
  test('without a domain it is to check', () => {
    expect(measured('domain', { readings: readings(here) })).toMatchObject({ ok: null, actual: null })
    expect(isSo('domain', here, {})).toMatchObject({ ok: null })
  })
})

describe('ports', () => {
  const reaches = (one: boolean, other: boolean) => ({ reaches: { 'provider.example.org:8443': known(one), 'provider.example.org:8444': known(other) } })
  const enrolled = { answers, doneSteps: [] }
  test('both answer', () => {
    expect(isSo('ports', reaches(true, true)).ok).toBe(true)
    expect(measured('ports', { readings: readings(reaches(true, true)), enrolled })).toMatchObject({ ok: true, actual: '8443 and 8444 answer' })
  })
  test('one that does not answer stops the step, but is no verdict on the machine: the router may turn it back', () => {
    expect(isSo('ports', reaches(true, false))).toMatchObject({ ok: false, because: expect.stringContaining('8444') })
    expect(measured('ports', { readings: readings(reaches(true, false)), enrolled })).toMatchObject({ ok: null, actual: '8444 do not answer' })
  })
  test('who listens here is said', () => {
    const listening = known([{ port: 8443, protocol: 'tcp' as const, listener: 'provider-services' }, { port: 443, protocol: 'udp' as const, listener: null }])
    expect(measured('ports', { readings: readings({ listening }) })).toMatchObject({ ok: null, actual: '8443 listen here' })
  })
})

describe('measured needs', () => {
  test('line: preflight is believed before what was recorded', () => {
    expect(measured('line', { readings: readings({ line: known({ downMbps: 930.4, upMbps: 42.3, latencyMs: 9, server: 'x' }) }), machine: machineOf({ downMbps: 1000, upMbps: 1000 }) })).toEqual({ actual: '930 Mbit/s down, 42 Mbit/s up', ok: false, unit: 'Mbit/s' })
    expect(measured('line', {})).toMatchObject({ ok: null })
  })
  test('address: carrier-grade NAT can be mended by the line\'s provider alone', () => {
    const own = { publicAddress: known({ address: '203.0.113.7', how: 'STUN' }) }
    expect(measured('public-address', { readings: readings({ ...own, cgnat: known({ isBehind: true, because: 'the router has 100.64.3.1.' }) }) })).toMatchObject({ ok: false, remedy: expect.stringContaining('public address') })
    expect(measured('public-address', { readings: readings({ ...own, cgnat: known({ isBehind: false, because: 'x' }) }) })).toMatchObject({ ok: true, actual: '203.0.113.7' })
    expect(measured('public-address', { readings: readings(own) })).toMatchObject({ ok: null, actual: '203.0.113.7' })
    expect(measured('public-address', {})).toMatchObject({ ok: null, actual: null })
  })
  test('disk: a turning one is refused however large', () => {
    const disk = (kind: 'hdd' | 'ssd') => ({ machine: machineOf({ diskTotalBytes: 2e12 }), readings: readings({ disk: known({ freeBytes: 1e12, totalBytes: 2e12, kind, folder: '/' }) }) })
    expect(measured('disk', disk('hdd'))).toMatchObject({ ok: false, actual: '2000 GB, a turning disk' })
    expect(measured('disk', disk('ssd'))).toMatchObject({ ok: true })
  })
  test.each<[number, boolean]>([[29_000, true], [-31_000, false]])('clock %i ms off: %s', (offMs, ok) => expect(measured('clock', { readings: readings({ clock: known({ offMs, how: 'NTP' }) }) })).toMatchObject({ ok, unit: 's' }))
  test('HomeNode: what the user confirmed counts', () => {
    expect(measured('invitation', { enrolled: { answers: {}, doneSteps: ['sign-up'] } }, 'homenode').ok).toBe(true)
    expect(measured('invitation', {}, 'homenode').ok).toBeNull()
    expect(measured('disk', { readings: readings({ disk: known({ freeBytes: 90e9, totalBytes: 2e12, kind: 'ssd', folder: '/' }) }) }, 'homenode')).toMatchObject({ ok: false, actual: '90 GB' })
  })
})

describe('the registry of cards, live', () => {
  test('a card of another maker is not told to ask for an entry', () => {
    expect(measured('registry', { card: cardOf('Radeon RX 7900 XTX') })).toMatchObject({ ok: null, remedy: null })
  })
  const live = (change: Partial<KeptValue> = {}) => (id: string): KeptValue | null =>
    id === 'akash/devices' ? { value: parseDevices(recorded('sources/devices.json')), origin: 'live', source: { url: 'x', date: null, note: 'x' }, takenAt: now, isStale: false, ...change } : null
  const b200 = cardOf('B200', { pciDeviceIds: ['10de:2901'] })
  const card3060Ti = cardOf('RTX 3060 Ti', { pciDeviceIds: ['10de:2486'] })
  test('a card that was added since the bundled copy is found', () => {
    expect(measured('registry', { card: b200 })).toMatchObject({ ok: false, why: expect.stringContaining('may have been added since') })
    expect(measured('registry', { card: b200, value: live() })).toMatchObject({ ok: true })
  })
  test('a card that was taken out is told with the day; an old reading leaves room', () => {
    expect(measured('registry', { card: card3060Ti }).ok).toBe(true)
    expect(measured('registry', { card: card3060Ti, value: live() })).toMatchObject({ ok: false, why: '10de:2486 is not in the registry as read on 2026-11-23.' })
    expect(measured('registry', { card: card3060Ti, value: live({ isStale: true }) }).why).toContain('may have been added since')
  })
  test('what is kept in another shape falls back to the bundled copy', () => {
    for (const value of [null, {}, [], 'x']) expect(measured('registry', { card: card3060Ti, value: live({ value }) }).ok).toBe(true)
  })
  test('vendors and devices by their ids; other keys are passed over', () => {
    expect(parseDevices(recorded('sources/devices.json'))).toContainEqual({ pciDeviceId: '10de:2684', model: 'rtx4090', ram: '24Gi', interface: 'PCIe', vendor: 'nvidia' })
    expect(() => parseDevices({ '10de': { name: 'nvidia', devices: { 2684: { name: 'rtx4090' } } } })).toThrow('10de.devices.2684.interface does not hold')
    expect(() => parseDevices({ message: 'not found' })).toThrow('lists 0 cards')
  })
})

test('the wallet\'s traps are said before anything is done, and nothing asks for a phrase', () => {
  const traps = enrolment('provider').steps.flatMap((one) => one.traps)
  expect(traps.find(({ id }) => id === 'wallet-shared')).toMatchObject({ severity: 'danger' })
  expect(enrolment('homenode').steps.flatMap((one) => one.traps).filter(({ severity }) => severity === 'danger').map(({ id }) => id)).toEqual(['disk', 'stick'])
})

test.each<[string, Parameters<Extract<StepDefinition['verify'], { kind: 'software' }>['isSo']>[0], boolean | null]>([
  ['not asked', null, null],
  ['idle', { activity: 'idle', earning: false, cause: 'no-demand', sentence: 'No lease.', evidence: [], job: null, at: now }, true],
  ['unhealthy', { activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: 'Offline.', evidence: [], job: null, at: now }, false],
  ['unknown', { activity: 'unknown', earning: null, cause: null, sentence: 'Not heard.', evidence: [], job: null, at: now }, null],
])('the provider counts as installed: %s', (_what, reading, ok) => {
  const probe = step('provider', 'install').verify
  expect(probe.kind === 'software' ? probe.isSo(reading).ok : 'none').toBe(ok)
})
