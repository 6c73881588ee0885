/** A refusal meant for the user: its message is shown as it is. */
export class NotPossible extends Error {
  override name = 'NotPossible'
}
