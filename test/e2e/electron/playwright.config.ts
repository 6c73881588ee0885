/** The suite that drives the real Electron, wherever its binary exists: `npx playwright test --config test/e2e/electron/playwright.config.ts`. */
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: '.',
  outputDir: '../../../test-results',
  timeout: 60_000,
  workers: 1,
  reporter: 'list',
})
