/** Rules about the card: whether it is there and answers, and what else has it. */
import type { PolicyCard, PolicyProgramme } from '../../shared/policy-state.ts'
import type { Look, Rule, Verdict } from './rule-types.ts'
import { clear, ends, endingOf, holds, unknown } from './rule-verdicts.ts'
import { share } from './words.ts'

/** A card that falls silent for a moment does not end what runs on it. */
const goneMs = 30_000
const silentMs = 2 * 60_000
/** Foreign load above a ceiling for so long ends what runs; it is over once it has been below for so long. */
const overMs = 30_000
const belowMs = 60_000

export const cardRules: Rule[] = [
  {
    id: 'card-gone',
    title: 'The card is there',
    canOverride: false,
    judge(look) {
      const { gpuId, card, scene } = look
      if (gpuId === null) return clear('It uses no card.')
      const isGone = card === null || !card.card.isHere
      const since = scene.heldSince(`gone|${gpuId}`, isGone)
      if (since === null) return clear('The card is there.')
      const name = card?.card.name ?? 'A card of this programme'
      const said = { sentence: `${name} is not there any more.`, evidence: ['the card is not listed by its driver'], untilWords: 'until the card is back; restarting the machine helps most often' }
      return look.isUp ? laterOn(look, since.steady + goneMs, 'The card is not listed just now; what runs is left for a moment.', () => ends(look, said)) : holds('wait', said, false)
    },
  },
  {
    id: 'driver-silent',
    title: 'The driver answers',
    canOverride: false,
    judge(look) {
      const { card, gpuId, scene } = look
      if (card === null) return clear('It needs no driver.')
      const since = scene.heldSince(`silent|${gpuId}`, card.card.silent !== null)
      if (since === null || card.card.silent === null) return clear('The driver answers.')
      const said = { sentence: `The driver of ${card.card.name} does not answer: ${card.card.silent}`, evidence: ['who uses the card and how hot it is cannot be told'], untilWords: 'until it answers again' }
      return look.isUp ? laterOn(look, since.steady + silentMs, 'The driver does not answer just now; what runs is left for a moment.', () => ends(look, said)) : holds('wait', said, false)
    },
  },
  {
    id: 'benchmark',
    title: 'Idlewatt is not measuring the card',
    canOverride: false,
    judge(look) {
      const measured = cardsAround(look).find(({ isMeasured }) => isMeasured)
      if (measured === undefined) return clear('Nothing is being measured here.')
      const isOwn = measured.gpuId === look.gpuId
      const said = isOwn ? `Idlewatt is measuring ${measured.name}.` : `Idlewatt is measuring ${measured.name}, and ${look.programme.title} must have the machine to itself.`
      return ends(look, { sentence: said, evidence: ['both would spoil the other, and foreign load can be punished'], untilWords: 'until the measurement is over' })
    },
  },
  {
    id: 'listed-elsewhere',
    title: 'No other network has the card',
    canOverride: false,
    judge(look) {
      const { programme, gpuId, scene } = look
      if (look.card === null) return clear('It uses no card.')
      for (const card of scene.inputs.cards) {
        if (card.listedBy.length === 0) continue
        const others = card.listedBy.filter((id) => isAgainst(programme, id, scene.inputs.programmes, card.gpuId !== gpuId))
        if (others.length > 0) return ends(look, { ...listedBy(look, card, others), untilWords: 'until that software is stopped' })
      }
      return clear('No software of another network is on the card.')
    },
  },
]

/** Its own card first; where it must have the machine to itself, all of them. */
function cardsAround({ card, programme, gpuId, scene }: Look): PolicyCard[] {
  if (card === null) return []
  return programme.demands.exclusive === 'machine' ? [card.card, ...scene.inputs.cards.filter((other) => other.gpuId !== gpuId)] : [card.card]
}

function listedBy({ programme, scene }: Look, card: PolicyCard, others: readonly string[]): { sentence: string; evidence: string[] } {
  const known = others.map((id) => programmeOf(id, scene.inputs.programmes))
  const names = known.map((other, index) => other?.title ?? (others[index] as string))
  const isOwn = known.includes(programme)
  const why = programme.demands.exclusive === 'free' ? (known.find((other) => other !== undefined && other.demands.exclusive !== 'free') ?? programme).demands.exclusiveWhy : programme.demands.exclusiveWhy
  return {
    sentence: isOwn ? `Another copy of ${programme.title} runs on ${card.name} already, and not by Idlewatt.` : `${card.name} is offered to ${names.join(' and ')} already: two at once can cost a deposit.`,
    evidence: [`its software was found on the card; ${why}`],
  }
}

/** Found by its software: told by its id, or by its title. */
function programmeOf(named: string, programmes: readonly PolicyProgramme[]): PolicyProgramme | undefined {
  return programmes.find(({ programmeId, title }) => programmeId === named || title === named)
}

/** A programme's own software, once it runs, is no stranger. */
function isAgainst(programme: PolicyProgramme, named: string, programmes: readonly PolicyProgramme[], isOtherCard: boolean): boolean {
  const other = programmeOf(named, programmes)
  const isMachine = programme.demands.exclusive === 'machine' || other?.demands.exclusive === 'machine'
  if (isOtherCard && !isMachine) return false
  if (other?.programmeId === programme.programmeId) return programme.kind === 'managed' && (programme.phase === 'stopped' || programme.phase === 'failed')
  return !(programme.demands.exclusive === 'free' && other?.demands.exclusive === 'free')
}

function laterOn({ scene }: Look, dueSteady: number, meanwhile: string, then: () => Verdict): Verdict {
  if (scene.steadyMs >= dueSteady) return then()
  scene.wakeIn(dueSteady - scene.steadyMs)
  return unknown(meanwhile)
}

export const ceilingRule: Rule = {
  id: 'ceiling',
  title: 'Others use less than the network allows',
  canOverride: false,
  judge(look) {
    const { programme, scene, isUp } = look
    const ceiling = ceilingOf(programme, look.card?.card.model ?? null)
    if (ceiling === null) return clear('It sets no bound on what others use.')
    const found = overGpu(look, ceiling.gpu) ?? overProcessor(look, ceiling.processor)
    const isUnder = !found.isOver
    const key = `over|${look.key}`
    if (!scene.holdsOn(key, found.isOver, isUnder, belowMs)) return found.isUnknown ? unknown('What others use of the card is not told.') : clear(found.sentence)
    const since = scene.heldSince(`above|${look.key}`, found.isOver)
    const said = { sentence: isUnder ? `${programme.title} waits until others have used little for a minute. ${found.sentence}` : found.sentence, evidence: [found.evidence], untilWords: 'until others have used less for 1 min' }
    if (!isUp) return holds(look.isLeaving ? 'stop' : 'wait', said, false)
    const isStrict = programme.demands.interruption === 'punished' || programme.demands.exclusive !== 'free'
    if (!isStrict || since === null || programme.job !== null) return clear(found.sentence)
    return laterOn(look, since.steady + overMs, found.sentence, () => holds(endingOf(look) === 'stop' ? 'stop' : 'finish', said, false))
  },
}

interface Found {
  isOver: boolean
  isUnknown: boolean
  sentence: string
  evidence: string
}

/** null: it is not above, and the processor decides. */
function overGpu({ card, programme }: Look, ceiling: number): Found | null {
  if (card === null) return null
  const { isTold, byOthers } = sharesOn(card.card)
  let used = byOthers
  // Where shares are not told, the card's own figure is that of others as long as nothing of ours is there.
  if (!isTold && !card.isOursActive && card.card.utilisation !== null) used = card.card.utilisation
  if (!(used > ceiling)) return null
  const { title } = programme
  return { isOver: true, isUnknown: false, sentence: `Others use ${share(used)} of ${card.card.name}, and ${title} allows ${share(ceiling)} while it has no job.`, evidence: `others on the card: ${share(used)}; ceiling ${share(ceiling)}` }
}

const shares = new WeakMap<PolicyCard, { isTold: boolean; byOthers: number }>()

/** Summed once for all programmes of a card. */
function sharesOn(card: PolicyCard): { isTold: boolean; byOthers: number } {
  const known = shares.get(card)
  if (known !== undefined) return known
  let byOthers = 0
  let isTold = false
  for (const { whose, utilisation } of card.programs) {
    if (utilisation === null) continue
    isTold = true
    if (whose !== 'ours') byOthers += utilisation
  }
  const made = { isTold, byOthers }
  shares.set(card, made)
  return made
}

/** Once it works itself, nobody can tell whose load the processor's is. */
function overProcessor({ scene, programme, isUp, isLeaving, card }: Look, ceiling: number | null): Found {
  const { processorLoad } = scene.inputs.machine
  const load = processorLoad.value
  const isUnknown = card !== null && card.card.utilisation === null && card.card.programs.every(({ utilisation }) => utilisation === null)
  if (ceiling !== null && load !== null && load > ceiling && !isUp && !isLeaving) {
    return { isOver: true, isUnknown: false, sentence: `The processor is in use (${share(load)}), and ${programme.title} allows ${share(ceiling)} while it has no job.`, evidence: `processor: ${share(load)}; ceiling ${share(ceiling)}` }
  }
  return { isOver: false, isUnknown, sentence: 'Others use less than it allows.', evidence: 'others use less than the ceiling' }
}

/** What is published for this very model goes before what is for every card; of several the lowest. An unknown model may be any of them. */
function ceilingOf({ demands }: PolicyProgramme, model: string | null): { gpu: number; processor: number | null } | null {
  const named = demands.ceilings.filter(({ models }) => model !== null && models !== null && models.includes(model))
  const forAll = demands.ceilings.filter(({ models }) => models === null)
  const about = model === null ? demands.ceilings : named.length > 0 ? named : forAll
  if (about.length === 0) return null
  const processors = about.flatMap(({ processor }) => (processor === null ? [] : [processor]))
  return { gpu: Math.min(...about.map(({ gpu }) => gpu)), processor: processors.length === 0 ? null : Math.min(...processors) }
}
