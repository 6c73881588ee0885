/** A value that changes in bursts, once it has stopped changing; the first one counts at once. */
import { useEffect, useState } from 'react'

export function useSettled<T>(value: T, quietMs = 500): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), quietMs)
    return () => clearTimeout(timer)
  }, [value, quietMs])
  return settled
}
