/** A network's figure as it is shown everywhere: its value, or why there is none. */
import type { NetworkFigure } from '../../../shared/network-health.ts'
import { Unknown } from '../../components/Reading.tsx'
import { moneyFormat } from '../../format/money.ts'
import { usePart } from '../../state/window-context.ts'
import { figureParts } from './network-words.ts'

/** `inFull`: the reason stands beside it instead of behind it. */
export function FigureValue({ figure, inFull = false }: { figure: NetworkFigure; inFull?: boolean }) {
  const money = moneyFormat(usePart('settings'))
  if (figure.value !== null && Number.isFinite(figure.value)) {
    const { number, unit } = figureParts(figure.value, figure.unit, money)
    return (
      <>
        {number} {unit === '' ? null : <span className="figure-unit">{unit}</span>}
      </>
    )
  }
  return inFull ? <span className="unknown">not known</span> : <Unknown why={figure.note ?? 'Nobody says.'} />
}
