/** The worker's steps: what is said beforehand, what is never done, and in which order it is undone. */
import { describe, expect, test } from 'vitest'
import devicesFile from '../../../../main/networks/io-net/devices.json' with { type: 'json' }
import { network } from '../../../../main/networks/io-net/index.ts'
import { refuseDeviceAnswer } from '../../../../main/networks/io-net/refuse-answers.ts'
import { workerSoftware } from '../../../../main/networks/io-net/software.ts'
import type { StepDefinition } from '../../../../main/networks/network.ts'
import type { SoftwareReading } from '../../../../shared/provider.ts'
import { noReadings, type MachineReadings } from '../../../../shared/preflight.ts'

const steps = network.enrolments[0]?.steps ?? []
const step = (id: string): StepDefinition => {
  const found = steps.find((one) => one.id === id)
  if (!found) throw new Error(`no step ${id}`)
  return found
}
const sentences = steps.flatMap((one) => one.traps.map((trap) => trap.sentence)).join('\n')

describe('known traps are said', () => {
  test.each([
    ['every container', /may remove every container of the Docker/],
    ['the documented stop command', /docker stop \$\(docker ps -a -q\).*Idlewatt stops only/],
    ['upgrades the system', /upgrades the whole system/],
    ['restarts unasked', /restarts the machine.*without asking/],
    ['ECC', /upgrades the whole system.*turns ECC off/],
    ['holds driver packages', /holds driver packages/],
    ['daemon.json', /daemon\.json/],
    ['the reset script', /Never run the reset script/],
    ['the socket', /root in effect/],
    ['Ubuntu 24.04', /24\.04/],
    ['the stake', /14 days.*7 more/],
    ['the token in a command', /every program on this machine can read/],
  ])('%s', (_what, says) => expect(sentences).toMatch(says))
  test('what destroys is marked as danger', () => {
    const dangers = steps.flatMap((one) => one.traps).filter((trap) => trap.severity === 'danger').map((trap) => trap.id)
    for (const id of ['set-up-script', 'removes-containers', 'stop-command', 'docker-socket', 'stake']) expect(dangers).toContain(id)
  })
})

test('the set-up script and the documented stop command are never run, downloaded or shown to copy', () => {
  const run = steps.map((one) => JSON.stringify([one.do, one.check, one.verify, one.undo]))
  for (const text of [...run, JSON.stringify(workerSoftware.command)]) expect(text).not.toMatch(/ionet-setup|docker (stop|rm|rmi|system prune)|find \//)
  for (const one of steps) expect(one.do.kind, one.id).not.toBe('command')
})

test('strangers block: the step stands before the start, and is looked at before each start', () => {
  const ids = steps.map((one) => one.id)
  expect(step('own-docker').verify).toEqual({ kind: 'no-strangers', imagePrefix: 'ionetcontainers/' })
  expect(ids.indexOf('own-docker')).toBeLessThan(ids.indexOf('start'))
  expect(workerSoftware.command?.args).toContain('--no_warnings=true')
  expect(workerSoftware.command?.args).toContain('--ecc_enabled=true')
})

test('no token is asked for, and none stands in the command', () => {
  expect(steps.flatMap((one) => one.fields).filter((field) => field.kind === 'secret')).toEqual([])
  expect(workerSoftware.command?.args.join(' ')).not.toMatch(/token|password/)
})

type Platform = Parameters<NonNullable<StepDefinition['leftOut']>>[0]['platform']
const leftOut = (one: StepDefinition, platform: Platform, arch?: string): string | null => one.leftOut?.({ platform, ...(arch === undefined ? {} : { arch }), readings: noReadings(0), answers: {} }) ?? null
const downloadsOn = (platform: Platform, arch?: string): StepDefinition[] => steps.filter((one) => one.do.kind === 'download' && leftOut(one, platform, arch) === null)

test.each([['linux', 'x64', 'launcher'], ['darwin', 'arm64', 'launcher-mac'], ['win32', 'x64', 'launcher-windows']] as const)('%s on %s takes %s, and nothing is said against the machine', (platform, arch, id) => {
  expect(downloadsOn(platform, arch).map((one) => one.id)).toEqual([id])
  expect(leftOut(step('machine'), platform, arch)).toMatch(/\.$/)
})

// A DGX Spark, a Mac with an Intel processor, a Windows laptop with a Snapdragon.
test.each([['linux', 'arm64'], ['darwin', 'x64'], ['win32', 'arm64']] as const)('%s on %s: no launcher is downloaded, and the first step says why and is never over', (platform, arch) => {
  expect(downloadsOn(platform, arch)).toEqual([])
  for (const one of steps) if (one.do.kind === 'download') expect(leftOut(one, platform, arch)).toMatch(/\.$/)
  expect(leftOut(step('machine'), platform, arch)).toBeNull()
  expect(steps[0]?.id).toBe('machine')
  const { verify } = step('machine')
  if (verify.kind !== 'software') throw new Error('not told by the software')
  const ready: SoftwareReading = { activity: 'ready', earning: null, cause: null, sentence: 'x.', evidence: [], job: null, at: 0 }
  for (const reading of [null, ready]) expect(verify.isSo(reading)).toMatchObject({ ok: false, because: expect.stringMatching(/cannot run on this machine.*\.$/) })
})

test('how much an idle card may be used is said once, and as the list of devices has it', () => {
  const sentence = step('start').traps.find((trap) => trap.id === 'exclusivity')?.sentence ?? ''
  expect(network.programmes[0]?.duties.find((duty) => duty.id === 'exclusivity')?.sentence).toBe(sentence)
  const [strict = '', lax = ''] = sentence.split(/\b20 %/)
  for (const { name, idleGpuCeiling } of devicesFile.devices) {
    if (idleGpuCeiling === null) continue
    const called = name.replace(/^(GeForce )?RTX /, '').replace(' Generation', '')
    const isDataCentre = /^(L\d|Tesla|A100|H\d|B\d)/.test(name)
    const isNamed = new RegExp(`\\b${called}(?=,| or| and)`).test(strict)
    expect(isNamed || (isDataCentre && strict.includes('data-centre cards')), name).toBe(idleGpuCeiling === 0.05)
  }
  expect(lax).toMatch(/^ of the other cards on its list/)
})

test.each(['exclusivity', 'restart', 'containers', 'docker-socket', 'ecc'])('the duty "%s" says what a trap of a step says', (id) => {
  const duty = network.programmes[0]?.duties.find((one) => one.id === id)
  expect(sentences).toContain(duty?.sentence ?? 'no such duty')
})

test('the images are told once, at the step that fetches them; and so is what may happen to other containers', () => {
  expect(steps.filter((one) => one.effects.downloadBytes !== null).map((one) => one.id)).toEqual(['start'])
  expect(step('start').effects).toMatchObject({ downloadBytes: 20e9, diskBytes: 20e9, image: expect.stringContaining('io-worker-vc'), hash: expect.stringMatching(/None published/) })
  expect(steps.filter((one) => one.effects.otherSoftware.some((text) => /every other container/.test(text))).map((one) => one.id)).toEqual(['start'])
})

test('a launcher that has ended has some minutes for its containers, not the hour that the first download may take', () => {
  expect(workerSoftware.containersWithinMs).toBe(5 * 60_000)
  expect(workerSoftware.readyWithinMs).toBeGreaterThan(60 * 60_000)
})

test('each system takes its own launcher, pinned to a release, with the hash that is first seen', () => {
  for (const platform of ['linux', 'darwin', 'win32', 'freebsd'] as const) {
    const here = downloadsOn(platform)
    expect(here.length, platform).toBe(platform === 'freebsd' ? 0 : 1)
    for (const one of here) if (one.do.kind === 'download') expect(one.do).toMatchObject({ version: '3.0.0', sha256: null, url: expect.stringMatching(/\/releases\/download\/3\.0\.0\//) })
  }
})

test('leaving: stops, then removes containers, images, sign-in and launcher; the device and the stake are left to the user', () => {
  const undone = [...steps].reverse().map((one) => `${one.id}: ${one.undo.kind}`)
  const order = ['stake: website', 'start: stop', 'sign-in: remove-paths', 'own-docker: remove-containers', 'room: remove-images', 'launcher: remove-file', 'device: forget-answers', 'account: website']
  expect(undone.filter((one) => order.includes(one))).toEqual(order)
  for (const one of steps) if (one.undo.kind === 'remove-containers' || one.undo.kind === 'remove-images') expect(one.undo.imagePrefix).toBe('ionetcontainers/')
  expect(step('account').remains.join(' ')).toMatch(/14 days/)
  expect(step('sign-in').undo).toMatchObject({ paths: expect.arrayContaining(['{home}/ionet_device_cache.json', '{folder}/files/ionet_device_cache.json']) })
})

describe('what is typed', () => {
  const id = '6b1a07a3-f950-4856-a171-3b346b51df54'
  test('an id and a name are taken', () => {
    expect(refuseDeviceAnswer('device_id', id)).toBeNull()
    expect(refuseDeviceAnswer('device_name', 'my machine_1.a')).toBeNull()
  })
  test.each([['device_id', 'nonsense'], ['device_id', ''], ['device_id', `${id} `], ['device_id', `${id}\n--token=x`], ['device_name', '--no_cache'], ['device_name', ''], ['device_name', id], ['device_name', 'x'.repeat(64)], ['device_name', 'a\u0000b'], ['device_name', '$(reboot)']])('%s %j is refused with what to do', (field, value) => {
    expect(refuseDeviceAnswer(field, value)).toMatch(/\.$/)
  })
  test('the whole command is recognised, and its token not repeated', () => {
    const refusal = refuseDeviceAnswer('device_id', `./io_net_launch_binary_linux --device_id=${id} --token=v1.hidden8841`)
    expect(refusal).toMatch(/only the id/)
    expect(refusal).not.toContain('8841')
  })
})

describe('Docker that reaches the card', () => {
  const judge = (change: Partial<MachineReadings>): { ok: boolean | null; because: string } => {
    const probe = step('prerequisites').verify
    if (probe.kind !== 'reading') throw new Error('not a reading')
    return probe.isSo({ ...noReadings(0), ...change }, {})
  }
  const docker = (change: object = {}): Pick<MachineReadings, 'docker'> => ({ docker: { value: { answers: true, why: null, remedy: null, version: '28.0', isDesktop: false, runtimes: [], hasNvidiaRuntime: true, containers: [], images: [], rootFolder: null, ...change }, why: null } })
  const toolkit = (isThere: boolean): Pick<MachineReadings, 'containerToolkit'> => ({ containerToolkit: { value: { isThere, version: null, how: 'By its hook.' }, why: null } })
  test('by what was tried, else by the toolkit', () => {
    expect(judge({}).ok).toBeNull()
    expect(judge(docker()).ok).toBeNull()
    expect(judge({ ...docker(), ...toolkit(true) }).ok).toBe(true)
    expect(judge({ ...docker(), ...toolkit(false) }).ok).toBe(false)
    expect(judge({ ...docker({ answers: false, why: 'permission denied', remedy: 'Join the group.' }), ...toolkit(true) })).toMatchObject({ ok: false, because: expect.stringMatching(/permission denied\. Join the group\./) })
    expect(judge({ ...docker(), ...toolkit(true), cardInContainer: { value: { works: false, said: 'no device' }, why: null } }).ok).toBe(false)
    expect(judge(docker({ isDesktop: true })).ok).toBe(true)
  })
})
