/** How the tests run. One process per file: several tests load native libraries or start servers. */
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/electron/**', 'node_modules/**'],
    pool: 'forks',
    // Many tests wait for processes and browsers: one more than there are cores keeps small machines busy.
    maxWorkers: Math.max(3, availableParallelism()),
    // node:sqlite announces itself as experimental on every start; the app silences that one warning too.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // So that the Electron stand-in reaches it: its own import of electron would try a download.
    server: { deps: { inline: ['electron-store'] } },
    // No test reaches the internet, nor does what it starts. What hundreds of started commands compile is kept between them.
    env: { IDLEWATT_OFFLINE: '1', NODE_COMPILE_CACHE: join(tmpdir(), 'idlewatt-test-compiled') },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
