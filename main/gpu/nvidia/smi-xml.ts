/** `nvidia-smi -q -x` XML → plain object, by the settings node-nvidia-smi uses. Refuses what nvidia-smi never prints. */
import { Parser } from 'xml2js'

/** Sixteen cards with all their clocks print about 1 MiB; this leaves room for thousands of processes. */
export const smiLimitBytes = 32 * 1024 * 1024

export type XmlNode = string | XmlNode[] | { [name: string]: XmlNode } | null | undefined
export type SmiLog = { [name: string]: XmlNode }

/** The output cannot be read; the message is a sentence part for the user: "it breaks off …". */
export class SmiUnreadable extends Error {
  override name = 'SmiUnreadable'
}

/** The content of `<nvidia_smi_log>`. Throws SmiUnreadable and nothing else. */
export function parseSmiXml(text: string): SmiLog {
  if (text.length > smiLimitBytes) throw new SmiUnreadable(`it is ${Math.round(text.length / 1024 / 1024)} MiB long, far more than nvidia-smi prints`)
  const start = startOf(text)
  if (start === -1) throw new SmiUnreadable(text.trim() === '' ? 'it is empty' : `it is not nvidia-smi's XML; it begins with "${firstWords(text)}"`)
  // With `--dtd` it prints its own document type first, which is cut off with the rest.
  if (/<!ENTITY/i.test(text)) throw new SmiUnreadable('it declares XML entities, which nvidia-smi never does')
  // With `-l` it prints one document after another: the first one counts.
  const end = text.indexOf('</nvidia_smi_log>', start)
  if (end === -1) throw new SmiUnreadable(`it breaks off in line ${text.trimEnd().split('\n').length}, before the closing </nvidia_smi_log>`)

  // Warnings that some drivers print before or after the document are cut off with it.
  const document = withWholeNames(withoutClockLists(text.slice(start, end + '</nvidia_smi_log>'.length)))
  let parsed: { nvidia_smi_log?: XmlNode } | null = null
  let problem: unknown = null
  try {
    const parser = new Parser({ explicitArray: false, trim: true, async: false })
    // xml2js may call back more than once on broken input: the first error stands.
    parser.parseString(document, (error: unknown, value: { nvidia_smi_log?: XmlNode } | null) => {
      if (error) problem ??= error
      else parsed = value
    })
  } catch (error) {
    problem ??= error
  }
  if (problem) throw new SmiUnreadable(`it is not well-formed XML: ${xmlComplaint(problem)}`)
  return logOf(parsed)
}

/** Every clock a card can be set to: most of what is printed, and nobody's question. The lines stay, so that complaints name the right one. */
function withoutClockLists(document: string): string {
  // One that does not end before the next card begins is broken, and the parser's to complain about.
  return withEach(document, 'supported_clocks', (clocks) => (clocks.includes('<gpu ') ? null : '\n'.repeat(clocks.split('\n').length - 1)))
}

/** nvidia-smi hands on the names of programs as they are: what would be markup in them is text. What is already written as an entity stays. */
function withWholeNames(document: string): string {
  // A name that does not end within its program's lines is broken, and the parser's to complain about.
  return withEach(document, 'process_name', (name) => (name.includes('process_info>') ? null : name.replace(/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/gi, '&amp;').replaceAll('<', '&lt;')))
}

/**
 * The document with another content in each element of that name; null leaves it as it is. By hand: a pattern that looks
 * for the end from every beginning takes minutes on output made for it.
 */
function withEach(document: string, name: string, contentOf: (content: string) => string | null): string {
  const open = `<${name}>`
  const close = `</${name}>`
  let kept = ''
  let from = 0
  for (;;) {
    const begin = document.indexOf(open, from)
    const end = begin === -1 ? -1 : document.indexOf(close, begin)
    if (end === -1) return kept + document.slice(from)
    const content = document.slice(begin + open.length, end)
    kept += document.slice(from, begin + open.length) + (contentOf(content) ?? content) + close
    from = end + close.length
  }
}

/** Where the document begins; what somebody noted in a comment before it is none. −1: nowhere. */
function startOf(text: string): number {
  let start = text.indexOf('<nvidia_smi_log')
  while (start !== -1) {
    const comment = text.lastIndexOf('<!--', start)
    const close = comment === -1 ? -1 : text.indexOf('-->', comment)
    if (comment === -1 || (close !== -1 && close < start)) return start
    start = close === -1 ? -1 : text.indexOf('<nvidia_smi_log', close)
  }
  return -1
}

/** What node-nvidia-smi hands over: the same object, parsed by itself. Throws SmiUnreadable. */
export function logOf(parsed: unknown): SmiLog {
  const log = typeof parsed === 'object' && parsed !== null ? (parsed as { nvidia_smi_log?: XmlNode }).nvidia_smi_log : undefined
  if (typeof log !== 'object' || log === null || Array.isArray(log)) throw new SmiUnreadable('it holds no cards and no driver version')
  return log
}

/** "Unexpected close tag, line 40, column 12". */
function xmlComplaint(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n').map((line) => line.trim())
  const at = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim()
  const line = at('Line')
  return line === undefined ? (lines[0] ?? 'unreadable') : `${(lines[0] ?? '').replace(/\.$/, '')}, line ${Number(line) + 1}`
}

function firstWords(text: string): string {
  return text.trim().slice(0, 60).replace(/\s+/g, ' ')
}

/** A child node; undefined where there is none. Own names only: tags come from outside. */
export function childOf(node: XmlNode, ...path: string[]): XmlNode {
  let at: XmlNode = node
  for (const name of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
  }
  return at
}

/** Text of a node; undefined: no such node, or one with children alone. */
export function textOf(node: XmlNode): string | undefined {
  if (typeof node === 'string') return node.trim()
  if (Array.isArray(node)) return textOf(node[0])
  if (typeof node === 'object' && node !== null && Object.hasOwn(node, '_')) return textOf(node['_'])
  return undefined
}

/** One, many or none: a list. Nodes without children ("None") are left out. */
export function listOf(node: XmlNode): { [name: string]: XmlNode }[] {
  const nodes = Array.isArray(node) ? node : [node]
  return nodes.filter((item): item is { [name: string]: XmlNode } => typeof item === 'object' && item !== null && !Array.isArray(item))
}
