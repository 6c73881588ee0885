/** The user's home folder, which not every user has: HOME may be empty, and a container's user may have no entry of its own. */
import { homedir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/** null: none is known. Never throws. */
export function homeFolder(): string | null {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const home = ask()
      if (isAbsolute(home)) return home
    } catch {
      continue
    }
  }
  return null
}
