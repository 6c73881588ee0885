/** The comparison as the app keeps it: what-ifs of rigs, the tornado of a row, and rows that there are not. */
import { describe, expect, test } from 'vitest'
import { setUpComparison } from '../../main/comparison.ts'
import type { Tariffs } from '../../main/earnings/tariffs.ts'
import { NotPossible } from '../../main/system/not-possible.ts'
import type { Detection } from '../../shared/machine.ts'
import { requests } from '../../shared/requests.ts'
import { defaultSettings } from '../../shared/settings.ts'
import type { State } from '../../shared/state.ts'
import { at, detection, gpu, gpuTable, markets, quiet } from './earnings/estimating.ts'

function comparisonOf(found: Detection | null) {
  const states: State['comparison'][] = []
  const comparison = setUpComparison({
    gpuTable,
    markets: markets(),
    tariffs: { mean: () => null } as unknown as Tariffs,
    settings: { values: () => defaultSettings, change: () => defaultSettings },
    clock: { now: () => at, after: () => () => {}, steadyMs: () => 0 } as unknown as Parameters<typeof setUpComparison>[0]['clock'],
    log: quiet,
    detection: () => found,
    figures: () => ({}),
    octaneScores: () => ({}),
    prepared: () => ({ readings: null, enrolled: () => ({ answers: {}, doneSteps: [] }) }),
    onState: (state) => states.push(state),
  })
  return { ...comparison, states }
}
const two = () => comparisonOf(detection([gpu('GeForce RTX 4090', { id: 'a' }), gpu('GeForce RTX 3090', { id: 'b' })]))
const ranked = (comparison: ReturnType<typeof two>) => {
  const row = comparison.estimates().find((one) => one.net.expected !== null)
  if (!row) throw new Error('no row')
  return row
}

describe('the tornado of a row', () => {
  test('of this machine: its expected net is the row\'s own', () => {
    const comparison = two()
    const row = ranked(comparison)
    const found = comparison.sensitivity(requests['estimate.sensitivity'].input.parse({ programmeId: row.programmeId, gpuIds: row.gpuIds }))
    expect(found).toMatchObject({ programmeId: row.programmeId, gpuName: row.gpuName, expected: row.net.expected, why: null })
    expect(found.bars.length).toBeGreaterThan(1)
  })
  test('of a what-if, with its prices and factors', () => {
    const comparison = two()
    const { programmeId } = ranked(comparison)
    const whatIf = requests['estimate.what-if'].input.parse({ gpuModel: 'RTX 4090', usdPerKwh: 0.15, factors: { power: 2 }, more: [{ gpuModel: 'RTX 3090' }] })
    const row = comparison.whatIf(whatIf).estimates.find((one) => one.programmeId === programmeId && one.gpuModel === 'GeForce RTX 4090')
    expect(comparison.sensitivity({ programmeId, gpuIds: [], whatIf }).expected).toBe(row?.net.expected)
    expect(row?.inputs.find(({ id }) => id === 'usd-per-kwh')?.value).toBe(0.15)
    expect(row?.inputs.find(({ id }) => id === 'power-factor')?.value).toBe(2)
  })
  test('a row that there is not is refused, not guessed', () => {
    const comparison = two()
    const ask = (change: object) => () => comparison.sensitivity({ programmeId: ranked(comparison).programmeId, gpuIds: ['a'], whatIf: null, ...change })
    expect(ask({ gpuIds: ['gone'] })).toThrow(NotPossible)
    expect(ask({ gpuIds: [] })).toThrow(NotPossible)
    expect(ask({ programmeId: 'nobody/nothing' })).toThrow(NotPossible)
    expect(ask({ whatIf: { gpuModel: 'A100', gpuCount: 1 } })).toThrow(NotPossible)
    expect(() => comparisonOf(null).sensitivity({ programmeId: 'x/y', gpuIds: ['a'], whatIf: null })).toThrow(NotPossible)
  })
})

test('the state carries plain words and no tornado; who asks for one gets it', () => {
  const comparison = two()
  comparison.again()
  expect(comparison.states[0]?.estimates.every((one) => one.plain !== '' && one.sensitivity === undefined)).toBe(true)
  expect(comparison.estimates({ withSensitivity: true }).every((one) => one.sensitivity !== undefined)).toBe(true)
})
