/** Rules about hours and money: the schedule, and hours that cost more than they bring. */
import { amountWords } from '../../shared/sentence-numbers.ts'
import { leastRunMs } from './calm.ts'
import { lossKey } from './rule-worth.ts'
import { untilMode } from './rule-mode.ts'
import type { Look, Rule, Verdict } from './rule-types.ts'
import { clear, ends, holds, unknown } from './rule-verdicts.ts'
import { clockText, lengthText, sentenceOf } from './words.ts'

export const moneyRules: Rule[] = [
  {
    id: 'schedule',
    title: 'The schedule lets it run',
    canOverride: true,
    judge(look) {
      const { scene, mode, modeBy, modeUntil } = look
      if (mode !== 'never') return clear(mode === 'always' ? `It may always run, by ${modeBy}.` : `It may run while nobody is there, by ${modeBy}.`)
      return ends(look, { sentence: `Nothing may run now, by ${modeBy}.`, evidence: [], untilMs: modeUntil?.at ?? null, untilWords: untilMode(modeUntil, scene.inputs.zone, scene.at) })
    },
  },
  {
    id: 'at-a-loss',
    title: 'The coming hours pay',
    canOverride: true,
    judge(look) {
      const { scene, money, programme } = look
      const { settings, zone, prices } = scene.inputs
      if (!settings.stopsAtLoss) return clear('It runs whatever it brings, as you set it.')
      if (money.nextStepAt !== null) scene.wakeAt(money.nextStepAt)
      if (money.netNow === null) return notKnown(look)
      if (!money.isLoss && money.heldBack === null && !scene.isExplaining) return clear('It pays.')
      const net = `${money.netNow < 0 ? '−' : ''}${amountWords(money.netNow)} USD an hour after power`
      const step = prices.find(({ from, to }) => scene.at >= from && scene.at < to)
      const evidence = [`${net}; power costs ${step === undefined ? 'an unknown price' : `${step.usdPerKwh < 0 ? '−' : ''}${amountWords(step.usdPerKwh)} USD per kWh (${step.how})`}`]
      if (money.heldBack !== null) return holds('run', { sentence: heldBackWords(look, money.netNow), evidence, untilMs: money.lossUntil, untilWords: 'until stopping costs less than running', isBeside: true }, false)
      if (!money.isLoss) return clear(`It brings ${net}.`)
      scene.heldSince(lossKey(programme.programmeId), true)
      const until = money.lossUntil === null ? 'until the price of power or the pay changes' : `until ${clockText(money.lossUntil, zone, scene.at)}`
      const sentence = money.netNow < settings.leastUsdPerHour ? `Running costs more than it brings: ${net}.` : `Running pays again, but for too little or too short a time: ${net}.`
      if (money.lossUsd > 0) evidence.push(`running on would lose ${amountWords(money.lossUsd)} USD ${until}; ${stopWords(look)}`)
      return notYet(look, sentence) ?? ends(look, { sentence, evidence, untilMs: money.lossUntil, untilWords: until })
    },
  },
]

/** Without a price or a pay nothing is judged; but what was at a loss is not started for that. */
function notKnown(look: Look): Verdict {
  const { scene, money, programme } = look
  const { prices, zone } = scene.inputs
  const known = prices.find(({ from }) => from > scene.at)
  const noPrice = prices.length === 0 ? 'no price of power is known' : known === undefined ? 'the known prices of power have ended' : `no price of power is known before ${clockText(known.from, zone, scene.at)}`
  const what = money.missing === 'price' ? noPrice : `what ${programme.title} brings is not known`
  if (!money.isLoss) return unknown(`${sentenceOf(what)}, so whether it pays cannot be told.`)
  scene.heldSince(lossKey(programme.programmeId), true)
  return ends(look, { sentence: `Running cost more than it brought, and now ${what}.`, evidence: ['net per hour: not known'], untilMs: null, untilWords: money.missing === 'price' ? 'until a price of power is known: set one in the settings, or start it by hand' : 'until its pay is known, or you start it by hand' })
}

function stopWords({ money, programme }: Look): string {
  if (money.stopUsd === null) return 'stopping costs an unknown sum'
  const isAssumed = programme.stopPrice.usd === null && money.stopUsd === 0
  return isAssumed ? `nothing is known to be lost by stopping${programme.job === null ? '' : ' once its job is done'}` : `stopping costs ${amountWords(money.stopUsd)} USD`
}

function heldBackWords({ money, scene }: Look, netNow: number): string {
  const short = scene.inputs.settings.leastUsdPerHour - netNow
  const loss = netNow < 0 ? `This hour costs about ${amountWords(-netNow)} USD more than it brings.` : `This hour brings about ${amountWords(short)} USD less than you asked for.`
  return `${loss} ${money.stopUsd === null ? 'Stopping is punished by a sum that is not known' : `Stopping would cost ${amountWords(money.stopUsd)} USD, which is more`}, so it goes on.`
}

/** Software that has just started runs on for a while before it is stopped for money, unless it was told to already. */
function notYet(look: Look, sentence: string): Verdict | null {
  if (!look.isUp || look.startedSteady === null || (look.before !== null && look.before.rule === 'at-a-loss')) return null
  const leftMs = look.startedSteady + leastRunMs - look.scene.steadyMs
  if (leftMs <= 0) return null
  look.scene.wakeIn(leftMs)
  return clear(`${sentence} It has only just started, and runs for at least ${lengthText(leftMs)} more.`)
}
