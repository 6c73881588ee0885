/** A support bundle: what would be sent, shown before it is saved. */
export interface SupportFile {
  name: string
  what: string
  bytes: number
  /** Whole, so that it can be read before it is saved; long ones are cut here (not in the file) and say so. */
  preview: string
}

export interface SupportBundle {
  /** Names this very bundle for `support.save`. */
  id: string
  fileName: string
  madeAt: number
  files: SupportFile[]
  /** What was taken out, by kind: "wallet address" × 3. Never the thing itself. */
  removed: { what: string; count: number }[]
  bytes: number
}
