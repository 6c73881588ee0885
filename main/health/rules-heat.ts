/** Rules about heat and power: hot core, hot memory, throttled, a fan that stands, temperature unreadable, power at its limit. */
import type { Gpu } from '../../shared/machine.ts'
import type { GpuFan, GpuSample } from '../../shared/telemetry.ts'
import { bad, between, clear, defineRule, isLost, unknown, type CardLook, type Judgement } from './rule.ts'
import { realReasons, reasonWords, throttleKind } from './throttle.ts'
import { celsiusWords, listWords, percentWords, wattWords } from './words.ts'

/** Where neither the card nor the user names a limit: above what cards of any maker aim at, in °C. */
const assumedLimitC = 90
/** Processors with a GPU inside, and laptops, work at 95 to 100 °C by design. */
const assumedSharedLimitC = 103
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
    const limit = heatLimit(look, plausible(limits?.slowdownC))
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

function heatLimit({ settings: { hotFromC: setting }, gpu }: CardLook, slowdownC: number | null): { limitC: number; because: string } {
  if (setting !== null) return { limitC: setting, because: 'from the settings' }
  if (slowdownC !== null) return { limitC: slowdownC, because: 'where the card slows itself down' }
  return { limitC: gpu?.isIntegrated === true || isOfLaptop(gpu) ? assumedSharedLimitC : assumedLimitC, because: 'assumed: the card does not name one' }
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

/** A card that slows itself down does so by fits and starts: it still counts as slowed down so long after the last one. */
const fitsApartMs = 30_000
/** Cards made for quiet let themselves get as warm as their target, and hold it by their clocks; within so much of it, in °C. */
const nearTargetC = 3

export const throttled = defineRule<CardLook, { lastSteadyMs: number | null }>({
  id: 'throttled',
  beginAfterMs: 60_000,
  endAfterMs: 90_000,
  judge(look, memory) {
    if (isLost(look)) return clear
    const reasons = look.sample?.throttle ?? null
    if (look.sample === null || reasons === null) return { ...unknown, memory }
    // The power limit has a rule of its own: cards are run at it on purpose.
    const found = realReasons(reasons).filter((reason) => throttleKind(reason) !== 'power')
    // "hw_slowdown" alone says only that some hardware reason is on.
    const named = found.length > 1 ? found.filter((reason) => reason !== 'hw_slowdown') : found
    if (named.length > 0) return { ...judgeThrottle(look, look.sample, named), memory: { lastSteadyMs: look.steadyMs } }
    const lastSteadyMs = memory?.lastSteadyMs ?? null
    const isSoonAfter = lastSteadyMs !== null && look.steadyMs - lastSteadyMs < fitsApartMs
    return { ...(isSoonAfter ? between : clear), memory: { lastSteadyMs } }
  },
})

function judgeThrottle(look: CardLook, sample: GpuSample, named: string[]): { judgement: Judgement } {
  const seen = new Set(named.map(throttleKind))
  const isHeat = seen.has('heat') || seen.has('hard-heat')
  // Older cards say no more than this.
  const isHardware = named.includes('hw_slowdown')
  const words = listWords(named.map(reasonWords))
  const { temperatureC, coreClockMhz } = sample
  const isByDesign = isHeat && !seen.has('hard-heat') && !seen.has('brake') && !isHardware && holdsTarget(look, temperatureC)
  const evidence = [{ label: 'Throttle reason', value: words }, ...(temperatureC === null ? [] : [{ label: 'Core temperature', value: celsiusWords(temperatureC, look.settings.temperatureUnit) }])]
  const clock = coreClockMhz === null ? '' : ` It runs at ${Math.round(coreClockMhz)} MHz.`
  if (look.gpu?.isIntegrated === true) {
    return bad({
      severity: 'info',
      title: 'Slowed down with its processor',
      sentence: `It is slowed down, and the reason it gives is: ${words}. It shares heat and power with the processor that it is part of.${clock}`,
      remedy: 'Under load that is how laptops and small computers work. If it happens at little load, see that air gets in and out, and that the power supply is strong enough.',
      evidence,
    })
  }
  if (isByDesign) {
    return bad({
      severity: 'info',
      title: 'Holds its target temperature',
      sentence: `It lowers its clocks to stay near the temperature that it aims at${temperatureC === null ? '' : ` (${celsiusWords(temperatureC, look.settings.temperatureUnit)})`}.${clock}`,
      remedy: 'Nothing must be done: it is made to work so. With better cooling or a lower power limit it keeps more of its speed.',
      evidence,
    })
  }
  return bad({
    severity: seen.has('hard-heat') ? 'critical' : isHeat || seen.has('brake') || isHardware ? 'warning' : 'info',
    title: isHeat ? 'Slowed down by heat' : seen.has('brake') ? 'Slowed down from outside' : isHardware ? 'Slowed down by its hardware' : 'Slowed down',
    sentence: `It is slowed down, and the reason it gives is: ${words}.${clock}`,
    remedy: isHeat
      ? coolingRemedy
      : seen.has('brake')
        ? 'The power supply or the board asks the card to draw less. Check the power cables at the card, the load on the power supply, and the heat around it.'
        : isHardware
          ? `The card does not say more: it is heat or power. ${coolingRemedy} Check its power cables too.`
          : 'The card names this reason itself; its maker’s documentation says what it stands for.',
    evidence,
  })
}

/** Around the target a card was told; a laptop’s card, which shares its cooling with the processor, does so at whatever the laptop allows. */
function holdsTarget(look: CardLook, temperatureC: number | null): boolean {
  const targetC = plausible(look.gpu?.temperatureLimits?.targetC)
  if (targetC !== null && temperatureC !== null) return Math.abs(temperatureC - targetC) <= nearTargetC || (isOfLaptop(look.gpu) && temperatureC < targetC)
  return isOfLaptop(look.gpu)
}

/** By the name that makers give: "NVIDIA GeForce RTX 4070 Laptop GPU", "Quadro T2000 with Max-Q Design", "Radeon RX 7600M". */
export function isOfLaptop(gpu: Gpu | null): boolean {
  return gpu !== null && /\blaptop\b|\bmobile\b|max-q|\bRX \d{4}[MS]\b|\bA\d{3,4}M\b|\bMX\d{3}\b/i.test(gpu.name)
}

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
  const proven = fans.filter((fan, index) => stands(fan) && (turned[index] === true || (fan.share ?? 0) > 0))
  const standing = proven.length > 0 ? proven : fans.every(stands) ? fans : []
  if (standing.length === 0) return fans.some((fan) => fan.rpm === null && fan.share === null) ? unknown : clear
  const { temperatureC } = sample
  if (temperatureC === null) return unknown
  if (temperatureC < fansClearBelowC) return clear
  // Fans that were never seen to turn and are told to stand may be none: a laptop’s belong to the laptop, a server’s to its case.
  if (proven.length === 0 && isOfLaptop(look.gpu)) return clear
  const fromC = proven.length === 0 ? fansCriticalFromC : standing.length === fans.length ? allFansFromC : someFansFromC
  if (!isLoaded(sample) || temperatureC < fromC) return between
  const value = celsiusWords(temperatureC, look.settings.temperatureUnit)
  const which = fans.length === 1 ? 'Its fan stands' : standing.length === fans.length ? `All ${fans.length} fans stand` : `${standing.length} of ${fans.length} fans stand${standing.length === 1 ? 's' : ''}`
  return bad({
    severity: proven.length > 0 && (temperatureC >= fansCriticalFromC || (standing.length === fans.length && temperatureC >= someFansFromC)) ? 'critical' : 'warning',
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
