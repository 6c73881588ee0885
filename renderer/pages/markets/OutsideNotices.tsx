/** What is true of all outside figures at once: nothing is asked, nothing answers, or ages cannot be told. */
import type { ReactNode } from 'react'
import { Notice } from '../../components/Notice.tsx'
import { usePart } from '../../state/window-context.ts'
import { clockWords } from '../networks/network-words.ts'
import { outsideState, refusedAtStart } from './source-words.ts'

export function OutsideNotices({ more }: { more?: ReactNode }) {
  const { sources, clockOffMs } = usePart('networks')
  const { values } = usePart('settings')
  const { recordedMachine } = usePart('app')
  const outside = outsideState(sources, values.asksOutside)
  const refused = refusedAtStart(sources, values.sourcesOff)
  return (
    <>
      {clockOffMs === null ? null : (
        <Notice level="warning" title={`This machine’s clock is ${clockWords(clockOffMs)} of what the sources say.`}>
          <p>Ages cannot be told until it is right, so nothing is called fresh. Set the clock; Idlewatt notices by itself.</p>
        </Notice>
      )}
      {outside === 'switched-off' ? (
        <Notice level="info" title="Nothing is asked outside: that is switched off." actions={more}>
          <p>Figures are those that were last heard, or that came with Idlewatt. Each says how old it is.</p>
        </Notice>
      ) : null}
      {outside === 'none-on' ? (
        <Notice level="info" title={recordedMachine ? 'Nothing is asked outside, since this is a recorded machine.' : (refused ?? 'None of the sources is asked.')} actions={more}>
          <p>Figures are those that were last heard, or that came with Idlewatt. Each says how old it is.</p>
        </Notice>
      ) : null}
      {outside === 'never-asked' ? (
        <Notice level="info" title="No source has been asked yet." actions={more}>
          <p>Until one answers, the figures that came with Idlewatt are in use.</p>
        </Notice>
      ) : null}
      {outside === 'no-answer' ? (
        <Notice level="warning" title="None of the sources answers. This machine may be offline." actions={more}>
          <p>The last good answers stay in use, and each says how old it is. Idlewatt asks again by itself.</p>
        </Notice>
      ) : null}
    </>
  )
}
