/** Budget `package.cli-size`: what a rig must fetch to run Idlewatt with nothing installed. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Budgets } from './row.ts'

const budgetMb = 60
const script = join(import.meta.dirname, '..', 'package-cli.js')

export const budgets: Budgets = {
  ids: ['package.cli-size'],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, '--out', folder], { timeout: 300_000 })
      const value = statSync(stdout.trim()).size / 1e6
      return [{ id: 'package.cli-size', value, unit: 'MB', budget: budgetMb, ok: value <= budgetMb, peer: null, note: `${process.platform}-${process.arch}; ${/[\d,]+ files/.exec(stderr)?.[0] ?? ''} with Node ${process.version}` }]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
