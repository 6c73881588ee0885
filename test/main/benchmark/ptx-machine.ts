/**
 * Runs one block of a committed PTX file thread by thread, so that its addressing, fragment layouts, descriptors and sums are
 * tried where no card is. Knows just the instructions these files use; matrix fragments lie as the PTX ISA's figures say.
 */
export interface Ran {
  /** Reads what lies at an address the kernel was handed. */
  bytesAt(address: number, bytes: number): Uint8Array
}

type Registers = Map<string, Float64Array>
interface Operation {
  name: string
  predicate: { register: string; isNegated: boolean } | null
  /** "{a, b}" is split into its registers. */
  operands: string[][]
  text: string
}

const sharedStart = 0

/** `given`: numbers are passed as they are, arrays are laid into memory and passed as addresses. */
export function runBlock(ptx: string, threads: number, given: (number | Uint8Array)[]): Ran & { addresses: number[] } {
  const { operations, labels, shared } = parse(ptx)
  const memory = new DataView(new ArrayBuffer(1 << 20))
  const sharedMemory = new DataView(new ArrayBuffer(48 * 1024))
  let next = 256
  const addresses = given.map((one) => {
    if (typeof one === 'number') return one
    const at = next
    new Uint8Array(memory.buffer).set(one, at)
    next += Math.ceil(one.length / 256) * 256
    return at
  })
  const registers: Registers = new Map()
  const counter = new Int32Array(threads)
  const all = Array.from({ length: threads }, (_, thread) => thread)

  function register(name: string): Float64Array {
    let found = registers.get(name)
    if (!found) registers.set(name, (found = new Float64Array(threads)))
    return found
  }
  function value(operand: string, thread: number): number {
    if (operand.startsWith('%tid.x')) return thread
    if (operand.startsWith('%ntid.x')) return threads
    if (operand.startsWith('%ctaid.x')) return 0
    if (operand.startsWith('%')) return register(operand)[thread] as number
    if (operand.startsWith('0f')) return new DataView(Uint32Array.of(parseInt(operand.slice(2), 16)).buffer).getFloat32(0, true)
    const symbol = shared.get(operand)
    return symbol ?? Number(operand)
  }
  function address(operand: string, thread: number): number {
    const [, base = '', offset = '0'] = /^\[([^+\]]+)(?:\+(-?\d+))?\]$/.exec(operand) ?? []
    return value(base, thread) + Number(offset)
  }
  /** 32-bit words of a fragment, register by register. */
  const words = (names: string[], thread: number): number[] => names.map((name) => value(name, thread))

  function step(operation: Operation, at: number[]): void {
    const { name, operands } = operation
    const [to = [], one = [], two = [], three = []] = operands
    const each = (compute: (thread: number) => number): void => {
      const target = register(to[0] as string)
      for (const thread of at) target[thread] = compute(thread)
    }
    const a = (thread: number): number => value(one[0] as string, thread)
    const b = (thread: number): number => value(two[0] as string, thread)
    const c = (thread: number): number => value(three[0] as string, thread)
    const matrix = /^(w?g?mma|wmma)\S*\.(m\d+n\d+k\d+)/.exec(name)
    if (matrix) {
      if (at.length !== threads && at.length % 32 !== 0) throw new Error(`${name} by ${at.length} threads`)
      return collective(name, matrix[2] as string, operands, at)
    }
    switch (name) {
      case 'ld.param.u64':
      case 'ld.param.u32':
        return each(() => addresses[Number(/_(\d+)\]$/.exec(one[0] as string)?.[1])] as number)
      case 'mov.u32':
      case 'mov.f32':
      case 'cvta.to.global.u64':
      case 'cvt.u64.u32':
        return each(name === 'cvt.u64.u32' ? (thread) => a(thread) >>> 0 : a)
      case 'cvt.rni.s32.f32':
        return each((thread) => a(thread) | 0)
      case 'add.s32':
        return each((thread) => (a(thread) + b(thread)) | 0)
      case 'sub.s32':
        return each((thread) => (a(thread) - b(thread)) | 0)
      case 'add.s64':
        return each((thread) => a(thread) + b(thread))
      case 'mul.wide.u32':
        return each((thread) => (a(thread) >>> 0) * (b(thread) >>> 0))
      case 'mul.wide.s32':
        return each((thread) => (a(thread) | 0) * (b(thread) | 0))
      case 'mad.lo.s32':
        return each((thread) => (Math.imul(a(thread), b(thread)) + c(thread)) | 0)
      case 'and.b32':
        return each((thread) => a(thread) & b(thread))
      case 'or.b32':
        return each((thread) => a(thread) | b(thread))
      case 'or.b64':
        return each((thread) => Number(BigInt(a(thread)) | BigInt(b(thread))))
      case 'shl.b32':
        return each((thread) => a(thread) << b(thread))
      case 'shr.u32':
        return each((thread) => a(thread) >>> b(thread))
      case 'shr.s32':
        return each((thread) => a(thread) >> b(thread))
      case 'bfi.b32': {
        const length = (thread: number): number => value((operands[4] as string[])[0] as string, thread)
        return each((thread) => {
          const mask = ((2 ** length(thread) - 1) << c(thread)) >>> 0
          return (b(thread) & ~mask) | ((a(thread) << c(thread)) & mask)
        })
      }
      case 'setp.eq.s32':
        return each((thread) => Number((a(thread) | 0) === (b(thread) | 0)))
      case 'setp.ne.s32':
        return each((thread) => Number((a(thread) | 0) !== (b(thread) | 0)))
      case 'setp.lt.s32':
        return each((thread) => Number((a(thread) | 0) < (b(thread) | 0)))
      case 'setp.gt.s32':
        return each((thread) => Number((a(thread) | 0) > (b(thread) | 0)))
      case 'setp.lt.u32':
        return each((thread) => Number(a(thread) >>> 0 < b(thread) >>> 0))
      case 'setp.gt.u32':
        return each((thread) => Number(a(thread) >>> 0 > b(thread) >>> 0))
      case 'or.pred':
        return each((thread) => Number(a(thread) !== 0 || b(thread) !== 0))
      case 'shfl.sync.bfly.b32': {
        const source = Float64Array.from(all, a)
        register((to[0] as string).split('|')[0] as string).set(Float64Array.from(all, (thread) => source[thread ^ b(thread)] as number))
        return
      }
      case 'ld.global.u32':
        return each((thread) => memory.getInt32(address(one[0] as string, thread), true))
      case 'st.global.u32':
        for (const thread of at) memory.setInt32(address(to[0] as string, thread), a(thread), true)
        return
      case 'st.global.f32':
        for (const thread of at) memory.setFloat32(address(to[0] as string, thread), a(thread), true)
        return
      case 'st.shared.u32':
        for (const thread of at) sharedMemory.setInt32(address(to[0] as string, thread), a(thread), true)
        return
      case 'bar.sync':
      case 'fence.proxy.async.shared::cta':
      case 'wgmma.fence.sync.aligned':
      case 'wgmma.commit_group.sync.aligned':
      case 'wgmma.wait_group.sync.aligned':
        if (at.length !== threads) throw new Error(`${name} by ${at.length} of ${threads} threads`)
        return
      default:
        throw new Error(`This machine does not know: ${operation.text}`)
    }
  }

  function collective(name: string, shape: string, operands: string[][], at: number[]): void {
    const [m = 0, n = 0, k = 0] = /m(\d+)n(\d+)k(\d+)/.exec(shape)?.slice(1).map(Number) ?? []
    const decode = name.includes('.bf16') ? brain : name.includes('.s8') ? byte : half
    const perWord = name.includes('.s8') ? 4 : 2
    const [d = [], first = [], second = [], old = []] = operands
    if (name.startsWith('wgmma')) {
      const fromShared = (descriptor: number, line: number, deep: number): number => {
        const bits = BigInt(descriptor)
        const start = Number(bits & 0x3fffn) * 16
        const leading = Number((bits >> 16n) & 0x3fffn) * 16
        const stride = Number((bits >> 32n) & 0x3fffn) * 16
        if (bits >> 46n !== 0n) throw new Error('A descriptor with swizzling or a base offset')
        const byteAt = (deep * 4) / perWord
        const word = sharedMemory.getUint32(start + (line >> 3) * stride + (byteAt >> 4) * leading + (line & 7) * 16 + (byteAt & 12), true)
        return decode(word, deep % perWord)
      }
      const a = Array.from({ length: m * k }, (_, i) => fromShared(value(first[0] as string, 0), Math.floor(i / k), i % k))
      const b = Array.from({ length: n * k }, (_, i) => fromShared(value(second[0] as string, 0), Math.floor(i / k), i % k))
      for (const thread of at) {
        const group = (thread % 32) >> 2
        d.forEach((register_, i) => {
          const row = Math.floor(thread / 32) * 16 + group + 8 * ((i >> 1) & 1)
          const column = (i >> 2) * 8 + 2 * (thread & 3) + (i & 1)
          add(register_, thread, value(register_, thread), a, row, b, column, k, perWord === 4)
        })
      }
      return
    }
    for (let warp = 0; warp < at.length; warp += 32) {
      const lanes = at.slice(warp, warp + 32)
      if (name.startsWith('wmma.load')) {
        // Which thread holds what is not told: here each holds a line.
        lanes.forEach((thread, lane) => d.forEach((register_, i) => void (register(register_)[thread] = memory.getInt32(address(first[0] as string, thread) + (lane % 16) * 32 + i * 4, true))))
        continue
      }
      if (name.startsWith('wmma.store')) {
        lanes.forEach((thread, lane) => first.forEach((register_, i) => memory.setFloat32(address(d[0] as string, thread) + ((lane >> 1) * Number(second[0]) + (lane & 1) * 8 + i) * 4, value(register_, thread), true)))
        continue
      }
      const a = new Array<number>(m * k).fill(0)
      const b = new Array<number>(n * k).fill(0)
      const isOpaque = name.startsWith('wmma')
      lanes.forEach((thread, lane) => {
        const group = lane >> 2
        const inGroup = lane & 3
        words(first, thread).forEach((word, i) => {
          for (let part = 0; part < perWord; part++) {
            if (isOpaque) a[(lane % 16) * k + i * 2 + part] = decode(word, part)
            else {
              const rows = m / 8
              a[(group + 8 * (i % rows)) * k + inGroup * perWord + part + 4 * perWord * Math.floor(i / rows)] = decode(word, part)
            }
          }
        })
        words(second, thread).forEach((word, i) => {
          for (let part = 0; part < perWord; part++) {
            if (isOpaque) b[(lane % 16) * k + i * 2 + part] = decode(word, part)
            else b[group * k + inGroup * perWord + part + 4 * perWord * i] = decode(word, part)
          }
        })
      })
      lanes.forEach((thread, lane) => {
        const before = words(old, thread)
        d.forEach((register_, i) => {
          const row = isOpaque ? lane >> 1 : (lane >> 2) + 8 * (i >> 1)
          const column = isOpaque ? (lane & 1) * 8 + i : 2 * (lane & 3) + (i & 1)
          add(register_, thread, before[i] as number, a, row, b, column, k, perWord === 4)
        })
      })
    }
  }
  function add(name: string, thread: number, before: number, a: number[], row: number, b: number[], column: number, k: number, isWhole: boolean): void {
    let sum = before
    for (let i = 0; i < k; i++) sum += (a[row * k + i] as number) * (b[column * k + i] as number)
    register(name)[thread] = isWhole ? sum | 0 : Math.fround(sum)
  }

  for (let steps = 0; steps < 200_000; steps++) {
    const waiting = all.filter((thread) => (counter[thread] as number) < operations.length)
    if (waiting.length === 0) return { addresses, bytesAt: (address_, bytes) => new Uint8Array(memory.buffer.slice(address_, address_ + bytes)) }
    const here = Math.min(...waiting.map((thread) => counter[thread] as number))
    const operation = operations[here] as Operation
    const there = waiting.filter((thread) => counter[thread] === here)
    const { predicate } = operation
    const taking = predicate === null ? there : there.filter((thread) => (register(predicate.register)[thread] !== 0) !== predicate.isNegated)
    for (const thread of there) counter[thread] = here + 1
    if (operation.name === 'ret') for (const thread of taking) counter[thread] = operations.length
    else if (operation.name === 'bra') for (const thread of taking) counter[thread] = labels.get((operation.operands[0] as string[])[0] as string) as number
    else if (taking.length > 0) step(operation, taking)
  }
  throw new Error('The kernel does not end.')
}

function parse(ptx: string): { operations: Operation[]; labels: Map<string, number>; shared: Map<string, number> } {
  const operations: Operation[] = []
  const labels = new Map<string, number>()
  const shared = new Map<string, number>()
  let sharedEnd = sharedStart
  const body = ptx.slice(ptx.indexOf('\n{') + 2)
  for (const raw of body.split('\n')) {
    const line = raw.replace(/\/\/.*$/, '').trim()
    const inShared = /^\.shared .* (\w+)\[(\d+)\];$/.exec(line)
    if (inShared) {
      shared.set(inShared[1] as string, sharedEnd)
      sharedEnd += Number(inShared[2])
    }
    if (line === '' || line === '}' || line.startsWith('.')) continue
    const label = /^(\$\w+):$/.exec(line)
    if (label) {
      labels.set(label[1] as string, operations.length)
      continue
    }
    // The block around wgmma only sets the predicate that says "add to what is there".
    const text = /^\{ .*?(wgmma\.mma_async.*?;) \}/.exec(line)?.[1] ?? line
    const [, sign, predicate, name = '', rest = ''] = /^(?:@(!?)(%p\d+)\s+)?([^\s;]+)\s*(.*?);?$/.exec(text) ?? []
    const operands = [...rest.matchAll(/\{([^}]*)\}|([^,{}]+)/g)].map((match) => (match[1] ?? match[2] ?? '').split(',').map((one) => one.trim())).filter((list) => list[0] !== '')
    operations.push({ name: name.replace(/;$/, ''), predicate: predicate ? { register: predicate, isNegated: sign === '!' } : null, operands, text: line })
  }
  return { operations, labels, shared }
}

function half(word: number, part: number): number {
  const bits = (word >>> (16 * part)) & 0xffff
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return bits & 0x8000 ? -size : size
}

function brain(word: number, part: number): number {
  return new DataView(Uint32Array.of((word >>> (16 * part)) << 16).buffer).getFloat32(0, true)
}

function byte(word: number, part: number): number {
  return (word << (24 - 8 * part)) >> 24
}
