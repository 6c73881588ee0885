/** `npm run check`: types of every area and the linter, side by side. Prints only what is wrong. */
import { join } from 'node:path'
import { findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { ensurePackages, SetUpFailed } from './lib/set-up.js'

/** Types and lint; gives whether both are well. What is wrong is printed. */
export async function check() {
  const startedAt = Date.now()
  const node = findNode() ?? process.execPath
  const bin = (...path) => join(root, 'node_modules', ...path)
  const jobs = [
    { name: 'types', args: [bin('typescript', 'bin', 'tsc'), '-b', '--pretty', 'false'] },
    { name: 'lint', args: [bin('eslint', 'bin', 'eslint.js'), '.', '--cache', '--cache-location', bin('.cache', 'eslint'), '--no-warn-ignored'] },
  ]
  const results = await Promise.all(jobs.map(async (job) => ({ ...job, result: await run(node, job.args, { cwd: root, stdio: 'quiet' }) })))
  for (const { name, result } of results) {
    const text = result.output.trim()
    if (text !== '') process.stdout.write(`${name}:\n${text}\n`)
  }
  const bad = results.filter(({ result }) => result.exitCode !== 0)
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(bad.length === 0 ? `check: types and lint are well (${seconds} s)\n` : `check: ${bad.map(({ name }) => name).join(' and ')} failed (${seconds} s)\n`)
  return { ok: bad.length === 0, failed: bad.length, interrupted: results.some(({ result }) => result.interrupted !== null) }
}

if (process.argv[1] && import.meta.url.endsWith('/scripts/check.js') && /check\.js$/.test(process.argv[1])) {
  try {
    await ensurePackages()
    process.exit((await check()).ok ? 0 : 1)
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    process.stderr.write(`Idlewatt: ${error.message}\n`)
    process.exit(error.exitCode)
  }
}
