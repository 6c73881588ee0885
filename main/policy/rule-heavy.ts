/** A name that every desktop has is no excuse for work: what is heavy for a while counts as a stranger, whatever it is called. */
import type { PolicyCard, ProgramOnCard } from '../../shared/policy-state.ts'
import type { Scene } from './rule-types.ts'

const heavyShare = 0.5
const heavyBytes = 4e9
const heavyMs = 10_000
/** A reading or two below do not make it light. */
const lightMs = 5_000

/** The same card where none is. */
export function withHeavyDesktop(scene: Scene, card: PolicyCard): PolicyCard {
  const heavy = card.programs.filter((program) => isHeavy(scene, card.gpuId, program))
  if (heavy.length === 0) return card
  return { ...card, programs: card.programs.map((program) => (heavy.includes(program) ? { ...program, whose: 'stranger', confidence: 'low', why: `It works hard for a program that every desktop has. ${program.why}` } : program)) }
}

/** What Idlewatt draws its own window with is told by its parent, with high confidence. */
function isHeavy(scene: Scene, gpuId: string, { whose, confidence, pid, startedAt, utilisation, memoryBytes }: ProgramOnCard): boolean {
  if (whose !== 'desktop' || confidence === 'high') return false
  const isNow = (utilisation ?? 0) >= heavyShare || (memoryBytes ?? 0) >= heavyBytes
  const key = `heavy|${gpuId}|${pid}|${startedAt ?? ''}`
  if (!scene.holdsOn(key, isNow, !isNow, lightMs)) return false
  const since = scene.heldSince(key, true)
  if (since === null) return false
  const leftMs = since.steady + heavyMs - scene.steadyMs
  scene.wakeIn(leftMs)
  return leftMs <= 0
}
