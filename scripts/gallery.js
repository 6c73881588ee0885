/** `npm run gallery`: draws every page on recorded states with a real Chromium into gallery/. `-- WORD`: only pictures whose name contains it. */
import { join } from 'node:path'
import { findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { say, setUp, SetUpFailed } from './lib/set-up.js'

try {
  await setUp()
} catch (error) {
  if (!(error instanceof SetUpFailed)) throw error
  say(error.message)
  process.exit(error.exitCode)
}
const result = await run(findNode() ?? process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'test', 'gallery', 'index.ts'), ...process.argv.slice(2)], { cwd: root })
process.exit(result.exitCode)
