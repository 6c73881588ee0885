/** `npm run measure`: what the app costs and how fast it is, against its budgets. `--json`: an array; `--only ID`: one of them. */
import { setUpOrLeave } from './lib/set-up.js'
import { findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { join } from 'node:path'

await setUpOrLeave()
const result = await run(findNode() ?? process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'scripts', 'measure', 'index.ts'), ...process.argv.slice(2)], { cwd: root })
process.exit(result.exitCode)
