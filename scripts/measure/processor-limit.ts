/** How many single-precision operations a second the processor could do at most: lanes, units, and its clock under load. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median } from './row.ts'

const run = promisify(execFile)

/** Single-precision lanes of the widest vectors, from the flags of /proc/cpuinfo; null: not told. */
export function lanesOf(cpuinfo: string): number | null {
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(/\s+/) ?? [])
  if (flags.has('avx512f')) return 16
  if (flags.has('fma')) return 8
  return flags.has('asimd') ? 4 : null
}

export interface ProcessorLimit {
  lanes: number
  /** GHz of all cores at work; one reading a call. */
  readClock(): Promise<number>
  remove(): void
}

/** Throws a sentence where it cannot be told. */
export async function openProcessorLimit(): Promise<ProcessorLimit> {
  const lanes = lanesOf(readText('/proc/cpuinfo'))
  if (lanes === null) throw new Error('The processor does not say how wide its vectors are.')
  const folder = mkdtempSync(join(os.tmpdir(), 'idlewatt-clock-'))
  const program = join(folder, 'clock')
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    await run('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'clock.c')], { timeout: 60_000 })
  } catch (error) {
    remove()
    throw new Error(`The clock could not be measured: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`, { cause: error })
  }
  return {
    lanes,
    remove,
    /** One chain per core at the same time: a clock that only one busy core reaches is not the limit of all. */
    async readClock() {
      const outputs = await Promise.all(Array.from({ length: os.availableParallelism() }, () => run(program, [], { timeout: 60_000 })))
      return Math.max(...outputs.map(({ stdout }) => Number(stdout.trim())))
    },
  }
}

/** GFLOP/s: a multiply-add is two operations, and two units do one each a clock. */
export function limitOf(cores: number, clocksGhz: readonly number[], lanes: number): number {
  return cores * median(clocksGhz) * lanes * 2 * 2
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
