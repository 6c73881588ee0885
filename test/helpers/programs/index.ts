/** Scripts that act as provider software: real processes for tests. Each says in its first lines what it does. */
import { fileURLToPath } from 'node:url'

/** Run it by `/bin/sh`, with the path as its first word: whether it may be executed is no matter then. */
export function programPath(name: 'crashes' | 'daemonises' | 'floods' | 'forks' | 'hangs' | 'ignores-term' | 'odd-output' | 'prints-lines' | 'wants-terminal'): string {
  return fileURLToPath(new URL(`${name}.sh`, import.meta.url))
}
