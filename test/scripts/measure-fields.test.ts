/** The comparison with `nvidia-smi --query-gpu` can fail: it sees a wrong figure, and what only one side knows. */
import { expect, test } from 'vitest'
import { differs, fields } from '../../scripts/measure/fields.ts'
import { unknownSample } from '../../shared/telemetry.ts'
import { gpu } from '../main/earnings/estimating.ts'

const card = gpu('GeForce RTX 3090', { pciAddress: '0000:01:00.0', persistenceMode: false, sample: { ...unknownSample(0, ''), temperatureC: 61, powerW: 312.45 } })
const compare = (query: string, before: string, after = before): string | null => differs(fields.find((field) => field.query === query)!, card, before, after)

test('values that agree, also while they move', () => {
  expect(compare('temperature.gpu', '60', '64')).toBeNull()
  expect(compare('power.draw', '300.10', '320.00')).toBeNull()
  expect(compare('pci.bus_id', '00000000:01:00.0')).toBeNull()
  expect(compare('persistence_mode', 'Disabled')).toBeNull()
  expect(compare('temperature.memory', '[N/A]')).toBeNull()
})

test('values that do not, and what one side alone knows', () => {
  expect(compare('temperature.gpu', '75', '78')).toContain('temperature.gpu of ')
  expect(compare('pci.bus_id', '00000000:02:00.0')).toContain('0000:01:00.0, nvidia-smi 00000000:02:00.0')
  expect(compare('temperature.memory', '84')).toContain('null, nvidia-smi 84')
  expect(compare('power.draw', '[N/A]')).toContain('312.45, nvidia-smi [N/A]')
  expect(compare('persistence_mode', 'Enabled')).not.toBeNull()
})
