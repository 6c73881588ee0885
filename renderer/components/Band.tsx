/** A band as a band: a bar from low to high, a tick at expected, zero marked, loss hatched to the left of it. */
import type { Band as BandValues } from '../../shared/earnings.ts'
import { formatAmount, formatBand, inMoney, type MoneyFormat } from '../format/money.ts'
import { formatPlain } from '../format/numbers.ts'
import { placeBand, placeOn, type Axis } from './band-geometry.ts'

/** `band` is in USD, `axis` in the money that is shown. */
export function Band({ band, axis, money, faint = false }: { band: BandValues; axis: Axis; money: MoneyFormat; faint?: boolean }) {
  const place = placeBand(axis, inMoney(band, money))
  const words = place ? `${formatBand(band.low, band.high, money)} a day${band.expected === null ? ', middle not known' : `, expected ${formatAmount(band.expected, money)}`}` : 'no figure'
  return (
    <div className={faint ? 'band band-faint' : 'band'} role="img" aria-label={words}>
      {(place ? axis.ticks : []).map((tick) => (
        <span key={tick} className={tick === 0 ? 'band-zero' : 'band-grid'} style={{ left: `${placeOn(axis, tick)}%` }} />
      ))}
      {place ? (
        <>
          {place.lossShare > 0 ? <span className="band-bar band-loss" style={{ left: `${place.left}%`, width: `${place.width * place.lossShare}%` }} /> : null}
          {place.lossShare < 1 ? (
            <span className={band.expected === null ? 'band-bar band-open' : 'band-bar'} style={{ left: `${place.left + place.width * place.lossShare}%`, width: `${place.width * (1 - place.lossShare)}%` }} />
          ) : null}
          {place.cutLeft ? <span className="band-cut band-cut-left" /> : null}
          {place.cutRight ? <span className="band-cut band-cut-right" /> : null}
          {place.expected === null ? null : <span className="band-tick" style={{ left: `${place.expected}%` }} />}
        </>
      ) : (
        <span className="band-none">no figure</span>
      )}
    </div>
  )
}

/** The shared axis above (or below) the bands; `axis` is in the money that is shown. */
export function BandAxis({ axis }: { axis: Axis }) {
  return (
    <div className="band-axis" aria-hidden="true">
      {axis.ticks.map((tick) => (
        <span key={tick} className={tick === 0 ? 'band-label band-label-zero' : 'band-label'} style={{ left: `${placeOn(axis, tick)}%` }}>
          {formatPlain(tick)}
        </span>
      ))}
    </div>
  )
}
