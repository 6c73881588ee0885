/** Apple's property lists in XML, as `ioreg -a` prints them, read into plain values. Pure. */
import { Parser } from 'xml2js'

export type PlistValue = string | number | boolean | null | PlistValue[] | { [key: string]: PlistValue }

/** One element with its children in the order they stand in, as xml2js gives it with these settings. */
interface Element {
  '#name': string
  _?: string
  $$?: Element[]
}

/** Deeper than any registry; a document that nests further is not one. */
const deepest = 64

/** undefined: not a property list. */
export function parsePlist(text: string): PlistValue | undefined {
  const start = text.indexOf('<plist')
  // Apple's own DOCTYPE names no entities; one that does is not Apple's.
  if (start === -1 || /<!ENTITY/i.test(text)) return undefined
  const end = text.indexOf('</plist>', start)
  if (end === -1) return undefined
  let root: Element | null = null
  let isBroken = false
  try {
    const parser = new Parser({ explicitChildren: true, preserveChildrenOrder: true, explicitRoot: false, async: false, trim: true })
    parser.parseString(text.slice(start, end + '</plist>'.length), (error: unknown, value: Element | null) => {
      if (error) isBroken = true
      else root = value
    })
  } catch {
    return undefined
  }
  const top = (root as Element | null)?.$$?.[0]
  return isBroken || top === undefined ? undefined : valueOf(top, 0)
}

function valueOf(element: Element, depth: number): PlistValue {
  const text = element._ ?? ''
  if (depth > deepest) return null
  switch (element['#name']) {
    case 'dict':
      return dictOf(element.$$ ?? [], depth)
    case 'array':
      return (element.$$ ?? []).map((child) => valueOf(child, depth + 1))
    case 'integer':
    case 'real':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null
    case 'true':
      return true
    case 'false':
      return false
    case 'string':
    case 'date':
      return text
    case 'data':
      // Names in the registry are bytes that end in a zero.
      return Buffer.from(text, 'base64').toString('latin1').replace(/\0+$/, '')
    default:
      return null
  }
}

function dictOf(children: readonly Element[], depth: number): { [key: string]: PlistValue } {
  // Without a prototype: a key may be called "constructor".
  const dict = Object.create(null) as { [key: string]: PlistValue }
  for (let index = 0; index + 1 < children.length; index++) {
    const key = children[index]!
    if (key['#name'] !== 'key') continue
    dict[key._ ?? ''] = valueOf(children[index + 1]!, depth + 1)
    index += 1
  }
  return dict
}
