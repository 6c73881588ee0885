/** Reads `resources/gpus.json`, the facts on GPU models, into the table that names are looked up in. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import { createGpuTable, type GpuTable } from '../../shared/gpu-table.ts'

const positive = z.number().positive().nullable()
const rowSchema = z.object({
  model: z.string().min(1),
  aliases: z.array(z.string().min(1)),
  vendor: z.enum(['nvidia', 'amd', 'intel', 'apple', 'other']),
  class: z.enum(['consumer', 'laptop', 'workstation', 'data-centre', 'system-on-chip']),
  chip: z.string().nullable(),
  architecture: z.string().nullable(),
  releasedOn: z.string().nullable(),
  memoryBytes: positive,
  memoryType: z.string().nullable(),
  memoryBandwidthGBs: positive,
  fp32Tflops: positive,
  shaders: positive,
  boostMhz: positive,
  boardPowerW: positive,
  cudaComputeCapability: z.string().nullable(),
  pcie: z.string().nullable(),
  pciDeviceIds: z.array(z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/)),
  sources: z.array(z.object({ url: z.string().min(1), date: z.string().nullable(), note: z.string().optional() })).min(1),
  confidence: z.enum(['high', 'medium', 'low']),
  notes: z.array(z.string()),
})
const fileSchema = z.object({ gpus: z.array(rowSchema).min(1) })

/** Throws where the app's own file is missing or broken: an installation that cannot work. */
export function loadGpuTable(resourcesFolder: string): GpuTable {
  const file = join(resourcesFolder, 'gpus.json')
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new Error(`${file} is damaged: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
  }
  return createGpuTable(parsed.data.gpus satisfies GpuFacts[])
}
