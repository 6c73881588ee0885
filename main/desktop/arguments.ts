/** The words of the desktop's call: `--machine DIR` and `--data DIR`. Chromium's own switches pass by. */

export interface DesktopArguments {
  /** Folder of a recorded machine; null: this machine. */
  machine: string | null
  /** null: the standard folder. */
  data: string | null
}

export type ReadArguments = { ok: true; words: DesktopArguments } | { ok: false; sentence: string }

export function readArguments(argv: readonly string[]): ReadArguments {
  const words: DesktopArguments = { machine: null, data: null }
  for (let at = 0; at < argv.length; at += 1) {
    const match = /^--(machine|data)(?:=(.*))?$/s.exec(argv[at] ?? '')
    if (!match) continue
    const inline = match[2]
    const value = inline ?? argv[at + 1]
    if (inline === undefined) at += 1
    if (value === undefined || value === '' || (inline === undefined && value.startsWith('--'))) {
      return { ok: false, sentence: `--${match[1]} needs the name of a folder after it.` }
    }
    words[match[1] as keyof DesktopArguments] = value
  }
  return { ok: true, words }
}
