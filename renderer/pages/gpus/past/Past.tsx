/** A card's past: charts over a chosen range, its energy, its events, the same as a table, and as a file. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Gpu } from '../../../../shared/machine.ts'
import { Notice } from '../../../components/Notice.tsx'
import { Section } from '../../../components/Page.tsx'
import { useMachineNow, usePart, useSamples } from '../../../state/window-context.ts'
import { formatMoney, moneyFormat } from '../../../format/money.ts'
import { Charts } from './Charts.tsx'
import { CsvExport } from './CsvExport.tsx'
import { EventList } from './EventList.tsx'
import { PastTable } from './PastTable.tsx'
import { RangeControl } from './RangeControl.tsx'
import { energyWords, slowedWords } from './describe.ts'
import { samplesFrom, withSamples } from './points.ts'
import { boundsOf, spanOf, type Range } from './ranges.ts'
import { useHistory } from './use-history.ts'

/** Charts stand side by side from this width on. */
const twoColumnsFrom = 720

export function Past({ gpu, title }: { gpu: Gpu; title: string }) {
  const machineNow = useMachineNow()
  const settings = usePart('settings')
  const { recording } = usePart('health')
  const [range, setRange] = useState<Range>(() => firstRange(gpu, machineNow()))
  const [box, points] = useRoomForPoints()
  const past = useHistory(gpu.id, range, points)
  const { answer } = past
  // A chart over a year does not change from second to second, and should not be drawn as if it did.
  const samples = useSamples(gpu.id, (answer?.stepSeconds ?? 1) * 1000)
  const isLive = past.range.kind === 'live'
  const span = spanOf(past.range)

  const shown = useMemo(() => {
    const last = samples.at(-1)?.takenAt ?? 0
    const stepSeconds = answer?.stepSeconds ?? 1
    const end = isLive ? Math.max(answer?.to ?? machineNow(), last) : (answer?.to ?? 0)
    const from = isLive ? end - span : (answer?.from ?? 0)
    // What is pushed while the page is open comes after the answer; it is all there is where nothing is recorded.
    const recorded = answer?.samples ?? []
    const all = isLive ? withSamples(recorded, samples, answer ? samplesFrom(answer) : from, stepSeconds) : recorded
    return { from, to: end, stepSeconds, points: all.filter((point) => point.takenAt >= from - stepSeconds * 1000), events: (answer?.events ?? []).filter((event) => event.at >= from && event.at <= end) }
  }, [answer, samples, isLive, span, machineNow])

  const isEmpty = shown.points.every((point) => point.seconds === 0)
  const price = settings.values.electricityPricePerKwh
  const money = moneyFormat(settings)
  return (
    <Section title="Readings over time" className="past" aside={recording.phase === 'on' ? null : <span className="tone-warning">{recording.sentence}</span>}>
      <RangeControl range={range} bounds={boundsOf(range, shown.to)} onChange={setRange} />
      {past.failure ? (
        <Notice level="warning" title={past.failure}>
          {samples.length > 0 && isLive ? <p>Drawn below: what this window has seen since it was opened.</p> : null}
        </Notice>
      ) : null}
      <p className="visually-hidden" role="status">
        {past.isReading ? 'Reading what is recorded.' : ''}
      </p>
      <div ref={box} className={past.isReading ? 'past-charts past-reading' : 'past-charts'}>
        {isEmpty ? (
          <p className="past-empty">{past.isReading ? 'Reading what is recorded …' : emptyWords(gpu, shown)}</p>
        ) : (
          <Charts gpu={gpu} shown={shown} unit={settings.values.temperatureUnit} powerLimitW={samples.at(-1)?.powerLimitW ?? gpu.powerLimitW} onPick={(from, to) => setRange({ kind: 'fixed', from, to: Math.max(to, from + 10_000) })} />
        )}
      </div>
      {answer ? (
        <dl className="facts past-facts">
          <div>
            <dt>Energy of this card</dt>
            <dd>
              {energyWords(answer.energy)}
              {answer.energy && price !== null && money.code === settings.values.currency ? `; ${formatMoney(answer.energy.kwh * price * money.usdPerUnit, money)} at your price` : ''}
            </dd>
          </div>
          <div>
            <dt>Each point</dt>
            <dd>{pointSpan(shown.stepSeconds)}</dd>
          </div>
        </dl>
      ) : null}
      {isEmpty ? null : <p className="small">{slowedWords(shown.points, shown.stepSeconds) ?? 'Nothing slowed the card down in what is recorded here.'}</p>}
      {isEmpty ? null : <PastTable gpu={gpu} points={shown.points} stepSeconds={shown.stepSeconds} span={shown.to - shown.from} unit={settings.values.temperatureUnit} />}
      <EventList events={shown.events} gpuId={gpu.id} />
      {answer ? <CsvExport gpuId={gpu.id} title={title} bounds={{ from: shown.from, to: shown.to }} drawnStepSeconds={shown.stepSeconds} finestStepSeconds={answer.finestStepSeconds} /> : null}
    </Section>
  )
}

/** The last hour; of a card that has only just appeared the last minutes, of a lost one the hour before it went. */
function firstRange(gpu: Gpu, now: number): Range {
  if (gpu.lostSince !== null) return { kind: 'fixed', from: Math.max(0, gpu.lostSince - 3_600_000), to: gpu.lostSince + 60_000 }
  return { kind: 'live', id: gpu.firstSeenAt === null || now - gpu.firstSeenAt < 1_800_000 ? '5min' : '1h' }
}

function emptyWords(gpu: Gpu, shown: { to: number }): string {
  if (gpu.lostSince !== null && shown.to > gpu.lostSince) return 'Nothing is recorded in this range. The card is lost: choose an earlier one.'
  return 'Nothing is recorded in this range.'
}

function pointSpan(stepSeconds: number): string {
  if (stepSeconds === 1) return 'one second'
  const one: Record<number, string> = { 60: 'one minute', 3600: 'one hour', 86_400: 'one day' }
  const words = one[stepSeconds] ?? (stepSeconds < 120 ? `${stepSeconds} seconds` : stepSeconds < 7200 ? `${Math.round(stepSeconds / 6) / 10} minutes` : stepSeconds < 172_800 ? `${Math.round(stepSeconds / 360) / 10} hours` : `${Math.round(stepSeconds / 8640) / 10} days`)
  return `${words}: the line is the mean, the band reaches from the least to the greatest`
}

/** How many points a chart can draw, in steps, so that a window that is pulled wider does not ask at every pixel. */
function useRoomForPoints(): [React.RefObject<HTMLDivElement | null>, number | null] {
  const box = useRef<HTMLDivElement>(null)
  const [points, setPoints] = useState<number | null>(null)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const watcher = new ResizeObserver(() => {
      const width = element.clientWidth
      const chart = width >= twoColumnsFrom ? width / 2 : width
      if (chart > 0) setPoints(Math.ceil(chart / 120) * 120)
    })
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  return [box, points]
}
