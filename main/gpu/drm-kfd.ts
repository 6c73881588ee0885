/** Programs that compute on AMD cards by way of ROCm, as the kernel lists them for everyone. A person types `rocm-smi --showpids`. */
import type { MachineSource } from '../system/machine-source.ts'
import { pciAddressFrom } from '../system/pci-address.ts'

const kfdFolder = '/sys/class/kfd/kfd'

export interface KfdProcess {
  pid: number
  pciAddress: string
  memoryBytes: number | null
}

/** One entry per program and card that it holds memory of. */
export async function readKfdProcesses(machine: MachineSource): Promise<KfdProcess[]> {
  const pids = (await machine.listFolder(`${kfdFolder}/proc`)).filter((name) => /^\d+$/.test(name))
  if (pids.length === 0) return []
  const places = new Map((await readKfdNodes(machine)).map(({ gpuId, pciAddress }) => [gpuId, pciAddress]))
  const found: KfdProcess[] = []
  for (const pid of pids) {
    for (const name of await machine.listFolder(`${kfdFolder}/proc/${pid}`)) {
      const gpuId = /^vram_(\d+)$/.exec(name)?.[1]
      const pciAddress = gpuId === undefined ? undefined : places.get(gpuId)
      if (pciAddress === undefined) continue
      const text = (await machine.readFile(`${kfdFolder}/proc/${pid}/${name}`))?.trim() ?? ''
      found.push({ pid: Number(pid), pciAddress, memoryBytes: /^\d+$/.test(text) ? Number(text) : null })
    }
  }
  return found
}

export interface KfdNode {
  gpuId: string
  pciAddress: string
  /** "gfx1100", "gfx90a". */
  architecture: string | null
}

export async function readKfdNodes(machine: MachineSource): Promise<KfdNode[]> {
  const nodes: KfdNode[] = []
  for (const name of await machine.listFolder(`${kfdFolder}/topology/nodes`)) {
    const folder = `${kfdFolder}/topology/nodes/${name}`
    const gpuId = (await machine.readFile(`${folder}/gpu_id`))?.trim() ?? '0'
    // Processors are nodes too, with the id 0.
    if (!/^[1-9]\d*$/.test(gpuId)) continue
    const properties = (await machine.readFile(`${folder}/properties`)) ?? ''
    const value = (key: string): number | null => {
      const digits = new RegExp(`^${key}\\s+(\\d+)$`, 'm').exec(properties)?.[1]
      return digits === undefined ? null : Number(digits)
    }
    const location = value('location_id')
    if (location === null) continue
    nodes.push({ gpuId, pciAddress: pciAddressFrom(value('domain') ?? 0, location >>> 8, (location >>> 3) & 0x1f, location & 7), architecture: architectureOf(value('gfx_target_version')) })
  }
  return nodes
}

/** 110000 → "gfx1100", 90010 → "gfx90a": the last figure is hexadecimal in the name. */
export function architectureOf(version: number | null): string | null {
  if (version === null || version === 0) return null
  return `gfx${Math.floor(version / 10_000)}${Math.floor(version / 100) % 100}${(version % 100).toString(16)}`
}
