/** The calls of NVIDIA's management library through koffi, by their shapes: a number, a text, a struct. Entry points are looked up when first needed. */
import { Buffer } from 'node:buffer'
import type koffi from 'koffi'
import type { NvmlAnswer, NvmlDevice } from './nvml.ts'
import { nvmlCodes } from './nvml-words.ts'

export type Entry = (...args: (number | bigint | Buffer | null)[]) => number
export type Ask<T> = (device: NvmlDevice) => NvmlAnswer<T>

/** A device as C passes it: handles are pointers, handed on as whole numbers. */
export const handle = 'uintptr_t'
export const pointer = 'void *'
const textBytes = 256

export interface NvmlBinding {
  /** The first of the names that this library has; null: none. The same answer is kept. */
  lazily(names: string[], args: string[]): () => Entry | null
  /** An unsigned int about a device; `middle`: arguments between the device and the answer. */
  uint(names: string[], ...middle: number[]): Ask<number>
  /** Several unsigned ints, each with a pointer of its own. */
  uints(name: string, count: number): Ask<number[]>
  text(name: string): Ask<string>
  /** A struct; `prepare` writes what the library wants to find in it, its version as a rule. */
  struct<T>(names: string[], bytes: number, read: (out: Buffer) => T, prepare?: (out: Buffer) => void, ...middle: number[]): Ask<T>
  /** One value of nvmlDeviceGetFieldValues, by its number in nvml.h. */
  field(id: number): Ask<number>
}

export function refuse(code: number): { ok: false; code: number } {
  return { ok: false, code }
}
export const notThere = refuse(nvmlCodes.functionNotFound)

export function bindNvml(library: ReturnType<typeof koffi.load>): NvmlBinding {
  const finders = new Map<string, () => Entry | null>()

  function lazily(names: string[], args: string[]): () => Entry | null {
    const key = `${names.join()}(${args.join()})`
    const before = finders.get(key)
    if (before) return before
    let found: Entry | null | undefined
    function find(): Entry | null {
      if (found !== undefined) return found
      found = null
      for (const name of names) {
        try {
          found = library.func(name, 'int', args) as unknown as Entry
          break
        } catch {
          continue
        }
      }
      return found
    }
    finders.set(key, find)
    return find
  }

  function struct<T>(names: string[], bytes: number, read: (out: Buffer) => T, prepare?: (out: Buffer) => void, ...middle: number[]): Ask<T> {
    const call = lazily(names, [handle, ...middle.map(() => 'uint32_t'), pointer])
    // One buffer for each question: what is read out of it is copied, and a fresh one for each of hundreds of calls a second is most of what sampling would cost.
    const out = Buffer.alloc(bytes)
    return (device) => {
      const entry = call()
      if (!entry) return notThere
      out.fill(0)
      prepare?.(out)
      const code = middle.length === 0 ? entry(device, out) : entry(device, ...middle, out)
      return code === nvmlCodes.success ? { ok: true, value: read(out) } : refuse(code)
    }
  }

  /** nvmlFieldValue_t: 40 bytes with a return code of its own at 28, the kind of its value at 24 and the value at 32. */
  function field(id: number): Ask<number> {
    const call = lazily(['nvmlDeviceGetFieldValues'], [handle, 'int', pointer])
    const out = Buffer.alloc(40)
    return (device) => {
      const entry = call()
      if (!entry) return notThere
      out.fill(0)
      out.writeUInt32LE(id, 0)
      const code = entry(device, 1, out)
      const inner = code === nvmlCodes.success ? out.readInt32LE(28) : code
      return inner === nvmlCodes.success ? { ok: true, value: fieldValue(out) } : refuse(inner)
    }
  }

  return {
    lazily,
    struct,
    field,
    uint: (names, ...middle) => struct(names, 4, (out) => out.readUInt32LE(0), undefined, ...middle),
    uints(name, count) {
      const call = lazily([name], [handle, ...Array.from({ length: count }, () => pointer)])
      const outs = Array.from({ length: count }, () => Buffer.alloc(4))
      return (device) => {
        const entry = call()
        if (!entry) return notThere
        for (const out of outs) out.fill(0)
        const code = entry(device, ...outs)
        return code === nvmlCodes.success ? { ok: true, value: outs.map((out) => out.readUInt32LE(0)) } : refuse(code)
      }
    },
    text(name) {
      const call = lazily([name], [handle, pointer, 'uint32_t'])
      const out = Buffer.alloc(textBytes)
      return (device) => {
        const entry = call()
        return entry ? textAnswer(entry(device, out.fill(0), textBytes), out) : notThere
      }
    },
  }
}

/** A text about the system and not a device. */
export function systemText(binding: NvmlBinding, name: string, args: string[] = []): (...before: number[]) => NvmlAnswer<string> {
  const call = binding.lazily([name], [...args, pointer, 'uint32_t'])
  const out = Buffer.alloc(textBytes)
  return (...before) => {
    const entry = call()
    return entry ? textAnswer(entry(...before, out.fill(0), textBytes), out) : notThere
  }
}

function textAnswer(code: number, out: Buffer): NvmlAnswer<string> {
  return code === nvmlCodes.success ? { ok: true, value: textIn(out) } : refuse(code)
}

/** nvmlValueType_t: 0 double, 1 unsigned int, 2 unsigned long, 3 and 4 long long, 5 int, 6 unsigned short. */
function fieldValue(out: Buffer): number {
  const kind = out.readUInt32LE(24)
  if (kind === 0) return out.readDoubleLE(32)
  if (kind === 3) return big(out, 32)
  if (kind === 4) return Number(out.readBigInt64LE(32))
  if (kind === 5) return out.readInt32LE(32)
  if (kind === 6) return out.readUInt16LE(32)
  return out.readUInt32LE(32)
}

export function mapAnswer<From, To>(ask: Ask<From>, how: (value: From) => To): Ask<To> {
  return (device) => {
    const answer = ask(device)
    return answer.ok ? { ok: true, value: how(answer.value) } : answer
  }
}
/** The first that is answered; else what the first said, unless it only lacked the entry point. */
export function eitherOf<T>(first: Ask<T>, second: Ask<T>): Ask<T> {
  return (device) => {
    const one = first(device)
    if (one.ok) return one
    const other = second(device)
    return other.ok || one.code === nvmlCodes.functionNotFound ? other : one
  }
}
/** Versioned structs begin with their own size and version. */
export function structVersion(bytes: number, version: number): number {
  return (bytes | (version << 24)) >>> 0
}
export function big(from: Buffer, at: number): number {
  return Number(from.readBigUInt64LE(at))
}
export function textIn(from: Buffer): string {
  const end = from.indexOf(0)
  return from.subarray(0, end === -1 ? from.length : end).toString('utf8').trim()
}
