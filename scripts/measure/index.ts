/** Runs every file of measurements beside this one and prints what they found. Exit code 1: over a budget. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type Budgets, type Row } from './row.ts'

const notMeasurements = new Set(['index.ts', 'row.ts'])

async function loadBudgets(): Promise<Budgets[]> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !notMeasurements.has(name))
  // Without `budgets` it only helps another.
  const modules = await Promise.all(files.sort().map(async (name) => (await import(pathToFileURL(join(import.meta.dirname, name)).href)) as { budgets?: Budgets }))
  return modules.flatMap((module) => module.budgets ?? [])
}

function table(rows: Row[]): string {
  const cells = rows.map((row) => [row.id, row.value === null ? '–' : figure(row.value), row.unit, figure(row.budget), row.ok === null ? 'not measured' : row.ok ? 'ok' : 'OVER', row.peer ? `${row.peer.name}: ${figure(row.peer.value)}` : ''])
  const all = [['id', 'value', 'unit', 'budget', '', 'beside it'], ...cells]
  const widths = all[0]?.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0))) ?? []
  const lines = all.map((row) => row.map((cell, i) => (i === 1 || i === 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ').trimEnd())
  const notes = rows.filter((row) => row.note !== '').map((row) => `${row.id}: ${row.note}`)
  return [...lines, '', ...notes].join('\n')
}

function figure(value: number): string {
  const size = Math.abs(value)
  return size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1) : size >= 1 ? value.toFixed(2) : value.toFixed(4)
}

function readWords(): { json: boolean; only: string | null } {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' } }, allowPositionals: false })
    return { json: values.json, only: values.only ?? null }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nUse: npm run measure -- [--json] [--only ID]\n`)
    process.exit(2)
  }
}

const words = readWords()
const all = await loadBudgets()
const chosen = words.only === null ? all : all.filter(({ ids }) => ids.some((id) => fits(id, words.only as string)))
if (chosen.length === 0) {
  process.stderr.write(`There is no budget "${words.only}". There are: ${all.flatMap(({ ids }) => ids).join(', ')}.\n`)
  process.exit(2)
}
const rows: Row[] = []
for (const budgets of chosen) {
  for (const only of onlyFor(budgets)) rows.push(...(await measureOne(budgets, only)))
}
process.stdout.write(words.json ? `${JSON.stringify(rows, null, 2)}\n` : `${table(rows)}\n`)
process.exitCode = rows.some((row) => row.ok === false) ? 1 : 0

/** What to ask of a file: everything, the one id that was named, or each id that a beginning names. */
function onlyFor({ ids }: Budgets): (string | null)[] {
  const { only } = words
  if (only === null) return [null]
  const named = ids.filter((id) => id.startsWith(`${only}.`) && !id.endsWith('.*'))
  return named.length > 0 ? named : [only]
}

async function measureOne(budgets: Budgets, only: string | null): Promise<Row[]> {
  process.stderr.write(`measuring ${only ?? budgets.ids.join(', ')} …\n`)
  try {
    const measured = await budgets.measure(only)
    return measured.filter((row) => only === null || fits(row.id, only))
  } catch (error) {
    const note = `the measurement failed: ${error instanceof Error ? error.message : String(error)}`
    return budgets.ids.filter((id) => only === null || fits(id, only)).map((id) => ({ id, value: null, unit: '', budget: 0, ok: false, peer: null, note }))
  }
}

/** `bench.vs-clpeak` names every `bench.vs-clpeak.*`. */
function fits(id: string, wanted: string): boolean {
  return id === wanted || id.startsWith(`${wanted}.`) || (id.endsWith('.*') && wanted.startsWith(id.slice(0, -1)))
}
