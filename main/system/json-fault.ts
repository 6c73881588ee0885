/** What is wrong with a text that is no JSON, in words that do not repeat the text: the file may be a private one, named by mistake. */
export function jsonFault(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : ''
  const end = text.trimEnd().length
  if (end === 0 || /end of JSON input|Unterminated/i.test(message)) return 'it ends before it is complete'
  const told = /position (\d+)/.exec(message)?.[1]
  // V8 names no position where it quotes the place instead.
  const position = told === undefined ? faultAt(text) : Number(told)
  if (position >= end) return 'it ends before it is complete'
  const before = text.slice(0, position).split('\n')
  const place = `line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1}`
  const odd = /^-?(NaN|Infinity|undefined|None|True|False)\b/.exec(text.slice(position, position + 20))
  if (odd) return `it has ${odd[0]} in ${place}, which JSON does not know`
  return /^[\s\ufeff]*$/.test(text.slice(0, position)) ? 'it does not begin as JSON does' : `it goes wrong in ${place}`
}

const token = /[\s\ufeff]*("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b|[[\]{}:,])/y

/** Where a text stops being JSON; its length: it does not. */
function faultAt(text: string): number {
  const open: ('{' | '[')[] = []
  // What may come next: a value, a key, the colon after one, or what stands after a value.
  let next: 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'after' = 'value'
  for (let at = 0; ; ) {
    token.lastIndex = at
    const found = token.exec(text)?.[1]
    const starts = found === undefined ? at + (/^[\s\ufeff]*/.exec(text.slice(at))?.[0].length ?? 0) : token.lastIndex - found.length
    if (found === undefined) return starts
    at = token.lastIndex
    const isText = found.startsWith('"')
    if (next === 'key' || next === 'key or }') {
      if (isText) next = 'colon'
      else if (found === '}' && next === 'key or }') next = closed(open)
      else return starts
    } else if (next === 'colon') {
      if (found !== ':') return starts
      next = 'value'
    } else if (next === 'after') {
      const inside = open.at(-1)
      if (found === ',' && inside !== undefined) next = inside === '{' ? 'key' : 'value'
      else if ((found === '}' && inside === '{') || (found === ']' && inside === '[')) next = closed(open)
      else return starts
    } else if (found === '{' || found === '[') {
      open.push(found)
      next = found === '{' ? 'key or }' : 'value or ]'
    } else if (found === ']' && next === 'value or ]') next = closed(open)
    else if (/^[:,\]}]$/.test(found)) return starts
    else next = 'after'
  }
}

function closed(open: unknown[]): 'after' {
  open.pop()
  return 'after'
}
