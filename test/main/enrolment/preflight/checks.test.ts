/** The checks of the machine as such: what each finds wrong, what mends it, and that nothing unmeasured is called right or wrong. */
import { describe, expect, test } from 'vitest'
import { machineChecks, readingsOfCheck, type CheckedMachine } from '../../../../main/enrolment/checks-machine.ts'
import { machineCheckList } from '../../../../main/enrolment/checks-machine-list.ts'
import { known, notKnown } from '../../../../main/enrolment/preflight/known.ts'
import { parts } from '../../../../main/enrolment/preflight/parts.ts'
import type { Gpu, Machine, Platform, Surroundings } from '../../../../shared/machine.ts'
import { noReadings, type CheckRecord, type DockerReading, type MachineReadings } from '../../../../shared/preflight.ts'

const nvidia = { id: 'GPU-1', name: 'Some card', vendor: 'nvidia', kind: 'gpu', driverVersion: '570.1', cudaVersion: '12.8', lostSince: null } as unknown as Gpu
const detected = (gpus: Gpu[], surroundings: Partial<Surroundings> | null = null): CheckedMachine['detected'] => ({ gpus, machine: { surroundings } as Machine })

function checksOf(readings: Partial<MachineReadings> = {}, more: Partial<CheckedMachine> = {}): Map<string, CheckRecord> {
  const machine: CheckedMachine = { readings: { ...noReadings(5), ...readings }, platform: 'linux', isRecorded: false, detected: detected([nvidia]), takenAt: () => 7, ...more }
  return new Map(machineChecks(machine).map((record) => [record.id, record]))
}
const docker = (given: Partial<DockerReading>): Pick<MachineReadings, 'docker'> => ({ docker: known({ answers: true, why: null, remedy: null, version: '27.1', isDesktop: false, runtimes: [], hasNvidiaRuntime: null, containers: [], images: [], rootFolder: null, ...given }) })

test('nothing that was not measured is right or wrong, and each says why', () => {
  for (const record of checksOf({}, { platform: 'win32', detected: null }).values()) {
    expect(record, record.id).toMatchObject({ ok: null, actual: null, why: expect.stringMatching(/\S/), programmeId: null, source: null })
  }
})
test('ids are each their own, and every one names readings that there are', () => {
  expect(new Set(machineCheckList.map(({ id }) => id)).size).toBe(machineCheckList.length)
  for (const { id } of machineCheckList) for (const reading of readingsOfCheck(id) ?? ['no such check']) expect(Object.keys(parts)).toContain(reading)
  expect(readingsOfCheck('container-toolkit')).toEqual(['docker', 'containerToolkit'])
  expect(readingsOfCheck('driver')).toEqual([])
  expect(readingsOfCheck('nobody')).toBeNull()
})
test('only Windows has WSL', () => {
  expect(checksOf({}, { platform: 'linux' }).has('wsl2')).toBe(false)
  expect(checksOf({}, { platform: 'win32' }).has('wsl2')).toBe(true)
})

interface Case {
  id: string
  readings?: Partial<MachineReadings>
  more?: Partial<CheckedMachine>
  ok: boolean | null
  says: RegExp
}
const cases: Case[] = [
  { id: 'clock', readings: { clock: known({ offMs: 2_000, how: 'by x' }) }, ok: true, says: /2\.0 s slow/ },
  { id: 'clock', readings: { clock: known({ offMs: -2_001, how: 'by x' }) }, ok: false, says: /2\.0 s fast.*timedatectl set-ntp/ },
  { id: 'clock', readings: { clock: known({ offMs: 90_000, how: 'by x' }) }, more: { platform: 'win32' }, ok: false, says: /90\.0 s slow.*Set time automatically/ },
  { id: 'dns', readings: { dns: known({ works: false, how: 'x could not be resolved' }) }, ok: false, says: /online/ },
  { id: 'dns', readings: { dns: known({ works: true, how: 'x was resolved' }) }, ok: true, says: /resolved/ },
  { id: 'public-address', readings: { publicAddress: known({ address: '8.8.4.4', how: 'as x sees it' }) }, ok: true, says: /8\.8\.4\.4/ },
  { id: 'cgnat', readings: { cgnat: known({ isBehind: true, because: 'The router says so.' }) }, ok: null, says: /behind one.*provider of your line/ },
  { id: 'cgnat', readings: { cgnat: known({ isBehind: false, because: 'Same.' }) }, ok: true, says: /none/ },
  { id: 'line', readings: { line: known({ downMbps: 100, upMbps: 20, latencyMs: 9, server: 'speed.example.org' }) }, ok: true, says: /100 Mbit\/s down, 20 Mbit\/s up, 9 ms.*speed\.example\.org/ },
  { id: 'listening', readings: { listening: known([{ port: 22, protocol: 'tcp', listener: 'sshd' }]) }, ok: true, says: /TCP 22 \(sshd\)/ },
  { id: 'listening', readings: { listening: known([]) }, ok: true, says: /Nothing listens/ },
  { id: 'disk-space', readings: { disk: known({ freeBytes: 9e9, totalBytes: 1e12, kind: 'ssd', folder: '/srv' }) }, ok: false, says: /9\.0 GB free of 1000 GB, SSD.*--data/ },
  { id: 'disk-space', readings: { disk: known({ freeBytes: 3e11, totalBytes: 1e12, kind: 'hdd', folder: '/srv' }) }, ok: true, says: /hard disk.*ask for an SSD/ },
  { id: 'disk-speed', readings: { diskSpeed: known({ readMBps: 500, writeMBps: 400 }) }, ok: true, says: /reads 500 MB\/s, writes 400 MB\/s/ },
  { id: 'docker', readings: docker({}), ok: true, says: /version 27\.1/ },
  { id: 'docker', readings: docker({ answers: false, why: 'not installed', remedy: 'Install it.' }), ok: null, says: /Not installed\..*Install it/ },
  { id: 'docker', readings: docker({ answers: false, why: 'permission denied', remedy: 'Join the group.' }), ok: false, says: /Permission denied\..*Join the group/ },
  { id: 'docker', readings: docker({ answers: false, why: 'not running', remedy: null }), ok: false, says: /Start Docker/ },
  { id: 'container-toolkit', readings: { containerToolkit: known({ isThere: true, version: '1.17', how: 'Its hook is there.' }) }, ok: true, says: /1\.17.*hook/ },
  { id: 'container-toolkit', readings: { ...docker({}), containerToolkit: known({ isThere: false, version: null, how: 'None.' }) }, ok: false, says: /Install nvidia-container-toolkit/ },
  { id: 'container-toolkit', readings: { containerToolkit: known({ isThere: false, version: null, how: 'None.' }) }, ok: null, says: /not installed/ },
  { id: 'container-toolkit', readings: { ...docker({}), containerToolkit: known({ isThere: false, version: null, how: 'None.' }) }, more: { detected: detected([]) }, ok: null, says: /no NVIDIA card/ },
  { id: 'card-in-container', readings: { cardInContainer: known({ works: false, said: 'could not select device driver' }) }, ok: false, says: /could not select.*nvidia-ctk/ },
  { id: 'card-in-container', readings: { cardInContainer: known({ works: true, said: 'GPU 0: X' }) }, ok: true, says: /GPU 0/ },
  { id: 'wsl2', readings: { wsl2: known({ distributions: [{ name: 'Ubuntu', version: 2 }] }) }, more: { platform: 'win32' }, ok: true, says: /Ubuntu/ },
  { id: 'wsl2', readings: { wsl2: known({ distributions: [{ name: 'Ubuntu', version: 1 }] }) }, more: { platform: 'win32' }, ok: null, says: /wsl --set-version Ubuntu 2/ },
  { id: 'sleep', readings: { sleep: known({ mayIdleSleep: true, how: 'the desktop says so' }) }, ok: false, says: /The desktop says so\..*systemctl mask/ },
  { id: 'sleep', readings: { sleep: known({ mayIdleSleep: true, how: 'x' }) }, more: { platform: 'darwin' }, ok: false, says: /pmset -c sleep 0/ },
  { id: 'sleep', readings: { sleep: known({ mayIdleSleep: false, how: 'x' }) }, ok: true, says: /does not/ },
  { id: 'remote-session', readings: { remoteSession: { value: 'rdp', why: null } }, ok: false, says: /display adapter/ },
  { id: 'remote-session', readings: { remoteSession: { value: null, why: null } as never }, ok: true, says: /Nobody looks/ },
  { id: 'remote-session', readings: { remoteSession: known('ssh') }, ok: true, says: /SSH/ },
  { id: 'files', readings: { missingFiles: known([{ path: '/x/launcher', what: 'gone' }]) }, ok: false, says: /\/x\/launcher: gone.*antivirus.*quarantine.*Exclude no whole folder/ },
  { id: 'files', readings: { missingFiles: known([{ path: '/x/launcher', what: 'changed' }]) }, ok: false, says: /no longer what they were/ },
  { id: 'files', readings: { missingFiles: known([]) }, ok: true, says: /all there/ },
  { id: 'other-software', readings: { software: known([{ programmeId: 'a/b', programmeTitle: 'The B', what: 'process b (1)', isOurs: false }]) }, ok: null, says: /The B: process b \(1\)/ },
  { id: 'other-software', readings: { software: known([{ programmeId: 'a/b', programmeTitle: 'The B', what: 'process b (1)', isOurs: true }]) }, ok: true, says: /own alone/ },
  { id: 'driver', ok: true, says: /driver 570\.1, CUDA 12\.8/ },
  { id: 'driver', more: { detected: detected([{ ...nvidia, driverVersion: null }]) }, ok: false, says: /does not answer for Some card.*nvidia-smi/ },
  { id: 'driver', more: { detected: detected([]) }, ok: null, says: /no NVIDIA card/ },
  { id: 'virtualisation', more: { detected: detected([], { kind: 'virtual-machine', name: 'KVM', sentence: 'In a virtual machine.' }) }, ok: null, says: /a virtual machine \(KVM\)/ },
  { id: 'virtualisation', more: { detected: detected([], { kind: 'bare-metal', name: null, sentence: 'On hardware of its own.' }) }, ok: true, says: /hardware of its own/ },
]

describe('each check', () => {
  test.each(cases)('$id: $ok, saying $says', ({ id, readings, more, ok, says }) => {
    const record = checksOf(readings, more).get(id)
    expect([record?.actual, record?.why, record?.remedy].join(' ')).toMatch(says)
    expect(record?.ok).toBe(ok)
    expect(record?.measuredAt).toBe(id === 'driver' || id === 'virtualisation' ? 5 : 7)
  })
  test('what is wrong always has a remedy, what is right never', () => {
    for (const { id, readings, more, ok } of cases) {
      const remedy = checksOf(readings, more).get(id)?.remedy ?? null
      if (ok === false) expect(remedy, id).toMatch(/\S/)
      if (ok === true) expect(remedy, id).toBeNull()
    }
  })
  test('each is judged here at least once', () => {
    const judged = new Set(cases.map(({ id }) => id))
    expect(machineCheckList.map(({ id }) => id).filter((id) => !judged.has(id))).toEqual([])
  })
  test('what is not known because it could not be told is never a zero', () => {
    for (const platform of ['linux', 'win32', 'darwin', 'freebsd'] satisfies Platform[]) {
      const record = checksOf({ line: notKnown('No server.'), disk: notKnown('Not told.') }, { platform }).get('disk-space')
      expect(record).toMatchObject({ ok: null, actual: null, why: 'Not told.' })
    }
  })
})
