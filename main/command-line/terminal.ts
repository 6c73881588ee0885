/** The two streams of a call: documents and tables on stdout, everything else on stderr. A reader that went away is no error. */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'

/** Without a cursor, and empty. */
const enterScreen = '\u001b[?1049h\u001b[?25l\u001b[H\u001b[J'
const leaveScreen = '\u001b[?25h\u001b[?1049l'

export interface Terminal {
  /** To stdout, with a newline; resolves once it is handed to the system. Rejects with NotPossible where it cannot be written: a full disk. */
  print(text: string): Promise<void>
  /** One JSON document on stdout. */
  document(value: unknown): Promise<void>
  /** To stdout as it is, without a newline of ours; otherwise as `print`. */
  write(text: string): Promise<void>
  /** Whether a person looks at stdout: lines may then be drawn over. */
  isScreen: boolean
  /** Columns and rows of that screen; of anything else what it would take without breaking lines. */
  size(): { columns: number; rows: number }
  /** Takes the screen beside the one with the shell's lines, as `top` and `less` do. Returns how to give it back; a crash does as well. */
  takeScreen(): () => void
  /** The screen changed its size. Returns how to stop listening. */
  onResize(listener: () => void): () => void
  /** Keys as they are pressed, Ctrl-C among them; nothing where stdin is no terminal. Returns how to stop listening. */
  onKey(listener: (key: string) => void): () => void
  /** Whoever read stdout went away (`| head`): what is written from now on is for nobody. */
  onClosed(listener: () => void): void
  /** Asks on stderr and reads one line of stdin; null: stdin is no terminal, or ended without an answer. */
  ask(question: string): Promise<string | null>
  /** The same, without showing what is typed. */
  askHidden(question: string): Promise<string | null>
  /** A line on stderr. */
  say(sentence: string): void
  /** A line on stderr that the next one replaces, where that is a screen; elsewhere a line for each new `step`. */
  progress(step: string, sentence: string): void
  /** Ends a progress line. */
  endProgress(): void
}

export function openTerminal(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream, stdin: NodeJS.ReadStream): Terminal {
  let last = ''
  let isClosed = false
  const whenClosed: (() => void)[] = []
  // Each write says itself what became of it.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  stdout.on('error', (error) => {
    // Of any other error whoever writes is told; the stream closes all the same.
    if (isClosedPipe(error)) closed()
    else isClosed = true
  })
  stdout.on('close', closed)

  function closed(): void {
    if (isClosed) return
    isClosed = true
    for (const listener of whenClosed) listener()
  }

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
  async function ask(question: string, output: NodeJS.WritableStream): Promise<string | null> {
    if (!stdin.isTTY) return null
    endProgress()
    const reader = createInterface({ input: stdin, output, terminal: true })
    // Ctrl-C at the question is an answer: no.
    const gone = new Promise<null>((resolve) => reader.once('close', () => resolve(null)).once('SIGINT', () => reader.close()))
    const answer = await Promise.race([reader.question(question), gone])
    reader.close()
    return answer
  }
  return {
    print: (text) => write(stdout, `${text}\n`),
    write: (text) => write(stdout, text),
    isScreen: stdout.isTTY === true,
    size: () => (stdout.isTTY ? { columns: stdout.columns || 80, rows: stdout.rows || 24 } : { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY }),
    takeScreen() {
      const restore = (): void => void writeSync(1, leaveScreen)
      process.once('exit', restore)
      void write(stdout, enterScreen)
      return () => {
        process.removeListener('exit', restore)
        void write(stdout, leaveScreen)
      }
    },
    onResize(listener) {
      stdout.on('resize', listener)
      return () => void stdout.off('resize', listener)
    },
    onKey(listener) {
      if (!stdin.isTTY) return () => {}
      const hear = (text: Buffer | string): void => {
        for (const key of String(text)) listener(key)
      }
      stdin.setRawMode(true)
      stdin.on('data', hear)
      stdin.resume()
      return () => {
        stdin.off('data', hear)
        stdin.setRawMode(false)
        stdin.pause()
      }
    },
    onClosed(listener) {
      if (isClosed) listener()
      else whenClosed.push(listener)
    },
    ask: (question) => ask(question, stderr),
    async askHidden(question) {
      if (!stdin.isTTY) return null
      endProgress()
      void write(stderr, question)
      const answer = await ask('', new Writable({ write: (_part, _encoding, done) => done() }))
      void write(stderr, '\n')
      return answer
    },
    document: (value) => write(stdout, `${JSON.stringify(value, null, 2)}\n`),
    say(sentence) {
      endProgress()
      void write(stderr, `${sentence}\n`)
    },
    progress(step, sentence) {
      const line = stderr.isTTY ? sentence : step
      if (line === last) return
      last = line
      void write(stderr, stderr.isTTY ? `\r\u001b[2K${line.slice(0, Math.max(20, (stderr.columns || 80) - 1))}` : `${line}\n`)
    },
    endProgress,
  }
}

/** `idlewatt detect | head -1`: what nobody reads need not be written, and is no reason for a sentence. */
function isClosedPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'
}
