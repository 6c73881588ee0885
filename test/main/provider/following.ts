/** Follows a file in a test, by a clock that stands still unless another is handed in. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { followFile, type FollowedFile, type FollowOptions } from '../../../main/provider/follow-file.ts'
import { handClock } from '../../helpers/clocks.ts'
import { newFolder } from '../../helpers/files.ts'

export interface Followed extends FollowedFile {
  lines: string[]
  troubles: string[]
}
/** By a clock that stands still, so that it reads when it is told to; `clock: undefined` gives the real one. */
export function follow(path: string, more: Partial<FollowOptions> = {}): Followed {
  const lines: string[] = []
  const troubles: string[] = []
  const followed = followFile({ path, from: 'start', onLine: (line) => lines.push(line), onTrouble: (sentence) => troubles.push(sentence), clock: handClock(), ...more })
  onTestFinished(followed.close)
  return { ...followed, lines, troubles }
}

export function newFile(content: string | Buffer = ''): string {
  const path = join(newFolder(), 'a.log')
  writeFileSync(path, content)
  return path
}
