/** `npm run measure`: what the app costs and how fast it is, against its budgets. `--json`: an array; `--only ID`: one of them. */
import { setUp, say, SetUpFailed } from './lib/set-up.js'
import { findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { join } from 'node:path'

try {
  await setUp()
} catch (error) {
  if (!(error instanceof SetUpFailed)) throw error
  say(error.message)
  process.exit(error.exitCode)
}
const result = await run(findNode() ?? process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'scripts', 'measure', 'index.ts'), ...process.argv.slice(2)], { cwd: root })
process.exit(result.exitCode)
