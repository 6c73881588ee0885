/** What the kernel writes of one open graphics file (`/proc/<pid>/fdinfo/<fd>`): Documentation/gpu/drm-usage-stats.rst. Pure. */

export interface DrmClient {
  /** Several files may belong to one client; they all say the same. */
  clientId: string
  driver: string
  pciAddress: string | null
  /** By the driver's name of the engine (gfx, render, rcs): busy nanoseconds, or cycles of a counter that runs on. */
  engines: Record<string, { busy: number; of: number | null; capacity: number }>
  /** Memory on the card, or for graphics without their own, of the machine; null: not told. */
  memoryBytes: number | null
}

/** null: not a graphics file, or one without a client of its own. */
export function parseFdinfo(text: string): DrmClient | null {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = /^(drm-[a-z0-9-]+):\s*(.*?)\s*$/i.exec(line)
    if (match) fields.set(match[1]!.toLowerCase(), match[2]!)
  }
  const driver = fields.get('drm-driver')
  const clientId = fields.get('drm-client-id')
  if (!driver || !clientId) return null
  return { driver, clientId, pciAddress: fields.get('drm-pdev')?.toLowerCase() ?? null, engines: enginesIn(fields), memoryBytes: memoryIn(fields) }
}

function enginesIn(fields: ReadonlyMap<string, string>): DrmClient['engines'] {
  const engines: DrmClient['engines'] = {}
  for (const [key, value] of fields) {
    const name = /^drm-(?:engine|cycles)-(?!capacity-)(.+)$/.exec(key)?.[1]
    const busy = countIn(value)
    if (name === undefined || busy === null) continue
    const capacity = Math.max(countIn(fields.get(`drm-engine-capacity-${name}`) ?? '') ?? 1, 1)
    const total = key.startsWith('drm-cycles-') ? countIn(fields.get(`drm-total-cycles-${name}`) ?? '') : null
    // Both may be given; nanoseconds need no second counter. Cycles without one tell nothing.
    if (key.startsWith('drm-engine-')) engines[name] = { busy, of: null, capacity }
    else if (total !== null) engines[name] ??= { busy, of: total, capacity }
  }
  return engines
}

/** Resident where the driver tells, else what amdgpu gave before Linux 6.13, else the size of what was asked for. */
function memoryIn(fields: ReadonlyMap<string, string>): number | null {
  for (const regions of [/^(vram|local)\d*$/, /^(system|gtt)\d*$/]) {
    for (const kind of ['resident', 'memory', 'total']) {
      const sizes = [...fields].flatMap(([key, value]) => {
        const region = key.startsWith(`drm-${kind}-`) ? key.slice(kind.length + 5) : ''
        return regions.test(region) ? (bytesIn(value) ?? []) : []
      })
      if (sizes.length > 0) return sizes.reduce((sum, size) => sum + size, 0)
    }
  }
  return null
}

/** "9288864723 ns", "28257900". */
function countIn(text: string): number | null {
  const digits = /^(\d+)(?:\s*ns)?$/.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** "23992 KiB", "16 MiB", "1048576". */
function bytesIn(text: string): number | null {
  const match = /^(\d+)\s*(KiB|MiB|GiB)?$/.exec(text)
  if (!match) return null
  const factor = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }[match[2] ?? ''] ?? 1
  return Number(match[1]) * factor
}
