/** Names of cards and programmes for sentences, as every page spells them. */
import { detectionOf } from '../components/Looking.tsx'
import { gpuTitle } from './gpu-slots.ts'
import type { Names } from './policy.ts'
import { findProgramme, programmeName } from './programmes.ts'
import { usePart } from './window-context.ts'

export function useNames(): Names {
  const gpus = detectionOf(usePart('gpus'))?.gpus ?? []
  const { programmes } = usePart('networks')
  const { practice } = usePart('programmes')
  const { cards, programmes: known } = usePart('policy')
  return {
    card(gpuId) {
      const gpu = gpus.find((one) => one.id === gpuId)
      return gpu ? gpuTitle(gpu, gpus) : (cards.find((one) => one.gpuId === gpuId)?.name ?? 'a card that is no longer there')
    },
    programme(programmeId) {
      const info = findProgramme([...programmes, ...practice], programmeId)
      return info ? programmeName(info, programmeId) : (known.find((one) => one.programmeId === programmeId)?.title ?? programmeId)
    },
  }
}
