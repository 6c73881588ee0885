/** The dated prices that are kept: from when to when, what holds now, and whether they end soon or leave now out. */
import type { TariffReading } from '../../../shared/tariff.ts'
import { Moment } from '../../components/Moment.tsx'
import { Notice } from '../../components/Notice.tsx'
import { count, formatPlain } from '../../format/numbers.ts'
import { formatSpan } from '../../format/time.ts'
import { useNow } from '../../state/window-context.ts'
import { isSameZone, windowZone } from './zones.ts'

/** Prices of a spot market come a day ahead: with less than this left, the next are due. */
const soonMs = 86_400_000

export type Cover = 'over' | 'ahead' | 'ends-soon' | 'good'

/** How the kept prices stand to the present. Pure. */
export function coverOf({ from, to }: { from: number; to: number }, now: number): Cover {
  return now >= to ? 'over' : now < from ? 'ahead' : to - now < soonMs ? 'ends-soon' : 'good'
}

export function KeptPrices({ reading, currency }: { reading: TariffReading; currency: string }) {
  const now = useNow()
  const { dated } = reading
  const holds = reading.now === null ? 'No price holds now: none is set' : `Now ${formatPlain(reading.now.perKwh)} ${currency}/kWh holds: ${reading.now.how}`
  if (dated === null) {
    return (
      <p className="small">
        <strong>No dated prices are kept.</strong> {holds}.
      </p>
    )
  }
  const cover = coverOf(dated, now)
  const own = windowZone()
  return (
    <>
      {cover === 'good' ? null : (
        <Notice level="warning" title={cover === 'over' ? `The dated prices ended ${formatSpan(now - dated.to)} ago.` : cover === 'ahead' ? `The dated prices begin in ${formatSpan(dated.from - now)}.` : `The dated prices end in ${formatSpan(dated.to - now)}.`}>
          <p>{cover === 'ahead' ? 'Until then what else is set holds.' : 'Bring in the file of the coming days: it is added to what is kept.'}</p>
        </Notice>
      )}
      <p className="small">
        <strong>{count(dated.count, 'price')}</strong> {dated.count === 1 ? 'is' : 'are'} kept, <Moment at={dated.from} /> to <Moment at={dated.to} />
        {own !== null && isSameZone(own, reading.zone) ? '' : ' by this window’s clock'}. {holds}.
      </p>
    </>
  )
}
