/** In place of a page whose file could not be read: the app behind it is gone, or was replaced by another version. */
import { Notice } from './Notice.tsx'
import { Page } from './Page.tsx'

export function NotLoaded() {
  return (
    <Page title="This page could not be loaded">
      <PartNotLoaded />
    </Page>
  )
}

/** The same inside a page that stands. */
export function PartNotLoaded() {
  const again = (
    <button type="button" className="button" onClick={() => window.location.reload()}>
      Load Idlewatt again
    </button>
  )
  return (
    <Notice level="error" urgent title="Idlewatt did not hand out this page." actions={again}>
      <p>It may have stopped, or been replaced by another version since this window was opened.</p>
    </Notice>
  )
}
