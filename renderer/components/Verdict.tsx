/** Verdict and confidence: an icon and a word each, never colour alone. */
import type { Confidence as ConfidenceLevel } from '../../shared/earnings.ts'
import type { Joining } from '../state/joining.ts'
import { confidenceWords, joiningWords } from '../format/words.ts'
import { Icon, type IconName } from './Icon.tsx'

const icons: Record<Joining, IconName> = { can: 'yes', 'takes-card': 'maybe', may: 'maybe', fixable: 'fix', unknown: 'unknown', cannot: 'no' }
/** A plain yes is green; what is still open stands in the text's own colour. */
const tones: Record<Joining, string> = { can: 'good', 'takes-card': 'open', may: 'open', fixable: 'fix', unknown: 'unknown', cannot: 'bad' }

export function Verdict({ joining }: { joining: Joining }) {
  return (
    <span className={`verdict verdict-${tones[joining]}`}>
      <Icon name={icons[joining]} />
      {joiningWords[joining]}
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
