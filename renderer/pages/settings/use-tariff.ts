/** Where the tariff stands: asked for when what it hangs on changes, and with every quarter of an hour. */
import { useCallback, useEffect, useState } from 'react'
import type { TariffReading } from '../../../shared/tariff.ts'
import { useAsk, useNow, usePart } from '../../state/window-context.ts'

const quarterMs = 900_000

/** null: not known yet, or the price is the same at every hour. `read`: asks again, after an import. */
export function useTariffReading(): { reading: TariffReading | null; read: () => void } {
  const ask = useAsk()
  const { values, currencyRate } = usePart('settings')
  const quarter = Math.floor(useNow() / quarterMs)
  const [times, setTimes] = useState(0)
  const [reading, setReading] = useState<TariffReading | null>(null)
  const { tariffKind, tariffZone, currency, electricityPricePerKwh, weeklyTariff } = values
  const hangsOn = JSON.stringify([tariffKind, tariffZone, currency, electricityPricePerKwh, weeklyTariff, currencyRate?.usdPerUnit, quarter, times])
  useEffect(() => {
    let isOver = false
    if (tariffKind !== 'fixed') void ask('tariff.read', null).then((reply) => void (!isOver && reply.ok && setReading(reply.value)))
    return () => void (isOver = true)
  }, [ask, tariffKind, hangsOn])
  return { reading: tariffKind === 'fixed' ? null : reading, read: useCallback(() => setTimes((before) => before + 1), []) }
}
