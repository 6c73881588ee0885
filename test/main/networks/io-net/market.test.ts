/** What is taken from a list of prices and hires, and what is refused. */
import { expect, test } from 'vitest'
import { parseMarketSnapshot } from '../../../../main/networks/io-net/market.ts'

const row = { id: 1, brand_name: 'NVIDIA', hardware_name: 'GeForce RTX 4090', price: 0.25, kubernetes_price: 0.35, type: 'GPU', total: 10, hired: 4, idle: 6 }

test('a row that is given twice word for word counts once; another row of the device counts too', () => {
  expect(parseMarketSnapshot({ data: [row, { ...row }] }).rows).toHaveLength(1)
  expect(parseMarketSnapshot({ data: [row, { ...row, total: 20 }] }).rows).toHaveLength(2)
})

test.each([
  ['a price that no device could cost', { ...row, kubernetes_price: 1e308 }, /data\[0\]\.kubernetes_price is 1e\+308, where .* at most 10,000 USD/],
  ['1e400', { ...row, price: Infinity }, /data\[0\]\.price is too large a number/],
  ['more cards than there are', { ...row, total: 1e300 }, /data\[0\]\.total is 1e\+300/],
  ['a negative count', { ...row, hired: -1 }, /data\[0\]\.hired is -1/],
])('%s is refused with the field', (_what, one, sentence) => expect(() => parseMarketSnapshot({ status: 'succeeded', data: [one] })).toThrow(sentence))
