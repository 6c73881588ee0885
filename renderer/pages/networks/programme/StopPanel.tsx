/** What stopping now costs, before it is done; that it cannot be worked out never keeps anybody from stopping. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { ProviderState, StopPrice } from '../../../../shared/provider.ts'
import { SourceLink } from '../../../components/SourceLink.tsx'
import { Words } from '../../../components/Words.tsx'
import { formatMoney, moneyFormat } from '../../../format/money.ts'
import { formatSpan } from '../../../format/time.ts'
import { useAsk, usePart } from '../../../state/window-context.ts'
import { useAct } from '../../../state/use-act.ts'

export function StopPanel({ name, provider, onClose }: { name: string; provider: ProviderState; onClose: () => void }) {
  const id = useId()
  const ask = useAsk()
  const acting = useAct()
  const panel = useRef<HTMLDivElement>(null)
  const { programmeId, can } = provider
  const [price, setPrice] = useState<StopPrice | string | null>(null)
  useEffect(() => panel.current?.focus(), [])
  useEffect(() => {
    let isOver = false
    void ask('provider.stop-price', { programmeId }).then((reply) => {
      if (!isOver) setPrice(reply.ok ? reply.value : reply.failure.message)
    })
    return () => void (isOver = true)
  }, [ask, programmeId])

  async function end(how: 'provider.stop' | 'provider.finish'): Promise<void> {
    if (acting.isBusy) return
    if ((await acting.act(how, { programmeId })) !== null) onClose()
  }
  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    event.preventDefault()
    onClose()
  }
  return (
    <div ref={panel} className="sure" role="group" aria-labelledby={`${id}-title`} aria-describedby={`${id}-price`} tabIndex={-1} onKeyDown={closeOnEscape}>
      <p id={`${id}-title`}>
        <strong>Stop {name} now?</strong>
      </p>
      <div id={`${id}-price`} role="status">
        {price === null ? <p className="muted">Working out what that costs …</p> : typeof price === 'string' ? <p>What that costs could not be worked out: {price} It can be stopped all the same.</p> : <Price price={price} />}
      </div>
      <p className="form-go">
        <button type="button" className="button button-main" aria-disabled={acting.isBusy ? true : undefined} onClick={() => void end('provider.stop')}>
          Stop it now
        </button>
        {can.finish ? (
          <button type="button" className="button" aria-disabled={acting.isBusy ? true : undefined} onClick={() => void end('provider.finish')}>
            Finish the work first
          </button>
        ) : null}
        <button type="button" className="button" onClick={onClose}>
          Let it run
        </button>
      </p>
      {acting.failure ? (
        <p className="field-problem" role="alert">
          {acting.failure}
        </p>
      ) : null}
    </div>
  )
}

function Price({ price }: { price: StopPrice }) {
  const money = moneyFormat(usePart('settings'))
  return (
    <>
      <p>
        <Words text={price.sentence} /> {price.usd === null || price.usd === 0 ? '' : `That is about ${formatMoney(price.usd, money)}.`} {price.finishMinutes === null || price.finishMinutes === 0 ? '' : `Finishing takes about ${formatSpan(price.finishMinutes * 60_000)}.`}
      </p>
      {price.source ? (
        <p className="small muted">
          <SourceLink source={price.source} />
        </p>
      ) : null}
    </>
  )
}
