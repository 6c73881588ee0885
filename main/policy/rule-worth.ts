/** Whether a programme is worth its power now and for how long, weighed against what stopping costs. Pure. */
import type { PolicyProgramme } from '../../shared/policy-state.ts'
import type { PolicyInputs, PolicyMemory } from './inputs.ts'
import { netOf, outlook, type Outlook } from './money.ts'

/** So far above or below what an hour must bring, in USD, before anything is changed for it. */
export const marginUsd = 0.002
/** A shorter loss is not worth stopping for, a shorter gain not worth starting for. */
export const shortestMs = 30 * 60_000
const hourMs = 3_600_000

export interface Money {
  /** USD per hour after power now; null: not known, and `missing` says why. */
  netNow: number | null
  missing: 'price' | 'pay' | null
  isLoss: boolean
  /** It loses money and is not stopped: stopping costs more than the loss, or a sum that is not known. */
  heldBack: 'costs-more' | 'unknown' | null
  /** When the present loss is over for long enough to start; null: not within the known prices. */
  lossUntil: number | null
  lossUsd: number
  /** What stopping costs; null: it is punished by a sum that is not known, and then nothing is stopped for money. */
  stopUsd: number | null
  /** When the price of power changes next. */
  nextStepAt: number | null
  /** When the next loss begins that would stop it, where there is none now. */
  nextLossAt: number | null
}

export const noMoney: Money = { netNow: null, missing: 'pay', isLoss: false, heldBack: null, lossUntil: null, lossUsd: 0, stopUsd: null, nextStepAt: null, nextLossAt: null }

/** `wasLoss`: it was held to be at a loss until now. `isUp`: its software runs, and was not told to end for the loss. */
export function moneyOf(programme: PolicyProgramme, inputs: PolicyInputs, { wasLoss, isUp }: { wasLoss: boolean; isUp: boolean }): Money {
  const { prices, at } = inputs
  const look = lookAt(programme, inputs, at)
  const stepNow = prices.find(({ from, to }) => at >= from && at < to) ?? null
  if (look.netNow === null) {
    // What cost more than it brought is not started because nobody knows the price any more.
    const missing = programme.worth === null || stepNow !== null ? 'pay' : 'price'
    return { ...noMoney, missing, isLoss: wasLoss && !isUp, nextStepAt: prices.find(({ from }) => from > at)?.from ?? null }
  }
  const stopUsd = stopCost(programme, inputs.settings.judgesBy)
  const now = { netNow: look.netNow, missing: null, heldBack: null, stopUsd, nextStepAt: stepNow?.to ?? null }
  const { lossUntil, lossUsd } = look
  const until = endOfLoss(programme, inputs, look)
  if (isUp) {
    const isWorthStopping = isLongLoss(look, inputs, at)
    const isLoss = isWorthStopping && stopUsd !== null && lossUsd > stopUsd
    const heldBack = !isWorthStopping || isLoss ? null : stopUsd === null ? 'unknown' : 'costs-more'
    return { ...now, isLoss, heldBack, lossUntil: until, lossUsd, nextLossAt: isLoss ? null : nextStop(programme, inputs, stopUsd) }
  }
  // Back above by less than the margin, or for so short that starting is not worth it.
  const isLoss = lossUntil !== null || (wasLoss && !isLastingGood(look, at))
  return { ...now, isLoss, lossUntil: until, lossUsd, nextLossAt: isLoss ? null : nextStop(programme, inputs, stopUsd) }
}

function lookAt({ worth }: PolicyProgramme, { prices, settings }: PolicyInputs, at: number): Outlook {
  return outlook(worth, settings.judgesBy, prices, at, settings.leastUsdPerHour, { marginUsd, shortestMs })
}

function isOpenEnded({ lossUntil }: Outlook, { prices }: PolicyInputs): boolean {
  return lossUntil !== null && lossUntil >= (prices.at(-1)?.to ?? 0)
}

/** Long and great enough to be worth stopping for, if stopping were free. */
function isLongLoss(look: Outlook, inputs: PolicyInputs, at: number): boolean {
  const { lossUntil, lossUsd } = look
  if (lossUntil === null || (!isOpenEnded(look, inputs) && lossUntil - at < shortestMs)) return false
  return lossUsd > (marginUsd * (lossUntil - at)) / hourMs
}

function isLastingGood({ nextGoodAt, goodUntil }: Outlook, at: number): boolean {
  return nextGoodAt === at && (goodUntil === null || goodUntil - at >= shortestMs)
}

/** Never the present moment: a good stretch that is too short to start for is no end. */
function endOfLoss(programme: PolicyProgramme, inputs: PolicyInputs, look: Outlook): number | null {
  if (isOpenEnded(look, inputs)) return null
  const { at } = inputs
  if (look.nextGoodAt !== at || isLastingGood(look, at) || look.goodUntil === null) return look.lossUntil ?? look.nextGoodAt
  return lookAt(programme, inputs, look.goodUntil).nextGoodAt
}

/** More stretches ahead are hardly worth a look. */
const mostStretches = 12

/** Where a loss begins that is long, and greater than what stopping costs. */
function nextStop(programme: PolicyProgramme, inputs: PolicyInputs, stopUsd: number | null): number | null {
  const { prices, settings, at } = inputs
  const { worth } = programme
  if (stopUsd === null || worth === null) return null
  let [wasBelow, looked] = [false, 0]
  for (const { from, usdPerKwh } of prices) {
    const net = netOf(worth, settings.judgesBy, usdPerKwh)
    const isBelow = net !== null && net < settings.leastUsdPerHour - marginUsd
    const begins = isBelow && !wasBelow && from > at
    wasBelow = isBelow
    if (!begins) continue
    const look = lookAt(programme, inputs, from)
    if (isLongLoss(look, inputs, from) && look.lossUsd > stopUsd) return from
    looked += 1
    if (looked >= mostStretches) return null
  }
  return null
}

function stopCost({ stopPrice, demands, worth }: PolicyProgramme, judgesBy: PolicyInputs['settings']['judgesBy']): number | null {
  if (stopPrice.usd !== null && Number.isFinite(stopPrice.usd)) return Math.max(0, stopPrice.usd)
  if (demands.interruption === 'free') return 0
  const hours = demands.uptime?.rewardsAfterHours ?? null
  const gross = worth === null ? null : netOf(worth, judgesBy, 0)
  // A reset of the hours before rewards costs what they would have paid.
  if (hours !== null && gross !== null) return Math.max(0, gross) * hours
  // With no figure, what is known to be lost is the job: it may end first.
  return demands.interruption === 'costly' ? 0 : null
}

export function lossKey(programmeId: string): string {
  return `loss|${programmeId}`
}

export function wasAtLoss(previous: PolicyMemory, programmeId: string): boolean {
  return previous.holds[lossKey(programmeId)] !== undefined
}
