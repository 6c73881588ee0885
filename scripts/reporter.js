/** vitest reporter: counts tests for the last line of `npm test`, and names what was skipped, so that nobody takes it for passed. */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/** vitest calls this with `new`; the object given back is the reporter. The counts go to the file in IDLEWATT_TEST_COUNTS. */
export default function createReporter() {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const { counts, skipped } = countTests(modules, unhandledErrors)
      if (skipped.length > 0) process.stdout.write(`\nSkipped:\n${skipped.map((line) => `  ${line}`).join('\n')}\n`)
      const file = process.env.IDLEWATT_TEST_COUNTS
      if (file) writeFileSync(file, JSON.stringify(counts))
    },
  }
}

/** A file that does not load, a suite whose hook fails and an error outside any test each count as one failed test. */
export function countTests(modules, unhandledErrors) {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  const skipped = []
  for (const module of modules) {
    if (module.errors().length > 0) counts.failed += 1
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed += 1
    for (const test of module.children.allTests()) {
      const result = test.result()
      if (result.state === 'passed') counts.passed += 1
      else if (result.state === 'failed') counts.failed += 1
      else {
        counts.skipped += 1
        skipped.push(`${relative(process.cwd(), module.moduleId)}: ${test.fullName}${result.note ? ` (${result.note})` : ''}`)
      }
    }
  }
  return { counts, skipped }
}
