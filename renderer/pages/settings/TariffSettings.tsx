/** What electricity costs: one price, a weekly table, or dated prices; and what an hour of work wears off. */
import { useRef, useState } from 'react'
import { usePart } from '../../state/window-context.ts'
import { ChoiceSetting } from './ChoiceSetting.tsx'
import { DatedTariff } from './DatedTariff.tsx'
import { NumberSetting } from './NumberSetting.tsx'
import { TariffZone } from './TariffZone.tsx'
import { useTariffReading } from './use-tariff.ts'
import { WeeklyTariff } from './WeeklyTariff.tsx'

export function TariffSettings() {
  const { values } = usePart('settings')
  const { currency, tariffKind } = values
  const { reading, read } = useTariffReading()
  const [removed, setRemoved] = useState('')
  const status = useRef<HTMLParagraphElement>(null)
  /** With the last dated price its whole part of the page goes, and the focus with it. */
  function sayRemoved(sentence: string): void {
    setRemoved(sentence)
    status.current?.focus()
  }
  return (
    <>
      <div className="settings">
        <ChoiceSetting
          name="tariffKind"
          label="Electricity costs"
          value={tariffKind}
          choices={[
            { value: 'fixed', title: 'the same at every hour' },
            { value: 'weekly', title: 'by the hour of the week' },
            { value: 'dated', title: 'by date and hour (spot price)' },
          ]}
          help="Estimates take the mean of the coming week; the ledger takes each hour’s own price."
        />
        <NumberSetting name="electricityPricePerKwh" label={tariffKind === 'fixed' ? 'Electricity price' : 'Price where nothing else holds'} unit={`${currency}/kWh`} value={values.electricityPricePerKwh} placeholder="not set" help="What a kilowatt-hour costs you, taxes included. While it is not set, estimates assume a price and say so." />
        <NumberSetting name="wearPerHour" label="Wear" unit={`${currency} per hour of work`} value={values.wearPerHour} placeholder="not counted" help="What an hour of work takes off a card’s worth, if you want it counted. Nobody publishes it: it is your own figure." />
        {tariffKind === 'fixed' ? null : <TariffZone zone={values.tariffZone} inUse={reading?.zone ?? null} isOfFile={tariffKind === 'dated'} />}
      </div>
      {tariffKind === 'weekly' ? <WeeklyTariff week={values.weeklyTariff} usual={values.electricityPricePerKwh} currency={currency} /> : null}
      {tariffKind === 'dated' ? <DatedTariff currency={currency} reading={reading} onChange={read} onRemoved={sayRemoved} /> : null}
      <p ref={status} role="status" tabIndex={-1} className="small tariff-said">
        {removed}
      </p>
    </>
  )
}
