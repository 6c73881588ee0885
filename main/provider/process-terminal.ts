/** Gives a program the terminal that it wants, by the system's own `script`; its output still goes where ours goes. Pure. */

export interface Wrapped {
  program: string
  args: string[]
  env: Record<string, string>
  /** The words of a remark for the log; null: none. */
  remark: string | null
}

/** Wide enough that no line of a log is broken in two. */
const size = { rows: 50, columns: 240 }

/** `program` is a full path. On Linux a person types `script -q -e -f -c 'PROGRAM ARGS' /dev/null`. */
export function inTerminal(program: string, args: string[], env: Record<string, string>, platform: NodeJS.Platform = process.platform): Wrapped {
  if (platform === 'win32') return { program, args, env, remark: 'This programme wants a terminal. On Windows Idlewatt has none to give; if it does not start, run it in a terminal of your own.' }
  const withTerm = { TERM: 'xterm', ...env }
  if (platform === 'darwin') return { program: 'script', args: ['-q', '/dev/null', program, ...args], env: withTerm, remark: null }
  // `script` asks $SHELL to run the words, and not every shell quotes alike; the program itself gets the user's own back.
  const { SHELL: shell, ...others } = withTerm as Record<string, string>
  const restored = shell === undefined ? 'unset SHELL' : `SHELL=${quoted(shell)}; export SHELL`
  const words = `${restored}; stty rows ${size.rows} columns ${size.columns} 2>/dev/null; exec ${[program, ...args].map(quoted).join(' ')}`
  return { program: 'script', args: ['-q', '-e', '-f', '-c', words, '/dev/null'], env: { ...others, SHELL: '/bin/sh' }, remark: null }
}

/** For /bin/sh: nothing inside single quotes means anything but the quote itself. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
