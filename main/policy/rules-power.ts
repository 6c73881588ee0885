/** Rules about the machine: sleep, battery, lid, what its connection costs, and room on its disk. */
import type { PolicyMachine, Sensed } from '../../shared/policy-state.ts'
import { spanOfDay, dayOf } from '../system/zone.ts'
import { orNewer } from './rule-newest.ts'
import type { Look, Rule, Verdict } from './rule-types.ts'
import { clear, ends, stopsForUser, unknown } from './rule-verdicts.ts'
import { share } from './words.ts'

export const sleepRule: Rule = {
  id: 'going-to-sleep',
  title: 'The machine stays awake',
  canOverride: false,
  judge: (look) =>
    look.scene.inputs.machine.isGoingToSleep
      ? stopsForUser(look, { sentence: 'The machine is going to sleep.', evidence: ['the system has announced it'], untilWords: 'until it is awake again, and calm for 1 min' })
      : clear('The machine is awake.'),
}

/** So much more than the least must be free before software runs again. */
const diskBackShare = 0.1
const diskBackBytes = 0.5e9

export const diskRule: Rule = {
  id: 'disk-full',
  title: 'The disk has room',
  canOverride: false,
  judge(look) {
    const { machine, settings } = look.scene.inputs
    const leastBytes = settings.leastDiskGb * 1e9
    const free = machine.diskFreeBytes.value
    const isFull = free !== null && free < leastBytes
    const isRoomy = leastBytes <= 0 || (free !== null && free >= leastBytes + Math.max(diskBackBytes, leastBytes * diskBackShare))
    if (!look.scene.holdsOn('disk', isFull, isRoomy, 0)) return free === null ? unknown(notKnown('How much room the disk has', machine.diskFreeBytes)) : clear('The disk has room.')
    const read = free === null ? 'not known now' : gigabytes(free)
    return ends(look, { sentence: `The disk is nearly full: ${read} free, and ${gigabytes(leastBytes)} are to stay free.`, evidence: [`free on the data folder’s disk: ${read}`], untilWords: 'until there is more room; delete what you do not need' })
  },
}

/** A battery that is nearly empty is kept for the user. */
const emptyCharge = 0.2

export const powerRules: Rule[] = [
  {
    id: 'battery',
    title: 'It is plugged in',
    canOverride: true,
    breaks: 'quiet',
    judge(look) {
      const { machine, settings } = look.scene.inputs
      const { onBattery, charge } = machine
      const verdict = stopsIf(look, { isOn: settings.onBattery === 'stop', read: onBattery, allowed: 'It may run on the battery, as you set it.', fine: 'The machine is plugged in.', what: 'Whether it runs on its battery', sentence: `The machine runs on its battery${charge.value === null ? '' : ` (${share(charge.value)})`}.`, untilWords: 'until it has been plugged in for 1 min' })
      return orNewer(look, 'battery', verdict, charge.value !== null && charge.value < emptyCharge ? `Below ${share(emptyCharge)} nothing runs on it, whatever you asked for.` : null)
    },
  },
  {
    id: 'lid',
    title: 'The lid is open',
    canOverride: true,
    breaks: 'quiet',
    judge: (look) => orNewer(look, 'lid', stopsIf(look, { isOn: look.scene.inputs.settings.onLidClosed === 'stop', read: look.scene.inputs.machine.isLidClosed, allowed: 'It may run with its lid closed, as you set it.', fine: 'The lid is open, or there is none.', what: 'Whether the lid is closed', sentence: 'The lid is closed, and a closed machine gets hot.', untilWords: 'until the lid has been open for 1 min' })),
  },
  {
    id: 'metered',
    title: 'The connection is not metered',
    canOverride: true,
    breaks: 'quiet',
    judge: (look) => stopsIf(look, { isOn: look.scene.inputs.settings.onMetered === 'stop', read: look.scene.inputs.machine.isMetered, allowed: 'It may use a metered connection, as you set it.', fine: 'The connection is not metered.', what: 'Whether the connection is metered', sentence: 'The connection is metered: traffic costs money.', untilWords: 'until another connection has been in use for 1 min' }),
  },
  {
    id: 'traffic',
    title: 'Today’s traffic is within its bound',
    canOverride: true,
    judge(look) {
      const { machine, settings, zone } = look.scene.inputs
      if (settings.mostTrafficGb === null) return clear('You set no bound.')
      const used = machine.trafficTodayBytes.value
      if (used === null) return unknown(notKnown('How much was sent and received today', machine.trafficTodayBytes))
      if (!(used >= settings.mostTrafficGb * 1e9)) return clear(`${gigabytes(used)} of ${settings.mostTrafficGb} GB were used today.`)
      const midnight = midnightAfter(look.scene.at, zone)
      return ends(look, { sentence: `Today’s traffic is used up: ${gigabytes(used)}, and ${settings.mostTrafficGb} GB are the bound.`, evidence: [`all traffic of this machine since midnight: ${gigabytes(used)}`], untilMs: midnight, untilWords: 'until midnight' })
    },
  },
]

interface Stop {
  isOn: boolean
  read: Sensed<boolean>
  allowed: string
  fine: string
  what: string
  sentence: string
  untilWords: string
}

function stopsIf(look: Look, { isOn, read, allowed, fine, what, sentence, untilWords }: Stop): Verdict {
  if (!isOn) return clear(allowed)
  if (read.value === null) return unknown(notKnown(what, read))
  return read.value ? stopsForUser(look, { sentence, evidence: [`told by ${read.how}`], untilWords }) : clear(fine)
}

export function notKnown(what: string, read: PolicyMachine[Exclude<keyof PolicyMachine, 'isGoingToSleep'>]): string {
  return `${what} is not known${read.value === null ? `: ${read.why}` : '.'}`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 10e9 ? 1 : 0)} GB`
}

let midnights: { zone: string; from: number; to: number } | null = null

/** Asked each second by many; a day is worked out once. */
function midnightAfter(at: number, zone: string): number | null {
  if (midnights !== null && midnights.zone === zone && at >= midnights.from && at < midnights.to) return midnights.to
  try {
    midnights = { zone, ...spanOfDay(dayOf(at, zone), zone) }
    return midnights.to
  } catch {
    return null
  }
}
