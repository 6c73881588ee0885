/** Reads a JSON file that a user hands in, and says in one sentence what is wrong with it where something is. */
import { readFileSync, statSync } from 'node:fs'
import { decodeText } from '../system/decode-text.ts'
import { jsonFault } from '../system/json-fault.ts'
import { NotPossible } from '../system/not-possible.ts'

/** The largest real answer is 140 kB. */
const mostBytes = 5_000_000

/** Throws NotPossible. `what` begins the sentence: "The recorded answer for …". */
export function readJsonFile(path: string, what: string): unknown {
  const text = readText(path, what)
  if (text.trim() === '') throw new NotPossible(`${what}, ${path}, is empty.`)
  if (text.trimStart().startsWith('<')) throw new NotPossible(`${what}, ${path}, is a web page or XML, not JSON.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new NotPossible(`${what}, ${path}, is not JSON: ${jsonFault(error, text)}.`)
  }
  const twice = repeatedKey(text)
  if (twice !== null) throw new NotPossible(`${what}, ${path}, gives "${twice}" twice in one object, so it is not clear which holds.`)
  return value
}

function readText(path: string, what: string): string {
  try {
    const stat = statSync(path)
    if (!stat.isFile()) throw new NotPossible(`${what}, ${path}, is not a file.`)
    if (stat.size > mostBytes) throw new NotPossible(`${what}, ${path}, is ${megabytes(stat.size)} MB; no real one is over ${megabytes(mostBytes)} MB, so it was not read.`)
    // PowerShell's ">" writes UTF-16.
    return decodeText(readFileSync(path)).text.replace(/^\uFEFF/, '')
  } catch (error) {
    if (error instanceof NotPossible) throw error
    const code = (error as { code?: string }).code
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read' : `cannot be read (${code ?? String(error)})`
    throw new NotPossible(`${what}, ${path}, ${why}.`)
  }
}

/** First key that one object of valid JSON gives twice; null: none. JSON.parse would keep the last in silence. */
function repeatedKey(text: string): string | null {
  const open: (Set<string> | null)[] = []
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g
  for (let hit = token.exec(text); hit !== null; hit = token.exec(text)) {
    const found = hit[0]
    if (found === '{') open.push(new Set())
    else if (found === '[') open.push(null)
    else if (found === '}' || found === ']') open.pop()
    else if (isKey(text, token.lastIndex)) {
      const keys = open.at(-1)
      const key = JSON.parse(found) as string
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return null
}

function isKey(text: string, after: number): boolean {
  let at = after
  while (/\s/.test(text[at] ?? '')) at += 1
  return text[at] === ':'
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)
}
