/** How provider software is: an icon and a word, never colour alone. */
import type { ProviderState } from '../../shared/provider.ts'
import { markOf, type Mark } from '../state/providers.ts'
import { Icon } from './Icon.tsx'

export function ProviderMark({ state }: { state: Pick<ProviderState, 'phase' | 'activity' | 'cause'> }) {
  return <MarkWord mark={markOf(state)} />
}

export function MarkWord({ mark }: { mark: Mark }) {
  return (
    <span className={`verdict verdict-${mark.tone}`}>
      <Icon name={mark.icon} />
      {mark.word}
    </span>
  )
}
