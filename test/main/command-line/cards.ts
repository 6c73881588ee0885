/** A card of which nothing is known but what a test says. */
import { blankCard } from '../../../main/gpu/vendor.ts'
import { presentCard, type Gpu } from '../../../shared/machine.ts'

export function aGpu(given: Partial<Gpu>): Gpu {
  const { layer, pciRevision: _revision, ...card } = blankCard('nvml')
  return { ...card, ...presentCard, id: 'GPU-0', name: 'A card', driverName: null, vendor: 'nvidia', model: null, kind: 'gpu', seenBy: [layer], views: [], disagreements: [], ...given }
}
