/** `npm run gallery`: draws every page on recorded states with a real Chromium into gallery/. `-- WORD`: only pictures whose name contains it. */
import { join } from 'node:path'
import { findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { setUpOrLeave } from './lib/set-up.js'

await setUpOrLeave()
const result = await run(findNode() ?? process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'test', 'gallery', 'index.ts'), ...process.argv.slice(2).filter((word) => word !== '--')], { cwd: root })
process.exit(result.exitCode)
