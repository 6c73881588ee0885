/** Which price and which share leased an Akash estimate takes, and how it says so. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { whatIf } from '../../../../main/earnings/what-if.ts'
import { networks } from '../../../../main/networks/index.ts'
import type { Estimate } from '../../../../shared/earnings.ts'
import { defaultSettings } from '../../../../shared/settings.ts'
import { at, gpuTable, markets } from '../../earnings/estimating.ts'

const folder = mkdtempSync(join(tmpdir(), 'idlewatt-akash-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const price = (usd: number) => ({ currency: 'USD', min: usd, max: usd, avg: usd, weightedAverage: usd, med: usd })
const row = (model: string, ram: string | null, bus: string | null, usd: number | null, total = 10, available = 5) => ({
  vendor: 'nvidia', model, ram, interface: bus, availability: { total, available }, price: usd === null ? null : price(usd),
})

function provider(gpuModel: string, models: unknown[], more: Record<string, unknown> = {}): Estimate {
  const file = join(folder, 'prices.json')
  writeFileSync(file, JSON.stringify({ availability: { total: 100, available: 20 }, models, ...more }))
  const { estimates } = whatIf({ gpuModel, gpuCount: 1, gpuTable, networks, markets: markets({ akash: file }), settings: defaultSettings, overrides: { usdPerKwh: 0, wattsWork: 100, wattsWait: 10 }, at, only: { networkId: 'akash' } })
  const found = estimates.find((estimate) => estimate.programmeId === 'akash/provider')
  if (!found) throw new Error('no provider')
  return found
}

test.each([
  ['its own memory size', 'A100 SXM4 80 GB', [row('a100', '40Gi', 'SXM4', 1), row('a100', '80Gi', 'SXM4', 2)], 2, false],
  ['its own interface', 'A100 PCIe 80 GB', [row('a100', '80Gi', 'SXM4', 3), row('a100', '80Gi', 'PCIe', 2)], 2, false],
  ['the nearest memory size where its own is missing', 'A100 SXM4 40 GB', [row('a100', '80Gi', 'SXM4', 2)], 2, true],
  ['the nearest size that has a price', 'Tesla V100 PCIe 16 GB', [row('v100', '24Gi', 'PCIe', null), row('v100', '32Gi', 'PCIe', 0.4)], 0.4, true],
  ['a card whose id the registry lacks, by its name', 'L40S', [row('l40s', '48Gi', 'PCIe', 0.9)], 0.9, false],
  ['SUPER and Ti', 'GeForce RTX 4070 Ti SUPER', [row('rtx4070ti', '12Gi', 'PCIe', 9), row('rtx4070tis', '16Gi', 'PCIe', 0.2)], 0.2, false],
  ['a laptop card', 'GeForce RTX 5090 Mobile', [row('rtx5090', '32Gi', 'PCIe', 9), row('rtx5090m', '24Gi', 'PCIe', 0.15)], 0.15, false],
  ['a module whose socket its name does not say', 'B200', [row('b200', '180Gi', 'SXM6', 5)], 5, false],
  ['two Quadros with one id', 'Quadro RTX 8000', [row('rtx6000', '24Gi', 'PCIe', 9), row('rtx8000', '48Gi', 'PCIe', 0.2)], 0.2, false],
  ['upper case', 'GeForce RTX 4090', [row('RTX4090', '24GI', 'pcie', 0.3)], 0.3, false],
  ['the name as people write it', 'GeForce RTX 4090', [row('GeForce RTX 4090', '24Gi', 'PCIe', 0.3)], 0.3, false],
  ['the name with a dash, and its neighbour', 'GeForce RTX 4070 Ti', [row('rtx4070-super', '12Gi', 'PCIe', 9), row('rtx4070 ti', '12Gi', 'PCIe', 0.2)], 0.2, false],
  ['its own maker\'s row', 'GeForce RTX 4090', [{ ...row('rtx4090', '24Gi', 'PCIe', 9), vendor: 'amd' }, row('rtx4090', '24Gi', 'PCIe', 0.3)], 0.3, false],
])('%s', (_what, model, models, usd, isMarked) => {
  const estimate = provider(model, models)
  expect(estimate.net.expected).toBeCloseTo(usd * 24 * 0.5, 9)
  expect(estimate.reasons.some((reason) => reason.startsWith('No price is listed for this very card'))).toBe(isMarked)
  expect(estimate.confidence).toBe(isMarked ? 'low' : 'medium')
})

test.each([
  ['its own row has no price, though another size has', 'GeForce RTX 4060 Ti 16 GB', [row('rtx4060ti', '16Gi', 'PCIe', null), row('rtx4060ti', '8Gi', 'PCIe', 0.1)], /gives no price/],
  ['nobody offered one', 'GeForce RTX 4090', [row('rtx3090', '24Gi', 'PCIe', 0.2)], /holds no GeForce RTX 4090/],
  ['prices in another currency', 'GeForce RTX 4090', [{ ...row('rtx4090', '24Gi', 'PCIe', 1), price: { ...price(1), currency: 'uakt' } }], /gives no price/],
])('no figure, with the reason: %s', (_what, model, models, reason) => {
  const estimate = provider(model, models)
  expect(estimate.net).toEqual({ low: null, expected: null, high: null })
  expect(estimate.reasons[0]).toMatch(reason)
  expect(estimate.confidence).toBe('none')
})

const leased = (estimate: Estimate): number | null | undefined => estimate.inputs.find((input) => input.id === 'utilisation')?.value

test('the share leased is the model\'s over all its rows, or the network\'s where there are fewer than five cards', () => {
  expect(leased(provider('Tesla V100 SXM2 16 GB', [row('v100', '16Gi', 'SXM2', 1, 4, 4), row('v100', '32Gi', 'PCIe', 1, 2, 0)]))).toBeCloseTo(2 / 6, 12)
  expect(leased(provider('GeForce RTX 4090', [row('rtx4090', '24Gi', 'PCIe', 1, 4, 0)]))).toBeCloseTo(0.8, 12)
  expect(leased(provider('GeForce RTX 4090', [row('rtx4090', '24Gi', 'PCIe', 1, 5, 2)]))).toBeCloseTo(0.6, 12)
  expect(leased(provider('GeForce RTX 4090', [row('rtx4090', '24Gi', 'PCIe', 1, 5, 9)]))).toBe(0)
  expect(provider('GeForce RTX 4090', [row('rtx4090', '24Gi', 'PCIe', 1, 0, 0)], { availability: { total: 0, available: 0 } }).net.expected).toBeNull()
})

test('more free cards than cards is said, and counted as none leased', () => {
  const own = provider('GeForce RTX 4090', [row('rtx4090', '24Gi', 'PCIe', 1, 5, 9)])
  expect(own.inputs.find((input) => input.id === 'utilisation')?.note).toBe('0 of 5 cards on the network')
  const whole = provider('GeForce RTX 4090', [row('rtx4090', '24Gi', 'PCIe', 1, 2, 0)], { availability: { total: 10, available: 90 } })
  for (const estimate of [own, whole]) expect(estimate.reasons.join(' ')).toMatch(/more free cards than cards/)
})

test('a lowest price above the highest is said and lowers the confidence; the band stays ordered', () => {
  const estimate = provider('GeForce RTX 4090', [{ ...row('rtx4090', '24Gi', 'PCIe', 1), price: { currency: 'USD', min: 0.6, weightedAverage: 0.3, max: 0.1 } }])
  expect(estimate.reasons.join(' ')).toMatch(/contradicts itself/)
  expect(estimate.confidence).toBe('low')
  expect(estimate.net.low ?? NaN).toBeLessThanOrEqual(estimate.net.expected ?? NaN)
  expect(estimate.net.expected ?? NaN).toBeLessThanOrEqual(estimate.net.high ?? NaN)
})

test('the daily breakdown\'s last day replaces it', () => {
  const gpuBreakdown = [
    { date: '2026-11-21', vendor: 'nvidia', model: 'rtx4090', totalGpus: 8, leasedGpus: 8, gpuUtilization: '100.00' },
    { date: '2026-11-22', vendor: 'nvidia', model: 'rtx4090', totalGpus: 8, leasedGpus: 2, gpuUtilization: '25.00' },
  ]
  expect(leased(provider('GeForce RTX 4090', [row('rtx4090', '24Gi', 'PCIe', 1)], { gpuBreakdown }))).toBe(0.25)
})

test('what the price list leaves out is filled from what it gives, and said', () => {
  const estimate = provider('GeForce RTX 4090', [{ ...row('rtx4090', '24Gi', 'PCIe', 1), price: { currency: 'USD', weightedAverage: 0.3 } }])
  expect(estimate.net.expected).toBeCloseTo(3.6, 9)
  expect(estimate.reasons.join(' ')).toMatch(/leaves out min, max/)
})
