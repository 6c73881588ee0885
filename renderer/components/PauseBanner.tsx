/** While something is paused, every page says what, and until when. */
import { aboutWords, overridesNow, untilWords } from '../state/policy.ts'
import { writeRoute } from '../state/route.ts'
import { useAct } from '../state/use-act.ts'
import { useNames } from '../state/use-names.ts'
import { useNow, usePart } from '../state/window-context.ts'
import { Icon } from './Icon.tsx'

export function PauseBanner() {
  const policy = usePart('policy')
  const names = useNames()
  const now = useNow(5000)
  const acting = useAct()
  const [first, ...others] = overridesNow(policy, 'pause', now)
  if (first === undefined) return null
  async function resume(): Promise<void> {
    if (first === undefined || acting.isBusy) return
    // Its button goes with it.
    if ((await acting.act('policy.resume', { id: first.id })) !== null) document.getElementById('page')?.focus({ preventScroll: true })
  }
  const isForAll = first.gpuId === null && first.programmeId === null
  return (
    <div className="banner banner-pause">
      <Icon name="pause" />
      <span>
        <strong>{isForAll ? 'Paused' : `${aboutWords(first, names)} is paused`}</strong> {untilWords(first.until, now)}.{isForAll ? ' Nothing is started until then.' : ''}
        {acting.failure ? (
          <span className="field-problem" role="alert">
            {' '}
            {acting.failure}
          </span>
        ) : null}
      </span>
      {others.length > 0 && !isForAll ? <a href={writeRoute('policy')}>and {others.length} more</a> : null}
      <button type="button" className="button button-small" aria-disabled={acting.isBusy ? true : undefined} onClick={() => void resume()}>
        Resume
      </button>
    </div>
  )
}
