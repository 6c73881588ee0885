/** Sleep on Linux: logind puts the machine to sleep, and the kernel's clock wakes it. A person types `systemctl suspend` and `rtcwake -m no -s 3600`. */
import { open, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NotPossible } from '../system/not-possible.ts'
import { isFromElsewhere, type CanSleep, type SleepOptions, type SleepWays } from './sleep.ts'
import { openWakeTimer } from './wake-timer.ts'

const timeoutMs = 5_000
/** From being asked to being asleep; machines with much memory take a while. */
const fallsAsleepWithinMs = 90_000
/** The machine's uptime goes on while it sleeps, our clock does not: apart by so much, it has slept. */
const sleptMs = 3_000

export interface LinuxSleepOptions extends SleepOptions {
  rtcFolder?: string
  steadyMs?(): number
  wakeTimer?: typeof openWakeTimer
}

export function linuxSleep({ source, clock, rtcFolder = '/sys/class/rtc', steadyMs = () => performance.now(), wakeTimer = openWakeTimer }: LinuxSleepOptions): SleepWays {
  /** `false` last: it must not ask for a password. */
  const logind = (method: string, ...args: string[]): ReturnType<typeof source.run> =>
    source.run('busctl', ['--system', `--timeout=${timeoutMs / 1000}`, 'call', 'org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager', method, ...args], { timeoutMs: 2 * timeoutMs, maxBytes: 64 * 1024 })

  async function can(): Promise<CanSleep> {
    const [answer, alarms] = [await logind('CanSuspend'), await wakeAlarms(rtcFolder)]
    const timer = alarms.length === 0 ? null : await wakeTimer(null)
    const wakes = timer !== null || alarms.some(({ isWritable }) => isWritable) ? true : alarms.length === 0 ? false : null
    timer?.()
    const wakeWords = wakes === true ? 'Its clock can wake it.' : wakes === false ? 'It has no clock that could wake it.' : 'Its clock may wake it only where this user may set it (rtcwake).'
    const word = answer.kind === 'done' ? /"(\w[\w-]*)"/.exec(answer.stdout)?.[1] : undefined
    if (word === 'yes') return { sleeps: true, wakes, sentence: `The machine can be put to sleep. ${wakeWords}` }
    if (word === 'challenge') return { sleeps: false, wakes, sentence: 'Putting the machine to sleep would need an administrator’s password, and Idlewatt never asks for one.' }
    if (word === 'no') return { sleeps: false, wakes, sentence: 'This user may not put the machine to sleep.' }
    if (word === 'na') return { sleeps: false, wakes, sentence: 'This machine cannot sleep, or its sleep is turned off.' }
    return { sleeps: null, wakes, sentence: 'No logind answers here (systemd’s part that puts a machine to sleep), so Idlewatt cannot do it.' }
  }

  /** The kernel's timer first: it takes no other program's alarm away. The kernel gives it also where no clock could wake the machine. */
  async function setAlarm(inMs: number): Promise<() => Promise<void>> {
    const seconds = Math.ceil(inMs / 1000)
    const alarms = await wakeAlarms(rtcFolder)
    if (alarms.length === 0) throw new NotPossible('The machine stays awake, since it has no clock that could wake it in time.')
    const timer = await wakeTimer(seconds)
    if (timer !== null) return async () => timer()
    const alarm = alarms.find(({ isWritable }) => isWritable)
    if (alarm !== undefined) return setWakeAlarm(alarm.folder, seconds)
    const answer = await source.run('rtcwake', ['-m', 'no', '-s', String(seconds)], { timeoutMs })
    if (answer.kind === 'done' && answer.exitCode === 0) return async () => void (await source.run('rtcwake', ['-m', 'disable'], { timeoutMs }))
    throw new NotPossible('The machine stays awake, since nothing here could wake it in time: this user may not set its clock’s alarm. An administrator can allow it (write access to /sys/class/rtc/rtc0/wakealarm).')
  }

  async function sleep(): Promise<void> {
    const [uptime, steady] = [await uptimeMs(), steadyMs()]
    const answer = await logind('Suspend', 'b', 'false')
    if (answer.kind !== 'done' || answer.exitCode !== 0) {
      const said = answer.kind === 'done' ? answer.stderr.trim().replace(/^Call failed: /, '') : answer.kind === 'not-found' ? 'busctl is not installed' : answer.kind === 'timed-out' ? 'it did not answer' : answer.message
      throw new NotPossible(`The system did not put the machine to sleep: ${said.slice(0, 200) || 'it gave no reason'}.`)
    }
    // The answer comes before the sleep does.
    for (let waited = 0; waited < fallsAsleepWithinMs; waited += 1_000) {
      await new Promise<void>((done) => void clock.after(1_000, done))
      const now = await uptimeMs()
      if (uptime === null || now === null) return
      if (now - uptime - (steadyMs() - steady) > sleptMs) return
    }
    throw new NotPossible('The system took the wish to sleep, but the machine did not go to sleep. `journalctl -b -u systemd-suspend` tells why.')
  }

  async function uptimeMs(): Promise<number | null> {
    const seconds = Number.parseFloat((await source.readFile('/proc/uptime')) ?? '')
    return Number.isFinite(seconds) ? seconds * 1000 : null
  }

  /** logind knows every session; the list that `who` reads is no longer kept on newer systems. */
  async function isUsedFromElsewhere(): Promise<boolean | null> {
    const text = async (program: string, args: string[]): Promise<string | null> => {
      const answer = await source.run(program, args, { timeoutMs, maxBytes: 256 * 1024 })
      return answer.kind === 'done' && answer.exitCode === 0 ? answer.stdout : null
    }
    const list = await text('loginctl', ['list-sessions', '--no-legend', '--no-pager'])
    const ids = (list ?? '').split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '').filter((id) => /^\w+$/.test(id))
    const about = ids.length === 0 ? null : await text('loginctl', ['show-session', '--no-pager', '-p', 'Remote', '-p', 'State', '-p', 'Class', ...ids])
    if (about !== null) return hasRemoteSession(about)
    const who = await text('who', [])
    return who === null || who.trim() === '' ? null : isFromElsewhere(who)
  }

  return { can, setAlarm, sleep, isUsedFromElsewhere }
}

/** `loginctl show-session -p Remote -p State -p Class 1 2`: a block of lines for each. One that is closing has nobody in it. Pure. */
export function hasRemoteSession(text: string): boolean {
  return text.split(/\n\s*\n/).some((block) => /^Remote=yes$/m.test(block) && !/^State=closing$/m.test(block) && !/^Class=(manager|background)/m.test(block))
}

/** Clocks of this machine that have an alarm. */
async function wakeAlarms(rtcFolder: string): Promise<{ folder: string; isWritable: boolean }[]> {
  const names = await readdir(rtcFolder).catch(() => [])
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const folder = join(rtcFolder, name)
      const alarm = await readFile(join(folder, 'wakealarm'), 'utf8').catch(() => null)
      // Root may write where the bits say no, and a read-only mount refuses where they say yes: opened, and nothing written.
      const isWritable = alarm !== null && (await opensForWriting(join(folder, 'wakealarm')))
      return alarm === null ? [] : [{ folder, isWritable }]
    }),
  )
  return found.flat()
}

async function opensForWriting(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r+')).close()
    return true
  } catch {
    return false
  }
}

/**
 * "+N" counts on the clock's own time, which may be local time. A set alarm refuses another (EBUSY), so it is cleared first;
 * one of somebody else's that comes before ours is left to wake the machine, and a later one is put back afterwards.
 */
async function setWakeAlarm(folder: string, seconds: number): Promise<() => Promise<void>> {
  const path = join(folder, 'wakealarm')
  const number = async (file: string): Promise<number | null> => {
    const text = (await readFile(join(folder, file), 'utf8').catch(() => '')).trim()
    return /^\d+$/.test(text) ? Number(text) : null
  }
  const [before, now] = [await number('wakealarm'), await number('since_epoch')]
  const others = before !== null && now !== null && before > now ? before : null
  if (others !== null && now !== null && others <= now + seconds) return async () => {}
  try {
    await writeFile(path, '0')
    await writeFile(path, `+${seconds}`)
    if ((await readFile(path, 'utf8')).trim() === '') throw new Error('it was not kept')
  } catch (error) {
    if (others !== null) await writeFile(path, String(others)).catch(() => {})
    throw new NotPossible(`The machine stays awake, since its clock did not take an alarm (${error instanceof Error ? error.message : String(error)}).`)
  }
  return async () => {
    await writeFile(path, '0')
    const after = await number('since_epoch')
    if (others !== null && after !== null && others > after) await writeFile(path, String(others))
  }
}
