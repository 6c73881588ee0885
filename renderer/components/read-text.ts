/** Turns the bytes of a chosen file into text: UTF-8, UTF-16 with its mark, else the Windows alphabet that old exports use. Pure. */

export interface ReadText {
  text: string
  /** What had to be taken for granted; null: nothing. */
  remark: string | null
}

export function readTextOf(bytes: Uint8Array): ReadText {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), remark: null }
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), remark: null }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), remark: null }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), remark: 'The file is not in UTF-8; it was read as Windows-1252.' }
  }
}
