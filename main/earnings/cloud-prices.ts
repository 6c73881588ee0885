/** What the large clouds ask for a card by the hour, on demand: `resources/market/cloud-prices.json`, dated. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { CloudPrice } from '../../shared/network-health.ts'

const row = z.object({
  cloud: z.string().min(1),
  instance: z.string().min(1),
  region: z.string().min(1),
  model: z.string().min(1),
  gpus: z.number().int().positive().max(1024),
  /** Beyond this it is a slip: the dearest instance costs some 150 USD. */
  usdPerInstanceHour: z.number().positive().max(10_000),
  source: z.object({ url: z.string().min(1), date: z.string().min(1), note: z.string().optional() }),
  takenAt: z.string().refine((text) => Number.isFinite(Date.parse(text)), 'is not a date'),
  confidence: z.enum(['high', 'medium', 'low', 'none']),
})
const fileSchema = z.object({ prices: z.array(row) })

/** One row an instance, USD per GPU-hour. Throws where the app's own file is missing or broken. */
export function loadCloudPrices(resourcesFolder: string): CloudPrice[] {
  const file = join(resourcesFolder, 'market', 'cloud-prices.json')
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new Error(`${file} is damaged: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
  }
  return parsed.data.prices.map(({ usdPerInstanceHour, takenAt, ...price }) => ({ ...price, usdPerGpuHour: usdPerInstanceHour / price.gpus, takenAt: Date.parse(takenAt) }))
}
