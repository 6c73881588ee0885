/** Start, finish the work, stop: what software can be asked for now. Stopping says first what it costs. */
import { useEffect, useRef, useState } from 'react'
import type { ProviderState } from '../../../../shared/provider.ts'
import { StopPanel } from './StopPanel.tsx'
import { useAct } from '../../../state/use-act.ts'

export function ProviderActions({ name, provider }: { name: string; provider: ProviderState }) {
  const { programmeId, can } = provider
  const acting = useAct()
  const [isAsking, setAsking] = useState(false)
  const stop = useRef<HTMLButtonElement>(null)
  // It stops before the answer is here, and the question goes away with the focus in it; at the next start it must not stand there again.
  if (isAsking && !can.stop) setAsking(false)
  const wasAsking = useRef(false)
  useEffect(() => {
    if (wasAsking.current && !isAsking && document.activeElement === document.body) stop.current?.focus()
    wasAsking.current = isAsking
  }, [isAsking])
  if (provider.kind === 'observed' && !can.start && !can.finish && !can.stop) return null

  function close(): void {
    setAsking(false)
    stop.current?.focus()
  }
  // Buttons that cannot be used stay where they are, and say so: one that went away would take the focus with it.
  const off = (isOn: boolean): true | undefined => (isOn && !acting.isBusy ? undefined : true)
  const ask = (what: 'provider.start' | 'provider.finish', isOn: boolean): void => {
    if (isOn && !acting.isBusy) void acting.act(what, { programmeId })
  }
  return (
    <div className="provider-actions">
      <span className="provider-buttons">
        <button type="button" className="button" aria-disabled={off(can.start)} onClick={() => ask('provider.start', can.start)}>
          Start<span className="visually-hidden"> {name}</span>
        </button>
        <button type="button" className="button" aria-disabled={off(can.finish)} onClick={() => ask('provider.finish', can.finish)}>
          Finish the work, then stop
        </button>
        <button ref={stop} type="button" className="button" aria-disabled={can.stop ? undefined : true} aria-expanded={isAsking && can.stop} onClick={() => can.stop && setAsking(!isAsking)}>
          Stop …
        </button>
      </span>
      {acting.failure ? (
        <p className="field-problem" role="alert">
          {acting.failure}
        </p>
      ) : null}
      {isAsking && can.stop ? <StopPanel name={name} provider={provider} onClose={close} /> : null}
    </div>
  )
}
