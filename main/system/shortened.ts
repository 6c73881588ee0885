/** An address or an id as it is shown and kept where the whole one must not be: the same everywhere, so that one can be told from another. */

/** "0x52ae…73e1"; what is short anyway comes back as it is. */
export function shortened(text: string): string {
  return text.length <= 12 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`
}
