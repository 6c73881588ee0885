/** Turns the bytes of a text file into text, whichever of the usual encodings it was saved in. Pure. */

export interface DecodedText {
  text: string
  /** What had to be guessed, a sentence; null: nothing. */
  remark: string | null
}

/** Where Windows-1252 differs from Latin-1: 0x80 to 0x9f. Node 24's own decoder for it takes them as Latin-1. */
const windowsLetters = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

export function decodeText(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), remark: null }
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), remark: null }
  const start = bytes.subarray(0, 400)
  const zeros = (from: number): number => start.filter((byte, index) => byte === 0 && index % 2 === from).length
  if (zeros(1) > start.length / 4) return { text: new TextDecoder('utf-16le').decode(bytes), remark: 'The file does not say its encoding; it was read as UTF-16.' }
  if (zeros(0) > start.length / 4) return { text: new TextDecoder('utf-16be').decode(bytes), remark: 'The file does not say its encoding; it was read as UTF-16.' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), remark: null }
  } catch {
    const text = Buffer.from(bytes).toString('latin1').replace(/[\u0080-\u009f]/g, (letter) => windowsLetters[letter.charCodeAt(0) - 0x80] ?? letter)
    return { text, remark: 'The file is not in UTF-8; it was read as Windows-1252.' }
  }
}
