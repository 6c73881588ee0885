/** `idlewatt policy simulate` of recorded machines, and what is decided after a settings file was cut off. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PolicyState, Simulation } from '../../../shared/policy-state.ts'
import { repositoryFolder } from '../../helpers/built.ts'
import { newFolder } from '../../helpers/files.ts'
import { idlewattHere } from './here.ts'

beforeEach(() => void vi.stubEnv('IDLEWATT_OFFLINE', '1'))
afterEach(() => void vi.unstubAllEnvs())

describe('the coming week of a recorded machine', () => {
  test.each(['two-rtx-3090-linux', 'no-gpu'])('%s: answered once programmes and pay are known, whether or not anything is set up', async (machine) => {
    const answer = await idlewattHere(['policy', 'simulate', '--json', '--machine', join(repositoryFolder, 'test', 'machines', machine), '--data', join(newFolder(), 'none')])
    expect(answer.exitCode, answer.stderr).toBe(0)
    const { hours, remarks, earnedUsd } = JSON.parse(answer.stdout) as Simulation
    expect(hours.total).toBeGreaterThan(100)
    expect(remarks[0]).toMatch(/^No programme is set up: this is what .+ would come to/)
    expect(remarks.join(' ')).not.toMatch(/Infinity|No programme is known/)
    expect(earnedUsd === null).toBe(machine === 'no-gpu')
  })
})

test('settings that were cut off in the middle take the rules with them: it is said, and nothing is armed', async () => {
  const data = newFolder()
  writeFileSync(join(data, 'settings.json'), '{"policy":{"programmes":{"practice/worker":{"isArmed":true,"may":null,"priority":0}},"quietFrom":"22:0')
  const answer = await idlewattHere(['policy', 'show', '--json', '--data', data])
  expect(answer.stderr.replace(/\s+/g, ' ')).toContain('Your rules on when cards may work went with it')
  const { settings, decisions } = JSON.parse(answer.stdout) as PolicyState
  expect(Object.values(settings.programmes).filter(({ isArmed }) => isArmed)).toEqual([])
  expect(decisions.filter((one) => one.do === 'run')).toEqual([])
  expect(readdirSync(data).some((name) => name.startsWith('settings.broken-'))).toBe(true)
})
