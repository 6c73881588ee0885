/** Which cards io.net takes: exactly those on its list. */
import { expect, test } from 'vitest'
import { cardOfModel } from '../../../../main/earnings/cards.ts'
import { deviceOf } from '../../../../main/networks/io-net/devices.ts'
import { gpuTable } from '../../earnings/estimating.ts'

const device = (model: string) => {
  const facts = gpuTable.byModel(model)
  if (!facts) throw new Error(`no ${model}`)
  return deviceOf(cardOfModel(facts))
}

test.each([
  ['GeForce RTX 4090', 1.25], ['GeForce RTX 4090 D', 1.25], ['GeForce RTX 3060 12 GB', 0.75], ['GeForce RTX 3060 8 GB', 0.75], ['GeForce RTX 3080', 1.5], ['GeForce RTX 3080 12 GB', 1.5], ['GeForce RTX 3080 Ti', 1.75],
  ['GeForce RTX 4060 Ti 16 GB', 1], ['Tesla T4', 0.5], ['Tesla V100 PCIe 32 GB', 0.75], ['Tesla V100S PCIe 32 GB', 0.75], ['A100 PCIe 40 GB', 2], ['A100 PCIe 80 GB', 5], ['A100 SXM4 80 GB', 5], ['H100 SXM5 80 GB', 10], ['H100 PCIe 80 GB', 10],
  ['H200 SXM 141 GB', 12], ['B200', 30], ['L40S', 3], ['L4', 0.25], ['Quadro RTX 4000', 0.75], ['RTX 4000 SFF Ada Generation', 1], ['RTX 6000 Ada Generation', 4.5], ['RTX A6000', 2], ['Apple M3 Pro', 1.25],
])('%s is taken with multiplier %d', (model, multiplier) => expect(device(model)).toMatchObject({ supported: true, multiplier }))

test('the RTX 5090 is taken without a published multiplier', () => expect(device('GeForce RTX 5090')).toMatchObject({ supported: true, multiplier: null }))

test.each(['GeForce RTX 3050 8 GB', 'GeForce GTX 1080 Ti', 'GeForce RTX 2080 Ti', 'GeForce RTX 4070 SUPER', 'GeForce RTX 5080', 'A10 PCIe', 'A40 PCIe', 'Apple M2 Ultra', 'RTX PRO 6000 Blackwell'])('%s is listed as not taken', (model) =>
  expect(device(model)?.supported).toBe(false),
)

test.each(['GeForce RTX 4090 Mobile', 'GeForce RTX 3080 Mobile', 'H200 NVL', 'H100 NVL 94 GB', 'A100 SXM4 40 GB', 'RTX 4000 Ada Generation', 'L40', 'Radeon RX 7900 XTX', 'Arc B580', 'Apple M1'])('%s is not on the list', (model) => expect(device(model)).toBeNull())
