/** What is read of a checker, and what the set-up of host and checker measures. */
import { describe, expect, test } from 'vitest'
import { network } from '../../../../main/networks/aethir/index.ts'
import { isAddress } from '../../../../main/networks/aethir/steps-host.ts'
import type { Measured, SoftwareFacts, Subject } from '../../../../main/networks/network.ts'
import { noReadings, type MachineReadings } from '../../../../shared/preflight.ts'
import { machineOf, subjectOf } from '../render/subject.ts'
import { factsOf, now, signsOf } from '../software-facts.ts'

const [checker] = network.software
if (!checker) throw new Error('no software')
const licences = (data: object): string => `[info] Success to send: ${JSON.stringify({ code: 135000, data: { capacityLimit: 3000, ...data } })}`
const read = (service: string | null, lines: [number, string][] = [], change: Partial<SoftwareFacts> = {}) => checker.read(factsOf({ services: { 'aethir-checker': service }, ...signsOf(checker, lines), ...change }))
const known = <T>(value: T) => ({ value, why: null })
const readings = (change: Partial<MachineReadings>): MachineReadings => ({ ...noReadings(now), ...change })
const need = (programme: string, id: string, change: Partial<Subject>): Measured => {
  const found = network.programmes.find((one) => one.id === `aethir/${programme}`)?.needs.find((one) => one.id === id)
  if (!found) throw new Error(id)
  return found.measure(subjectOf<never>('H200', { machine: machineOf({ platform: 'linux' }), ...change }))
}

describe('the checker', () => {
  test('licences that check: it works and earns', () => {
    expect(read('active', [[5, licences({ delegatedLicense: 2, checking: 2, banned: 0 })]])).toMatchObject({ activity: 'working', earning: true, sentence: '2 licences are checking.', evidence: ['service: active', 'log: 2 delegated, 2 checking, 0 banned'] })
  })
  test('the last word counts', () => {
    expect(read('active', [[5, licences({ checking: 2 })], [1, licences({ checking: 0, ready: 0, delegatedLicense: 2 })]])).toMatchObject({ activity: 'idle', earning: false, cause: 'unknown' })
  })
  test.each<[string, object, object, RegExp]>([
    ['ready', { ready: 1 }, { activity: 'idle', earning: null }, /^1 licence is ready, without something to check/],
    ['none', { delegatedLicense: 0, checking: 0 }, { activity: 'idle', earning: false, cause: 'not-eligible' }, /Delegate one/],
    ['pending', { delegatedLicense: 0, pendingLicenses: 3 }, { activity: 'idle', earning: false }, /3 licences wait for your approval: run "aethir license approve --all"/],
    ['banned', { banned: 2, checking: 0 }, { activity: 'unhealthy', earning: false, cause: 'not-eligible' }, /2 licences were banned/],
    ['some banned', { banned: 1, checking: 1 }, { activity: 'working', earning: true }, /^1 licence is checking\. 1 licence was banned/],
  ])('licences: %s', (_what, data, expected, sentence) => {
    const reading = read('active', [[5, licences(data)]])
    expect(reading).toMatchObject(expected)
    expect(reading.sentence).toMatch(sentence)
  })
  test('shut out for its age, until it starts anew', () => {
    const old = 'current version is below the minimum required version'
    expect(read('active', [[5, licences({ checking: 1 })], [4, old]])).toMatchObject({ activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: expect.stringContaining('too old') })
    expect(read('active', [[5, old], [4, 'Initialize Service Version: 1.0.3.2']])).toMatchObject({ activity: 'starting', earning: null })
  })
  test('an address that is blocked is so for a day', () => {
    const blocked = 'register failed: ip has been blacklisted'
    expect(read('active', [[60, blocked]])).toMatchObject({ activity: 'unhealthy', sentence: expect.stringContaining('for the day') })
    expect(read('active', [[25 * 60, blocked], [1, licences({ checking: 1 })]])).toMatchObject({ activity: 'working' })
  })
  test.each<[string | null, boolean | null, object]>([
    ['failed', null, { activity: 'unhealthy', earning: false, cause: 'broken-here' }], ['inactive', null, { activity: 'unknown', earning: false }], ['inactive', true, { activity: 'ready', earning: null }],
    [null, true, { activity: 'ready', earning: null }], [null, false, { earning: false }], [null, null, { activity: 'unknown', earning: null }],
  ])('service %s, process %s', (service, isProcessThere, expected) => expect(read(service, [], { isProcessThere })).toMatchObject(expected))
  test('nothing is asked of the network by us: it blocks who asks often', () => {
    expect(checker.endpoints).toEqual([])
    expect(checker.command).toBeNull()
  })
  test('what stopping costs', () => expect(checker.stopPrice(factsOf(signsOf(checker, [[5, licences({ checking: 2 })]]))).sentence).toContain('2 licences are checking now'))
})

test('none of its commands is ours to run: they print keys, or ask for them', () => {
  for (const step of network.enrolments.flatMap(({ steps }) => steps)) expect(['website', 'by-hand', 'ask', 'check']).toContain(step.do.kind)
  const traps = network.enrolments.flatMap(({ steps }) => steps.flatMap((step) => step.traps))
  for (const id of ['prints-key', 'one-request', 'slashing', 'unknown-script', 'kyc-first', 'wrong-address']) expect(traps.find((trap) => trap.id === id), id).toMatchObject({ severity: 'danger' })
})

describe('needs say what is wrong, and what to do', () => {
  test('a checker on ARM, and on a Mac', () => {
    const on = (change: Parameters<typeof machineOf>[0]) => need('checker', 'system', { machine: machineOf(change) })
    expect(on({ platform: 'linux', arch: 'arm64' })).toMatchObject({ ok: false, why: expect.stringMatching(/x86 processors/) })
    expect(on({ platform: 'darwin', arch: 'x64' })).toMatchObject({ ok: false, why: expect.stringMatching(/Linux and Windows only/) })
    expect(on({ platform: 'linux', arch: 'x64' }).ok).toBeNull()
  })
  test('a host on another Ubuntu is not told to install Ubuntu; Linux inside Windows is named so', () => {
    const on = (change: Parameters<typeof machineOf>[0]) => need('cloud-host', 'system', { machine: machineOf({ platform: 'linux', os: 'Ubuntu 24.04', osVersion: '24.04', ...change }) })
    expect(on({})).toMatchObject({ ok: null, remedy: expect.stringMatching(/^Ask the portal/) })
    expect(on({ isWsl: true })).toMatchObject({ ok: false, actual: 'Ubuntu 24.04 (under WSL on Windows)' })
  })
})

describe('the host\'s address', () => {
  const own = { publicAddress: known({ address: '203.0.113.7', how: 'STUN' }), cgnat: known({ isBehind: false, because: 'x' }) }
  test('is held against the registered one', () => {
    const with_ = (address: string) => need('cloud-host', 'public-address', { readings: readings(own), enrolled: { answers: { address }, doneSteps: [] } })
    expect(with_('203.0.113.7')).toMatchObject({ ok: true, actual: '203.0.113.7' })
    expect(with_('198.51.100.1')).toMatchObject({ ok: false, why: expect.stringContaining('198.51.100.1 is registered'), remedy: expect.stringContaining('portal') })
  })
  test('behind carrier-grade NAT nobody gets in; not measured is to check', () => {
    expect(need('cloud-host', 'public-address', { readings: readings({ ...own, cgnat: known({ isBehind: true, because: 'the router has 100.64.0.2.' }) }) })).toMatchObject({ ok: false, why: expect.stringContaining('100.64.0.2') })
    expect(need('cloud-host', 'public-address', {})).toMatchObject({ ok: null, actual: null })
    expect(need('cloud-host', 'public-address', { readings: readings({ publicAddress: own.publicAddress }) })).toMatchObject({ ok: null, actual: '203.0.113.7' })
  })
  test.each<[string, boolean]>([['203.0.113.7', true], ['2001:db8::1', true], ['192.168.1.5', false], ['10.0.0.1', false], ['100.64.0.1', false], ['172.20.0.1', false], ['300.1.1.1', false], ['::1', false], ['fe80::1', false], ['example.org', false], ['203.0.113.7:8080', false]])('%s is a public address: %s', (text, is) => expect(isAddress(text)).toBe(is))
})

test.each<[string, string, string]>([['cloud-host', 'stake', 'stake'], ['cloud-host', 'identity-check', 'identity'], ['checker', 'licence', 'licence']])('%s: %s counts once it was confirmed', (programme, id, stepId) => {
  expect(need(programme, id, { enrolled: { answers: {}, doneSteps: [stepId] } }).ok).toBe(true)
  expect(need(programme, id, {}).ok).toBeNull()
})
