/** Rules about heat and power: hot core, hot memory, throttled, a fan that stands, temperature unreadable, power at its limit. */
import type { GpuFan, GpuSample } from '../../shared/telemetry.ts'
import { bad, between, clear, defineRule, isLost, unknown, type CardLook, type Judgement } from './rule.ts'
import { realReasons, reasonWords, throttleKind } from './throttle.ts'
import { celsiusWords, listWords, percentWords, wattWords } from './words.ts'

/** Where neither the card nor the user names a limit: above what cards of any maker aim at, in °C. */
const assumedLimitC = 90
const assumedMemoryLimitC = 105
/** An alert ends this far below where it began, in °C. */
const heatHysteresisC = 5
/** So far above the limit is critical, where the card does not say when it switches itself off. */
const criticalAboveC = 8
/** So close to switching itself off is critical. */
const beforeShutdownC = 3

const coolingRemedy = 'Check that its fans turn, that dust is gone and that cool air reaches it. Lowering its power limit by a fifth costs little speed and takes off many degrees.'

export const hot = defineRule<CardLook>({
  id: 'hot',
  beginAfterMs: 20_000,
  endAfterMs: 60_000,
  judge(look) {
    if (isLost(look)) return clear
    const limits = look.gpu?.temperatureLimits ?? null
    const limit = heatLimit(look.settings.hotFromC, plausible(limits?.slowdownC))
    const shutdownC = plausible(limits?.shutdownC)
    const criticalC = shutdownC === null ? limit.limitC + criticalAboveC : Math.max(shutdownC - beforeShutdownC, limit.limitC)
    return judgeHeat(look, 'Core', look.sample?.temperatureC ?? null, { ...limit, criticalC })
  },
})

export const hotMemory = defineRule<CardLook>({
  id: 'hot-memory',
  beginAfterMs: 20_000,
  endAfterMs: 60_000,
  judge(look) {
    if (isLost(look)) return clear
    const told = plausible(look.gpu?.temperatureLimits?.memoryC)
    const limitC = told ?? assumedMemoryLimitC
    return judgeHeat(look, 'Memory', look.sample?.memoryC ?? null, { limitC, criticalC: limitC + criticalAboveC, because: told === null ? 'assumed: the card does not name one' : 'the card names it' })
  },
})

/** Drivers give 0 or absurd figures where they have no limit. */
function plausible(limitC: number | null | undefined): number | null {
  return limitC != null && limitC >= 60 && limitC <= 150 ? limitC : null
}

function heatLimit(setting: number | null, slowdownC: number | null): { limitC: number; because: string } {
  if (setting !== null) return { limitC: setting, because: 'from the settings' }
  if (slowdownC !== null) return { limitC: slowdownC, because: 'where the card slows itself down' }
  return { limitC: assumedLimitC, because: 'assumed: the card does not name one' }
}

function judgeHeat(look: CardLook, part: 'Core' | 'Memory', temperatureC: number | null, limit: { limitC: number; criticalC: number; because: string }): { judgement: Judgement } {
  if (temperatureC === null || !Number.isFinite(temperatureC)) return unknown
  if (temperatureC < limit.limitC) return temperatureC > limit.limitC - heatHysteresisC ? between : clear
  const unit = look.settings.temperatureUnit
  const value = celsiusWords(temperatureC, unit)
  return bad({
    severity: temperatureC >= limit.criticalC ? 'critical' : 'warning',
    title: part === 'Core' ? 'Too hot' : 'Memory too hot',
    sentence: `${part === 'Core' ? 'Its core is' : 'Its memory is'} at ${value}; the limit is ${celsiusWords(limit.limitC, unit)} (${limit.because}).`,
    remedy: coolingRemedy,
    evidence: [{ label: `${part} temperature`, value }, ...(look.sample?.powerW == null ? [] : [{ label: 'Power', value: wattWords(look.sample.powerW) }])],
  })
}

export const throttled = defineRule<CardLook>({
  id: 'throttled',
  beginAfterMs: 60_000,
  endAfterMs: 120_000,
  judge(look) {
    if (isLost(look)) return clear
    const reasons = look.sample?.throttle ?? null
    if (reasons === null) return unknown
    // The power limit has a rule of its own: cards are run at it on purpose.
    const found = realReasons(reasons).filter((reason) => throttleKind(reason) !== 'power')
    // "hw_slowdown" alone says only that some hardware reason is on.
    const named = found.length > 1 ? found.filter((reason) => reason !== 'hw_slowdown') : found
    if (named.length === 0) return clear
    const seen = new Set(named.map(throttleKind))
    const isHeat = seen.has('heat') || seen.has('hard-heat')
    // Older cards say no more than this.
    const isHardware = named.includes('hw_slowdown')
    const words = listWords(named.map(reasonWords))
    const { temperatureC, coreClockMhz } = look.sample as GpuSample
    return bad({
      severity: seen.has('hard-heat') ? 'critical' : isHeat || seen.has('brake') || isHardware ? 'warning' : 'info',
      title: isHeat ? 'Slowed down by heat' : seen.has('brake') ? 'Slowed down from outside' : isHardware ? 'Slowed down by its hardware' : 'Slowed down',
      sentence: `It is slowed down, and the reason it gives is: ${words}.${coreClockMhz === null ? '' : ` It runs at ${Math.round(coreClockMhz)} MHz.`}`,
      remedy: isHeat
        ? coolingRemedy
        : seen.has('brake')
          ? 'The power supply or the board asks the card to draw less. Check the power cables at the card, the load on the power supply, and the heat around it.'
          : isHardware
            ? `The card does not say more: it is heat or power. ${coolingRemedy} Check its power cables too.`
            : 'The card names this reason itself; its maker’s documentation says what it stands for.',
      evidence: [{ label: 'Throttle reason', value: words }, ...(temperatureC === null ? [] : [{ label: 'Core temperature', value: celsiusWords(temperatureC, look.settings.temperatureUnit) }])],
    })
  },
})

/** Below it, many cards let their fans stand on purpose, in °C. Where only some stand, they may be on curves of their own. */
const allFansFromC = 65
const someFansFromC = 72
const fansClearBelowC = 58
const fansCriticalFromC = 80

export const fanStopped = defineRule<CardLook, { turned: boolean[] }>({
  id: 'fan-stopped',
  beginAfterMs: 60_000,
  endAfterMs: 30_000,
  judge(look, before) {
    const fans = look.sample === null ? [] : fansOf(look.sample)
    const memory = { turned: fans.map((fan, index) => before?.turned[index] === true || (fan.rpm ?? fan.share ?? 0) > 0) }
    return { ...judgeFans(look, fans, memory.turned), memory: look.sample === null ? before : memory }
  },
})

function judgeFans(look: CardLook, fans: GpuFan[], turned: boolean[]): { judgement: Judgement } {
  if (isLost(look)) return clear
  const { sample } = look
  if (sample === null) return unknown
  if (fans.length === 0) return look.gpu?.fanCount === 0 ? clear : unknown
  // A sensor that never showed a turn, and of which nothing says that it should, may be a plug with no fan on it.
  const standing = fans.filter((fan, index) => stands(fan) && (turned[index] === true || fan.share !== null || fans.every(stands)))
  if (standing.length === 0) return fans.some((fan) => fan.rpm === null && fan.share === null) ? unknown : clear
  const { temperatureC } = sample
  if (temperatureC === null) return unknown
  if (temperatureC < fansClearBelowC) return clear
  if (!isLoaded(sample) || temperatureC < (standing.length === fans.length ? allFansFromC : someFansFromC)) return between
  const value = celsiusWords(temperatureC, look.settings.temperatureUnit)
  const which = fans.length === 1 ? 'Its fan stands' : standing.length === fans.length ? `All ${fans.length} fans stand` : `${standing.length} of ${fans.length} fans stand${standing.length === 1 ? 's' : ''}`
  return bad({
    severity: temperatureC >= fansCriticalFromC || standing.length === fans.length ? 'critical' : 'warning',
    title: 'Fan stopped under load',
    sentence: `${which} still while the card works at ${value}.`,
    remedy: 'Take work off the card now. Then look whether something blocks the fan, whether its plug is in, and whether a fan curve or tool holds it at zero. A worn fan can be replaced.',
    evidence: [{ label: 'Fans', value: fans.map(fanWords).join(', ') }, { label: 'Core temperature', value }, ...(sample.utilisation === null ? [] : [{ label: 'Load', value: percentWords(sample.utilisation) }])],
  })
}

function fansOf(sample: GpuSample): GpuFan[] {
  if (sample.fans.length > 0) return sample.fans
  return sample.fan === null && sample.fanRpm === null ? [] : [{ share: sample.fan, rpm: sample.fanRpm }]
}

/** Turns a minute are measured; a share is what the fan is told to do. */
function stands(fan: GpuFan): boolean {
  return fan.rpm === null ? fan.share === 0 : fan.rpm === 0
}

function fanWords(fan: GpuFan): string {
  if (fan.rpm !== null) return `${fan.rpm} rpm`
  return fan.share === null ? 'unknown' : percentWords(fan.share)
}

export function isLoaded(sample: GpuSample): boolean {
  if (sample.utilisation !== null) return sample.utilisation >= 0.3
  return sample.powerW !== null && sample.powerLimitW !== null && sample.powerW >= 0.4 * sample.powerLimitW
}

export const temperatureUnreadable = defineRule<CardLook, { wasReadable: boolean }>({
  id: 'temperature-unreadable',
  beginAfterMs: 60_000,
  endAfterMs: 30_000,
  judge(look, memory) {
    if (isLost(look)) return { ...clear, memory }
    if (look.sample === null) return { ...unknown, memory }
    if (look.sample.temperatureC !== null) return { ...clear, memory: { wasReadable: true } }
    if (!memory?.wasReadable) return { ...clear, memory }
    const why = look.sample.unknown['temperatureC'] ?? look.sample.unknown['all'] ?? 'its driver does not say why'
    return {
      ...bad({
        severity: 'warning',
        title: 'Temperature cannot be read any more',
        sentence: `Its temperature could be read before and cannot be now: ${why}. Whether it is too hot does not show.`,
        remedy: 'Restart the computer, or reload the graphics driver. If it happens again, the card’s sensor or the driver is at fault: try another version of the driver.',
        evidence: [{ label: 'Core temperature', value: `unknown: ${why}` }],
      }),
      memory,
    }
  },
  resume: () => ({ wasReadable: true }),
})

/** Shares of the limit: bad from, clear below. */
const atLimit = 0.98
const offLimit = 0.93

export const powerAtLimit = defineRule<CardLook>({
  id: 'power-at-limit',
  beginAfterMs: 10 * 60_000,
  endAfterMs: 5 * 60_000,
  judge(look) {
    if (isLost(look)) return clear
    const { sample } = look
    if (sample === null) return unknown
    const saysSo = sample.throttle === null ? null : sample.throttle.some((reason) => throttleKind(reason) === 'power')
    const share = sample.powerW === null || sample.powerLimitW === null || sample.powerLimitW <= 0 ? null : sample.powerW / sample.powerLimitW
    if (saysSo === null && share === null) return unknown
    // A power cap may show on an idle card whose limit is set far down; watts say better whether it works.
    const isAt = share === null ? saysSo === true : share >= atLimit || (saysSo === true && share >= offLimit)
    if (!isAt) return share !== null && share >= offLimit ? between : clear
    const watts = sample.powerW === null ? null : `${wattWords(sample.powerW)}${sample.powerLimitW === null ? '' : ` of ${wattWords(sample.powerLimitW)}`}`
    return bad({
      severity: 'info',
      title: 'Power at its limit',
      sentence: `It draws all the power it is allowed${watts === null ? '' : ` (${watts})`} and could run faster with more.`,
      remedy: 'Nothing must be done: cards are often run so, and a lower limit earns more per kilowatt-hour. If it is meant to run faster, raise its power limit as far as its cooling allows.',
      evidence: watts === null ? [{ label: 'Throttle reason', value: 'power' }] : [{ label: 'Power', value: watts }],
    })
  },
})
