/** What is read of the machine, line by line: a value and how it was told, or why it is not known. Pure. */
import type { PolicyState, Sensed } from '../../../shared/policy-state.ts'
import { formatDecimalBytes, formatShare } from '../../format/numbers.ts'
import { formatSpan } from '../../format/time.ts'

export interface ReadingRow {
  label: string
  /** null: not known. */
  words: string | null
  /** How it was told, or why it is not known. */
  about: string
  /** What an unknown means for what is decided; null: nothing. */
  then: string | null
}

const yesNo = (yes: string, no: string) => (value: boolean) => (value ? yes : no)

/** `now`: by which the last key or pointer movement is told, since idle time grows by itself. */
export function readingRows({ machine, settings }: Pick<PolicyState, 'machine' | 'settings'>, now: number): ReadingRow[] {
  const { idleMs } = machine
  const idleThen = settings.whenIdleUnknown === 'by-load' ? 'Cards that have been quiet for a while count as free.' : 'Nothing that waits for you to be away is started.'
  return [
    row('Keyboard and mouse', idleMs, (value) => `last used ${formatSpan(Math.max(0, now - (idleMs.at - value)))} ago`, idleThen),
    row('Somebody at a screen', machine.isAttended, yesNo('signed in', 'nobody is signed in at a screen'), 'It is taken that somebody may be there.'),
    row('Screen', machine.isLocked, yesNo('locked', 'not locked'), settings.countsLock ? 'Only keyboard and mouse tell whether you are away.' : null),
    row('Full screen', machine.fullScreen, (value) => (value === false ? 'no program' : value === '' ? 'a program whose name is not told' : value), 'What runs on the cards still tells a game.'),
    row('GameMode', machine.gameMode, yesNo('on: a game asked for it', 'off'), null),
    row('Power', machine.onBattery, yesNo('on battery', 'plugged in'), null, 'plugged in'),
    row('Battery', machine.charge, (value) => formatShare(value), null, 'none'),
    row('Lid', machine.isLidClosed, yesNo('closed', 'open'), null, 'none'),
    row('Network', machine.isMetered, yesNo('metered', 'not metered'), null),
    row('Traffic today', machine.trafficTodayBytes, formatDecimalBytes, settings.mostTrafficGb === null ? null : 'The limit of traffic cannot be kept.'),
    row('Free on the disk', machine.diskFreeBytes, formatDecimalBytes, 'The limit of the disk cannot be kept.'),
    row('Processor', machine.processorLoad, (value) => `${formatShare(value)} in use`, null),
  ]
}

/** What the reading itself says of a machine that has none: then there is nothing that could be unknown. */
const hasNone = /\bhas no (battery|lid)\b/i

/** `none`: in words where the machine is known to have no such thing. */
function row<T>(label: string, sensed: Sensed<T>, say: (value: T) => string, then: string | null, none: string | null = null): ReadingRow {
  const about = 'why' in sensed ? sensed.why : sensed.how
  if (none !== null && hasNone.test(about)) return { label, words: none, about, then: null }
  if (sensed.value === null) return { label, words: null, about: 'why' in sensed ? sensed.why : '', then }
  return { label, words: say(sensed.value), about: 'how' in sensed ? sensed.how : '', then: null }
}
