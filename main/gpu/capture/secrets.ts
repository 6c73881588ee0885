/** Finds what tells one card, machine or person from another in captured texts, and replaces it: the same by the same, everywhere. Pure. */
import { programName } from './personal.ts'

export interface People {
  hostName: string | null
  userName: string | null
}

export interface Replaced {
  what: string
  count: number
}

export interface Replacer {
  /** First over all texts: what is found in one of them is replaced in every one. */
  learn(text: string): void
  apply(text: string): string
  /** The bare name of a program, of the words it was started with. */
  program(words: string): string
  /** What was learnt, by kind. */
  counts(): Replaced[]
}

const kinds = {
  uuid: 'UUIDs',
  unique: 'unique ids of cards',
  serial: 'serial numbers',
  mac: 'network addresses (MAC)',
  user: 'user names',
  host: 'names of this machine',
  container: 'container and virtual machine names',
  program: 'programs’ paths and arguments',
  device: 'device instance ids',
  account: 'account ids',
} as const
type Kind = keyof typeof kinds

/** What drivers print where they have no value. */
const nothing = /^(\[?(n\/?a|not (supported|available|specified|applicable)|unknown( error)?|none|default string|to be filled.*|system serial number|undefined|null|true|false)\]?|0x0*|0+|-)$/i
/** Names that are everywhere: replacing them would spoil texts and hide nobody. */
const everydayNames = new Set(['root', 'user', 'users', 'admin', 'administrator', 'localhost', 'ubuntu', 'debian', 'fedora', 'linux', 'windows', 'desktop', 'laptop', 'server', 'nvidia', 'radeon', 'intel', 'apple', 'public', 'default', 'shared', 'home', 'node', 'machine', 'gpu', 'test', 'host'])

const uuidPattern = /(?<![0-9a-f])[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}(?![0-9a-f])/gi
const macPattern = /(?<![0-9a-f:-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![0-9a-f:-])/gi
/** HIP's name for an AMD card: its unique id. NVIDIA's UUIDs begin alike but go on with a dash. */
const hipPattern = /\b(GPU-)([0-9a-f]{16})(?![0-9a-f-])/gi
/** Backslashes are doubled within JSON. */
const homePattern = /((?:\/(?:var\/)?home\/|\/Users\/|\/(?:run\/)?media\/|[a-z]:(?:\\{1,2}|\/)Users(?:\\{1,2}|\/)))([^/\\"'<>\s:]+)/gi
const sidPattern = /S-1-5-21(?:-\d+){3,4}/g
const containerIdPattern = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gi
/** What follows a device's kind in Windows' device paths: of a USB device it is the serial number. */
const instancePattern = /((?:VEN|VID|ven|vid)_[0-9A-Fa-f]{4}&(?:DEV|PID|dev|pid)_[0-9A-Fa-f]{4}[^\\"'\s<]*(?:\\\\|\\(?![nrtbfu"\\/])))([^\\"'\s<]+)/g

/** A value that stands under a name that says what it is: in XML, in JSON, in plain text, in Apple's property lists. */
function named(words: string): RegExp[] {
  return [
    new RegExp(`(<[\\w-]*(?:${words})[\\w-]*>\\s*)([^<]+?)(\\s*</)`, 'gi'),
    new RegExp(`("[^"\\n]*(?:${words})[^"\\n]*"\\s*:\\s*")((?:[^"\\\\\\n]|\\\\.)*)(")`, 'gi'),
    new RegExp(`("[^"\\n]*(?:${words})[^"\\n]*"\\s*:\\s*)(-?\\d+(?:\\.\\d+)?)()(?=[\\s,}\\]])`, 'gi'),
    new RegExp(`(<key>[^<]*(?:${words})[^<]*</key>\\s*<(?:string|data|integer)>\\s*)([^<]+?)(\\s*</)`, 'gi'),
    new RegExp(`^([ \\t]*[\\w \\t]*(?:${words})[\\w \\t]*:[ \\t]*)(\\S[^\\n]*?)([ \\t]*)$`, 'gim'),
  ]
}
const namedValues: [Kind, RegExp[]][] = [
  ['unique', named('unique[ _-]?id|asic_serial')],
  ['serial', named('serial(?!ize)|asset[ _-]?tag|_guid|fabric_guid|system_guid|\\bpdi\\b')],
  ['host', named('host[ _]?name|fqdn')],
  ['container', named('vm_name|vm_id|container[ _]?name|container[ _]?id')],
]
const programInXml = /(<(?:process_name|proc_name|command|cmdline)>\s*)([^<]+?)(\s*<\/)/gi
const programsInJson = [
  /("(?:process_?name|proc_name|command|cmd|cmdline)"\s*:\s*)("(?:[^"\\\n]|\\.)*")/gi,
  // Any other text that is a whole path to a program, where a process is named.
  /("name"\s*:\s*)("(?:\/|[a-z]:\\\\)(?:[^"\\\n]|\\.)*")/gi,
]

export function createReplacer(people: People): Replacer {
  const made = new Map<string, string>()
  const counted = new Map<Kind, number>()

  /** `key`: the value in its plainest spelling, so that all spellings get one replacement. */
  function standInFor(kind: Kind, key: string, make: (number: number) => string): string {
    const whole = `${kind}:${key}`
    const before = made.get(whole)
    if (before !== undefined) return before
    const number = (counted.get(kind) ?? 0) + 1
    counted.set(kind, number)
    const standIn = make(number)
    made.set(whole, standIn)
    return standIn
  }

  const padded = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')
  const uuidDigits = (digits: string): string => standInFor('uuid', digits, (number) => `5eed0000000040008000${padded(number, 12)}`)

  function uuidLike(original: string): string {
    const digits = uuidDigits(original.replace(/[-_]/g, '').toLowerCase())
    let at = 0
    const cased = original.replace(/[^-_]/g, () => digits[at++]!)
    return /[A-F]/.test(original) && !/[a-f]/.test(original) ? cased.toUpperCase() : cased
  }

  function valueOf(kind: Kind, value: string): string {
    const text = value.trim()
    if (text === '' || nothing.test(text) || isStandIn(text)) return value
    // A number stays one: it may stand in JSON without quotes.
    const digits = /^(?:0x)?-?(\d+)(?:\.\d+)?$/i.exec(text)?.[1]
    const prefix = /^0x/i.exec(text)?.[0] ?? ''
    // A unique id is written with and without the zeros before it.
    const bare = (word: string): string => (kind === 'unique' ? word.replace(/^0+/, '') : word)
    if (digits !== undefined) return prefix + standInFor(kind, bare(digits), (number) => `9${String(number).padStart(Math.max(1, Math.min(digits.length, 15) - 1), '0')}`)
    if (kind !== 'unique') return standInFor(kind, kind === 'host' ? text.toLowerCase() : text, (number) => `replaced-${kind === 'host' ? 'machine' : kind}-${number}`)
    const hex = text.slice(prefix.length).toLowerCase()
    return prefix + standInFor('unique', bare(hex), (number) => `5eed${padded(number, Math.max(4, hex.length - 4))}`)
  }

  function isStandIn(text: string): boolean {
    return /^(0x)?5eed0|^replaced-/i.test(text)
  }

  function userName(name: string): string {
    return everydayNames.has(name.toLowerCase()) || /^user-\d+$/.test(name) ? name : standInFor('user', name.toLowerCase(), (number) => `user-${number}`)
  }

  /** Values that were learnt under a name are replaced wherever they stand, but for short ones that may stand for anything. */
  function replaceLearnt(text: string): string {
    let changed = text
    for (const [whole, standIn] of made) {
      const kind = whole.slice(0, whole.indexOf(':')) as Kind
      const value = whole.slice(kind.length + 1)
      if (kind === 'uuid') changed = changed.replace(new RegExp(`(?<![0-9a-f])${value}(?![0-9a-f])`, 'gi'), standIn)
      const isTelling = kind === 'unique' ? value.length >= 8 : kind === 'serial' || kind === 'container' || kind === 'host' ? value.length >= (/^\d+$/.test(value) ? 9 : 5) : false
      if (isTelling && !everydayNames.has(value.toLowerCase())) changed = changed.replace(new RegExp(`(?<![\\w-])(0x)?${kind === 'unique' ? '0*' : ''}${literal(value)}(?![\\w-])`, 'gi'), (_, hex: string | undefined) => `${hex ?? ''}${standIn}`)
    }
    return changed
  }

  function replaceWord(text: string, word: string | null, standIn: (word: string) => string): string {
    if (word === null || word.length < 3 || everydayNames.has(word.toLowerCase())) return text
    return text.replace(new RegExp(`(?<![\\w-])${literal(word)}(?![\\w-])`, 'gi'), (found) => standIn(found))
  }

  function program(words: string): string {
    const name = programName(words)
    return name === words.trim() ? words : standInFor('program', words, () => name)
  }

  function apply(text: string): string {
    let changed = text
    changed = changed.replace(programInXml, (_, before: string, words: string, after: string) => `${before}${program(words)}${after}`)
    for (const pattern of programsInJson) changed = changed.replace(pattern, (_, before: string, quoted: string) => `${before}${JSON.stringify(program(unquoted(quoted)))}`)
    changed = changed.replace(uuidPattern, uuidLike)
    // OpenCL prints UUIDs without dashes.
    changed = changed.replace(/("[^"\n]*uuid[^"\n]*"\s*:\s*")([0-9a-f]{32})(")/gi, (_, before: string, digits: string, after: string) => `${before}${isStandIn(digits) ? digits : uuidDigits(digits.toLowerCase())}${after}`)
    changed = changed.replace(hipPattern, (_, before: string, hex: string) => `${before}${valueOf('unique', `0x${hex}`).slice(2)}`)
    for (const [kind, patterns] of namedValues) {
      for (const pattern of patterns) changed = changed.replace(pattern, (_, before: string, value: string, after: string) => `${before}${valueOf(kind, value)}${after}`)
    }
    changed = changed.replace(macPattern, (mac, separator: string) => standInFor('mac', mac.toLowerCase().replaceAll('-', ':'), (number) => `02:00:00:00:00:${padded(number % 256, 2)}`).replaceAll(':', separator))
    changed = changed.replace(sidPattern, (sid) => standInFor('account', sid, (number) => `S-1-5-21-0-0-${number}`))
    changed = changed.replace(containerIdPattern, (id) => (isStandIn(id) ? id : standInFor('container', id.toLowerCase(), (number) => `5eed0${padded(number, 59)}`)))
    changed = changed.replace(instancePattern, (all, before: string, instance: string) => (/^5eed-\d+$/.test(instance) ? all : `${before}${standInFor('device', instance.toUpperCase(), (number) => `5eed-${number}`)}`))
    changed = changed.replace(homePattern, (_, before: string, name: string) => `${before}${userName(name)}`)
    changed = replaceWord(changed, people.userName, userName)
    changed = replaceWord(changed, people.hostName, (name) => standInFor('host', name.toLowerCase(), (number) => `replaced-machine-${number}`))
    return replaceLearnt(changed)
  }

  return {
    learn: (text) => void apply(text),
    apply,
    program,
    counts: () => (Object.keys(kinds) as Kind[]).filter((kind) => (counted.get(kind) ?? 0) > 0).map((kind) => ({ what: kinds[kind], count: counted.get(kind) ?? 0 })),
  }
}

/** A JSON text as it was meant; what is none is taken as it stands. */
function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted.slice(1, -1)
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
