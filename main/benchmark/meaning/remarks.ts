/** What else changed between the runs that are compared: nobody should blame a card for another driver. Pure. */
import type { BenchmarkResult, RunConditions, Standing } from '../../../shared/benchmark.ts'
import { day } from './figures.ts'
import type { OtherCard } from './peers.ts'

/** One sentence for each condition that differs from those of the runs that hold the bests. */
export function remarksOf(run: BenchmarkResult, past: BenchmarkResult[], others: OtherCard[], standings: Standing[], at: number): string[] {
  const held = new Set(standings.flatMap((standing) => (standing.ofBest === null ? [] : [standing.ofBest.at])))
  const bests = past.filter((one) => held.has(one.startedAt))
  const remarks: string[] = []
  for (const best of bests) remarks.push(...differences(run, best, `the run of ${day(best.startedAt, at)}`))
  const sets = new Set(others.flatMap(({ runs }) => runs.slice(0, 1)).flatMap((one) => one.conditions?.kernelSet ?? []))
  if (run.conditions && [...sets].some((set) => set !== run.conditions?.kernelSet)) remarks.push('Some runs of other cards used other kernels than this one.')
  if (run.conditions?.inParallel) remarks.push('Several cards worked at once in this run: they share the power supply and the machine\'s memory, so its figures may be lower than alone.')
  return [...new Set(remarks)]
}

function differences(run: BenchmarkResult, other: BenchmarkResult, name: string): string[] {
  const remarks: string[] = []
  if (run.driverVersion !== null && other.driverVersion !== null && run.driverVersion !== other.driverVersion) {
    remarks.push(`Another driver than in ${name}: ${run.driverVersion} now, ${other.driverVersion} then.`)
  }
  const [now, then] = [run.conditions, other.conditions]
  if (!now) return remarks
  if (!then) return [...remarks, `Nothing is known of the conditions of ${name}: it is of an older version of Idlewatt.`]
  if (now.kernelSet !== then.kernelSet) remarks.push(`Other kernels than in ${name}: figures may differ for that alone.`)
  remarks.push(...changed('power limit', now, then, name, (one) => (one.powerLimitW === null ? null : `${Math.round(one.powerLimitW)} W`)))
  remarks.push(...changed('link', now, then, name, (one) => (one.pcieGeneration === null || one.pcieLanes === null ? null : `PCIe ${one.pcieGeneration}.0 x${one.pcieLanes}`)))
  remarks.push(...changed('error correction', now, then, name, (one) => (one.eccEnabled === null ? null : one.eccEnabled ? 'on' : 'off')))
  remarks.push(...changed('OpenCL platform', now, then, name, (one) => one.openclPlatform))
  return remarks
}

function changed(title: string, now: RunConditions, then: RunConditions, name: string, read: (one: RunConditions) => string | null): string[] {
  const [here, there] = [read(now), read(then)]
  return here === null || there === null || here === there ? [] : [`Another ${title} than in ${name}: ${here} now, ${there} then.`]
}
