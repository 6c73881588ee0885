/** The hours in which nothing is sent. */
import { TimesEntry } from '../../components/TimesEntry.tsx'
import { useChange } from './use-change.ts'

export function QuietHours({ from, to }: { from: string | null; to: string | null }) {
  const change = useChange()
  return (
    <TimesEntry
      legend="Quiet hours"
      from={from}
      to={to}
      save={(quietFrom, quietTo) => change({ quietFrom, quietTo })}
      help="By the clock of the machine that is watched; they may go over midnight. What began in them and lasts is told when they are over."
    />
  )
}
