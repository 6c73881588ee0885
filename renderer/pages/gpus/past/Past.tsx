/** A card's past: charts over a chosen range, its energy, its events, the same as a table, and as a file. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { HistoryPoint } from '../../../../shared/history.ts'
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
import { energyWords, slowedWords, stepLength } from './describe.ts'
import { hasReadings, samplesFrom, withSamples } from './points.ts'
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

  const isEmpty = !hasReadings(shown.points)
  // Of a card whose driver does not tell what slows it down, nothing is known to have done so.
  const tellsSlowing = samples.at(-1)?.throttle !== null
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
            <dd>{shown.stepSeconds === 1 ? stepLength(1) : `${stepLength(shown.stepSeconds)}: the line is the mean, the band reaches from the least to the greatest`}</dd>
          </div>
        </dl>
      ) : null}
      {isEmpty ? null : <p className="small">{slowedWords(shown.points, shown.stepSeconds, tellsSlowing)}</p>}
      {isEmpty ? null : <PastTable gpu={gpu} points={shown.points} stepSeconds={shown.stepSeconds} span={shown.to - shown.from} unit={settings.values.temperatureUnit} tellsSlowing={tellsSlowing} />}
      <EventList events={shown.events} gpuId={gpu.id} />
      {answer ? <CsvExport gpuId={gpu.id} title={title} bounds={{ from: shown.from, to: shown.to }} drawnStepSeconds={shown.stepSeconds} finestStepSeconds={answer.finestStepSeconds} /> : null}
    </Section>
  )
}

/** The last hour; of a card that has only just appeared the last minutes, of a lost one what led to its loss. */
export function firstRange(gpu: Pick<Gpu, 'lostSince' | 'firstSeenAt'>, now: number): Range {
  const minute = 60_000
  const { lostSince, firstSeenAt } = gpu
  if (lostSince === null) return { kind: 'live', id: firstSeenAt === null || now - firstSeenAt < 30 * minute ? '5min' : '1h' }
  const hereFor = firstSeenAt === null ? 60 * minute : lostSince - firstSeenAt + minute / 2
  return { kind: 'fixed', from: Math.max(0, lostSince - Math.min(60 * minute, Math.max(5 * minute, hereFor))), to: lostSince + minute }
}

function emptyWords(gpu: Gpu, shown: { to: number; points: HistoryPoint[] }): string {
  if (shown.points.some((point) => point.seconds > 0)) return 'The card was there in this range, but gave no readings.'
  if (gpu.lostSince !== null && shown.to > gpu.lostSince) return 'Nothing is recorded in this range. The card is lost: choose an earlier one.'
  return 'Nothing is recorded in this range.'
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
