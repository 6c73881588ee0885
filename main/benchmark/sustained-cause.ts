/** What made a card fall back under load, told from its reasons, temperatures, watts and clocks before and after. Pure. */
import type { SustainedRun } from '../../shared/benchmark.ts'
import { throttleKind, type ThrottleKind } from '../../shared/throttle.ts'
import { median } from './spread.ts'
import type { Figure } from './sustained-analysis.ts'

type Cause = NonNullable<SustainedRun['cause']>

export interface CauseEvidence {
  /** The settled seconds at the start, the seconds in which the figure was down, and all. */
  before: Figure[]
  fallen: Figure[]
  all: Figure[]
  first: number
  dropAtSeconds: number
  unit: string
  powerLimitW: number | null
  slowdownC: number | null
}

/** A reason counts where it is named in so large a part of the seconds in which the figure was down. */
const tellingShare = 0.2
/** Cards begin to hold back a little before the point they name. */
const nearSlowdownC = 3
/** Without a stated point: most consumer cards hold back from here on (GeForce: 83 to 90 °C). */
const warmC = 83
const nearLimit = 0.97

export function causeOf(evidence: CauseEvidence): Cause {
  const { before, fallen, first } = evidence
  const now = median(fallen.map((point) => point.value))
  const fall = 1 - now / first
  const clock = change(before, fallen, (point) => point.coreClockMhz)
  const memoryClock = change(before, fallen, (point) => point.memoryClockMhz)
  const watts = change(before, fallen, (point) => point.powerW)
  const temperature = change(before, fallen, (point) => point.temperatureC)
  const clockFell = clock !== null && 1 - clock.after / clock.before > Math.max(0.01, fall / 3)
  const memoryFell = memoryClock !== null && 1 - memoryClock.after / memoryClock.before > Math.max(0.01, fall / 3)

  const shareOf = (points: Figure[], kinds: ThrottleKind[]): number => points.filter((point) => point.throttle.some((reason) => kinds.includes(throttleKind(reason)))).length / points.length
  const heat = shareOf(fallen, ['heat', 'hard-heat'])
  const power = shareOf(fallen, ['power', 'brake'])
  const brake = shareOf(fallen, ['brake'])

  const isNear = temperature !== null && temperature.after >= (evidence.slowdownC === null ? warmC : evidence.slowdownC - nearSlowdownC)
  const atLimit = watts !== null && evidence.powerLimitW !== null && watts.after >= evidence.powerLimitW * nearLimit
  const lead = opening(evidence, fall, now)
  const figures = readings({ clock, memoryClock: memoryFell ? memoryClock : null, watts, temperature })
  const tell = (id: Cause['id'], words: string): Cause => ({ id, sentence: `${lead}: ${words}${figures === '' ? '' : ` (${figures})`}.` })

  if (heat >= tellingShare && heat >= power) return tell('temperature', `the card names heat as the reason in ${percent(heat)} of that time${slowdown(evidence.slowdownC)}`)
  if (power >= tellingShare) return tell('power', brake >= tellingShare ? `the board or power supply braked it in ${percent(brake)} of that time` : `it is held at its power limit${limit(evidence.powerLimitW)}${warmer(temperature)}`)
  if (heat >= tellingShare) return tell('temperature', `the card names heat as the reason in ${percent(heat)} of that time${slowdown(evidence.slowdownC)}`)
  if (isNear && (clockFell || clock === null)) return tell('temperature', `it names no reason, but is ${evidence.slowdownC === null ? 'hot' : `close to its slowdown point of ${evidence.slowdownC} °C`}`)
  if (atLimit && (clockFell || clock === null)) return tell('power', `it draws what its power limit allows${limit(evidence.powerLimitW)}${warmer(temperature)}`)
  if (clockFell || memoryFell) return tell('clock', `its ${clockFell ? 'core' : 'memory'} clock fell and it names no reason`)
  if (clock !== null) return tell('other-load', 'its clocks stayed, so something else took a part of the card or of its memory')
  return tell('unknown', 'neither clocks nor reasons can be read here, so the cause is not known')
}

interface Change {
  before: number
  after: number
}

/** Medians, where both have readings. */
function change(before: Figure[], after: Figure[], read: (point: Figure) => number | null): Change | null {
  const known = (points: Figure[]): number[] => points.map(read).filter((value) => value !== null)
  const [one, other] = [known(before), known(after)]
  return one.length === 0 || other.length === 0 ? null : { before: median(one), after: median(other) }
}

function opening({ all, first, dropAtSeconds, unit }: CauseEvidence, fall: number, now: number): string {
  const later = all.filter((point) => point.atSeconds >= dropAtSeconds)
  const swings = swingsOf(later, first)
  if (swings >= 3) return `From ${time(dropAtSeconds)} on it swung between ${figure(first)} and ${figure(now)} ${unit}, ${swings} times`
  const ending = later.slice(-20)
  const cameBack = ending.length === 20 && median(ending.map((point) => point.value)) >= first * 0.97
  return `After ${time(dropAtSeconds)} it fell by ${percent(fall)}, from ${figure(first)} to ${figure(now)} ${unit}${cameBack ? ', and came back later' : ''}`
}

/** How often the figure went down and came up again, counting only what lasts three seconds. */
function swingsOf(points: Figure[], first: number): number {
  let swings = 0
  let isDown = true
  let run = 0
  for (const point of points) {
    const down = point.value < first * 0.97
    run = down === isDown ? 0 : run + 1
    if (run < 3) continue
    if (!down) swings += 1
    isDown = down
    run = 0
  }
  return swings
}

function readings(all: { clock: Change | null; memoryClock: Change | null; watts: Change | null; temperature: Change | null }): string {
  const moved = (change: Change | null, title: string, unit: string): string[] => {
    if (change === null) return []
    const [before, after] = [Math.round(change.before), Math.round(change.after)]
    return [before === after ? `${title} ${after} ${unit}` : `${title} ${before} → ${after} ${unit}`]
  }
  return [...moved(all.clock, 'core', 'MHz'), ...moved(all.memoryClock, 'memory', 'MHz'), ...moved(all.watts, 'board', 'W'), ...moved(all.temperature, 'temperature', '°C')].join(', ')
}

function slowdown(slowdownC: number | null): string {
  return slowdownC === null ? '' : `; its slowdown point is ${slowdownC} °C`
}
function limit(powerLimitW: number | null): string {
  return powerLimitW === null ? '' : ` of ${Math.round(powerLimitW)} W`
}
/** Warm silicon leaks: the same watts buy fewer clocks. */
function warmer(temperature: Change | null): string {
  return temperature !== null && temperature.after - temperature.before >= 5 ? ', and a warmer chip needs more watts for the same clock' : ''
}

function time(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  const rest = Math.round(seconds) % 60
  return `${Math.floor(Math.round(seconds) / 60)} min${rest === 0 ? '' : ` ${rest} s`}`
}
function percent(share: number): string {
  const value = share * 100
  return `${value.toLocaleString('en-US', { maximumFractionDigits: value < 9.95 ? 1 : 0 })} %`
}
/** Three significant digits, grouped. */
function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: value >= 1000 ? 4 : 3 })
}
