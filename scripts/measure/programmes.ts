/** Budgets of preflight and provider software: how soon a machine is checked, a death noticed and mended, and what watching four providers costs. */
import { median, notMeasured, type Budgets, type Row } from './row.ts'

interface DeathFigures {
  noticedMs: number
  restartedMs: number
}
/** The tests' own parts: they know the real programs and start a real Docker. Loaded by address, for the tests build on these scripts. */
interface Bench {
  measurePreflight(): Promise<{ plainMs: number; wholeMs: number }>
  measureProcessDeath(): Promise<DeathFigures>
  measureContainerDeath(): Promise<DeathFigures | { why: string }>
  measureWatching(forMs: number): Promise<{ processorShare: number; memoryBytes: number; linesPerSecond: number }>
}

const rounds = 5
const watchedMs = 20_000
const preflightMs = 10_000
const noticeMs = 1000
/** The first pause before a restart is 2 s; the rest is finding out, starting and being ready. */
const restartMs = 4000
const sharePercent = 3
const memoryMb = 20

async function loadBench(): Promise<Bench> {
  const files = ['../../test/helpers/provider-bench.ts', '../../test/main/enrolment/preflight/bench.ts']
  const modules = await Promise.all(files.map(async (file) => (await import(new URL(file, import.meta.url).href)) as Partial<Bench>))
  return Object.assign({}, ...modules) as Bench
}

async function measure(only: string | null): Promise<Row[]> {
  const bench = await loadBench()
  const wants = (part: string): boolean => only === null || only.startsWith(`programmes.${part}`) || only === 'programmes'
  return [
    ...(wants('preflight') ? await preflight(bench) : []),
    ...(wants('process') ? await deaths('process', 'a real process, killed with SIGKILL', bench.measureProcessDeath) : []),
    ...(wants('container') ? await deaths('container', 'a container of a real Docker Engine, killed', bench.measureContainerDeath) : []),
    ...(wants('watching') ? await watching(bench) : []),
  ].filter(({ id }) => only === null || only === 'programmes' || id.startsWith(only))
}

async function preflight({ measurePreflight }: Bench): Promise<Row[]> {
  const { plainMs, wholeMs } = await measurePreflight()
  return [{ id: 'programmes.preflight', value: wholeMs, unit: 'ms', budget: preflightMs, ok: wholeMs <= preflightMs, peer: null, note: `every check of this machine, the line and the disk's speed among them, against servers of this machine; without these two: ${plainMs} ms` }]
}

async function deaths(what: 'process' | 'container', how: string, once: () => Promise<DeathFigures | { why: string }>): Promise<Row[]> {
  const all: DeathFigures[] = []
  for (let round = 0; round < rounds; round += 1) {
    const figures = await once()
    if ('why' in figures) return [notMeasured(`programmes.${what}-noticed`, 'ms', noticeMs, figures.why), notMeasured(`programmes.${what}-restarted`, 'ms', restartMs, figures.why)]
    all.push(figures)
  }
  const row = (id: string, values: number[], budget: number): Row => ({ id, value: median(values), unit: 'ms', budget, ok: median(values) <= budget, peer: null, note: `${how}; median of ${rounds}: ${values.map((ms) => ms.toFixed(0)).join(', ')}` })
  return [row(`programmes.${what}-noticed`, all.map((one) => one.noticedMs), noticeMs), row(`programmes.${what}-restarted`, all.map((one) => one.restartedMs), restartMs)]
}

async function watching({ measureWatching }: Bench): Promise<Row[]> {
  const { processorShare, memoryBytes, linesPerSecond } = await measureWatching(watchedMs)
  const note = `four providers that print ${linesPerSecond.toFixed(0)} lines a second in all, read, cleaned, kept and judged for ${watchedMs / 1000} s`
  return [
    { id: 'programmes.watching-processor', value: processorShare * 100, unit: '% of a core', budget: sharePercent, ok: processorShare * 100 <= sharePercent, peer: null, note },
    { id: 'programmes.watching-memory', value: memoryBytes / 1e6, unit: 'MB', budget: memoryMb, ok: memoryBytes / 1e6 <= memoryMb, peer: null, note: `${note}; over what the process held before` },
  ]
}

export const budgets: Budgets = {
  ids: ['programmes.preflight', 'programmes.process-noticed', 'programmes.process-restarted', 'programmes.container-noticed', 'programmes.container-restarted', 'programmes.watching-processor', 'programmes.watching-memory'],
  measure,
}
