/** The comparison of a machine: verdicts with reasons, groups of identical cards, order; and rules for any card and market. */
import fc from 'fast-check'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compare, type CompareOptions } from '../../../main/earnings/compare.ts'
import { whatIf } from '../../../main/earnings/what-if.ts'
import { networks } from '../../../main/networks/index.ts'
import { groupOf, type Estimate } from '../../../shared/earnings.ts'
import type { Gpu, Machine } from '../../../shared/machine.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import { at, detection, gpu, gpuTable, markets, sharedData } from './estimating.ts'

const bundled = markets()
function compared(gpus: Gpu[], change: Partial<Machine> = {}, more: Partial<CompareOptions> = {}): Estimate[] {
  return compare({ detection: detection(gpus, change), gpuTable, networks, markets: bundled, results: {}, settings: defaultSettings, overrides: {}, at, ...more })
}
const of = (estimates: Estimate[], id: string): Estimate => {
  const found = estimates.find((estimate) => estimate.programmeId === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}
const windows: Partial<Machine> = { platform: 'win32', os: 'Windows 11 Pro', osVersion: '10.0.26100', hasDocker: false }

describe('verdicts', () => {
  test('an RTX 4090 on Windows', () => {
    const estimates = compared([gpu('GeForce RTX 4090')], windows)
    expect(['eligible', 'fixable']).toContain(of(estimates, 'io-net/worker').verdict)
    const provider = of(estimates, 'akash/provider')
    expect(provider.verdict).toBe('not-eligible')
    const system = provider.needs.find((need) => need.id === 'system')
    expect(system).toMatchObject({ ok: false, remedy: null, actual: 'Windows 11 Pro' })
    expect(system?.why).toMatch(/HomeNode/)
    expect(system?.source.date).toBe('2026-06')
    expect(of(estimates, 'akash/homenode').verdict).toBe('eligible')
    expect(provider.net.expected, 'what it would pay if it could join').not.toBeNull()
  })

  test('an RTX 3050: io.net says no, and why', () => {
    const worker = of(compared([gpu('GeForce RTX 3050 8 GB')], windows), 'io-net/worker')
    expect(worker.verdict).toBe('not-eligible')
    expect(worker.needs.find((need) => need.id === 'processor')?.why).toMatch(/3050/)
  })

  test.each([['Radeon RX 7900 XTX', 'amd'], ['Arc B580', 'intel']])('a %s is told no with the reason', (model) => {
    const estimates = compared([gpu(model, { name: model })])
    for (const id of ['akash/provider', 'akash/homenode', 'io-net/worker']) expect(of(estimates, id).verdict, id).toBe('not-eligible')
    expect(of(estimates, 'io-net/worker').needs[0]?.why).toMatch(/AMD|Intel/)
  })

  test('the registry is asked for the id, not the name', () => {
    const first = of(compared([gpu('GeForce RTX 3080', { pciDeviceId: '10de:2206' })]), 'akash/provider')
    expect(first.verdict).toBe('fixable')
    expect(first.needs.find((need) => need.id === 'registry')).toMatchObject({ ok: false, actual: '10de:2206' })
    expect(of(compared([gpu('GeForce RTX 3080', { pciDeviceId: '10de:2216' })]), 'akash/provider').verdict).toBe('eligible')
  })

  test('a processor that is no x86, too little memory, a second model beside it', () => {
    expect(of(compared([gpu('GeForce RTX 4090')], { arch: 'arm64' }), 'akash/provider').verdict).toBe('not-eligible')
    expect(of(compared([gpu('GeForce RTX 4090')], { memoryBytes: 8e9 }), 'akash/provider').verdict).toBe('fixable')
    const mixed = compared([gpu('GeForce RTX 4090'), gpu('GeForce RTX 3090')])
    expect(mixed.filter((estimate) => estimate.programmeId === 'akash/provider').every((estimate) => estimate.needs.some((need) => need.id === 'one-model' && need.ok === false))).toBe(true)
  })

  test('graphics built into the processor are no second model', () => {
    const laptop = compared([gpu('GeForce RTX 4070 Mobile', { id: 'a' }), gpu('Intel UHD', { id: 'b', name: 'Intel UHD Graphics', vendor: 'intel', isIntegrated: true })])
    const provider = laptop.find((estimate) => estimate.programmeId === 'akash/provider' && estimate.gpuIds.includes('a'))
    expect(provider?.needs.find((need) => need.id === 'one-model')?.ok).toBe(true)
  })

  test('a lost card that tells its model alone is no second model', () => {
    const pair = compared([gpu('GeForce RTX 3090', { id: 'a' }), gpu('GeForce RTX 3090', { id: 'b', memoryBytes: null })])
    const providers = pair.filter((estimate) => estimate.programmeId === 'akash/provider')
    expect(providers).toHaveLength(2)
    for (const provider of providers) expect(provider.needs.find((need) => need.id === 'one-model')).toMatchObject({ ok: true, actual: 'one model' })
  })

  test('a Mac with an M3 Max is taken by the worker, however its cores are told', () => {
    for (const name of ['Apple M3 Max (40 GPU cores)', 'Apple M3 Max', 'Apple M3 Max (36 GPU cores)']) {
      const mac = compared([gpu('none', { name, vendor: 'apple', isIntegrated: true })], { platform: 'darwin', arch: 'arm64', os: 'macOS 15.5' })
      expect(of(mac, 'io-net/worker').verdict, name).toBe('eligible')
    }
  })

  test('a card that nobody can name is to be checked, not turned away', () => {
    const nameless = compared([gpu('none', { name: 'NVIDIA Graphics Device', memoryBytes: null })])
    for (const [id, need] of [['io-net/worker', 'processor'], ['akash/homenode', 'card-family']] as const) {
      expect(of(nameless, id).needs.find((one) => one.id === need), id).toMatchObject({ ok: null, why: expect.stringMatching(/could not be told/) as string })
    }
  })

  test('Ubuntu inside Windows is no server; other Linux can be mended', () => {
    expect(of(compared([gpu('GeForce RTX 4090')], { isWsl: true }), 'akash/provider').verdict).toBe('not-eligible')
    expect(of(compared([gpu('GeForce RTX 4090')], { os: 'Debian GNU/Linux 12', osVersion: '12' }), 'akash/provider').verdict).toBe('fixable')
  })

  test('the RTX 5090 joins with a multiplier that is assumed and marked', () => {
    const worker = of(compared([gpu('GeForce RTX 5090')]), 'io-net/worker')
    expect(worker.verdict).not.toBe('not-eligible')
    expect(worker.capital[0]).toMatchObject({ asset: 'IO', amount: 200, lockDays: 14, slashable: true })
    expect(worker.inputs.find((input) => input.id === 'multiplier')?.origin).toBe('assumed')
  })

  test('stake follows the multiplier', () => {
    expect(of(compared([gpu('H100 SXM5 80 GB')]), 'io-net/worker').capital[0]?.amount).toBe(2000)
    expect(of(compared([gpu('L4')]), 'io-net/worker').capital[0]?.amount).toBe(200)
    expect(of(compared([gpu('GeForce RTX 4090')]), 'akash/provider').capital[0]).toMatchObject({ asset: 'AKT', amount: 5, slashable: false })
  })
})

describe('groups and order', () => {
  test('identical cards share a row; a processor and a virtual display have none', () => {
    const cards = [gpu('GeForce RTX 3090', { id: 'a' }), gpu('GeForce RTX 3090', { id: 'b' }), gpu('GeForce RTX 4090', { id: 'c' }), gpu('GeForce RTX 4090', { id: 'cpu', kind: 'cpu-device' }), gpu('GeForce RTX 4090', { id: 'rdp', kind: 'virtual' })]
    const rows = compared(cards).filter((estimate) => estimate.programmeId === 'io-net/worker')
    expect(rows.map((row) => row.gpuIds)).toEqual(expect.arrayContaining([['a', 'b'], ['c']]))
    expect(rows).toHaveLength(2)
    expect(rows.find((row) => row.gpuCount === 2)?.needs.find((need) => need.id === 'cards')?.actual).toBe('3')
  })

  test('what exists once per machine is divided by the cards', () => {
    const one = of(compared([gpu('GeForce RTX 3090', { id: 'a' })]), 'akash/provider')
    const two = of(compared([gpu('GeForce RTX 3090', { id: 'a' }), gpu('GeForce RTX 3090', { id: 'b' })]), 'akash/provider')
    const host = (estimate: Estimate): number => estimate.lines.find((line) => line.id === 'electricity-host')?.expected ?? 0
    expect(host(two)).toBeCloseTo(host(one) / 2, 12)
  })

  test('ranked first, then unpublished pay rules, then no figure', () => {
    const order = ['ranked', 'pay-rule-not-published', 'no-figure']
    const groups = compared([gpu('GeForce RTX 4090')]).map((estimate) => order.indexOf(groupOf(estimate)))
    expect(groups).toEqual([...groups].sort())
    const ranked = compared([gpu('GeForce RTX 4090')]).flatMap((estimate) => estimate.net.expected ?? [])
    expect(ranked).toEqual([...ranked].sort((one, other) => other - one))
  })

  test('only what was asked for', () => {
    const cards = [gpu('GeForce RTX 3090', { id: 'a' }), gpu('GeForce RTX 4090', { id: 'c' })]
    expect(new Set(compared(cards, {}, { only: { networkId: 'akash' } }).map((estimate) => estimate.networkId))).toEqual(new Set(['akash']))
    expect(new Set(compared(cards, {}, { only: { gpuId: 'c' } }).flatMap((estimate) => estimate.gpuIds))).toEqual(new Set(['c']))
    expect(compared(cards, {}, { only: { gpuId: 'nobody' } })).toEqual([])
    expect(compared([])).toEqual([])
  })
})

describe('provenance', () => {
  test('a bundled row keeps its own source and date, and its age is said', () => {
    const h100 = of(compared([gpu('H100 SXM5 80 GB')]), 'akash/provider')
    const price = h100.inputs.find((input) => input.id === 'price-weighted')
    expect(price).toMatchObject({ value: 2.72, stale: true, origin: 'bundled' })
    expect(price?.source?.date).toBe('2026-09-28')
    expect(price?.note).toMatch(/55 days old/)
    const h200 = of(compared([gpu('H200 SXM 141 GB')]), 'akash/provider')
    expect(h200.inputs.find((input) => input.id === 'price-floor')).toMatchObject({ value: 4.45, confidence: 'low' })
    expect(h200.inputs.find((input) => input.id === 'price-floor')?.source?.date).toBe('2026-09-20')
    expect(h200.confidence).toBe('low')
    expect(h200.reasons.join(' ')).toMatch(/past their shelf life/)
  })

  test('every input that a line names is there', () => {
    const settings = { ...defaultSettings, electricityPricePerKwh: 0.3, currency: 'EUR' as const, wallPowerFactor: 1.1, wallPowerOffsetW: 40 }
    for (const model of ['GeForce RTX 4090', 'H200 SXM 141 GB', 'GeForce RTX 3060 12 GB', 'Apple M4']) {
      for (const estimate of [...compared([gpu(model)]), ...compared([gpu(model)], {}, { settings })]) {
        const ids = new Set(estimate.inputs.map((input) => input.id))
        for (const line of estimate.lines) for (const id of line.inputs) expect(ids.has(id), `${estimate.programmeId} ${line.id} ${id}`).toBe(true)
      }
    }
  })

  test('electricity names what it is made of: watts, what the wall adds, the price with its rate, and the share at work', () => {
    const settings = { ...defaultSettings, electricityPricePerKwh: 0.3, currency: 'EUR' as const, wallPowerFactor: 1.1, wallPowerOffsetW: 40 }
    const provider = of(compared([gpu('GeForce RTX 4090')], {}, { settings }), 'akash/provider')
    const line = (id: string) => provider.lines.find((one) => one.id === id)
    expect(line('electricity-working')?.inputs).toEqual(['watts-work', 'wall-factor', 'wall-offset', 'usd-per-kwh', 'currency-rate', 'utilisation'])
    expect(line('electricity-working')?.formula).toMatch(/wall factor/)
    expect(line('electricity-host')?.inputs).toEqual(['host-power', 'usd-per-kwh', 'currency-rate'])
    const worker = of(compared([gpu('GeForce RTX 4090')]), 'io-net/worker')
    expect(worker.lines.find((one) => one.id === 'electricity-waiting')?.inputs).toEqual(['watts-wait', 'watts-work', 'usd-per-kwh', 'hired-share'])
  })

  test('a bundled figure whose source has a day carries that day', () => {
    for (const estimate of compared([gpu('GeForce RTX 3060 12 GB')])) {
      for (const { id, origin, source, takenAt } of estimate.inputs) if (origin === 'bundled' && source?.date) expect(takenAt, `${estimate.programmeId} ${id}`).not.toBeNull()
    }
  })
})

describe('what-if', () => {
  const ask = (gpuModel: string, more: Partial<Parameters<typeof whatIf>[0]> = {}) => whatIf({ gpuModel, gpuCount: 1, gpuTable, networks, markets: bundled, settings: defaultSettings, overrides: {}, at, ...more })
  test('judges the card alone, and suggests names for one nobody knows', () => {
    expect(ask('4090').model).toBe('GeForce RTX 4090')
    expect(ask('4090').estimates.every((estimate) => estimate.gpuIds.length === 0 && estimate.needs.length < 6)).toBe(true)
    expect(ask('RTX 4095')).toMatchObject({ model: null, estimates: [] })
    expect(ask('RTX 4095').nearest).toContain('GeForce RTX 4090')
  })

  const sample = join(sharedData, 'api-samples/akash-gpu-prices.json')
  test.skipIf(!existsSync(sample))('the recorded answer gives the worked example (skipped where ../shared is absent)', () => {
    const answer = ask('RTX 4090', { markets: markets({ akash: sample }), overrides: { usdPerKwh: 0.15, wattsWork: 450, wattsWait: 20 }, only: { networkId: 'akash' } })
    const provider = of(answer.estimates, 'akash/provider')
    expect(provider.net.low).toBeCloseTo(1.4796, 9)
    expect(provider.net.expected).toBeCloseTo(3.7512, 9)
    expect(provider.net.high).toBeCloseTo(7.587, 9)
    expect(provider.breakEven.utilisation).toBeCloseTo(0.0113, 4)
    expect(provider.confidence).toBe('medium')
  })
})

describe('for any card and any market', () => {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-any-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const number = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(0), fc.integer({ min: 0, max: 1000 }).map(String), fc.constant(null), fc.constant(undefined))
  const count = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.constant(null), fc.constant(undefined))
  const price = fc.option(fc.record({ currency: fc.constantFrom('USD', null, 'EUR'), min: number, max: number, avg: number, weightedAverage: number, med: number }))
  const akashRow = fc.record({ model: fc.constantFrom('rtx4090', 'rtx3060', 'a100', 'h100', 'v100', 't4', 'rtx4060ti'), ram: fc.constantFrom('24Gi', '12Gi', '80Gi', '16Gi', null), interface: fc.constantFrom('PCIe', 'SXM4', null), availability: fc.option(fc.record({ total: count, available: count })), price })
  const ioRow = fc.record({ hardware_name: fc.constantFrom('GeForce RTX 4090', 'A100-SXM4-80GB', 'H100 80GB HBM3', 'Tesla T4', 'GeForce RTX 3060'), price: number, kubernetes_price: number, total: count, hired: count, idle: count })
  const model = fc.constantFrom(...gpuTable.rows.map((row) => row.model))

  test('bands are ordered, lines add up to nets, no NaN and no Infinity', () => {
    fc.assert(
      fc.property(fc.uniqueArray(akashRow, { selector: (one) => `${one.model}${one.ram}${one.interface}`, maxLength: 8 }), fc.option(fc.record({ total: count, available: count })), fc.array(ioRow, { maxLength: 6 }), model, fc.double({ min: -1, max: 3, noNaN: true }), (akashRows, availability, ioRows, chosen, usdPerKwh) => {
        writeFileSync(join(folder, 'akash.json'), JSON.stringify({ availability, models: akashRows }))
        writeFileSync(join(folder, 'io.json'), JSON.stringify({ data: ioRows }))
        const { estimates } = whatIf({
          gpuModel: chosen, gpuCount: 2, gpuTable, networks, settings: defaultSettings, overrides: { usdPerKwh }, at,
          markets: markets({ akash: join(folder, 'akash.json'), 'io-net': join(folder, 'io.json') }),
        })
        expect(estimates.length).toBeGreaterThan(8)
        for (const estimate of estimates) {
          expect(JSON.stringify(estimate, (_key, value) => (typeof value === 'number' && !Number.isFinite(value) ? 'NOT A NUMBER' : value))).not.toContain('NOT A NUMBER')
          const { low, expected, high } = estimate.net
          if (low !== null && high !== null) expect(low).toBeLessThanOrEqual(high)
          if (expected !== null && low !== null && high !== null) expect(expected >= low && expected <= high).toBe(true)
          if (expected !== null) expect(estimate.lines.reduce((sum, line) => sum + (line.expected ?? Number.NaN), 0)).toBeCloseTo(expected, 9)
          if (low === null && expected === null && high === null) expect(estimate.reasons.length).toBeGreaterThan(0)
          if (estimate.breakEven.utilisation !== null) expect(estimate.breakEven.utilisation).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('what exists once per machine', () => {
  const hostNote = (estimates: Estimate[], model: string) => estimates.find((one) => one.programmeId === 'akash/provider' && one.gpuName.includes(model))?.inputs.find((input) => input.id === 'host-power')?.note
  test('is shared by all cards that could take part, whatever their model', () => {
    const mixed = compared([gpu('GeForce RTX 4090'), gpu('GeForce RTX 3090', { id: 'b' })])
    expect(hostNote(mixed, '4090')).toMatch(/shared by the 2 cards of the machine/)
    expect(hostNote(mixed, '3090')).toMatch(/shared by the 2 cards of the machine/)
    // The other could not join, and carries nothing.
    expect(hostNote(compared([gpu('GeForce RTX 4090'), gpu('Radeon RX 7900 XTX', { id: 'b' })]), '4090')).toMatch(/one card carries it/)
    const rig = whatIf({ gpuTable, networks, markets: bundled, settings: defaultSettings, overrides: {}, at, gpuModel: 'RTX 4090', gpuCount: 2, more: [{ gpuModel: 'RTX 3090', gpuCount: 1 }] })
    expect(hostNote(rig.estimates, '3090')).toMatch(/shared by the 3 cards of the machine/)
  })
})
