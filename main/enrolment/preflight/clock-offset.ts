/** How far this machine's clock is off, by a time server, else by what keeps it in step. A person types `timedatectl timesync-status`, `chronyc tracking` or `w32tm /query /status`. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { askedServer, readServer } from './addresses.ts'
import { known, notKnown, said } from './known.ts'
import type { PartContext } from './part.ts'
import { readTime, timeQuestion } from './sntp.ts'
import { askOverUdp, nameOf } from './udp.ts'

type Clocked = MachineReadings['clock']

export async function readClock(context: PartContext): Promise<Clocked> {
  const asked = context.source.recorded === null ? await byServer(context) : notKnown('A recorded machine asks nobody.')
  if (asked.value !== null) return asked
  const bySystem = await bySystemOf(context.source, context.signal)
  return bySystem.value !== null ? bySystem : notKnown([asked.why, bySystem.why].filter((part) => part !== '').join(' '))
}

async function byServer({ servers, rules, clock, signal, timeoutMs }: PartContext): Promise<Clocked> {
  if (servers.ntp === null) return notKnown('No time server is asked: it is switched off in the settings.')
  const named = readServer(servers.ntp, 123)
  if (named === null) return notKnown(`"${servers.ntp}" is no server such as time.example.org. Change it in the settings.`)
  const server = askedServer(named, rules)
  if (typeof server === 'string') return notKnown(server)
  const questions: { sentAt: number; message: Buffer }[] = []
  const outcome = await askOverUdp({
    server,
    signal,
    timeoutMs: Math.min(timeoutMs, 3_000),
    message() {
      const sentAt = clock.now()
      const message = timeQuestion(sentAt)
      questions.push({ sentAt, message })
      return message
    },
    read(bytes) {
      const receivedAt = clock.now()
      for (const { sentAt, message } of questions) {
        const answer = readTime(bytes, message, sentAt, receivedAt)
        if (answer !== null) return answer
      }
      return null
    },
  })
  if ('why' in outcome) return notKnown(outcome.why)
  if ('refused' in outcome.answer) return notKnown(`${nameOf(server)} gave no time: ${outcome.answer.refused}.`)
  return known({ offMs: Math.round(outcome.answer.offMs), how: `by ${nameOf(server)} (NTP)` })
}

async function bySystemOf(source: MachineSource, signal: AbortSignal): Promise<Clocked> {
  const ask = async (program: string, ...args: string[]): Promise<string> => (await said(source, program, args, { timeoutMs: 2_000, signal })).value ?? ''
  if (source.platform === 'linux') {
    const [chrony, timesync, flags] = await Promise.all([ask('chronyc', '-n', 'tracking'), ask('timedatectl', 'timesync-status'), ask('timedatectl', 'show', '-p', 'NTPSynchronized', '--value')])
    const off = offsetInChrony(chrony)
    if (off !== null) return known({ offMs: off, how: 'as chrony keeps it (chronyc tracking)' })
    const last = offsetInTimesync(timesync)
    if (last !== null) return known({ offMs: last, how: 'when it was last set (timedatectl timesync-status)' })
    if (/^yes/m.test(flags)) return notKnown('The system says that it keeps its clock in step, but not how far it is off.')
    return notKnown(/^no/m.test(flags) ? 'The system says that nothing keeps its clock in step.' : '')
  }
  if (source.platform === 'win32') {
    const off = offsetInW32tm(await ask('w32tm', '/query', '/status', '/verbose'))
    return off === null ? notKnown('') : known({ offMs: off, how: 'as Windows keeps it (w32tm /query /status)' })
  }
  return notKnown('')
}

/** "System time     : 0.000012 seconds slow of NTP time". In ms, above 0: this clock is slow. Pure. */
export function offsetInChrony(text: string): number | null {
  const match = /^System time\s*:\s*([\d.]+) seconds (slow|fast) of NTP time/m.exec(text)
  // Before it has a source, chrony says 0 with this reference.
  if (!match || /^Reference ID\s*:\s*(00000000|7F7F0101)\b/m.test(text)) return null
  return Math.round(Number(match[1]) * 1000) * (match[2] === 'slow' ? 1 : -1)
}

/** "       Offset: -1.234ms", "+2.1s", "+312us", "+1min 4s". Pure. */
export function offsetInTimesync(text: string): number | null {
  const match = /^\s*Offset:\s*([+-]?)((?:[\d.]+\s*(?:us|ms|min|s|h)\s*)+)$/m.exec(text)
  if (!match) return null
  const unitsMs: Record<string, number> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000 }
  const sum = [...(match[2] ?? '').matchAll(/([\d.]+)\s*(us|ms|min|s|h)/g)].reduce((ms, [, figure, unit]) => ms + Number(figure) * (unitsMs[unit ?? ''] ?? 0), 0)
  return Math.round(sum) * (match[1] === '-' ? -1 : 1)
}

/** "Phase Offset: 0.0012345s"; the words differ by language, so the one figure that ends in "s" with a decimal after a name with "offset" is looked for. Pure. */
export function offsetInW32tm(text: string): number | null {
  const match = /^Phase ?[Oo]ffset\s*:\s*(-?[\d.]+)s/m.exec(text)
  return match ? Math.round(Number(match[1]) * 1000) : null
}
