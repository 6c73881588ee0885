/** Before the first state is there: connecting, or why that does not work. */
import { useLink } from '../state/window-context.ts'
import { Notice } from './Notice.tsx'

export function Opening() {
  const { link, readFailure, retry } = useLink()
  const sentence = link.phase === 'refused' ? link.sentence : readFailure
  const again = (
    <button type="button" className="button" onClick={retry}>
      Try again
    </button>
  )
  return (
    <main className="opening">
      <h1>Idlewatt</h1>
      {sentence !== null ? (
        <Notice level="error" urgent title={sentence} actions={link.phase === 'refused' ? null : again} />
      ) : link.phase === 'lost' ? (
        <Notice level="warning" urgent title="Idlewatt does not answer yet. Trying again by itself." actions={again} />
      ) : (
        <p role="status" className="muted">
          Reading what Idlewatt knows …
        </p>
      )}
    </main>
  )
}
