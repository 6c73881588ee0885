/** Puts together what the rules may look at for one pair of a programme and a card. */
import type { PolicyProgramme } from '../../shared/policy-state.ts'
import type { Override, ProgrammePolicy } from '../../shared/policy.ts'
import { recentCardStops, recentRuns, type CardStop } from './calm.ts'
import { pairKey, type PolicyMemory } from './inputs.ts'
import { isLeavingPhase, isUpPhase, runTimes } from './memory.ts'
import { modeOf } from './rule-mode.ts'
import { overrideOf } from './rule-override.ts'
import type { CardLook, Look, Scene } from './rule-types.ts'
import type { Money } from './rule-worth.ts'

const notArmed: ProgrammePolicy = { isArmed: false, may: null, priority: 0 }

export interface Around {
  scene: Scene
  previous: PolicyMemory
  cards: ReadonlyMap<string, CardLook>
  /** Those that have not expired. */
  overrides: readonly Override[]
  /** By card. */
  cardStops: ReadonlyMap<string, readonly CardStop[]>
}

/** What one programme has heated another must not heat again at once. */
export function cardStopsOf({ pairs }: PolicyMemory, steadyMs: number): Map<string, readonly CardStop[]> {
  const byCard = new Map<string, readonly CardStop[]>()
  for (const [key, pair] of Object.entries(pairs)) {
    const stops = pair.cardStops.length === 0 ? [] : recentCardStops(pair.cardStops, steadyMs)
    // As in pairKey.
    const gpuId = key.slice(0, key.lastIndexOf('|'))
    if (stops.length > 0) byCard.set(gpuId, [...(byCard.get(gpuId) ?? []), ...stops])
  }
  return byCard
}

export function looksOf({ scene, previous, cards, overrides, cardStops }: Around, programme: PolicyProgramme, money: Money): Look[] {
  const policy = scene.inputs.settings.programmes[programme.programmeId] ?? notArmed
  const ids: readonly (string | null)[] = programme.gpuIds.length === 0 ? [null] : programme.gpuIds
  return ids.map((gpuId) => {
    const key = pairKey(gpuId, programme.programmeId)
    const before = previous.pairs[key] ?? null
    const card = gpuId === null ? null : (cards.get(gpuId) ?? null)
    const mode = modeOf(scene.inputs.settings, scene.inputs.zone, scene.at, { gpuId, card: card?.policy ?? null, programme: policy })
    if (mode.next !== null) scene.wakeAt(mode.next.at)
    const times = runTimes(programme, before, scene)
    return {
      scene,
      programme,
      policy,
      money,
      gpuId,
      card,
      key,
      before,
      isUp: isUpPhase(programme.phase),
      isLeaving: isLeavingPhase(programme.phase),
      startedSteady: times.startedSteady,
      stoppedSteady: times.stoppedSteady,
      shortRuns: recentRuns(before?.shortRuns ?? [], scene.steadyMs),
      cardStops: (gpuId === null ? undefined : cardStops.get(gpuId)) ?? [],
      quietSteady: null,
      awaySteady: null,
      override: overrideOf(overrides, gpuId, programme.programmeId),
      mode: mode.may,
      modeBy: mode.by,
      modeUntil: mode.next,
    }
  })
}
