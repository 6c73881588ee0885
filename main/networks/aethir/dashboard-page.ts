/** Reads figures out of a page that carries its data in `self.__next_f.push([1, "…"])`: by key, loosely, never by place. */

/** The page's data, unescaped and joined, with the page itself after it. Time grows with the length alone. */
export function dataOfPage(html: string): string {
  const parts: string[] = []
  const start = 'self.__next_f.push('
  let from = html.indexOf(start)
  while (from >= 0) {
    const quote = html.indexOf('"', from)
    if (quote < 0) break
    const end = endOfText(html, quote + 1)
    // A text that is never closed leaves nothing more to find.
    if (end < 0) break
    const text = unescaped(html.slice(quote, end + 1))
    if (text !== null) parts.push(text)
    from = html.indexOf(start, end)
  }
  return [...parts, html].join('\n')
}

function endOfText(html: string, from: number): number {
  for (let i = from; i < html.length; i++) {
    if (html[i] === '\\') i += 1
    else if (html[i] === '"') return i
  }
  return -1
}

function unescaped(quoted: string): string | null {
  try {
    const text: unknown = JSON.parse(quoted)
    return typeof text === 'string' ? text : null
  } catch {
    return null
  }
}

/** The number under a key. null: not there, outside 0 to `most`, or two different ones, of which nobody can say which holds. */
export function numberAt(data: string, key: string, most: number): number | null {
  const values = new Set<number>()
  const pattern = new RegExp(`"${key}":\\s?(-?\\d{1,30}(?:\\.\\d{1,30})?(?:[eE][+-]?\\d{1,3})?)(?=[,}\\s\\]])`, 'g')
  for (const [, digits] of data.matchAll(pattern)) values.add(Number(digits))
  const [value] = values
  return values.size === 1 && value !== undefined && value >= 0 && value <= most ? value : null
}

/** The flat list of objects under a key; empty: there is none that parses. */
export function listAt(data: string, key: string): unknown[] {
  const name = `"${key}":[`
  const from = data.indexOf(name)
  const end = from < 0 ? -1 : data.indexOf(']', from)
  if (end < 0) return []
  try {
    const list: unknown = JSON.parse(data.slice(from + name.length - 1, end + 1))
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}
