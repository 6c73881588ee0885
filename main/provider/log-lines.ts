/** Cuts what is read of a file into lines, however the pieces fall; keeps the half line at the end until the rest comes. */

export interface LineSplitter {
  push(piece: Buffer): void
  /** The half line as a line: nothing more will come. */
  finish(): void
  /** Forgets the half line. */
  reset(): void
  /** What follows is the end of a line whose beginning was not read: it is passed over. */
  skipToNext(): void
  /** Bytes of the half line. */
  pending(): number
}

/** Of a longer line only so much is handed on; `cleanLine` says that it was cut. In bytes. */
const mostOfLine = 128 * 1024

/** `encoding`: UTF-16 as programs of Windows write it, else UTF-8, in which what is invalid becomes "�". */
export function createLineSplitter(encoding: 'utf8' | 'utf16le', onLine: (line: string, bytes: number) => void): LineSplitter {
  let parts: Buffer[] = []
  let kept = 0
  let bytes = 0
  let isSkipping = false

  function keep(part: Buffer): void {
    bytes += part.length
    if (isSkipping || part.length === 0) return
    const room = mostOfLine - kept
    if (room <= 0) return
    const taken = part.length > room ? part.subarray(0, room) : part
    // A copy: the buffer it lies in is read into again.
    parts.push(Buffer.from(taken))
    kept += taken.length
  }

  function emit(): void {
    const text = Buffer.concat(parts).toString(encoding)
    const [wasSkipping, length] = [isSkipping, bytes]
    reset()
    if (!wasSkipping) onLine(text.replace(/^\ufeff/, '').replace(/\r$/, ''), length)
  }

  function reset(): void {
    parts = []
    kept = 0
    bytes = 0
    isSkipping = false
  }

  return {
    push(piece) {
      let from = 0
      for (let at = newline(piece, from); at !== -1; at = newline(piece, from)) {
        keep(piece.subarray(from, at))
        emit()
        from = at + width(encoding)
      }
      keep(piece.subarray(from))
    },
    finish() {
      if (bytes > 0) emit()
    },
    reset,
    skipToNext: () => void (isSkipping = true),
    pending: () => bytes,
  }

  function newline(piece: Buffer, from: number): number {
    for (let at = piece.indexOf(10, from); at !== -1; at = piece.indexOf(10, at + 1)) {
      // "Ċ" (U+010A) begins alike; pieces are of whole letters.
      if (encoding === 'utf8' || (at % 2 === 0 && piece[at + 1] === 0)) return at
    }
    return -1
  }
}

/** How many bytes a line break takes. */
export function width(encoding: 'utf8' | 'utf16le'): number {
  return encoding === 'utf8' ? 1 : 2
}
