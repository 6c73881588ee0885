/** Notices that the machine is no longer what the last look found: cards plugged in or out, a driver replaced, a night's sleep. */
import type { Clock } from '../system/clock.ts'
import type { MachineSource } from '../system/machine-source.ts'

/** Reading a few names of /sys costs less than a millisecond. */
const everyMs = 15_000
/** The wall clock ran on by so much more than the steady one, or the steady one (which counts sleep on Windows and macOS) by so much more than was asked for. */
const sleepMs = 30_000

export interface ChangeWatchOptions {
  source: MachineSource
  clock: Clock
  steadyMs: () => number
  onChange(why: string): void
}

export interface ChangeWatch {
  stop(): void
}

export function watchChanges({ source, clock, steadyMs, onChange }: ChangeWatchOptions): ChangeWatch {
  let last: Record<string, string> | null = null
  let aheadMs = clock.now() - steadyMs()
  let checkedAt = steadyMs()
  let stopped = false
  let cancel = (): void => {}

  async function check(): Promise<void> {
    const now = await fingerprint(source)
    if (stopped) return
    const changed = last === null ? undefined : Object.keys(now).find((what) => now[what] !== last![what])
    last = now
    const jumpMs = clock.now() - steadyMs() - aheadMs
    aheadMs += jumpMs
    const lateMs = steadyMs() - checkedAt - everyMs
    checkedAt = steadyMs()
    if (changed !== undefined) onChange(changed)
    else if (jumpMs > sleepMs || lateMs > sleepMs) onChange('the machine was asleep')
    cancel = clock.after(everyMs, () => void check())
  }
  void check()

  return {
    stop() {
      stopped = true
      cancel()
    },
  }
}

/** What has changed → how it looked. Linux tells it in a few names; elsewhere there is nothing as cheap. */
async function fingerprint(source: MachineSource): Promise<Record<string, string>> {
  if (source.platform !== 'linux') return {}
  const [pci, drm, loaded, nvidia, amdgpu] = await Promise.all([
    source.listFolder('/sys/bus/pci/devices'),
    source.listFolder('/sys/class/drm'),
    source.listFolder('/sys/bus/pci/drivers'),
    source.readFile('/sys/module/nvidia/version'),
    source.readFile('/sys/module/amdgpu/version'),
  ])
  const drivers = loaded.filter((name) => /^(nvidia|nouveau|amdgpu|radeon|i915|xe|vfio-pci)$/.test(name))
  return {
    'the list of PCI devices changed': pci.toSorted().join(' '),
    'the list of graphics devices changed': drm.filter((name) => /^(card|renderD)\d+$/.test(name)).toSorted().join(' '),
    'graphics drivers were loaded or unloaded': drivers.toSorted().join(' '),
    'a graphics driver was replaced': `${nvidia ?? ''} ${amdgpu ?? ''}`,
  }
}
