/** Cuts a byte stream into JSON lines. Pure apart from the decoder's memory. */

/** A line longer than this is no update of ours. */
const longestLine = 64 * 1024 * 1024

/** Feed it chunks; it gives back the values of all lines that are complete by now. Throws on a line that is not JSON. */
export function createLineReader(): (chunk: Uint8Array) => unknown[] {
  const decoder = new TextDecoder()
  let rest = ''
  return (chunk) => {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length > longestLine) throw new Error('line too long')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown)
  }
}

export function isPing(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'ping' in value
}
