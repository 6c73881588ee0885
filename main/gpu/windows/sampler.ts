/** Samples of Windows' performance counters for cards of every maker, as seldom as their cost demands. A person sees the same in Task Manager. */
import type { MachineSource } from '../../system/machine-source.ts'
import { known, sampleOf, unknown } from '../reading.ts'
import type { CardKey, SampleSeen } from '../vendor.ts'
import { readAdapters, type WindowsAdapter } from './adapters.ts'
import { adapterKey, countersScript, parseCounters, processesOf, type AdapterUse, type Counters } from './counters.ts'

const timeoutMs = 10_000
/** A start of PowerShell and its questions take about a second of one core; so much at most, and a twentieth of the time. */
const everyMs = 10_000
const costShare = 20
/** LUIDs change with every start of a driver. */
const adaptersEveryMs = 60_000

export interface WindowsSampler {
  /** Hands back what is known at once, and asks anew in the background when it is time; the first call waits. */
  sample(machine: MachineSource, at: number, cards: readonly CardKey[]): Promise<SampleSeen[]>
}

export function createWindowsSampler(): WindowsSampler {
  let adapters: WindowsAdapter[] = []
  let adaptersAt: number | null = null
  let counters: Counters | null = null
  let why = 'Windows’ performance counters were not read yet'
  let takenAt: number | null = null
  let notBefore = 0
  let asking: Promise<void> | null = null

  async function refresh(machine: MachineSource, at: number): Promise<void> {
    const begun = performance.now()
    const needsAdapters = adaptersAt === null || Math.abs(at - adaptersAt) >= adaptersEveryMs || hasStranger()
    const [answer] = await Promise.all([
      machine.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', countersScript], { timeoutMs }),
      needsAdapters ? readAdapters(machine).then((found) => ([adapters, adaptersAt] = [found, at])) : null,
    ])
    counters = answer.kind === 'done' ? parseCounters(answer.stdout) : null
    if (counters === null) why = whyNot(answer.kind)
    takenAt = at
    notBefore = at + Math.max(everyMs, (performance.now() - begun) * costShare)
  }

  /** Counters of adapters that were not there before: a driver was started anew, or a card was added. */
  function hasStranger(): boolean {
    const keys = new Set(adapters.map(({ luid, physicalIndex }) => (luid === null ? '' : adapterKey(luid, physicalIndex))))
    return counters !== null && [...counters.byAdapter].some(([key, use]) => !keys.has(key) && (use.utilisation ?? 0) > 0)
  }

  return {
    async sample(machine, at, cards) {
      // A recording's answers cost nothing and follow one another; a clock that was put back must not stop us.
      const isDue = machine.recorded !== null || at >= notBefore || at < (takenAt ?? at)
      if (isDue) asking ??= refresh(machine, at).finally(() => (asking = null))
      if (takenAt === null || machine.recorded !== null) await asking
      return cards.flatMap((card): SampleSeen[] => {
        const adapter = adapterOf(card, cards, adapters)
        const use = adapter?.luid ? counters?.byAdapter.get(adapterKey(adapter.luid, adapter.physicalIndex)) : undefined
        if (!adapter || !use) return []
        return [{ ...card, sample: sampleFrom(adapter, use, takenAt ?? at, why) }]
      })
    },
  }
}

function whyNot(kind: string): string {
  if (kind === 'timed-out') return 'Windows’ performance counters did not answer in time'
  return kind === 'done' ? 'this Windows has no GPU performance counters' : 'PowerShell, which reads Windows’ performance counters, could not be run'
}

/** By place; else by kind where there is one such card; else the only one there is. Two alike without a place are not guessed. Pure. */
export function adapterOf(card: CardKey, cards: readonly CardKey[], adapters: readonly WindowsAdapter[]): WindowsAdapter | null {
  const placed = card.pciAddress === null ? undefined : adapters.find(({ pciAddress }) => pciAddress === card.pciAddress)
  if (placed) return placed
  const free = adapters.filter(({ pciAddress }) => pciAddress === null || card.pciAddress === null)
  const id = card.pciDeviceId ?? null
  const alike = free.filter(({ pciDeviceId }) => id !== null && pciDeviceId === id)
  if (alike.length === 1 && cards.filter(({ pciDeviceId }) => pciDeviceId === id).length === 1) return alike[0]!
  return id === null && free.length === 1 && adapters.length === 1 && cards.length === 1 ? free[0]! : null
}

/** Graphics inside a processor have little memory of their own and live on the machine's. */
const ownMemoryBytes = 1024 ** 3

function sampleFrom(adapter: WindowsAdapter, use: AdapterUse, at: number, why: string): SampleSeen['sample'] {
  const own = adapter.dedicatedMemoryBytes
  const isShared = own !== null && own < ownMemoryBytes && adapter.sharedMemoryBytes !== null
  const total = own === null ? null : isShared ? own + (adapter.sharedMemoryBytes ?? 0) : own
  const used = use.dedicatedBytes === null ? null : isShared ? use.dedicatedBytes + (use.sharedBytes ?? 0) : use.dedicatedBytes
  const reading = (value: number | null): ReturnType<typeof known<number>> | ReturnType<typeof unknown> => (value === null ? unknown('Windows’ performance counters do not say') : known(value))
  return sampleOf(at, {
    readings: {
      utilisation: reading(use.utilisation),
      encoder: reading(use.encoder),
      decoder: reading(use.decoder),
      memoryUsedBytes: reading(used),
      memoryTotalBytes: reading(total),
    },
    processes: known(processesOf(use, isShared)),
    otherwise: use.utilisation === null ? why : 'Windows’ performance counters do not tell this; the maker’s own library does',
  })
}
