/** Makes sure that out/ is there and not older than the sources, the way `npm start` does; quick where it is. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const repositoryFolder = fileURLToPath(new URL('../..', import.meta.url))

export async function ensureBuilt(): Promise<void> {
  const setUp = new URL('../../scripts/lib/set-up.js', import.meta.url).href
  await promisify(execFile)(process.execPath, ['-e', `import(${JSON.stringify(setUp)}).then((one) => one.setUp())`], { cwd: repositoryFolder })
}
