/** How a question to a probe fails. */

export class ProbeFailure extends Error {
  override name = 'ProbeFailure'
  /** `silent`: the process is well, but the driver answers nothing; the message says why, for the user. */
  readonly kind: 'not-answering' | 'died' | 'failed' | 'silent'
  constructor(kind: ProbeFailure['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}
