/** Something asked of the app by a button: whether it is under way, and why it was refused. */
import { useEffect, useRef, useState } from 'react'
import type { RequestAnswer, RequestInput, RequestName } from '../../shared/requests.ts'
import { useAsk } from './window-context.ts'

export interface Acting {
  isBusy: boolean
  failure: string | null
  /** Answers null where it was refused, or where the page has gone meanwhile. */
  act<Name extends RequestName>(name: Name, input: RequestInput<Name>): Promise<RequestAnswer<Name> | null>
}

export function useAct(): Acting {
  const ask = useAsk()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const isOver = useRef(false)
  useEffect(() => {
    isOver.current = false
    return () => void (isOver.current = true)
  }, [])
  return {
    isBusy,
    failure,
    async act(name, input) {
      setBusy(true)
      setFailure(null)
      const reply = await ask(name, input)
      if (isOver.current) return null
      setBusy(false)
      if (reply.ok) return reply.value
      setFailure(reply.failure.message)
      return null
    },
  }
}
