/** What the clouds are said to ask: every row of a model that is known, dated and sourced. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadCloudPrices } from '../../../main/earnings/cloud-prices.ts'
import { at, gpuTable, resourcesFolder } from './estimating.ts'

const folder = mkdtempSync(join(tmpdir(), 'idlewatt-clouds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every row is of a data-centre or workstation card of the table, dated in the past, with where it was read', () => {
  const prices = loadCloudPrices(resourcesFolder)
  expect(new Set(prices.map((price) => price.cloud))).toEqual(new Set(['AWS', 'Google Cloud', 'Azure']))
  expect(new Set(prices.map(({ cloud, instance, region }) => `${cloud} ${instance} ${region}`)).size).toBe(prices.length)
  for (const { model, instance, usdPerGpuHour, takenAt, source } of prices) {
    expect(gpuTable.byModel(model)?.class, `${instance}: ${model}`).toMatch(/data-centre|workstation/)
    expect(usdPerGpuHour).toBeGreaterThan(0.1)
    expect(usdPerGpuHour).toBeLessThan(30)
    expect(takenAt).toBeLessThan(at)
    expect(source.url).toMatch(/^https:\/\//)
    expect(source.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  }
})

test('the price of an instance is divided by its cards', () => {
  expect(loadCloudPrices(resourcesFolder).find((price) => price.instance === 'p5.48xlarge')?.usdPerGpuHour).toBeCloseTo(6.88, 9)
})

test.each([['a negative price', { usdPerInstanceHour: -1 }], ['no cards', { gpus: 0 }], ['1e12', { usdPerInstanceHour: 1e12 }], ['no date', { takenAt: 'yesterday' }]])('a damaged file says where: %s', (_what, change) => {
  const row = { cloud: 'AWS', instance: 'x', region: 'y', model: 'L4', gpus: 1, usdPerInstanceHour: 1, source: { url: 'https://example.org', date: '2026-01-01' }, takenAt: '2026-01-01', confidence: 'low' }
  mkdirSync(join(folder, 'market'), { recursive: true })
  writeFileSync(join(folder, 'market', 'cloud-prices.json'), JSON.stringify({ prices: [{ ...row, ...change }] }))
  expect(() => loadCloudPrices(folder)).toThrow(/cloud-prices\.json is damaged: prices\.0\./)
})
