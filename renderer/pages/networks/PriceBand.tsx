/** What renters are asked by the hour, as a bar from the lowest to the highest with a tick at the middle. */
import type { ModelUse } from '../../../shared/network-health.ts'
import { placeBand, placeOn, type Axis } from '../../components/band-geometry.ts'
import { Unknown } from '../../components/Reading.tsx'
import { formatAmount, inMoney, type MoneyFormat } from '../../format/money.ts'
import { formatPlain } from '../../format/numbers.ts'

/** A price by the hour: small ones keep the digits that tell them apart. */
export function sayPrice(usd: number, money: MoneyFormat): string {
  const amount = usd / money.usdPerUnit
  return amount !== 0 && Math.abs(amount) < 0.1 ? formatPlain(amount) : formatAmount(usd, money)
}

/** `price` is in USD, `axis` in the money that is shown. */
export function PriceBand({ price, axis, money }: { price: ModelUse['price']; axis: Axis; money: MoneyFormat }) {
  const place = price && placeBand(axis, inMoney({ low: price.low, expected: price.middle, high: price.high }, money))
  if (!price || !place) return <Unknown why="No price is asked in public." />
  const middle = price.middle ?? price.low ?? price.high ?? 0
  const ends = price.low !== null && price.high !== null && price.high > price.low ? `${sayPrice(price.low, money)} to ${sayPrice(price.high, money)}` : null
  return (
    <span className="price">
      <span className="price-words">
        <span className="price-middle">{sayPrice(middle, money)}</span>
        {ends === null ? null : <span className="price-ends">{ends}</span>}
      </span>
      <span className="band price-band" aria-hidden="true">
        {axis.ticks.map((tick) => (
          <span key={tick} className={tick === 0 ? 'band-zero' : 'band-grid'} style={{ left: `${placeOn(axis, tick)}%` }} />
        ))}
        <span className="band-bar" style={{ left: `${place.left}%`, width: `${place.width}%` }} />
        {place.cutRight ? <span className="band-cut band-cut-right" /> : null}
        {place.expected === null ? null : <span className="band-tick" style={{ left: `${place.expected}%` }} />}
      </span>
    </span>
  )
}
