/** One click beside the sentence that named a program: it never counts again, or counts again. */
import { useAct } from '../state/use-act.ts'

export function IgnoreProgram({ name, isIgnored = false }: { name: string; isIgnored?: boolean }) {
  const acting = useAct()
  async function change(): Promise<void> {
    if (acting.isBusy) return
    const state = await acting.act('policy.ignore', { name, isIgnored: !isIgnored })
    // Where the sentence goes away, its button goes with it, and the focus would be lost.
    if (state !== null) requestAnimationFrame(() => document.activeElement === document.body && document.getElementById('page')?.focus({ preventScroll: true }))
  }
  return (
    <>
      <button type="button" className="button button-small" aria-disabled={acting.isBusy ? true : undefined} onClick={() => void change()}>
        {isIgnored ? 'Count it again' : 'Ignore this program'}
        <span className="visually-hidden"> {name}</span>
      </button>
      {acting.failure ? (
        <span className="field-problem" role="alert">
          {acting.failure}
        </span>
      ) : null}
    </>
  )
}
