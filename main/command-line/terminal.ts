/** The two streams of a call: documents and tables on stdout, everything else on stderr. A reader that went away is no error. */
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'

export interface Terminal {
  /** To stdout, with a newline; resolves once it is handed to the system. Rejects with NotPossible where it cannot be written: a full disk. */
  print(text: string): Promise<void>
  /** One JSON document on stdout. */
  document(value: unknown): Promise<void>
  /** A line on stderr. */
  say(sentence: string): void
  /** A line on stderr that the next one replaces, where that is a screen; elsewhere a line for each new `step`. */
  progress(step: string, sentence: string): void
  /** Ends a progress line. */
  endProgress(): void
}

export function openTerminal(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal {
  let last = ''
  // Each write says itself what became of it.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})

  function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!stream.writable) return resolve()
      stream.write(text, (error) => {
        if (!error || stream === stderr || isClosedPipe(error)) resolve()
        else reject(new NotPossible(`The answer could not be written: ${fileErrorWords(error)}.`))
      })
    })
  }
  function endProgress(): void {
    if (last !== '' && stderr.isTTY) void write(stderr, '\n')
    last = ''
  }
  return {
    print: (text) => write(stdout, `${text}\n`),
    document: (value) => write(stdout, `${JSON.stringify(value, null, 2)}\n`),
    say(sentence) {
      endProgress()
      void write(stderr, `${sentence}\n`)
    },
    progress(step, sentence) {
      const line = stderr.isTTY ? sentence : step
      if (line === last) return
      last = line
      void write(stderr, stderr.isTTY ? `\r\u001b[2K${line.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}` : `${line}\n`)
    },
    endProgress,
  }
}

/** `idlewatt detect | head -1`: what nobody reads need not be written, and is no reason for a sentence. */
function isClosedPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'
}
