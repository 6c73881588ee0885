/** How a card is: a dot and a word, never colour alone. */
import type { CardHealth } from '../state/alerts.ts'

export function HealthMark({ health }: { health: CardHealth }) {
  return (
    <span className={`health-mark health-${health.tone}`} title={health.words}>
      <span className="health-dot" aria-hidden="true" />
      <span className="health-words">{health.words}</span>
    </span>
  )
}
