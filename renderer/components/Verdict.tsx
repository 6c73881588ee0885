/** Verdict and confidence: an icon and a word each, never colour alone. */
import type { Confidence as ConfidenceLevel } from '../../shared/earnings.ts'
import type { Verdict as VerdictId } from '../../shared/network.ts'
import { confidenceWords, verdictWords } from '../format/words.ts'
import { Icon, type IconName } from './Icon.tsx'

const icons: Record<VerdictId, IconName> = { eligible: 'yes', fixable: 'fix', 'not-eligible': 'no', unknown: 'unknown' }

export function Verdict({ verdict }: { verdict: VerdictId }) {
  return (
    <span className={`verdict verdict-${verdict}`}>
      <Icon name={icons[verdict]} />
      {verdictWords[verdict]}
    </span>
  )
}

const bars: Record<ConfidenceLevel, number> = { none: 0, low: 1, medium: 2, high: 3 }

export function Confidence({ level, word = true }: { level: ConfidenceLevel; word?: boolean }) {
  return (
    <span className="confidence">
      <svg className="confidence-bars" viewBox="0 0 14 12" aria-hidden="true" focusable="false">
        {[0, 1, 2].map((i) => (
          <rect key={i} className={i < bars[level] ? 'bar-on' : 'bar-off'} x={i * 5} y={8 - i * 4} width="4" height={4 + i * 4} rx="1" />
        ))}
      </svg>
      <span className={word ? undefined : 'visually-hidden'}>{confidenceWords[level]}</span>
    </span>
  )
}
