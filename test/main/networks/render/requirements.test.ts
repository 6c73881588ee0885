/** Can this machine join? The verdicts a user would see. */
import { describe, expect, test } from 'vitest'
import { verdictOf, type NeedResult } from '../../../../shared/network.ts'
import type { NeedDefinition, Subject } from '../../../../main/networks/network.ts'
import { readDriverVersion } from '../../../../main/networks/render/measures.ts'
import { computeNeeds, renderingNeeds, saladNeeds } from '../../../../main/networks/render/requirements.ts'
import { cardOf, machineOf, subjectOf } from './subject.ts'

const gib = 1024 ** 3
const judge = (needs: NeedDefinition[], subject: Subject): NeedResult[] =>
  needs.map((need) => {
    const measured = need.measure(subject)
    return {
      id: need.id, title: need.title, required: measured.required ?? need.required, actual: measured.actual, ok: measured.ok,
      why: measured.why ?? need.why, remedy: measured.remedy === undefined ? need.remedy : measured.remedy, source: need.source,
    }
  })
const okOf = (needs: NeedDefinition[], subject: Subject, id: string) => judge(needs, subject).find((need) => need.id === id)?.ok
const gamer = (change = {}) => subjectOf('RTX 4090', { machine: machineOf(), card: cardOf('RTX 4090', { driverVersion: '566.36', memoryBytes: 24564 * 1024 ** 2 }), ...change })
const server = (change = {}) => ({ ...machineOf({ platform: 'linux', os: 'Ubuntu 24.04.1 LTS', osVersion: '24.04', cpuCores: 64, memoryBytes: 1024 * gib }), ...change })

describe('rendering node', () => {
  test('an RTX 4090 on Windows 11 may join; the waiting list stays to be checked', () => {
    expect(verdictOf(judge(renderingNeeds, gamer()))).toBe('eligible')
    expect(okOf(renderingNeeds, gamer(), 'waitlist')).toBeNull()
  })

  test('too little memory and an old driver can be mended', () => {
    const subject = gamer({ machine: machineOf({ memoryBytes: 15.8 * gib }), card: cardOf('RTX 4090', { driverVersion: '391.35' }) })
    expect(verdictOf(judge(renderingNeeds, subject))).toBe('fixable')
  })

  test.each([
    ['an AMD card', gamer({ card: cardOf('RX 7900 XTX') })],
    ['6 GB of video memory', gamer({ card: cardOf('RTX 3050 6 GB') })],
    ['Linux', gamer({ machine: server() })],
    ['Windows on ARM', gamer({ machine: machineOf({ arch: 'arm64' }) })],
  ])('not eligible: %s', (_what, subject) => expect(verdictOf(judge(renderingNeeds, subject))).toBe('not-eligible'))

  test.each([
    ['Windows 10 Home', null, true], ['Windows 8.1', '6.3.9600', false], ['Microsoft Windows 11 Pro', '10.0.26100', true],
    ['Windows Server 2022', '10.0.20348', null], [null, '10.0.19045', true], [null, null, null],
  ])('%s (%s) → %s', (os, osVersion, ok) => expect(okOf(renderingNeeds, gamer({ machine: machineOf({ os, osVersion }) }), 'system')).toBe(ok))

  test('a machine sold with 32 GB shows a little less and is taken', () => {
    expect(okOf(renderingNeeds, gamer({ machine: machineOf({ memoryBytes: 31.1 * gib }) }), 'memory')).toBe(true)
    expect(okOf(renderingNeeds, gamer({ machine: machineOf({ memoryBytes: 24 * gib }) }), 'memory')).toBe(false)
    expect(okOf(renderingNeeds, gamer({ machine: machineOf({ memoryBytes: null }) }), 'memory')).toBeNull()
  })

  test.each([['566.36', 566.36], ['32.0.15.6636', 566.36], ['550.54.15', 550.54], ['[N/A]', null], [null, null], ['391.35', 391.35]])('driver %s reads as %s', (text, version) => {
    if (version === null) expect(readDriverVersion(text)).toBeNull()
    else expect(readDriverVersion(text)).toBeCloseTo(version, 6)
  })
})

describe('compute node', () => {
  const h200 = (change = {}) => subjectOf('H200', { machine: server(), count: 8, gpusInMachine: 8, ...change })

  test('eight H200 on Ubuntu 24.04 may join; line, docker and admission stay to be checked', () => {
    expect(verdictOf(judge(computeNeeds, h200()))).toBe('eligible')
    expect(judge(computeNeeds, h200()).filter((need) => need.ok === null).map((need) => need.id)).toEqual(['docker', 'container-toolkit', 'download', 'upload', 'dedicated', 'clock', 'cohort'])
  })

  test('a slow line, no Docker and little memory can be mended', () => {
    expect(verdictOf(judge(computeNeeds, h200({ machine: server({ downMbps: 60, upMbps: 75, hasDocker: false, memoryBytes: 32 * gib }) })))).toBe('fixable')
  })

  test.each([
    ['Windows', gamer()],
    ['WSL', h200({ machine: server({ isWsl: true }) })],
    ['12 GB of video memory', h200({ card: cardOf('RTX 3060') })],
    ['a gaming card of AMD', h200({ card: cardOf('RX 7900 XTX') })],
    ['Apple', h200({ card: cardOf('Apple M2 Max') })],
  ])('not eligible: %s', (_what, subject) => expect(verdictOf(judge(computeNeeds, subject))).toBe('not-eligible'))

  test('the T4 is named by the list, so its 16 GB will do; a card on no list stays to be asked about', () => {
    expect(okOf(computeNeeds, h200({ card: cardOf('Tesla T4') }), 'video-memory')).toBe(true)
    expect(okOf(computeNeeds, h200({ card: cardOf('L40S') }), 'listed-card')).toBeNull()
  })

  test('another Linux is to be checked', () => {
    expect(okOf(computeNeeds, h200({ machine: server({ os: 'Debian GNU/Linux 12', osVersion: '12' }) }), 'system')).toBeNull()
    expect(okOf(computeNeeds, h200({ machine: server({ os: null, osVersion: null }) }), 'system')).toBeNull()
  })
})

test('no need throws in a what-if, and every one has a source', () => {
  for (const need of [...renderingNeeds, ...computeNeeds, ...saladNeeds]) {
    expect(() => need.measure(subjectOf('RTX 4090'))).not.toThrow()
    expect(need.source.url).toMatch(/^https:/)
    expect(need.source.date ?? need.source.note).toBeTruthy()
  }
})
