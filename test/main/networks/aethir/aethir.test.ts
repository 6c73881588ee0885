/** Duties in place of money: what is said of each programme, and to whom. */
import { describe, expect, test } from 'vitest'
import { network } from '../../../../main/networks/aethir/index.ts'
import { verdictOf, type NeedResult } from '../../../../shared/network.ts'
import type { Subject } from '../../../../main/networks/network.ts'
import { cardOf, machineOf, subjectOf } from '../render/subject.ts'

const programme = (id: string) => {
  const found = network.programmes.find((each) => each.id === `aethir/${id}`)
  if (!found) throw new Error(`no programme ${id}`)
  return found
}
const judge = (id: string, subject: Subject): NeedResult[] =>
  programme(id).needs.map((need) => {
    const measured = need.measure(subject)
    return {
      id: need.id, title: need.title, required: need.required, actual: measured.actual, ok: measured.ok,
      why: measured.why ?? need.why, remedy: measured.remedy === undefined ? need.remedy : measured.remedy, source: need.source,
    }
  })
const ubuntu = (change = {}) => machineOf({ platform: 'linux', os: 'Ubuntu 24.04.1 LTS', osVersion: '24.04', ...change })
const eightH200 = (machine = ubuntu()) => subjectOf<never>('H200', { machine, count: 8, gpusInMachine: 8 })

describe('cloud host', () => {
  test('eight H200 on Ubuntu 24.04: may join, with what is left to check', () => {
    expect(verdictOf(judge('cloud-host', eightH200()))).toBe('eligible')
    expect(judge('cloud-host', eightH200()).filter((need) => need.ok === null).map((need) => need.id)).toContain('stake')
  })

  test('an RTX 4090 may not, with the source', () => {
    const need = judge('cloud-host', subjectOf('RTX 4090', { machine: machineOf() })).find((each) => each.id === 'enterprise-card')
    expect(need).toMatchObject({ ok: false, remedy: null })
    expect(need?.source.url).toContain('docs.aethir.com')
  })

  test.each([
    ['a laptop card', cardOf('RTX 4070 Laptop GPU'), false], ['a workstation card', cardOf('RTX A6000'), null], ['AMD Instinct', cardOf('MI300X'), true],
    ['an unknown GeForce', cardOf('GeForce RTX 9090', { name: 'NVIDIA GeForce RTX 9090', model: null, facts: null }), false],
    ['graphics in an Intel processor', cardOf('X', { name: 'Intel(R) Iris(R) Xe Graphics', vendor: 'intel', model: null, facts: null, isIntegrated: true }), false],
    ['graphics in an AMD processor that nobody calls integrated', cardOf('X', { name: 'AMD Radeon(TM) Graphics', vendor: 'amd', model: null, facts: null }), false],
    ['an Intel processor\'s by its name', cardOf('X', { name: 'Intel(R) UHD Graphics 770', vendor: 'intel', model: null, facts: null }), false],
    ['an unknown Titan', cardOf('X', { name: 'NVIDIA TITAN Xp COLLECTORS EDITION', model: null, facts: null }), false],
    ['an unknown workstation card', cardOf('X', { name: 'NVIDIA RTX 5000 Ada Generation Laptop GPU', model: null, facts: null }), null],
    ['an unknown data-centre card', cardOf('X', { name: 'NVIDIA R100', model: null, facts: null }), null],
    ['an unknown card', cardOf('X', { name: 'Graphics Device', model: null, facts: null }), null],
  ])('%s → %s', (_what, card, ok) => {
    expect(judge('cloud-host', subjectOf('H200', { card })).find((need) => need.id === 'enterprise-card')?.ok).toBe(ok)
  })

  test('a virtual machine and WSL are told to leave it', () => {
    expect(verdictOf(judge('cloud-host', eightH200(ubuntu({ isVirtual: true }))))).toBe('fixable')
    expect(verdictOf(judge('cloud-host', eightH200(ubuntu({ isWsl: true }))))).toBe('fixable')
    expect(verdictOf(judge('cloud-host', eightH200(machineOf())))).toBe('fixable')
  })

  test('names its duties and invents no money', () => {
    const economics = programme('cloud-host').estimate(eightH200() as never)
    expect(economics.lines).toEqual([])
    expect(economics.busy).toEqual({ cautious: null, expected: null, hopeful: null })
    expect(economics.capital[0]).toMatchObject({ asset: 'ATH', amount: null, usd: null, lockDays: 180, slashable: true })
    expect(economics.reasons[0]).toContain('publishes no pay')
    const said = programme('cloud-host').duties.map((duty) => duty.sentence).join(' ')
    for (const word of ['stake', '99 %', '30 minutes', '45 days', '20 %', 'KYC', 'cannot be changed', 'an older page says otherwise', 'a page of the documentation', '180 days']) expect(said).toContain(word)
  })
})

test('the checker is no GPU work, and whether you hold a licence is not known', () => {
  expect(verdictOf(judge('checker', eightH200()))).toBe('unknown')
  expect(verdictOf(judge('checker', subjectOf('RTX 4090')))).toBe('unknown')
  expect(verdictOf(judge('checker', eightH200(machineOf({ platform: 'darwin', arch: 'arm64' }))))).toBe('not-eligible')
  expect(programme('checker').estimate(eightH200() as never).reasons[0]).toContain('not GPU work')
})

test('Edge takes none of your cards', () => {
  expect(verdictOf(judge('edge', eightH200()))).toBe('not-eligible')
  expect(programme('edge').estimate(eightH200() as never).busy.expected).toBeNull()
})

test('every need and duty has a source with a date or a word on why it has none', () => {
  for (const each of network.programmes.flatMap((one) => [...one.needs, ...one.duties])) {
    expect(each.source.url).toMatch(/^https:/)
    expect(each.source.date ?? each.source.note).toBeTruthy()
  }
})
