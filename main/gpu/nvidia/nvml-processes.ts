/** Who uses a card, through NVML: the lists of processes, their share of it, and the MIG instances it is cut into. */
import { Buffer } from 'node:buffer'
import type { NvmlAnswer, NvmlDevice, NvmlProcess, NvmlValues } from './nvml.ts'
import { big, handle, notThere, pointer, refuse, type Ask, type NvmlBinding } from './nvml-binding.ts'
import { nvmlCodes } from './nvml-words.ts'

/** Room for this many entries of a list; NVML says when it is too little. */
const firstRoom = 512
const mostRoom = 65_536
/** All bits set: under WDDM the driver does not know a process's memory. */
const notAvailable = 0xffff_ffff_ffff_ffffn
const noInstance = 0xffff_ffff
const mostInstances = 64

/** Calls with a list and its length, once more with more room where the library asks for it. `bytes`: of one entry. */
function listOf(bytes: number): (ask: (list: Buffer, count: Buffer) => number) => NvmlAnswer<{ list: Buffer; count: number }> {
  let list = Buffer.alloc(firstRoom * bytes)
  const count = Buffer.alloc(4)
  return (ask) => {
    for (;;) {
      const room = list.length / bytes
      count.writeUInt32LE(room, 0)
      const code = ask(list, count)
      const counted = count.readUInt32LE(0)
      if (code === nvmlCodes.success) return { ok: true, value: { list, count: Math.min(counted, room) } }
      if (code !== nvmlCodes.insufficientSize || counted <= room || counted > mostRoom) return refuse(code)
      // Some more than it asked for: others may start meanwhile.
      list = Buffer.alloc((counted + 64) * bytes)
    }
  }
}

/** What the list is filled with before it is asked for: shows how far the driver wrote. */
const untouched = 0xa5
const entrySizes = [16, 24, 32]
const largestEntry = 32

/**
 * nvmlProcessInfo_t is 24 bytes with the MIG ids since _v2, and 16 before; but drivers 535.43 to 535.97 write 32 under the
 * same name, _v3 (NVIDIA took it back in 535.98). One entry begins alike in all of them.
 */
function entrySize(list: Buffer, count: number, usual: number): number {
  let end = count * largestEntry
  while (end > 0 && list[end - 1] === untouched) end -= 1
  return count < 2 ? usual : (entrySizes.find((bytes) => end <= count * bytes) ?? usual)
}

export function processAsker(binding: NvmlBinding, kind: 'Compute' | 'Graphics' | 'MPSCompute', migHandles: Ask<NvmlDevice[]>): Ask<NvmlProcess[]> {
  const base = `nvmlDeviceGet${kind}RunningProcesses`
  const forms = ([[`${base}_v3`, 24], [`${base}_v2`, 24], [base, 16]] as const).map(([name, usual]) => ({ call: binding.lazily([name], [handle, pointer, pointer]), usual, list: listOf(largestEntry) }))

  function onDevice(device: NvmlDevice): NvmlAnswer<NvmlProcess[]> {
    for (const { call, usual, list } of forms) {
      const entry = call()
      if (!entry) continue
      const answer = list((out, count) => entry(device, count, out.fill(untouched)))
      if (!answer.ok) return answer
      const bytes = entrySize(answer.value.list, answer.value.count, usual)
      return {
        ok: true,
        value: Array.from({ length: answer.value.count }, (_, index) => {
          const memory = answer.value.list.readBigUInt64LE(index * bytes + 8)
          return { pid: answer.value.list.readUInt32LE(index * bytes), name: null, memoryBytes: memory === notAvailable ? null : Number(memory) }
        }),
      }
    }
    return notThere
  }

  return (device) => {
    const whole = onDevice(device)
    if (whole.ok || whole.code !== nvmlCodes.noPermission) return whole
    // The list of a whole card that is cut up is for administrators; that of each instance is for everyone.
    const instances = migHandles(device)
    if (!instances.ok || instances.value.length === 0) return whole
    const lists = instances.value.map(onDevice)
    return lists.some((list) => list.ok) ? { ok: true, value: lists.flatMap((list) => (list.ok ? list.value : [])) } : whole
  }
}

/** Drivers stamp by the machine's own clock; what is further ahead is not a time. */
const aheadUs = 60_000_000n

/**
 * nvmlProcessUtilizationSample_t: pid, microseconds since 1970 at 8, percent of the SMs at 16. Asked since the newest entry of
 * the last time. Some drivers count more entries than they fill.
 */
export function utilisationAsker(binding: NvmlBinding): Ask<NvmlValues['processUtilization']> {
  const call = binding.lazily(['nvmlDeviceGetProcessUtilization'], [handle, pointer, pointer, 'uint64_t'])
  const bytes = 32
  const list = listOf(bytes)
  const seenUntil = new Map<NvmlDevice, bigint>()
  return (device) => {
    const entry = call()
    if (!entry) return notThere
    const now = BigInt(Date.now()) * 1000n
    const before = seenUntil.get(device) ?? 0n
    // A clock that was set back: nothing would be newer for as long as that.
    const since = before > now + aheadUs ? 0n : before
    const answer = list((out, count) => entry(device, out.fill(0), count, since))
    // "Not found" is how it says that nobody used the card.
    if (!answer.ok) return answer.code === nvmlCodes.notFound ? { ok: true, value: [] } : answer
    const newest = new Map<number, { at: bigint; percent: number }>()
    let until = since
    for (let index = 0; index < answer.value.count; index++) {
      const pid = answer.value.list.readUInt32LE(index * bytes)
      const at = answer.value.list.readBigUInt64LE(index * bytes + 8)
      const percent = answer.value.list.readUInt32LE(index * bytes + 16)
      if (pid === 0 || percent > 100 || at > now + aheadUs) continue
      if (at > until) until = at
      if (at >= (newest.get(pid)?.at ?? 0n)) newest.set(pid, { at, percent })
    }
    seenUntil.set(device, until)
    return { ok: true, value: [...newest].map(([pid, { percent }]) => ({ pid, percent })) }
  }
}

/** In the order of their indices, which may have gaps. */
export function migHandleAsker(binding: NvmlBinding): Ask<NvmlDevice[]> {
  const most = binding.uint(['nvmlDeviceGetMaxMigDeviceCount'])
  const handles = Array.from({ length: mostInstances }, (_, index) => binding.struct(['nvmlDeviceGetMigDeviceHandleByIndex'], 8, (out) => big(out, 0), undefined, index))
  return (device) => {
    const count = most(device)
    if (!count.ok) return count
    return { ok: true, value: handles.slice(0, Math.min(count.value, mostInstances)).flatMap((ask) => {
      const found = ask(device)
      return found.ok ? [found.value] : []
    }) }
  }
}

/** nvmlDeviceAttributes_t: SM count first, memory in MiB at 32. */
export function migInstanceAsker(binding: NvmlBinding, migHandles: Ask<NvmlDevice[]>, memory: Ask<NvmlValues['memory']>): Ask<NvmlValues['migInstances']> {
  const attributes = binding.struct(['nvmlDeviceGetAttributes_v2', 'nvmlDeviceGetAttributes'], 48, (out) => ({ multiprocessors: out.readUInt32LE(0), memoryMb: big(out, 32) }))
  const indexOf = binding.uint(['nvmlDeviceGetIndex'])
  const gpuInstance = binding.uint(['nvmlDeviceGetGpuInstanceId'])
  const computeInstance = binding.uint(['nvmlDeviceGetComputeInstanceId'])
  return (device) => {
    const found = migHandles(device)
    if (!found.ok) return found
    return {
      ok: true,
      value: found.value.map((instance, order) => {
        const index = indexOf(instance)
        const told = attributes(instance)
        const size = memory(instance)
        return {
          index: index.ok && index.value < mostInstances ? index.value : order,
          gpuInstanceId: instanceId(gpuInstance(instance)),
          computeInstanceId: instanceId(computeInstance(instance)),
          memoryBytes: size.ok ? size.value.total : told.ok ? told.value.memoryMb * 1024 ** 2 : null,
          multiprocessors: told.ok ? told.value.multiprocessors : null,
        }
      }),
    }
  }
}

function instanceId(answer: NvmlAnswer<number>): number | null {
  return answer.ok && answer.value !== noInstance ? answer.value : null
}
