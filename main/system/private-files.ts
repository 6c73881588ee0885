/** What a program that is started makes is readable by this user alone, unless it says otherwise itself. */

/** `start` must start it at once: the program takes over the mask of that moment. Windows has no such mask. */
export function withPrivateFiles<T>(start: () => T): T {
  const before = process.platform === 'win32' ? null : process.umask(0o077)
  try {
    return start()
  } finally {
    if (before !== null) process.umask(before)
  }
}
