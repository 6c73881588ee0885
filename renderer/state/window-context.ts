/** Hands the connection and the state to components, and the hooks they read it with. */
import { createContext, useCallback, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import type { RequestAnswer, RequestInput, RequestName, Reply } from '../../shared/requests.ts'
import type { State, StatePart } from '../../shared/state.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { Connection, LinkStatus } from '../connection/index.ts'
import type { SampleLog } from './sample-log.ts'
import type { WindowState } from './window-state.ts'

export interface WindowParts {
  connection: Connection
  state: WindowState
  sampleLog: SampleLog
}

export const WindowContext = createContext<WindowParts | null>(null)

function useWindow(): WindowParts {
  const parts = useContext(WindowContext)
  if (!parts) throw new Error('There is no window context around this component.')
  return parts
}

/** One part of the state; only for components drawn after the first snapshot. */
export function usePart<Part extends StatePart>(part: Part): State[Part] {
  const { state } = useWindow()
  const read = useCallback(() => state.state(), [state])
  return useSyncExternalStore(state.subscribe, () => {
    const whole = read()
    if (!whole) throw new Error('The state has not been read yet.')
    return whole[part]
  })
}

export function useIsReady(): boolean {
  const { state } = useWindow()
  return useSyncExternalStore(state.subscribe, () => state.state() !== null)
}

export function useLink(): { link: LinkStatus; readFailure: string | null; retry: () => void } {
  const { state, connection } = useWindow()
  const link = useSyncExternalStore(state.subscribe, state.link)
  const readFailure = useSyncExternalStore(state.subscribe, state.readFailure)
  const retry = useCallback(() => {
    if (state.link().phase === 'open') state.readAgain()
    else connection.retryNow()
  }, [state, connection])
  return { link, readFailure, retry }
}

export function useDoor(): Connection['door'] {
  return useWindow().connection.door
}

export function useAsk(): <Name extends RequestName>(name: Name, input: RequestInput<Name>) => Promise<Reply<RequestAnswer<Name>>> {
  return useWindow().connection.ask
}

/** Drawn anew with every sample, or once in `everyMs`. */
export function useSamples(gpuId: string, everyMs = 0): readonly GpuSample[] {
  const { sampleLog } = useWindow()
  return useSyncExternalStore(sampleLog.subscribe, () => sampleLog.of(gpuId, everyMs))
}

/** The time on the machine that is watched, for questions about its past. */
export function useMachineNow(): () => number {
  return useWindow().sampleLog.machineNow
}

/** The time, renewed every `everyMs` while the component is drawn. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
