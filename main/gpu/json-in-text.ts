/** Finds the JSON document in what a tool printed: AMD's tools write warnings, Python and PowerShell their complaints, before and after it. Pure. */

/** So many beginnings are tried; a log that is longer holds no document. */
const mostTries = 200

/** The first object or list that reads as JSON; undefined: there is none. */
export function jsonIn(text: string): object | undefined {
  let tries = 0
  // Windows' tools may begin with a byte-order mark.
  for (const start of text.matchAll(/^[ \t\uFEFF]*[[{]/gm)) {
    if (++tries > mostTries) return undefined
    const from = start.index + start[0].length - 1
    const end = text.lastIndexOf(text[from] === '{' ? '}' : ']')
    if (end <= from) continue
    const found = parsed(text.slice(from, end + 1)) ?? parsed(firstDocument(text, from))
    // "[]" and "{}" may stand in a warning; a list of text is one.
    if (found !== undefined && !(Array.isArray(found) && found.every((item) => typeof item !== 'object'))) return found
  }
  return undefined
}

/** Whether a document begins that never ends: the tool was stopped while it wrote, or the rest was not kept. */
export function breaksOff(text: string): boolean {
  const start = /^[ \t]*[[{]\s*(?:["{[]|$)/m.exec(text)
  return start !== null && firstDocument(text, start.index + start[0].search(/[[{]/)) === null
}

/** Python writes numbers that JSON does not know. */
function parsed(text: string | null): object | undefined {
  if (text === null) return undefined
  for (const candidate of [text, text.replace(/([:[,]\s*)(?:-?Infinity|NaN)(?=\s*[,}\]])/g, '$1null')]) {
    try {
      const value: unknown = JSON.parse(candidate)
      if (typeof value === 'object' && value !== null) return value
    } catch {
      continue
    }
  }
  return undefined
}

/** From a bracket to the one that closes it, for documents with more text of the same brackets behind them. null: it is never closed. */
function firstDocument(text: string, from: number): string | null {
  let depth = 0
  let inString = false
  for (let index = from; index < text.length; index++) {
    const letter = text[index]
    if (inString) {
      if (letter === '\\') index += 1
      else if (letter === '"') inString = false
    } else if (letter === '"') inString = true
    else if (letter === '{' || letter === '[') depth += 1
    else if ((letter === '}' || letter === ']') && --depth === 0) return text.slice(from, index + 1)
  }
  return null
}
