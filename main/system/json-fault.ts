/** What is wrong with a text that is no JSON, in words that do not repeat the text: the file may be a private one, named by mistake. */
export function jsonFault(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : ''
  if (/end of JSON input|Unterminated/i.test(message)) return 'it ends before it is complete'
  const position = /position (\d+)/.exec(message)?.[1]
  if (position === undefined) return 'it does not begin as JSON does'
  if (Number(position) >= text.trimEnd().length) return 'it ends before it is complete'
  const before = text.slice(0, Number(position)).split('\n')
  return `it goes wrong in line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1}`
}
