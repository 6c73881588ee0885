/** Linux' timer that wakes the machine (timerfd on CLOCK_BOOTTIME_ALARM): ours alone, gone when this process ends, and beside every other alarm. */
import { readFile } from 'node:fs/promises'

const bootTimeAlarm = 9
/** TFD_CLOEXEC and TFD_NONBLOCK. */
const flags = 0o2000000 | 0o4000
/** CAP_WAKE_ALARM: root has it, and whoever is logged in at a screen since systemd 254. */
const mayWakeBit = 35n

/** `seconds` null: only tried. null: not allowed here. The kernel gives one also where no clock can wake the machine: look for one first. Otherwise how to take it back. */
export async function openWakeTimer(seconds: number | null): Promise<(() => void) | null> {
  if (process.platform !== 'linux') return null
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1]
  if (capabilities === undefined || ((BigInt(`0x${capabilities}`) >> mayWakeBit) & 1n) === 0n) return null
  try {
    const { default: koffi } = await import('koffi')
    const library = koffi.load(null)
    const create = library.func('int timerfd_create(int clockid, int flags)') as unknown as (clock: number, flags: number) => number
    const settime = library.func('int timerfd_settime(int fd, int flags, void *value, void *before)') as unknown as (fd: number, flags: number, value: Buffer, before: null) => number
    const close = library.func('int close(int fd)') as unknown as (fd: number) => number
    const timer = create(bootTimeAlarm, flags)
    if (timer < 0) return null
    // struct itimerspec: how often (never again), then in how long; seconds and nanoseconds each.
    const value = Buffer.alloc(32)
    value.writeBigInt64LE(BigInt(seconds ?? 0), 16)
    if (seconds !== null && settime(timer, 0, value, null) !== 0) {
      close(timer)
      return null
    }
    let isClosed = false
    return () => {
      if (!isClosed) close(timer)
      isClosed = true
    }
  } catch {
    return null
  }
}
