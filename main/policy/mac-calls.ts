/** The functions of macOS that tell of its user, bound through koffi as they stand in Apple's headers. Nothing here needs a permission. */
import koffi from 'koffi'
import type { MacDisplay, MacSession, MacWindow } from './mac-decode.ts'

/** Each gives null where macOS does not answer. */
export interface MacCalls {
  /** Since the last input of any kind, in seconds. */
  secondsSinceInput(): number | null
  /** null: this process belongs to no session with a screen. */
  session(): MacSession | null
  /** Front to back. */
  windows(): MacWindow[] | null
  displays(): MacDisplay[] | null
  close(): void
}

export interface MacLibraries {
  coreFoundation: string
  coreGraphics: string
}

const systemLibraries: MacLibraries = {
  coreFoundation: '/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation',
  coreGraphics: '/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics',
}

const ref = 'uintptr_t'
const pointer = 'void *'
const utf8 = 0x0800_0100
/** kCFNumberDoubleType. */
const asDouble = 13
/** kCGEventSourceStateCombinedSessionState, as Electron asks; kCGAnyInputEventType. */
const combinedSession = 0
const anyInput = 0xffff_ffff
/** kCGWindowListOptionOnScreenOnly and kCGWindowListExcludeDesktopElements. */
const onScreen = 1 | 16
const mostDisplays = 16
const mostWindows = 2_000

type Ref = bigint | number
type Call<T = Ref> = (...args: (Ref | Buffer | string)[]) => T

/** Throws where the libraries or one of their functions are not there. */
export function openMacCalls(paths: MacLibraries = systemLibraries): MacCalls {
  const foundation = koffi.load(paths.coreFoundation)
  const graphics = koffi.load(paths.coreGraphics)
  const bind = <T = Ref>(library: typeof foundation, name: string, result: string, args: string[]): Call<T> => library.func(name, result, args) as unknown as Call<T>

  const cf = {
    string: bind(foundation, 'CFStringCreateWithCString', ref, [ref, 'str', 'uint32_t']),
    read: bind<number>(foundation, 'CFStringGetCString', 'uint8_t', [ref, pointer, 'intptr_t', 'uint32_t']),
    value: bind(foundation, 'CFDictionaryGetValue', ref, [ref, ref]),
    count: bind(foundation, 'CFArrayGetCount', 'intptr_t', [ref]),
    item: bind(foundation, 'CFArrayGetValueAtIndex', ref, [ref, 'intptr_t']),
    type: bind(foundation, 'CFGetTypeID', 'uintptr_t', [ref]),
    booleanType: bind(foundation, 'CFBooleanGetTypeID', 'uintptr_t', []),
    numberType: bind(foundation, 'CFNumberGetTypeID', 'uintptr_t', []),
    boolean: bind<number>(foundation, 'CFBooleanGetValue', 'uint8_t', [ref]),
    number: bind<number>(foundation, 'CFNumberGetValue', 'uint8_t', [ref, 'intptr_t', pointer]),
    release: bind<void>(foundation, 'CFRelease', 'void', [ref]),
  }
  const cg = {
    sinceInput: bind<number>(graphics, 'CGEventSourceSecondsSinceLastEventType', 'double', ['int', 'uint32_t']),
    session: bind(graphics, 'CGSessionCopyCurrentDictionary', ref, []),
    windows: bind(graphics, 'CGWindowListCopyWindowInfo', ref, ['uint32_t', 'uint32_t']),
    displays: bind<number>(graphics, 'CGGetActiveDisplayList', 'int', ['uint32_t', pointer, pointer]),
    bounds: bind<{ x: number; y: number; width: number; height: number }>(graphics, 'CGDisplayBounds', rectangleType() as unknown as string, ['uint32_t']),
  }

  /** Made once: asking each second must not leave strings behind. */
  const keys = new Map<string, Ref>()
  function under(dictionary: Ref, key: string): Ref | null {
    const name = keys.get(key) ?? cf.string(0, key, utf8)
    keys.set(key, name)
    const found = cf.value(dictionary, name)
    return found ? found : null
  }

  function numberOf(value: Ref | null): number | null {
    if (value === null) return null
    if (cf.type(value) === cf.booleanType()) return cf.boolean(value)
    const out = Buffer.alloc(8)
    return cf.type(value) === cf.numberType() && cf.number(value, asDouble, out) ? out.readDoubleLE(0) : null
  }
  const isSet = (value: Ref | null): boolean | null => {
    const told = numberOf(value)
    return told === null ? null : told !== 0
  }
  function textOf(value: Ref | null): string {
    const out = Buffer.alloc(512)
    return value !== null && cf.read(value, out, out.length, utf8) ? out.toString('utf8', 0, out.indexOf(0)) : ''
  }

  function windowOf(entry: Ref): MacWindow | null {
    const bounds = under(entry, 'kCGWindowBounds')
    const [pid, layer] = [numberOf(under(entry, 'kCGWindowOwnerPID')), numberOf(under(entry, 'kCGWindowLayer'))]
    if (bounds === null || pid === null || layer === null) return null
    const [x, y, width, height] = ['X', 'Y', 'Width', 'Height'].map((key) => numberOf(under(bounds, key)) ?? 0) as [number, number, number, number]
    return { pid, layer, x, y, width, height, program: textOf(under(entry, 'kCGWindowOwnerName')) }
  }

  return {
    secondsSinceInput() {
      const seconds = cg.sinceInput(combinedSession, anyInput)
      return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
    },
    session() {
      const dictionary = cg.session()
      if (!dictionary) return null
      const session = { isOnConsole: isSet(under(dictionary, 'kCGSSessionOnConsoleKey')), isLocked: isSet(under(dictionary, 'CGSSessionScreenIsLocked')) }
      cf.release(dictionary)
      return session
    },
    windows() {
      const list = cg.windows(onScreen, 0)
      if (!list) return null
      const count = Math.min(Number(cf.count(list)), mostWindows)
      const windows = Array.from({ length: count }, (_, index) => windowOf(cf.item(list, index))).filter((window) => window !== null)
      cf.release(list)
      return windows
    },
    displays() {
      const [ids, count] = [Buffer.alloc(4 * mostDisplays), Buffer.alloc(4)]
      if (cg.displays(mostDisplays, ids, count) !== 0) return null
      return Array.from({ length: Math.min(count.readUInt32LE(0), mostDisplays) }, (_, index) => cg.bounds(ids.readUInt32LE(4 * index)))
    },
    close() {
      for (const key of keys.values()) cf.release(key)
      keys.clear()
    },
  }
}

let rectangle: ReturnType<typeof koffi.struct> | null = null
/** CGRect; koffi takes a name only once. */
function rectangleType(): ReturnType<typeof koffi.struct> {
  return (rectangle ??= koffi.struct({ x: 'double', y: 'double', width: 'double', height: 'double' }))
}
