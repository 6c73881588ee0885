/** Which zone this machine's clock is in, also where its TZ is empty or odd, and that prices and days can be reckoned with there. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isZone } from '../../../main/system/zone.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const script = `
  import { createTariffs } from './main/earnings/tariffs.ts'
  import { dayOf, spanOfDay, thisZone } from './main/system/zone.ts'
  import { defaultSettings } from './shared/settings.ts'
  const at = Date.parse('2026-11-23T12:30:00Z')
  const weeklyTariff = Array.from({ length: 168 }, (_, hour) => hour % 24)
  const tariffs = createTariffs({ tables: {}, settings: () => ({ ...defaultSettings, tariffKind: 'weekly', weeklyTariff }) })
  const day = dayOf(at, thisZone())
  console.log(JSON.stringify({ zone: tariffs.zone(), now: tariffs.priceAt(at).perKwh, mean: tariffs.mean(at, at + 168 * 3600e3).perKwh, clock: new Date(at).getHours(), text: tariffs.wallText(at, tariffs.zone()), from: new Date(spanOfDay(day, thisZone()).from).getHours() }))
`

test.each([
  ['', 12, '2026-11-23 12:30'],
  ['GMT+3', 9, '2026-11-23 09:30'],
  ['Europe/Berlin', 13, '2026-11-23 13:30'],
])('a process whose TZ is %j prices hours by its own clock', (tz, hour, text) => {
  const out = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { cwd: root, encoding: 'utf8', env: { ...process.env, TZ: tz } })
  const told = JSON.parse(out) as { zone: string; now: number; mean: number }
  expect(told).toMatchObject({ now: hour, clock: hour, text, from: 0 })
  expect(told.mean).toBeCloseTo(11.5, 9)
  expect(isZone(told.zone)).toBe(true)
})
